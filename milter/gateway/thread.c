#include "thread.h"

#include <pixelward/base/log.h>

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers have a pthread_create() of their own, which must be the first. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INSTRUMENTED	1
#elif defined(__has_feature)
#define INSTRUMENTED	(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
			 __has_feature(memory_sanitizer))
#else
#define INSTRUMENTED	0
#endif

#if INSTRUMENTED

bool
thread_promise(void)
{
	return true;
}

#else

/* How often to try again: no longer than a sender would notice. */
#define RETRY_MS	20

typedef int	create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

struct promise {
	struct promise	*next;
	void		*(*run)(void *);
	void		*argument;
};

static struct {
	pthread_mutex_t	 lock;
	pthread_cond_t	 made;
	struct promise	*first, **last;
} promises = { .lock = PTHREAD_MUTEX_INITIALIZER, .made = PTHREAD_COND_INITIALIZER };

static _Atomic bool	promising;

static int
create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	static _Atomic(create_function *) known;
	create_function	*system_create = atomic_load(&known);

	if (system_create == NULL) {
		void *symbol = dlsym(RTLD_NEXT, "pthread_create");

		if (symbol == NULL)
			return ENOSYS;
		memcpy(&system_create, &symbol, sizeof(symbol));
		atomic_store(&known, system_create);
	}
	return system_create(thread, attributes, run, argument);
}

/* Threads that are promised have no attributes of their own: libmilter's have none. */
int
pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*run)(void *),
    void *restrict argument)
{
	int error = create(thread, attributes, run, argument);

	if (error != EAGAIN || attributes != NULL || !atomic_load(&promising))
		return error;
	struct promise *promise = malloc(sizeof(*promise));
	if (promise == NULL)
		return error;
	*promise = (struct promise){ NULL, run, argument };
	*thread = pthread_self();	/* any that exists: nobody looks at it */
	pthread_mutex_lock(&promises.lock);
	*promises.last = promise;
	promises.last = &promise->next;
	pthread_cond_signal(&promises.made);
	pthread_mutex_unlock(&promises.lock);
	return 0;
}

static struct promise *
promise_wait(void)
{
	pthread_mutex_lock(&promises.lock);
	while (promises.first == NULL)
		pthread_cond_wait(&promises.made, &promises.lock);
	struct promise *promise = promises.first;
	promises.first = promise->next;
	if (promises.first == NULL)
		promises.last = &promises.first;
	pthread_mutex_unlock(&promises.lock);
	return promise;
}

static void *
promises_keep(void *unused)
{
	(void)unused;
	for (;;) {
		struct promise	*promise = promise_wait();
		pthread_t	 thread;
		int		 error;

		log_warn("cannot start a thread: %s; a session waits", strerror(EAGAIN));
		while ((error = create(&thread, NULL, promise->run, promise->argument)) == EAGAIN)
			poll(NULL, 0, RETRY_MS);
		if (error != 0)
			log_error("cannot start a thread: %s", strerror(error));
		free(promise);
	}
	return NULL;
}

bool
thread_promise(void)
{
	pthread_t keeper;

	promises.last = &promises.first;
	if (create(&keeper, NULL, promises_keep, NULL) != 0)
		return false;
	atomic_store(&promising, true);
	return true;
}

#endif

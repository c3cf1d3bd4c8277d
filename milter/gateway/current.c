#include "current.h"

#include <pthread.h>

static pthread_mutex_t		 lock = PTHREAD_MUTEX_INITIALIZER;
static struct generation	*current;

void
current_publish(struct generation *next)
{
	struct generation *before;

	if (next != NULL)
		generation_hold(next);
	pthread_mutex_lock(&lock);
	before = current;
	current = next;
	pthread_mutex_unlock(&lock);
	generation_drop(before);
}

struct generation *
current_hold(void)
{
	struct generation *held;

	/* Reading and holding must be one step: the last holder frees. */
	pthread_mutex_lock(&lock);
	held = generation_hold(current);
	pthread_mutex_unlock(&lock);
	return held;
}

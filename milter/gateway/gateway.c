#include <pixelward/base/clock.h>
#include <pixelward/gateway/gateway.h>

#include <pixelward/base/log.h>
#include <pixelward/dissect/dissect.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "callbacks.h"
#include "current.h"
#include "history.h"
#include "load.h"
#include "pool.h"
#include "probe.h"
#include "thread.h"

/* libmilter takes the process's default; 8 MiB whatever the environment's `ulimit -s` says. */
#define THREAD_STACK_BYTES	((size_t)8 << 20)
/* A header field may be as long as MaxHeaderBytes; libmilter drops the session of a packet longer than 64 kB. */
#define PACKET_MARGIN		((size_t)64 * 1024)
/* While draining: how often to look. */
#define TICK_MS			50
/* No connection for so long: also one that was accepted just before the drain has spoken since. */
#define SETTLE_MS		250
/* No message for so long: the sessions still open are idle, their next message finds the next gateway. */
#define IDLE_MS			3000

struct gateway {
	int		 listen_fd, control_fd;
	const char	*config_file;
	pthread_t	 listener;	/* libmilter's: it polls listen_fd */
};

static void
descriptors_raise(void)
{
	struct rlimit limit;

	/* A connection and a large message take one each. Without permission the old limit stays. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* A message's memory stays with its thread, unless it is much; what the kernel takes back it has to zero again. */
static void
memory_set(void)
{
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	mallopt(M_TRIM_THRESHOLD, 2 << 20);
	mallopt(M_TOP_PAD, 256 << 10);
}

static void
stack_set(void)
{
	pthread_attr_t attributes;

	if (pthread_attr_init(&attributes) != 0)
		return;
	if (pthread_attr_setstacksize(&attributes, THREAD_STACK_BYTES) == 0)
		(void)pthread_setattr_default_np(&attributes);
	pthread_attr_destroy(&attributes);
}

/*
 * libmilter blocks these signals and waits for them in a thread of its own, to end at once without draining.
 * Ignored here and left unblocked in this, the first thread, the kernel drops them before that thread sees
 * them: only the keeper's words count, also when a whole process group is signalled.
 */
static void
signals_ignore(void)
{
	static const int	signals[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR1, SIGPIPE };
	struct sigaction	ignore = { .sa_handler = SIG_IGN };
	sigset_t		none;

	for (size_t i = 0; i < NITEMS(signals); i++)
		sigaction(signals[i], &ignore, NULL);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
}

static void
wake(int signal)
{
	(void)signal;
}

/* SIGUSR2 does nothing but end a system call that waits. */
static void
wake_prepare(void)
{
	struct sigaction action = { .sa_handler = wake };

	sigaction(SIGUSR2, &action, NULL);
}

static void
say(const struct gateway *gateway, enum gateway_word word)
{
	char byte = (char)word;

	/* A keeper that is gone shows itself as end of file. */
	while (send(gateway->control_fd, &byte, 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
		continue;
}

static void *
serve(void *unused)
{
	(void)unused;
	if (smfi_main() != MI_SUCCESS)
		log_error("libmilter gave up");
	/* Nobody asked it to end: the keeper starts another. */
	_exit(EX_SOFTWARE);
}

static bool
libmilter_start(struct gateway *gateway, const struct options *options)
{
	char		connection[32];
	int		seconds = (int)(options->milter_timeout_ms / 1000);
	size_t		packet_bytes = (size_t)options->limits.header_bytes + PACKET_MARGIN;

	snprintf(connection, sizeof(connection), "fd:%d", gateway->listen_fd);
	if (smfi_register(callbacks) != MI_SUCCESS || smfi_setconn(connection) != MI_SUCCESS) {
		log_error("libmilter does not take the filter");
		return false;
	}
	smfi_settimeout(seconds > 0 ? seconds : 1);
	smfi_setmaxdatasize(packet_bytes);
	if (smfi_opensocket(false) != MI_SUCCESS) {
		log_error("libmilter does not take the socket \"%s\": it lacks Debian's support for "
		    "listening descriptors", connection);
		return false;
	}
	/* The listener itself is none that could start later: the keeper tries again. */
	if (pthread_create(&gateway->listener, NULL, serve, NULL) != 0 || !thread_promise()) {
		log_error("cannot start a thread");
		return false;
	}
	return true;
}

/* Only what the keeper tested: files that changed since then wait for the next reload. */
static bool
is_tested(const struct generation *generation, const char *tested)
{
	const char *loaded = policy_generation(generation_policy(generation));

	if (strcmp(loaded, tested) == 0)
		return true;
	log_error("rules or lists changed while they were loaded: tested was %s, this is %s", tested, loaded);
	return false;
}

static void
reload(const struct gateway *gateway, const char *tested)
{
	struct generation	*next;
	struct buf		 report;

	buf_init(&report, (size_t)1 << 20);
	bool loaded = generation_load(gateway->config_file, NULL, &report, &next) == PW_OK;
	if (loaded && is_tested(next, tested)) {
		current_publish(next);
		history_describe();
		say(gateway, GATEWAY_YES);
	} else {
		/* The keeper found no mistake a moment ago: the files changed in between. */
		if (!loaded)
			log_report(buf_span(&report));
		say(gateway, GATEWAY_NO);
	}
	generation_drop(next);
	buf_fini(&report);
}

/*
 * libmilter cannot be told to stop accepting and go on serving. So its descriptor becomes a socket that nobody
 * knows. Its poll of the old one, which would hold that open for five seconds more, is interrupted.
 */
static void
stop_accepting(const struct gateway *gateway)
{
	/* An address of the family alone: the kernel gives it a name that nobody knows (unix(7), autobind). */
	struct sockaddr_un	nobody = { .sun_family = AF_UNIX };
	/* Not blocking: libmilter may still wake up from its poll of the old one and accept from this. */
	int			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&nobody, sizeof(nobody.sun_family)) != 0 || listen(fd, 1) != 0 ||
	    dup2(fd, gateway->listen_fd) < 0)
		log_error("cannot stop accepting: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	pthread_kill(gateway->listener, SIGUSR2);
}

static int
drain(const struct gateway *gateway)
{
	int64_t begin = clock_ms(), connected = begin;

	stop_accepting(gateway);
	log_info("draining: %llu connections, %llu messages in flight", (unsigned long long)load_connections(),
	    (unsigned long long)load_messages());
	for (;;) {
		int64_t now = clock_ms(), last_end = load_last_end_ms();

		if (load_connections() > 0)
			connected = now;
		if (now - connected >= SETTLE_MS)
			return EX_OK;
		if (load_messages() == 0 && now - (last_end > begin ? last_end : begin) >= IDLE_MS)
			return EX_OK;
		if (now - begin >= GATEWAY_DRAIN_MS) {
			/* A client that says nothing for so long is no failure of ours. */
			log_warn("drain cut off: %llu messages in flight", (unsigned long long)load_messages());
			return EX_OK;
		}
		/* A session that libmilter left behind would be waited for in vain. */
		probe_send(gateway->listen_fd);
		poll(NULL, 0, TICK_MS);
	}
}

/* False: drain. */
static bool
keeper_heard(const struct gateway *gateway)
{
	char	packet[GATEWAY_PACKET + 1] = "";
	ssize_t	n = recv(gateway->control_fd, packet, GATEWAY_PACKET, MSG_DONTWAIT);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0) {
		log_warn("the keeper is gone");
		return false;
	}
	switch (packet[0]) {
	case GATEWAY_PING:
		if (probe_is_alive())
			say(gateway, GATEWAY_PING);
		break;
	case GATEWAY_RELOAD:
		reload(gateway, packet + 1);
		break;
	}
	return packet[0] != GATEWAY_DRAIN;
}

static void
listen_to_keeper(const struct gateway *gateway)
{
	struct pollfd	control = { .fd = gateway->control_fd, .events = POLLIN };
	int64_t		probe_ms = clock_ms();

	probe_served();
	do {
		int64_t now = clock_ms();

		if (now >= probe_ms) {
			probe_send(gateway->listen_fd);
			probe_ms = now + PROBE_MS;
		}
		poll(&control, 1, (int)(probe_ms - now));
		if (history_is_stranded()) {
			log_warn("StateDir is another folder now: the next gateway may use it");
			return;
		}
	} while (control.revents == 0 || keeper_heard(gateway));
}

int
gateway_run(int listen_fd, int control_fd, const struct slots *slots, const char *config_file,
    struct generation *generation)
{
	struct gateway		 gateway = { .listen_fd = listen_fd, .control_fd = control_fd, .config_file = config_file };
	struct generation	*last;
	int			 status;

	signals_ignore();
	wake_prepare();
	descriptors_raise();
	stack_set();
	memory_set();
	if (slots->count == 0)
		dissect_prepare();
	if (!pool_start(slots, control_fd)) {
		log_error("out of memory");
		return EX_OSERR;
	}
	current_publish(generation);
	history_open(generation_options(generation));
	if (!libmilter_start(&gateway, generation_options(generation)))
		return EX_OSERR;
	generation_drop(generation);
	say(&gateway, GATEWAY_STARTED);
	listen_to_keeper(&gateway);
	status = drain(&gateway);
	/* Whoever is still at it goes on using it until the process ends; the journal bears that. */
	if (load_messages() == 0)
		history_close();
	last = current_hold();
	generation_log(last);
	generation_drop(last);
	return status;
}

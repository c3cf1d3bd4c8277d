#include <pixelward/keeper/keeper.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/gateway.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "background.h"
#include "child.h"
#include "claim.h"
#include "confine.h"
#include "crew.h"
#include "listener.h"
#include "status.h"
#include "systemd.h"

/* A gateway that lived shorter has died at once: the next one waits, twice as long each time. */
#define SHORT_LIFE_MS		10000
#define FIRST_PAUSE_MS		1000
#define LONGEST_PAUSE_MS	30000
/* The gateway cuts its drain off itself; this is for one that does not. */
#define DRAIN_MS		(GATEWAY_DRAIN_MS + 5000)
#define REPORT_BYTES		((size_t)4 << 20)
#define NEVER			INT64_MAX

struct keeper {
	const char		*config_file;
	struct generation	*generation;	/* what the next gateway begins with */
	struct generation	*candidate;	/* passed the keeper's check, the gateway has not answered yet */
	struct listener		 listener;
	struct status		 status_file;
	struct background	 background;
	bool			 to_syslog;
	struct child		 gateway;
	struct crew		*crew;
	int			 signal_fd, claim_fd;
	bool			 announced;	/* somebody was told that we serve */
	bool			 reload_again;	/* SIGHUP came while a reload was under way */
	bool			 draining;
	unsigned		 short_lives;	/* gateways in a row */
	int64_t			 restart_ms, drain_end_ms, watchdog_ms;	/* when due; NEVER */
	int			 status;	/* of the process, once done */
	bool			 done;
};

/* Also where log lines do not go: who starts a daemon looks at the terminal. */
static void
start_failed(const struct keeper *keeper, struct span why)
{
	if (keeper->to_syslog)
		fprintf(stderr, "pixelward: %.*s\n", SPAN_ARG(why));
	log_error("%.*s", SPAN_ARG(why));
}

static int
serve_in_child(void *context, int control_fd)
{
	struct keeper *keeper = context;

	log_open("pixelward", keeper->to_syslog);
	close(keeper->signal_fd);
	claim_release(&keeper->claim_fd);
	background_leave_in_child(&keeper->background);
	listener_release_in_child(&keeper->listener);
	crew_release_in_child(keeper->crew);
	confine_gateway(generation_options(keeper->generation), keeper->listener.fd);
	struct slots slots = crew_slots(keeper->crew);
	return gateway_run(keeper->listener.fd, control_fd, &slots, keeper->config_file, keeper->generation);
}

static void
gateway_start(struct keeper *keeper)
{
	keeper->restart_ms = NEVER;
	if (child_start(&keeper->gateway, serve_in_child, keeper))
		return;
	log_error("cannot start the gateway: %s", strerror(errno));
	keeper->restart_ms = clock_ms() + LONGEST_PAUSE_MS;
}

/* What is bound, opened or inherited once cannot change under way. */
static const char *const fixed[] = {
	"Socket", "UserID", "PidFile", "Syslog", "StateDir", "Redis", "RedisUser", "RedisPasswordFile", "RedisDeadline",
	"NodeName", "OnJournalFull", "JournalSize", "JournalKeep", "EventKeep", "IndexKeep", "TopKeep", "Dissectors",
	"MilterTimeout",
};

static void
warn_of_fixed(const struct options *now, const struct options *next)
{
	for (size_t i = 0; i < NITEMS(fixed); i++)
		if (config_differs(now, next, fixed[i]))
			log_warn("%s: the new value takes effect at the next start", fixed[i]);
}

static void
reload_refused(struct keeper *keeper, struct span report)
{
	keeper->status_file.refused++;
	status_write(&keeper->status_file, report);
	systemd_notify("READY=1");
}

static void
reload_end(struct keeper *keeper, bool accepted)
{
	if (keeper->candidate == NULL)
		return;
	if (accepted) {
		generation_drop(keeper->generation);
		keeper->generation = keeper->candidate;
		crew_follow(keeper->crew, generation_options(keeper->generation));
		keeper->status_file.generation = policy_generation(generation_policy(keeper->generation));
		keeper->status_file.reloaded++;
		log_info("reloaded: generation=%s reloaded=%llu refused=%llu", keeper->status_file.generation,
		    keeper->status_file.reloaded, keeper->status_file.refused);
		status_write(&keeper->status_file, SPAN_NONE);
		systemd_notify("READY=1");
	} else {
		generation_drop(keeper->candidate);
		log_error("not reloaded: what was loaded before stays in force: generation=%s refused=%llu",
		    keeper->status_file.generation, keeper->status_file.refused + 1);
		reload_refused(keeper, SPAN("the files changed while they were loaded; reload again\n"));
	}
	keeper->candidate = NULL;
}

static void
reload_begin(struct keeper *keeper)
{
	struct buf	report;
	enum pw_err	err;

	if (keeper->draining)
		return;
	if (keeper->candidate != NULL) {
		keeper->reload_again = true;
		return;
	}
	systemd_notify_reloading();
	buf_init(&report, REPORT_BYTES);
	err = generation_load(keeper->config_file, dissect, &report, &keeper->candidate);
	log_report(buf_span(&report));
	if (err != PW_OK) {
		log_error("not reloaded: %s: %s; what was loaded before stays in force: generation=%s refused=%llu",
		    keeper->config_file, pw_strerror(err), keeper->status_file.generation,
		    keeper->status_file.refused + 1);
		reload_refused(keeper, buf_span(&report));
		buf_fini(&report);
		return;
	}
	buf_fini(&report);
	warn_of_fixed(generation_options(keeper->generation), generation_options(keeper->candidate));
	if (keeper->gateway.pid != 0)
		child_say_of(&keeper->gateway, GATEWAY_RELOAD,
		    policy_generation(generation_policy(keeper->candidate)));
	else
		reload_end(keeper, true);	/* the next gateway begins with it */
}

static void
drain_begin(struct keeper *keeper)
{
	if (keeper->draining) {
		log_warn("told twice to stop: not waiting for messages in flight");
		child_kill(&keeper->gateway);
		keeper->status = EX_TEMPFAIL;
		keeper->done = true;
		return;
	}
	systemd_notify("STOPPING=1");
	keeper->draining = true;
	keeper->restart_ms = NEVER;
	/* At once, so that the MTA does not wait for a filter that will not come. */
	listener_close(&keeper->listener);
	if (keeper->gateway.pid == 0) {
		keeper->done = true;
		return;
	}
	child_say(&keeper->gateway, GATEWAY_DRAIN);
	keeper->drain_end_ms = clock_ms() + DRAIN_MS;
}

/* How long to wait before the next start, by how many died young in a row. */
static int64_t
pause_ms(unsigned short_lives)
{
	if (short_lives < 2)
		return 0;
	return short_lives > 6 ? LONGEST_PAUSE_MS : (int64_t)FIRST_PAUSE_MS << (short_lives - 2);
}

static void
gateway_ended(struct keeper *keeper)
{
	bool		served = keeper->gateway.serves;
	int64_t		life_ms = clock_ms() - keeper->gateway.started_ms;
	struct buf	how;
	int		status;

	buf_init(&how, 512);
	buf_printf(&how, "the gateway (process %ld) ", (long)keeper->gateway.pid);
	if (child_reap(&keeper->gateway, &how, &status)) {
		/* The next gateway's questions are for nobody who still works for this one. */
		crew_empty(keeper->crew);
		if (keeper->draining) {
			log_info("stopped");
			keeper->status = status == EX_OK ? EX_OK : EX_TEMPFAIL;
			keeper->done = true;
		} else if (!served && !keeper->announced) {
			buf_printf(&how, " before it served");
			start_failed(keeper, buf_span(&how));
			keeper->status = status != EX_OK ? status : EX_SOFTWARE;
			keeper->done = true;
		} else {
			keeper->short_lives = life_ms < SHORT_LIFE_MS ? keeper->short_lives + 1 : 0;
			int64_t pause = pause_ms(keeper->short_lives);
			log_error("%.*s; the next starts in %lld s", SPAN_ARG(buf_span(&how)),
			    (long long)(pause / 1000));
			keeper->restart_ms = clock_ms() + pause;
			/* It cannot answer any more; what the keeper found good is for the next one. */
			reload_end(keeper, true);
		}
	}
	buf_fini(&how);
}

static void
announce(struct keeper *keeper)
{
	const struct options *options = generation_options(keeper->generation);

	if (keeper->announced)
		return;
	keeper->announced = true;
	log_info("pixelward %s serves %s, generation=%s", PIXELWARD_VERSION,
	    systemd_listen_fd() >= 0 ? "the socket that systemd passed" : options->socket,
	    keeper->status_file.generation);
	status_write(&keeper->status_file, SPAN_NONE);
	background_report(&keeper->background, EX_OK);
	systemd_notify("READY=1");
}

static void
gateway_spoke(struct keeper *keeper)
{
	unsigned	slot;
	int		word;

	while ((word = child_hear(&keeper->gateway, &slot)) > 0) {
		switch (word) {
		case GATEWAY_STARTED:
			keeper->gateway.serves = true;
			announce(keeper);
			break;
		case GATEWAY_PING:
			systemd_notify("WATCHDOG=1");
			break;
		case GATEWAY_KILL:
			crew_kill(keeper->crew, slot);
			break;
		case GATEWAY_YES:
		case GATEWAY_NO:
			reload_end(keeper, word == GATEWAY_YES);
			if (keeper->reload_again) {
				keeper->reload_again = false;
				reload_begin(keeper);
			}
			break;
		}
	}
	if (word < 0 && keeper->gateway.control_fd >= 0) {
		/* It ends; SIGCHLD tells when. Until then there is nothing to hear. */
		close(keeper->gateway.control_fd);
		keeper->gateway.control_fd = -1;
	}
}

static void
signals_read(struct keeper *keeper)
{
	struct signalfd_siginfo signal;

	while (!keeper->done && read(keeper->signal_fd, &signal, sizeof(signal)) == sizeof(signal)) {
		switch (signal.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			drain_begin(keeper);
			break;
		case SIGHUP:
		case SIGUSR1:	/* as opendkim has it: a habit must not end the daemon */
			reload_begin(keeper);
			break;
		case SIGCHLD:
			crew_reap(keeper->crew, clock_ms());
			gateway_ended(keeper);
			break;
		}
	}
}

static void
watchdog(struct keeper *keeper, int64_t now)
{
	/* While a gateway runs, it must show life itself. */
	if (keeper->gateway.pid != 0)
		child_say(&keeper->gateway, GATEWAY_PING);
	else
		systemd_notify("WATCHDOG=1");
	keeper->watchdog_ms = now + systemd_watchdog_ms();
}

static int
wait_ms(const struct keeper *keeper)
{
	const int64_t	due_ms[] = { keeper->restart_ms, keeper->drain_end_ms, keeper->watchdog_ms, keeper->status_file.due_ms };
	int64_t		next = NEVER, now = clock_ms();

	for (size_t i = 0; i < NITEMS(due_ms); i++)
		next = due_ms[i] < next ? due_ms[i] : next;
	if (next == NEVER)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

static void
clock_look(struct keeper *keeper)
{
	int64_t now = clock_ms();

	if (now >= keeper->watchdog_ms)
		watchdog(keeper, now);
	if (now >= keeper->restart_ms)
		gateway_start(keeper);
	if (now >= keeper->status_file.due_ms)
		status_again(&keeper->status_file);
	if (now >= keeper->drain_end_ms) {
		log_warn("the gateway does not stop: killed");
		child_kill(&keeper->gateway);
		keeper->status = EX_TEMPFAIL;
		keeper->done = true;
	}
}

/* Of two waits, -1 meaning for ever. */
static int
sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int
supervise(struct keeper *keeper)
{
	(void)crew_fill(keeper->crew, clock_ms());
	gateway_start(keeper);
	while (!keeper->done) {
		int wait = sooner(wait_ms(keeper), crew_fill(keeper->crew, clock_ms()));
		struct pollfd events[2] = {
			{ .fd = keeper->signal_fd, .events = POLLIN },
			{ .fd = keeper->gateway.control_fd, .events = POLLIN },	/* -1 is passed over */
		};

		if (poll(events, NITEMS(events), wait) < 0 && errno != EINTR) {
			log_error("poll: %s", strerror(errno));
			return EX_OSERR;
		}
		/* Its last words before the news of its death. */
		if (events[1].revents != 0)
			gateway_spoke(keeper);
		if (events[0].revents != 0)
			signals_read(keeper);
		clock_look(keeper);
	}
	return keeper->status;
}

static bool
signals_take(struct keeper *keeper, struct buf *why)
{
	static const int	signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD };
	sigset_t		set;

	sigemptyset(&set);
	for (size_t i = 0; i < NITEMS(signals); i++)
		sigaddset(&set, signals[i]);
	signal(SIGPIPE, SIG_IGN);
	/* A limit on the size of files is a disk that is full. */
	signal(SIGXFSZ, SIG_IGN);
	/* A parent may have left it ignored: then no child could be waited for. */
	signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_SETMASK, &set, NULL) == 0)
		keeper->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (keeper->signal_fd < 0)
		buf_printf(why, "signalfd: %s", strerror(errno));
	return keeper->signal_fd >= 0;
}

static bool
pid_file_write(const char *path, struct buf *why)
{
	int	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool	written = fd >= 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0;

	if (!written)
		buf_printf(why, "PidFile: cannot write %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return written;
}

/* What needs the rights we started with, then without them. */
static bool
prepare(struct keeper *keeper, const struct options *options, struct buf *why)
{
	struct account	account = { 0 };
	bool		changes = options->user[0] != '\0', prepared;

	/* Signals first: whoever sees the socket may take us for ready, and SIGHUP must not end us. */
	prepared = signals_take(keeper, why) &&
	    (!changes || account_find(options->user, &account, why)) &&
	    listener_open(&keeper->listener, options, changes ? &account : NULL, why) &&
	    claim_take(options->state_dir, &keeper->claim_fd, why) &&
	    (options->pid_file[0] == '\0' || pid_file_write(options->pid_file, why)) &&
	    (!changes || account_become(&account, why)) &&
	    crew_new(options, &keeper->crew, why);
	account_fini(&account);
	return prepared;
}

static int
run(struct keeper *keeper)
{
	const struct options	*options = generation_options(keeper->generation);
	char			*pid_file = strdup(options->pid_file);
	struct buf		 why;
	int			 status = EX_CONFIG;

	buf_init(&why, 4096);
	umask((mode_t)options->umask);
	status_init(&keeper->status_file, options->state_dir);
	keeper->status_file.generation = policy_generation(generation_policy(keeper->generation));
	if (pid_file == NULL || !prepare(keeper, options, &why)) {
		start_failed(keeper, pid_file != NULL ? buf_span(&why) : SPAN("out of memory"));
	} else {
		if (geteuid() == 0)
			log_warn("running as root; set UserID, or start as another user");
		status = supervise(keeper);
		if (keeper->announced)
			status_remove(&keeper->status_file);
		if (pid_file[0] != '\0')
			(void)unlink(pid_file);
	}
	crew_free(keeper->crew);
	listener_close(&keeper->listener);
	status_fini(&keeper->status_file);
	background_report(&keeper->background, status != EX_OK ? status : EX_SOFTWARE);
	buf_fini(&why);
	free(pid_file);
	return status;
}

int
keeper_run(const char *config_file, struct generation *generation, bool foreground)
{
	struct keeper keeper = {
		.config_file = config_file,
		.generation = generation,
		.listener = { .fd = -1, .lock_fd = -1 },
		.background = { .report_fd = -1 },
		.gateway = { .control_fd = -1 },
		.signal_fd = -1, .claim_fd = -1,
		.restart_ms = NEVER, .drain_end_ms = NEVER, .watchdog_ms = NEVER,
	};
	int status;

	systemd_init();
	if (!foreground && !background_enter(&keeper.background)) {
		fprintf(stderr, "pixelward: cannot become a daemon: %s\n", strerror(errno));
		generation_drop(generation);
		return EX_OSERR;
	}
	/* In the background standard error ends once we serve: only syslog is left. */
	keeper.to_syslog = !foreground || generation_options(generation)->syslog;
	log_open("pixelward", keeper.to_syslog);
	if (systemd_watchdog_ms() > 0)
		keeper.watchdog_ms = clock_ms();
	status = run(&keeper);
	generation_drop(keeper.candidate);
	generation_drop(keeper.generation);
	if (keeper.signal_fd >= 0)
		close(keeper.signal_fd);
	if (keeper.listener.lock_fd >= 0)
		close(keeper.listener.lock_fd);
	claim_release(&keeper.claim_fd);
	return status;
}

/* pixelctl reload: as `systemctl reload`, but it waits for the outcome and tells it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pixelward/base/clock.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/generation.h>
#include <pixelward/keeper/status.h>

#include "commands.h"
#include "opened.h"
#include "process.h"

#define REPORT_BYTES	((size_t)4 << 20)
#define WAIT_SECONDS	60
#define LOOK_MS		20

enum reload_status {
	RELOAD_DONE = 0,
	RELOAD_REFUSED = 1,		/* by the check before, or by the daemon: what was loaded before stays in force */
	RELOAD_USAGE = 64,		/* EX_USAGE */
	RELOAD_NOT_RUNNING = 69,	/* EX_UNAVAILABLE */
	RELOAD_NO_ANSWER = 75,		/* EX_TEMPFAIL */
	RELOAD_NOT_ALLOWED = 77,	/* EX_NOPERM */
};

static void
print(const struct buf *report)
{
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(report)));	/* fwrite wants no null pointer, not even for nothing */
}

static int
not_running(const char *state_dir)
{
	fprintf(stderr, "pixelctl: no pixelward runs with this configuration: %s/" STATUS_FILE ": %s\n", state_dir,
	    errno == EACCES ? strerror(errno) : "there is none, or its process is gone");
	return errno == EACCES ? RELOAD_NOT_ALLOWED : RELOAD_NOT_RUNNING;
}

/* The answer to a signal that somebody else sent may come first: ours is the one that has what was checked here. */
static int
wait_for_answer(const char *state_dir, const struct keeper_status *before, const char *wanted, int64_t deadline)
{
	struct keeper_status	now = *before;
	struct buf		report;
	int			status = -1;

	buf_init(&report, REPORT_BYTES);
	while (status < 0) {
		const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };

		nanosleep(&pause, NULL);
		buf_reset(&report);
		if (!keeper_status_read(state_dir, &now, &report) || !process_is_keeper(before->pid))
			status = not_running(state_dir);
		else if (now.refused > before->refused)
			status = RELOAD_REFUSED;
		else if (now.reloaded > before->reloaded && strcmp(now.generation, wanted) == 0)
			status = RELOAD_DONE;
		else if (clock_ms() > deadline) {
			fprintf(stderr, "pixelctl: process %ld has not answered within %d s; its log says more\n",
			    (long)before->pid, WAIT_SECONDS);
			status = RELOAD_NO_ANSWER;
		}
	}
	if (status == RELOAD_REFUSED) {
		print(&report);
		fprintf(stderr, "pixelctl: not reloaded: generation %s stays in force (%llu refused since the start)\n",
		    now.generation, now.refused);
	} else if (status == RELOAD_DONE)
		printf("reloaded: generation %s (before: %s)\n", now.generation, before->generation);
	buf_fini(&report);
	return status;
}

static int
ask_keeper(const char *state_dir, const char *wanted)
{
	struct keeper_status before;

	if (!keeper_status_read(state_dir, &before, NULL) || !process_is_keeper(before.pid))
		return not_running(state_dir);
	if (kill(before.pid, SIGHUP) != 0) {
		fprintf(stderr, "pixelctl: process %ld: %s\n", (long)before.pid, strerror(errno));
		return errno == EPERM ? RELOAD_NOT_ALLOWED : RELOAD_NOT_RUNNING;
	}
	return wait_for_answer(state_dir, &before, wanted, clock_ms() + WAIT_SECONDS * 1000);
}

int
reload_command(int argc, char **argv)
{
	static const struct option	 longs[] = { { NULL, 0, NULL, 0 } };
	const char			*config = OPENED_CONFIG_FILE;
	struct generation		*generation;
	struct buf			 report;
	int				 letter, status = RELOAD_REFUSED;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (letter != 'c')
			return RELOAD_USAGE;
		config = optarg;
	}
	if (optind < argc) {
		fprintf(stderr, "pixelctl: reload takes no '%s'\n", argv[optind]);
		return RELOAD_USAGE;
	}
	buf_init(&report, REPORT_BYTES);
	dissect_prepare();
	enum pw_err err = generation_load(config, dissect, &report, &generation);
	print(&report);
	buf_fini(&report);
	if (err == PW_OK)
		status = ask_keeper(generation_options(generation)->state_dir,
		    policy_generation(generation_policy(generation)));
	else
		fprintf(stderr, "pixelctl: not reloaded: %s: %s; the daemon was not asked\n", config, pw_strerror(err));
	generation_drop(generation);
	return fflush(stdout) == 0 ? status : RELOAD_NO_ANSWER;
}

/* The commands of pixelctl: each takes its own arguments and returns the exit status. */
#ifndef PIXELCTL_COMMANDS_H
#define PIXELCTL_COMMANDS_H

#include <stdbool.h>

/* Exit statuses of `pixelctl scan`; of several files the highest. */
enum scan_status {
	SCAN_CLEAN = 0,
	SCAN_NEUTRALISED = 1,	/* also tagged */
	SCAN_HELD = 2,		/* held, rejected, deferred */
	SCAN_USAGE = 64,	/* EX_USAGE */
	SCAN_NO_INPUT = 66,	/* EX_NOINPUT: a file cannot be read */
	SCAN_SOFTWARE = 70,	/* EX_SOFTWARE */
	SCAN_CANNOT_WRITE = 73,	/* EX_CANTCREAT */
	SCAN_CONFIG = 78,	/* EX_CONFIG */
};

/* Exit statuses of `pixelctl rules`. */
enum rules_status {
	RULES_GOOD = 0,		/* also with warnings */
	RULES_MISTAKES = 1,	/* or a test of a rule fails */
	RULES_USAGE = 64,	/* EX_USAGE */
	RULES_NO_INPUT = 66,	/* EX_NOINPUT: mail that cannot be read; the rest was */
	RULES_SOFTWARE = 70,	/* EX_SOFTWARE */
	RULES_CANNOT_WRITE = 73,	/* EX_CANTCREAT */
	RULES_CONFIG = 78,	/* EX_CONFIG */
};

/* Exit statuses of `pixelctl learn`, `why` and `ioc`; in part of all that use the reputation. */
enum history_status {
	HISTORY_DONE = 0,
	HISTORY_UNKNOWN = 1,	/* nothing is known of the domain */
	HISTORY_USAGE = 64,	/* EX_USAGE */
	HISTORY_NO_INPUT = 66,	/* EX_NOINPUT: mail that cannot be read; the rest was */
	HISTORY_AWAY = 69,	/* EX_UNAVAILABLE: the store does not answer */
	HISTORY_SOFTWARE = 70,	/* EX_SOFTWARE */
	HISTORY_CANNOT_WRITE = 73,	/* EX_CANTCREAT */
	HISTORY_NOT_ALLOWED = 77,	/* EX_NOPERM: StateDir, or Redis, is not for this user */
	HISTORY_CONFIG = 78,	/* EX_CONFIG */
};

int	doctor_command(int argc, char **argv);
int	ioc_command(int argc, char **argv);
int	learn_command(int argc, char **argv);
int	reload_command(int argc, char **argv);
int	rules_command(int argc, char **argv);
/* rules explain|diff|bench, argv[0] being that word. */
int	rules_bench(int argc, char **argv);
int	rules_diff(int argc, char **argv);
int	rules_docs(int argc, char **argv);
int	rules_explain(int argc, char **argv);
int	rules_fmt(int argc, char **argv);
/* The argument of --format. False: it was told. */
bool	format_read(const char *text, bool *json);
int	campaign_command(int argc, char **argv);
int	replay_command(int argc, char **argv);
int	scan_command(int argc, char **argv);
int	stats_command(int argc, char **argv);
int	top_command(int argc, char **argv);
int	why_command(int argc, char **argv);

#endif

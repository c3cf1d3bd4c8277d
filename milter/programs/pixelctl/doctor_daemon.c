/* pixelctl doctor: does a daemon run, does it answer, and does it judge by what is on disk? */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "doctor.h"
#include "milter_ask.h"
#include "opened.h"
#include "process.h"

#define LOOKS		20	/* for a lock that a gateway is about to take */
#define PAUSE_NS	100000000

static bool
is_child(pid_t pid, pid_t parent)
{
	struct process process;

	return process_read(pid, &process) && process.parent == parent;
}

/*
 * Who holds the lock on a file, by /proc/locks: to try it would take it from a daemon that starts. 0: nobody; -1: it cannot be
 * told. Some file systems show there another device than stat(): of a child of parent the number of the file is enough.
 */
static pid_t
lock_holder(const char *path, pid_t parent)
{
	struct stat	about;
	char		line[256];
	FILE		*locks;
	pid_t		holder = 0;

	if (stat(path, &about) != 0)
		return errno == ENOENT ? 0 : -1;
	locks = fopen("/proc/locks", "re");
	if (locks == NULL)
		return -1;
	while (fgets(line, sizeof(line), locks) != NULL) {
		unsigned	major, minor;
		long		pid;
		unsigned long	inode;

		if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %ld %x:%x:%lu", &pid, &major, &minor, &inode) == 4 &&
		    inode == about.st_ino && ((major == major(about.st_dev) && minor == minor(about.st_dev)) ||
		    (parent > 0 && is_child((pid_t)pid, parent))))
			holder = (pid_t)pid;
	}
	fclose(locks);
	return holder;
}

bool
doctor_runs_without(struct doctor *doctor, const char *lock)
{
	struct span	path = arena_printf(doctor->arena, "%s/%s", doctor->options->state_dir, lock);
	pid_t		holder = 0;

	if (doctor->keeper.pid == 0 || path.at == NULL)
		return false;
	for (int i = 0; i < LOOKS && (holder = lock_holder(path.at, doctor->keeper.pid)) == 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	return holder == 0;
}

/* --- one that could not tell of itself --- */

/* Its option -c, as /proc has it; the installed one if it has none. */
static bool
serves_our_file(const struct doctor *doctor, pid_t pid)
{
	char	path[64], arguments[8192], *at, *file = NULL;
	size_t	len;
	FILE	*stream;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	stream = fopen(path, "re");
	if (stream == NULL)
		return false;
	len = fread(arguments, 1, sizeof(arguments) - 1, stream);
	fclose(stream);
	arguments[len] = '\0';
	for (at = arguments; at < arguments + len; at += strlen(at) + 1)
		if (strcmp(at, "-t") == 0)
			return false;
		else if (strncmp(at, "-c", 2) == 0)
			file = at[2] != '\0' ? at + 2 : at + 3 < arguments + len ? at + 3 : NULL;
	char *ours = realpath(doctor->config, NULL), *theirs = realpath(file != NULL ? file : OPENED_CONFIG_FILE, NULL);
	bool same = ours != NULL && theirs != NULL && strcmp(ours, theirs) == 0;
	free(ours);
	free(theirs);
	return same;
}

static pid_t
keeper_find(const struct doctor *doctor)
{
	DIR		*directory = opendir("/proc");
	struct dirent	*entry;
	pid_t		 found = 0;

	while (found == 0 && directory != NULL && (entry = readdir(directory)) != NULL) {
		pid_t		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		struct process	process;

		/* A gateway has its keeper's name, and that for a parent. */
		if (process_is_keeper(pid) && process_read(pid, &process) && !process_is_keeper(process.parent) &&
		    serves_our_file(doctor, pid))
			found = pid;
	}
	if (directory != NULL)
		closedir(directory);
	return found;
}

static struct span
as_root(struct doctor *doctor)
{
	return doctor_command_line(doctor, "sudo pixelctl doctor", "");
}

static pid_t
journal_holder(const struct doctor *doctor)
{
	struct span lock = arena_printf(doctor->arena, "%s/journal/lock", doctor->options->state_dir);

	return lock.at != NULL ? lock_holder(lock.at, 0) : 0;
}

static void
say_absent(struct doctor *doctor)
{
	const char	*state_dir = doctor->options->state_dir;
	pid_t		 holder = journal_holder(doctor);

	if (doctor->blind)
		doctor_say(doctor, FINDING_FAIL, as_root(doctor), "%s may not be read by this user: nothing can be said of a daemon",
		    state_dir);
	else if (holder > 0)
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "ps -fp %ld", (long)holder),
		    "no keeper told of itself in %s/" STATUS_FILE ", yet process %ld works there", state_dir, (long)holder);
	else
		doctor_say(doctor, FINDING_FAIL, doctor_start(doctor), "no pixelward runs with StateDir %s", state_dir);
}

void
doctor_daemon(struct doctor *doctor)
{
	unsigned wanted = options_dissectors(doctor->options);

	if (doctor->keeper.pid != 0 && !process_is_keeper(doctor->keeper.pid))
		doctor->keeper.pid = 0;
	if (doctor->keeper.pid == 0) {
		doctor->keeper.pid = doctor->blind || journal_holder(doctor) > 0 ? 0 : keeper_find(doctor);
		doctor->silent = doctor->keeper.pid != 0;
	}
	if (doctor->keeper.pid == 0)
		say_absent(doctor);
	else if (doctor->silent)
		doctor_say(doctor, FINDING_FAIL, doctor_mend(doctor), "process %ld runs, and could not write %s/" STATUS_FILE,
		    (long)doctor->keeper.pid, doctor->options->state_dir);
	else if (wanted > 0 && doctor->numbers.running && doctor->numbers.dissectors == 0)
		doctor_say(doctor, FINDING_FAIL, SPAN("journalctl -u pixelward"), "process %ld runs, but none of its %u dissectors",
		    (long)doctor->keeper.pid, wanted);
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "process %ld runs, with %u of %u dissectors", (long)doctor->keeper.pid,
		    doctor->numbers.dissectors, wanted);
}

void
doctor_socket(struct doctor *doctor)
{
	const char	*socket = doctor->options->socket;
	struct buf	 why;

	buf_init(&why, 4096);
	switch (milter_ask(socket, &why)) {
	case MILTER_ANSWERS:
		doctor->judges = true;
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "a milter answers on %s", socket);
		break;
	case MILTER_UNKNOWN:
		/* Whoever passed the descriptor knows its address. */
		doctor->judges = doctor->keeper.pid != 0;
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "Socket %s has no address that could be asked", socket);
		break;
	case MILTER_FORBIDDEN:
		doctor->kept_out = true;
		doctor_say(doctor, FINDING_FAIL, as_root(doctor), "%s may not be used by this user: %.*s", socket, SPAN_ARG(buf_span(&why)));
		break;
	case MILTER_SILENT:
		doctor_say(doctor, FINDING_FAIL, doctor->keeper.pid == 0 ? doctor_start(doctor) : doctor_restart(doctor),
		    "nobody answers on %s: %.*s", socket, SPAN_ARG(buf_span(&why)));
		break;
	}
	buf_fini(&why);
}

/* What was wrong with the last reload, if it was refused: its first line. */
static struct span
refusal(struct doctor *doctor)
{
	struct keeper_status	status;
	struct buf		report;
	struct span		line = SPAN_NONE;

	buf_init(&report, (size_t)1 << 20);
	if (keeper_status_read(doctor->options->state_dir, &status, &report) && buf_span(&report).len > 0)
		line = arena_copy(doctor->arena, span_cut(buf_span(&report), 0, span_find_char(buf_span(&report), '\n', 0)));
	buf_fini(&report);
	return span_cut(line, 0, 1000);
}

void
doctor_generation(struct doctor *doctor)
{
	struct span	 reload = doctor_command_line(doctor, "pixelctl reload", "");
	const char	*force = doctor->keeper.generation;
	struct span	 refused = refusal(doctor);

	if (doctor->keeper.pid == 0)
		doctor_say(doctor, FINDING_WARN, SPAN_NONE, "none is in force: no daemon runs");
	else if (doctor->silent)
		doctor_say(doctor, FINDING_WARN, SPAN_NONE, "it cannot be told which is in force: process %ld could not write %s/"
		    STATUS_FILE, (long)doctor->keeper.pid, doctor->options->state_dir);
	else if (doctor->generation == NULL)
		doctor_say(doctor, FINDING_WARN, SPAN_NONE, "%s stays in force; what is on disk would be refused", force);
	else if (strcmp(policy_generation(generation_policy(doctor->generation)), force) != 0)
		doctor_say(doctor, FINDING_WARN, reload, "%s is in force, %s is on disk", force,
		    policy_generation(generation_policy(doctor->generation)));
	else if (refused.len > 0)
		doctor_say(doctor, FINDING_WARN, reload, "%s is in force, and the last reload was refused: %.*s", force,
		    SPAN_ARG(refused));
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "%s is in force, and on disk", force);
}

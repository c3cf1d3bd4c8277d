/* pixelctl doctor: StateDir, and the journal in it. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include "doctor.h"

#define LEAST_FREE	((uint64_t)64 << 20)
#define MINUTE_MS	((int64_t)60000)
#define LOOK_BACK	60	/* minutes of counters */
/* Records that the journal's thread has not handed on: what comes in meanwhile, and not more. */
#define MOST_WAITING	1000u

/* UserID as install(1) wants it, which knows no "user:group". */
static struct span
owner_options(struct doctor *doctor)
{
	const char	*user = doctor->options->user[0] != '\0' ? doctor->options->user : "pixelward";
	const char	*colon = strchr(user, ':');

	return colon == NULL ? arena_printf(doctor->arena, "-o %s", user) :
	    arena_printf(doctor->arena, "-o %.*s -g %s", (int)(colon - user), user, colon + 1);
}

bool
doctor_daemon_user(const struct doctor *doctor, uid_t *uid)
{
	char		path[64], name[65];
	struct stat	process;
	struct passwd	*user;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(doctor->options->user, ":"), doctor->options->user);
	user = name[0] != '\0' ? getpwnam(name) : NULL;
	if (user != NULL) {
		*uid = user->pw_uid;
		return true;
	}
	snprintf(path, sizeof(path), "/proc/%ld", (long)doctor->keeper.pid);
	if (doctor->keeper.pid == 0 || stat(path, &process) != 0)
		return false;
	*uid = process.st_uid;
	return true;
}

static void
say_access(struct doctor *doctor, const struct stat *about)
{
	const char	*directory = doctor->options->state_dir;
	uid_t		 uid;
	bool		 known = doctor_daemon_user(doctor, &uid);
	unsigned	 mode = about->st_mode & 07777;

	if (known && about->st_uid != uid) {
		struct passwd *user = getpwuid(uid);

		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "chown -R %s %s",
		    doctor->options->user[0] != '\0' ? doctor->options->user : user != NULL ? user->pw_name : "USER", directory), "%s belongs to user %u, and the daemon is user %u", directory, (unsigned)about->st_uid, (unsigned)uid);
	} else if ((mode & (S_IWGRP | S_IWOTH)) != 0)
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "chmod 0750 %s", directory),
		    "%s has mode %04o: others may write there", directory, mode);
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "%s belongs to user %u, mode %04o", directory, (unsigned)about->st_uid, mode);
}

static void
say_space(struct doctor *doctor)
{
	const char	*directory = doctor->options->state_dir;
	uint64_t	 size = doctor->options->journal_size, has = doctor->numbers.journal.bytes, free_bytes;
	uint64_t	 may_grow = size > has ? size - has : 0;
	struct statvfs	 about;

	if (statvfs(directory, &about) != 0) {
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "df %s", directory), "%s: %s", directory, strerror(errno));
		return;
	}
	free_bytes = (uint64_t)about.f_bavail * about.f_frsize;
	if (free_bytes < LEAST_FREE)
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "df %s", directory), "%s has %llu MB free", directory,
		    (unsigned long long)(free_bytes >> 20));
	else if (free_bytes < may_grow + LEAST_FREE)
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "JournalSize %lluM",
		    (unsigned long long)((has + free_bytes - LEAST_FREE / 2) >> 20)), "%s has %llu MB free, and the journal may still grow "
		    "by %llu MB (JournalSize)", directory, (unsigned long long)(free_bytes >> 20), (unsigned long long)(may_grow >> 20));
	else
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "%s has %llu MB free", directory, (unsigned long long)(free_bytes >> 20));
}

void
doctor_state(struct doctor *doctor)
{
	const char	*directory = doctor->options->state_dir;
	struct stat	 about;

	if (stat(directory, &about) != 0) {
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "install -d %.*s -m 0750 %s",
		    SPAN_ARG(owner_options(doctor)), directory), "StateDir %s: %s", directory,
		    strerror(errno));
		return;
	}
	say_access(doctor, &about);
	say_space(doctor);
}

/* --- the journal --- */

static uint64_t
lately(const struct doctor *doctor, enum counter counter)
{
	uint64_t sum = 0;

	for (int64_t i = 0; i < LOOK_BACK && doctor->numbers.counted; i++)
		sum += counters_of_minute(doctor->numbers.counters, doctor->numbers.now_ms - i * MINUTE_MS, counter);
	return sum;
}

static void
say_waiting(struct doctor *doctor, const char *whom, uint64_t count)
{
	if (count > MOST_WAITING)
		doctor_say(doctor, FINDING_WARN, SPAN("journalctl -u pixelward"), "%llu records wait for %s",
		    (unsigned long long)count, whom);
}

/* While what is kept of that time can still be compared. */
static void
say_torn(struct doctor *doctor)
{
	static const struct torn	 never;
	const struct torn		*torn = doctor->numbers.counted ? counters_torn(doctor->numbers.counters) : &never;
	time_t				 last = (time_t)(torn->last_ms / 1000);
	struct tm			 utc;
	char				 when[64];

	if (torn->ends == 0 || gmtime_r(&last, &utc) == NULL)
		return;
	bool lately = doctor->numbers.now_ms - torn->last_ms < (int64_t)doctor->options->journal_keep_ms;
	strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	doctor_say(doctor, lately ? FINDING_WARN : FINDING_OK,
	    lately ? arena_printf(doctor->arena, "journalctl -k --until '%.10s %.8s UTC', for a power cut or a disk that fails; what "
	    "was cut is in no counter", when, when + 11) : SPAN_NONE,
	    "%llu torn ends of files were cut (%llu bytes), the last one %s", (unsigned long long)torn->ends,
	    (unsigned long long)torn->bytes, when);
}

void
doctor_journal(struct doctor *doctor)
{
	const struct journal_state	*journal = &doctor->numbers.journal;
	const char			*state_dir = doctor->options->state_dir;
	uint64_t			 lost = lately(doctor, COUNTER_unrecorded), failed = lately(doctor, COUNTER_errors);
	bool				 waits = journal->unlearned > 0 || journal->untold > 0;

	if (doctor_runs_without(doctor, "journal/lock")) {
		doctor_say(doctor, FINDING_FAIL, doctor_mend(doctor), "process %ld runs without %s/journal: nothing is recorded or "
		    "counted", (long)doctor->keeper.pid, state_dir);
		return;
	}
	if (!doctor->numbers.counted && journal->segments == 0) {
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "nothing was recorded in %s/journal yet", state_dir);
		return;
	}
	if (lost > 0)
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "df %s", state_dir),
		    "%llu messages of the last hour could not be recorded", (unsigned long long)lost);
	if (failed > 0)
		doctor_say(doctor, FINDING_WARN, doctor_command_line(doctor, "pixelctl stats", ""),
		    "%llu messages of the last hour could not be judged as they should", (unsigned long long)failed);
	if (journal->bad > 0)
		doctor_say(doctor, FINDING_WARN, arena_printf(doctor->arena, "ls -l %s/journal/*.bad", state_dir),
		    "%llu files of %s/journal were damaged, and set aside", (unsigned long long)journal->bad, state_dir);
	say_torn(doctor);
	say_waiting(doctor, "the reputation", journal->unlearned);
	say_waiting(doctor, "Redis", journal->untold);
	if (waits && journal->bytes > doctor->options->journal_size / 10 * 9)
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "JournalSize %lluM",
		    (unsigned long long)(doctor->options->journal_size >> 19)), "%llu of %llu bytes are full, and nobody takes them",
		    (unsigned long long)journal->bytes, (unsigned long long)doctor->options->journal_size);
	doctor_say(doctor, FINDING_OK, SPAN_NONE, "%llu bytes; %llu records wait for the reputation, %llu for Redis; %llu messages of "
	    "the last hour", (unsigned long long)journal->bytes, (unsigned long long)journal->unlearned,
	    (unsigned long long)journal->untold, (unsigned long long)lately(doctor, COUNTER_messages));
}

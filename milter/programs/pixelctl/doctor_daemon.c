/* pixelctl doctor: does a daemon run, does it answer, and does it judge by what is on disk? */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "doctor.h"
#include "milter_ask.h"
#include "process.h"

/* Who holds the lock on a file, by /proc/locks: to try it would take it from a daemon that starts. 0: nobody. */
static pid_t
lock_holder(const char *path)
{
	struct stat	about;
	char		line[256];
	FILE		*locks;
	pid_t		holder = 0;

	locks = stat(path, &about) == 0 ? fopen("/proc/locks", "re") : NULL;
	while (locks != NULL && fgets(line, sizeof(line), locks) != NULL) {
		unsigned	major, minor;
		long		pid;
		unsigned long	inode;

		if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %ld %x:%x:%lu", &pid, &major, &minor, &inode) == 4 &&
		    inode == about.st_ino && major == major(about.st_dev) && minor == minor(about.st_dev))
			holder = (pid_t)pid;
	}
	if (locks != NULL)
		fclose(locks);
	return holder;
}

static struct span
as_root(struct doctor *doctor)
{
	return doctor_command_line(doctor, "sudo pixelctl doctor", "");
}

static void
say_absent(struct doctor *doctor)
{
	const char	*state_dir = doctor->options->state_dir;
	struct span	 lock = arena_printf(doctor->arena, "%s/journal/lock", state_dir);
	pid_t		 holder = lock.at != NULL ? lock_holder(lock.at) : 0;

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
	if (doctor->keeper.pid == 0)
		say_absent(doctor);
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
		doctor_say(doctor, FINDING_FAIL, doctor->keeper.pid != 0 ? SPAN("systemctl restart pixelward") :
		    doctor->keeper.pid == 0 ? doctor_start(doctor) :
		    arena_printf(doctor->arena, "kill %ld, then %.*s", (long)doctor->keeper.pid, SPAN_ARG(doctor_start(doctor))),
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

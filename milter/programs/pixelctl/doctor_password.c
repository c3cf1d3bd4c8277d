/* pixelctl doctor: may the daemon read the password that root can? */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <pixelward/keeper/account.h>

#include "doctor.h"

#define MOST_GROUPS	256

/* Whom the kernel asks about. */
struct reader {
	uid_t	uid;
	gid_t	gid, groups[MOST_GROUPS];
	int	count;
};

/* As it runs: systemd may have given it groups that no file names. */
static bool
process_groups(pid_t pid, struct reader *reader)
{
	char	path[64], line[4096];
	bool	found = false;
	FILE	*file;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	file = pid != 0 ? fopen(path, "re") : NULL;
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		int at = 0, more;

		(void)sscanf(line, "Gid: %*u %u", &reader->gid);
		if (strncmp(line, "Groups:", 7) != 0)
			continue;
		for (at = 7; reader->count < MOST_GROUPS && sscanf(line + at, "%u%n", &reader->groups[reader->count], &more) == 1;
		    at += more)
			reader->count++;
		found = true;
	}
	if (file != NULL)
		fclose(file);
	return found;
}

static bool
account_groups(const struct doctor *doctor, struct reader *reader)
{
	struct passwd	*user = getpwuid(reader->uid);
	struct account	 account = { 0 };
	struct buf	 why;

	if (user == NULL)
		return false;
	buf_init(&why, 1024);
	reader->gid = user->pw_gid;
	if (doctor->options->user[0] != '\0' && account_find(doctor->options->user, &account, &why))
		reader->gid = account.gid;
	account_fini(&account);
	buf_fini(&why);
	reader->count = MOST_GROUPS;
	return getgrouplist(user->pw_name, reader->gid, reader->groups, &reader->count) >= 0;
}

static bool
reader_find(const struct doctor *doctor, struct reader *reader)
{
	*reader = (struct reader){ 0 };
	return doctor_daemon_user(doctor, &reader->uid) && reader->uid != 0 &&
	    (process_groups(doctor->keeper.pid, reader) || account_groups(doctor, reader));
}

/* Of this thread alone, and of its files: modes, groups and ACLs count as they do for the daemon. False: it may not. */
static bool
files_as(uid_t uid, gid_t gid, const gid_t *groups, size_t count)
{
	bool fine = syscall(SYS_setgroups, count, groups) == 0;

	(void)setfsgid(gid);
	(void)setfsuid(uid);
	return fine && setfsuid((uid_t)-1) == (int)uid && setfsgid((gid_t)-1) == (int)gid;
}

/* The folder that keeps it out, or the file itself; "": nothing does. */
static struct span
barrier(const char *path, struct arena *arena)
{
	struct stat about;

	for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
		struct span folder = arena_printf(arena, "%.*s/.", (int)(slash - path), path);

		if (folder.at != NULL && stat(folder.at, &about) != 0 && errno == EACCES)
			return slash == path ? SPAN("/") : span_cut(folder, 0, folder.len - 2);
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errno == EACCES ? span_of(path) : SPAN("");
	close(fd);
	return SPAN("");
}

static void
say_barrier(struct doctor *doctor, const struct reader *reader, struct span what)
{
	const char	*path = doctor->options->redis_password_file;
	struct passwd	*user = getpwuid(reader->uid);
	struct span	 name = user != NULL ? arena_printf(doctor->arena, "%s", user->pw_name) :
			    arena_printf(doctor->arena, "%u", reader->uid);

	if (what.len == 0)
		doctor_say(doctor, FINDING_OK, SPAN_NONE, "user %.*s may read RedisPasswordFile %s", SPAN_ARG(name), path);
	else if (span_eq(what, span_of(path)))
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "chown %.*s %s; chmod 0400 %s", SPAN_ARG(name), path, path),
		    "the daemon is user %.*s, who may not read RedisPasswordFile %s", SPAN_ARG(name), path);
	else
		doctor_say(doctor, FINDING_FAIL, arena_printf(doctor->arena, "RedisPasswordFile in a folder that %.*s may enter, such as "
		    "/etc/pixelward, in %s", SPAN_ARG(name), doctor->config),
		    "the daemon is user %.*s, who may not enter %.*s: RedisPasswordFile %s cannot be read", SPAN_ARG(name),
		    SPAN_ARG(what), path);
}

void
doctor_password(struct doctor *doctor)
{
	const char	*path = doctor->options->redis_password_file;
	gid_t		 groups[MOST_GROUPS];
	int		 count = getgroups(MOST_GROUPS, groups);
	struct reader	 reader;
	struct span	 what = SPAN_NONE;

	/* Who is not root has tried it for himself; a credential is systemd's to give. */
	if (geteuid() != 0 || path[0] != '/' || count < 0 || !reader_find(doctor, &reader))
		return;
	bool asked = files_as(reader.uid, reader.gid, reader.groups, (size_t)reader.count);
	if (asked)
		what = barrier(path, doctor->arena);
	(void)files_as(0, getegid(), groups, (size_t)count);
	if (asked)
		say_barrier(doctor, &reader, what);
}

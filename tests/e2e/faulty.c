/*
 * Loaded into a process before the C library (LD_PRELOAD): files that fail, and a kill at any moment.
 *
 *	PW_KILL_AT=N	the Nth call that changes a file is not carried out: the process is killed there
 *	PW_FAULTS=DIR	while DIR/CALL is there (write, sync, open), such calls on files fail with the number that it holds
 *
 * What is written to the first three descriptors, or to no file, is left alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int
real_open(const char *path)
{
	return REAL(open)(path, O_RDONLY | O_CLOEXEC);
}

/* Does this call fail, or kill? */
static bool
fails(const char *call)
{
	static _Atomic long	 calls;
	const char		*at = getenv("PW_KILL_AT"), *folder = getenv("PW_FAULTS");
	char			 path[4096], number[16] = "";
	int			 fd;

	if (at != NULL && atomic_fetch_add(&calls, 1) + 1 == strtol(at, NULL, 10))
		kill(getpid(), SIGKILL);
	if (folder == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, call);
	fd = real_open(path);
	if (fd < 0)
		return false;
	ssize_t got = read(fd, number, sizeof(number) - 1);
	close(fd);
	errno = got > 0 ? (int)strtol(number, NULL, 10) : EIO;
	return true;
}

static bool
is_file(int fd)
{
	struct stat about;

	return fd > STDERR_FILENO && fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

ssize_t
write(int fd, const void *bytes, size_t count)
{
	return is_file(fd) && fails("write") ? -1 : REAL(write)(fd, bytes, count);
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return is_file(fd) && fails("write") ? -1 : REAL(pwrite)(fd, bytes, count, at);
}

int
ftruncate(int fd, off_t size)
{
	return is_file(fd) && fails("write") ? -1 : REAL(ftruncate)(fd, size);
}

int
fdatasync(int fd)
{
	return fails("sync") ? -1 : REAL(fdatasync)(fd);
}

int
fsync(int fd)
{
	return fails("sync") ? -1 : REAL(fsync)(fd);
}

int
rename(const char *from, const char *to)
{
	return fails("write") ? -1 : REAL(rename)(from, to);
}

int
renameat(int from_at, const char *from, int to_at, const char *to)
{
	return fails("write") ? -1 : REAL(renameat)(from_at, from, to_at, to);
}

int
unlinkat(int at, const char *path, int flags)
{
	return fails("write") ? -1 : REAL(unlinkat)(at, path, flags);
}

/* Also what makes a file, or empties it. */
#define CHANGES(flags) (((flags) & (O_CREAT | O_TRUNC)) != 0)

static mode_t
mode_of(int flags, va_list arguments)
{
	return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

int
open(const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	mode_t mode = mode_of(flags, arguments);
	va_end(arguments);
	return CHANGES(flags) && fails("open") ? -1 : REAL(open)(path, flags, mode);
}

int
openat(int at, const char *path, int flags, ...)
{
	va_list arguments;

	va_start(arguments, flags);
	mode_t mode = mode_of(flags, arguments);
	va_end(arguments);
	return CHANGES(flags) && fails("open") ? -1 : REAL(openat)(at, path, flags, mode);
}

#include <pixelward/base/file.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool
file_write_at(int fd, struct span s, uint64_t at)
{
	while (s.len > 0) {
		ssize_t n = pwrite(fd, s.at, s.len, (off_t)at);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? (uint64_t)n : 0;
		s = span_from(s, n > 0 ? (size_t)n : 0);
	}
	return true;
}

bool
file_read_at(int fd, char *to, uint64_t bytes, uint64_t at)
{
	while (bytes > 0) {
		ssize_t n = pread(fd, to, bytes, (off_t)at);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		to += n > 0 ? n : 0;
		at += n > 0 ? (uint64_t)n : 0;
		bytes -= n > 0 ? (uint64_t)n : 0;
	}
	return true;
}

/* That the name is there, too. A file system that cannot say so has kept the content at least. */
static void
folder_sync(const char *path)
{
	char		 folder[PATH_MAX];
	const char	*slash = strrchr(path, '/');
	int		 len = slash == NULL ? 0 : slash == path ? 1 : (int)(slash - path);

	snprintf(folder, sizeof(folder), "%.*s", len > 0 ? len : 1, len > 0 ? path : ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

bool
file_replace(const char *path, struct span text, mode_t mode, bool to_disk)
{
	char draft[PATH_MAX];

	if ((size_t)snprintf(draft, sizeof(draft), "%s.new", path) >= sizeof(draft)) {
		errno = ENAMETOOLONG;
		return false;
	}
	/* Of somebody who was killed. */
	(void)unlink(draft);
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return false;
	bool fine = file_write_at(fd, text, 0) && (!to_disk || fsync(fd) == 0);
	int saved = errno;
	if (close(fd) != 0 && fine) {
		saved = errno;
		fine = false;
	}
	errno = saved;
	fine = fine && rename(draft, path) == 0;
	if (!fine) {
		saved = errno;
		(void)unlink(draft);
		errno = saved;
	} else if (to_disk)
		folder_sync(path);
	return fine;
}

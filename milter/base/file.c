#include <pixelward/base/file.h>

#include <errno.h>
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

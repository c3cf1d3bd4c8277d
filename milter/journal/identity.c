#include "identity.h"

#include <pixelward/base/file.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"

/* "NAME#NUMBER XXXXXXXX\n" */
#define END_BYTES	10u
#define FILE_BYTES	(IDENTITY_BYTES + END_BYTES)

static uint32_t
sum_of(const char *identity)
{
	return checksum(0, span_of(identity));
}

static bool
read_whole(const char *path, char identity[IDENTITY_BYTES], bool *there)
{
	char	text[FILE_BYTES + 1];
	int	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t	got = fd >= 0 ? pread(fd, text, FILE_BYTES, 0) : -1;
	char	end[END_BYTES + 1];

	*there = fd >= 0;
	if (fd >= 0)
		close(fd);
	if (got <= (ssize_t)END_BYTES)
		return false;
	size_t len = (size_t)got - END_BYTES;
	text[got] = '\0';
	snprintf(identity, IDENTITY_BYTES, "%.*s", (int)len, text);
	snprintf(end, sizeof(end), " %08x\n", sum_of(identity));
	return strcmp(text + len, end) == 0;
}

bool
identity_open(const char *directory, const char *name, uint64_t number, char identity[IDENTITY_BYTES])
{
	char	path[4096 + 16], text[FILE_BYTES + 1];
	bool	there;

	snprintf(path, sizeof(path), "%s/node", directory);
	if (read_whole(path, identity, &there))
		return true;
	if (!there && errno != ENOENT)
		return false;
	snprintf(identity, IDENTITY_BYTES, number > 0 ? "%.255s#%llu" : "%.255s", name, (unsigned long long)number);
	snprintf(text, sizeof(text), "%s %08x\n", identity, sum_of(identity));
	if (!file_replace(path, span_of(text), 0600, true))
		return false;
	if (there)
		log_error("journal: %s was not whole: what Redis was told before comes again", path);
	return true;
}

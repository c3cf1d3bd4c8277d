/* Where a dissector puts what it found: on its desk, or in a file of the gateway's. */
#ifndef PIXELWARD_MILTER_KEEPER_RESULT_H
#define PIXELWARD_MILTER_KEEPER_RESULT_H

#include <pixelward/base/file.h>

#include <string.h>

struct result {
	char		*desk;	/* NULL: the file */
	int		 fd;
	uint64_t	 bytes;	/* that have room */
};

/* False: there is no room. */
static inline bool
result_write(const struct result *result, struct span s, uint64_t at)
{
	if (at > result->bytes || s.len > result->bytes - at)
		return false;
	if (result->desk == NULL)
		return file_write_at(result->fd, s, at);
	if (s.len > 0)
		memcpy(result->desk + at, s.at, s.len);
	return true;
}

#endif

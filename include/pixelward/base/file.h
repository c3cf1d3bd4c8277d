/* Files at given places, whole or not at all. */
#ifndef PIXELWARD_BASE_FILE_H
#define PIXELWARD_BASE_FILE_H

#include <pixelward/span.h>

#include <sys/types.h>

/* False: errno. What an interrupted or short call left is done by the next one. */
bool	file_write_at(int fd, struct span, uint64_t at);
/* False: errno, or the file ends before. */
bool	file_read_at(int fd, char *to, uint64_t bytes, uint64_t at);
/*
 * Another content under a name: a reader sees the old one or the new one whole. The draft is path with ".new" behind it.
 * to_disk: also after a power cut. False: errno; the old one is still there.
 */
bool	file_replace(const char *path, struct span, mode_t mode, bool to_disk);

#endif

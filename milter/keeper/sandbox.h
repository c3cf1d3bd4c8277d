/* The walls around a dissector. */
#ifndef PIXELWARD_MILTER_KEEPER_SANDBOX_H
#define PIXELWARD_MILTER_KEEPER_SANDBOX_H

#include <pixelward/base/buf.h>

/* Compile the filter of system calls, once. False: why. */
bool	sandbox_prepare(struct buf *why);
/*
 * For the calling process, for good: no descriptor but fd (which may move; its new number is returned), no new ones but
 * those that it is given, this much address space and processor time, no core file, and system calls for computing and for
 * answering only: any other kills it. -1: errno, and *what names the wall.
 */
int	sandbox_close(int fd, uint64_t memory, uint64_t cpu_s, const char **what);

#endif

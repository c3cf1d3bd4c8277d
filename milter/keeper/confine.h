/* The walls around the gateway: wider than a dissector's, since it serves, reloads and keeps state. */
#ifndef PIXELWARD_MILTER_KEEPER_CONFINE_H
#define PIXELWARD_MILTER_KEEPER_CONFINE_H

#include <pixelward/options.h>

/*
 * For the calling process and all threads that it starts: no new privileges; files may be read, but written beneath
 * StateDir only (Landlock); no TCP port may be bound, and none connected to but its own and Redis's (Landlock, Linux 6.7;
 * any, if sentinels say where Redis is); no program, no process, none of the system calls that a filter has no use for
 * (seccomp: they fail with EPERM). What the kernel does not have is told in the log and left out.
 */
void	confine_gateway(const struct options *, int listen_fd);

#endif

/* The keeper's word on itself, as another process reads it. */
#ifndef PIXELWARD_KEEPER_STATUS_H
#define PIXELWARD_KEEPER_STATUS_H

#include <pixelward/base/buf.h>

#include <sys/types.h>

#define STATUS_FILE	"keeper.status"	/* in StateDir */

struct keeper_status {
	pid_t			pid;
	char			generation[32];
	unsigned long long	reloaded, refused;	/* reloads since it started */
};

/*
 * What state_dir's file says; what was wrong with the last reload is appended to report (may be NULL). False: errno;
 * ENOENT: no keeper left one. One that died without a word may have: its pid is then nobody's, or another's.
 */
bool	keeper_status_read(const char *state_dir, struct keeper_status *, struct buf *report);

#endif

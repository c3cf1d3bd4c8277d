/* Whether a command's user may use what the configuration names, and what to say where not. */
#ifndef PIXELCTL_REACH_H
#define PIXELCTL_REACH_H

#include <pixelward/reputation/reputation.h>

#include "commands.h"

enum reach {
	REACH_READ,	/* the reputation */
	REACH_WRITE,	/* the same, and StateDir may have to be made */
	REACH_COUNTS,	/* all of StateDir */
};

/* What is not there is no mistake. HISTORY_DONE, or HISTORY_NOT_ALLOWED: why says what may not be used, and what to do. */
int	reach_state(const struct options *, enum reach, struct buf *why);
/*
 * Opens the reputation, which is the caller's in any case. HISTORY_DONE, or the status of a command that gives up, why says
 * it in whole lines: HISTORY_AWAY of a Redis that does not answer or refuses the password, HISTORY_NOT_ALLOWED where this
 * user, or the one of Redis, may not, HISTORY_CONFIG, HISTORY_SOFTWARE.
 */
int	reach_open(const struct options *, enum reputation_kind, bool writes, struct buf *why, struct reputation **);
/* Ten seconds at the most, until the configuration's Redis answers: one that fails over is back in some. */
void	reach_wait(const struct options *);
/* What became of a question or a lesson, while the reputation is open: tells it if it failed; the status to return. */
int	reach_tell(const struct options *, enum pw_err);
/*
 * What the configuration's Redis or StateDir remembers, to judge with; nothing is learned. Without a configuration, or
 * without anything there: NULL, and mail is judged as by a daemon that begins. Where it cannot be had that is told.
 */
struct reputation *reach_to_judge(const char *config, const struct options *);
/* Where the reputation is if nobody said so, for who did not mean that. config not NULL: says nothing. */
void	reach_tell_default(const char *config, const struct options *);

#endif

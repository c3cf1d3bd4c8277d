/* What `stats` and `top` open once: the configuration, and the stores that it names. */
#ifndef PIXELCTL_SOURCE_H
#define PIXELCTL_SOURCE_H

#include <pixelward/base/redis.h>
#include <pixelward/reputation/reputation.h>

enum source_status {
	SOURCE_FINE = 0,
	SOURCE_USAGE = 64,	/* EX_USAGE */
	SOURCE_NOTHING = 66,	/* EX_NOINPUT: nothing has been counted yet */
	SOURCE_SOFTWARE = 70,	/* EX_SOFTWARE */
	SOURCE_NOT_ALLOWED = 77, /* EX_NOPERM: StateDir is not for this user */
	SOURCE_CONFIG = 78,	/* EX_CONFIG */
};

struct source {
	struct options		*options;
	struct redis		*redis;		/* NULL: none is wanted */
	struct reputation	*reputation;	/* NULL: it cannot be had */
	struct arena		*arena;
};

/* SOURCE_FINE, or the exit status: it was told on standard error. To be closed in any case. */
int	source_open(struct source *, const char *config);
void	source_close(struct source *);

#endif

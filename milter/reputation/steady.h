/*
 * Which times are believed. Mail is learned in its own time, so that what comes late, and old mail, is learned as it was. But
 * a gateway whose clock jumps must not end what a store knows, begin anything in days to come, nor leave windows behind.
 *
 * One rule for all stores: a message of more than a day to come, or a record of more than ten years ago, is of now. What
 * now is, a steady clock says: Redis's, or, where there is none, the system's, but a jump of more than a day only once it
 * has lasted for a day.
 */
#ifndef REPUTATION_STEADY_H
#define REPUTATION_STEADY_H

#include <pixelward/span.h>

#include <pthread.h>

/* Unix time, and how long something is running: the clocks at one moment. */
struct moment {
	int64_t	unix_ms, running_ms;
};

struct moment	moment_now(void);

struct steady {
	pthread_mutex_t	lock;
	int64_t		ahead_ms;	/* Unix time, before what is running */
	int64_t		jump_ms;	/* the same after a jump that is not believed yet */
	int64_t		since_ms;	/* running: when it jumped; -1: it did not */
};

void	steady_init(struct steady *, struct moment);
void	steady_fini(struct steady *);
/* What time it is. Any thread. */
int64_t	steady_read(struct steady *, struct moment);
/* Somebody else's clock, which is right, says that it is unix_ms. */
void	steady_set(struct steady *, struct moment);

/* now_ms 0: there is no clock but the message's. */
int64_t	time_believed(int64_t time_ms, bool recorded, int64_t now_ms);

#endif

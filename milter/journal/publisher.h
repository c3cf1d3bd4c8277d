/*
 * Tells Redis the counters: a thread that sends what changed, as absolute values, so that nothing is wrong if it is sent
 * twice, and everything again if Redis has lost it.
 */
#ifndef JOURNAL_PUBLISHER_H
#define JOURNAL_PUBLISHER_H

#include <pixelward/base/redis.h>

#include <pthread.h>

#include "tally.h"

struct told_health {
	int64_t			 minute;	/* Unix time */
	uint64_t		 waiting;
	struct redis_health	 health;	/* then; in told: up to which it was counted */
};

struct publisher {
	struct redis		*redis;		/* borrowed, as all others */
	const struct options	*options;	/* for the time that it starts */
	const char		*node;		/* as the gateway is called */
	const char		*identity;	/* what it was when it began */
	pthread_mutex_t		*mutex;		/* of the counters */
	struct counters		*counters;
	/* Redis knows of no record behind number, and did before; from the publisher's thread. */
	void			(*lost)(void *context, uint64_t number);
	uint64_t		(*waiting)(void *context);	/* records that are not handed on yet */
	void			*context;

	const char		*mode;		/* with mutex, as the next */
	char			 generation[64];
	char			 who[300];
	struct told_health	 told;		/* what Redis has of the node's health */
	struct told_health	 asked;		/* what it was told, and has not answered; minute 0: nothing */
	int64_t			 top_keep_ms;
	uint64_t		 published;	/* number of the record up to which Redis was told everything; 0: not yet */
	bool			 failing, running, stopping;
	int64_t			 end_ms;
	pthread_t		 thread;
	pthread_cond_t		 wake;		/* with mutex */
};

/* The fields above the empty line are set. False: errno. */
bool		publisher_start(struct publisher *);
/* Tells what is left, until then (clock_ms()), and ends. */
void		publisher_stop(struct publisher *, int64_t end_ms);

#endif

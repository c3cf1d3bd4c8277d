/*
 * Tells Redis the counters: a thread that sends what changed, as absolute values, so that nothing is wrong if it is sent
 * twice, and everything again if Redis has lost it.
 */
#ifndef JOURNAL_PUBLISHER_H
#define JOURNAL_PUBLISHER_H

#include <pixelward/base/redis.h>

#include <pthread.h>

#include "tally.h"

struct publisher {
	struct redis		*redis;		/* borrowed, as all others */
	const struct options	*options;	/* for the time that it starts */
	const char		*node;
	pthread_mutex_t		*mutex;		/* of the counters */
	struct counters		*counters;
	/* Redis knows of no record behind number, and did before; from the publisher's thread. */
	void			(*lost)(void *context, uint64_t number);
	uint64_t		(*waiting)(void *context);	/* records that are not handed on yet */
	void			*context;

	const char		*mode;		/* with mutex, as the next */
	char			 generation[64];
	char			 who[300];
	int64_t			 minute;	/* Unix time, of which Redis has the node's health */
	struct redis_health	 health;	/* then */
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

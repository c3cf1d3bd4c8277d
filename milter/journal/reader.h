/*
 * Somebody who gets every record, in order, each again until it is taken: a thread, and a position that outlives it.
 */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include <pixelward/error.h>
#include <pixelward/journal/journal.h>

#include <pthread.h>

#include "position.h"
#include "spool.h"

struct reader {
	const char		*name;		/* static */
	struct spool		*spool;
	struct span		 identity;
	struct journal_taker	 taker;
	size_t			 most_bytes;	/* of records in memory; 0: more than what is handed on together takes */
	struct position		 saved;
	bool			 running;
	size_t			 at_once;	/* the thread's own: how many are handed on together */
	enum pw_err		 refused;	/* likewise: why one is not taken, as the log has it; PW_OK */
	pthread_t		 thread;
	pthread_mutex_t		 mutex;		/* all below */
	pthread_cond_t		 wake;
	uint64_t		 position;	/* the last one that was taken */
	uint64_t		 rewind;	/* plus one: go back to it; 0: no */
	bool			 news;		/* since it last looked */
	uint64_t		 unreadable;	/* records that nobody understands */
	uint64_t		 refusals;	/* times that one was not taken */
	bool			 away;		/* now */
	int64_t			 away_ms;	/* since when; clock_ms() */
	bool			 away_said;	/* in the log */
	int64_t			 end_ms;	/* INT64_MAX: goes on for ever; clock_ms() */
};

/* Saved in directory/position.NAME. Begins behind what the taker kept, if that is less. False: errno. */
bool		reader_start(struct reader *, const char *directory);
/* The position that the last life of this one saved; 0: none. */
uint64_t	reader_saved(const char *directory, const char *name);
/* There may be something to read. */
void		reader_wake(struct reader *);
/* Hands on what it can until then (clock_ms()), and ends. */
void		reader_stop(struct reader *, int64_t end_ms);
void		reader_join(struct reader *);
/* Any thread: what came behind number is handed on again, as far as it is kept. */
void		reader_rewind(struct reader *, uint64_t number);
uint64_t	reader_position(struct reader *);
/* Any thread: of what is up to this number, nothing is needed any more. */
uint64_t	reader_kept(struct reader *);

#endif

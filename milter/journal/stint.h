/*
 * Under which names a node counted what: each name has its own, also when the gateway is called something else now.
 *
 * Who reads a record's name needs no lock: names and numbers are settled before threads begin.
 */
#ifndef JOURNAL_STINT_H
#define JOURNAL_STINT_H

#include <pixelward/journal/counters.h>

#define MOST_STINTS	32u
#define MOST_NODE_NAME	256u

struct stint {
	char		node[MOST_NODE_NAME];
	uint64_t	after;		/* number of the last record before it */
	uint64_t	of[COUNTERS];	/* what was counted in it */
	bool		dirty;
};

struct stints {
	struct stint	at[MOST_STINTS];	/* the last one goes on; of names, more than these are forgotten */
	size_t		count;
};

/* For who reads a snapshot. The next one; NULL: no more. */
struct stint	*stint_add(struct stints *, struct span node, uint64_t after);
/*
 * This is its name from now on. number: of the last record; totals: all that was counted, which is of this name if nobody
 * knows of another.
 */
void		 stints_call(struct stints *, const char *node, uint64_t number, const uint64_t totals[COUNTERS]);
/* What a message adds to the one that goes on, if there is one. */
void		 stints_count(struct stints *, const uint64_t values[COUNTERS]);
/* The node's name when it wrote this record. */
struct span	 stints_name(const struct stints *, uint64_t number);
/* All that was counted under the name of one of them. False: a later one has the same name. */
bool		 stints_sum(const struct stints *, size_t index, uint64_t sum[COUNTERS]);

#endif

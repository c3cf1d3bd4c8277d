/* The counters as they are kept: counting, and what is to be published. Not thread-safe. */
#ifndef JOURNAL_TALLY_H
#define JOURNAL_TALLY_H

#include <pixelward/base/clock.h>
#include <pixelward/journal/counters.h>

#include "names.h"
#include "stint.h"

#define MINUTE_MS	((int64_t)60000)
#define HOUR_MS		(60 * MINUTE_MS)

#define MOST_MINUTES	360u
#define MOST_HOURS	72u
#define MINUTES_OLD	4320	/* three days */
#define HOURS_OLD	1440	/* sixty */
#define MOST_RULES	8192u
#define MOST_TOPS	4096u

/* What was counted in one minute or hour. */
struct bucket {
	int64_t		number;		/* Unix time divided by its length */
	uint64_t	of[COUNTERS];
	bool		dirty;
};

struct series {
	int64_t		 bucket_ms;
	struct bucket	*at;		/* sorted */
	size_t		 count, most;
	int64_t		 most_old;	/* a bucket so many before now is not told of any more */
};

struct top_day {
	int64_t		day;
	struct names	tops[TOPS];
};

struct counters {
	uint64_t	epoch;		/* another one for each StateDir: microseconds of Unix time when it began */
	uint64_t	number;		/* of the last record that is in here */
	uint64_t	writes;		/* snapshots of it, over all lives */
	int64_t		last_ms;
	uint64_t	totals[COUNTERS];
	struct torn	torn;
	struct stints	stints;		/* the totals by the node's names */
	struct names	rules;
	struct series	minutes, hours;
	struct top_day	days[2];	/* of the two last days that had mail, in any order */
};

struct counters	*counters_new(void);	/* NULL: no memory */
/* A record that is not in it yet. What there is no memory for is missing in lists, never in the totals. */
void		 counters_count(struct counters *, const struct sighting *);
/* Messages that are in no record. */
void		 counters_miss(struct counters *, uint64_t messages, int64_t now_ms);
/* Everything is to be published again. */
void		 counters_all_dirty(struct counters *);

/* For who reads a snapshot. NULL: no memory; or a day before the last two. */
struct bucket	*series_get(struct series *, int64_t number);
struct names	*counters_tops_of_day(struct counters *, int64_t day);

/* Is this host the first one of its registrable domain that the message would fetch from? */
bool		 sighting_fetches_domain_first(const struct sighting *, size_t index);

#endif

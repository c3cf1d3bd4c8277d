/* What `stats` and `top` show: what this node counted (StateDir), and what all nodes did (Redis, if there is one). */
#ifndef PIXELCTL_NUMBERS_H
#define PIXELCTL_NUMBERS_H

#include <pixelward/base/arena.h>
#include <pixelward/base/redis.h>
#include <pixelward/journal/counters.h>
#include <pixelward/keeper/status.h>
#include <pixelward/reputation/reputation.h>

#define NUMBERS_MOST_NAMES	256u
#define NUMBERS_MOST_NODES	64u
#define NUMBERS_MOST_CAMPAIGNS	16u

struct numbers_node {
	struct span	name;
	bool		alive;		/* its heartbeat is there */
	uint64_t	messages;
};

/* All in the arena, but the counters. */
struct numbers {
	int64_t			 now_ms;
	bool			 counted;	/* else this node has counted nothing yet */
	struct counters		*counters;
	uint64_t		 minute;	/* messages of the last whole minute */
	struct named_count	 rules[NUMBERS_MOST_NAMES];
	size_t			 rule_count;
	struct named_count	 tops[TOPS][NUMBERS_MOST_NAMES];	/* of today, UTC */
	size_t			 top_counts[TOPS];
	struct journal_state	 journal;

	bool			 running;	/* the daemon */
	struct keeper_status	 keeper;
	unsigned		 dissectors;	/* processes */
	uint64_t		 dissector_ms;	/* processor time that they took so far */

	bool			 redis_wanted, redis_up;
	struct redis_health	 redis;
	bool			 all_known;
	uint64_t		 all[COUNTERS];
	struct numbers_node	 nodes[NUMBERS_MOST_NODES];
	size_t			 node_count;

	bool			 campaigns_known;	/* else the store is away, or not for this user */
	struct store_campaign	*campaigns;
	size_t			 campaign_count;
};

/* False: no memory. numbers_fini in any case. */
bool	numbers_take(struct numbers *, const struct options *, struct redis *, struct reputation *, struct arena *)
	    PW_MUST_CHECK;
void	numbers_fini(struct numbers *);

#endif

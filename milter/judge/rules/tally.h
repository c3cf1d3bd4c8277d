/* What became of each rule since the rules were loaded; any thread counts. */
#ifndef JUDGE_RULES_TALLY_H
#define JUDGE_RULES_TALLY_H

#include <stdatomic.h>

#include "rule.h"

/* Messages: a rule that matched, that could not be said because a fact is unknown, that ran into a limit. */
struct rule_tally {
	atomic_uint_least64_t	matched, unknown, failed;
};

struct tally {
	atomic_uint_least64_t	 messages;
	struct rule_tally	*rules;
};

/* NULL: no memory. */
struct tally	*tally_new(struct arena *, size_t rules);
void		 tally_one(atomic_uint_least64_t *);
/* A line for each rule that was unknown or failed, at most MOST_TALLY_LINES; nothing before the first message. */
void		 tally_print(struct tally *, const struct rule *rules, size_t count, struct buf *);

#define MOST_TALLY_LINES	100

#endif

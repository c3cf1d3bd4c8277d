/* What each rule costs and how often it hits. */
#ifndef PIXELWARD_JUDGE_MEASURE_H
#define PIXELWARD_JUDGE_MEASURE_H

#include <pixelward/judge/judge.h>

struct rule_cost {
	struct span	 name;		/* lives in the policy */
	const char	*status;
	uint64_t	 messages, hits;	/* that it was asked for; that it matched, exemptions apart */
	uint64_t	 failures;	/* messages in which a regular expression ran into its limits */
	uint64_t	 lines;		/* of its selections that were looked at */
	uint64_t	 ns;		/* processor time */
};

/* One for each rule in force or in shadow, on the heap, all zero; NULL: no memory. */
struct rule_cost	*policy_costs_new(const struct policy *, size_t *count);
/*
 * Ask each of them about the message, one by one. A fact that several ask is paid by the first.
 *	PW_ENOMEM
 */
enum pw_err		 policy_measure(const struct policy *, const struct message *, const struct dissection *,
			    struct arena *, struct rule_cost *) PW_MUST_CHECK;

#endif

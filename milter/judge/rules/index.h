/*
 * Which rules may match at an element, without asking each of them.
 *
 * Each rule that cannot match without one of a few lines is posted under these lines; a line is found by what the
 * element must have for it: the host or a domain above it, a literal of a text, a list, a filter. A line that has no such
 * key is asked once at each element, for all rules that are posted under it. So the cost of an element grows with what
 * speaks about it, not with the number of rules. Rules that need nothing are always asked.
 */
#ifndef JUDGE_RULES_INDEX_H
#define JUDGE_RULES_INDEX_H

#include "intern.h"

struct rule_index;

/* Of the rules in force, and their filters. It refers to all of them. NULL: no memory. */
struct rule_index	*rule_index_new(struct arena *, const struct rule *rules, size_t count, const struct interned *,
			    const struct filter_set *);
/* Rules of that acting scope that need nothing, in their order. */
const uint32_t		*rule_index_always(const struct rule_index *, enum scope, size_t *count);
/* Are there rules that are found at elements of the scope, and act on them? */
bool			 rule_index_speaks_of(const struct rule_index *, enum scope);
/* Or that are found there, and act on others? */
bool			 rule_index_tells_others(const struct rule_index *, enum scope);

/* What is asked at one element, and who is told. */
struct index_asker {
	const struct list_set	*lists;
	struct evidence		*evidence;
	enum scope		 scope;
	uint32_t		 element;
	/* A line that must be asked. */
	enum truth		(*ask)(void *context, const struct line *);
	/* A rule has what it needs: at this element if that is what it acts on, else in the message. Told more than once. */
	void			(*take)(void *context, uint32_t rule, bool here);
	/* What a rule needs is unknown, or (why) its filters could not be tried on all URLs. */
	void			(*miss)(void *context, uint32_t rule, const char *why);
	void			*context;
};

/* False: no memory. */
bool			 rule_index_ask(const struct rule_index *, const struct index_asker *);

#endif

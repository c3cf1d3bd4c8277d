/* Equal lines and equal selections of many rules, found once: what one rule has asked, others need not ask again. */
#ifndef JUDGE_RULES_INTERN_H
#define JUDGE_RULES_INTERN_H

#include "rule.h"

struct interned {
	const struct line	**lines;	/* by their ids, from 0 */
	uint32_t		  line_count, selection_count;
};

/* Gives ids to lines and selections of the rules in force. False: no memory. */
bool	intern(struct arena *, struct rule *rules, size_t count, struct interned *);

#endif

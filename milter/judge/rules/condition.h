/*
 * What a rule's selections must be for the rule to match: "and or not ( )", "1 of x*", "all of them".
 *
 * Kleene's logic: unknown is a third value. "true or unknown" is true, "false and unknown" is false, and "not unknown"
 * is unknown; only true matches.
 */
#ifndef JUDGE_RULES_CONDITION_H
#define JUDGE_RULES_CONDITION_H

#include "yaml.h"

enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

#define CONDITION_MOST_TERMS	512
#define CONDITION_MOST_DEPTH	64	/* of parentheses and operators that wait for their right side */

enum term_kind {
	TERM_SELECTION,
	TERM_NOT,
	TERM_AND,
	TERM_OR,
	TERM_UNLESS_FALSE,	/* the left side of an "and": if it is false, the right side need not be asked */
	TERM_UNLESS_TRUE,	/* of an "or": if it is true */
};

/* In postfix order. */
struct term {
	enum term_kind	kind;
	uint32_t	to;	/* SELECTION: its index; UNLESS: the term to go on with */
};

struct condition {
	struct term	*terms;
	size_t		 count;
};

/*
 * Read a condition over the selections of those names. used[i] is set for those that it asks for. False: mistakes were
 * told, or there is no memory.
 */
bool		condition_read(const struct node *scalar, const struct span *names, size_t name_count, bool *used,
		    struct findings *, struct condition *);

typedef enum truth condition_ask(void *context, uint32_t selection);
/* Asks for no more selections than it needs. */
enum truth	condition_value(const struct condition *, condition_ask *, void *context);

/* Words that no selection may be called. */
bool		condition_is_reserved(struct span name);

#endif

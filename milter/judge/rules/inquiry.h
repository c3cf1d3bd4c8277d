/*
 * One message that rules ask, and what is known of it already: elements, lines, selections.
 *
 * A selection of the message is a constant, one of the scope that the rule acts on is asked of the element that is looked
 * at, and one of another scope is true if it selects any of that scope's elements.
 */
#ifndef JUDGE_RULES_INQUIRY_H
#define JUDGE_RULES_INQUIRY_H

#include "memory.h"

#define SCOPES	5

/* Elements of a scope, found once. */
struct crowd {
	uint32_t	*at;
	size_t		 count;
	bool		 found;
};

struct inquiry {
	const struct list_set	*lists;
	struct evidence		*evidence;
	struct memory		 memory;
	struct crowd		 crowds[SCOPES];
	enum scope		 scope;		/* what is looked at */
	uint32_t		 element;
};

/* One rule at the element that is looked at. */
struct question {
	struct inquiry		*inquiry;
	const struct rule	*rule;
	bool			 has_element;
	const char		*failure;	/* the last one; NULL: none */
};

/* For lines and selections of so many ids. False: no memory. */
bool			 inquiry_init(struct inquiry *, const struct list_set *, struct evidence *, size_t lines,
			    size_t selections);
/* For those of one rule. */
bool			 inquiry_init_alone(struct inquiry *, const struct list_set *, struct evidence *,
			    const struct rule *);
/* From 0. */
size_t			 scope_at(enum scope);
const struct crowd	*inquiry_crowd(struct inquiry *, enum scope);
void			 inquiry_look(struct inquiry *, enum scope, uint32_t element);
/* Of the element that is looked at. */
enum truth		 inquiry_line(struct inquiry *, const struct line *);
/* A condition_ask; context: a question. */
enum truth		 question_ask(void *context, uint32_t selection);

#endif

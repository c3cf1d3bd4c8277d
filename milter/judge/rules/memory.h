/* What lines and selections were found to be in one message, for all rules that have them. */
#ifndef JUDGE_RULES_MEMORY_H
#define JUDGE_RULES_MEMORY_H

#include "rule.h"

struct answer {
	uint32_t	when;		/* MEMORY_MESSAGE, or the number of the look at an element; 0: never */
	uint8_t		truth, why;	/* why: 0, or what failed */
};

#define MEMORY_MESSAGE	1u	/* what is the same at every element */
#define MEMORY_WHYS	16

struct memory {
	struct answer	*lines, *selections;	/* at the element that is looked at */
	struct answer	*any;			/* selections of other scopes: of any element */
	uint8_t		*failures;		/* of each line */
	uint8_t		*failed;		/* why it failed last */
	const char	*whys[MEMORY_WHYS];
	uint32_t	 now, looks;
};

/* False: no memory. */
bool		memory_init(struct memory *, struct arena *, size_t lines, size_t selections);
/* Another element; the number of the look that was, to come back to. */
uint32_t	memory_turn(struct memory *);
/* NULL: it did not fail. */
const char	*memory_why(const struct memory *, uint8_t why);
uint8_t		memory_note_why(struct memory *, const char *why);

#endif

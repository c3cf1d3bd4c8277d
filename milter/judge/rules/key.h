/* What an element must have for a line to be true, if that can be looked up: a host, a literal, a list, a filter. */
#ifndef JUDGE_RULES_KEY_H
#define JUDGE_RULES_KEY_H

#include "match.h"

enum key_kind { KEY_DOMAIN, KEY_LITERAL, KEY_LIST, KEY_FILTER };

struct key {
	enum key_kind	kind;
	struct span	text;		/* DOMAIN: it, or what the element's is below; LITERAL: lower case */
	uint32_t	number;		/* LIST, FILTER */
};

struct keys {
	struct key	*at;
	size_t		 count;		/* one of them is there wherever the line is not false; 0: it must be asked */
	unsigned	 score;		/* the higher, the rarer */
};

/* False: no memory. */
bool	keys_of(struct arena *, const struct line *, struct keys *);

#endif

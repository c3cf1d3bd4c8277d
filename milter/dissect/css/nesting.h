/* Open brackets between two tokens of one level, to a bounded depth. */
#ifndef DISSECT_CSS_NESTING_H
#define DISSECT_CSS_NESTING_H

#include "css/css.h"

/* Deeper than CSS_MAX_NESTING only a count is kept: there any closer closes. */
struct css_nesting {
	size_t		depth, beyond;
	unsigned char	closers[CSS_MAX_NESTING];	/* enum css_token_type */
};

enum css_nested {
	CSS_NESTED_NOT,		/* at the level itself, and no bracket */
	CSS_NESTED_OPENS,	/* opens a bracket of the level */
	CSS_NESTED_INSIDE,	/* between brackets, or closes one */
	CSS_NESTED_STRAY,	/* closes what was not opened */
};

void		css_nesting_init(struct css_nesting *);
/* Where the token stands; call once for each in turn. */
enum css_nested	css_nesting_follow(struct css_nesting *, enum css_token_type);

/* Read on, from behind a bracket or "name(", until closer is read, or the end. */
void		css_skip_to(struct css_lexer *, enum css_token_type closer);

#endif

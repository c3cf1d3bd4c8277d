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
	CSS_NESTED_INSIDE,	/* between brackets, or one of them */
	CSS_NESTED_STRAY,	/* closes what was not opened */
};

void		css_nesting_init(struct css_nesting *);
enum css_nested	css_nesting_follow_bracket(struct css_nesting *, enum css_token_type);

/* Where the token stands; call once for each in turn. */
static inline enum css_nested
css_nesting_follow(struct css_nesting *nesting, enum css_token_type type)
{
	if (type == CSS_FUNCTION || type >= CSS_OPEN_SQUARE)
		return css_nesting_follow_bracket(nesting, type);
	return nesting->depth == 0 ? CSS_NESTED_NOT : CSS_NESTED_INSIDE;
}

/* Read on, from behind a bracket or "name(", until closer is read, or the end. */
void		css_skip_to(struct css_lexer *, enum css_token_type closer);

#endif

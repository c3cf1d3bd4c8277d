/* Open brackets between two tokens of one level, to a bounded depth. */
#include "css/nesting.h"

void
css_nesting_init(struct css_nesting *nesting)
{
	nesting->depth = nesting->beyond = 0;	/* closers behind depth are never read */
}

/* CSS_EOF: it closes itself. */
static enum css_token_type
closer_of(enum css_token_type type)
{
	switch (type) {
	case CSS_FUNCTION:
	case CSS_OPEN_PAREN:
		return CSS_CLOSE_PAREN;
	case CSS_OPEN_SQUARE:
		return CSS_CLOSE_SQUARE;
	case CSS_OPEN_BRACE:
		return CSS_CLOSE_BRACE;
	default:
		return CSS_EOF;
	}
}

enum css_nested
css_nesting_follow_bracket(struct css_nesting *nesting, enum css_token_type type)
{
	enum css_token_type closer = closer_of(type);

	if (closer != CSS_EOF) {
		if (nesting->depth == CSS_MAX_NESTING)
			nesting->beyond++;
		else
			nesting->closers[nesting->depth++] = (unsigned char)closer;
		return CSS_NESTED_INSIDE;
	}
	if (nesting->beyond > 0) {
		nesting->beyond--;
		return CSS_NESTED_INSIDE;
	}
	/* Section 5.4.8: between other brackets it is a token like any. */
	if (nesting->depth == 0 || nesting->closers[nesting->depth - 1] != type)
		return CSS_NESTED_STRAY;
	nesting->depth--;
	return CSS_NESTED_INSIDE;
}

void
css_skip_to(struct css_lexer *lexer, enum css_token_type closer)
{
	struct css_nesting	nesting;
	struct css_token	token;

	css_nesting_init(&nesting);
	do {
		css_next(lexer, &token);
		if (token.type == closer && nesting.depth == 0)
			return;
		css_nesting_follow(&nesting, token.type);
	} while (token.type != CSS_EOF);
}

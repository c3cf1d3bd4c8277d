/*
 * The pattern of an Adblock network filter, and where it lies in a URL.
 *
 *	*	any run of bytes, also none		^	a separator (no letter, digit, % - . _, and ASCII), or the end
 *	|x	x at the URL's first byte		x|	x at its end
 *	||x	x at the beginning of the host or of one of its labels
 *
 * Patterns and texts are bytes; who wants no difference of case gives both in lower case.
 */
#ifndef JUDGE_PATTERN_H
#define JUDGE_PATTERN_H

#include <pixelward/span.h>

enum pattern_anchor {
	ANCHOR_START = 1,
	ANCHOR_HOST = 2,
	ANCHOR_END = 4,
	ANCHOR_LITERAL = 8,	/* stars and separators stand for themselves */
};

/* What is left of a pattern without its anchors, and without stars at both ends, which say nothing. */
struct pattern {
	struct span	text;
	unsigned	anchors;
};

/* A URL that is looked at: host_at and host_end say where in text its host stands. */
struct pattern_subject {
	struct span	text;
	size_t		host_at, host_end;
};

struct pattern	pattern_of(struct span written);
/*
 * Does it match? *work is what may still be spent, about a byte each; at 0 the answer is false and means nothing.
 */
bool		pattern_matches(const struct pattern *, const struct pattern_subject *, uint64_t *work);
/* Is the byte one that ^ stands for? */
bool		pattern_is_separator(char);

#endif

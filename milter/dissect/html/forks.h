/*
 * Every token that a tokenizer may emit, whatever the tree around it: where it depends on the tree what a token means,
 * both meanings count, in all combinations.
 */
#ifndef DISSECT_HTML_FORKS_H
#define DISSECT_HTML_FORKS_H

#include "lexer.h"

/* What makes it doubtful that a raw text element holds text. noscript and CDATA sections always are. */
struct forks_doubts {
	bool	foreign;	/* the document has SVG or MathML: there it holds markup */
	bool	frameset;	/* or a frameset: there it is ignored */
};

/* In source order, each once. PW_ELIMIT: too many attributes, or too much to read. */
enum pw_err	forks_scan(struct span text, const struct forks_doubts *, uint64_t max_attributes, struct arena *,
		    void (*take)(void *, const struct html_token *), void *context) PW_MUST_CHECK;

#endif

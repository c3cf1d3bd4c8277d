/*
 * The tree of a document whose tags nest as they are written: then what stands in what is known without a parser. Most
 * newsletters are such documents.
 *
 * Wherever the parser would do anything but open an element and close it with its own end tag (WHATWG HTML, 13.2.6: close
 * one by another's start, move it, open it again, leave it out), the document is not regular, and libgumbo is asked. The
 * fuzz target of the skeleton holds both trees against each other.
 */
#ifndef DISSECT_HTML_NESTING_H
#define DISSECT_HTML_NESTING_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

#include "lexer.h"
#include "tree.h"

enum nesting_phase { NESTING_BEFORE, NESTING_BEFORE_HEAD, NESTING_HEAD, NESTING_AFTER_HEAD, NESTING_BODY };

struct nesting_open;

struct nesting {
	struct span		 text;
	struct html_node	*nodes;
	size_t			 count, capacity;
	struct nesting_open	*stack;		/* elements that are open; implied ones are not there */
	size_t			 depth, deepest, stack_capacity;
	size_t			 behind;	/* what of the text was looked at */
	enum nesting_phase	 phase;
	bool			 regular;
	struct arena		*arena;
};

/* text is the whole document. */
void		nesting_init(struct nesting *, struct span text, struct arena *);
/* Tokens of the plain scan, in order. */
enum pw_err	nesting_add(struct nesting *, const struct html_token *) PW_MUST_CHECK;
/* At the end of the document: its tags are a tree, and no deeper than what libgumbo's may be. */
bool		nesting_is_tree(const struct nesting *, const struct limits *);
/* Of such a document. */
enum pw_err	nesting_tree(const struct nesting *, struct html_tree *) PW_MUST_CHECK;

#endif

/*
 * The tree that a browser builds of a document, as far as we ask it: which element stands in which.
 * The only file that calls libgumbo. The library aborts by assert, reads past its input and takes minutes on
 * some documents: it runs on a padded copy, in an arena of its own with budgets, and is left by longjmp.
 */
#ifndef DISSECT_HTML_TREE_H
#define DISSECT_HTML_TREE_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>
#include <pixelward/limits.h>

#include "skeleton.h"

#define NODE_NONE	UINT32_MAX

struct html_node {
	uint32_t	parent;		/* index, or NODE_NONE */
	uint32_t	at;		/* of its start tag in the text, or NODE_NONE for implied elements */
	uint32_t	depth;		/* elements around it */
	bool		inert;		/* inside a template that is no declarative shadow root */
	bool		 holds_inert;	/* a template: its children are inert */
};

struct html_tree {
	struct html_node	*nodes;	/* parents before children */
	size_t			 count;
	uint32_t		*slots;	/* hash of start tag offsets: node index + 1 */
	size_t			 slot_count;	/* a power of two */
};

/*
 * Of the skeleton instead of the text if there is one and the document is plain; offsets are the text's all the same.
 * ns_left is of processor time: what it took is gone from it.
 *	PW_EPARSER	libgumbo hit an assertion
 *	PW_ELIMIT	*exceeded is parse_memory, parse_ms or tree_depth
 */
enum pw_err	html_tree_parse(struct span text, const struct skeleton *, const struct limits *, uint64_t *ns_left,
		    struct arena *, struct html_tree *, enum limit *exceeded) PW_MUST_CHECK;
/* So that nodes are found by their tags. */
enum pw_err	html_tree_index(struct html_tree *, struct arena *) PW_MUST_CHECK;
/* The first node that came of the start tag at that offset, or NODE_NONE: clones share a tag. */
uint32_t	html_tree_find(const struct html_tree *, size_t at);

#endif

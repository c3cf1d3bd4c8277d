/*
 * Can a reader see an element? From its attributes, its inline style, the simple rules of the document's own
 * sheets, and the same of the elements around it. What depends on a media query counts in the reader's favour:
 * a picture that some screen shows is not hidden.
 */
#ifndef DISSECT_HTML_VISIBILITY_H
#define DISSECT_HTML_VISIBILITY_H

#include <pixelward/dissection.h>

#include "../css/css.h"
#include "charref.h"
#include "lexer.h"
#include "selector.h"
#include "tree.h"

struct visibility {
	uint32_t	hidden;		/* enum hidden */
	uint32_t	width, height;	/* CSS px, REFERENCE_NO_SIZE if not declared */
	bool		in_link;	/* a link stands around it */
};

/* What is known of a document while its elements are asked for. */
struct visibility_context {
	const struct html_tree	*tree;		/* NULL: elements are judged by themselves */
	struct html_lexer	 lexer;		/* over the document's text, for elements around */
	struct selector_context	 selectors;
	struct css_rules	 rules;		/* of all its sheets */
	uint32_t		*buckets, *next;	/* rules by the hash of a name they ask for; index + 1 */
	uint32_t		*inherited;	/* per node: what it passes to what is inside, and a bit that says so */
	struct inline_style	*inline_styles;	/* read before, by the hash of their text */
	uint64_t		 max_tokens;
	struct arena		*arena;
};

/*
 * rules and tree are set; builds the rest. Looks at rules are taken from *work_left.
 *	PW_ELIMIT	of both: too many declarations, or too many rules that are about too many elements
 */
enum pw_err	visibility_prepare(struct visibility_context *, struct span text, const struct html_tree *,
		    const struct limits *, uint64_t *work_left, struct arena *) PW_MUST_CHECK;
/* node may be NODE_NONE. */
enum pw_err	visibility_of(struct visibility_context *, const struct html_tag *, uint32_t node,
		    struct visibility *) PW_MUST_CHECK;

#endif

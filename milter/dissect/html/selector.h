/* Which elements a selector is about: by their own names, and by what stands around them. */
#ifndef DISSECT_HTML_SELECTOR_H
#define DISSECT_HTML_SELECTOR_H

#include "../css/css.h"
#include "lexer.h"
#include "tree.h"

/* What selectors ask of an element; as written. */
struct element_names {
	struct span	element, id, classes;
	bool		known;
};

struct selector_context {
	const struct html_tree	*tree;		/* NULL: nobody knows what stands around an element */
	struct html_lexer	 lexer;		/* over the document's text: its own, since tags of another one are at hand */
	struct element_names	*names;		/* of each node, once they are asked for */
	uint64_t		*work_left;
	struct arena		*arena;
};

/* As written; empty: there is none. */
struct span		selector_attribute(const struct html_tag *, struct span name);
struct element_names	selector_names(const struct html_tag *);
/* The next class, which is cut off *list; empty behind the last. */
struct span		selector_next_class(struct span *list);
bool			selector_fits(const struct css_compound *, const struct element_names *);
/* What a look at the compound costs: its classes are looked for in all of the element's. */
uint64_t		selector_work(const struct css_compound *, const struct element_names *);
bool			selector_take_work(struct selector_context *, uint64_t work);
/*
 * Do the elements around the node fit those of the rule? Each is looked at once, however the compounds may be laid out.
 *	PW_ELIMIT	there is no work left
 */
enum pw_err		selector_fits_around(struct selector_context *, const struct css_rule *, uint32_t node, bool *fits)
			    PW_MUST_CHECK;

#endif

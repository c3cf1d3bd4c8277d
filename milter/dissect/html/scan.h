/* What of one text is to be looked at, and what is known of the text by then. */
#ifndef DISSECT_HTML_SCAN_H
#define DISSECT_HTML_SCAN_H

#include "html.h"
#include "imprint.h"
#include "lexer.h"
#include "nesting.h"
#include "opening.h"
#include "outline.h"
#include "tree.h"
#include "visibility.h"

enum item_type { ITEM_TAG, ITEM_COMMENT, ITEM_INSTRUCTION };

/* Something in the text that is to be looked at. */
struct item {
	size_t		at, text_begin, text_end;
	enum item_type	type;
	bool		in_template;	/* also to who counts tags only */
};

struct scan {
	struct collector	*collector;
	const struct layer	*layer;
	enum html_source	 source;
	struct html_lexer	 lexer;		/* for tags looked at once more */
	struct item		*items;
	size_t			 count, capacity;
	uint8_t			*seen;		/* bit per byte of text: a start tag begins there */
	bool			 foreign;	/* SVG or MathML occurs */
	bool			 noscript, frameset, escapes;	/* in a script */
	bool			 wants_tree;
	struct nesting		 nesting;	/* of an HTML_DOCUMENT */
	struct outline		 outline;	/* the same */
	struct imprint		 imprint;	/* the same */
	struct opening		 opening;	/* the same */
	struct html_tree	 tree;
	bool			 has_tree;
	struct visibility_context visibility;
	size_t			 sheet_bytes;	/* read as sheets so far */
};

/* collector, layer and source are set: finds the items, in source order. false: no memory; failures are recorded. */
bool		scan_items(struct scan *);
void		scan_fail(struct scan *, enum pw_err);
/* An attribute's value with its references to characters undone. */
struct layer	scan_value(struct scan *, const struct html_attribute *);

#endif

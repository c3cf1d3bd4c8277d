/* What we know of HTML: which attribute of which element makes a client contact a host, and when. */
#ifndef DISSECT_HTML_VECTORS_H
#define DISSECT_HTML_VECTORS_H

#include <pixelward/dissection.h>

/* The grammar of an attribute's value. */
enum value_grammar {
	VALUE_URL,
	VALUE_SRCSET,		/* image candidates */
	VALUE_URLS,		/* URLs separated by white space or commas */
	VALUE_DECLARATIONS,	/* CSS: a style attribute */
	VALUE_CSS,		/* CSS: one value, an SVG presentation attribute */
	VALUE_DOCUMENT,		/* a whole HTML document: srcdoc */
	VALUE_REL,		/* href of link: rel decides (link_rels[]) */
	VALUE_META,		/* content of meta: http-equiv decides */
	VALUE_PARAM,		/* value of param: name decides */
	VALUE_ANIMATION,	/* to, from, by, values of SVG animations: attributeName decides; ';' between values */
	VALUE_BASE,		/* names no place by itself, but what the others are relative to */
};

#define VECTOR_NAME_BYTES	16

/* The element's name, "*" for any, "*:*" for any with a colon in its name, "amp-*" for any that begins so. */
struct vector {
	char			 attribute[VECTOR_NAME_BYTES];	/* NUL-padded; the table is sorted by this */
	const char		*element;
	enum value_grammar	 grammar;
	enum reference_kind	 kind;
	enum trigger		 trigger;
	enum neutral_form	 neutral;
};

extern const struct vector	vectors[];
extern const size_t		vector_count;

/* rel tokens of link that fetch. */
struct link_rel {
	const char		*token;
	enum reference_kind	 kind;
	enum trigger		 trigger;
};

extern const struct link_rel	link_rels[];
extern const size_t		link_rel_count;

/* Before any thread; without it, rows are only found more slowly. */
void			 vectors_prepare(void);
/* The row for that attribute of that element, NULL if it is none. Names as written. */
const struct vector	*vector_for(struct span attribute, struct span element);
/* Without its prefix: in XML any may stand for HTML or SVG. */
struct span		 vector_local_name(struct span element);
/* Elements without an end tag: their tag can go as a whole. */
bool			 element_is_void(struct span name);

#endif

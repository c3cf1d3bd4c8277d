/* Every reference of one HTML or XML text, nested documents included, in source order. */
#ifndef DISSECT_HTML_HTML_H
#define DISSECT_HTML_HTML_H

#include "../collector.h"
#include "../css/css.h"

enum html_source {
	HTML_DOCUMENT,		/* a part of the message: libgumbo says what stands in what */
	HTML_NESTED,		/* inside a comment or an attribute: judged tag by tag */
	HTML_XML,		/* XHTML, SVG: no HTML tree either */
};

/* Failures are recorded in the collector's block. */
void	html_collect(struct collector *, const struct layer *, enum html_source);

/* What surrounds a piece of CSS. */
struct css_surroundings {
	struct extent	tag;		/* empty for a sheet */
	uint32_t	flags, hidden, width, height;
	struct span	element;
	bool		inert;
};

/* Every place in a sheet, declarations or a value that fetches. */
void	html_collect_css(struct collector *, const struct layer *, enum css_context, const struct css_surroundings *);

#endif

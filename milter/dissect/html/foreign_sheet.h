/* The text of a style element inside SVG or in XML: references, CDATA sections, comments and elements are undone there. */
#ifndef DISSECT_HTML_FOREIGN_SHEET_H
#define DISSECT_HTML_FOREIGN_SHEET_H

#include "html.h"
#include "lexer.h"

/*
 * behind: the document behind the start tag of that name. read: how much of it was looked at as an HTML style element's
 * sheet already; only what that did not find is added, and goes with the whole sheet. Returns how much was read once more.
 */
size_t	foreign_sheet_collect(struct collector *, const struct layer *behind, enum html_mode, size_t read,
	    struct span name, const struct css_surroundings *);

#endif

/* One tag of a text: what it refers to goes to the collector. */
#ifndef DISSECT_HTML_LOOK_H
#define DISSECT_HTML_LOOK_H

#include "scan.h"

/* Sheets in sheets, as SVG makes them possible: bytes of a document that are read more often than this. */
#define LOOK_MOST_READINGS	4

void		look_at_tag(struct scan *, const struct item *);
/* The sheet of a style element: up to its end tag, whatever the tree makes of it. */
struct layer	look_sheet(const struct scan *, const struct html_tag *);
/*
 * In a template by the plain tokens and by the tree. In SVG a template is none, in a frameset it is ignored, and which
 * is which the tree does not know for sure.
 */
bool		look_is_inert(const struct scan *, const struct item *, uint32_t node);

#endif

/* The grammars of attribute values that hold URLs beside other things. Positions are those of the value given. */
#ifndef DISSECT_HTML_VALUES_H
#define DISSECT_HTML_VALUES_H

#include <pixelward/span.h>

/*
 * Each call cuts the next URL off *rest; false at the end.
 */
/* srcset (WHATWG HTML 4.8.4.4, parse a srcset attribute): URL, then descriptors up to a comma outside parentheses. */
bool	srcset_next(struct span *rest, struct span *url);
/* White space or commas between URLs. */
bool	urls_next(struct span *rest, struct span *url);
/* SVG animation values: ';' between them. */
bool	animation_next(struct span *rest, struct span *value);
/* The <URL>s of a Link field (RFC 8288). */
bool	link_field_next(struct span *rest, struct span *url);

/* The URL of a refresh (WHATWG HTML 4.2.5.3, shared declarative refresh steps); false if it names none. */
bool	refresh_url(struct span content, struct span *url);

#endif

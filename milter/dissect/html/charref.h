/* Character references of HTML attribute values and text (WHATWG HTML, 13.2.5.72 to 13.2.5.80). */
#ifndef DISSECT_HTML_CHARREF_H
#define DISSECT_HTML_CHARREF_H

#include "../layer.h"

enum charref_place { CHARREF_IN_ATTRIBUTE, CHARREF_IN_TEXT };

/*
 * The layer with its references decoded and CR LF made LF, mapped to the same document. Where there is nothing
 * to decode, the result is *in itself. PW_ENOMEM or PW_OK.
 */
enum pw_err	charref_decode(const struct layer *in, enum charref_place, struct arena *, struct layer *out)
		    PW_MUST_CHECK;

#endif

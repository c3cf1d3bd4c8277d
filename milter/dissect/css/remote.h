/* Strings that some client could read as an absolute remote URL. */
#ifndef DISSECT_CSS_REMOTE_H
#define DISSECT_CSS_REMOTE_H

#include <pixelward/span.h>

/* Too often is fine: whoever asks classifies it again. */
bool		css_looks_remote(struct span);
/* Of what a bad url holds, the piece that a lenient client might take: the first that looks remote, else the first. */
struct span	css_bad_url_piece(struct span content);

#endif

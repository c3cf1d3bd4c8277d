/* What a client sees that drops the bytes which others show as a replacement. */
#ifndef DISSECT_MAIL_MALFORMED_H
#define DISSECT_MAIL_MALFORMED_H

#include <pixelward/base/arena.h>

/*
 * UTF-8 without what is none, and without NUL and U+FFFD. The text itself if there is nothing to drop; else a copy in the
 * arena, or at is NULL without memory.
 */
struct span	malformed_drop(struct span text, struct arena *, bool *malformed);

#endif

/* RFC 2047 encoded-words in a field's text, as UTF-8. GMime does the words; it never sees a whole header. */
#ifndef DISSECT_MAIL_WORDS_H
#define DISSECT_MAIL_WORDS_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/* Once, before any thread. */
void		words_prepare(void);
/* At most WORDS_MOST bytes of value are read. at is NULL: no memory. */
#define WORDS_MOST	4096
struct span	words_decode(struct span value, struct arena *) PW_MUST_CHECK;

#endif

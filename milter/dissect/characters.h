/* How many characters of a text a reader sees: blanks do not count, nor what takes no room or looks like a blank. */
#ifndef DISSECT_CHARACTERS_H
#define DISSECT_CHARACTERS_H

#include <pixelward/span.h>

/* UTF-8; in other charsets based on ASCII, about as many. */
size_t	characters_of_text(struct span text);
/* The same between tags, where "&nbsp;" is a blank, too. */
size_t	characters_of_markup(struct span text);

#endif

/* Sorted tables of words. */
#ifndef PIXELWARD_BASE_WORDS_H
#define PIXELWARD_BASE_WORDS_H

#include <pixelward/span.h>

struct words {
	const char *const	*at;	/* lower case, in the order of strcmp() */
	size_t			 count;
};

/* Is it one of them, whatever its case? */
bool	words_have(const struct words *, struct span);

#endif

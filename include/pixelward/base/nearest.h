/* "Did you mean ...?": the word of a table that a misspelt one is a few letters away from. */
#ifndef PIXELWARD_BASE_NEAREST_H
#define PIXELWARD_BASE_NEAREST_H

#include <pixelward/span.h>

/* best is NULL while none is near. */
struct nearest {
	struct span	word;		/* as written */
	const char	*best;
	size_t		 distance;
};

void		 nearest_try(struct nearest *, const char *candidate);
const char	*nearest_of(struct span word, const char *const *words, size_t count);

#endif

/* What rules are asked of: the elements of a message. */
#ifndef JUDGE_RULES_ELEMENT_H
#define JUDGE_RULES_ELEMENT_H

#include <pixelward/dissection.h>

#include "evidence.h"

/* Live, and fetched without a click or on one. */
bool	element_is_of_scope(const struct reference *, enum scope);
/* It holds no other part. */
bool	element_is_leaf(const struct dissection *, uint32_t part);
/* It is said to be one, or has a file name and is not said to be shown; in the plain reading. */
bool	element_is_attachment(const struct part *);
/* How many elements of the scope there are, and which: indices in the arena. False: no memory. */
bool	elements_of(struct evidence *, enum scope, uint32_t **elements, size_t *count);

#endif

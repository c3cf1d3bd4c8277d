/* What must stand in every text that a regular expression finds something in. */
#ifndef JUDGE_RULES_LITERAL_H
#define JUDGE_RULES_LITERAL_H

#include <pixelward/base/arena.h>

#define MOST_LITERALS	16

/*
 * One literal for each alternative of the expression: a text in which it finds something holds one of them, perhaps in
 * another case. 0: it needs none, or is not understood; SIZE_MAX: no memory.
 */
size_t	literals_of(struct arena *, struct span expression, struct span literals[MOST_LITERALS]);

#endif

/* Lines of one selection that no element can satisfy together: the selection selects nothing, ever. */
#ifndef JUDGE_RULES_CONTRADICTION_H
#define JUDGE_RULES_CONTRADICTION_H

#include "rule.h"

/* Warns of each selection that cannot select anything, at the line that takes away the last. */
void	contradictions_tell(const struct rule *, struct findings *);

#endif

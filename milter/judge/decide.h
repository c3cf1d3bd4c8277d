/* Keep, strip or proxy: what becomes of one reference. */
#ifndef JUDGE_DECIDE_H
#define JUDGE_DECIDE_H

#include "hearing.h"

void	decide(struct hearing *, uint32_t index, struct decision *);

#endif

/*
 * What a rule cannot match without: some of its selections, of which one at least is not false wherever the condition is
 * not false. A rule whose condition is "not spacer" has none, and must always be asked.
 */
#ifndef JUDGE_RULES_NEED_H
#define JUDGE_RULES_NEED_H

#include "rule.h"

/* Bits of selections; 0: none. scores: how rarely each selection is true; the rarest are chosen. */
uint32_t	need_of(const struct condition *, const unsigned *scores);

#endif

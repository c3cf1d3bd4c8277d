/* For each of the mistakes at which libyaml stops, the least change with which it goes on. */
#ifndef JUDGE_RULES_CURE_H
#define JUDGE_RULES_CURE_H

#include "mend.h"

/*
 * Mends what libyaml stopped at, and moves *told to where a reader would look for the mistake. context is where it
 * began, as libyaml has it. False: it cannot; told may have moved all the same.
 */
typedef bool	mend_cure(struct mend *, struct findings *, struct spot problem, struct spot context, struct place *told);

mend_cure	cure_bytes, cure_character, cure_escape, cure_word, cure_colon, cure_margin, cure_quote, cure_bracket, cure_key,
		cure_line;

#endif

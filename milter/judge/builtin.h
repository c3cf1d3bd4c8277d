/* Rules of thumb that need no file: a table, each row a rule that exemptions may name (`builtin.*`). */
#ifndef JUDGE_BUILTIN_H
#define JUDGE_BUILTIN_H

#include "hearing.h"

/* What they make of a live reference. */
struct builtin_word {
	bool strip;
	bool elsewhere;	/* only its host is unwelcome: a picture may come through the site's proxy */
};

/* Grounds and rules are noted; excuse is set if one of them does not count here, and why. */
struct builtin_word	builtin_weigh(struct hearing *, uint32_t index, struct grounds *, struct span *excuse);

#endif

/* How a reference escapes its reader's eyes, in words. */
#ifndef JUDGE_HIDDEN_H
#define JUDGE_HIDDEN_H

#include "opinion.h"

/* One ground for each way; false: it is to be seen (or it only shapes the look of what is seen). */
bool	hidden_grounds(struct opinion *, const struct reference *, struct grounds *);

#endif

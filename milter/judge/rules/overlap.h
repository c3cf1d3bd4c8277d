/* Exemptions of which one says nothing new: whatever it takes out, another one takes out, too. */
#ifndef JUDGE_RULES_OVERLAP_H
#define JUDGE_RULES_OVERLAP_H

#include "ruling.h"

/* Warns of each exemption that another one covers, as far as their lines show it. today: days from 1970-01-01. */
void	overlaps_tell(struct rule_set *, int64_t today);

#endif

/* Which parts a signature or an envelope stands around: what is changed in them breaks it. */
#ifndef JUDGE_SIGNATURE_H
#define JUDGE_SIGNATURE_H

#include "hearing.h"

/* Fills hearing->is_covered; false: no memory. */
bool	signature_find(struct hearing *);
bool	signature_covers(const struct hearing *, const struct reference *);

#endif

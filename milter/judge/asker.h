/* What a message and its references are to filters. */
#ifndef JUDGE_ASKER_H
#define JUDGE_ASKER_H

#include <pixelward/dissection.h>

#include "filter.h"
#include "regex.h"

/* A message that asks filters; its expressions have the budget of the message. */
struct filter_asker	asker_of(const struct dissection *, struct regex_budget *, struct arena *);
/* Its bit of enum filter_type: a link is none of what ad blockers speak about. */
uint32_t		asker_type_of(const struct reference *);

#endif

/* What a message would contact and for whom, as the reputation asks and remembers it: see <pixelward/sighting.h>. */
#ifndef JUDGE_SIGHTING_H
#define JUDGE_SIGHTING_H

#include <pixelward/sighting.h>

#include "rules/evidence.h"

/* Of the message before it is judged; lives in its arena. NULL: no memory. */
struct sighting	*sighting_of(struct evidence *) PW_MUST_CHECK;
/* A fetch is on a list; on one that holds mail. */
void		 sighting_list(struct sighting *, uint32_t reference, bool holds);
/* What was decided on it. */
void		 sighting_decide(struct sighting *, uint32_t reference, bool live, bool strip);

#endif

/* What a message would contact and for whom, as the reputation asks and remembers it: see <pixelward/sighting.h>. */
#ifndef JUDGE_SIGHTING_H
#define JUDGE_SIGHTING_H

#include <pixelward/sighting.h>

#include "rules/evidence.h"

/* Of the message before it is judged; lives in its arena. NULL: no memory. */
struct sighting	*sighting_of(struct evidence *) PW_MUST_CHECK;
/* What was decided on a reference. */
void		 sighting_note(struct sighting *, uint32_t reference, bool listed, bool live, bool strip);

#endif

/*
 * What a store knew of the templates and windows of some messages, and what each of them adds to that: who comes later
 * learns as if the store had been asked again.
 */
#ifndef REPUTATION_LATELY_H
#define REPUTATION_LATELY_H

#include "store.h"

struct lately;

struct lately	*lately_new(int64_t window_ms);	/* NULL: no memory */
void		 lately_free(struct lately *);	/* NULL is fine */
/*
 * One question for all of them.
 *	PW_EAWAY, PW_ENOMEM
 */
enum pw_err	lately_ask(struct lately *, struct store *, const struct sighting *, size_t count, struct arena *) PW_MUST_CHECK;
/* Templates are parallel to the sighting's; windows are there if it is of a campaign. PW_ENOMEM. */
enum pw_err	lately_answer(const struct lately *, const struct sighting *, struct arena *, struct store_answer *,
		    size_t *window_count) PW_MUST_CHECK;
enum pw_err	lately_teach(struct lately *, const struct lesson *) PW_MUST_CHECK;

#endif

/* Messages that somebody may want to look at, as entries of Redis's stream pw:ev, and by domain in pw:i:{DOMAIN}. */
#ifndef JOURNAL_EVENTS_H
#define JOURNAL_EVENTS_H

#include <pixelward/base/redis.h>
#include <pixelward/sighting.h>

#include "stint.h"

#define PSEUDONYM_KEY	32u	/* bytes */

struct events {
	struct redis	*redis;		/* borrowed, as the next */
	const struct stints *names;	/* of the node, as events show it */
	int64_t		 keep_ms, index_keep_ms;
	unsigned char	 key[PSEUDONYM_KEY];
	struct arena	*arena;
	uint64_t	 told;		/* number of the event that Redis took last; as far as we know */
};

/* Reads StateDir/pseudonym.key, or makes it. False: errno. */
bool		events_init(struct events *, const struct options *);
void		events_fini(struct events *);
/*
 * Some at once, in order. identity: whose numbers these are.
 *	PW_EAWAY	not now
 *	PW_ELIMIT	not so many: one of them is refused for good, and the others would wait behind it
 *	PW_ENOTFOUND	Redis knows of no event behind events->told, and did before: come again with those
 */
enum pw_err	events_take(struct events *, struct span identity, const struct sighting *, size_t count) PW_MUST_CHECK;

#endif

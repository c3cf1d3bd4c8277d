/*
 * What Redis said a moment ago, also that it knows nothing: a message's hosts come again with the next message of the
 * same newsletter. Small, short-lived, and forgotten at once for what this process teaches. Any thread.
 */
#ifndef REPUTATION_REDIS_CACHE_H
#define REPUTATION_REDIS_CACHE_H

#include <pixelward/base/arena.h>

/* What another gateway learned, or an analyst said there, is known here after so long at the latest. */
#define REDIS_CACHE_MS	2000

struct redis_cache;

struct redis_cache	*redis_cache_new(void);	/* NULL: no memory */
void			 redis_cache_free(struct redis_cache *);	/* NULL is fine */
/* A copy in the arena; at is NULL if there is none, or no memory. *when goes to redis_cache_keep(). */
struct span		 redis_cache_find(struct redis_cache *, struct span key, struct arena *, uint64_t *when);
/* value is not empty. Not kept without memory, or if the key was forgotten since: the answer may be older than that. */
void			 redis_cache_keep(struct redis_cache *, struct span key, struct span value, uint64_t when);
void			 redis_cache_forget(struct redis_cache *, struct span key);

#endif

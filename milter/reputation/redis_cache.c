#include "redis_cache.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/fnv.h>

#include <pthread.h>
#include <stdlib.h>

/* One entry to a slot: who comes later stays. */
#define SLOTS		4096u
#define MOST_BYTES	2048u	/* of one entry */

struct slot {
	char	*at;		/* key and value */
	size_t	 key, value;	/* bytes */
	int64_t	 until_ms;
	uint64_t forgotten;	/* so many times, whatever the key */
};

struct redis_cache {
	pthread_mutex_t	lock;
	struct slot	slots[SLOTS];
};

struct redis_cache *
redis_cache_new(void)
{
	struct redis_cache *cache = calloc(1, sizeof(*cache));

	if (cache != NULL)
		pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void
redis_cache_free(struct redis_cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		free(cache->slots[i].at);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

/* Who makes two names meet makes one of them be asked again. */
static struct slot *
slot_of(struct redis_cache *cache, struct span key)
{
	uint64_t hash = fnv_bytes(FNV_BASIS, key);

	return &cache->slots[(hash ^ hash >> 32) % SLOTS];
}

static bool
is_key(const struct slot *slot, struct span key)
{
	return slot->at != NULL && span_eq((struct span){ slot->at, slot->key }, key);
}

static void
slot_clear(struct slot *slot)
{
	free(slot->at);
	*slot = (struct slot){ .forgotten = slot->forgotten };
}

struct span
redis_cache_find(struct redis_cache *cache, struct span key, struct arena *arena, uint64_t *when)
{
	struct slot	*slot = slot_of(cache, key);
	struct span	 value = SPAN_NONE;

	pthread_mutex_lock(&cache->lock);
	*when = slot->forgotten;
	if (is_key(slot, key) && clock_ms() < slot->until_ms) {
		/* Aligned for whatever it is a copy of. */
		char *copy = arena_reserve(arena, slot->value);

		if (copy != NULL)
			value = (struct span){ memcpy(copy, slot->at + slot->key, slot->value), slot->value };
	}
	pthread_mutex_unlock(&cache->lock);
	return value;
}

void
redis_cache_keep(struct redis_cache *cache, struct span key, struct span value, uint64_t when)
{
	struct slot	*slot = slot_of(cache, key);
	char		*copy;

	if (key.len + value.len > MOST_BYTES || (copy = malloc(key.len + value.len)) == NULL)
		return;
	memcpy(copy, key.at, key.len);
	memcpy(copy + key.len, value.at, value.len);
	pthread_mutex_lock(&cache->lock);
	if (slot->forgotten == when) {
		slot_clear(slot);
		*slot = (struct slot){ .at = copy, .key = key.len, .value = value.len, .forgotten = when,
		    .until_ms = clock_ms() + REDIS_CACHE_MS };
		copy = NULL;
	}
	pthread_mutex_unlock(&cache->lock);
	free(copy);
}

void
redis_cache_forget(struct redis_cache *cache, struct span key)
{
	struct slot *slot = slot_of(cache, key);

	pthread_mutex_lock(&cache->lock);
	slot->forgotten++;
	if (is_key(slot, key))
		slot_clear(slot);
	pthread_mutex_unlock(&cache->lock);
}

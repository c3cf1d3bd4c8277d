#include <pixelward/base/fnv.h>

#include "redis_store.h"

#include <stdlib.h>

#define GUARD_BYTES	3u

const char *const redis_tallies[TALLIES] = {
	[TALLY_MESSAGES] = "n", [TALLY_ALIGNED] = "a", [TALLY_UNALIGNED] = "u", [TALLY_BULK] = "b",
	[TALLY_LEARNED] = "e", [TALLY_FETCHED] = "f", [TALLY_HIDDEN] = "h", [TALLY_PERSONAL] = "p",
	[TALLY_SHOWN] = "v", [TALLY_LISTED] = "l", [TALLY_STRIPPED] = "x", [TALLY_HELD] = "q", [TALLY_WATCHED] = "i",
};

struct span
redis_key(struct arena *arena, const char *prefix, struct span name, const char *suffix)
{
	size_t	before = strlen(prefix), behind = strlen(suffix), bytes = before + name.len + behind + 2;
	char	*key = arena_reserve(arena, bytes);

	if (key == NULL)
		return SPAN_NONE;
	memcpy(key, prefix, before);
	key[before] = '{';
	if (name.len > 0)
		memcpy(key + before + 1, name.at, name.len);
	key[before + 1 + name.len] = '}';
	memcpy(key + before + 2 + name.len, suffix, behind);
	return (struct span){ key, bytes };
}

struct span
redis_digest_key(struct arena *arena, const char *prefix, uint64_t digest, const char *suffix)
{
	static const char	digits[] = "0123456789abcdef";
	char			text[16];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = digits[digest >> (60 - 4 * i) & 15];
	return redis_key(arena, prefix, (struct span){ text, sizeof(text) }, suffix);
}

struct span
redis_number(struct arena *arena, int64_t number)
{
	return arena_printf(arena, "%lld", (long long)number);
}

/* Three bytes of its digest say as much. */
struct span
redis_guard(struct arena *arena, struct span node)
{
	uint32_t hash = FNV32_BASIS;

	for (size_t i = 0; i < node.len; i++)
		hash = fnv32_add(hash, (unsigned char)node.at[i]);
	hash ^= hash >> 24;
	return arena_copy(arena, (struct span){ (const char *)&hash, GUARD_BYTES });
}

enum pw_err
redis_write(struct redis_store *store, struct redis_batch *batch)
{
	enum pw_err err = redis_run(store->redis, batch, REDIS_PATIENCE_MS);

	for (size_t i = 0; i < batch->count && err == PW_OK; i++)
		if (redis_reply_may_pass(&batch->replies[i]))
			err = PW_EAWAY;
	return err;
}

/* What was acknowledged is on Redis's disk as far as its own configuration says so. */
static enum pw_err
redis_store_save(struct store *store)
{
	(void)store;
	return PW_OK;
}

static int64_t
redis_store_now(struct store *store)
{
	return steady_read(&((struct redis_store *)store)->steady, moment_now());
}

static void
redis_store_close(struct store *store)
{
	struct redis_store *redis = (struct redis_store *)store;

	redis_close(redis->redis);
	redis_cache_free(redis->cache);
	steady_fini(&redis->steady);
	free(redis);
}

static const struct store_kind kind = {
	.ask = redis_store_ask, .teach = redis_store_teach, .say = redis_store_say, .words = redis_store_words,
	.campaign_add = redis_store_campaign_add, .campaigns = redis_store_campaigns,
	.now = redis_store_now, .known = redis_store_known, .save = redis_store_save, .close = redis_store_close,
};

enum pw_err
store_open_redis(const struct options *options, struct store **opened)
{
	struct redis_store	*store = calloc(1, sizeof(*store));
	enum pw_err		 err = PW_ENOMEM;

	*opened = NULL;
	if (store == NULL)
		return PW_ENOMEM;
	store->store.kind = &kind;
	steady_init(&store->steady, moment_now());
	store->cache = redis_cache_new();
	if (store->cache != NULL)
		err = redis_open(options, &store->redis);
	if (err == PW_OK)
		*opened = &store->store;
	else
		redis_store_close(&store->store);
	return err;
}

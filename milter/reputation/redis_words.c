/* What analysts say of domains: in the domain's own key, for mail, and in a list of all, for people. */
#include "redis_store.h"

#include <time.h>

/* KEYS: domain. ARGV: word, note, until. The list of all words has another tag: it is for people, and is not asked by mail. */
static struct redis_script word_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'hash')\n"
	"if ARGV[1] ~= '0' then\n"
	"  redis.call('HSET', KEYS[1], 'w', ARGV[1], 'wn', ARGV[2], 'wu', ARGV[3])\n"
	"  return redis.call('PERSIST', KEYS[1])\n"
	"end\n"
	"redis.call('HDEL', KEYS[1], 'w', 'wn', 'wu')\n"
	"local days = " REDIS_TEXT(STORE_DAYS_OF_DOMAIN) "\n"
	"if redis.call('HEXISTS', KEYS[1], 'e') == 1 then days = " REDIS_TEXT(STORE_DAYS_OF_LEARNED) " end\n"
	"return redis.call('EXPIRE', KEYS[1], days * " REDIS_TEXT(REDIS_DAY_S) ")\n"
};

static struct span
joined(struct arena *arena, struct span a, struct span b)
{
	char *text = arena_alloc(arena, a.len + b.len);

	if (text == NULL)
		return SPAN_NONE;
	memcpy(text, a.at, a.len);
	if (b.len > 0)
		memcpy(text + a.len, b.at, b.len);
	return (struct span){ text, a.len + b.len };
}

enum pw_err
redis_store_say(struct store *opened, struct span domain, enum word word, struct span note, int64_t until_ms)
{
	struct redis_store	*store = (struct redis_store *)opened;
	struct arena		*arena = arena_new((size_t)64 << 10);
	struct redis_batch	 batch;
	enum pw_err		 err;

	if (arena == NULL)
		return PW_ENOMEM;
	const struct span	words[] = { redis_key(arena, "pw:rep:", domain, ""), redis_number(arena, (int64_t)word),
				    span_cut(note, 0, REDIS_MOST_NOTE_BYTES), redis_number(arena, until_ms) };
	struct span		listed = arena_printf(arena, "%d %lld %lld ", (int)word, (long long)until_ms, (long long)time(NULL));

	redis_batch_init(&batch, arena);
	batch.failed = words[0].at == NULL || words[1].at == NULL || words[3].at == NULL || listed.at == NULL;
	redis_batch_script(&batch, &word_script, 1, words, NITEMS(words));
	if (word == WORD_NONE)
		redis_batch_add(&batch, (const struct span[]){ SPAN("HDEL"), SPAN(REDIS_WORDS_KEY), domain }, 3);
	else
		redis_batch_add(&batch, (const struct span[]){ SPAN("HSET"), SPAN(REDIS_WORDS_KEY), domain,
		    joined(arena, listed, words[2]) }, 4);
	err = redis_write(store, &batch);
	/* Whoever says it wants to know whether it was heard. */
	if (err == PW_OK && batch.replies[0].kind == REDIS_ERROR)
		err = PW_EAWAY;
	redis_cache_forget(store->cache, words[0]);
	redis_batch_fini(&batch);
	arena_free(arena);
	return err;
}

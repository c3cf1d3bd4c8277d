/* What analysts say of domains: in the domain's own key, for mail, and in a list of all, for people. */
#include "redis_store.h"

#include <stdlib.h>
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

/* KEYS: the list. ARGV: domain, and what is said of it; "": nothing any more. */
static struct redis_script list_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'hash')\n"
	"if #ARGV[2] == 0 then return redis.call('HDEL', KEYS[1], ARGV[1]) end\n"
	"return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])\n"
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
	redis_batch_script(&batch, &list_script, 1, (const struct span[]){ SPAN(REDIS_WORDS_KEY), domain,
	    word == WORD_NONE ? SPAN("") : joined(arena, listed, words[2]) }, 3);
	err = redis_write(store, &batch);
	/* Whoever says it wants to know whether it was heard. */
	for (size_t i = 0; i < batch.count && err == PW_OK; i++)
		if (batch.replies[i].kind == REDIS_ERROR)
			err = PW_EAWAY;
	redis_cache_forget(store->cache, words[0]);
	redis_batch_fini(&batch);
	arena_free(arena);
	return err;
}

/* Texts of the store are followed by a NUL. */
static bool
word_parse(struct span text, struct analyst_word *word)
{
	long long	 numbers[3];
	const char	*at = text.at;

	for (size_t i = 0; i < NITEMS(numbers); i++) {
		char *end;

		numbers[i] = strtoll(at, &end, 10);
		if (end == at || *end != ' ')
			return false;
		at = end + 1;
	}
	if (numbers[0] != WORD_ALLOW && numbers[0] != WORD_DENY)
		return false;
	word->word = (enum word)numbers[0];
	word->until_ms = numbers[1];
	word->said_ms = numbers[2] * 1000;
	word->note = span_from(text, (size_t)(at - text.at));
	return true;
}

static int
by_domain(const void *a, const void *b)
{
	const struct analyst_word *x = a, *y = b;

	return span_order(&x->domain, &y->domain);
}

enum pw_err
redis_store_words(struct store *opened, struct arena *arena, struct analyst_word **words, size_t *count)
{
	struct redis_batch		 batch;
	const struct redis_reply	*reply;
	enum pw_err			 err;

	*count = 0;
	redis_batch_init(&batch, arena);
	redis_batch_add(&batch, (const struct span[]){ SPAN("HGETALL"), SPAN(REDIS_WORDS_KEY) }, 2);
	err = redis_write((struct redis_store *)opened, &batch);
	redis_batch_fini(&batch);
	if (err != PW_OK)
		return err;
	reply = &batch.replies[0];
	if (reply->kind != REDIS_LIST)
		return PW_EAWAY;
	*words = arena_array(arena, reply->count / 2, sizeof(**words));
	if (*words == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i + 1 < reply->count; i += 2) {
		struct analyst_word *word = &(*words)[*count];

		word->domain = reply->items[i].text;
		*count += word_parse(reply->items[i + 1].text, word);
	}
	if (*count > 1)
		qsort(*words, *count, sizeof(**words), by_domain);
	return PW_OK;
}

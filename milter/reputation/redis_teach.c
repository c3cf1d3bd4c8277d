/*
 * What one message teaches, in three steps: which of its templates are new; its domains, windows and the store's own
 * facts, and whether the domain may have a new template; then the templates. Each step is safe to repeat.
 */
#include "redis_store.h"

#include <pixelward/base/fnv.h>

/* As Lua has them, without C's suffix. */
#define TRACES			64
#define TRACES_OF_TOKEN		8
#define TRACES_OF_MESSAGE	2
#define MEMBERS			64
#define TEMPLATES_OF_DOMAIN	256
_Static_assert(TRACES == STORE_MOST_TRACES && TRACES_OF_TOKEN == STORE_MOST_TRACES_OF_TOKEN &&
    TRACES_OF_MESSAGE == STORE_MOST_TRACES_OF_MESSAGE && MEMBERS == STORE_MOST_MEMBERS &&
    TEMPLATES_OF_DOMAIN == STORE_MOST_TEMPLATES_OF_DOMAIN, "the bounds of store.h");

/*
 * A hash is read whole, changed, and written with one command: the number of the node's last lesson along with what that
 * taught. KEYS: the hash. ARGV: node, number
 */
#define LUA_HASH \
	REDIS_LUA_OURS \
	"local key, node, number = KEYS[1], ARGV[1], tonumber(ARGV[2])\n" \
	"ours(key, 'hash')\n" \
	"local all, has, put = redis.call('HGETALL', key), {}, {}\n" \
	"for i = 1, #all, 2 do has[all[i]] = all[i + 1] end\n" \
	"local function count(name) return tonumber(has[name] or nil) or 0 end\n" \
	"local function set(name, value)\n" \
	"  has[name], put[#put + 1], put[#put + 2] = value, name, value\n" \
	"end\n" \
	"local function write(days)\n" \
	"  if #put > 0 then redis.call('HSET', key, unpack(put)) end\n" \
	"  if days then redis.call('EXPIRE', key, days * " REDIS_TEXT(REDIS_DAY_S) ") end\n" \
	"end\n" \
	/* Of a gateway whose clock is wrong: nothing came tomorrow, and no journal is ten years old. */ \
	"local function believed(time)\n" \
	"  local now = tonumber(redis.call('TIME')[1])\n" \
	"  if time > now + " REDIS_TEXT(REDIS_DAY_S) " or number > 0 and time < now - 3652 * " REDIS_TEXT(REDIS_DAY_S) " then\n" \
	"    return now\n" \
	"  end\n" \
	"  return time\n" \
	"end\n" \
	"if number > 0 then\n" \
	"  if count(node) >= number then return 0 end\n" \
	"  set(node, ARGV[2])\n" \
	"end\n"

/*
 * How many different things: up to 21 in the field few, three bytes each; more in a HyperLogLog, what it estimates in the
 * field many. So a domain that wrote to few people is one key.
 */
#define LUA_SKETCH \
	REDIS_LUA_LOG \
	"local function sketch(few, many, log, digests, days)\n" \
	"  local old, new, seen = has[few] or '', {}, {}\n" \
	"  for i = 1, #old, 3 do seen[old:sub(i, i + 2)] = true end\n" \
	"  for i = 1, #digests, 3 do\n" \
	"    local one = digests:sub(i, i + 2)\n" \
	"    if not seen[one] then seen[one] = true; new[#new + 1] = one end\n" \
	"  end\n" \
	"  if #new == 0 then return end\n" \
	"  if not has[many] and #old + 3 * #new <= 64 then return set(few, old .. table.concat(new)) end\n" \
	"  for i = 1, #old, 3 do new[#new + 1] = old:sub(i, i + 2) end\n" \
	"  for i = 1, #new, 1000 do log_add(log, unpack(new, i, math.min(i + 999, #new))) end\n" \
	"  redis.call('EXPIRE', log, days * " REDIS_TEXT(REDIS_DAY_S) ")\n" \
	"  if #old > 0 then redis.call('HDEL', key, few) end\n" \
	"  set(many, math.max(count(many), redis.call('PFCOUNT', log)))\n" \
	"end\n"

/* KEYS: domain, its recipients, its templates. ARGV: node, number, seconds, day, tallies, campaign, recipients, templates */
static struct redis_script domain_script = { .text = LUA_HASH LUA_SKETCH
	"local time, first, last, days = believed(tonumber(ARGV[3])), 0, 0, 0\n"
	"local function kept()\n"
	"  return has.e and " REDIS_TEXT(STORE_DAYS_OF_LEARNED) " or " REDIS_TEXT(STORE_DAYS_OF_DOMAIN) "\n"
	"end\n"
	"if #(has.s or '') == 12 then first, last, days = struct.unpack('>I4I4I4', has.s) end\n"
	"if last > 0 and last < time - kept() * " REDIS_TEXT(REDIS_DAY_S) " then\n"	/* only the analyst's word is left */
	"  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])\n"
	"  local was = has\n"
	"  has, first, last, days = {}, 0, 0, 0\n"
	"  if was.w then set('w', was.w); set('wn', was.wn or ''); set('wu', was.wu or 0) end\n"
	"end\n"
	"if first == 0 or time < first then first = time end\n"
	"if time > last then last = time end\n"
	"days = bit.bor(days, bit.lshift(1, tonumber(ARGV[4]))) % 4294967296\n"
	"set('s', struct.pack('>I4I4I4', first, last, days))\n"
	"for tally in ARGV[5]:gmatch('%S+') do set(tally, count(tally) + 1) end\n"
	"if #ARGV[6] > 0 then set('c', ARGV[6]) end\n"
	"sketch('r', 'R', KEYS[2], ARGV[7], kept())\n"
	"sketch('t', 'T', KEYS[3], ARGV[8], kept())\n"
	"write(not has.w and kept())\n"
	"return 1\n"
};

/*
 * Whoever can make up URLs can make up templates: beyond so many in some weeks, a domain's new ones are not kept.
 * KEYS: domain. ARGV: seconds. The field has the day on which the count began, 512 times, and the count.
 */
static struct redis_script mint_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'hash')\n"
	"local today, was = math.floor(tonumber(ARGV[1]) / " REDIS_TEXT(REDIS_DAY_S) "), tonumber(redis.call('HGET', KEYS[1], 'm') or 0)\n"
	"local since, minted = math.floor(was / 512), was % 512\n"
	"if minted == 0 or since < today - " REDIS_TEXT(STORE_DAYS_OF_TEMPLATE) " then since, minted = today, 0 end\n"
	"if minted >= " REDIS_TEXT(TEMPLATES_OF_DOMAIN) " then return 0 end\n"
	"redis.call('HSET', KEYS[1], 'm', since * 512 + minted + 1)\n"
	"if redis.call('TTL', KEYS[1]) == -1 and redis.call('HEXISTS', KEYS[1], 'w') == 0 then\n"
	"  redis.call('EXPIRE', KEYS[1], " REDIS_TEXT(STORE_DAYS_OF_DOMAIN) " * " REDIS_TEXT(REDIS_DAY_S) ")\n"
	"end\n"
	"return 1\n"
};

/*
 * KEYS: template, its tokens, its recipients.
 * ARGV: node, number, seconds, message, token (both as bytes), recipients (8 bytes each), those again as 3 bytes each,
 * the token as 3 bytes
 */
static struct redis_script template_script = { .text = LUA_HASH LUA_SKETCH
	"local time, message, token, days = believed(tonumber(ARGV[3])), ARGV[4], ARGV[5], " REDIS_TEXT(STORE_DAYS_OF_TEMPLATE) "\n"
	"local last = count('l')\n"
	"if last > 0 and last < time - days * " REDIS_TEXT(REDIS_DAY_S) " then\n"
	"  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])\n"
	"  last, has = 0, {}\n"
	"end\n"
	"if time > last then set('l', time) end\n"
	"if has.m ~= message then set('n', count('n') + 1); set('m', message) end\n"
	"sketch('t', 'T', KEYS[2], ARGV[8], days)\n"
	"sketch('r', 'R', KEYS[3], ARGV[7], days)\n"
	"local traces, seen, of_token, of_message = has.x or '', {}, 0, 0\n"
	"for i = 1, #traces, 24 do\n"
	"  if traces:sub(i, i + 7) == token then\n"
	"    of_token = of_token + 1\n"
	"    if traces:sub(i + 16, i + 23) == message then\n"
	"      of_message = of_message + 1\n"
	"      seen[traces:sub(i + 8, i + 15)] = true\n"
	"    end\n"
	"  end\n"
	"end\n"
	"for i = 1, #ARGV[6], 8 do\n"
	"  local recipient = ARGV[6]:sub(i, i + 7)\n"
	"  if of_token >= " REDIS_TEXT(TRACES_OF_TOKEN) " or of_message >= " REDIS_TEXT(TRACES_OF_MESSAGE) " then break end\n"
	"  if not seen[recipient] then\n"
	"    seen[recipient], of_token, of_message = true, of_token + 1, of_message + 1\n"
	"    traces = traces .. token .. recipient .. message\n"
	"  end\n"
	"end\n"
	"if traces ~= has.x then set('x', traces:sub(-24 * " REDIS_TEXT(TRACES) ")) end\n"
	"write(days)\n"
	"return 1\n"
};

/*
 * KEYS: window. ARGV: milliseconds, the same and the message as 8 bytes each, text. A message's later text counts, at its
 * first time. The time is in the member, too: to print scores costs Redis more than all else that is asked for a message.
 */
static struct redis_script window_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'zset')\n"
	"local score, time = ARGV[1], ARGV[2]\n"
	"for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do\n"
	"  if member:sub(9, 16) == ARGV[3] then\n"
	"    score, time = redis.call('ZSCORE', KEYS[1], member), member:sub(1, 8)\n"
	"    redis.call('ZREM', KEYS[1], member)\n"
	"  end\n"
	"end\n"
	"redis.call('ZADD', KEYS[1], score, time .. ARGV[3] .. ARGV[4])\n"
	"redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -(" REDIS_TEXT(MEMBERS) " + 1))\n"
	"return redis.call('EXPIRE', KEYS[1], " REDIS_TEXT(STORE_DAYS_OF_WINDOW) " * " REDIS_TEXT(REDIS_DAY_S) ")\n"
};

/*
 * KEYS: the store. ARGV: node, number, milliseconds, 1 of old mail, 1 of what the surge counts. Its field has what surge.h
 * has, as surge_add() does it.
 */
static struct redis_script store_script = { .text = LUA_HASH
	"local time = believed(tonumber(ARGV[3]) / 1000) * 1000\n"
	"local text = string.format('%.0f', time)\n"
	"if not has.began or time < count('began') then set('began', text); set('version', " REPUTATION_SCHEMA ") end\n"
	"if not has.last or time > count('last') then set('last', text) end\n"
	"if ARGV[4] == '1' then set('learned', count('learned') + 1) end\n"
	"if ARGV[5] == '1' or (ARGV[4] ~= '1' and not has.surge) then\n"
	"  local today, days, last = math.floor(time / 86400000), {}, " REDIS_TEXT(SURGE_DAYS) " + 3\n"
	"  for number in (has.surge or ''):gmatch('%d+') do days[#days + 1] = tonumber(number) end\n"
	"  if #days ~= last or today < days[2] - " REDIS_TEXT(SURGE_DAYS) " then\n"
	"    days = { today, today }\n"
	"    for i = 3, last do days[i] = 0 end\n"
	"  end\n"
	"  days[1] = math.min(days[1], today)\n"
	"  if today > days[2] then\n"
	"    local ahead = today - days[2]\n"
	"    for i = last, 3, -1 do days[i] = i - ahead >= 3 and days[i - ahead] or 0 end\n"
	"    days[2] = today\n"
	"  end\n"
	"  local at = 3 + days[2] - today\n"
	"  days[at] = days[at] + tonumber(ARGV[5])\n"
	"  set('surge', table.concat(days, ' '))\n"
	"end\n"
	"write()\n"
	"return 1\n"
};

/* What a lesson says to all of its scripts; texts in the arena. */
struct teaching {
	struct redis_store	*store;
	const struct lesson	*lesson;
	struct arena		*arena;
	struct span		 guard, number, seconds, day, ms;
	struct span		 recipients, few_recipients;	/* 8 and 3 bytes each */
	struct span		 message;
};

static struct span
bytes_of(const void *at, size_t bytes)
{
	return (struct span){ at, bytes };
}

#define FEW_BYTES	3u

/* So many bytes of each digest, evenly spread as they are; at is NULL without memory. */
static struct span
folded(struct arena *arena, const uint64_t *digests, size_t count)
{
	char *few = arena_array(arena, count, FEW_BYTES);

	for (size_t i = 0; i < count && few != NULL; i++) {
		uint64_t digest = digests[i] ^ digests[i] >> 32;

		memcpy(few + i * FEW_BYTES, &digest, FEW_BYTES);
	}
	return bytes_of(few, few != NULL ? count * FEW_BYTES : 0);
}

/* A node's name may be long, and is in every key: three bytes of its digest say as much. */
static struct span
guard_of(struct arena *arena, struct span node)
{
	uint32_t hash = FNV32_BASIS;

	for (size_t i = 0; i < node.len; i++)
		hash = fnv32_add(hash, (unsigned char)node.at[i]);
	hash ^= hash >> 24;
	return arena_copy(arena, bytes_of(&hash, FEW_BYTES));
}

static enum pw_err
teaching_init(struct teaching *teaching, struct redis_store *store, const struct lesson *lesson, struct arena *arena)
{
	const int64_t day_ms = (int64_t)REDIS_DAY_S * 1000;

	*teaching = (struct teaching){ .store = store, .lesson = lesson, .arena = arena,
		.guard = guard_of(arena, lesson->node), .number = redis_number(arena, (int64_t)lesson->number),
		.seconds = redis_number(arena, lesson->time_ms / 1000), .ms = redis_number(arena, lesson->time_ms),
		.day = redis_number(arena, lesson->time_ms / day_ms & 31),
		.recipients = bytes_of(lesson->recipients, lesson->recipient_count * sizeof(*lesson->recipients)),
		.few_recipients = folded(arena, lesson->recipients, lesson->recipient_count),
		.message = bytes_of(&lesson->message, sizeof(lesson->message)) };
	return teaching->guard.at != NULL && teaching->number.at != NULL && teaching->seconds.at != NULL &&
	    teaching->ms.at != NULL && teaching->day.at != NULL && teaching->few_recipients.at != NULL ? PW_OK : PW_ENOMEM;
}

static void
domain_teach(const struct teaching *teaching, const struct lesson_domain *taught, struct redis_batch *batch)
{
	struct arena	*arena = teaching->arena;
	char		 tallies[TALLIES * 4];
	size_t		 bytes = 0;

	for (unsigned i = 0; i < TALLIES; i++)
		if ((taught->tallies >> i & 1) != 0) {
			size_t len = strlen(redis_tallies[i]);

			memcpy(tallies + bytes, redis_tallies[i], len);
			tallies[bytes + len] = ' ';
			bytes += len + 1;
		}
	const struct span words[] = { redis_key(arena, "pw:rep:", taught->name, ""),
	    redis_key(arena, "pw:rep:", taught->name, ":r"), redis_key(arena, "pw:rep:", taught->name, ":t"),
	    teaching->guard, teaching->number, teaching->seconds, teaching->day, { tallies, bytes }, taught->campaign,
	    teaching->few_recipients, folded(arena, taught->templates, taught->template_count) };

	batch->failed = batch->failed || words[2].at == NULL || words[NITEMS(words) - 1].at == NULL;
	if (!batch->failed)
		redis_batch_script(batch, &domain_script, 3, words, NITEMS(words));
	redis_cache_forget(teaching->store->cache, words[0]);
}

static void
template_teach(const struct teaching *teaching, const struct lesson_template *taught, struct redis_batch *batch)
{
	struct arena		*arena = teaching->arena;
	const struct span	 words[] = { redis_digest_key(arena, "pw:h:", taught->digest, ""),
	    redis_digest_key(arena, "pw:h:", taught->digest, ":t"), redis_digest_key(arena, "pw:h:", taught->digest, ":r"),
	    teaching->guard, teaching->number, teaching->seconds, teaching->message,
	    bytes_of(&taught->token, sizeof(taught->token)), teaching->recipients, teaching->few_recipients,
	    folded(arena, &taught->token, 1) };

	batch->failed = batch->failed || words[2].at == NULL || words[NITEMS(words) - 1].at == NULL;
	if (!batch->failed)
		redis_batch_script(batch, &template_script, 3, words, NITEMS(words));
	redis_cache_forget(teaching->store->cache, words[0]);
}

static void
window_teach(const struct teaching *teaching, const struct lesson_window *taught, struct redis_batch *batch)
{
	const struct span words[] = { redis_digest_key(teaching->arena, "pw:w:", taught->key, ""),
	    redis_number(teaching->arena, taught->member.time_ms),
	    bytes_of(&taught->member.time_ms, sizeof(taught->member.time_ms)),
	    bytes_of(&taught->member.message, sizeof(taught->member.message)),
	    span_cut(taught->member.text, 0, REDIS_MOST_NOTE_BYTES) };

	batch->failed = batch->failed || words[0].at == NULL || words[1].at == NULL;
	if (!batch->failed)
		redis_batch_script(batch, &window_script, 1, words, NITEMS(words));
}

static void
store_teach(const struct teaching *teaching, struct redis_batch *batch)
{
	const struct span words[] = { SPAN(REDIS_STORE_KEY), teaching->guard, teaching->number, teaching->ms,
	    teaching->lesson->old ? SPAN("1") : SPAN("0"), teaching->lesson->surges ? SPAN("1") : SPAN("0") };

	redis_batch_script(batch, &store_script, 1, words, NITEMS(words));
}

/* fresh: which templates nobody has seen yet. */
static enum pw_err
fresh_ask(const struct teaching *teaching, bool *fresh)
{
	struct redis_batch	batch;
	enum pw_err		err;

	redis_batch_init(&batch, teaching->arena);
	for (size_t i = 0; i < teaching->lesson->template_count; i++) {
		struct span key = redis_digest_key(teaching->arena, "pw:h:", teaching->lesson->templates[i].digest, "");

		batch.failed = batch.failed || key.at == NULL;
		redis_batch_add(&batch, (const struct span[]){ SPAN("EXISTS"), key }, 2);
	}
	err = redis_write(teaching->store, &batch);
	for (size_t i = 0; i < teaching->lesson->template_count && err == PW_OK; i++)
		fresh[i] = batch.replies[i].integer == 0;
	redis_batch_fini(&batch);
	return err;
}

/* kept: those of the fresh templates that their domain may have. */
static enum pw_err
domains_teach(const struct teaching *teaching, const bool *fresh, bool *kept)
{
	const struct lesson	*lesson = teaching->lesson;
	struct redis_batch	 batch;
	size_t			 place = 0;
	enum pw_err		 err;

	redis_batch_init(&batch, teaching->arena);
	for (size_t i = 0; i < lesson->template_count; i++) {
		const struct span words[] = { redis_key(teaching->arena, "pw:rep:", lesson->templates[i].domain, ""),
		    teaching->seconds };

		kept[i] = !fresh[i];
		batch.failed = batch.failed || words[0].at == NULL;
		if (fresh[i])
			redis_batch_script(&batch, &mint_script, 1, words, NITEMS(words));
	}
	for (size_t i = 0; i < lesson->domain_count; i++)
		domain_teach(teaching, &lesson->domains[i], &batch);
	for (size_t i = 0; i < lesson->window_count; i++)
		window_teach(teaching, &lesson->windows[i], &batch);
	store_teach(teaching, &batch);
	err = redis_write(teaching->store, &batch);
	for (size_t i = 0; i < lesson->template_count && err == PW_OK; i++)
		if (fresh[i])
			kept[i] = batch.replies[place++].integer != 0;
	redis_batch_fini(&batch);
	return err;
}

static enum pw_err
templates_teach(const struct teaching *teaching, const bool *kept)
{
	struct redis_batch	batch;
	enum pw_err		err;

	redis_batch_init(&batch, teaching->arena);
	for (size_t i = 0; i < teaching->lesson->template_count; i++)
		if (kept[i])
			template_teach(teaching, &teaching->lesson->templates[i], &batch);
	err = redis_write(teaching->store, &batch);
	redis_batch_fini(&batch);
	return err;
}

/* More than the largest sighting teaches. */
#define MOST_LESSON_BYTES	((size_t)16 << 20)

enum pw_err
redis_store_teach(struct store *opened, const struct lesson *lesson)
{
	struct arena	*arena = arena_new(MOST_LESSON_BYTES);
	bool		*fresh = arena != NULL ? arena_array(arena, lesson->template_count, sizeof(*fresh)) : NULL;
	bool		*kept = arena != NULL ? arena_array(arena, lesson->template_count, sizeof(*kept)) : NULL;
	struct teaching	 teaching;
	enum pw_err	 err = fresh != NULL && kept != NULL ? PW_OK : PW_ENOMEM;

	if (err == PW_OK)
		err = teaching_init(&teaching, (struct redis_store *)opened, lesson, arena);
	if (err == PW_OK)
		err = fresh_ask(&teaching, fresh);
	if (err == PW_OK)
		err = domains_teach(&teaching, fresh, kept);
	if (err == PW_OK)
		err = templates_teach(&teaching, kept);
	if (err == PW_OK && lesson->campaign != NULL)
		err = redis_store_campaign_add(opened, lesson->campaign, lesson->campaign_recipients,
		    lesson->campaign_recipient_count);
	arena_free(arena);
	return err;
}

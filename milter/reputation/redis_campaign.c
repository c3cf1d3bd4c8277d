/* Campaigns: a hash, three lists without repetition, and the recipients' HyperLogLog; an index of all by their beginning. */
#include "redis_store.h"

/* Of the texts of one kind that a campaign has: by the order in which they came. */
static const char *const kinds[] = { ":h", ":s", ":m" };

/*
 * KEYS: campaign, hosts, senders, members, recipients.
 * ARGV: node, number, first, last, messages, closed, note, what it is part of, why, count of hosts, of senders, of members, all
 * of these, recipients.
 * A member that it has is not counted again, nor a lesson that comes again.
 */
static struct redis_script add_script = { .text = REDIS_LUA_OURS REDIS_LUA_LOG
	"for i = 1, 4 do ours(KEYS[i], i == 1 and 'hash' or 'zset') end\n"
	"local key, node, number, at, before = KEYS[1], ARGV[1], tonumber(ARGV[2]), 13, 0\n"
	"local was = redis.call('HMGET', key, 'first', 'last', node)\n"
	"local first, last = tonumber(was[1] or nil) or 0, tonumber(was[2] or nil) or 0\n"
	"if number > 0 and number <= (tonumber(was[3] or nil) or 0) then return string.format('%.0f', first) end\n"
	"for kind = 1, 3 do\n"
	"  local list, count = KEYS[kind + 1], redis.call('ZCARD', KEYS[kind + 1])\n"
	"  for i = at, at + tonumber(ARGV[9 + kind]) - 1 do\n"
	"    if redis.call('ZSCORE', list, ARGV[i]) then\n"
	"      before = before + (kind == 3 and 1 or 0)\n"
	"    elseif count < " REDIS_TEXT(REDIS_MOST_CAMPAIGN_TEXTS) " then\n"
	"      redis.call('ZADD', list, count, ARGV[i])\n"
	"      count = count + 1\n"
	"    end\n"
	"  end\n"
	"  at = at + tonumber(ARGV[9 + kind])\n"
	"end\n"
	"for i = 3, 4 do\n"
	"  local time = tonumber(ARGV[i])\n"
	"  if time ~= 0 and (first == 0 or time < first) then first = time end\n"
	"  if time > last then last = time end\n"
	"end\n"
	"redis.call('HSET', key, 'first', string.format('%.0f', first), 'last', string.format('%.0f', last))\n"
	"redis.call('HINCRBY', key, 'messages', math.max(0, tonumber(ARGV[5]) - before))\n"
	"if number > 0 then redis.call('HSET', key, node, ARGV[2]) end\n"
	"if ARGV[6] == '1' then redis.call('HSET', key, 'closed', 1) end\n"
	"if #ARGV[7] > 0 then redis.call('HSET', key, 'note', ARGV[7]) end\n"
	"if #ARGV[8] > 0 and ARGV[8] < (redis.call('HGET', key, 'part_of') or '~') then\n"
	"  redis.call('HSET', key, 'part_of', ARGV[8], 'part_why', ARGV[9])\n"
	"end\n"
	"for i = at, #ARGV do log_add(KEYS[5], ARGV[i]) end\n"
	"for i = 1, 5 do redis.call('EXPIRE', KEYS[i], " REDIS_TEXT(REDIS_DAYS_OF_CAMPAIGN) " * " REDIS_TEXT(REDIS_DAY_S) ") end\n"
	"return string.format('%.0f', first)\n"
};

static struct span
campaign_key(struct arena *arena, struct span id, const char *suffix)
{
	return redis_key(arena, "pw:cam:", id, suffix);
}

static void
texts_add(struct redis_words *words, const struct span *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		redis_words_add(words, texts[i]);
}

/* The campaign itself; answers when it began. */
static void
campaign_add(const struct lesson *lesson, struct redis_batch *batch)
{
	const struct store_campaign	*added = lesson->campaign;
	struct arena			*arena = batch->arena;
	struct redis_words		 words = { .arena = arena };
	const int64_t			 numbers[] = { (int64_t)lesson->number, added->first_ms, added->last_ms,
					    (int64_t)added->messages, added->closed };
	const struct span		 texts[] = { added->note, added->part_of, added->part_why };
	const size_t			 counts[] = { added->host_count, added->sender_count, added->member_count };

	redis_words_add(&words, campaign_key(arena, added->id, ""));
	for (size_t i = 0; i < NITEMS(kinds); i++)
		redis_words_add(&words, campaign_key(arena, added->id, kinds[i]));
	redis_words_add(&words, campaign_key(arena, added->id, ":r"));
	redis_words_add(&words, redis_guard(arena, lesson->node));
	for (size_t i = 0; i < NITEMS(numbers); i++)
		redis_words_add(&words, redis_number(arena, numbers[i]));
	for (size_t i = 0; i < NITEMS(texts); i++)
		redis_words_add(&words, texts[i].len > 0 ? span_cut(texts[i], 0, REDIS_MOST_NOTE_BYTES) : SPAN(""));
	for (size_t i = 0; i < NITEMS(counts); i++)
		redis_words_add(&words, redis_number(arena, (int64_t)counts[i]));
	texts_add(&words, added->hosts, added->host_count);
	texts_add(&words, added->senders, added->sender_count);
	texts_add(&words, added->members, added->member_count);
	for (size_t i = 0; i < lesson->campaign_recipient_count; i++)
		redis_words_add(&words, (struct span){ (const char *)&lesson->campaign_recipients[i],
		    sizeof(*lesson->campaign_recipients) });
	redis_batch_call(batch, &add_script, 5, &words);
}

/* KEYS: an index. ARGV: first, name, the most that it may hold. */
static struct redis_script index_script = { .text = REDIS_LUA_OURS
	"ours(KEYS[1], 'zset')\n"
	"redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])\n"
	"return redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)\n"
};

static void
index_add(const char *index, struct span name, const char *most, const struct redis_reply *began, struct redis_batch *batch)
{
	const struct span words[] = { span_of(index), began->kind == REDIS_TEXT ? began->text : SPAN("0"), name, span_of(most) };

	batch->failed = batch->failed || name.at == NULL;
	redis_batch_script(batch, &index_script, 1, words, NITEMS(words));
}

/* Other tags: who lists campaigns begins here, and each suspect mail asks which of them are parts of others. */
static void
indexes_add(const struct store_campaign *added, const struct redis_reply *began, struct redis_batch *batch)
{
	index_add(REDIS_CAMPAIGNS_KEY, added->id, REDIS_TEXT(REDIS_MOST_CAMPAIGNS), began, batch);
	if (added->part_of.len > 0)
		index_add(REDIS_PARTS_KEY, arena_printf(batch->arena, "%.*s %.*s", SPAN_ARG(added->id), SPAN_ARG(added->part_of)),
		    REDIS_TEXT(STORE_MOST_PARTS), began, batch);
}

enum pw_err
redis_store_join(struct redis_store *store, const struct lesson *lessons, size_t count, struct arena *arena)
{
	struct redis_batch	campaigns, indexes;
	size_t			added = 0;
	enum pw_err		err = PW_OK;

	redis_batch_init(&campaigns, arena);
	redis_batch_init(&indexes, arena);
	for (size_t i = 0; i < count; i++) {
		if (lessons[i].campaign != NULL)
			campaign_add(&lessons[i], &campaigns);
		for (size_t k = 0; k < lessons[i].part_count; k++)
			campaign_add(&(struct lesson){ .campaign = &lessons[i].parts[k] }, &campaigns);
	}
	if (campaigns.count > 0 || campaigns.failed)
		err = redis_write(store, &campaigns);
	for (size_t i = 0; i < count && err == PW_OK; i++) {
		if (lessons[i].campaign != NULL)
			indexes_add(lessons[i].campaign, &campaigns.replies[added++], &indexes);
		for (size_t k = 0; k < lessons[i].part_count; k++)
			indexes_add(&lessons[i].parts[k], &campaigns.replies[added++], &indexes);
	}
	if (err == PW_OK && added > 0)
		err = redis_write(store, &indexes);
	redis_batch_fini(&campaigns);
	redis_batch_fini(&indexes);
	return err;
}

enum pw_err
redis_store_campaign_add(struct store *opened, const struct store_campaign *added, const uint64_t *recipients, size_t count)
{
	const struct lesson	 lesson = { .campaign = added, .campaign_recipients = recipients,
				    .campaign_recipient_count = count };
	struct arena		*arena = arena_new((size_t)4 << 20);
	enum pw_err		 err = arena != NULL ? redis_store_join((struct redis_store *)opened, &lesson, 1, arena) : PW_ENOMEM;

	arena_free(arena);
	return err;
}

static enum pw_err
texts_read(const struct redis_reply *reply, struct arena *arena, struct span **texts, size_t *count)
{
	*count = reply->kind == REDIS_LIST ? reply->count : 0;
	*texts = arena_array(arena, *count, sizeof(**texts));
	for (size_t i = 0; i < *count && *texts != NULL; i++)
		(*texts)[i] = reply->items[i].text;
	return *texts != NULL ? PW_OK : PW_ENOMEM;
}

/* replies: the hash, hosts, senders, members, recipients. */
static enum pw_err
campaign_read(const struct redis_reply *replies, struct span id, struct arena *arena, struct store_campaign *campaign)
{
	enum pw_err err;

	*campaign = (struct store_campaign){ .id = id, .note = SPAN(""), .part_of = SPAN(""), .part_why = SPAN("") };
	for (size_t i = 0; i + 1 < replies[0].count; i += 2) {
		struct span			 name = replies[0].items[i].text;
		const struct redis_reply	*value = &replies[0].items[i + 1];

		if (span_eq(name, SPAN("first")))
			campaign->first_ms = redis_reply_number(value);
		else if (span_eq(name, SPAN("last")))
			campaign->last_ms = redis_reply_number(value);
		else if (span_eq(name, SPAN("messages")))
			campaign->messages = (uint64_t)redis_reply_number(value);
		else if (span_eq(name, SPAN("closed")))
			campaign->closed = redis_reply_number(value) != 0;
		else if (span_eq(name, SPAN("note")))
			campaign->note = value->text;
		else if (span_eq(name, SPAN("part_of")))
			campaign->part_of = value->text;
		else if (span_eq(name, SPAN("part_why")))
			campaign->part_why = value->text;
	}
	campaign->recipients = (uint64_t)redis_reply_number(&replies[4]);
	err = texts_read(&replies[1], arena, &campaign->hosts, &campaign->host_count);
	if (err == PW_OK)
		err = texts_read(&replies[2], arena, &campaign->senders, &campaign->sender_count);
	if (err == PW_OK)
		err = texts_read(&replies[3], arena, &campaign->members, &campaign->member_count);
	return err;
}

/* The ids of the youngest, or the one that is asked for. */
static enum pw_err
ids_read(struct redis_store *store, struct span id, size_t most, struct arena *arena, struct span **ids, size_t *count)
{
	struct span		last = redis_number(arena, (int64_t)most - 1);
	struct redis_batch	batch;
	enum pw_err		err;

	if (id.len > 0 || most == 0) {
		*count = most > 0;
		*ids = arena_array(arena, 1, sizeof(**ids));
		if (*ids != NULL)
			(*ids)[0] = id;
		return *ids != NULL ? PW_OK : PW_ENOMEM;
	}
	redis_batch_init(&batch, arena);
	batch.failed = last.at == NULL;
	redis_batch_add(&batch, (const struct span[]){ SPAN("ZREVRANGE"), SPAN(REDIS_CAMPAIGNS_KEY), SPAN("0"), last }, 4);
	err = redis_write(store, &batch);
	if (err == PW_OK)
		err = texts_read(&batch.replies[0], arena, ids, count);
	redis_batch_fini(&batch);
	return err;
}

#define QUESTIONS	5u	/* of each campaign */

static void
campaign_question(struct span id, struct arena *arena, struct redis_batch *batch)
{
	struct span hash = campaign_key(arena, id, ""), recipients = campaign_key(arena, id, ":r");

	batch->failed = batch->failed || hash.at == NULL || recipients.at == NULL;
	redis_batch_add(batch, (const struct span[]){ SPAN("HGETALL"), hash }, 2);
	for (size_t i = 0; i < NITEMS(kinds); i++) {
		struct span list = campaign_key(arena, id, kinds[i]);

		batch->failed = batch->failed || list.at == NULL;
		redis_batch_add(batch, (const struct span[]){ SPAN("ZRANGE"), list, SPAN("0"), SPAN("-1") }, 4);
	}
	redis_batch_add(batch, (const struct span[]){ SPAN("PFCOUNT"), recipients }, 2);
}

enum pw_err
redis_store_campaigns(struct store *opened, struct span id, size_t most, struct arena *arena,
    struct store_campaign **campaigns, size_t *count)
{
	struct redis_store	*store = (struct redis_store *)opened;
	struct span		*ids;
	struct redis_batch	 batch;
	size_t			 found = 0;
	enum pw_err		 err = ids_read(store, id, most, arena, &ids, &found);

	*count = 0;
	if (err != PW_OK)
		return err;
	*campaigns = arena_array(arena, found, sizeof(**campaigns));
	if (*campaigns == NULL)
		return PW_ENOMEM;
	redis_batch_init(&batch, arena);
	for (size_t i = 0; i < found; i++)
		campaign_question(ids[i], arena, &batch);
	err = redis_write(store, &batch);
	redis_batch_fini(&batch);
	for (size_t i = 0; i < found && err == PW_OK; i++) {
		const struct redis_reply *replies = &batch.replies[i * QUESTIONS];

		/* One that has expired meanwhile, or never was. */
		if (replies[0].kind == REDIS_LIST && replies[0].count > 0)
			err = campaign_read(replies, ids[i], arena, &(*campaigns)[(*count)++]);
	}
	return err;
}

/* One message's questions, in one round trip; what was asked a moment ago is not asked again, windows always are. */
#include <pixelward/base/clock.h>
#include "redis_store.h"

#define FIRST_REPLIES	2u	/* of every question */
#define FEW_BYTES	3u	/* of a digest, in the fields r and t */

/* What a domain's key says, before the time is looked at; a copy of it is what the cache keeps. */
struct domain_record {
	struct standing	standing;	/* note and campaign: in the bytes behind */
	size_t		note, campaign;	/* bytes */
};

struct template_record {
	int64_t		 last_ms;
	uint64_t	 messages, tokens, recipients;
	size_t		 traces;	/* behind */
};

static uint64_t
count_of(const struct redis_reply *reply)
{
	int64_t number = redis_reply_number(reply);

	return number > 0 ? (uint64_t)number : 0;
}

static uint32_t
number_of_bytes(const char *at)
{
	const unsigned char *byte = (const unsigned char *)at;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* The first and the last message in seconds, and a bit for each day, modulo 32; big-endian. */
static void
seen_read(struct standing *standing, struct span bytes)
{
	if (bytes.len != 12)
		return;
	standing->first_ms = (int64_t)number_of_bytes(bytes.at) * 1000;
	standing->last_ms = (int64_t)number_of_bytes(bytes.at + 4) * 1000;
	standing->days = (uint32_t)__builtin_popcount(number_of_bytes(bytes.at + 8));
}

static void
domain_field_read(struct standing *standing, struct span name, const struct redis_reply *value)
{
	uint64_t number = count_of(value);

	for (unsigned i = 0; i < TALLIES; i++)
		if (span_eq(name, span_of(redis_tallies[i]))) {
			*standing_tally(standing, (enum tally)i) = number;
			return;
		}
	if (span_eq(name, SPAN("s")))
		seen_read(standing, value->text);
	else if (span_eq(name, SPAN("r")))
		standing->recipients = value->text.len / FEW_BYTES;
	else if (span_eq(name, SPAN("t")))
		standing->templates = value->text.len / FEW_BYTES;
	else if (span_eq(name, SPAN("R")))
		standing->recipients = number;
	else if (span_eq(name, SPAN("T")))
		standing->templates = number;
	else if (span_eq(name, SPAN("w")))
		standing->word = number == WORD_ALLOW ? WORD_ALLOW : number == WORD_DENY ? WORD_DENY : WORD_NONE;
	else if (span_eq(name, SPAN("wn")))
		standing->note = value->text;
	else if (span_eq(name, SPAN("wu")))
		standing->until_ms = (int64_t)number;
	else if (span_eq(name, SPAN("c")))
		standing->campaign = value->text;
}

/* The record as bytes. An error, WRONGTYPE perhaps, is nothing known. */
static struct span
domain_record(const struct redis_reply *reply, struct arena *arena)
{
	struct standing		 standing = { 0 };
	struct domain_record	*record;
	size_t			 bytes;

	for (size_t i = 0; reply->kind == REDIS_LIST && i + 1 < reply->count; i += 2)
		domain_field_read(&standing, reply->items[i].text, &reply->items[i + 1]);
	bytes = sizeof(*record) + standing.note.len + standing.campaign.len;
	record = arena_alloc(arena, bytes);
	if (record == NULL)
		return SPAN_NONE;
	*record = (struct domain_record){ standing, standing.note.len, standing.campaign.len };
	if (record->note > 0)
		memcpy(record + 1, standing.note.at, record->note);
	if (record->campaign > 0)
		memcpy((char *)(record + 1) + record->note, standing.campaign.at, record->campaign);
	return (struct span){ (const char *)record, bytes };
}

/* In the time of who asks, which may be that of an old mail. */
static void
domain_answer(struct span bytes, int64_t now_ms, struct standing *answer)
{
	struct domain_record	 record;
	const char		*texts = bytes.at + sizeof(record);
	int			 days;

	memcpy(&record, bytes.at, sizeof(record));
	days = record.standing.learned > 0 ? STORE_DAYS_OF_LEARNED : STORE_DAYS_OF_DOMAIN;
	if (record.standing.last_ms == 0 || record.standing.last_ms >= now_ms - days * DAY_MS) {
		*answer = record.standing;
		answer->known = answer->messages > 0;
		answer->campaign = (struct span){ texts + record.note, record.campaign };
	} else
		*answer = (struct standing){ 0 };
	answer->word = WORD_NONE;
	answer->note = SPAN_NONE;
	answer->until_ms = 0;
	if (record.standing.word != WORD_NONE && (record.standing.until_ms == 0 || record.standing.until_ms > now_ms)) {
		answer->word = record.standing.word;
		answer->until_ms = record.standing.until_ms;
		answer->note = (struct span){ texts, record.note };
	}
}

/* Traces are as they lie in memory, the oldest first: only who wrote them reads them. */
static struct span
template_record(const struct redis_reply *reply, struct arena *arena)
{
	struct template_record	 record = { 0 }, *whole;
	struct span		 traces = SPAN_NONE;

	for (size_t i = 0; reply->kind == REDIS_LIST && i + 1 < reply->count; i += 2) {
		struct span			 name = reply->items[i].text;
		const struct redis_reply	*value = &reply->items[i + 1];

		if (span_eq(name, SPAN("x")))
			traces = span_cut(value->text, 0, STORE_MOST_TRACES * sizeof(struct trace));
		else if (span_eq(name, SPAN("n")))
			record.messages = count_of(value);
		else if (span_eq(name, SPAN("l")))
			record.last_ms = redis_reply_number(value) * 1000;
		else if (span_eq(name, SPAN("t")))
			record.tokens = value->text.len / FEW_BYTES;
		else if (span_eq(name, SPAN("r")))
			record.recipients = value->text.len / FEW_BYTES;
		else if (span_eq(name, SPAN("T")))
			record.tokens = count_of(value);
		else if (span_eq(name, SPAN("R")))
			record.recipients = count_of(value);
	}
	record.traces = traces.len / sizeof(struct trace);
	whole = arena_alloc(arena, sizeof(record) + record.traces * sizeof(struct trace));
	if (whole == NULL)
		return SPAN_NONE;
	*whole = record;
	if (record.traces > 0)
		memcpy(whole + 1, traces.at, record.traces * sizeof(struct trace));
	return (struct span){ (const char *)whole, sizeof(record) + record.traces * sizeof(struct trace) };
}

static void
template_answer(struct span bytes, int64_t now_ms, struct store_template *answer)
{
	const struct template_record *record = (const struct template_record *)(const void *)bytes.at;

	if (record->messages == 0 || record->last_ms < now_ms - STORE_DAYS_OF_TEMPLATE * DAY_MS)
		return;
	*answer = (struct store_template){ .traces = (struct trace *)(record + 1), .trace_count = record->traces,
	    .messages = record->messages, .tokens = record->tokens, .recipients = record->recipients };
}

/* A member is its time and the digest of its message, as they lie in memory, then its text. */
static enum pw_err
window_answer(const struct redis_reply *reply, uint64_t key, struct arena *arena, struct store_window *answer)
{
	answer->key = key;
	if (reply->kind != REDIS_LIST)
		return PW_OK;
	answer->members = arena_array(arena, reply->count, sizeof(*answer->members));
	if (answer->members == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < reply->count; i++) {
		struct span	 bytes = reply->items[i].text;
		struct member	*member = &answer->members[answer->count];
		const size_t	 head = sizeof(member->time_ms) + sizeof(member->message);

		if (bytes.len < head)
			continue;
		memcpy(&member->time_ms, bytes.at, sizeof(member->time_ms));
		memcpy(&member->message, bytes.at + sizeof(member->time_ms), sizeof(member->message));
		member->text = span_from(bytes, head);
		answer->count++;
	}
	return PW_OK;
}

/* "ID OF" each. */
static enum pw_err
parts_answer(const struct redis_reply *reply, struct arena *arena, struct store_answer *answer)
{
	size_t count = reply->kind == REDIS_LIST ? reply->count : 0;

	answer->parts = arena_array(arena, count, sizeof(*answer->parts));
	if (answer->parts == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct span	text = reply->items[i].text;
		size_t		blank = span_find_char(text, ' ', 0);

		answer->parts[answer->part_count++] = (struct store_part){ span_cut(text, 0, blank), span_from(text, blank + 1) };
	}
	return PW_OK;
}

/* A key that is either in the cache or in the batch. */
struct asked {
	struct span	key, record;	/* record empty: asked */
	size_t		command;
	uint64_t	when;		/* of the cache */
};

static enum pw_err
hash_ask(struct redis_store *store, struct redis_batch *batch, struct asked *asked)
{
	if (asked->key.at == NULL)
		return PW_ENOMEM;
	asked->record = redis_cache_find(store->cache, asked->key, batch->arena, &asked->when);
	if (asked->record.at != NULL)
		return PW_OK;
	asked->command = batch->count;
	redis_batch_add(batch, (const struct span[]){ SPAN("HGETALL"), asked->key }, 2);
	return PW_OK;
}

typedef struct span	record_function(const struct redis_reply *, struct arena *);

static enum pw_err
hash_take(struct redis_store *store, const struct redis_batch *batch, struct asked *asked, record_function *record)
{
	if (asked->record.at != NULL)
		return PW_OK;
	asked->record = record(&batch->replies[asked->command], batch->arena);
	if (asked->record.at == NULL)
		return PW_ENOMEM;
	if (batch->replies[asked->command].kind != REDIS_ERROR)
		redis_cache_keep(store->cache, asked->key, asked->record, asked->when);
	return PW_OK;
}

static enum pw_err
question_send(struct redis_store *store, const struct store_question *question, struct redis_batch *batch,
    struct asked *domains, struct asked *templates)
{
	struct arena	*arena = batch->arena;
	struct span	 since = redis_number(arena, question->now_ms - question->window_ms);
	enum pw_err	 err = since.at != NULL ? PW_OK : PW_ENOMEM;

	/* First, so that its place in the batch is known. */
	redis_batch_add(batch, (const struct span[]){ SPAN("HMGET"), SPAN(REDIS_STORE_KEY), SPAN("began"), SPAN("last"),
	    SPAN("learned"), SPAN("surge") }, 6);
	redis_batch_add(batch, (const struct span[]){ SPAN("TIME") }, 1);
	for (size_t i = 0; i < question->window_count && err == PW_OK; i++) {
		struct span key = redis_digest_key(arena, "pw:w:", question->windows[i], "");

		err = key.at != NULL ? PW_OK : PW_ENOMEM;
		redis_batch_add(batch, (const struct span[]){ SPAN("ZRANGEBYSCORE"), key, since, SPAN("+inf") }, 4);
	}
	if (question->window_count > 0)
		redis_batch_add(batch, (const struct span[]){ SPAN("ZRANGE"), SPAN(REDIS_PARTS_KEY), SPAN("0"), SPAN("-1") }, 4);
	for (size_t i = 0; i < question->domain_count && err == PW_OK; i++) {
		domains[i].key = redis_key(arena, "pw:rep:", question->domains[i], "");
		err = hash_ask(store, batch, &domains[i]);
	}
	for (size_t i = 0; i < question->template_count && err == PW_OK; i++) {
		templates[i].key = redis_digest_key(arena, "pw:h:", question->templates[i], "");
		err = hash_ask(store, batch, &templates[i]);
	}
	return err == PW_OK ? redis_run(store->redis, batch, question->patient ? REDIS_PATIENCE_MS : 0) : err;
}

/* What is asked for every message: the store's age, and the time. */
static void
first_read(struct redis_store *store, const struct redis_reply replies[FIRST_REPLIES], struct store_answer *answer)
{
	if (replies[0].kind == REDIS_LIST && replies[0].count == 4) {
		answer->began_ms = redis_reply_number(&replies[0].items[0]);
		answer->last_ms = redis_reply_number(&replies[0].items[1]);
		answer->learned = count_of(&replies[0].items[2]);
		surge_read(&answer->surge, replies[0].items[3].text);
	}
	if (replies[1].kind == REDIS_LIST && replies[1].count == 2)
		steady_set(&store->steady, (struct moment){ redis_reply_number(&replies[1].items[0]) * 1000,
		    moment_now().running_ms });
}

enum pw_err
redis_store_ask(struct store *opened, const struct store_question *question, struct arena *arena, struct store_answer *answer)
{
	struct redis_store	*store = (struct redis_store *)opened;
	struct asked		*domains = arena_array(arena, question->domain_count, sizeof(*domains));
	struct asked		*templates = arena_array(arena, question->template_count, sizeof(*templates));
	struct redis_batch	 batch;
	enum pw_err		 err;

	*answer = (struct store_answer){
		.standings = arena_array(arena, question->domain_count, sizeof(*answer->standings)),
		.templates = arena_array(arena, question->template_count, sizeof(*answer->templates)),
		.windows = arena_array(arena, question->window_count, sizeof(*answer->windows)),
	};
	if (domains == NULL || templates == NULL || answer->standings == NULL || answer->templates == NULL ||
	    answer->windows == NULL)
		return PW_ENOMEM;
	redis_batch_init(&batch, arena);
	err = question_send(store, question, &batch, domains, templates);
	redis_batch_fini(&batch);
	if (err != PW_OK)
		return err;
	first_read(store, batch.replies, answer);
	for (size_t i = 0; i < question->window_count && err == PW_OK; i++)
		err = window_answer(&batch.replies[FIRST_REPLIES + i], question->windows[i], arena, &answer->windows[i]);
	if (question->window_count > 0 && err == PW_OK)
		err = parts_answer(&batch.replies[FIRST_REPLIES + question->window_count], arena, answer);
	for (size_t i = 0; i < question->domain_count && err == PW_OK; i++) {
		err = hash_take(store, &batch, &domains[i], domain_record);
		if (err == PW_OK)
			domain_answer(domains[i].record, question->now_ms, &answer->standings[i]);
	}
	for (size_t i = 0; i < question->template_count && err == PW_OK; i++) {
		err = hash_take(store, &batch, &templates[i], template_record);
		if (err == PW_OK)
			template_answer(templates[i].record, question->now_ms, &answer->templates[i]);
	}
	return err;
}

#include "publisher.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "scripts.h"

#define PERIOD_MS	1000
#define LONGEST_PAUSE_MS	5000
#define PATIENCE_MS	5000
#define ARENA_BYTES	((size_t)64 << 20)
/* A bucket is done when the mail that came in it has been judged; what takes longer is added to a later one. */
#define LAG_MS		30000
#define NAMES_AT_ONCE	500u
#define MOST_MINUTES_TOLD	"43200"	/* 30 days */
#define MOST_OF_TOP	"1000"

#define WORDF(words, ...)	redis_words_add(words, arena_printf((words)->arena, __VA_ARGS__))

/* K, and its companion. */
static void
keys_add(struct redis_words *words, struct span key)
{
	redis_words_add(words, key);
	WORDF(words, "pw:b:{%.*s}", SPAN_ARG(key));
}

/* --- sums --- */

static struct span
totals_print(uint64_t number, const uint64_t totals[COUNTERS], struct arena *arena)
{
	struct buf text;

	buf_init(&text, 65536);
	buf_printf(&text, "@%llu", (unsigned long long)number);
	for (size_t i = 0; i < COUNTERS; i++)
		buf_printf(&text, " %s=%llu", counter_name((enum counter)i), (unsigned long long)totals[i]);
	struct span copy = buf_failed(&text) ? SPAN_NONE : arena_copy(arena, buf_span(&text));
	buf_fini(&text);
	return copy;
}

/* " node:NAME node:NAME": what the gateway is and was called, for who lists nodes. */
static struct span
names_print(const struct counters *counters, struct arena *arena)
{
	struct span names = SPAN("");

	for (size_t i = 0; i < counters->stints.count; i++)
		names = arena_printf(arena, "%.*s node:%s", SPAN_ARG(names), counters->stints.at[i].node);
	return names;
}

static void
sum_add(struct redis_batch *batch, struct span key, struct span who, struct span said)
{
	struct redis_words words = { .arena = batch->arena };

	keys_add(&words, key);
	redis_words_add(&words, who);
	redis_words_add(&words, said);
	redis_batch_call(batch, &script_sum, 2, &words);
}

static void
rules_add(struct publisher *publisher, struct redis_batch *batch)
{
	struct names *rules = &publisher->counters->rules;

	for (size_t i = 0; i < rules->count; i++) {
		struct name *rule = rules->at[i];

		if (!rule->dirty)
			continue;
		rule->dirty = false;
		sum_add(batch, arena_printf(batch->arena, "pw:c:rule:%s", rule->text), span_of(publisher->who),
		    arena_printf(batch->arena, "hits=%llu shadow=%llu held=%llu watched=%llu last=%lld",
		    (unsigned long long)rule->of[RULE_HITS], (unsigned long long)rule->of[RULE_SHADOW],
		    (unsigned long long)rule->of[RULE_HELD], (unsigned long long)rule->of[RULE_WATCHED],
		    (long long)rule->last_ms));
	}
}

/*
 * What was counted under each name of the node. The last one's at any rate, also when nothing changed: so we see if Redis has
 * lost some.
 */
static void
nodes_add(struct publisher *publisher, struct redis_batch *batch)
{
	struct counters	*counters = publisher->counters;
	struct stints	*stints = &counters->stints;
	struct span	 epoch = arena_printf(batch->arena, "%llu", (unsigned long long)counters->epoch);
	uint64_t	 sum[COUNTERS];

	for (size_t i = 0; i < stints->count; i++) {
		bool tell = stints->at[i].dirty || i + 1 == stints->count;

		stints->at[i].dirty = false;
		if (tell && stints_sum(stints, i, sum))
			sum_add(batch, arena_printf(batch->arena, "pw:c:node:%s", stints->at[i].node), epoch,
			    totals_print(counters->number, sum, batch->arena));
	}
}

/* --- roll-ups --- */

static struct span
names_of_counters(struct arena *arena)
{
	struct buf text;

	buf_init(&text, 65536);
	for (size_t i = 0; i < COUNTERS; i++)
		buf_printf(&text, "%s ", counter_name((enum counter)i));
	struct span copy = buf_failed(&text) ? SPAN_NONE : arena_copy(arena, buf_span(&text));
	buf_fini(&text);
	return copy;
}

static struct span
values_of(const struct bucket *bucket, struct arena *arena)
{
	struct buf text;

	buf_init(&text, 65536);
	for (size_t i = 0; i < COUNTERS; i++)
		buf_printf(&text, "%llu ", (unsigned long long)bucket->of[i]);
	struct span copy = buf_failed(&text) ? SPAN_NONE : arena_copy(arena, buf_span(&text));
	buf_fini(&text);
	return copy;
}

static void
roll_add(struct publisher *publisher, struct redis_batch *batch, struct series *series, struct span key, const char *most)
{
	struct redis_words	words = { .arena = batch->arena };
	int64_t		now = (clock_unix_ms() - LAG_MS) / series->bucket_ms;

	keys_add(&words, key);
	WORDF(&words, "pw:n:{%.*s}", SPAN_ARG(key));
	redis_words_add(&words, span_of(publisher->who));
	WORDF(&words, "%lld", (long long)now);
	WORDF(&words, "%lld", (long long)series->bucket_ms);
	redis_words_add(&words, span_of(most));
	WORDF(&words, "%lld", (long long)series->most_old);
	redis_words_add(&words, names_of_counters(batch->arena));
	for (size_t i = 0; i < series->count; i++) {
		struct bucket *bucket = &series->at[i];

		bool tell = bucket->dirty && bucket->number > now - series->most_old;
		bucket->dirty = false;
		if (!tell)
			continue;
		WORDF(&words, "%lld", (long long)bucket->number);
		redis_words_add(&words, values_of(bucket, batch->arena));
	}
	redis_batch_call(batch, &script_roll, 3, &words);
}

/* --- tops --- */

/* "20241122" */
static struct span
date_print(int64_t day, struct arena *arena)
{
	time_t		seconds = (time_t)(day * (DAY_MS / 1000));
	struct tm	date;

	if (gmtime_r(&seconds, &date) == NULL)
		return SPAN("0");
	return arena_printf(arena, "%04d%02d%02d", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday);
}

static void
top_add(struct publisher *publisher, struct redis_batch *batch, struct names *names, enum top top, int64_t day)
{
	if (names->count == 0)
		return;
	struct redis_words	words = { .arena = batch->arena };
	struct span	key = arena_printf(batch->arena, "pw:top:%s:%.*s", top_name(top),
			    SPAN_ARG(date_print(day, batch->arena)));
	size_t		told = 0;

	for (size_t i = 0; i < names->count; i++) {
		struct name *name = names->at[i];

		if (!name->dirty)
			continue;
		name->dirty = false;
		if (told++ % NAMES_AT_ONCE == 0) {
			if (told > 1)
				redis_batch_call(batch, &script_top, 2, &words);
			words = (struct redis_words){ .arena = batch->arena };
			keys_add(&words, key);
			redis_words_add(&words, span_of(publisher->who));
			WORDF(&words, "%lld", (long long)(publisher->top_keep_ms / 1000));
			redis_words_add(&words, SPAN(MOST_OF_TOP));
		}
		redis_words_add(&words, arena_copy(batch->arena, (struct span){ name->text, name->len }));
		WORDF(&words, "%llu", (unsigned long long)name->of[0]);
	}
	if (told > 0)
		redis_batch_call(batch, &script_top, 2, &words);
}

static void
tops_add(struct publisher *publisher, struct redis_batch *batch)
{
	for (size_t d = 0; d < NITEMS(publisher->counters->days); d++)
		for (size_t t = 0; t < TOPS; t++)
			top_add(publisher, batch, &publisher->counters->days[d].tops[t], (enum top)t,
			    publisher->counters->days[d].day);
}

/* --- one round --- */

static void
beat_add(struct publisher *publisher, struct redis_batch *batch, uint64_t number)
{
	struct span words[] = {
		SPAN("SET"), arena_printf(batch->arena, "pw:hb:%s", publisher->node),
		arena_printf(batch->arena, "{\"version\":\"%s\",\"mode\":\"%s\",\"generation\":\"%s\",\"number\":%llu,"
		    "\"waiting\":%llu,\"time_ms\":%lld}", PIXELWARD_VERSION, publisher->mode, publisher->generation,
		    (unsigned long long)number, (unsigned long long)publisher->waiting(publisher->context),
		    (long long)clock_unix_ms()),
		SPAN("EX"), SPAN("60"),
	};

	if (words[1].at == NULL || words[2].at == NULL)
		batch->failed = true;
	else
		redis_batch_add(batch, words, NITEMS(words));
}

/*
 * Once a minute: how the node is, and what was wrong with Redis since the last time. What was not answered may have been
 * carried out: it is said again as it was, so that nothing counts twice, and nothing is lost. True: it is in the batch.
 */
static bool
health_add(struct publisher *publisher, struct redis_batch *batch, int64_t minute)
{
	struct told_health		*asked = &publisher->asked;
	const struct redis_health	*now = &asked->health, *before = &publisher->told.health;
	struct redis_words		 words = { .arena = batch->arena };

	if (asked->minute == 0) {
		if (minute <= publisher->told.minute)
			return false;
		*asked = (struct told_health){ .minute = minute, .waiting = publisher->waiting(publisher->context) };
		redis_health(publisher->redis, &asked->health);
	}
	const struct {
		const char	*name;
		uint64_t	 value;
	} fields[] = {
		{ "waiting", asked->waiting }, { "late", now->late - before->late }, { "lost", now->lost - before->lost },
		{ "refused", now->refused - before->refused }, { "errors", now->errors - before->errors },
	};
	WORDF(&words, "pw:ts:node:%s", publisher->node);
	WORDF(&words, "%lld", (long long)(asked->minute * MINUTE_MS));
	redis_words_add(&words, SPAN(MOST_MINUTES_TOLD));
	for (size_t i = 0; i < NITEMS(fields); i++) {
		redis_words_add(&words, span_of(fields[i].name));
		WORDF(&words, "%llu", (unsigned long long)fields[i].value);
	}
	redis_batch_call(batch, &script_health, 1, &words);
	return true;
}

/*
 * An error: nothing was done, and the next round tells what is then. Where Redis has another entry of that minute, of an
 * earlier life, the next one tells what this one would have.
 */
static void
health_read(struct publisher *publisher, const struct redis_reply *reply)
{
	if (reply->kind == REDIS_INTEGER)
		publisher->told.minute = publisher->asked.minute;
	if (reply->kind == REDIS_INTEGER && reply->integer == 1)
		publisher->told = publisher->asked;
	publisher->asked.minute = 0;
}

static void
round_prepare(struct publisher *publisher, struct redis_batch *batch, uint64_t *number)
{
	struct counters	*counters = publisher->counters;

	*number = counters->number;
	beat_add(publisher, batch, *number);
	rules_add(publisher, batch);
	roll_add(publisher, batch, &counters->minutes, SPAN("pw:ts:1m"), MOST_MINUTES_TOLD);
	roll_add(publisher, batch, &counters->hours, SPAN("pw:ts:1h"), "26280");
	tops_add(publisher, batch);
	/* At last: whoever sees these sees the rest. */
	nodes_add(publisher, batch);
	struct span totals = totals_print(*number, counters->totals, batch->arena);
	sum_add(batch, SPAN("pw:c:all"), span_of(publisher->who), arena_printf(batch->arena, "%.*s%.*s", SPAN_ARG(totals),
	    SPAN_ARG(names_print(counters, batch->arena))));
}

static uint64_t
number_said(const struct redis_reply *reply)
{
	uint64_t number = 0;

	for (size_t i = 1; i < reply->text.len && ascii_digit(reply->text.at[i]); i++)
		number = number * 10 + (uint64_t)(reply->text.at[i] - '0');
	return number;
}

static void
note_failing(struct publisher *publisher, bool failing, struct span why)
{
	if (failing && !publisher->failing)
		log_warn("journal: Redis does not take the counters: %.*s", SPAN_ARG(why));
	else if (!failing && publisher->failing)
		log_info("journal: Redis takes the counters again");
	publisher->failing = failing;
}

/* False: not all of it was taken, or Redis has lost what it was told before. */
static bool
answers_read(struct publisher *publisher, const struct redis_batch *batch, uint64_t number)
{
	for (size_t i = 0; i < batch->count; i++)
		if (batch->replies[i].kind == REDIS_ERROR) {
			note_failing(publisher, true, batch->replies[i].text);
			return false;
		}
	/* What pw:c:all had of us before. */
	uint64_t before = number_said(&batch->replies[batch->count - 1]);
	bool lost = before < publisher->published;
	publisher->published = number;
	if (lost)
		publisher->lost(publisher->context, before);
	note_failing(publisher, false, SPAN_NONE);
	return !lost;
}

static bool
round_run(struct publisher *publisher, struct arena *arena)
{
	struct redis_batch	batch;
	uint64_t		number;
	bool			fine = false;

	arena_reset(arena);
	redis_batch_init(&batch, arena);
	pthread_mutex_lock(publisher->mutex);
	bool told = health_add(publisher, &batch, clock_unix_ms() / MINUTE_MS);
	round_prepare(publisher, &batch, &number);
	pthread_mutex_unlock(publisher->mutex);
	enum pw_err err = redis_run(publisher->redis, &batch, PATIENCE_MS);
	if (err == PW_OK) {
		fine = answers_read(publisher, &batch, number);
		if (told)
			health_read(publisher, &batch.replies[0]);
	} else
		note_failing(publisher, true, span_of(pw_strerror(err)));
	redis_batch_fini(&batch);
	if (!fine) {
		pthread_mutex_lock(publisher->mutex);
		counters_all_dirty(publisher->counters);
		pthread_mutex_unlock(publisher->mutex);
	}
	return fine;
}

/* --- the thread --- */

static void *
run(void *context)
{
	struct publisher	*publisher = context;
	struct arena		*arena = arena_new(ARENA_BYTES);
	int64_t			 pause = PERIOD_MS;
	bool			 fine = false, goes_on = arena != NULL;

	while (goes_on) {
		pthread_mutex_lock(publisher->mutex);
		/* The last round begins after the last record. */
		bool last = publisher->stopping;
		pthread_mutex_unlock(publisher->mutex);
		fine = round_run(publisher, arena);
		pause = fine ? PERIOD_MS : pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
		if (last && (fine || clock_ms() + PERIOD_MS / 10 >= publisher->end_ms))
			break;
		int64_t		due = clock_ms() + (last ? PERIOD_MS / 10 : pause);
		struct timespec	until = clock_until(due);
		pthread_mutex_lock(publisher->mutex);
		while (publisher->stopping == last && clock_ms() < due)
			(void)pthread_cond_timedwait(&publisher->wake, publisher->mutex, &until);
		pthread_mutex_unlock(publisher->mutex);
	}
	arena_free(arena);
	return NULL;
}

bool
publisher_start(struct publisher *publisher)
{
	pthread_condattr_t attributes;

	/* Another one where the counters begin anew: what they were stays counted. */
	snprintf(publisher->who, sizeof(publisher->who), "%.*s#%llu", (int)strcspn(publisher->identity, "#"),
	    publisher->identity, (unsigned long long)publisher->counters->epoch);
	publisher->top_keep_ms = (int64_t)publisher->options->top_keep_ms;
	publisher->options = NULL;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&publisher->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	errno = pthread_create(&publisher->thread, NULL, run, publisher);
	publisher->running = errno == 0;
	return publisher->running;
}

void
publisher_stop(struct publisher *publisher, int64_t end_ms)
{
	if (!publisher->running)
		return;
	pthread_mutex_lock(publisher->mutex);
	publisher->end_ms = end_ms;
	publisher->stopping = true;
	pthread_cond_signal(&publisher->wake);
	pthread_mutex_unlock(publisher->mutex);
	pthread_join(publisher->thread, NULL);
	publisher->running = false;
	pthread_cond_destroy(&publisher->wake);
}

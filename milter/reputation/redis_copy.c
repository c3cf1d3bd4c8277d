/*
 * A store of its own on top of what Redis knows: each name is asked there once, when it is met first, and is in memory
 * from then on; what is learned or said stays there. For who tries something out: nothing is written in Redis.
 */
#include <pixelward/base/clock.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "memory.h"
#include "redis_store.h"

/* Names that were asked for; beyond that, one that comes again after all of the others is counted twice. */
#define MOST_NAMES	((size_t)1 << 20)
/* So many different ones are told apart: more are as good as these. */
#define MOST_DIFFERENT	1000u
/* Nobody waits: a Redis that is away for a moment is asked again. */
#define MOST_TRIES	10
#define PAUSE_NS	200000000

struct copy {
	struct store		 store;
	struct store		*redis;
	size_t			 most_domains;
	pthread_mutex_t		 lock;		/* covers what follows */
	struct memory_data	 data;
	struct table		 asked;		/* a letter for the kind, and the name */
	bool			 began;		/* the age is known */
};

/* What of a question is new here; marked in asked. */
struct news {
	struct store_question	 question;
	struct span		*domains;
	uint64_t		*templates, *windows;
	struct entry		**marks;
	size_t			 mark_count;
	bool			 failed;
};

/* --- what Redis says, as records --- */

/* Redis says how many, not whom: different ones that are nobody's. */
static enum pw_err
sketch_fill(struct sketch *sketch, uint64_t count)
{
	enum pw_err err = PW_OK;

	for (uint64_t i = 0; i < count && i < MOST_DIFFERENT && err == PW_OK; i++)
		err = sketch_add(sketch, (i + 1) * 0x9e3779b97f4a7c15u);
	return err;
}

/* So many days up to the last one. */
static uint32_t
days_of(const struct standing *standing)
{
	int64_t		last = standing->last_ms / DAY_MS;
	uint32_t	days = 0;

	for (uint32_t i = 0; i < standing->days && i < 32; i++)
		days |= 1u << ((last - i) & 31);
	return days;
}

static enum pw_err
domain_put(struct memory_data *data, struct span name, struct standing standing)
{
	struct domain	*domain;
	enum pw_err	 err;

	if (!standing.known && standing.campaign.len == 0)
		return PW_OK;
	domain = (struct domain *)table_touch(&data->domains, name);
	if (domain == NULL)
		return PW_ENOMEM;
	domain->first_ms = standing.first_ms;
	domain->last_ms = standing.last_ms;
	domain->days = days_of(&standing);
	for (unsigned i = 0; i < TALLIES; i++)
		domain->tallies[i] = *standing_tally(&standing, (enum tally)i);
	err = text_set(&domain->campaign, standing.campaign);
	if (err == PW_OK)
		err = sketch_fill(&domain->recipients, standing.recipients);
	return err == PW_OK ? sketch_fill(&domain->templates, standing.templates) : err;
}

static enum pw_err
template_put(struct memory_data *data, uint64_t digest, const struct store_template *known, int64_t now_ms)
{
	struct template	*template;
	enum pw_err	 err;

	if (known->messages == 0)
		return PW_OK;
	template = (struct template *)table_touch(&data->templates, (struct span){ (const char *)&digest, sizeof(digest) });
	if (template == NULL)
		return PW_ENOMEM;
	template->last_ms = now_ms;	/* some day before, but not so long ago that it is forgotten */
	template->messages = known->messages;
	err = sketch_fill(&template->tokens, known->tokens);
	if (err == PW_OK)
		err = sketch_fill(&template->recipients, known->recipients);
	for (size_t i = 0; i < known->trace_count && err == PW_OK; i++)
		err = trace_add(&data->templates, template, known->traces[i]);
	return err;
}

static enum pw_err
window_put(struct memory_data *data, const struct store_window *known)
{
	struct window	*window;
	enum pw_err	 err = PW_OK;

	if (known->count == 0)
		return PW_OK;
	window = (struct window *)table_touch(&data->windows, (struct span){ (const char *)&known->key, sizeof(known->key) });
	if (window == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < known->count && err == PW_OK; i++)
		err = member_add(&data->windows, window, &known->members[i]);
	return err;
}

/* What Redis says. Words come all at once, and first: when they were said, only the list of them tells. */
struct told {
	struct store_answer	 answer;
	struct analyst_word	*words;
	size_t			 word_count;
};

static enum pw_err
redis_ask(const struct copy *copy, const struct store_question *question, struct arena *arena, struct told *told)
{
	const struct store_kind	*redis = copy->redis->kind;
	enum pw_err		 err = redis->ask(copy->redis, question, arena, &told->answer);

	told->word_count = 0;
	return err == PW_OK && !copy->began ? redis->words(copy->redis, arena, &told->words, &told->word_count) : err;
}

/* A merge, since what was learned meanwhile may have named it already. */
static enum pw_err
told_merge(struct copy *copy, const struct store_question *question, const struct told *told)
{
	const struct store_answer	*answer = &told->answer;
	struct memory_data		 known;
	enum pw_err			 err = PW_OK;

	memory_data_init(&known, copy->most_domains);
	if (!copy->began) {
		known.began_ms = answer->began_ms;
		known.last_ms = answer->last_ms;
		known.learned = answer->learned;
		known.surge = answer->surge;
	}
	for (size_t i = 0; i < told->word_count && err == PW_OK; i++)
		err = memory_data_say(&known, told->words[i].domain, told->words[i].word, told->words[i].note,
		    told->words[i].until_ms, told->words[i].said_ms);
	for (size_t i = 0; i < question->domain_count && err == PW_OK; i++)
		err = domain_put(&known, question->domains[i], answer->standings[i]);
	for (size_t i = 0; i < question->template_count && err == PW_OK; i++)
		err = template_put(&known, question->templates[i], &answer->templates[i], question->now_ms);
	for (size_t i = 0; i < question->window_count && err == PW_OK; i++)
		err = window_put(&known, &answer->windows[i]);
	for (size_t i = 0; i < answer->part_count && err == PW_OK; i++)
		err = memory_data_campaign(&known, &(struct store_campaign){ .id = answer->parts[i].id,
		    .part_of = answer->parts[i].of }, NULL, 0);
	if (err == PW_OK)
		err = memory_data_merge(&copy->data, &known);
	copy->began = copy->began || err == PW_OK;
	memory_data_fini(&known);
	return err;
}

/* --- what is asked --- */

/* Met for the first time? */
static bool
mark(struct copy *copy, struct news *news, char kind, const void *name, size_t bytes, struct arena *arena)
{
	char		*text = arena_reserve(arena, bytes + 1);
	struct span	 key = { text, bytes + 1 };
	struct entry	*entry;

	if (text == NULL) {
		news->failed = true;
		return false;
	}
	text[0] = kind;
	if (bytes > 0)
		memcpy(text + 1, name, bytes);
	if (table_find(&copy->asked, key) != NULL)
		return false;
	entry = table_touch(&copy->asked, key);
	news->failed = news->failed || entry == NULL;
	if (entry != NULL)
		news->marks[news->mark_count++] = entry;
	return entry != NULL;
}

static void
news_find(struct copy *copy, const struct store_question *question, struct arena *arena, struct news *news)
{
	size_t all = question->domain_count + question->template_count + question->window_count;

	/* All members of a window: those that are too old for one mail may be asked for by another. */
	*news = (struct news){ .question = { .now_ms = question->now_ms, .window_ms = question->now_ms, .patient = true },
		.domains = arena_array(arena, question->domain_count, sizeof(*news->domains)),
		.templates = arena_array(arena, question->template_count, sizeof(*news->templates)),
		.windows = arena_array(arena, question->window_count, sizeof(*news->windows)),
		.marks = arena_array(arena, all, sizeof(struct entry *)) };
	struct store_question *wanted = &news->question;

	if (news->domains == NULL || news->templates == NULL || news->windows == NULL || news->marks == NULL) {
		news->failed = true;
		return;
	}
	for (size_t i = 0; i < question->domain_count; i++)
		if (mark(copy, news, 'd', question->domains[i].at, question->domains[i].len, arena))
			news->domains[wanted->domain_count++] = question->domains[i];
	for (size_t i = 0; i < question->template_count; i++)
		if (mark(copy, news, 't', &question->templates[i], sizeof(question->templates[i]), arena))
			news->templates[wanted->template_count++] = question->templates[i];
	for (size_t i = 0; i < question->window_count; i++)
		if (mark(copy, news, 'w', &question->windows[i], sizeof(question->windows[i]), arena))
			news->windows[wanted->window_count++] = question->windows[i];
	wanted->domains = news->domains;
	wanted->templates = news->templates;
	wanted->windows = news->windows;
}

static enum pw_err
fetch(struct copy *copy, const struct store_question *question, struct arena *arena)
{
	struct news	news;
	struct told	told;
	enum pw_err	err;

	news_find(copy, question, arena, &news);
	err = news.failed ? PW_ENOMEM : PW_OK;
	if (err == PW_OK && (news.mark_count > 0 || !copy->began)) {
		err = redis_ask(copy, &news.question, arena, &told);
		for (int tries = 1; err == PW_EAWAY && tries < MOST_TRIES; tries++) {
			nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
			err = redis_ask(copy, &news.question, arena, &told);
		}
		if (err == PW_OK)
			err = told_merge(copy, &news.question, &told);
	}
	for (size_t i = 0; i < news.mark_count && err != PW_OK; i++)
		table_remove(&copy->asked, news.marks[i]);
	table_trim(&copy->asked);
	return err;
}

static enum pw_err
copy_ask(struct store *store, const struct store_question *question, struct arena *arena, struct store_answer *answer)
{
	struct copy	*copy = (struct copy *)store;
	enum pw_err	 err;

	pthread_mutex_lock(&copy->lock);
	err = fetch(copy, question, arena);
	if (err == PW_OK)
		err = memory_data_ask(&copy->data, question, arena, answer);
	pthread_mutex_unlock(&copy->lock);
	return err;
}

/* --- the rest is memory alone --- */

static enum pw_err
copy_teach(struct store *store, const struct lesson *lessons, size_t count)
{
	struct copy	*copy = (struct copy *)store;
	enum pw_err	 err = PW_OK;

	pthread_mutex_lock(&copy->lock);
	for (size_t i = 0; i < count && err == PW_OK; i++)
		err = memory_data_teach(&copy->data, &lessons[i]);
	pthread_mutex_unlock(&copy->lock);
	return err;
}

static enum pw_err
copy_say(struct store *store, struct span domain, enum word word, struct span note, int64_t until_ms)
{
	struct copy	*copy = (struct copy *)store;
	enum pw_err	 err;

	pthread_mutex_lock(&copy->lock);
	err = memory_data_say(&copy->data, domain, word, note, until_ms, clock_unix_ms());
	pthread_mutex_unlock(&copy->lock);
	return err;
}

static enum pw_err
copy_words(struct store *store, struct arena *arena, struct analyst_word **words, size_t *count)
{
	struct copy	*copy = (struct copy *)store;
	enum pw_err	 err;

	pthread_mutex_lock(&copy->lock);
	err = fetch(copy, &(struct store_question){ .now_ms = 0 }, arena);
	if (err == PW_OK)
		err = memory_data_words(&copy->data, arena, words, count);
	pthread_mutex_unlock(&copy->lock);
	return err;
}

static enum pw_err
copy_campaign_add(struct store *store, const struct store_campaign *added, const uint64_t *recipients, size_t count)
{
	struct copy	*copy = (struct copy *)store;
	enum pw_err	 err;

	pthread_mutex_lock(&copy->lock);
	err = memory_data_campaign(&copy->data, added, recipients, count);
	pthread_mutex_unlock(&copy->lock);
	return err;
}

static enum pw_err
copy_campaigns(struct store *store, struct span id, size_t most, struct arena *arena, struct store_campaign **campaigns,
    size_t *count)
{
	struct copy	*copy = (struct copy *)store;
	enum pw_err	 err;

	pthread_mutex_lock(&copy->lock);
	err = memory_data_campaigns(&copy->data, id, most, arena, campaigns, count);
	pthread_mutex_unlock(&copy->lock);
	return err;
}

static enum pw_err
copy_save(struct store *store)
{
	(void)store;
	return PW_OK;
}

static void
copy_close(struct store *store)
{
	struct copy *copy = (struct copy *)store;

	if (copy->redis != NULL)
		copy->redis->kind->close(copy->redis);
	memory_data_fini(&copy->data);
	table_fini(&copy->asked);
	pthread_mutex_destroy(&copy->lock);
	free(copy);
}

static const struct store_kind kind = {
	.ask = copy_ask, .teach = copy_teach, .say = copy_say, .words = copy_words, .campaign_add = copy_campaign_add,
	.campaigns = copy_campaigns, .save = copy_save, .close = copy_close,
};

enum pw_err
store_copy_redis(const struct options *options, size_t most_domains, struct store **store)
{
	struct copy	*copy = calloc(1, sizeof(*copy));
	enum pw_err	 err;

	*store = NULL;
	if (copy == NULL)
		return PW_ENOMEM;
	copy->store.kind = &kind;
	copy->most_domains = most_domains;
	copy->asked = (struct table){ .record_bytes = sizeof(struct entry), .most = MOST_NAMES };
	pthread_mutex_init(&copy->lock, NULL);
	memory_data_init(&copy->data, most_domains);
	table_init(&copy->asked);
	err = store_open_redis(options, &copy->redis);
	if (err == PW_OK)
		*store = &copy->store;
	else
		copy_close(&copy->store);
	return err;
}

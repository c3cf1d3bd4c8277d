/*
 * What a store promises (milter/reputation/store.h), whichever keeps it: every row runs against each kind. Redis takes part
 * if PW_TEST_REDIS is the address of a server that may be emptied; the store is then opened as PW_TEST_REDIS_USER, if that
 * is set, with the password in the file PW_TEST_REDIS_PASSWORD (e2e/redis_store_test.py).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>

#include "reputation/campaign.h"
#include "reputation/store.h"

#define NOW	((int64_t)1700000000000)

static enum pw_err
open_memory(struct store **store)
{
	return store_open_memory(NULL, 10000, store);
}

static void
empty(const struct options *options)
{
	struct arena		*nothing = arena_new(65536);
	struct redis		*redis;
	struct redis_batch	 batch;

	assert_int_equal(redis_open(options, &redis), PW_OK);
	redis_batch_init(&batch, nothing);
	redis_batch_add(&batch, (const struct span[]){ SPAN("FLUSHALL") }, 1);
	assert_int_equal(redis_run(redis, &batch, 0), PW_OK);
	redis_batch_fini(&batch);
	redis_close(redis);
	arena_free(nothing);
}

static struct options *
options_of_redis(void)
{
	struct options	*options = options_new();
	struct buf	 report;

	buf_init(&report, 4096);
	assert_int_equal(config_set(options, "t", "Redis", getenv("PW_TEST_REDIS"), &report), PW_OK);
	assert_int_equal(config_set(options, "t", "RedisDeadline", "5s", &report), PW_OK);
	empty(options);
	if (getenv("PW_TEST_REDIS_USER") != NULL) {
		assert_int_equal(config_set(options, "t", "RedisUser", getenv("PW_TEST_REDIS_USER"), &report), PW_OK);
		assert_int_equal(config_set(options, "t", "RedisPasswordFile", getenv("PW_TEST_REDIS_PASSWORD"), &report),
		    PW_OK);
	}
	buf_fini(&report);
	return options;
}

static enum pw_err
open_redis(struct store **opened)
{
	struct options	*options = options_of_redis();
	enum pw_err	 err = store_open_redis(options, opened);

	options_free(options);
	return err;
}

/* Redis, asked by a copy that knows nothing yet: what was taught is known there, too. */
static struct onlooker {
	struct store	 store;
	struct store	*redis;
	struct options	*options;
} onlooker;

static enum pw_err
onlooker_ask(struct store *asked, const struct store_question *question, struct arena *answers, struct store_answer *answer)
{
	struct store	*copy;
	enum pw_err	 err = store_copy_redis(onlooker.options, 10000, &copy);

	(void)asked;
	if (err != PW_OK)
		return err;
	err = copy->kind->ask(copy, question, answers, answer);
	/* A second time it is not counted once more. */
	if (err == PW_OK)
		err = copy->kind->ask(copy, question, answers, answer);
	copy->kind->close(copy);
	return err;
}

static enum pw_err
onlooker_teach(struct store *taught, const struct lesson *lessons, size_t count)
{
	(void)taught;
	return onlooker.redis->kind->teach(onlooker.redis, lessons, count);
}

static enum pw_err
onlooker_say(struct store *told, struct span domain, enum word word, struct span note, int64_t until_ms)
{
	(void)told;
	return onlooker.redis->kind->say(onlooker.redis, domain, word, note, until_ms);
}

static enum pw_err
onlooker_words(struct store *asked, struct arena *answers, struct analyst_word **words, size_t *count)
{
	struct store	*copy;
	enum pw_err	 err = store_copy_redis(onlooker.options, 10000, &copy);

	(void)asked;
	if (err != PW_OK)
		return err;
	err = copy->kind->words(copy, answers, words, count);
	copy->kind->close(copy);
	return err;
}

static enum pw_err
onlooker_campaign_add(struct store *told, const struct store_campaign *added, const uint64_t *recipients, size_t count)
{
	(void)told;
	return onlooker.redis->kind->campaign_add(onlooker.redis, added, recipients, count);
}

static enum pw_err
onlooker_campaigns(struct store *asked, struct span id, size_t most, struct arena *answers,
    struct store_campaign **campaigns, size_t *count)
{
	(void)asked;
	return onlooker.redis->kind->campaigns(onlooker.redis, id, most, answers, campaigns, count);
}

static void
onlooker_close(struct store *closed)
{
	(void)closed;
	onlooker.redis->kind->close(onlooker.redis);
	options_free(onlooker.options);
}

static enum pw_err
open_onlooker(struct store **opened)
{
	static const struct store_kind kind = { .ask = onlooker_ask, .teach = onlooker_teach, .say = onlooker_say,
		.words = onlooker_words, .campaign_add = onlooker_campaign_add, .campaigns = onlooker_campaigns,
		.close = onlooker_close };

	onlooker = (struct onlooker){ .store.kind = &kind, .options = options_of_redis() };
	*opened = &onlooker.store;
	return store_open_redis(onlooker.options, &onlooker.redis);
}

static const struct bench_kind {
	const char	*name;
	enum pw_err	(*open)(struct store **);
} kinds[] = {
	{ "memory", open_memory },
	{ "Redis", open_redis },
	{ "a copy of Redis", open_onlooker },
};

static struct store	*store;
static struct arena	*arena;

static void
teach(const struct lesson *lesson)
{
	assert_int_equal(store->kind->teach(store, lesson, 1), PW_OK);
}

/* A message to one recipient, with one host. */
static struct lesson
lesson_of(int64_t time_ms, uint64_t message, const uint64_t *recipient, const struct lesson_domain *domain)
{
	return (struct lesson){ .node = SPAN("node"), .time_ms = time_ms, .message = message, .recipients = recipient,
	    .recipient_count = recipient != NULL, .domains = domain, .domain_count = domain != NULL };
}

static void
ask(struct store_question question, struct store_answer *answer)
{
	if (question.now_ms == 0)
		question.now_ms = NOW;
	assert_int_equal(store->kind->ask(store, &question, arena, answer), PW_OK);
}

static struct standing
standing_of(const char *name, int64_t now_ms)
{
	struct span		domain = span_of(name);
	struct store_answer	answer;

	ask((struct store_question){ .now_ms = now_ms, .domains = &domain, .domain_count = 1 }, &answer);
	return answer.standings[0];
}

static struct store_template
template_of(uint64_t digest)
{
	struct store_answer answer;

	ask((struct store_question){ .templates = &digest, .template_count = 1 }, &answer);
	return answer.templates[0];
}

static struct store_window
window_of(uint64_t key, int64_t window_ms)
{
	struct store_answer answer;

	ask((struct store_question){ .windows = &key, .window_count = 1, .window_ms = window_ms }, &answer);
	return answer.windows[0];
}

#define SEEN(...)	(struct lesson_domain){ .name = SPAN("a.example"), .tallies = 1u << TALLY_MESSAGES, __VA_ARGS__ }

static void
nothing_is_known_of_what_was_never_seen(void)
{
	struct standing s = standing_of("new.example", NOW);

	assert_false(s.known);
	assert_int_equal(s.messages, 0);
	assert_int_equal(s.word, WORD_NONE);
	assert_int_equal(template_of(1).trace_count, 0);
	assert_int_equal(window_of(1, DAY_MS).count, 0);
}

static void
each_tally_is_counted_by_its_name(void)
{
	struct lesson_domain	domain = SEEN();
	uint64_t		recipient = 7;
	struct lesson		lesson = lesson_of(NOW, 1, &recipient, &domain);

	for (unsigned i = 0; i < TALLIES; i++) {
		domain.tallies = 1u << i;
		for (unsigned n = 0; n <= i; n++)
			teach(&lesson);
	}
	struct standing s = standing_of("a.example", NOW);

	for (unsigned i = 0; i < TALLIES; i++)
		assert_int_equal(*standing_tally(&s, (enum tally)i), i + 1);
	assert_int_equal(s.stripped, TALLY_STRIPPED + 1);
	assert_int_equal(s.recipients, 1);
	assert_int_equal(standing_of("b.example", NOW).messages, 0);
}

static void
first_last_and_days_are_those_of_the_messages(void)
{
	struct lesson_domain domain = SEEN();

	for (int day = 0; day < 5; day++)
		for (int n = 0; n < 3; n++) {
			struct lesson lesson = lesson_of(NOW - day * DAY_MS, 1, NULL, &domain);

			teach(&lesson);
		}
	struct standing s = standing_of("a.example", NOW);

	assert_true(s.known);
	assert_int_equal(s.days, 5);
	assert_int_equal(s.first_ms, NOW - 4 * DAY_MS);
	assert_int_equal(s.last_ms, NOW);
	assert_int_equal(s.messages, 15);
}

static void
a_domain_that_was_not_seen_for_long_is_forgotten(void)
{
	struct lesson_domain	domain = SEEN();
	struct lesson		lesson = lesson_of(NOW, 1, NULL, &domain);

	teach(&lesson);
	assert_true(standing_of("a.example", NOW + (STORE_DAYS_OF_DOMAIN - 1) * DAY_MS).known);
	assert_false(standing_of("a.example", NOW + (STORE_DAYS_OF_DOMAIN + 1) * DAY_MS).known);
	lesson = lesson_of(NOW + (STORE_DAYS_OF_DOMAIN + 1) * DAY_MS, 2, NULL, &domain);
	teach(&lesson);
	assert_int_equal(standing_of("a.example", NOW + (STORE_DAYS_OF_DOMAIN + 1) * DAY_MS).messages, 1);
}

static void
many_recipients_and_templates_are_estimated(void)
{
	uint64_t		recipients[1000], templates[1000];
	struct lesson_domain	domain = SEEN(.templates = templates, .template_count = 500);
	struct lesson		lesson = lesson_of(NOW, 1, recipients, &domain);

	/* Any that are evenly spread, as digests are. */
	for (size_t i = 0; i < 1000; i++)
		recipients[i] = templates[i] = (i + 1) * 0x9e3779b97f4a7c15u ^ ((i * 0xbf58476d1ce4e5b9u) >> 7);
	lesson.recipient_count = 1000;
	teach(&lesson);
	teach(&lesson);
	struct standing s = standing_of("a.example", NOW);

	assert_in_range(s.recipients, 700, 1300);
	assert_in_range(s.templates, 350, 650);
}

static void
few_recipients_are_exact(void)
{
	struct lesson_domain domain = SEEN();

	for (uint64_t i = 0; i < 12; i++) {
		uint64_t	recipient = (i % 6 + 1) * 0x9e3779b97f4a7c15u;
		struct lesson	lesson = lesson_of(NOW, i, &recipient, &domain);

		teach(&lesson);
	}
	assert_int_equal(standing_of("a.example", NOW).recipients, 6);
}

static void
a_node_s_number_is_learned_once(void)
{
	struct lesson_domain	domain = SEEN();
	struct lesson		lesson = lesson_of(NOW, 1, NULL, &domain);

	for (uint64_t number = 1; number <= 3; number++) {
		lesson.number = number;
		teach(&lesson);
		teach(&lesson);
	}
	lesson.number = 2;
	teach(&lesson);
	assert_int_equal(standing_of("a.example", NOW).messages, 3);
	lesson.node = SPAN("another");
	teach(&lesson);
	assert_int_equal(standing_of("a.example", NOW).messages, 4);
	lesson.number = 0;
	teach(&lesson);
	teach(&lesson);
	assert_int_equal(standing_of("a.example", NOW).messages, 6);
}

static void
began_and_learned_are_of_the_whole_store(void)
{
	struct lesson		lesson = lesson_of(NOW, 1, NULL, NULL);
	struct store_answer	answer;

	ask((struct store_question){ 0 }, &answer);
	assert_int_equal(answer.began_ms, 0);
	teach(&lesson);
	lesson.old = true;
	lesson.time_ms = NOW - DAY_MS;
	teach(&lesson);
	ask((struct store_question){ 0 }, &answer);
	assert_int_equal(answer.began_ms, NOW - DAY_MS);
	assert_int_equal(answer.last_ms, NOW);
	assert_int_equal(answer.learned, 1);
}

/* Whichever store it is: as surge.h counts. */
static void
suspect_mails_are_counted_by_their_day(void)
{
	static const struct {
		int64_t		days;
		bool		surges, old;
		uint64_t	number;
	} taught[] = { { -40, false, true, 0 }, { 0, false, false, 1 }, { 0, true, false, 2 }, { 0, true, false, 2 }, { -3, true, false, 3 },
		{ 2, false, false, 4 }, { 5, true, false, 5 }, { 33, true, false, 6 }, { 34, true, false, 7 }, { 34, true, false, 8 } };
	struct surge		expected = { .since = 0 };
	struct store_answer	answer;

	ask((struct store_question){ 0 }, &answer);
	assert_int_equal(answer.surge.since, 0);
	for (size_t i = 0; i < NITEMS(taught); i++) {
		struct lesson lesson = lesson_of(NOW + taught[i].days * DAY_MS, 1, NULL, NULL);

		lesson.surges = taught[i].surges;
		lesson.old = taught[i].old;
		lesson.number = taught[i].number;
		teach(&lesson);
		if ((i == 0 || taught[i].number != taught[i - 1].number) && !taught[i].old && (i == 1 || taught[i].surges))
			surge_add(&expected, lesson.time_ms / DAY_MS, taught[i].surges);
		ask((struct store_question){ 0 }, &answer);
		assert_memory_equal(&answer.surge, &expected, sizeof(expected));
	}
	assert_int_equal(expected.counts[0], 2);
	struct lesson early = lesson_of(NOW - 5 * DAY_MS, 1, NULL, NULL);
	early.surges = true;
	teach(&early);
	surge_add(&expected, early.time_ms / DAY_MS, 1);
	ask((struct store_question){ 0 }, &answer);
	assert_memory_equal(&answer.surge, &expected, sizeof(expected));
}

static void
an_analyst_s_word_has_a_note_and_an_end(void)
{
	assert_int_equal(store->kind->say(store, SPAN("a.example"), WORD_DENY, SPAN("ticket 7"), NOW + DAY_MS), PW_OK);
	assert_int_equal(store->kind->say(store, SPAN("b.example"), WORD_ALLOW, SPAN(""), 0), PW_OK);
	struct standing a = standing_of("a.example", NOW), b = standing_of("b.example", NOW + 1000 * DAY_MS);

	assert_int_equal(a.word, WORD_DENY);
	assert_true(span_eq(a.note, SPAN("ticket 7")));
	assert_int_equal(a.until_ms, NOW + DAY_MS);
	assert_false(a.known);
	assert_int_equal(b.word, WORD_ALLOW);
	assert_int_equal(b.until_ms, 0);
	assert_int_equal(standing_of("a.example", NOW + 2 * DAY_MS).word, WORD_NONE);
	assert_int_equal(store->kind->say(store, SPAN("b.example"), WORD_NONE, SPAN_NONE, 0), PW_OK);
	assert_int_equal(standing_of("b.example", NOW).word, WORD_NONE);
}

static void
words_are_listed_by_domain(void)
{
	struct analyst_word	*words;
	size_t			 count;

	assert_int_equal(store->kind->say(store, SPAN("b.example"), WORD_ALLOW, SPAN("b"), 0), PW_OK);
	assert_int_equal(store->kind->say(store, SPAN("c.example"), WORD_ALLOW, SPAN("c"), 0), PW_OK);
	assert_int_equal(store->kind->say(store, SPAN("a.example"), WORD_DENY, SPAN("a"), NOW), PW_OK);
	assert_int_equal(store->kind->say(store, SPAN("c.example"), WORD_NONE, SPAN_NONE, 0), PW_OK);
	assert_int_equal(store->kind->words(store, arena, &words, &count), PW_OK);
	assert_int_equal(count, 2);
	assert_true(span_eq(words[0].domain, SPAN("a.example")));
	assert_int_equal(words[0].word, WORD_DENY);
	assert_int_equal(words[0].until_ms, NOW);
	assert_in_range(words[0].said_ms, clock_unix_ms() - 3600000, clock_unix_ms());
	assert_true(span_eq(words[1].note, SPAN("b")));
}

static void
a_campaign_s_name_stays_with_its_domain(void)
{
	struct lesson_domain	named = SEEN(.campaign = SPAN("c-1")), domain = SEEN();
	struct lesson		lesson = lesson_of(NOW, 1, NULL, &named), next = lesson_of(NOW, 2, NULL, &domain);

	teach(&lesson);
	teach(&next);
	assert_true(span_eq(standing_of("a.example", NOW).campaign, SPAN("c-1")));
}

static void
deliver(uint64_t digest, uint64_t token, uint64_t message, const uint64_t *recipients, size_t count)
{
	struct lesson_template	template = { .digest = digest, .domain = SPAN("a.example"), .token = token };
	struct lesson_domain	domain = SEEN();
	struct lesson		lesson = lesson_of(NOW, message, recipients, &domain);

	lesson.recipient_count = count;
	lesson.templates = &template;
	lesson.template_count = 1;
	teach(&lesson);
}

static void
a_template_keeps_the_traces_of_its_deliveries(void)
{
	for (uint64_t i = 1; i <= 3; i++)
		deliver(5, 100 + i, 200 + i, (uint64_t[]){ 300 + i }, 1);
	deliver(5, 103, 203, (uint64_t[]){ 303 }, 1);
	struct store_template t = template_of(5);

	assert_int_equal(t.trace_count, 3);
	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(t.traces[i - 1].token, 100 + i);
		assert_int_equal(t.traces[i - 1].message, 200 + i);
		assert_int_equal(t.traces[i - 1].recipient, 300 + i);
	}
	assert_int_equal(t.messages, 3);
	assert_int_equal(t.tokens, 3);
	assert_int_equal(t.recipients, 3);
	assert_int_equal(template_of(6).trace_count, 0);
}

static void
one_message_to_many_leaves_few_traces(void)
{
	uint64_t recipients[100];

	for (uint64_t i = 0; i < 100; i++)
		recipients[i] = (i + 1) * 0x9e3779b97f4a7c15u;
	deliver(5, 1, 1, recipients, 100);
	assert_int_equal(template_of(5).trace_count, STORE_MOST_TRACES_OF_MESSAGE);
	assert_int_equal(template_of(5).messages, 1);
	assert_in_range(template_of(5).recipients, 70, 130);
}

static void
one_token_leaves_few_traces(void)
{
	for (uint64_t i = 1; i <= 50; i++)
		deliver(5, 1, i, (uint64_t[]){ i * 0x9e3779b97f4a7c15u }, 1);
	assert_int_equal(template_of(5).trace_count, STORE_MOST_TRACES_OF_TOKEN);
	assert_int_equal(template_of(5).messages, 50);
}

static void
of_many_deliveries_the_last_are_kept(void)
{
	for (uint64_t i = 1; i <= STORE_MOST_TRACES + 10; i++)
		deliver(5, i, i, &i, 1);
	struct store_template t = template_of(5);

	assert_int_equal(t.trace_count, STORE_MOST_TRACES);
	assert_int_equal(t.traces[0].token, 11);
	assert_int_equal(t.traces[STORE_MOST_TRACES - 1].token, STORE_MOST_TRACES + 10);
}

static void
a_domain_cannot_mint_templates_without_end(void)
{
	size_t kept = 0;

	for (uint64_t i = 1; i <= STORE_MOST_TEMPLATES_OF_DOMAIN + 50; i++)
		deliver(1000 + i, 1, i, &i, 1);
	for (uint64_t i = 1; i <= STORE_MOST_TEMPLATES_OF_DOMAIN + 50; i++)
		kept += template_of(1000 + i).trace_count > 0;
	assert_int_equal(kept, STORE_MOST_TEMPLATES_OF_DOMAIN);
	/* Those that are known go on. */
	deliver(1001, 2, 9999, (uint64_t[]){ 1 }, 1);
	assert_int_equal(template_of(1001).trace_count, 2);
}

static void
suspect(uint64_t key, int64_t time_ms, uint64_t message, const char *text)
{
	struct lesson_window	window = { .key = key, .member = { time_ms, message, span_of(text) } };
	struct lesson		lesson = lesson_of(time_ms, message, NULL, NULL);

	lesson.windows = &window;
	lesson.window_count = 1;
	teach(&lesson);
}

static void
a_window_holds_its_members_the_oldest_first(void)
{
	suspect(9, NOW - 3000, 1, "one");
	suspect(9, NOW - 2000, 2, "two");
	suspect(9, NOW - DAY_MS, 3, "yesterday");
	struct store_window all = window_of(9, 2 * DAY_MS), late = window_of(9, 5000);

	assert_int_equal(all.key, 9);
	assert_int_equal(all.count, 3);
	assert_true(span_eq(all.members[0].text, SPAN("yesterday")));
	assert_int_equal(all.members[0].time_ms, NOW - DAY_MS);
	assert_int_equal(all.members[1].message, 1);
	assert_true(span_eq(all.members[2].text, SPAN("two")));
	assert_int_equal(late.count, 2);
	assert_int_equal(window_of(8, 2 * DAY_MS).count, 0);
}

static void
the_same_message_is_one_member_with_its_last_text(void)
{
	suspect(9, NOW - 3000, 1, "one");
	suspect(9, NOW - 2000, 2, "two");
	suspect(9, NOW - 3000, 1, "one in a campaign");
	struct store_window w = window_of(9, DAY_MS);

	assert_int_equal(w.count, 2);
	assert_true(span_eq(w.members[0].text, SPAN("one in a campaign")));
}

static void
of_many_members_the_last_are_kept(void)
{
	for (uint64_t i = 1; i <= STORE_MOST_MEMBERS + 5; i++)
		suspect(9, NOW - 1000 + (int64_t)i, i, "m");
	struct store_window w = window_of(9, DAY_MS);

	assert_int_equal(w.count, STORE_MOST_MEMBERS);
	assert_int_equal(w.members[0].message, 6);
	assert_int_equal(w.members[STORE_MOST_MEMBERS - 1].message, STORE_MOST_MEMBERS + 5);
}

static void
a_campaign_grows_by_what_is_added(void)
{
	struct span		hosts[] = { SPAN("h1.example"), SPAN("h2.example") }, member = SPAN("QID1");
	struct store_campaign	 first = { .id = SPAN("c-1"), .first_ms = NOW, .last_ms = NOW + 1, .messages = 2,
				    .note = SPAN("why"), .hosts = hosts, .host_count = 1, .members = &member,
				    .member_count = 1 };
	struct store_campaign	 more = { .id = SPAN("c-1"), .first_ms = NOW + 5, .last_ms = NOW + 5, .messages = 1,
				    .hosts = hosts, .host_count = 2 };
	struct store_campaign	 close = { .id = SPAN("c-1"), .closed = true };
	struct store_campaign	*all;
	size_t			 count;

	assert_int_equal(store->kind->campaign_add(store, &first, (uint64_t[]){ 1, 2 }, 2), PW_OK);
	assert_int_equal(store->kind->campaign_add(store, &more, (uint64_t[]){ 2, 3 }, 2), PW_OK);
	assert_int_equal(store->kind->campaigns(store, SPAN("c-1"), 10, arena, &all, &count), PW_OK);
	assert_int_equal(count, 1);
	assert_int_equal(all[0].first_ms, NOW);
	assert_int_equal(all[0].last_ms, NOW + 5);
	assert_int_equal(all[0].messages, 3);
	assert_int_equal(all[0].host_count, 2);
	assert_true(span_eq(all[0].hosts[1], SPAN("h2.example")));
	assert_true(span_eq(all[0].members[0], SPAN("QID1")));
	assert_int_equal(all[0].sender_count, 0);
	assert_int_equal(all[0].recipients, 3);
	assert_true(span_eq(all[0].note, SPAN("why")));
	assert_false(all[0].closed);
	assert_int_equal(store->kind->campaign_add(store, &close, NULL, 0), PW_OK);
	assert_int_equal(store->kind->campaigns(store, SPAN("c-1"), 10, arena, &all, &count), PW_OK);
	assert_true(all[0].closed);
	assert_int_equal(all[0].messages, 3);
}

static void
a_part_is_told_with_windows_and_only_an_older_whole_replaces_another(void)
{
	static const char *const	 wholes[] = { "c-3", "c-2", "c-3" };
	struct lesson			 lesson = lesson_of(NOW, 1, NULL, NULL);
	struct store_campaign		 whole = { .id = SPAN("c-2"), .first_ms = NOW, .last_ms = NOW, .messages = 1 }, *all;
	struct store_answer		 answer;
	uint64_t			 key = 9;
	size_t				 count;

	lesson.campaign = &whole;
	for (size_t i = 0; i < NITEMS(wholes); i++) {
		struct store_campaign part = { .id = SPAN("c-4"), .part_of = span_of(wholes[i]), .part_why = span_of(wholes[i]) };

		lesson.parts = &part;
		lesson.part_count = 1;
		teach(&lesson);
	}
	assert_int_equal(store->kind->campaigns(store, SPAN("c-4"), 1, arena, &all, &count), PW_OK);
	assert_int_equal(count, 1);
	assert_true(span_eq(all[0].part_of, SPAN("c-2")) && span_eq(all[0].part_why, SPAN("c-2")));
	assert_int_equal(store->kind->campaigns(store, SPAN("c-2"), 1, arena, &all, &count), PW_OK);
	assert_int_equal(all[0].part_of.len, 0);
	ask((struct store_question){ .windows = &key, .window_count = 1, .window_ms = DAY_MS }, &answer);
	assert_true(answer.part_count > 0);
	for (size_t i = 0; i < answer.part_count; i++)
		assert_true(span_eq(answer.parts[i].id, SPAN("c-4")));
	assert_true(span_eq(campaign_of(&answer, SPAN("c-4")), SPAN("c-2")));
	ask((struct store_question){ 0 }, &answer);
	assert_int_equal(answer.part_count, 0);
}

#define LARGE	4200u
#define AT_ONCE	600u

static void
a_campaign_counts_more_messages_than_it_names(void)
{
	struct lesson		*lessons = arena_array(arena, LARGE + 1, sizeof(*lessons));
	struct store_campaign	*added = arena_array(arena, LARGE, sizeof(*added)), *all;
	struct span		*members = arena_array(arena, LARGE, sizeof(*members));
	size_t			 count;

	for (unsigned i = 0; i < LARGE; i++) {
		members[i] = arena_printf(arena, "Q%u", i);
		added[i] = (struct store_campaign){ .id = SPAN("c-large"), .first_ms = NOW, .last_ms = NOW, .messages = 1,
			.members = &members[i], .member_count = 1 };
		lessons[i] = (struct lesson){ .node = SPAN("node"), .number = i + 1, .time_ms = NOW, .campaign = &added[i] };
	}
	/* A member that it names already is not counted again; nor is one of those that are not named, if it was learned. */
	lessons[LARGE] = lessons[0];
	lessons[LARGE].number = LARGE + 1;
	for (unsigned i = 0; i < LARGE; i += AT_ONCE)
		assert_int_equal(store->kind->teach(store, lessons + i, AT_ONCE), PW_OK);
	assert_int_equal(store->kind->teach(store, lessons + LARGE - AT_ONCE, AT_ONCE + 1), PW_OK);
	assert_int_equal(store->kind->campaigns(store, SPAN("c-large"), 1, arena, &all, &count), PW_OK);
	assert_int_equal(all[0].messages, LARGE);
	assert_int_equal(all[0].member_count, 4096);
}

static void
campaigns_are_listed_the_youngest_first(void)
{
	struct store_campaign	*all;
	size_t			 count;

	for (int64_t i = 0; i < 5; i++) {
		char			id[8];
		struct store_campaign	c = { .first_ms = NOW + (i * 3) % 5, .last_ms = NOW + 9, .messages = 1 };

		snprintf(id, sizeof(id), "c-%d", (int)((i * 3) % 5));
		c.id = span_of(id);
		assert_int_equal(store->kind->campaign_add(store, &c, NULL, 0), PW_OK);
	}
	assert_int_equal(store->kind->campaigns(store, SPAN_NONE, 3, arena, &all, &count), PW_OK);
	assert_int_equal(count, 3);
	assert_true(span_eq(all[0].id, SPAN("c-4")));
	assert_true(span_eq(all[2].id, SPAN("c-2")));
	assert_int_equal(store->kind->campaigns(store, SPAN("none"), 3, arena, &all, &count), PW_OK);
	assert_int_equal(count, 0);
}

static void
names_may_hold_any_bytes(void)
{
	struct lesson_domain	domain = { .name = SPAN("a \r\n\0{}%$* \xff"), .tallies = 1u << TALLY_MESSAGES };
	struct lesson		lesson = lesson_of(NOW, 1, NULL, &domain);
	struct store_answer	answer;

	lesson.node = SPAN("n \r\n\0 {x}");
	lesson.number = 1;
	teach(&lesson);
	ask((struct store_question){ .domains = &domain.name, .domain_count = 1 }, &answer);
	assert_int_equal(answer.standings[0].messages, 1);
}

/* Lessons that have much in common, some of them after a long time; twice, under names of their own. */
#define MANY		120u
#define SHARED_DOMAINS	5u
#define SHARED_DIGESTS	7u

struct many {
	const char			*name;
	uint64_t			 base;
	struct lesson			 lessons[MANY];
	struct lesson_domain		 domains[MANY][2];
	struct lesson_template		 templates[MANY][2];
	struct lesson_window		 windows[MANY][2];
	struct store_campaign		 campaigns[MANY];
	struct span			 members[MANY];
	uint64_t			 recipients[MANY][3], sketched[MANY];
};

static struct span
many_domain(const struct many *many, unsigned i)
{
	return arena_printf(arena, "%s-%u.example", many->name, i % SHARED_DOMAINS);
}

static struct many *
many_make(const char *name, uint64_t base)
{
	struct many *many = arena_alloc(arena, sizeof(*many));

	assert_non_null(many);
	*many = (struct many){ .name = name, .base = base };
	for (unsigned i = 0; i < MANY; i++) {
		int64_t time_ms = NOW - 400 * DAY_MS + i * DAY_MS / 9 + (i > 60) * 40 * DAY_MS + (i > 90) * 200 * DAY_MS;

		many->sketched[i] = (i % 40 + 1) * 0x9e3779b97f4a7c15u;
		many->members[i] = arena_printf(arena, "Q%u", i);
		for (unsigned k = 0; k < 3; k++)
			many->recipients[i][k] = (uint64_t)(i * 3 + k) % 50 * 0xbf58476d1ce4e5b9u + 1;
		for (unsigned k = 0; k < 2; k++) {
			many->domains[i][k] = (struct lesson_domain){ .name = many_domain(many, i * (k + 1) + k),
				.tallies = 1u << TALLY_MESSAGES | i % 8 << 1, .templates = &many->sketched[i], .template_count = 1,
				.campaign = i % 10 == k ? SPAN("c") : SPAN_NONE };
			many->templates[i][k] = (struct lesson_template){ .digest = base + i * (k + 1) % SHARED_DIGESTS,
				.domain = many->domains[i][k].name, .token = i % 30 };
			many->windows[i][k] = (struct lesson_window){ .key = base + i * (k + 2) % SHARED_DIGESTS,
				.member = { time_ms, i % 100 + 1, many->members[i] } };
		}
		many->campaigns[i] = (struct store_campaign){ .id = span_of(name), .first_ms = time_ms, .last_ms = time_ms,
			.messages = 1, .members = &many->members[i], .member_count = 1 };
		many->lessons[i] = (struct lesson){ .node = span_of(name), .number = i + 1, .time_ms = time_ms,
			.message = i % 100 + 1, .recipients = many->recipients[i], .recipient_count = 1 + i % 3,
			.domains = many->domains[i], .domain_count = 2, .templates = many->templates[i], .template_count = 2,
			.windows = many->windows[i], .window_count = 2, .campaign = i % 4 == 0 ? &many->campaigns[i] : NULL,
			.campaign_recipients = many->recipients[i], .campaign_recipient_count = 1 };
	}
	return many;
}

static struct store_answer
many_ask(const struct many *many)
{
	struct span		domains[SHARED_DOMAINS];
	uint64_t		digests[SHARED_DIGESTS];
	struct store_answer	answer;

	for (unsigned i = 0; i < SHARED_DOMAINS; i++)
		domains[i] = many_domain(many, i);
	for (unsigned i = 0; i < SHARED_DIGESTS; i++)
		digests[i] = many->base + i;
	ask((struct store_question){ .now_ms = many->lessons[MANY - 1].time_ms, .domains = domains,
	    .domain_count = SHARED_DOMAINS, .templates = digests, .template_count = SHARED_DIGESTS, .windows = digests,
	    .window_count = SHARED_DIGESTS, .window_ms = 1000 * DAY_MS }, &answer);
	return answer;
}

static void
lessons_at_once_are_as_if_each_came_alone(void)
{
	const struct many	*alone = many_make("alone", 0x1000), *together = many_make("together", 0x2000);
	/* The second time some of them again, as after an answer that was lost. */
	const struct { size_t from, to; } batches[] = { { 0, 20 }, { 5, 50 }, { 30, 31 }, { 31, 100 }, { 0, MANY } };
	struct store_campaign	*one, *other;
	size_t			 count;

	for (size_t i = 0; i < MANY; i++)
		teach(&alone->lessons[i]);
	for (size_t i = 0; i < NITEMS(batches); i++)
		assert_int_equal(store->kind->teach(store, together->lessons + batches[i].from,
		    batches[i].to - batches[i].from), PW_OK);
	struct store_answer a = many_ask(alone), b = many_ask(together);
	for (size_t i = 0; i < SHARED_DOMAINS; i++) {
		struct standing *x = &a.standings[i], *y = &b.standings[i];

		for (unsigned tally = 0; tally < TALLIES; tally++)
			assert_int_equal(*standing_tally(x, tally), *standing_tally(y, tally));
		assert_true(x->messages > 0);
		assert_int_equal(x->first_ms, y->first_ms);
		assert_int_equal(x->last_ms, y->last_ms);
		assert_int_equal(x->days, y->days);
		assert_int_equal(x->recipients, y->recipients);
		assert_int_equal(x->templates, y->templates);
		assert_true(span_eq(x->campaign, y->campaign));
	}
	for (size_t i = 0; i < SHARED_DIGESTS; i++) {
		struct store_template *x = &a.templates[i], *y = &b.templates[i];

		assert_int_equal(x->messages, y->messages);
		assert_int_equal(x->tokens, y->tokens);
		assert_int_equal(x->recipients, y->recipients);
		assert_int_equal(x->trace_count, y->trace_count);
		assert_true(x->trace_count > 0);
		assert_memory_equal(x->traces, y->traces, x->trace_count * sizeof(*x->traces));
		assert_int_equal(a.windows[i].count, b.windows[i].count);
		for (size_t k = 0; k < a.windows[i].count; k++) {
			assert_int_equal(a.windows[i].members[k].message, b.windows[i].members[k].message);
			assert_true(span_eq(a.windows[i].members[k].text, b.windows[i].members[k].text));
		}
	}
	assert_int_equal(store->kind->campaigns(store, SPAN("alone"), 1, arena, &one, &count), PW_OK);
	assert_int_equal(store->kind->campaigns(store, SPAN("together"), 1, arena, &other, &count), PW_OK);
	assert_int_equal(one[0].messages, MANY / 4);
	assert_int_equal(other[0].messages, MANY / 4);
	assert_int_equal(one[0].member_count, other[0].member_count);
}

#define ROW(function)	{ #function, function }

static const struct row {
	const char	*says;
	void		(*run)(void);
} rows[] = {
	ROW(nothing_is_known_of_what_was_never_seen),
	ROW(each_tally_is_counted_by_its_name),
	ROW(first_last_and_days_are_those_of_the_messages),
	ROW(a_domain_that_was_not_seen_for_long_is_forgotten),
	ROW(many_recipients_and_templates_are_estimated),
	ROW(few_recipients_are_exact),
	ROW(a_node_s_number_is_learned_once),
	ROW(began_and_learned_are_of_the_whole_store),
	ROW(suspect_mails_are_counted_by_their_day),
	ROW(an_analyst_s_word_has_a_note_and_an_end),
	ROW(words_are_listed_by_domain),
	ROW(a_campaign_s_name_stays_with_its_domain),
	ROW(a_template_keeps_the_traces_of_its_deliveries),
	ROW(one_message_to_many_leaves_few_traces),
	ROW(one_token_leaves_few_traces),
	ROW(of_many_deliveries_the_last_are_kept),
	ROW(a_domain_cannot_mint_templates_without_end),
	ROW(a_window_holds_its_members_the_oldest_first),
	ROW(the_same_message_is_one_member_with_its_last_text),
	ROW(of_many_members_the_last_are_kept),
	ROW(a_campaign_grows_by_what_is_added),
	ROW(a_part_is_told_with_windows_and_only_an_older_whole_replaces_another),
	ROW(a_campaign_counts_more_messages_than_it_names),
	ROW(campaigns_are_listed_the_youngest_first),
	ROW(names_may_hold_any_bytes),
	ROW(lessons_at_once_are_as_if_each_came_alone),
};

static struct named_row {
	char			 name[128];
	const struct row	*row;
	const struct bench_kind	*kind;
} named[NITEMS(rows) * NITEMS(kinds)];

static void
run_row(void **state)
{
	const struct named_row *row = *state;

	arena = arena_new((size_t)64 << 20);
	assert_int_equal(row->kind->open(&store), PW_OK);
	row->row->run();
	store->kind->close(store);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(named)] = { 0 };
	size_t			count = 0;

	for (size_t k = 0; k < (getenv("PW_TEST_REDIS") != NULL ? NITEMS(kinds) : 1); k++)
		for (size_t i = 0; i < NITEMS(rows); i++, count++) {
			named[count] = (struct named_row){ .row = &rows[i], .kind = &kinds[k] };
			snprintf(named[count].name, sizeof(named[count].name), "%s: %s", kinds[k].name, rows[i].says);
			tests[count] = (struct CMUnitTest){ .name = named[count].name, .test_func = run_row,
			    .initial_state = &named[count] };
		}
	return _cmocka_run_group_tests("stores", tests, count, NULL, NULL);
}

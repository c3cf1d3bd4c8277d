/*
 * What only the Redis store can meet: foreign types, a full memory, forgotten scripts, other gateways. Run by
 * e2e/redis_store_test.py, with the address of a server that may be emptied in PW_TEST_REDIS.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>

#include "reputation/clock_jump.h"
#include "reputation/redis_cache.h"
#include "reputation/store.h"

#define DAY_S		86400
#define NOW		((int64_t)1700000000000)
#define MOST_BYTES_OF_DOMAIN	250
#define MEASURED	4000

static struct options	*options;
static struct redis	*redis;
static struct arena	*arena;
static struct store	*store;

static struct redis_reply
command(const char *text)
{
	struct redis_batch	batch;
	struct span		words[8], rest = span_of(text);
	size_t			count = 0;

	for (size_t end; rest.len > 0 && count < NITEMS(words); rest = span_from(rest, end + 1)) {
		end = span_find_char(rest, ' ', 0);
		words[count++] = span_cut(rest, 0, end);
	}
	redis_batch_init(&batch, arena);
	redis_batch_add(&batch, words, count);
	assert_int_equal(redis_run(redis, &batch, 0), PW_OK);
	redis_batch_fini(&batch);
	return batch.replies[0];
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	assert_int_equal(redis_open(options, &redis), PW_OK);
	command("FLUSHALL");
	return store_open_redis(options, &store) == PW_OK ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	store->kind->close(store);
	redis_close(redis);
	arena_free(arena);
	return 0;
}

static struct standing
standing_of(struct store *asked, const char *name)
{
	struct span		domain = span_of(name);
	struct store_answer	answer;

	assert_int_equal(asked->kind->ask(asked, &(struct store_question){ .now_ms = NOW, .domains = &domain,
	    .domain_count = 1 }, arena, &answer), PW_OK);
	return answer.standings[0];
}

static uint64_t recipient = 0x9e3779b97f4a7c15u;

/* A message with a host, another host, a template and a window. */
static enum pw_err
teach(uint64_t number)
{
	const uint64_t			template = 0xabcd;
	const struct lesson_domain	domains[] = {
		{ .name = SPAN("a.example"), .tallies = 1, .templates = &template, .template_count = 1 },
		{ .name = SPAN("b.example"), .tallies = 1 },
	};
	const struct lesson_template	templates[] = { { .digest = template, .domain = SPAN("a.example"), .token = number } };
	const struct lesson_window	windows[] = { { .key = 0xef, .member = { NOW, number, SPAN("text") } } };
	const struct lesson		lesson = { .node = SPAN("mx1.example.org"), .number = number, .time_ms = NOW,
					    .message = number, .recipients = &recipient, .recipient_count = 1,
					    .domains = domains, .domain_count = NITEMS(domains), .templates = templates,
					    .template_count = 1, .windows = windows, .window_count = 1 };

	return store->kind->teach(store, &lesson, 1);
}

static void
a_foreign_type_under_a_key_is_passed_by_and_replaced(void **state)
{
	struct store_answer		answer;
	const uint64_t			template = 0xabcd, window = 0xef;
	const struct store_question	question = { .now_ms = NOW, .templates = &template, .template_count = 1,
					    .windows = &window, .window_count = 1, .window_ms = 1000 };

	(void)state;
	command("SET pw:rep:{a.example} x");
	command("SET pw:rep:{b.example}:r x");
	command("LPUSH pw:h:{000000000000abcd} x");
	command("SET pw:w:{00000000000000ef} x");
	command("LPUSH pw:store x");
	assert_false(standing_of(store, "a.example").known);
	assert_int_equal(store->kind->ask(store, &question, arena, &answer), PW_OK);
	assert_int_equal(answer.templates[0].trace_count, 0);
	assert_int_equal(answer.windows[0].count, 0);
	for (uint64_t i = 1; i <= 30; i++) {
		recipient = i * 0x9e3779b97f4a7c15u;
		assert_int_equal(teach(i), PW_OK);
	}
	assert_int_equal(standing_of(store, "a.example").messages, 30);
	assert_in_range(standing_of(store, "b.example").recipients, 28, 32);
	assert_int_equal(store->kind->ask(store, &question, arena, &answer), PW_OK);
	assert_int_equal(answer.templates[0].trace_count, 30);
	assert_int_equal(answer.windows[0].count, 30);
	assert_int_equal(answer.began_ms, NOW);
}

static void
a_full_memory_is_waited_for_and_counts_once(void **state)
{
	(void)state;
	assert_int_equal(teach(1), PW_OK);
	command("CONFIG SET maxmemory 1");
	assert_int_equal(teach(2), PW_EAWAY);
	assert_int_equal(standing_of(store, "a.example").messages, 1);
	command("CONFIG SET maxmemory 0");
	assert_int_equal(teach(2), PW_OK);
	assert_int_equal(teach(2), PW_OK);
	assert_int_equal(standing_of(store, "a.example").messages, 2);
}

static void
a_replica_s_refusal_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(teach(1), PW_OK);
	command("REPLICAOF 127.0.0.1 1");
	assert_int_equal(teach(2), PW_EAWAY);
	/* As its administrator does it; the store's own client asks no replica. */
	assert_int_equal(system(getenv("PW_TEST_PROMOTE")), 0);
	while (teach(2) != PW_OK)
		usleep(10000);
	assert_int_equal(standing_of(store, "a.example").messages, 2);
}

static void
forgotten_scripts_are_sent_again(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 3; i++) {
		assert_int_equal(teach(i), PW_OK);
		command("SCRIPT FLUSH");
	}
	assert_int_equal(standing_of(store, "a.example").messages, 3);
}

static void
a_gateway_whose_clock_jumps_is_not_believed(void **state)
{
	(void)state;
	a_jump_changes_nothing(store, clock_unix_ms());
}

/* Of a.example: number of the day on which its count of templates began, and the count. */
static void
assert_minted(int64_t since, int64_t count)
{
	struct redis_reply	reply = command("HGET pw:rep:{a.example} m");
	int64_t			minted = redis_reply_number(&reply);

	assert_int_equal(minted % 512, count);
	if (since > 0)
		assert_int_equal(minted / 512, since);
}

static void
a_template_that_could_not_be_kept_takes_nothing_of_its_domain_s_room(void **state)
{
	(void)state;
	/* All before the templates is taken; they may be looked for, and not written. */
	command("ACL SETUSER default resetkeys ~pw:rep:* ~pw:w:* ~pw:store %R~pw:h:*");
	for (int i = 0; i < 3; i++)
		assert_int_equal(teach(1), PW_EAWAY);
	assert_minted(0, 0);
	command("ACL SETUSER default allkeys");
	for (int i = 0; i < 3; i++)
		assert_int_equal(teach(1), PW_OK);
	assert_minted(NOW / DAY_MS, 1);
	assert_int_equal(standing_of(store, "a.example").messages, 1);
}

static void
a_server_that_lost_all_begins_anew(void **state)
{
	(void)state;
	assert_int_equal(teach(1), PW_OK);
	command("FLUSHALL");
	command("SCRIPT FLUSH");
	assert_int_equal(teach(2), PW_OK);
	assert_int_equal(standing_of(store, "b.example").messages, 1);
}

static void
every_key_is_ours_and_expires(void **state)
{
	struct redis_reply keys;

	(void)state;
	assert_int_equal(teach(1), PW_OK);
	assert_int_equal(store->kind->say(store, SPAN("c.example"), WORD_ALLOW, SPAN("x"), 0), PW_OK);
	keys = command("KEYS *");
	assert_int_equal(keys.count, 7);	/* two domains, a template, a window, the store, a word and the list of them */
	for (size_t i = 0; i < keys.count; i++) {
		struct span		key = keys.items[i].text;
		struct redis_batch	batch;
		int64_t			ttl;
		bool			stays = span_eq(key, SPAN("pw:store")) || span_eq(key, SPAN("pw:words")) ||
					    span_eq(key, SPAN("pw:rep:{c.example}"));

		assert_true(span_starts(key, SPAN("pw:")));
		redis_batch_init(&batch, arena);
		redis_batch_add(&batch, (const struct span[]){ SPAN("TTL"), key }, 2);
		assert_int_equal(redis_run(redis, &batch, 0), PW_OK);
		redis_batch_fini(&batch);
		ttl = redis_reply_number(&batch.replies[0]);
		if (stays)
			assert_int_equal(ttl, -1);
		else
			assert_in_range(ttl, 34 * DAY_S, 180 * DAY_S);
	}
	assert_int_equal(store->kind->say(store, SPAN("c.example"), WORD_NONE, SPAN_NONE, 0), PW_OK);
	assert_int_equal(command("EXISTS pw:rep:{c.example} pw:words").integer, 0);
}

static void
another_gateway_s_lessons_are_known_soon(void **state)
{
	struct store	*other;
	int64_t		 begun = clock_ms();

	(void)state;
	assert_int_equal(store_open_redis(options, &other), PW_OK);
	assert_false(standing_of(other, "a.example").known);
	assert_int_equal(teach(1), PW_OK);
	assert_true(standing_of(store, "a.example").known);
	while (!standing_of(other, "a.example").known)
		usleep(50000);
	assert_true(clock_ms() - begun < REDIS_CACHE_MS + 20000);
	other->kind->close(other);
}

/* What was asked before it was taught comes too late to be kept; what is asked behind that does not. */
static void
an_answer_of_before_is_not_kept(void **state)
{
	struct redis_cache	*cache = redis_cache_new();
	uint64_t		 when;

	(void)state;
	assert_non_null(cache);
	assert_null(redis_cache_find(cache, SPAN("k"), arena, &when).at);
	redis_cache_forget(cache, SPAN("k"));
	redis_cache_keep(cache, SPAN("k"), SPAN("old"), when);
	assert_null(redis_cache_find(cache, SPAN("k"), arena, &when).at);
	redis_cache_keep(cache, SPAN("k"), SPAN("new"), when);
	assert_true(span_eq(redis_cache_find(cache, SPAN("k"), arena, &when), SPAN("new")));
	redis_cache_free(cache);
}

static uint64_t
number_of(struct span info, const char *name)
{
	size_t at = span_find(info, span_of(name), 0);

	assert_true(at < info.len);
	return strtoull(info.at + at + strlen(name), NULL, 10);
}

/* Without what connections take: buffers that grow and shrink as they like. */
static uint64_t
used_memory(void)
{
	struct span info = command("INFO memory").text;

	return number_of(info, "used_memory:") - number_of(info, "mem_clients_normal:");
}

/* As the mail of a site is: each domain seen on some days, with few recipients and templates, by two gateways whose journals
 * number their records by the time in microseconds. */
static void
a_domain_takes_little_memory(void **state)
{
	uint64_t before, bytes;

	(void)state;
	assert_int_equal(teach(1), PW_OK);
	before = used_memory();
	for (uint64_t i = 0; i < 3 * MEASURED; i++) {
		char		name[64];
		uint64_t	few[] = { i * 0x9e3779b97f4a7c15u, i * 0xbf58476d1ce4e5b9u };

		snprintf(name, sizeof(name), "newsletter-%llu.example", (unsigned long long)(i % MEASURED));
		const struct lesson_domain	domain = { .name = span_of(name), .templates = few, .template_count = i % 2,
						    .tallies = 1u << TALLY_MESSAGES | 1u << TALLY_ALIGNED |
						    1u << TALLY_BULK | 1u << TALLY_FETCHED | 1u << TALLY_SHOWN };
		const struct lesson		lesson = { .node = i % 2 == 0 ? SPAN("mx1.mail.example.org") :
						    SPAN("mx2.mail.example.org"), .number = i + 1795354045252058,
						    .time_ms = NOW + (int64_t)(i / MEASURED) * 86400000, .message = i,
						    .recipients = few, .recipient_count = 1, .domains = &domain,
						    .domain_count = 1 };

		assert_int_equal(store->kind->teach(store, &lesson, 1), PW_OK);
		/* What a template of it leaves here; the template's own key is not the domain's. */
		char mint[128];
		snprintf(mint, sizeof(mint), "HSET pw:rep:{%s} m 10073601", name);
		if (i < MEASURED)
			command(mint);
	}
	bytes = (used_memory() - before) / MEASURED;
	print_message("# %llu bytes of Redis memory for each domain\n", (unsigned long long)bytes);
	assert_in_range(bytes, 1, MOST_BYTES_OF_DOMAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_foreign_type_under_a_key_is_passed_by_and_replaced, begin, end),
		cmocka_unit_test_setup_teardown(a_full_memory_is_waited_for_and_counts_once, begin, end),
		cmocka_unit_test_setup_teardown(a_replica_s_refusal_is_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(forgotten_scripts_are_sent_again, begin, end),
		cmocka_unit_test_setup_teardown(a_gateway_whose_clock_jumps_is_not_believed, begin, end),
		cmocka_unit_test_setup_teardown(a_template_that_could_not_be_kept_takes_nothing_of_its_domain_s_room, begin, end),
		cmocka_unit_test_setup_teardown(a_server_that_lost_all_begins_anew, begin, end),
		cmocka_unit_test_setup_teardown(every_key_is_ours_and_expires, begin, end),
		cmocka_unit_test_setup_teardown(another_gateway_s_lessons_are_known_soon, begin, end),
		cmocka_unit_test_setup_teardown(an_answer_of_before_is_not_kept, begin, end),
		cmocka_unit_test_setup_teardown(a_domain_takes_little_memory, begin, end),
	};
	struct buf	report;
	int		result;

	buf_init(&report, 4096);
	options = options_new();
	assert_int_equal(config_set(options, "t", "Redis", getenv("PW_TEST_REDIS"), &report), PW_OK);
	assert_int_equal(config_set(options, "t", "RedisDeadline", "5s", &report), PW_OK);
	result = cmocka_run_group_tests(tests, NULL, NULL);
	options_free(options);
	buf_fini(&report);
	return result;
}

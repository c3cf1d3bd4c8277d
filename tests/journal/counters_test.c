/* What is counted of messages, what is kept of it, and that it comes back from its file, or not at all. */
#include "fixture.h"

#include "journal/checksum.h"
#include "journal/snapshot.h"

static void
count(struct counters *counters, uint64_t number, int64_t time_ms)
{
	struct sighting sighting = sighting_make();

	sighting.number = number;
	sighting.time_ms = time_ms;
	counters_count(counters, &sighting);
}

#define MINUTE		28333333	/* of the sighting's time */
#define DAY		19675

static void
a_message_counts_once_for_all_that_it_is(void **state)
{
	struct counters		*counters = counters_new();
	struct named_count	 named[4];

	(void)state;
	count(counters, 5, 1700000000123);
	count(counters, 5, 1700000000123);	/* the same record */
	count(counters, 6, 1700000000123);
	assert_int_equal(counters_total(counters, COUNTER_messages), 2);
	assert_int_equal(counters_total(counters, COUNTER_rewritten), 2);
	assert_int_equal(counters_total(counters, COUNTER_delivered), 0);
	assert_int_equal(counters_total(counters, COUNTER_stripped), 4);
	assert_int_equal(counters_of_minute(counters, MINUTE * MINUTE_MS, COUNTER_messages), 2);
	assert_int_equal(counters_top(counters, TOP_HOST, DAY, named, 4), 2);
	assert_int_equal(named[0].of[0], 2);
	/* Two hosts of one domain are one message of that domain; a link is no fetch. */
	assert_int_equal(counters_top(counters, TOP_DOMAIN, DAY, named, 4), 1);
	assert_int_equal(named[0].of[0], 2);
	assert_int_equal(counters_rules(counters, named, 4), 2);
	assert_int_equal(named[1].of[RULE_SHADOW], 2);
	assert_int_equal(counters_number(counters), 6);
	counters_free(counters);
}

/* Whatever number stands where a word should be, in a record that somebody garbled. */
static void
words_that_nobody_has_are_counted_as_no_verdict(void **state)
{
	struct counters	*counters = counters_new();
	struct sighting	 sighting = sighting_make();

	(void)state;
	sighting.number = 1;
	sighting.action = sighting.mode = sighting.exposure = sighting.failure = UINT32_MAX;
	counters_count(counters, &sighting);
	assert_int_equal(counters_total(counters, COUNTER_messages), 1);
	assert_int_equal(counters_total(counters, COUNTER_errors), 1);
	counters_free(counters);
}

static uint64_t
sum_of(const struct series *series)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < series->count; i++)
		sum += series->at[i].of[COUNTER_messages];
	return sum;
}

static void
minutes_that_nobody_read_are_not_lost_when_they_go(void **state)
{
	struct counters *counters = counters_new();

	(void)state;
	for (uint64_t i = 1; i <= 1000; i++)
		count(counters, i, 1700000000123 + (int64_t)i * MINUTE_MS);
	assert_int_equal(counters->minutes.count, MOST_MINUTES);
	assert_int_equal(sum_of(&counters->minutes), 1000);
	/* Those that were told may go. */
	for (size_t i = 0; i < counters->minutes.count; i++)
		counters->minutes.at[i].dirty = false;
	count(counters, 1001, 1700000000123 + (int64_t)1001 * MINUTE_MS);
	assert_true(sum_of(&counters->minutes) < 1000);
	/* A clock that jumps back, beyond all that is kept. */
	count(counters, 1002, 1);
	assert_int_equal(counters->minutes.count, MOST_MINUTES);
	assert_int_equal(counters_total(counters, COUNTER_messages), 1002);
	counters_free(counters);
}

static void
names_are_bounded_and_the_frequent_ones_stay(void **state)
{
	struct names		names = { .most = 100 };
	struct named_count	named[3];
	char			text[32];

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "random%u.example", i);
		names_get(&names, span_of(text))->of[0]++;
		names_get(&names, SPAN("often.example"))->of[0]++;
		assert_true(names.count <= 100);
	}
	assert_int_equal(names_most(&names, named, 3), 3);
	assert_true(span_eq(named[0].name, SPAN("often.example")));
	assert_int_equal(named[0].of[0], 10000);
	names_clear(&names);
}

static void
a_snapshot_is_read_as_it_was_written(void **state)
{
	struct counters	*counters = counters_new(), *again;
	struct sighting	 sighting = sighting_make();
	struct span	 rule = SPAN("odd name%\n\x80");
	struct buf	 first, second;

	(void)state;
	counters->epoch = 77;
	counters->writes = 3;
	stints_call(&counters->stints, "mx1", 0, counters->totals);
	count(counters, 5, 1700000000123);
	stints_call(&counters->stints, "an odd%name", 5, counters->totals);
	count(counters, 6, -1);
	counters_miss(counters, 1, 1700000000123);
	sighting.number = 7;
	sighting.rules = &rule;
	sighting.rule_count = 1;
	counters_count(counters, &sighting);
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	snapshot_print(counters, &first);
	again = snapshot_parse(buf_span(&first));
	assert_non_null(again);
	assert_int_equal(again->number, 7);
	assert_int_equal(again->epoch, 77);
	snapshot_print(again, &second);
	assert_string_equal(first.at, second.at);
	counters_free(again);
	/* Cut or garbled, it is none. */
	for (size_t len = 0; len < first.len; len++)
		assert_null(snapshot_parse(span_cut(buf_span(&first), 0, len)));
	first.at[first.len / 2] ^= 1;
	assert_null(snapshot_parse(buf_span(&first)));
	counters_free(counters);
	buf_fini(&first);
	buf_fini(&second);
}

static void
save(struct counters *counters, const char *folder, uint64_t number)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	count(counters, number, 1700000000123);
	counters->writes++;
	snapshot_print(counters, &text);
	assert_true(snapshot_save(folder, buf_span(&text)));
	buf_fini(&text);
}

static void
of_two_snapshots_of_one_record_the_younger_counts(void **state)
{
	struct counters	*counters = counters_new(), *loaded;
	char		 folder[64];

	(void)state;
	folder_make(folder);
	for (uint64_t missed = 0; missed < 4; missed++) {
		save(counters, folder, 7);
		assert_int_equal(snapshot_load(folder, &loaded), PW_OK);
		assert_int_equal(counters_total(loaded, COUNTER_unrecorded), missed);
		counters_free(loaded);
		counters_miss(counters, 1, 1700000000123);
	}
	counters_free(counters);
	folder_remove(folder);
}

/* The header line of a version that numbered no writes ends before them. */
static void
save_unnumbered(const struct counters *counters, const char *folder, unsigned which)
{
	char		path[128];
	struct buf	text;

	buf_init(&text, 1 << 20);
	snapshot_print(counters, &text);
	struct span	whole = buf_span(&text);
	size_t		end = span_find_char(whole, '\n', 0), body = whole.len - strlen("end 00000000\n");
	assert_true(span_eq(span_cut(whole, end - 2, end), SPAN(" 0")));
	struct buf	old;
	buf_init(&old, 1 << 20);
	buf_add(&old, span_cut(whole, 0, end - 2));
	buf_add(&old, span_cut(whole, end, body));
	buf_printf(&old, "end %08x\n", checksum(0, buf_span(&old)));
	snprintf(path, sizeof(path), "%s/counters.%u", folder, which);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(old.at, 1, old.len, file), old.len);
	assert_int_equal(fclose(file), 0);
	buf_fini(&old);
	buf_fini(&text);
}

static void
of_two_snapshots_without_a_number_that_of_the_later_record_counts(void **state)
{
	(void)state;
	for (unsigned younger = 0; younger < 2; younger++) {
		struct counters	*counters = counters_new(), *loaded;
		char		 folder[64], path[128];

		folder_make(folder);
		count(counters, 7, 1700000000123);
		save_unnumbered(counters, folder, 1 - younger);
		count(counters, 8, 1700000000123);
		save_unnumbered(counters, folder, younger);
		assert_int_equal(snapshot_load(folder, &loaded), PW_OK);
		assert_int_equal(loaded->number, 8);
		counters_free(loaded);
		/* It is not what is written over next. */
		save(counters, folder, 9);
		snprintf(path, sizeof(path), "%s/counters.%u", folder, 1 - younger);
		assert_int_equal(truncate(path, 100), 0);
		assert_int_equal(snapshot_load(folder, &loaded), PW_OK);
		assert_int_equal(loaded->number, 8);
		counters_free(loaded);
		counters_free(counters);
		folder_remove(folder);
	}
}

static void
what_was_counted_stays_under_the_name_of_its_time(void **state)
{
	struct counters	*counters = counters_new();
	struct stints	*stints = &counters->stints;
	uint64_t	 sum[COUNTERS];
	char		 name[16];

	(void)state;
	/* Counters of a version that knew no names are of the first one. */
	count(counters, 1, 1700000000123);
	stints_call(stints, "a", 1, counters->totals);
	count(counters, 2, 1700000000123);
	stints_call(stints, "b", 2, counters->totals);
	stints_call(stints, "c", 2, counters->totals);
	assert_int_equal(stints->count, 2);
	count(counters, 3, 1700000000123);
	stints_call(stints, "a", 3, counters->totals);
	count(counters, 4, 1700000000123);
	assert_true(span_eq(stints_name(stints, 2), SPAN("a")));
	assert_true(span_eq(stints_name(stints, 3), SPAN("c")));
	assert_true(span_eq(stints_name(stints, 4), SPAN("a")));
	assert_false(stints_sum(stints, 0, sum));
	assert_true(stints_sum(stints, 1, sum));
	assert_int_equal(sum[COUNTER_messages], 1);
	assert_true(stints_sum(stints, 2, sum));
	assert_int_equal(sum[COUNTER_messages], 3);
	for (uint64_t number = 5; number < 100; number++) {
		snprintf(name, sizeof(name), "n%llu", (unsigned long long)number);
		stints_call(stints, name, number - 1, counters->totals);
		count(counters, number, 1700000000123);
	}
	assert_int_equal(stints->count, MOST_STINTS);
	assert_true(span_eq(stints_name(stints, 99), SPAN("n99")));
	assert_true(span_eq(stints_name(stints, 1), span_of(stints->at[0].node)));
	assert_int_equal(counters_total(counters, COUNTER_messages), 99);
	counters_free(counters);
}

static void
a_name_that_comes_back_keeps_what_it_counted(void **state)
{
	struct counters	*counters = counters_new();
	struct stints	*stints = &counters->stints;
	uint64_t	 sum[COUNTERS];

	(void)state;
	for (uint64_t number = 1; number <= 100; number++) {
		stints_call(stints, number % 2 == 0 ? "a" : "b", number - 1, counters->totals);
		count(counters, number, 1700000000123);
	}
	assert_int_equal(stints->count, MOST_STINTS);
	for (size_t i = 0; i < 2; i++) {
		assert_true(stints_sum(stints, MOST_STINTS - 1 - i, sum));
		assert_int_equal(sum[COUNTER_messages], 50);
	}
	counters_free(counters);
}

static void
assert_loads(const char *folder, uint64_t number)
{
	struct counters *loaded;

	assert_int_equal(snapshot_load(folder, &loaded), PW_OK);
	assert_int_equal(loaded->number, number);
	counters_free(loaded);
}

static void
of_two_files_one_is_always_whole(void **state)
{
	struct counters	*counters = counters_new(), *loaded;
	char		 folder[64], path[128];

	(void)state;
	folder_make(folder);
	assert_int_equal(snapshot_load(folder, &loaded), PW_ENOTFOUND);
	for (uint64_t number = 1; number <= 4; number++) {
		save(counters, folder, number);
		assert_loads(folder, number);
	}
	/* The power failed while the younger one was written; then the torn one is written next. */
	snprintf(path, sizeof(path), "%s/counters.1", folder);
	assert_int_equal(truncate(path, 100), 0);
	assert_loads(folder, 3);
	save(counters, folder, 5);
	assert_loads(folder, 5);
	snprintf(path, sizeof(path), "%s/counters.0", folder);
	assert_int_equal(truncate(path, 100), 0);
	assert_loads(folder, 5);
	snprintf(path, sizeof(path), "%s/counters.1", folder);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(snapshot_load(folder, &loaded), PW_ESYNTAX);
	counters_free(counters);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_counts_once_for_all_that_it_is),
		cmocka_unit_test(words_that_nobody_has_are_counted_as_no_verdict),
		cmocka_unit_test(minutes_that_nobody_read_are_not_lost_when_they_go),
		cmocka_unit_test(names_are_bounded_and_the_frequent_ones_stay),
		cmocka_unit_test(a_snapshot_is_read_as_it_was_written),
		cmocka_unit_test(of_two_files_one_is_always_whole),
		cmocka_unit_test(of_two_snapshots_of_one_record_the_younger_counts),
		cmocka_unit_test(of_two_snapshots_without_a_number_that_of_the_later_record_counts),
		cmocka_unit_test(what_was_counted_stays_under_the_name_of_its_time),
		cmocka_unit_test(a_name_that_comes_back_keeps_what_it_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

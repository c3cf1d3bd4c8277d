/* Suspect mails of a day against those of the four weeks before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "reputation/surge.h"

#define TODAY	20000

static const struct row {
	const char	*says;
	int64_t		 since;		/* days before today */
	uint64_t	 each_day, today, more;
	int64_t		 times;
} rows[] = {
	{ "nothing was counted yet",				-1, 0, 0, 1, -1 },
	{ "there is no baseline within a fortnight",		13, 1, 50, 1, -1 },
	{ "there is one on the fifteenth day",			14, 1, 49, 1, 50 },
	{ "as many as always",					100, 20, 19, 1, 1 },
	{ "five times as many as always",			100, 20, 99, 1, 5 },
	{ "nearly five times",					100, 20, 98, 1, 4 },
	{ "few are no surge, whatever was before",		100, 0, 8, 1, 0 },
	{ "ten after four weeks of silence are one",		100, 0, 9, 1, 280 },
	{ "the message itself counts if it is suspect",		100, 0, 9, 0, 0 },
	{ "only the days that were counted make the mean",	14, 2, 20, 0, 10 },
};

static void
compares(void **state)
{
	const struct row	*row = *state;
	struct surge		 surge = { .since = 0 };

	if (row->since >= 0)
		surge_add(&surge, TODAY - row->since, 0);
	for (int64_t day = TODAY - row->since; day < TODAY; day++)
		surge_add(&surge, day, row->each_day);
	if (row->today > 0)
		surge_add(&surge, TODAY, row->today);
	assert_int_equal(surge_times(&surge, TODAY, row->more), row->times);
}

static void
days_move_on(void **state)
{
	struct surge surge = { .since = 0 };

	(void)state;
	surge_add(&surge, TODAY, 3);
	surge_add(&surge, TODAY + SURGE_DAYS, 1);
	assert_int_equal(surge.counts[SURGE_DAYS], 3);
	surge_add(&surge, TODAY + SURGE_DAYS + 1, 1);
	assert_int_equal(surge.counts[1], 1);
	assert_int_equal(surge.counts[SURGE_DAYS], 0);
	surge_add(&surge, TODAY + 1000, 1);
	assert_int_equal(surge.counts[0], 1);
	assert_int_equal(surge.counts[1], 0);
	assert_int_equal(surge.since, TODAY);
}

static void
a_mail_that_comes_late_counts_for_its_day(void **state)
{
	struct surge surge = { .since = 0 };

	(void)state;
	surge_add(&surge, TODAY, 1);
	surge_add(&surge, TODAY - 2, 4);
	assert_int_equal(surge.day, TODAY);
	assert_int_equal(surge.since, TODAY - 2);
	assert_int_equal(surge.counts[2], 4);
}

static void
a_clock_that_was_wrong_is_no_end_of_it(void **state)
{
	struct surge surge = { .since = 0 };

	(void)state;
	surge_add(&surge, TODAY + 5000, 1);
	surge_add(&surge, TODAY, 2);
	assert_int_equal(surge.day, TODAY);
	assert_int_equal(surge.counts[0], 2);
}

static void
two_are_one(void **state)
{
	struct surge surge = { .since = 0 }, other = { .since = 0 };

	(void)state;
	surge_merge(&surge, &other);
	assert_int_equal(surge.since, 0);
	surge_add(&other, TODAY - 3, 2);
	surge_add(&other, TODAY, 1);
	surge_merge(&surge, &other);
	assert_memory_equal(&surge, &other, sizeof(surge));
	surge_add(&surge, TODAY + 1, 5);
	surge_merge(&surge, &other);
	assert_int_equal(surge.counts[0], 5);
	assert_int_equal(surge.counts[1], 2);
	assert_int_equal(surge.counts[4], 4);
	assert_int_equal(surge.since, TODAY - 3);
}

static void
what_cannot_be_read_is_nothing(void **state)
{
	static const char *const	texts[] = { "", "1", "20000 20000 1 2 3", "20000 20000" };
	char				text[512];
	int				len = snprintf(text, sizeof(text), "20000 20001");
	struct surge			surge;

	(void)state;
	for (size_t i = 0; i < NITEMS(texts); i++) {
		surge_read(&surge, span_of(texts[i]));
		assert_int_equal(surge.since, 0);
	}
	for (size_t i = 0; i <= SURGE_DAYS; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, i == 1 ? " 99999999999999999999999" : " 7");
	surge_read(&surge, span_of(text));
	assert_int_equal(surge.since, 20000);
	assert_int_equal(surge.day, 20001);
	assert_int_equal(surge.counts[0], 7);
	assert_int_equal(surge.counts[1], UINT32_MAX);
	snprintf(text + len, sizeof(text) - (size_t)len, " 7");
	surge_read(&surge, span_of(text));
	assert_int_equal(surge.since, 0);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 5] = {
		cmocka_unit_test(days_move_on), cmocka_unit_test(a_mail_that_comes_late_counts_for_its_day),
		cmocka_unit_test(a_clock_that_was_wrong_is_no_end_of_it), cmocka_unit_test(two_are_one),
		cmocka_unit_test(what_cannot_be_read_is_nothing),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[5 + i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = compares,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

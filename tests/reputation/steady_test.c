/* Which times are believed, and by which clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "reputation/clock_jump.h"
#include "reputation/steady.h"

#define HOUR_MS	((int64_t)3600 * 1000)
#define NOW	((int64_t)1700000000000)
#define YEAR	(365 * DAY_MS)

static void
times_are_believed_unless_they_cannot_be(void **state)
{
	static const struct {
		const char	*says;
		int64_t		 time_ms;
		bool		 recorded;
		int64_t		 now_ms, believed_ms;
	} rows[] = {
		{ "now", NOW, true, NOW, NOW },
		{ "late", NOW - 300 * DAY_MS, true, NOW, NOW - 300 * DAY_MS },
		{ "of a clock that is a little ahead", NOW + HOUR_MS, true, NOW, NOW + HOUR_MS },
		{ "of days to come", NOW + 2 * DAY_MS, true, NOW, NOW },
		{ "of days to come, old mail", NOW + 2 * DAY_MS, false, NOW, NOW },
		{ "of a machine without a clock", 1000, true, NOW, NOW },
		{ "old mail", NOW - 12 * YEAR, false, NOW, NOW - 12 * YEAR },
		{ "a store for trying out", NOW + YEAR, true, 0, NOW + YEAR },
		{ "as late as can be", INT64_MAX, true, NOW, NOW },
		{ "as early as can be", INT64_MIN, true, NOW, NOW },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++)
		if (time_believed(rows[i].time_ms, rows[i].recorded, rows[i].now_ms) != rows[i].believed_ms)
			fail_msg("%s", rows[i].says);
}

/* What the system's clock says, hours after the start, and what is believed. */
static void
a_jump_is_believed_once_it_lasts(void **state)
{
	static const struct {
		int64_t	running_h, ahead_ms, believed_ahead_ms;
	} rows[] = {
		{ 0, 0, 0 }, { 1, HOUR_MS, HOUR_MS },		/* a step that may be */
		{ 2, YEAR, HOUR_MS }, { 20, YEAR, HOUR_MS },	/* a year ahead */
		{ 21, 0, 0 },					/* and back */
		{ 22, YEAR, 0 }, { 47, YEAR, YEAR },		/* it stays there */
		{ 48, 0, YEAR }, { 60, 9 * YEAR, YEAR }, { 73, 0, YEAR }, { 96, 0, YEAR }, { 97, 0, 0 },
	};
	struct steady steady;

	(void)state;
	steady_init(&steady, (struct moment){ NOW, 5 });
	for (size_t i = 0; i < NITEMS(rows); i++) {
		int64_t running_ms = rows[i].running_h * HOUR_MS;

		assert_int_equal(steady_read(&steady, (struct moment){ NOW + running_ms + rows[i].ahead_ms, running_ms + 5 }),
		    NOW + running_ms + rows[i].believed_ahead_ms);
	}
	steady_fini(&steady);
}

static void
a_clock_that_is_right_is_believed_at_once(void **state)
{
	struct steady steady;

	(void)state;
	steady_init(&steady, (struct moment){ NOW + YEAR, 0 });
	steady_set(&steady, (struct moment){ NOW, 1000 });
	assert_int_equal(steady_read(&steady, (struct moment){ NOW + YEAR, 2000 }), NOW + 1000);
	steady_fini(&steady);
}

static void
a_kept_memory_loses_nothing_by_a_jump(void **state)
{
	char		 directory[] = "/tmp/pw-steady-XXXXXX", command[64];
	struct store	*store;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(store_open_memory(directory, 1000, &store), PW_OK);
	a_jump_changes_nothing(store, clock_unix_ms());
	store->kind->close(store);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_believed_unless_they_cannot_be), cmocka_unit_test(a_jump_is_believed_once_it_lasts),
		cmocka_unit_test(a_clock_that_is_right_is_believed_at_once), cmocka_unit_test(a_kept_memory_loses_nothing_by_a_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

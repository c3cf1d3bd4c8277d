/* A sighting comes back from its record as it went in; of any other bytes nothing is believed. */
#include "fixture.h"

#include "journal/record.h"

static void
assert_same(const struct sighting *a, const struct sighting *b)
{
	struct buf x, y;

	sighting_print(a, &x);
	sighting_print(b, &y);
	assert_string_equal(x.at, y.at);
	buf_fini(&x);
	buf_fini(&y);
}

static void
comes_back(const struct sighting *sighting)
{
	struct arena	*arena = arena_new(1 << 24);
	struct sighting	 again;
	struct buf	 out;

	buf_init(&out, RECORD_MOST_BYTES);
	record_write(sighting, &out);
	assert_false(buf_failed(&out));
	assert_int_equal(record_read(buf_span(&out), arena, &again), PW_OK);
	assert_same(sighting, &again);
	buf_fini(&out);
	arena_free(arena);
}

static void
everything_comes_back(void **state)
{
	struct sighting sighting = sighting_make(), empty = { 0 };

	(void)state;
	comes_back(&sighting);
	comes_back(&empty);
}

static void
numbers_at_their_ends_come_back(void **state)
{
	struct sighting sighting = sighting_make();

	(void)state;
	sighting.time_ms = INT64_MIN;
	sighting.message = UINT64_MAX;
	sighting.bytes = UINT32_MAX;
	comes_back(&sighting);
	sighting.time_ms = INT64_MAX;
	comes_back(&sighting);
	sighting.time_ms = -1;
	comes_back(&sighting);
}

static void
the_largest_fits_and_longer_texts_are_cut(void **state)
{
	static char			text[RECORD_MOST_TEXT + 100];
	static struct sighting_recipient recipients[SIGHTING_MOST_RECIPIENTS + 1];
	struct arena			*arena = arena_new(1 << 24);
	struct sighting			 sighting = sighting_make(), again;
	struct buf			 out;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < NITEMS(recipients); i++)
		recipients[i] = (struct sighting_recipient){ { text, sizeof(text) }, UINT64_MAX, true };
	sighting.recipients = recipients;
	sighting.recipient_count = NITEMS(recipients);
	buf_init(&out, RECORD_MOST_BYTES);
	record_write(&sighting, &out);
	assert_false(buf_failed(&out));
	assert_int_equal(record_read(buf_span(&out), arena, &again), PW_OK);
	assert_int_equal(again.recipient_count, SIGHTING_MOST_RECIPIENTS);
	assert_int_equal(again.recipients[0].mailbox.len, RECORD_MOST_TEXT);
	buf_fini(&out);
	arena_free(arena);
}

static void
a_record_cut_within_a_field_is_none(void **state)
{
	struct arena	*arena = arena_new(1 << 24);
	struct sighting	 sighting = sighting_make(), again;
	struct buf	 out;
	size_t		 taken = 0;

	(void)state;
	buf_init(&out, RECORD_MOST_BYTES);
	record_write(&sighting, &out);
	assert_int_equal(record_read(SPAN_NONE, arena, &again), PW_ESYNTAX);
	for (size_t len = 0; len < out.len; len++) {
		/* Where it ends behind a field it could be an older version's. */
		taken += record_read(span_cut(buf_span(&out), 0, len), arena, &again) == PW_OK;
		arena_reset(arena);
	}
	assert_int_equal(taken, 28);
	buf_fini(&out);
	arena_free(arena);
}

static void
what_a_later_version_adds_is_passed_over(void **state)
{
	struct arena	*arena = arena_new(1 << 24);
	struct sighting	 sighting = sighting_make(), again;
	struct buf	 out;

	(void)state;
	buf_init(&out, RECORD_MOST_BYTES);
	record_write(&sighting, &out);
	buf_add(&out, SPAN("more"));
	out.at[0] = 2;
	assert_int_equal(record_read(buf_span(&out), arena, &again), PW_OK);
	assert_same(&sighting, &again);
	out.at[0] = 0;
	assert_int_equal(record_read(buf_span(&out), arena, &again), PW_ESYNTAX);
	buf_fini(&out);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(numbers_at_their_ends_come_back),
		cmocka_unit_test(the_largest_fits_and_longer_texts_are_cut),
		cmocka_unit_test(a_record_cut_within_a_field_is_none),
		cmocka_unit_test(what_a_later_version_adds_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

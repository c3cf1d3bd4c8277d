/* The text of a URL: UTF-8, percent-decoding, room. */
#include "dissect/url/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* As the decoder of the Encoding standard: a bad sequence takes what could have begun a good one. */
static const struct sequence_case {
	const char	*says, *bytes;
	size_t		 len;
	bool		 valid;
} sequences[] = {
	{ "ASCII", "a", 1, true },
	{ "two bytes", "\xc2\x80", 2, true },
	{ "three bytes", "\xe0\xa0\x80", 3, true },
	{ "the last before the surrogates", "\xed\x9f\xbf", 3, true },
	{ "the first behind them", "\xee\x80\x80", 3, true },
	{ "four bytes", "\xf0\x90\x80\x80", 4, true },
	{ "the last of all", "\xf4\x8f\xbf\xbf", 4, true },
	{ "a byte that only continues", "\x80", 1, false },
	{ "overlong in two bytes", "\xc1\xbf", 1, false },
	{ "overlong in three", "\xe0\x9f\xbf", 1, false },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", 1, false },
	{ "a surrogate", "\xed\xa0\x80", 1, false },
	{ "past the last of all", "\xf4\x90\x80\x80", 1, false },
	{ "far past it", "\xf5\x80\x80\x80", 1, false },
	{ "one byte of two", "\xc3", 1, false },
	{ "two bytes of three", "\xe2\x82", 2, false },
	{ "three bytes of four", "\xf0\x9f\x98", 3, false },
	{ "two of four and a letter", "\xf0\x9f" "a", 2, false },
};

static void
is_a_sequence_of(void **state)
{
	const struct sequence_case	*row = *state;
	bool				 valid;

	assert_int_equal(url_text_sequence(span_of(row->bytes), 0, &valid), row->len);
	assert_int_equal(valid, row->valid);
	assert_int_equal(url_text_is_utf8(span_of(row->bytes)), row->valid);
}

static void
clean_text_is_borrowed(void **state)
{
	struct arena	*arena = arena_new(4096);
	struct url_text	 text;
	struct span	 input = SPAN(" a/b ");

	(void)state;
	assert_int_equal(url_text_clean(input, arena, &text), PW_OK);
	assert_ptr_equal(text.text.at, input.at + 1);
	assert_int_equal(text.text.len, 3);
	arena_free(arena);
}

static void
percent_signs_without_two_digits_stay(void **state)
{
	struct arena *arena = arena_new(4096);

	(void)state;
	assert_true(span_eq(url_text_decode(SPAN("%41%4%zz%%42%c3%2"), arena), SPAN("A%4%zz%B\xc3%2")));
	assert_true(span_eq(url_text_decode(SPAN(""), arena), SPAN("")));
	arena_free(arena);
}

static void
what_does_not_fit_is_not_written(void **state)
{
	char		room[5] = "";
	struct url_out	out = { .at = room, .capacity = 4 };

	(void)state;
	url_out_add(&out, SPAN("abc"));
	url_out_encode(&out, SPAN(" "), URL_ENCODE_PATH);
	assert_true(out.overflow);
	assert_int_equal(out.len, 3);
	url_out_insert(&out, 0, SPAN("xy"));
	assert_string_equal(room, "abc");
}

static void
what_is_inserted_moves_the_rest(void **state)
{
	char		room[8] = "";
	struct url_out	out = { .at = room, .capacity = 7 };

	(void)state;
	url_out_add(&out, SPAN("abcde"));
	url_out_insert(&out, 1, SPAN("xy"));
	assert_false(out.overflow);
	assert_string_equal(room, "axybcde");
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(sequences) + 4] = {
		cmocka_unit_test(clean_text_is_borrowed),
		cmocka_unit_test(percent_signs_without_two_digits_stay),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(what_is_inserted_moves_the_rest),
	};

	for (size_t i = 0; i < NITEMS(sequences); i++)
		tests[i + 4] = (struct CMUnitTest){ .name = sequences[i].says,
		    .test_func = is_a_sequence_of, .initial_state = (void *)(uintptr_t)&sequences[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

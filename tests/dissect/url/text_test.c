/* The text of a URL: percent-decoding, room. */
#include "dissect/url/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_text_is_borrowed),
		cmocka_unit_test(percent_signs_without_two_digits_stay),
		cmocka_unit_test(what_does_not_fit_is_not_written),
		cmocka_unit_test(what_is_inserted_moves_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

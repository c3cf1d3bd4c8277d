/* UTF-8: what is a character, what each stands for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/utf8.h>

/* As the decoder of the Encoding standard: a bad sequence takes what could have begun a good one. */
static const struct sequence_case {
	const char	*says, *bytes;
	size_t		 len;
	bool		 valid;
	uint32_t	 character;	/* of a valid one */
} sequences[] = {
	{ "ASCII", "a", 1, true, 'a' },
	{ "two bytes", "\xc2\x80", 2, true, 0x80 },
	{ "three bytes", "\xe0\xa0\x80", 3, true, 0x800 },
	{ "the last before the surrogates", "\xed\x9f\xbf", 3, true, 0xd7ff },
	{ "the first behind them", "\xee\x80\x80", 3, true, 0xe000 },
	{ "four bytes", "\xf0\x90\x80\x80", 4, true, 0x10000 },
	{ "the last of all", "\xf4\x8f\xbf\xbf", 4, true, 0x10ffff },
	{ "a byte that only continues", "\x80", 1, false, 0 },
	{ "overlong in two bytes", "\xc1\xbf", 1, false, 0 },
	{ "overlong in three", "\xe0\x9f\xbf", 1, false, 0 },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", 1, false, 0 },
	{ "a surrogate", "\xed\xa0\x80", 1, false, 0 },
	{ "past the last of all", "\xf4\x90\x80\x80", 1, false, 0 },
	{ "far past it", "\xf5\x80\x80\x80", 1, false, 0 },
	{ "one byte of two", "\xc3", 1, false, 0 },
	{ "two bytes of three", "\xe2\x82", 2, false, 0 },
	{ "three bytes of four", "\xf0\x9f\x98", 3, false, 0 },
	{ "two of four and a letter", "\xf0\x9f" "a", 2, false, 0 },
};

static void
is_a_sequence_of(void **state)
{
	const struct sequence_case	*row = *state;
	struct span			 bytes = span_of(row->bytes);
	char				 encoded[UTF8_MOST_BYTES];
	bool				 valid;

	assert_int_equal(utf8_sequence(bytes, 0, &valid), row->len);
	assert_int_equal(valid, row->valid);
	assert_int_equal(utf8_is_valid(bytes), row->valid);
	if (!row->valid)
		return;
	assert_int_equal(utf8_character(bytes), row->character);
	assert_int_equal(utf8_encode(row->character, encoded), row->len);
	assert_memory_equal(encoded, row->bytes, row->len);
}

static void
bytes_that_go_on_begin_no_character(void **state)
{
	size_t begun = 0;

	(void)state;
	for (const char *at = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa7"; *at != '\0'; at++)
		begun += !utf8_goes_on(*at);
	assert_int_equal(begun, 4);
}

static void
escapes_name_no_halves(void **state)
{
	(void)state;
	assert_true(utf8_may_be_named(1) && utf8_may_be_named(0xd7ff) && utf8_may_be_named(0xe000) && utf8_may_be_named(0x10ffff));
	assert_false(utf8_may_be_named(0) || utf8_may_be_named(0xd800) || utf8_may_be_named(0xdfff) ||
	    utf8_may_be_named(0x110000));
}

static void
line_ends_are_controls(void **state)
{
	(void)state;
	assert_true(utf8_is_control('\n') && utf8_is_control(0x1f) && utf8_is_control(0x7f) && utf8_is_control(0x85) &&
	    utf8_is_control(0x9f) && utf8_is_control(0x2028) && utf8_is_control(0x2029));
	assert_false(utf8_is_control(' ') || utf8_is_control('~') || utf8_is_control(0xa0) || utf8_is_control(0x2027) ||
	    utf8_is_control(0x202a));
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(sequences) + 3] = {
		cmocka_unit_test(bytes_that_go_on_begin_no_character),
		cmocka_unit_test(escapes_name_no_halves),
		cmocka_unit_test(line_ends_are_controls),
	};

	for (size_t i = 0; i < NITEMS(sequences); i++)
		tests[i + 3] = (struct CMUnitTest){ .name = sequences[i].says, .test_func = is_a_sequence_of,
		    .initial_state = (void *)(uintptr_t)&sequences[i] };
	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}

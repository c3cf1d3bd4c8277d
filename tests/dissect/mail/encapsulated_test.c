/* HTML in RTF in winmail.dat. The compressed text is the example of MS-OXRTFCP, 4.1.1. */
#include "support.h"

#include "dissect/mail/encapsulated.h"

static const char example[] = "\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\x09\0 bw"
    "\x05\xb0ld}\x0a\x80\x0f\xa0";

static void
decompresses(void **state)
{
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);
	struct span	 bytes = { example, sizeof(example) - 1 }, rtf;
	size_t		 at = 0;

	(void)state;
	assert_int_equal(encapsulated_next(bytes, &at, arena, &rtf), PW_OK);
	assert_true(span_eq(rtf, SPAN("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n")));
	assert_int_equal(encapsulated_next(bytes, &at, arena, &rtf), PW_OK);
	assert_int_equal(at, bytes.len);
	assert_int_equal(rtf.len, 0);
	arena_free(arena);
}

static void
survives_cuts(void **state)
{
	struct arena *arena = arena_new(TEST_ARENA_BYTES);

	(void)state;
	for (size_t len = 0; len < sizeof(example); len++) {
		struct span rtf;

		for (size_t at = 0; at < len;)
			assert_int_equal(encapsulated_next(arena_copy(arena, (struct span){ example, len }), &at, arena, &rtf),
			    PW_OK);
	}
	arena_free(arena);
}

static const struct row {
	const char	*says, *rtf, *html;
} rows[] = {
	{ "tags stand behind htmltag", "{\\rtf1\\fromhtml1 {\\*\\htmltag84 <img src=\"x\">}}", "<img src=\"x\">" },
	{ "escapes are characters", "\\'3cimg\\'3e \\{\\}\\\\", "<img> {}\\" },
	{ "line ends are words", "a\\par b\\line\r\nc\\tab d", "a\nb\nc\td" },
	{ "what is for RTF alone is left out", "a\\htmlrtf x\\par \\htmlrtf0 b", "ab" },
	{ "it may end anywhere", "a\\", "a" },
	{ "also in an escape", "a\\'3", "a3" },
};

static void
undoes_encapsulation(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 html = encapsulated_html(arena_copy(arena, span_of(row->rtf)), arena);

	assert_true(span_eq(html, span_of(row->html)));
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(rows) + 2] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].says, .test_func = undoes_encapsulation,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(decompresses);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(survives_cuts);
	return cmocka_run_group_tests_name("encapsulated", tests, NULL, NULL);
}

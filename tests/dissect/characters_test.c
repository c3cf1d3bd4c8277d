/* How much of a text shows. */
#include "support.h"

#include <stdlib.h>

#include "dissect/characters.h"

static const struct row {
	const char	*says;
	const char	*text;
	size_t		 in_text, in_markup;
} rows[] = {
	{ "letters show and blanks do not",		"a b\tc\r\nd",			4, 4 },
	{ "also in long runs",				"The meeting moves to room 3 and begins at ten.",	37, 37 },
	{ "control characters do not show",		"a\x01\x02\x7f\x1f z\x7f\x7f",	2, 2 },
	{ "what is not ASCII is one character",		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",	3, 3 },
	{ "blanks beyond ASCII do not show",		"a\xc2\xa0\xe2\x80\x8b\xef\xbb\xbf z",	2, 2 },
	{ "a reference of a blank is none in markup",	"ab&nbsp;&zwnj;cdefgh&#8203;ij", 29, 10 },
	{ "another reference is one character",		"&lt;&amp;&#65;&unheard;",	23, 4 },
	{ "an ampersand alone is one",			"a & b &",			4, 4 },
};

static void
shows(void **state)
{
	const struct row *row = *state;

	assert_int_equal(characters_of_text(span_of(row->text)), row->in_text);
	assert_int_equal(characters_of_markup(span_of(row->text)), row->in_markup);
}

/* One at a time: a run of length one is never looked at with its neighbours. */
static void
test_where_a_character_stands_makes_no_difference(void **state)
{
	static const char	some[] = { 'a', ' ', '~', '!', '\x7f', '\t', '\0', 'Z', '\x80', '\xbf' };
	char			text[64];
	unsigned		seed = 4711;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		size_t len = (seed = seed * 1103515245 + 12345) >> 16 & 63, expected = 0;

		for (size_t i = 0; i < len; i++) {
			text[i] = some[((seed = seed * 1103515245 + 12345) >> 16) % sizeof(some)];
			expected += characters_of_text((struct span){ text + i, 1 });
		}
		assert_int_equal(characters_of_text((struct span){ text, len }), expected);
		assert_int_equal(characters_of_markup((struct span){ text, len }), expected);
	}
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 1] = { 0 };

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = shows,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	tests[NITEMS(rows)] = (struct CMUnitTest)cmocka_unit_test(test_where_a_character_stands_makes_no_difference);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

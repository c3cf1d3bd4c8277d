/* How many characters of a page a reader sees, as far as its elements' own styles say. */
#include "support.h"

static const struct row {
	const char	*says, *html;
	uint32_t	 characters;
} rows[] = {
	{ "text shows", "<p>abc <b>de</b></p>", 5 },
	{ "what is hidden does not", "<p>abc</p><div style='display:none'>defg</div>h", 4 },
	{ "also with such an element in it", "<div hidden>a<div>b</div>c</div>de", 2 },
	{ "letters of no size do not", "a<span style='font-size:0'>bc</span>d", 2 },
	{ "but those in it that have one do", "<td style='font-size:0'>ab<span style='font-size:9px'>c</span></td>", 1 },
	{ "a hidden picture hides nothing behind it", "<img style='display:none' src=cid:x>abc", 3 },
	{ "nor does a void element of old", "<bgsound style='display:none'>abc<basefont hidden>d", 4 },
};

static void
shows(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d = dissect_or_fail(mail_of_html(arena, row->html), arena);

	assert_int_equal(dissection_parts(d)[0].characters, row->characters);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows)] = { 0 };

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = shows,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("outline", tests, NULL, NULL);
}

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dissect/css/remote.h"

static const struct row {
	const char	*says;
	const char	*text;
	bool		 remote;
} rows[] = {
	{ "http",				"http://t/a",		true },
	{ "any case",				"HtTpS://t/a",		true },
	{ "no scheme",				"//t/a",		true },
	{ "back slashes",			"\\\\t\\a",		true },
	{ "slashes of both kinds",		"/\\t",			true },
	{ "white space and controls before",	" \t\x01\n//t",		true },
	{ "tabs and newlines inside",		"/\n/t",		true },
	{ "tabs in the scheme",			"ht\ttp\n:t",		true },
	{ "a special scheme without slashes",	"https:t",		true },
	{ "a special scheme with one",		"http:/t",		true },
	{ "websockets",				"ws:t",			true },
	{ "files",				"file:a",		true },
	{ "any scheme with two slashes",	"foo+1.a-b://t",	true },
	{ "a scheme around a scheme",		"view-source:http://t",	true },
	{ "a long scheme",			"abcdefghijklmnop://t",	true },
	{ "a data: URL with slashes, in which to look", "data:text/html,//t", true },
	{ "nothing",				"",			false },
	{ "a word",				"Arial",		false },
	{ "a path",				"/a/b//c",		false },
	{ "a relative path",			"a//b",			false },
	{ "a scheme alone",			"http:",		false },
	{ "another scheme without slashes",	"cid:a@b",		false },
	{ "another scheme with one",		"foo:/a",		false },
	{ "words with a colon",			"Note: a//b",		true },
	{ "a colon behind a blank",		"a b://c",		false },
	{ "a scheme that begins with a digit",	"1http://t",		false },
	{ "one slash",				"/",			false },
};

static void
text_looks_remote_or_not(void **state)
{
	const struct row *row = *state;

	assert_int_equal(css_looks_remote(span_of(row->text)), row->remote);
}

static void
of_a_bad_url_the_remote_piece_is_taken(void **state)
{
	(void)state;
	assert_true(span_eq(css_bad_url_piece(SPAN("a b http://t c")), SPAN("http://t")));
	assert_true(span_eq(css_bad_url_piece(SPAN("(\"//t\"")), SPAN("//t")));
	assert_true(span_eq(css_bad_url_piece(SPAN("a b")), SPAN("a")));
	assert_int_equal(css_bad_url_piece(SPAN(" (\"' ")).len, 0);
	assert_int_equal(css_bad_url_piece(SPAN("")).len, 0);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 1] = {
		[NITEMS(rows)] = cmocka_unit_test(of_a_bad_url_the_remote_piece_is_taken),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = text_looks_remote_or_not,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

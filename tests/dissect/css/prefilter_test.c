#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dissect/css/prefilter.h"

static const struct row {
	const char	*says;
	const char	*text;
	bool		 may;
} rows[] = {
	{ "url(",				"a:url(b)",			true },
	{ "URL( at the beginning",		"URL(",				true },
	{ "src(",				"a:Src('b')",			true },
	{ "image-set(",				"a:image-set('b')",		true },
	{ "image(",				"a:image('b')",			true },
	{ "-moz-image-rect(",			"a:-moz-image-rect('b')",	true },
	{ "cross-fade(",			"a:cross-fade('b')",		true },
	{ "an escape anywhere",			"a\\b",				true },
	{ "@import",				"@import 'a'",			true },
	{ "@IMPORT",				"@IMPORT 'a'",			true },
	{ "@property",				"@property --x{}",		true },
	{ "a custom property with a string",	"--x:'a'",			true },
	{ "a custom property behind a string",	"a:\"b\";--x:c",		true },
	{ "an equals sign",			"filter:a(src='b')",		true },
	{ "plain declarations",			"color:#fff;font:12px/1.5 'Arial',sans-serif;margin:0 -1px", false },
	{ "other functions",			"a:rgb(0,0,0);b:calc(1px + 2px);c:linear-gradient(d)", false },
	{ "other at-rules",			"@media screen{a{color:red}}",	false },
	{ "a custom property without a string",	"--x:a",			false },
	{ "a bracket in the first bytes",	"rl(",				false },
	{ "an at sign at the end",		"a@",				false },
	{ "nothing",				"",				false },
};

static void
text_may_hold_places_or_not(void **state)
{
	const struct row *row = *state;

	assert_int_equal(css_may_hold_places(span_of(row->text)), row->may);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows)] = { 0 };

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = text_may_hold_places_or_not,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

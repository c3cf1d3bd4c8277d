/* A megabyte of anything costs a bounded time and a bounded memory, and hides nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <time.h>

#include <pixelward/base/buf.h>

#include "dissect/css/css.h"

#define TEXT_BYTES	((size_t)1 << 20)
#define MAX_TOKENS	1000000
/* Of the text, for all that is found in it. Most take less than a tenth of that. */
#define MEMORY_FACTOR	128
/* What is quadratic takes minutes; a sanitized build on a busy machine stays far below. */
#define MAX_SECONDS	5

static const struct row {
	const char	*says;
	const char	*head, *again, *tail;
} rows[] = {
	{ "open braces",		"",		"{",			"" },
	{ "open brackets of each kind",	"a:",		"([{",			"" },
	{ "braces and brackets that cross", "a:",	"([)]",			"" },
	{ "closers",			"a{b:c",	")]}",			"" },
	{ "nested rules",		"",		"a{",			"" },
	{ "nested rules with declarations", "",		"a{b:c;",		"" },
	{ "nested conditions",		"",		"@media x{",		"" },
	{ "nested conditions in a rule", "a{",		"@media x{b:c;",	"" },
	{ "nested functions",		"a:",		"f(",			"" },
	{ "nested url functions",	"a:",		"url('b'",		"" },
	{ "nested src functions",	"a:",		"src(",			"" },
	{ "nested image functions",	"a:",		"image('b'",		"" },
	{ "urls",			"a:",		"url(b)",		"" },
	{ "bad urls",			"a:",		"url(b c)",		"" },
	{ "a bad url",			"a:url(b ",	"url(c ",		"" },
	{ "one url",			"a:url(",	"b",			"" },
	{ "one url of white space",	"a:url(",	" ",			"b)" },
	{ "url functions of white space", "a:",		"url(       ",		"" },
	{ "one url of escapes",		"a:url(",	"\\62",			")" },
	{ "one url of escaped ends",	"a:url(b c",	"\\)",			"" },
	{ "one string",			"a:'",		"b",			"'" },
	{ "one string of escapes",	"a:'",		"\\62 ",		"'" },
	{ "one string of escaped newlines", "a:'",	"\\\n",			"'" },
	{ "strings",			"a:",		"'b'",			"" },
	{ "strings cut by newlines",	"a:",		"'b\n",			"" },
	{ "strings in a custom property", "--x:",	"'//b'",		"" },
	{ "strings of blanks in a custom property", "--x:'", " ",		"'" },
	{ "filters in strings",		"filter:",	"'(src=b'",		"" },
	{ "filters in one string",	"filter:\"",	"(src='b')",		"\"" },
	{ "unquoted filters",		"filter:f(",	"src=b,",		"" },
	{ "one unquoted filter",	"filter:f(src=", "b:/",			"" },
	{ "one name",			"",		"a",			"{b:c}" },
	{ "one name of capitals",	"a:b;",		"A",			":c" },
	{ "one name of escapes",	"",		"\\61",			"{b:c}" },
	{ "names of escapes",		"a:",		"\\61 b ",		"" },
	{ "one number",			"a:",		"1",			"" },
	{ "one number behind a point",	"a:0.",		"1",			"" },
	{ "one exponent",		"a:1e",		"1",			"" },
	{ "comments",			"a:b",		"/**/",			"" },
	{ "comment openers",		"a:b",		"/*",			"" },
	{ "almost comments",		"a:b",		"/ *",			"" },
	{ "white space",		"a:b",		" ",			";c:d" },
	{ "lines of every kind",	"a:b",		"\r\n\f",		";c:d" },
	{ "backslashes",		"a:b",		"\\",			"" },
	{ "escaped newlines between tokens", "a:b",	"\\\n",			"" },
	{ "semicolons",			"a:b",		";",			"" },
	{ "colons",			"a",		":",			"" },
	{ "bangs",			"a:b",		"!",			"" },
	{ "at signs",			"",		"@",			"" },
	{ "imports",			"",		"@import'a';",		"" },
	{ "imports without ends",	"",		"@import'a'",		"" },
	{ "namespaces",			"",		"@namespace url(a);",	"" },
	{ "fonts",			"",		"@font-face{src:url(a)}", "" },
	{ "declarations",		"a{",		"b:c;",			"" },
	{ "rules",			"",		"a{b:c}",		"" },
	{ "rules without declarations",	"",		"a{}",			"" },
	{ "one list of selectors",	"",		"a,",			"b{c:d}" },
	{ "one list of classes",	"",		".a,",			".b{c:d}" },
	{ "one compound of classes",	"",		".a",			"{c:d}" },
	{ "one chain of selectors",	"",		"a ",			"{c:d}" },
	{ "one selector of attributes",	"",		"[a]",			"{c:d}" },
	{ "one selector of pseudo-classes", "",		":is(",			"{c:d}" },
	{ "rules without a selector that is valid", "",	"%{b:c}",		"" },
	{ "one media query",		"@media ",	"a,",			"b{c{d:e}}" },
	{ "values with comments",	"a{",		"b:/**/c/**/;",		"" },
	{ "one value with comments",	"a{b:c",	"/**/d",		"}" },
	{ "comment signs of HTML",	"",		"<!--",			"" },
	{ "dashes",			"a:",		"--",			"" },
};

static double
seconds(clock_t since)
{
	return (double)(clock() - since) / CLOCKS_PER_SEC;
}

static void
assert_bounded(enum pw_err err, struct arena *arena, clock_t since)
{
	assert_true(err == PW_OK || err == PW_ELIMIT);
	assert_true(arena_used(arena) <= MEMORY_FACTOR * TEXT_BYTES);
	assert_true(seconds(since) < MAX_SECONDS);
}

static void
a_megabyte_of_it_costs_little(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new((size_t)1 << 30);
	struct css_places	 places;
	struct css_rules	 rules = { 0 };
	struct css_declarations	 declarations;
	struct buf		 text;
	clock_t			 since;

	buf_init(&text, TEXT_BYTES + 64);
	buf_add(&text, span_of(row->head));
	while (text.len < TEXT_BYTES)
		buf_add(&text, span_of(row->again));
	buf_add(&text, span_of(row->tail));
	assert_false(buf_failed(&text));

	for (enum css_context context = CSS_SHEET; context <= CSS_VALUE; context++) {
		since = clock();
		assert_bounded(css_find_places(buf_span(&text), context, MAX_TOKENS, arena, &places), arena, since);
		arena_reset(arena);
	}
	since = clock();
	assert_bounded(css_rules(buf_span(&text), MAX_TOKENS, arena, &rules), arena, since);
	arena_reset(arena);
	since = clock();
	assert_bounded(css_declarations(buf_span(&text), MAX_TOKENS, arena, &declarations), arena, since);
	arena_free(arena);
	buf_fini(&text);
}

/* What stands deeper than brackets are followed is found, and so is what stands behind. */
static void
places_are_found_at_any_depth(void **state)
{
	static const struct span openers[] = {
		{ "(", 1 }, { "[", 1 }, { "{", 1 }, { "f(", 2 }, { "image(", 6 }, { "a{b:", 4 }, { "@media x{", 9 },
		{ "([{", 3 }, { "a{--b:{", 7 }, { "url('q' ", 8 }, { "src(", 4 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(openers); i++) {
		for (size_t depth = CSS_MAX_NESTING - 3; depth < 4 * CSS_MAX_NESTING; depth += 5) {
			struct arena		*arena = arena_new(1 << 24);
			struct css_places	 places;
			struct buf		 text;
			size_t			 found = 0;

			buf_init(&text, 1 << 20);
			for (size_t n = 0; n < depth; n++)
				buf_add(&text, openers[i]);
			buf_add(&text, SPAN("url(//t/1)url('//t/2')image-set('//t/3')x:y(src='//t/4')@import '//t/5';"));
			for (size_t n = 0; n < depth; n++)
				buf_add(&text, SPAN(")]}"));
			buf_add(&text, SPAN("a{b:url(//t/6)} @import '//t/7';"));
			assert_int_equal(css_find_places(buf_span(&text), CSS_SHEET, MAX_TOKENS, arena, &places), PW_OK);
			for (size_t n = 0; n < places.count; n++)
				found += span_starts(places.at[n].url, SPAN("//t/"));
			assert_int_equal(found, 7);
			buf_fini(&text);
			arena_free(arena);
		}
	}
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 1] = {
		[NITEMS(rows)] = cmocka_unit_test(places_are_found_at_any_depth),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = a_megabyte_of_it_costs_little,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

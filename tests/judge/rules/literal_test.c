/* What an expression needs: never more than it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/regex.h"
#include "judge/rules/literal.h"

static const struct literal_case {
	const char *expression, *literals;	/* with a comma between; "": none */
} cases[] = {
	{ "track", "track" }, { "^https://x", "https://x" }, { "a.example", "example" }, { "a\\.example", "a.example" },
	{ "wf/open\\?upn=", "wf/open?upn=" }, { "open?", "ope" }, { "open*x", "ope" }, { "open+x", "open" },
	{ "x{2}abc", "abc" }, { "abx{0}", "ab" }, { "[abc]def", "def" }, { "[]abc]def", "def" }, { "[^]a]def", "def" },
	{ "[\\]abc]def", "def" }, { "(abc)de", "de" }, { "(abcd)?ef", "ef" }, { "(?:abcd|e)fg", "fg" }, { "abc|de", "abc,de" },
	{ "abc|d?", "" }, { "abc|", "" }, { "(ab|cd)", "" }, { "\\d+abc\\d", "abc" }, { "\\x41bcd", "" }, { "\\Qab\\E", "" },
	{ "(?i)OPEN", "open" }, { "(?i)track", "trac" }, { "(?i)skin", "in" }, { "(?i)sk", "" }, { "OPEN", "open" },
	{ "(?x)a b c", "" }, { "a(?=b)c", "" }, { "a(?!bc)d", "" }, { "(*UTF)abc", "" }, { "[[:alpha:]]abc", "" },
	{ "ab\\1", "" }, { "a(b(c)d)efg", "efg" }, { "\xc3\xa4?bc", "bc" }, { "ab\xc3\xa4?", "ab" }, { "a\\/b", "a/b" },
	{ "a\\", "" }, { "ab)", "" }, { "(ab", "" }, { "[ab", "" }, { "ab{", "" }, { "a}b]c", "a}b]c" }, { "", "" }, { "^$", "" },
	{ "ab#c", "ab#c" }, { "\\bopen\\b", "open" }, { "a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q", "" },
};

static void
are_its_literals(void **state)
{
	const struct literal_case	*row = *state;
	struct arena			*arena = arena_new((size_t)1 << 20);
	struct span			 literals[MOST_LITERALS], all = SPAN("");
	size_t				 count = literals_of(arena, span_of(row->expression), literals);

	assert_true(count <= MOST_LITERALS);
	for (size_t i = 0; i < count; i++)
		all = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(all), i > 0 ? "," : "", SPAN_ARG(literals[i]));
	assert_string_equal(all.at, row->literals);
	arena_free(arena);
}

static uint32_t
next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

/* Whatever an expression made of these pieces finds something in has one of its literals. */
static void
no_text_is_missed(void **state)
{
	static const char *const pieces[] = { "a", "b", "k", "s", "\xc3\xa4", "?", "*", "+", "{2}", "{0,1}", "|", "(", ")",
	    "(?:", "[ab]", "[^a]", ".", "\\.", "\\d", "^", "$", "ab", "ks", "(?i)", "\\b" };
	static const char *const letters[] = { "a", "b", "k", "K", "s", "\xe2\x84\xaa", "\xc5\xbf", "\xc3\xa4", ".", "1", "A", "B" };
	struct arena	*arena = arena_new((size_t)1 << 24);
	uint32_t	 seed = 5;
	size_t		 found = 0;

	(void)state;
	for (int round = 0; round < 40000; round++) {
		struct span	 literals[MOST_LITERALS], expression = SPAN(""), text = SPAN("");
		char		 why[128];
		struct regex	*regex;
		const char	*failure;
		size_t		 at, count;

		arena_reset(arena);
		for (uint32_t i = 0, n = 1 + next(&seed, 7); i < n; i++)
			expression = arena_printf(arena, "%.*s%s", SPAN_ARG(expression), pieces[next(&seed, NITEMS(pieces))]);
		for (uint32_t i = 0, n = next(&seed, 8); i < n; i++)
			text = arena_printf(arena, "%.*s%s", SPAN_ARG(text), letters[next(&seed, NITEMS(letters))]);
		if (regex_new(expression, REGEX_TEXT, &regex, why, &at) != PW_OK)
			continue;
		count = literals_of(arena, expression, literals);
		assert_true(count <= MOST_LITERALS);
		bool has = count == 0;
		for (size_t i = 0; i < count; i++)
			has = has || span_find_nocase(text, literals[i], 0) < text.len;
		if (regex_matches(regex, text, NULL, &failure) == REGEX_YES && !has)
			fail_msg("'%s' finds something in '%s'", expression.at, text.at);
		found += count > 0 && has;
		regex_free(regex);
	}
	assert_true(found > 500);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + 1] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].expression, .test_func = are_its_literals,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(no_text_is_missed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

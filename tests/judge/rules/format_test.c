/* One form for rule files: what it is, and what it never touches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <pixelward/judge/rules.h>

static const struct format_case {
	const char	*says, *before, *after;	/* after: NULL: as it was */
} cases[] = {
	{ "what has the form stays", "rule: pw.a\ndetect:\n  s: {each: reference, width: 1}\n  condition: s\n", NULL },
	{ "two blanks for each level", "a:\n    b:\n          c: d\n", "a:\n  b:\n    c: d\n" },
	{ "one blank behind colon, dash and comma, none in front", "a :   b\nc:\n -   d\ne: [f ,g,   h]\n",
	  "a: b\nc:\n  - d\ne: [f, g, h]\n" },
	{ "none within brackets", "a: { b: c }\nd: [ e ]\nf: [ ]\n", "a: {b: c}\nd: [e]\nf: []\n" },
	{ "a list stands deeper than its key", "a:\n- b\n- c: d\n  e:\n  - f\ng: h\n",
	  "a:\n  - b\n  - c: d\n    e:\n      - f\ng: h\n" },
	{ "a list in a list", "- - a\n  - b\n-   - c\n", "- - a\n  - b\n- - c\n" },
	{ "no blanks at a line's end, a line end at the file's", "a: b  \nc:   \n  d: e\t\nf: g", "a: b\nc:\n  d: e\nf: g\n" },
	{ "CRLF becomes LF", "a: b\r\nc: |\r\n  d\r\n  e\r\n", "a: b\nc: |\n  d\n  e\n" },
	{ "a byte order mark goes", "\xef\xbb\xbf" "a: b\n", "a: b\n" },
	{ "one empty line at most, none at the ends", "\n\na: b\n\n\n\nc: d\n\n\n", "a: b\n\nc: d\n" },
	{ "none beside a separator", "a: b\n\n---   \n\nc: d\n", "a: b\n---\nc: d\n" },
	{ "a map beside a separator goes to its own line", "---\na: b\n", NULL },
	{ "comments stay, with what follows them", "# top\na:   # here\n      # b's\n      b: c\n      # end of a\n# d's\nd: e # x\n# end\n",
	  "# top\na:   # here\n  # b's\n  b: c\n  # end of a\n# d's\nd: e # x\n# end\n" },
	{ "aligned comments stay aligned", "a: b       # c\nlonger: d  # e\n", NULL },
	{ "a comment in brackets", "a: [b, # c\n        d]\n", "a: [b, # c\n  d]\n" },
	{ "a sign in quotes is no comment", "a: 'b # c'\nd: \"#e\"\n", NULL },
	{ "a text of lines keeps them", "a:\n     b: |\n         c\n           d\n\n         e\n\n     f: g\n",
	  "a:\n  b: |\n    c\n      d\n\n    e\n\n  f: g\n" },
	{ "also one that keeps its empty end", "a: |+\n   b\n\n\n\nc: d\n", "a: |+\n  b\n\n\n\nc: d\n" },
	{ "also a folded one", "a: >-\n    b\n    c\n", "a: >-\n  b\n  c\n" },
	{ "a plain text over lines", "a:\n      b\n      c\n", "a:\n  b\n  c\n" },
	{ "a quoted text over lines", "a: 'b\n      c'\nd: \"e\\\n      f\"\n", "a: 'b\n  c'\nd: \"e\\\n  f\"\n" },
	{ "characters of many bytes", "\xc3\xa4:    \xe2\x82\xac   # \xf0\x9f\x98\x80\nb: [ \xc3\xb6 ]\n",
	  "\xc3\xa4: \xe2\x82\xac   # \xf0\x9f\x98\x80\nb: [\xc3\xb6]\n" },
	{ "quotes and escapes stay as they are", "a: \"b\\\"c\"\nd: 'e''f'\ng: '1'\nh: 1\n", NULL },
	{ "comments alone", "# a\n\n\n   # b\n", "# a\n\n# b\n" },
	{ "nothing at all", "", NULL },
};

static void
has_the_form(void **state)
{
	const struct format_case	*row = *state;
	struct buf			 out, report;
	const char			*wanted = row->after != NULL ? row->after : row->before;

	buf_init(&out, 1 << 20);
	buf_init(&report, 1 << 20);
	assert_int_equal(rules_format("r.yaml", span_of(row->before), &out, &report), PW_OK);
	buf_add(&out, (struct span){ "", 1 });
	assert_string_equal(out.at, wanted);
	/* Once is enough. */
	buf_reset(&out);
	assert_int_equal(rules_format("r.yaml", span_of(wanted), &out, &report), PW_OK);
	buf_add(&out, (struct span){ "", 1 });
	assert_string_equal(out.at, wanted);
	buf_fini(&out);
	buf_fini(&report);
}

static const struct refused_case {
	const char	*says, *text, *told;
} refused[] = {
	{ "a file with mistakes is left alone, and they are told", "a: *b*\n", "r.yaml:1:4: error PW103" },
	{ "a text that says its own indentation", "a: |2\n    b\n", "r.yaml:1:1: it is left as it is: a text behind | or >" },
	{ "a key behind a question mark", "? a\n: b\n", "r.yaml:1:1: it is left as it is: a key begins with '?'\n" },
	{ "an escaped blank at a line's end", "a: \"b\\ \n  c\"\n", "r.yaml:1:1: it is left as it is: " },
};

static void
is_left_alone(void **state)
{
	const struct refused_case	*row = *state;
	struct buf			 out, report;

	buf_init(&out, 1 << 20);
	buf_init(&report, 1 << 20);
	assert_int_equal(rules_format("r.yaml", span_of(row->text), &out, &report), PW_ECONFIG);
	assert_int_equal(out.len, 0);
	if (!span_starts(buf_span(&report), span_of(row->told)))
		fail_msg("told: %.*s", SPAN_ARG(buf_span(&report)));
	buf_fini(&out);
	buf_fini(&report);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(refused)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = has_the_form,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(refused); i++)
		tests[count++] = (struct CMUnitTest){ .name = refused[i].says, .test_func = is_left_alone,
		    .initial_state = (void *)(uintptr_t)&refused[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

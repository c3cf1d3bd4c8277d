/* What a list of domains may say, and which hosts are on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/list.h"

/* --- who is on a list --- */

static const struct match_case {
	const char	*says, *text, *host;
	const char	*domain;	/* that matched; NULL: none */
} matches[] = {
	{ "a domain is on its list", "a.example\n", "a.example", "a.example" },
	{ "so are its subdomains", "a.example\n", "x.y.a.example", "a.example" },
	{ "its parent is not", "x.a.example\n", "a.example", NULL },
	{ "its neighbours are not", "x.a.example\n", "y.a.example", NULL },
	{ "a name that ends in the same letters is not", "a.example\n", "ba.example", NULL },
	{ "the longest listed name is told", "a.example\nx.a.example\n", "www.x.a.example", "x.a.example" },
	{ "case does not matter in the list", "A.Example\n", "a.example", "a.example" },
	{ "case does not matter in the host", "a.example\n", "A.EXAMPLE", "a.example" },
	{ "a dot at the end does not matter in the list", "a.example.\n", "a.example", "a.example" },
	{ "a dot at the end does not matter in the host", "a.example\n", "www.a.example.", "a.example" },
	{ "comments are none", "# a.example\nb.example # a.example\n", "a.example", NULL },
	{ "a domain before a comment counts", "b.example # why\n", "b.example", "b.example" },
	{ "the last line needs no line end", "a.example", "a.example", "a.example" },
	{ "CRLF ends a line", "a.example\r\nb.example\r\n", "a.example", "a.example" },
	{ "a byte order mark is skipped", "\xef\xbb\xbf" "a.example\n", "a.example", "a.example" },
	{ "blanks around a domain do not matter", " \ta.example \n", "a.example", "a.example" },
	{ "a name in its own script is known by its A-labels", "b\xc3\xbc" "cher.example\n", "www.xn--bcher-kva.example",
	  "xn--bcher-kva.example" },
	{ "an address is on its list", "192.0.2.1\n", "192.0.2.1", "192.0.2.1" },
	{ "underscores are in use", "_dmarc.a.example\n", "_dmarc.a.example", "_dmarc.a.example" },
	{ "an empty host is on no list", "a.example\n", "", NULL },
	{ "a dot is on no list", "a.example\n", ".", NULL },
	{ "dots alone are on no list", "a.example\n", "...", NULL },
	{ "an empty list knows nobody", "", "a.example", NULL },
	{ "what stands twice is there", "a.example\na.example\n", "a.example", "a.example" },
};

static void
is_matched(void **state)
{
	const struct match_case	*row = *state;
	struct list_hit		 hits[MOST_HITS];
	struct list_set		 set;
	struct buf		 report;

	list_set_init(&set);
	buf_init(&report, 4096);
	assert_int_equal(list_set_read(&set, "l.txt", SPAN("l"), span_of(row->text), &report), PW_OK);
	assert_int_equal(report.len, 0);
	assert_int_equal(list_set_index(&set), PW_OK);
	size_t count = list_set_match(&set, span_of(row->host), hits);
	assert_int_equal(count, row->domain != NULL);
	if (count > 0) {
		assert_true(span_eq(hits[0].domain, span_of(row->domain)));
		assert_string_equal(hits[0].list->name, "l");
		assert_int_equal(hits[0].list->action, LIST_STRIP);
	}
	list_set_fini(&set);
	buf_fini(&report);
}

/* --- mistakes --- */

static const struct mistake_case {
	const char	*says, *text, *report;
} mistakes[] = {
	{ "a URL is no domain", "https://a.example/x\n",
	  "l.txt:1:1: 'https://a.example/x' is a URL; write its host alone: a.example\n" },
	{ "a path belongs to a URL", "a.example/x\n", "l.txt:1:1: 'a.example/x' is a URL; write its host alone: a.example\n" },
	{ "an address is no domain", "x@a.example\n",
	  "l.txt:1:1: 'x@a.example' is an address; write its domain alone: a.example\n" },
	{ "subdomains need no star", "*.a.example\n", "l.txt:1:1: '*.a.example' needs no sign for subdomains, they are meant "
	  "by themselves; write a.example\n" },
	{ "nor a dot", "  .a.example\n", "l.txt:1:3: '.a.example' needs no sign for subdomains, they are meant by themselves; "
	  "write a.example\n" },
	{ "defanged names are told", "a[.]example\n", "l.txt:1:1: 'a[.]example' is defanged; write it with plain dots\n" },
	{ "a top-level domain is too much", "com\n",
	  "l.txt:1:1: 'com' would match a whole top-level domain; write a domain with a dot\n" },
	{ "two dots are one too many", "a..example\n", "l.txt:1:3: 'a..example' is no domain name; write letters, digits, "
	  "hyphens and single dots, at most 253 bytes\n" },
	{ "a label does not end in a hyphen", "a-.example\n", "l.txt:1:3: 'a-.example' is no domain name; write letters, "
	  "digits, hyphens and single dots, at most 253 bytes\n" },
	{ "the wrong byte's column is told", "a.exa!mple\n", "l.txt:1:6: 'a.exa!mple' is no domain name; write letters, "
	  "digits, hyphens and single dots, at most 253 bytes\n" },
	{ "a label has its bound", "a.0123456789012345678901234567890123456789012345678901234567890123\n",
	  "l.txt:1:66: 'a.0123456789012345678901234567890123456789012345678901234567890123' is no domain name; write "
	  "letters, digits, hyphens and single dots, at most 253 bytes\n" },
	{ "a hosts file is no list", "0.0.0.0 a.example\n",
	  "l.txt:1:9: more than one domain; write one to a line, and # before a comment\n" },
	{ "what is not UTF-8 is no name", "b\xfc" "cher.example\n", "l.txt:1:1: 'b\xfc" "cher.example' is no domain name in "
	  "UTF-8; write it with its xn-- labels\n" },
	{ "an unknown directive is told", "#! level: high\n", "l.txt:1:1: unknown directive; write '#! action: hold' or '#! "
	  "action: strip', and comments without the !\n" },
	{ "an unknown action is told", "#! action: drop\n", "l.txt:1:1: 'drop' is no action; write hold or strip\n" },
	{ "a list has one action", "#! action: hold\n\n#! action: strip\n",
	  "l.txt:3:1: the action stands already at line 1; keep one of them\n" },
	{ "a control character is no text", "a.exam\001ple\n",
	  "l.txt:1:7: the line holds a control character (0x01); write plain text\n" },
	{ "all mistakes are told in one run", "com\na.example\n*.b.example\nnet\n",
	  "l.txt:1:1: 'com' would match a whole top-level domain; write a domain with a dot\n"
	  "l.txt:3:1: '*.b.example' needs no sign for subdomains, they are meant by themselves; write b.example\n"
	  "l.txt:4:1: 'net' would match a whole top-level domain; write a domain with a dot\n" },
};

static void
is_told(void **state)
{
	const struct mistake_case	*row = *state;
	struct list_set			 set;
	struct buf			 report;

	list_set_init(&set);
	buf_init(&report, 4096);
	assert_int_equal(list_set_read(&set, "l.txt", SPAN("l"), span_of(row->text), &report), PW_ECONFIG);
	assert_string_equal(report.at, row->report);
	list_set_fini(&set);
	buf_fini(&report);
}

static void
a_thousand_mistakes_are_counted(void **state)
{
	struct list_set	set;
	struct buf	report, text;

	(void)state;
	list_set_init(&set);
	buf_init(&report, 65536);
	buf_init(&text, 65536);
	for (int i = 0; i < 1000; i++)
		buf_add(&text, SPAN("com\n"));
	assert_int_equal(list_set_read(&set, "l.txt", SPAN("l"), buf_span(&text), &report), PW_ECONFIG);
	assert_false(buf_failed(&report));
	assert_non_null(strstr(report.at, "\nl.txt:1000:1: 900 more mistakes; give this file one domain to a line\n"));
	list_set_fini(&set);
	buf_fini(&report);
	buf_fini(&text);
}

/* --- several lists --- */

static void
a_host_may_be_on_several_lists(void **state)
{
	struct list_hit	hits[MOST_HITS];
	struct list_set	set;
	struct buf	report;
	char		name[8];

	(void)state;
	list_set_init(&set);
	buf_init(&report, 4096);
	assert_int_equal(list_set_read(&set, "a.txt", SPAN("a"), SPAN("#! action: hold\nx.example\n"), &report), PW_OK);
	assert_int_equal(list_set_read(&set, "b.txt", SPAN("b"), SPAN("#! ACTION :Strip\nwww.x.example\n"), &report), PW_OK);
	assert_int_equal(list_set_index(&set), PW_OK);
	assert_int_equal(list_set_match(&set, SPAN("www.x.example"), hits), 2);
	assert_string_equal(hits[0].list->name, "a");
	assert_int_equal(hits[0].list->action, LIST_HOLD);
	assert_true(span_eq(hits[0].domain, SPAN("x.example")));
	assert_string_equal(hits[1].list->name, "b");
	assert_int_equal(hits[1].list->action, LIST_STRIP);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		assert_int_equal(list_set_read(&set, "c.txt", span_of(name), SPAN("x.example\n"), &report), PW_OK);
	}
	assert_int_equal(list_set_index(&set), PW_OK);
	assert_int_equal(list_set_match(&set, SPAN("x.example"), hits), MOST_HITS);
	list_set_fini(&set);
	buf_fini(&report);
}

static void
a_long_list_is_read_and_asked(void **state)
{
	struct list_hit	hits[MOST_HITS];
	struct list_set	set;
	struct buf	report, text;
	char		host[64];

	(void)state;
	list_set_init(&set);
	buf_init(&report, 4096);
	buf_init(&text, 16 << 20);
	for (int i = 0; i < 100000; i++)
		buf_printf(&text, "tracker%d.example\n", i);
	assert_int_equal(list_set_read(&set, "l.txt", SPAN("l"), buf_span(&text), &report), PW_OK);
	assert_int_equal(list_set_index(&set), PW_OK);
	for (int i = 0; i < 200000; i += 7) {
		snprintf(host, sizeof(host), "img.tracker%d.example", i);
		assert_int_equal(list_set_match(&set, span_of(host), hits), i < 100000);
	}
	list_set_fini(&set);
	buf_fini(&report);
	buf_fini(&text);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(matches) + NITEMS(mistakes) + 3] = {
		cmocka_unit_test(a_thousand_mistakes_are_counted),
		cmocka_unit_test(a_host_may_be_on_several_lists),
		cmocka_unit_test(a_long_list_is_read_and_asked),
	};
	size_t			count = 3;

	for (size_t i = 0; i < NITEMS(matches); i++)
		tests[count++] = (struct CMUnitTest){ .name = matches[i].says, .test_func = is_matched,
		    .initial_state = (void *)(uintptr_t)&matches[i] };
	for (size_t i = 0; i < NITEMS(mistakes); i++)
		tests[count++] = (struct CMUnitTest){ .name = mistakes[i].says, .test_func = is_told,
		    .initial_state = (void *)(uintptr_t)&mistakes[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

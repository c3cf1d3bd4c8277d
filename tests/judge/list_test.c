/* What a list's file may say in each format, which hosts and URLs are on it, and when it is stale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/list.h"

#define DAY	((int64_t)86400)
#define NOW	(20000 * DAY)	/* 2024-10-04 */

static enum pw_err
read_list(struct list_set *set, const char *path, struct span name, struct span text, struct buf *report)
{
	return list_set_read(set, &(struct list_file){ .path = path, .name = name, .text = text, .modified = NOW - DAY,
	    .now = NOW }, report);
}

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
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), span_of(row->text), &report), PW_OK);
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
	{ "a URL is no domain", "b.example\nhttps://a.example/x\n",
	  "l.txt:2:1: 'https://a.example/x' is a URL; write its host alone: a.example\n" },
	{ "a path belongs to a URL", "b.example\na.example/x\n",
	  "l.txt:2:1: 'a.example/x' is a URL; write its host alone: a.example\n" },
	{ "a filter is no domain", "b.example\n||a.example^\n", "l.txt:2:1: '||a.example^' is an Adblock filter; put it into "
	  "a list of its own, or say '#! format: adblock' in the first line\n" },
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
	{ "a line of hosts is no domain", "b.example\n0.0.0.0 a.example\n",
	  "l.txt:2:9: more than one domain; write one to a line, and # before a comment\n" },
	{ "what is not UTF-8 is no name", "b\xfc" "cher.example\n", "l.txt:1:1: 'b\xfc" "cher.example' is no domain name in "
	  "UTF-8; write it with its xn-- labels\n" },
	{ "an unknown directive is told", "#! level: high\n", "l.txt:1:1: unknown directive; write '#! action: hold' or "
	  "another of action, format, expires, on_stale, column, and comments without the !\n" },
	{ "an unknown action is told", "#! action: drop\n", "l.txt:1:1: 'drop' is no action; write hold, strip, keep or none\n" },
	{ "a list has one action", "#! action: hold\n\n#! action: strip\n",
	  "l.txt:3:1: the action stands already at line 1; keep one of them\n" },
	{ "a control character is no text", "a.exam\001ple\n",
	  "l.txt:1:7: the line holds a control character (0x01); write plain text\n" },
	{ "a format is one of five", "#! format: yaml\n",
	  "l.txt:1:1: 'yaml' is no format; write domains, hosts, urls, csv or adblock\n" },
	{ "a format comes before what it is about", "a.example\n#! format: urls\n",
	  "l.txt:2:1: the format comes too late, line 1 was read as domains; write it in the first line\n" },
	{ "who lists nothing that is known is asked", "-track-open?\na.example\n", "l.txt:1:1: '-track-open?' does not tell "
	  "what kind of list this is; write '#! format: domains' in the first line, or hosts, urls, csv or adblock\n" },
	{ "a time is a day or a number of them", "#! expires: soon\n", "l.txt:1:1: 'soon' is no time; write a day as "
	  "2026-12-31, or how long the file is good as 30 days or 12 hours\n" },
	{ "a stale list is kept, warned of or dropped", "#! on_stale: panic\n",
	  "l.txt:1:1: 'panic' is nothing to do with a stale list; write keep, warn or drop\n" },
	{ "a hosts file begins its lines with addresses", "0.0.0.0 a.example\nb.example\n", "l.txt:2:1: 'b.example' is no "
	  "address, and line 1 made this a hosts file; write 0.0.0.0 and the name, or '#! format: domains' in the first "
	  "line\n" },
	{ "names of hosts are names", "0.0.0.0 a.example *.b.example\n", "l.txt:1:19: '*.b.example' needs no sign for "
	  "subdomains, they are meant by themselves; write b.example\n" },
	{ "a defanged URL is none", "https://a.example/x\nhxxp://b.example/x\n",
	  "l.txt:2:1: 'hxxp://b.example/x' is defanged; write it as a URL\n" },
	{ "a URL of a list names no user", "https://a.example/x\nhttps://ann:b@b.example/x\n", "l.txt:2:13: "
	  "'https://ann:b@b.example/x' has no number for a port; write https://HOST:PORT/PATH without a user's name\n" },
	{ "a URL of a list has a host", "https://a.example/x\nhttps:///x\n", "l.txt:2:9: '' is no domain name; write "
	  "letters, digits, hyphens and single dots, at most 253 bytes\n" },
	{ "two URLs stand on two lines", "https://a.example/x https://b.example/x\n",
	  "l.txt:1:21: more than one URL; write one to a line, and # before a comment\n" },
	{ "a named column is there", "#! column: host\nid,url\n1,https://a.example/\n2,x\n", "l.txt:2:1: no column is called "
	  "'host'; write '#! column: NAME' with a name of this line\n" },
	{ "a record has its fields", "#! column: url\nid,url\n1\n", "l.txt:3:1: the line has 1 fields, and what is listed "
	  "stands in the 2th; add the fields before it\n" },
	{ "a quote is closed", "domain,why\n\"a.example,x\n",
	  "l.txt:2:1: the quote is never closed on this line; close it\n" },
	{ "a record holds a domain or a URL", "domain,why\nx@a.example,y\n", "l.txt:2:1: 'x@a.example' is an address; write "
	  "its domain alone: a.example\n" },
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
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), span_of(row->text), &report), PW_ECONFIG);
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
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), buf_span(&text), &report), PW_ECONFIG);
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
	assert_int_equal(read_list(&set, "a.txt", SPAN("a"), SPAN("#! action: hold\nx.example\n"), &report), PW_OK);
	assert_int_equal(read_list(&set, "b.txt", SPAN("b"), SPAN("#! ACTION :Strip\nwww.x.example\n"), &report), PW_OK);
	assert_int_equal(list_set_index(&set), PW_OK);
	assert_int_equal(list_set_match(&set, SPAN("www.x.example"), hits), 2);
	assert_string_equal(hits[0].list->name, "a");
	assert_int_equal(hits[0].list->action, LIST_HOLD);
	assert_true(span_eq(hits[0].domain, SPAN("x.example")));
	assert_string_equal(hits[1].list->name, "b");
	assert_int_equal(hits[1].list->action, LIST_STRIP);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		assert_int_equal(read_list(&set, "c.txt", span_of(name), SPAN("x.example\n"), &report), PW_OK);
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
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), buf_span(&text), &report), PW_OK);
	assert_int_equal(list_set_index(&set), PW_OK);
	for (int i = 0; i < 200000; i += 7) {
		snprintf(host, sizeof(host), "img.tracker%d.example", i);
		assert_int_equal(list_set_match(&set, span_of(host), hits), i < 100000);
	}
	list_set_fini(&set);
	buf_fini(&report);
	buf_fini(&text);
}

/* --- formats --- */

static const struct format_case {
	const char		*says, *text;
	enum list_format	 format;
	size_t			 domains, filters;
	const char		*host;		/* on the list; NULL: none */
	const char		*url;		/* matched by a filter; NULL: none */
	const char		*report;
} formats[] = {
	{ "names alone are domains", "# mine\na.example # why, and when\nb.example\n", LIST_DOMAINS, 2, 0, "a.example", NULL, "" },
	{ "an address and names are a hosts file", "127.0.0.1 localhost\n::1 ip6-localhost # x\n0.0.0.0 0.0.0.0\n0.0.0.0 a.example "
	  "b.example # c.example\n", LIST_HOSTS, 2, 0, "x.b.example", NULL, "" },
	{ "tabs do as well", "0.0.0.0\ta.example\r\n", LIST_HOSTS, 1, 0, "a.example", NULL, "" },
	{ "URLs are beginnings of URLs", "https://a.example/x\n", LIST_URLS, 0, 1, NULL, "https://a.example/xyz", "" },
	{ "a URL without a scheme goes for subdomains and all schemes", "a.example/x\n", LIST_URLS, 0, 1, NULL,
	  "http://www.a.example/x", "" },
	{ "a host among URLs is a domain", "https://a.example/x\nb.example\n", LIST_URLS, 1, 1, "www.b.example", NULL, "" },
	{ "a URL's host in its own script is known by its A-labels", "https://b\xc3\xbc" "cher.example/x\n", LIST_URLS, 0, 1, NULL,
	  "https://xn--bcher-kva.example/x", "" },
	{ "a URL's host is in lower case", "HTTPS://A.Example/X\n", LIST_URLS, 0, 1, NULL, "https://a.example/X", "" },
	{ "a default port says nothing", "https://a.example:443/x\n", LIST_URLS, 0, 1, NULL, "https://a.example/x", "" },
	{ "another port does", "https://a.example:8443/x\n", LIST_URLS, 0, 1, NULL, "https://a.example:8443/x", "" },
	{ "a URL without a path ends its host", "https://a.example\n", LIST_URLS, 0, 1, NULL, "https://a.example/y", "" },
	{ "stars stand for themselves in URLs", "https://a.example/*^|\n", LIST_URLS, 0, 1, NULL, "https://a.example/*^|x", "" },
	{ "a first column of domains", "a.example,x,2024\nb.example,y,2024\n", LIST_CSV, 2, 0, "b.example", NULL, "" },
	{ "a header is none of them", "domain;why\n\n# x\na.example;\"a ; b\"\n", LIST_CSV, 1, 0, "a.example", NULL, "" },
	{ "a named column", "#! column: URL\nid,url,tags\n1,\"https://a.example/x,y\",\"q\"\"r\"\n2,,\n", LIST_CSV, 0, 1, NULL,
	  "https://a.example/x,yz", "" },
	{ "a header of Adblock Plus", "[Adblock Plus 2.0]\na.example/x\n", LIST_ADBLOCK, 0, 1, NULL, "https://ba.example/x", "" },
	{ "a comment of Adblock lists", "! Email tracking pixels\n-track-email-open?\n", LIST_ADBLOCK, 0, 1, NULL,
	  "https://a.example/-track-email-open?x", "" },
	{ "a filter is one without any header", "||a.example^$image\n", LIST_ADBLOCK, 0, 1, NULL, "https://a.example/x", "" },
	{ "a filter in a regular expression", "/track-[0-9]+/\n", LIST_ADBLOCK, 0, 1, NULL, "https://a.example/track-1", "" },
	{ "the format may be said", "#! format: adblock\n-track-email-open?\n", LIST_ADBLOCK, 0, 1, NULL,
	  "https://a.example/-track-email-open?x", "" },
	{ "cosmetic rules and rules of web pages are skipped in silence", "! x\na.example##.ad\n##.ad\na.example#@#.ad\n"
	  "a.example#?#div:has(x)\na.example#%#//scriptlet('x')\na.example$$script[x]\n||a.example^$popup\n"
	  "@@||a.example^$elemhide\n||b.example^$xhr,websocket\n", LIST_ADBLOCK, 0, 0, NULL, NULL, "" },
	{ "what is not supported is told with its place", "! x\n||a.example^$image,csp=x\n||b.example^$domain=a.*\n||c.example^$"
	  "removeparam\n||d.example^\n", LIST_ADBLOCK, 0, 1, NULL, "https://d.example/",
	  "l.txt:2:20: warning: the option 'csp=x' is not supported; the filter is skipped\n"
	  "l.txt:3:21: warning: 'a.*' is no plain domain; only plain ones and ~ are supported; the filter is skipped\n"
	  "l.txt:4:14: warning: the option 'removeparam' is not supported; the filter is skipped\n"
	  "l.txt:5:1: warning: 1 filters are in force; skipped: 3 that are not supported, 0 that are bad or match everything, "
	  "0 about web pages alone, 0 cosmetic ones\n" },
	{ "what would match everything is told and skipped", "! x\n*\n||\n/./\n|https://\n@@*$image\n.com/\n||b.example^\n",
	  LIST_ADBLOCK, 0, 1, NULL, "https://b.example/",
	  "l.txt:2:1: warning: it would match every URL (of a kind); say more of what it is about; the filter is skipped\n"
	  "l.txt:3:1: warning: it would match every URL (of a kind); say more of what it is about; the filter is skipped\n"
	  "l.txt:4:1: warning: it would match every URL (of a kind); say more of what it is about; the filter is skipped\n"
	  "l.txt:5:1: warning: it would match every URL (of a kind); say more of what it is about; the filter is skipped\n"
	  "l.txt:6:1: warning: it would match every URL (of a kind); say more of what it is about; the filter is skipped\n"
	  "l.txt:7:1: warning: it would match every URL (of a kind); say more of what it is about; the filter is skipped\n"
	  "l.txt:8:1: warning: 1 filters are in force; skipped: 0 that are not supported, 6 that are bad or match everything, "
	  "0 about web pages alone, 0 cosmetic ones\n" },
	{ "bytes that are no text spoil their line alone", "! x\n||a.example^\xff\n||b\001.example^\n/(x/\na b\n||d.example^\n",
	  LIST_ADBLOCK, 0, 1, NULL, "https://d.example/",
	  "l.txt:2:13: warning: the line holds a byte that is no text (0xff); write UTF-8; the filter is skipped\n"
	  "l.txt:3:4: warning: the line holds a byte that is no text (0x01); write UTF-8; the filter is skipped\n"
	  "l.txt:4:4: warning: no regular expression: missing closing parenthesis; the filter is skipped\n"
	  "l.txt:5:2: warning: a blank is in no URL; write one filter to a line; the filter is skipped\n"
	  "l.txt:6:1: warning: 1 filters are in force; skipped: 0 that are not supported, 4 that are bad or match everything, "
	  "0 about web pages alone, 0 cosmetic ones\n" },
	{ "conditions of ad blockers are not followed", "! x\n!#if x\n||a.example^\n!#endif\n||d.example^\n",
	  LIST_ADBLOCK, 0, 1, NULL, "https://d.example/",
	  "l.txt:2:1: warning: conditions of ad blockers are not followed; what stands up to !#endif is skipped\n"
	  "l.txt:5:1: warning: 1 filters are in force; skipped: 1 that are not supported, 0 that are bad or match everything, "
	  "0 about web pages alone, 0 cosmetic ones\n" },
};

#define MOST_LISTS	4

static size_t
match_url(const struct list_set *set, const char *url, struct filter_hit hits[MOST_LISTS])
{
	struct arena		*arena = arena_new((size_t)1 << 20);
	struct filter_asker	 asker = { .arena = arena, .work = FILTER_WORK };
	struct span		 text = span_of(url), rest = span_from(text, span_find(text, SPAN("//"), 0) + 2);
	struct span		 host = span_cut(rest, 0, strcspn(rest.at, ":/?#"));

	assert_int_equal(filter_set_match(&set->filters, &asker, &(struct filter_question){ text, host, host, TYPE_IMAGE }),
	    PW_OK);
	assert_true(asker.hit_count <= MOST_LISTS);
	for (size_t i = 0; i < asker.hit_count; i++)
		hits[i] = asker.hits[i];
	arena_free(arena);
	return asker.hit_count;
}

static void
is_of_format(void **state)
{
	const struct format_case	*row = *state;
	struct filter_hit		 filter_hits[MOST_LISTS];
	struct list_hit			 hits[MOST_HITS];
	struct list_set			 set;
	struct buf			 report;

	list_set_init(&set);
	buf_init(&report, 65536);
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), span_of(row->text), &report), PW_OK);
	buf_add_char(&report, '\0');
	assert_string_equal(report.at, row->report);
	assert_int_equal(set.lists[0].format, row->format);
	assert_int_equal(set.lists[0].domains, row->domains);
	assert_int_equal(set.lists[0].filters, row->filters);
	assert_int_equal(list_set_index(&set), PW_OK);
	if (row->host != NULL)
		assert_int_equal(list_set_match(&set, span_of(row->host), hits), 1);
	if (row->url != NULL)
		assert_int_equal(match_url(&set, row->url, filter_hits), 1);
	list_set_fini(&set);
	buf_fini(&report);
}

/* --- age --- */

static const struct age_case {
	const char	*says, *text;
	bool		 stale, in_force;
	const char	*report;
} ages[] = {
	{ "a list without an expiry never ages", "a.example\n", false, true, "" },
	{ "a file younger than its expiry is fresh", "#! expires: 2 days\na.example\n", false, true, "" },
	{ "an older one is told", "#! expires: 23 hours\na.example\n", true, true,
	  "l.txt:1:1: warning: the list expired on 2024-10-03, and it is still in force (on_stale: warn); fetch it anew\n" },
	{ "or kept in silence", "#! expires: 23h\n#! on_stale: keep\na.example\n", true, true, "" },
	{ "or not in force", "a.example\n#! on_stale: drop\n#! expires: 2024-10-03\n", true, false,
	  "l.txt:1:1: warning: the list expired on 2024-10-03, and it is not in force (on_stale: drop); fetch it anew\n" },
	{ "a day to come is not over", "#! expires: 2024-10-05\na.example\n", false, true, "" },
	{ "what a published list says counts", "! Last modified: 01 Sep 2024 10:00 UTC\n! Expires: 4 days (update frequency)\n"
	  "||a.example^\n", true, true,
	  "l.txt:1:1: warning: the list expired on 2024-09-05, and it is still in force (on_stale: warn); fetch it anew\n" },
	{ "in either way of dates", "! TimeUpdated: 2024-10-03T10:00:00.000Z\n! Expires: 2 days\n||a.example^\n", false, true, "" },
	{ "our own directive wins", "#! expires: 90 days\n! Last modified: 01 Sep 2024 10:00 UTC\n! Expires: 4 days\n"
	  "||a.example^\n", false, true, "" },
	{ "filters are dropped with their list", "! Last modified: 2024-09-01\n! Expires: 1 day\n#! on_stale: drop\n"
	  "||a.example^\n", true, false,
	  "l.txt:1:1: warning: the list expired on 2024-09-02, and it is not in force (on_stale: drop); fetch it anew\n" },
};

static void
is_of_age(void **state)
{
	const struct age_case	*row = *state;
	struct filter_hit	 filter_hits[MOST_LISTS];
	struct list_hit		 hits[MOST_HITS];
	struct list_set		 set;
	struct buf		 report;

	list_set_init(&set);
	buf_init(&report, 65536);
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), span_of(row->text), &report), PW_OK);
	buf_add_char(&report, '\0');
	assert_string_equal(report.at, row->report);
	assert_int_equal(set.lists[0].stale, row->stale);
	assert_int_equal(list_set_index(&set), PW_OK);
	assert_int_equal(list_set_match(&set, SPAN("a.example"), hits) + match_url(&set, "https://a.example/", filter_hits),
	    row->in_force);
	list_set_fini(&set);
	buf_fini(&report);
}

static void
a_hundred_warnings_are_enough(void **state)
{
	struct list_set	set;
	struct buf	report, text;

	(void)state;
	list_set_init(&set);
	buf_init(&report, 65536);
	buf_init(&text, 65536);
	buf_add(&text, SPAN("! x\n"));
	for (int i = 0; i < 1000; i++)
		buf_add(&text, SPAN("||a.example^$csp\n"));
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), buf_span(&text), &report), PW_OK);
	buf_add_char(&report, '\0');
	assert_false(buf_failed(&report));
	assert_non_null(strstr(report.at, "\nl.txt:1001:1: warning: 900 more warnings\n"));
	assert_int_equal(set.lists[0].unsupported, 1000);
	list_set_fini(&set);
	buf_fini(&report);
	buf_fini(&text);
}

static void
a_line_of_megabytes_is_told(void **state)
{
	struct list_set	set;
	struct buf	report, text;

	(void)state;
	for (int round = 0; round < 2; round++) {
		list_set_init(&set);
		buf_init(&report, 65536);
		buf_init(&text, 8 << 20);
		buf_add(&text, round == 0 ? SPAN("! x\n") : SPAN("https://a.example/\n"));
		for (int i = 0; i < 4 << 20; i++)
			buf_add_char(&text, 'a');
		buf_add(&text, SPAN("\n"));
		enum pw_err err = read_list(&set, "l.txt", SPAN("l"), buf_span(&text), &report);
		buf_add_char(&report, '\0');
		assert_int_equal(err, round == 0 ? PW_OK : PW_ECONFIG);
		assert_non_null(strstr(report.at, "l.txt:2:16385: "));
		list_set_fini(&set);
		buf_fini(&report);
		buf_fini(&text);
	}
}

static void
a_list_of_prefixes_ends_where_they_end(void **state)
{
	static const char *const others[] = { "https://a.example/y", "http://a.example/x", "https://b.a.example/x",
	    "https://a.example.c.example/x", "https://a.example:8443/x", "https://c.example/?https://a.example/x",
	    "https://xb.example/x", "https://b.example/X" };
	struct filter_hit	 hits[MOST_LISTS];
	struct list_set		 set;
	struct buf		 report;

	(void)state;
	list_set_init(&set);
	buf_init(&report, 65536);
	assert_int_equal(read_list(&set, "l.txt", SPAN("l"), SPAN("https://a.example/x\nb.example/x\n"), &report), PW_OK);
	assert_int_equal(list_set_index(&set), PW_OK);
	for (size_t i = 0; i < NITEMS(others); i++)
		assert_int_equal(match_url(&set, others[i], hits), 0);
	assert_int_equal(match_url(&set, "https://b.example/x?y", hits), 1);
	assert_int_equal(hits[0].filter->number, 2);
	assert_true(span_eq(hits[0].filter->line, SPAN("b.example/x")));
	list_set_fini(&set);
	buf_fini(&report);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(matches) + NITEMS(mistakes) + NITEMS(formats) + NITEMS(ages) + 6] = {
		cmocka_unit_test(a_thousand_mistakes_are_counted),
		cmocka_unit_test(a_host_may_be_on_several_lists),
		cmocka_unit_test(a_long_list_is_read_and_asked),
		cmocka_unit_test(a_hundred_warnings_are_enough),
		cmocka_unit_test(a_line_of_megabytes_is_told),
		cmocka_unit_test(a_list_of_prefixes_ends_where_they_end),
	};
	size_t			count = 6;

	for (size_t i = 0; i < NITEMS(matches); i++)
		tests[count++] = (struct CMUnitTest){ .name = matches[i].says, .test_func = is_matched,
		    .initial_state = (void *)(uintptr_t)&matches[i] };
	for (size_t i = 0; i < NITEMS(mistakes); i++)
		tests[count++] = (struct CMUnitTest){ .name = mistakes[i].says, .test_func = is_told,
		    .initial_state = (void *)(uintptr_t)&mistakes[i] };
	for (size_t i = 0; i < NITEMS(formats); i++)
		tests[count++] = (struct CMUnitTest){ .name = formats[i].says, .test_func = is_of_format,
		    .initial_state = (void *)(uintptr_t)&formats[i] };
	for (size_t i = 0; i < NITEMS(ages); i++)
		tests[count++] = (struct CMUnitTest){ .name = ages[i].says, .test_func = is_of_age,
		    .initial_state = (void *)(uintptr_t)&ages[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Hosts: domains, addresses, and what no host may hold. */
#include "dissect/url/host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal)	{ (literal), sizeof(literal) - 1 }

static const struct host_case {
	const char	*says;
	struct span	 written;
	bool		 opaque;
	const char	*host;	/* NULL: failure */
} cases[] = {
	/* ASCII */
	{ "upper case becomes lower", BYTES("NEWS.Example"), false, "news.example" },
	{ "a dot at the end stays", BYTES("h.example."), false, "h.example." },
	{ "empty labels stay", BYTES("a..b"), false, "a..b" },
	{ "underscores and other signs are allowed", BYTES("a_b!$&'()*+,;=~`{}\"-"), false, "a_b!$&'()*+,;=~`{}\"-" },
	{ "labels may begin and end with hyphens", BYTES("-a-.b--c"), false, "-a-.b--c" },
	{ "a label may be longer than DNS allows",
	    BYTES("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"), false,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example" },
	{ "an A-label stays", BYTES("XN--Mnchen-3ya.example"), false, "xn--mnchen-3ya.example" },
	{ "also one that decodes to nothing good", BYTES("xn--a.xn--"), false, "xn--a.xn--" },
	{ "a space is forbidden", BYTES("a b"), false, NULL },
	{ "a NUL is forbidden", BYTES("a\0b"), false, NULL },
	{ "a control is forbidden", BYTES("a\x01" "b"), false, NULL },
	{ "DEL is forbidden", BYTES("a\x7f"), false, NULL },
	{ "angle brackets are forbidden", BYTES("<a>"), false, NULL },
	{ "a circumflex is forbidden", BYTES("a^b"), false, NULL },
	{ "a bar is forbidden", BYTES("a|b"), false, NULL },
	{ "brackets inside are forbidden", BYTES("a[b]"), false, NULL },
	{ "a percent sign alone is forbidden", BYTES("a%b%"), false, NULL },

	/* Percent-encoding */
	{ "percent-encoding is undone", BYTES("%65xa%6Dple"), false, "example" },
	{ "once only", BYTES("%2565xample"), false, NULL },
	{ "an encoded dot divides labels", BYTES("a%2eb"), false, "a.b" },
	{ "an encoded slash is forbidden", BYTES("a%2fb"), false, NULL },
	{ "an encoded at sign is forbidden", BYTES("a%40b"), false, NULL },
	{ "an encoded colon is forbidden", BYTES("a%3a80"), false, NULL },
	{ "an encoded NUL is forbidden", BYTES("a%00"), false, NULL },
	{ "encoded UTF-8 is read", BYTES("b%C3%BCcher.example"), false, "xn--bcher-kva.example" },
	{ "encoded bytes that are not UTF-8 fail", BYTES("a%ff"), false, NULL },
	{ "an encoded address is one", BYTES("%31%32%37.1"), false, "127.0.0.1" },
	{ "encoded brackets are none", BYTES("%5B::1%5D"), false, NULL },

	/* IDNA */
	{ "a name with umlauts", BYTES("b\xc3\xbc" "cher.example"), false, "xn--bcher-kva.example" },
	{ "in upper case", BYTES("B\xc3\x9c" "CHER.Example"), false, "xn--bcher-kva.example" },
	{ "decomposed", BYTES("bu\xcc\x88" "cher.example"), false, "xn--bcher-kva.example" },
	{ "sharp s stays what it is", BYTES("fa\xc3\x9f.example"), false, "xn--fa-hia.example" },
	{ "in capitals too, as in browsers of today", BYTES("FA\xe1\xba\x9e.example"), false, "xn--fa-hia.example" },
	{ "final sigma stays what it is",
	    BYTES("\xce\xb2\xcf\x8c\xce\xbb\xce\xbf\xcf\x82.example"), false, "xn--nxasmm1c.example" },
	{ "letters of full width are ASCII", BYTES("\xef\xbd\x87\xef\xbd\x8f.example"), false, "go.example" },
	{ "digits of full width make an address",
	    BYTES("\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.1"), false, "127.0.0.1" },
	{ "a circled digit as well", BYTES("\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa6.1"), false, "127.0.0.1" },
	{ "an ideographic full stop divides labels", BYTES("a\xe3\x80\x82" "b"), false, "a.b" },
	{ "also behind a long ASCII label",
	    BYTES("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xe3\x80\x82\xc3\xbc"), false,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.xn--tda" },
	{ "the one of half width does", BYTES("\xc3\xbc\xef\xbd\xa1" "b"), false, "xn--tda.b" },
	{ "the one of full width does", BYTES("\xc3\xbc\xef\xbc\x8e" "b"), false, "xn--tda.b" },
	{ "a soft hyphen vanishes", BYTES("ex\xc2\xad" "ample"), false, "example" },
	{ "a zero-width space vanishes", BYTES("ex\xe2\x80\x8b" "ample"), false, "example" },
	{ "a name of nothing else fails", BYTES("\xc2\xad"), false, NULL },
	{ "an empty label is left of it", BYTES("a.\xc2\xad.b"), false, "a..b" },
	{ "symbols are allowed, unlike in IDNA 2008", BYTES("\xe2\x98\x95.example"), false, "xn--53h.example" },
	{ "also with a variation selector", BYTES("\xe2\x9d\xa4\xef\xb8\x8f.example"), false, "xn--qei.example" },
	{ "a hyphen at the end of such a label", BYTES("\xc3\xa4-.example"), false, "xn----zfa.example" },
	{ "one at its beginning, and a symbol", BYTES("-\xe2\x98\x95.example"), false, "xn----2yp.example" },
	{ "two hyphens in its third place", BYTES("ab--\xc3\xa4.example"), false, "xn--ab---ooa.example" },
	{ "hyphens in the ASCII labels beside it", BYTES("-a-.b--c.\xc3\xa4"), false, "-a-.b--c.xn--4ca" },
	{ "a long ASCII label beside it",
	    BYTES("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.\xc3\xa4"), false,
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.xn--4ca" },
	{ "a good A-label beside it", BYTES("xn--4ca.\xc3\xa4"), false, "xn--4ca.xn--4ca" },
	{ "a bad A-label beside it fails", BYTES("xn--a.\xc3\xa4"), false, NULL },
	{ "an A-label with other than ASCII fails", BYTES("xn--\xc3\xa4"), false, NULL },
	{ "an unassigned character fails", BYTES("a\xf3\xa0\x84\x80" "b\xcd\xb8"), false, NULL },
	{ "U+FFFD fails", BYTES("a\xef\xbf\xbd"), false, NULL },
	{ "a private character fails", BYTES("a\xee\x80\x80"), false, NULL },
	{ "a combining mark in front fails", BYTES("\xcc\x88" "a"), false, NULL },
	{ "right to left by its rules", BYTES("\xd7\x90\xd7\x91.example"), false, "xn--4dbc.example" },
	{ "against them fails", BYTES("a\xd7\x90"), false, NULL },
	{ "what maps to a space fails", BYTES("a\xc2\xa0" "b"), false, NULL },
	{ "what maps to a colon fails", BYTES("a\xef\xbc\x9a" "80"), false, NULL },
	{ "what maps to a slash fails", BYTES("a\xef\xbc\x8f" "b"), false, NULL },
	{ "what maps to a percent sign fails", BYTES("\xef\xbc\x85\x34\x31"), false, NULL },

	/* Addresses; more in address_test.c */
	{ "an IPv4 address", BYTES("192.0.2.1"), false, "192.0.2.1" },
	{ "a number at the end that makes none fails", BYTES("a.1"), false, NULL },
	{ "an IPv6 address", BYTES("[2001:DB8:0:0::1]"), false, "[2001:db8::1]" },
	{ "a zone is none", BYTES("[fe80::1%25eth0]"), false, NULL },
	{ "empty brackets fail", BYTES("[]"), false, NULL },
	{ "one bracket fails", BYTES("["), false, NULL },

	/* Opaque */
	{ "opaque: case stays", BYTES("HOST.Example"), true, "HOST.Example" },
	{ "opaque: percent signs stay", BYTES("%41%zz%"), true, "%41%zz%" },
	{ "opaque: non-ASCII and controls are encoded", BYTES("\xc3\xa9\x01\x7f"), true, "%C3%A9%01%7F" },
	{ "opaque: other signs stay", BYTES("!\"$&'()*+,-.;=_`{}~"), true, "!\"$&'()*+,-.;=_`{}~" },
	{ "opaque: a number is no address", BYTES("127.1"), true, "127.1" },
	{ "opaque: brackets are one", BYTES("[::0]"), true, "[::]" },
	{ "opaque: a NUL is forbidden", BYTES("a\0b"), true, NULL },
	{ "opaque: a space is forbidden", BYTES("a b"), true, NULL },
	{ "opaque: a back slash is forbidden", BYTES("a\\b"), true, NULL },
	{ "opaque: a circumflex is forbidden", BYTES("a^b"), true, NULL },
	{ "opaque: nothing is the empty host", BYTES(""), true, "" },
};

static void
is_read_as(void **state)
{
	const struct host_case	*row = *state;
	struct arena		*arena = arena_new((size_t)1 << 16);
	struct span		 host;
	enum pw_err		 err = url_host_parse(row->written, row->opaque, arena, &host);

	if (row->host == NULL)
		assert_int_equal(err, PW_ESYNTAX);
	else {
		assert_int_equal(err, PW_OK);
		assert_int_equal(host.len, strlen(row->host));
		assert_memory_equal(host.at, row->host, host.len);
	}
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases)] = { 0 };

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].says,
		    .test_func = is_read_as, .initial_state = (void *)(uintptr_t)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

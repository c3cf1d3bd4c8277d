/* The basic URL parser: one row for each way through the standard's states. */
#include "dissect/url/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal)	{ (literal), sizeof(literal) - 1 }

static const struct parse_case {
	const char	*says;
	struct span	 input;
	const char	*base;	/* NULL: none */
	const char	*href;	/* NULL: the standard returns failure */
} cases[] = {
	/* What surrounds and interrupts a URL */
	{ "a URL comes out as it went in",
	    BYTES("https://news.example/a/b?c=d#e"), NULL, "https://news.example/a/b?c=d#e" },
	{ "blanks and controls around a URL go",
	    BYTES("\x01\x1f \r\nhttp://h.example/\t \x02"), NULL, "http://h.example/" },
	{ "a NUL at the end goes, too", BYTES("http://h.example/\0"), NULL, "http://h.example/" },
	{ "tabs and line ends go anywhere, in the scheme too",
	    BYTES("ht\ttp\n:/\r/h.ex\nample/a\tb"), NULL, "http://h.example/ab" },
	{ "a no-break space does not go", BYTES("\xc2\xa0http://h.example/"), NULL, NULL },
	{ "a control in the middle is encoded", BYTES("http://h.example/a\x01" "b"), NULL, "http://h.example/a%01b" },
	{ "a NUL in the path is encoded", BYTES("http://h.example/a\0b"), NULL, "http://h.example/a%00b" },
	{ "nothing at all needs a base", BYTES(""), NULL, NULL },
	{ "nothing but blanks needs a base", BYTES(" \n\t "), NULL, NULL },

	/* Scheme */
	{ "the scheme is put in lower case", BYTES("HtTpS://h.example/"), NULL, "https://h.example/" },
	{ "a scheme may hold digits, plus, hyphen and dot", BYTES("A1+-.://h/"), NULL, "a1+-.://h/" },
	{ "a scheme begins with a letter", BYTES("1http://h.example/"), NULL, NULL },
	{ "a scheme holds no underscore", BYTES("ht_tp://h.example/"), NULL, NULL },
	{ "a scheme needs its colon", BYTES("http//h.example/"), NULL, NULL },
	{ "a colon alone is no scheme", BYTES(":foo"), NULL, NULL },
	{ "what looks like a scheme and is none is a path",
	    BYTES("a_b:c"), "http://h.example/x/y", "http://h.example/x/a_b:c" },
	{ "a colon first is a path", BYTES(":a"), "http://h.example/x/y", "http://h.example/x/:a" },

	/* Slashes before the host of a special scheme */
	{ "no slash is needed before the host", BYTES("https:h.example/a"), NULL, "https://h.example/a" },
	{ "one slash is as good as two", BYTES("https:/h.example/a"), NULL, "https://h.example/a" },
	{ "seven slashes are as good as two", BYTES("http:///////h.example/a"), NULL, "http://h.example/a" },
	{ "back slashes are slashes", BYTES("http:\\\\h.example\\a\\b"), NULL, "http://h.example/a/b" },
	{ "both kinds mix", BYTES("http:\\/h.example/a\\..\\b"), NULL, "http://h.example/b" },
	{ "back slashes behind the query stay",
	    BYTES("http://h.example/?a\\b#c\\d"), NULL, "http://h.example/?a\\b#c\\d" },
	{ "a back slash ends the host",
	    BYTES("http://h.example\\@evil.example/"), NULL, "http://h.example/@evil.example/" },
	{ "a missing host is failure", BYTES("http://"), NULL, NULL },
	{ "a query is no host", BYTES("http://?a"), NULL, NULL },
	{ "a fragment is no host", BYTES("https:#a"), NULL, NULL },
	{ "a host needs no slash behind it", BYTES("http://h.example?q"), NULL, "http://h.example/?q" },
	{ "nor before a fragment", BYTES("http://h.example#f"), NULL, "http://h.example/#f" },
	{ "ws is special", BYTES("ws:\\h.example:80\\x"), NULL, "ws://h.example/x" },
	{ "wss is special", BYTES("wss:h.example:443"), NULL, "wss://h.example/" },
	{ "ftp is special", BYTES("ftp:h.example:21/a;type=i"), NULL, "ftp://h.example/a;type=i" },

	/* Userinfo */
	{ "user and password stay", BYTES("http://u:p@h.example/"), NULL, "http://u:p@h.example/" },
	{ "a password needs no user", BYTES("http://:p@h.example/"), NULL, "http://:p@h.example/" },
	{ "an empty password goes with its colon", BYTES("http://u:@h.example/"), NULL, "http://u@h.example/" },
	{ "empty userinfo goes", BYTES("http://:@h.example/"), NULL, "http://h.example/" },
	{ "only the last at sign ends userinfo",
	    BYTES("http://a@b@c@h.example/"), NULL, "http://a%40b%40c@h.example/" },
	{ "only the first colon begins the password",
	    BYTES("http://u:p:q@h.example/"), NULL, "http://u:p%3Aq@h.example/" },
	{ "delimiters in userinfo are encoded", BYTES("http://a;b=c[d]^|{}`:\xc3\xa9 \"<>@h.example/"), NULL,
	    "http://a%3Bb%3Dc%5Bd%5D%5E%7C%7B%7D%60:%C3%A9%20%22%3C%3E@h.example/" },
	{ "percent signs in userinfo stay", BYTES("http://%41%zz:%@h.example/"), NULL, "http://%41%zz:%@h.example/" },
	{ "an at sign in the path is no userinfo", BYTES("http://h.example/a@b"), NULL, "http://h.example/a@b" },
	{ "userinfo without a host is failure", BYTES("http://user@/path"), NULL, NULL },
	{ "userinfo before a port is failure", BYTES("http://user@:80/"), NULL, NULL },
	{ "brackets in userinfo do not hide the port",
	    BYTES("http://[@h.example:8080/"), NULL, "http://%5B@h.example:8080/" },

	/* Port */
	{ "another port stays", BYTES("http://h.example:8080/"), NULL, "http://h.example:8080/" },
	{ "the default port goes", BYTES("http://h.example:80/"), NULL, "http://h.example/" },
	{ "another scheme's default port stays", BYTES("http://h.example:443/"), NULL, "http://h.example:443/" },
	{ "leading zeros go, however many",
	    BYTES("https://h.example:0000000000000000443/"), NULL, "https://h.example/" },
	{ "an empty port goes", BYTES("http://h.example:/"), NULL, "http://h.example/" },
	{ "port 0 is a port", BYTES("http://h.example:0/"), NULL, "http://h.example:0/" },
	{ "the last port is 65535", BYTES("http://h.example:65535/"), NULL, "http://h.example:65535/" },
	{ "65536 is no port", BYTES("http://h.example:65536/"), NULL, NULL },
	{ "2^64+80 is no port", BYTES("http://h.example:18446744073709551696/"), NULL, NULL },
	{ "letters are no port", BYTES("http://h.example:8a/"), NULL, NULL },
	{ "a blank is no port", BYTES("http://h.example: 80/"), NULL, NULL },
	{ "a sign is no port", BYTES("http://h.example:-80/"), NULL, NULL },
	{ "a second colon is no port", BYTES("http://h.example:80:81/"), NULL, NULL },
	{ "a port without a host is failure", BYTES("http://:80/"), NULL, NULL },
	{ "a back slash ends the port", BYTES("http://h.example:81\\a"), NULL, "http://h.example:81/a" },

	/* Path */
	{ "a single dot goes", BYTES("http://h.example/a/./b/."), NULL, "http://h.example/a/b/" },
	{ "two dots take the segment before them", BYTES("http://h.example/a/b/../c"), NULL, "http://h.example/a/c" },
	{ "two dots at the end leave a slash", BYTES("http://h.example/a/b/.."), NULL, "http://h.example/a/" },
	{ "two dots do not leave the root", BYTES("http://h.example/../../a/../.."), NULL, "http://h.example/" },
	{ "encoded dots are dots", BYTES("http://h.example/a/b/%2E%2e/%2e/.%2E/c"), NULL, "http://h.example/c" },
	{ "three dots are a name", BYTES("http://h.example/a/.../b"), NULL, "http://h.example/a/.../b" },
	{ "dots with more are a name", BYTES("http://h.example/a/..b/.%2ec"), NULL, "http://h.example/a/..b/.%2ec" },
	{ "empty segments stay", BYTES("http://h.example//a//"), NULL, "http://h.example//a//" },
	{ "two dots take an empty segment", BYTES("http://h.example/a//../b"), NULL, "http://h.example/a/b" },
	{ "the path's own characters are encoded", BYTES("http://h.example/ \"<>`{}^\x7f\xc3\xa9"), NULL,
	    "http://h.example/%20%22%3C%3E%60%7B%7D%5E%7F%C3%A9" },
	{ "others stay",
	    BYTES("http://h.example/!$&'()*+,-.;=:@[]_|~"), NULL, "http://h.example/!$&'()*+,-.;=:@[]_|~" },
	{ "percent signs stay, right or wrong", BYTES("http://h.example/%41%zz%"), NULL, "http://h.example/%41%zz%" },

	/* Query and fragment */
	{ "the query's own characters are encoded", BYTES("http://h.example/?a b\"<>'\x01\xc3\xa9`{}^|\\"), NULL,
	    "http://h.example/?a%20b%22%3C%3E%27%01%C3%A9`{}^|\\" },
	{ "an apostrophe stays where the scheme is not special", BYTES("x://h/?'"), NULL, "x://h/?'" },
	{ "the fragment's own characters are encoded", BYTES("http://h.example/#a b\"<>`'\x01\xc3\xa9{}#?"), NULL,
	    "http://h.example/#a%20b%22%3C%3E%60'%01%C3%A9{}#?" },
	{ "an empty query stays", BYTES("http://h.example/?"), NULL, "http://h.example/?" },
	{ "an empty fragment stays", BYTES("http://h.example/#"), NULL, "http://h.example/#" },
	{ "a question mark in the fragment is no query",
	    BYTES("http://h.example/#a?b"), NULL, "http://h.example/#a?b" },
	{ "dots in a query are no path", BYTES("http://h.example/a?/../b"), NULL, "http://h.example/a?/../b" },

	/* Bytes that are not UTF-8 */
	{ "a stray byte becomes U+FFFD", BYTES("http://h.example/\xff"), NULL, "http://h.example/%EF%BF%BD" },
	{ "a sequence cut short is one U+FFFD",
	    BYTES("http://h.example/\xf0\x9f\x98"), NULL, "http://h.example/%EF%BF%BD" },
	{ "each byte of a surrogate is one", BYTES("http://h.example/\xed\xa0\x80"), NULL,
	    "http://h.example/%EF%BF%BD%EF%BF%BD%EF%BF%BD" },
	{ "an overlong slash is no slash",
	    BYTES("http://h.example/a\xc0\xaf" "b"), NULL, "http://h.example/a%EF%BF%BD%EF%BF%BDb" },
	{ "a tab does not join two halves",
	    BYTES("http://h.example/\xc3\t\xa9"), NULL, "http://h.example/%EF%BF%BD%EF%BF%BD" },
	{ "a host that is not UTF-8 is failure", BYTES("http://h\xff.example/"), NULL, NULL },
	{ "four bytes make one character",
	    BYTES("http://h.example/\xf0\x9f\x98\x80"), NULL, "http://h.example/%F0%9F%98%80" },

	/* file: */
	{ "a file with no host", BYTES("file:///a/b"), NULL, "file:///a/b" },
	{ "a file without slashes", BYTES("file:a/b"), NULL, "file:///a/b" },
	{ "a file with one slash", BYTES("file:/a"), NULL, "file:///a" },
	{ "nothing but file:", BYTES("file:"), NULL, "file:///" },
	{ "nothing but slashes", BYTES("file://"), NULL, "file:///" },
	{ "a file on a host", BYTES("file://Srv.Example/share"), NULL, "file://srv.example/share" },
	{ "a file in back slashes", BYTES("file:\\\\srv\\share"), NULL, "file://srv/share" },
	{ "localhost is no host of a file", BYTES("file://LOCALhost/a"), NULL, "file:///a" },
	{ "localhost by percent-encoding neither", BYTES("file://loc%61lhost/a"), NULL, "file:///a" },
	{ "a file's host may be an address", BYTES("file://0x7f.1/a"), NULL, "file://127.0.0.1/a" },
	{ "a file has no port", BYTES("file://srv:80/a"), NULL, NULL },
	{ "a file has no user", BYTES("file://u@srv/a"), NULL, NULL },
	{ "a bad host of a file is failure", BYTES("file://a b/"), NULL, NULL },
	{ "four slashes leave an empty segment", BYTES("file:////srv/share"), NULL, "file:////srv/share" },
	{ "a drive letter is no host", BYTES("file://C:/a"), NULL, "file:///C:/a" },
	{ "a drive letter with a bar is put right", BYTES("file://c|/a"), NULL, "file:///c:/a" },
	{ "in the path as well", BYTES("file:///C|/a"), NULL, "file:///C:/a" },
	{ "only as the first segment", BYTES("file:///a/C|/b"), NULL, "file:///a/C|/b" },
	{ "two dots stop at the drive", BYTES("file:///C:/../.."), NULL, "file:///C:/" },
	{ "a longer name is no drive", BYTES("file:///C:x/.."), NULL, "file:///" },
	{ "a drive with a query", BYTES("file://C|?q"), NULL, "file:///C:?q" },
	{ "a host that begins like a drive fails", BYTES("file://C:x/"), NULL, NULL },
	{ "a relative file on the same drive", BYTES("/a"), "file:///C:/x/y", "file:///C:/a" },
	{ "another drive replaces it", BYTES("/D:/a"), "file:///C:/x/y", "file:///D:/a" },
	{ "a drive by itself replaces the path", BYTES("D|"), "file:///C:/x/y", "file:///D:" },
	{ "a drive letter with more is a scheme", BYTES("D:a"), "file:///C:/x/y", "d:a" },
	{ "a bar with more is a name", BYTES("D|a"), "file:///C:/x/y", "file:///C:/x/D|a" },
	{ "up from a drive stays on it", BYTES("../../../z"), "file:///C:/x/y", "file:///C:/z" },
	{ "a file keeps its base's host", BYTES("/a"), "file://srv/C:/x", "file://srv/C:/a" },
	{ "file: by name, relative all the same", BYTES("file:a"), "file://srv/x/y?q", "file://srv/x/a" },
	{ "two slashes leave the host", BYTES("//srv2/a"), "file://srv/x", "file://srv2/a" },
	{ "three slashes leave it for none", BYTES("///a"), "file://srv/x", "file:///a" },
	{ "nothing keeps path and query", BYTES(""), "file://srv/x?q#f", "file://srv/x?q" },
	{ "a query keeps the path", BYTES("?r"), "file:///C:/x?q#f", "file:///C:/x?r" },
	{ "a fragment keeps path and query", BYTES("#g"), "file:///C:/x?q#f", "file:///C:/x?q#g" },
	{ "file: against a base of another scheme", BYTES("file:a"), "http://h.example/x", "file:///a" },

	/* Relative references */
	{ "a name replaces the last segment", BYTES("c"), "http://h.example/a/b?q#f", "http://h.example/a/c" },
	{ "nothing is the base without fragment", BYTES(""), "http://h.example/a/b?q#f", "http://h.example/a/b?q" },
	{ "a query replaces the query", BYTES("?r"), "http://h.example/a/b?q#f", "http://h.example/a/b?r" },
	{ "a fragment keeps path and query", BYTES("#g"), "http://h.example/a/b?q#f", "http://h.example/a/b?q#g" },
	{ "a slash begins at the root", BYTES("/c"), "http://u:p@h.example:81/a/b", "http://u:p@h.example:81/c" },
	{ "a back slash does, too", BYTES("\\c"), "http://h.example/a/b", "http://h.example/c" },
	{ "two slashes change the host",
	    BYTES("//i.example/c"), "https://u:p@h.example:81/a/b", "https://i.example/c" },
	{ "more slashes do as well", BYTES("/\\//i.example/c"), "http://h.example/a/b", "http://i.example/c" },
	{ "two slashes and nothing is failure", BYTES("//"), "http://h.example/", NULL },
	{ "dots climb", BYTES("../../c"), "http://h.example/a/b/d/e", "http://h.example/a/c" },
	{ "a dot is the folder", BYTES("."), "http://h.example/a/b", "http://h.example/a/" },
	{ "the same scheme without slashes is relative",
	    BYTES("http:c"), "http://h.example/a/b", "http://h.example/a/c" },
	{ "the same scheme with one slash is relative",
	    BYTES("http:/c"), "http://h.example/a/b", "http://h.example/c" },
	{ "the same scheme with two slashes is not", BYTES("HTTP://c"), "http://h.example/a/b", "http://c/" },
	{ "another scheme is not", BYTES("https:c"), "http://h.example/a/b", "https://c/" },
	{ "userinfo, port and brackets come with the base",
	    BYTES("x"), "http://u:p@[::1]:81/a", "http://u:p@[::1]:81/x" },
	{ "a base of another scheme is resolved alike", BYTES("../x"), "foo://H/a/b/c", "foo://H/a/x" },
	{ "two slashes there may have no host behind them", BYTES("///x"), "foo://h/a", "foo:///x" },
	{ "back slashes there are none", BYTES("\\x"), "foo://h/a/b", "foo://h/a/\\x" },
	{ "a base without host", BYTES("x"), "foo:/a/b", "foo:/a/x" },
	{ "a base without path", BYTES("x"), "foo://h", "foo://h/x" },
	{ "an opaque base resolves a fragment", BYTES("#g"), "mailto:a@b?q#f", "mailto:a@b?q#g" },
	{ "and nothing else", BYTES("x"), "mailto:a@b", NULL },
	{ "not even nothing", BYTES(""), "mailto:a@b", NULL },
	{ "nor a query", BYTES("?q"), "cid:a@b", NULL },

	/* Schemes that are not special */
	{ "an opaque path stays as it is",
	    BYTES("data:text/html,<b>\"x y\"</b>"), NULL, "data:text/html,<b>\"x y\"</b>" },
	{ "controls and non-ASCII in it are encoded", BYTES("cid:a\x01\xc3\xa9"), NULL, "cid:a%01%C3%A9" },
	{ "spaces before its query: the last is encoded", BYTES("data:a  ?b"), NULL, "data:a %20?b" },
	{ "before its fragment as well", BYTES("data:a #b"), NULL, "data:a%20#b" },
	{ "dots in it are no segments", BYTES("x:a/../b"), NULL, "x:a/../b" },
	{ "javascript is opaque", BYTES("JavaScript:alert('<x>')"), NULL, "javascript:alert('<x>')" },
	{ "nothing behind the colon", BYTES("about:"), NULL, "about:" },
	{ "one slash begins a path", BYTES("x:/a/../b"), NULL, "x:/b" },
	{ "two slashes begin a host", BYTES("x://Host/a"), NULL, "x://Host/a" },
	{ "the host may be empty", BYTES("x:///a"), NULL, "x:///a" },
	{ "there may be nothing behind it", BYTES("x://"), NULL, "x://" },
	{ "no slash is added behind a host", BYTES("x://h?q"), NULL, "x://h?q" },
	{ "nor before a fragment", BYTES("x://h#f"), NULL, "x://h#f" },
	{ "two dots leave a slash", BYTES("x://h/.."), NULL, "x://h/" },
	{ "back slashes are no slashes", BYTES("x:\\\\h\\a"), NULL, "x:\\\\h\\a" },
	{ "a back slash in a host is failure", BYTES("x://h\\a"), NULL, NULL },
	{ "its port stays, having no default", BYTES("ldap://h:389/"), NULL, "ldap://h:389/" },
	{ "a port needs a host", BYTES("x://:80/"), NULL, NULL },
	{ "a user needs a host", BYTES("x://u@/"), NULL, NULL },
	{ "a path that looks like a host is marked", BYTES("x:/a/..//b"), NULL, "x:/.//b" },
	{ "and read back", BYTES("x:/.//b"), NULL, "x:/.//b" },
	{ "relative to such a path", BYTES("c"), "x:/.//b", "x:/.//c" },
	{ "the mark goes when the path changes", BYTES("/c"), "x:/.//b", "x:/c" },
	{ "the mark does not move a query", BYTES("x:/..//b?q#f"), NULL, "x:/.//b?q#f" },
	{ "a host has no need of it", BYTES("x://h//b"), NULL, "x://h//b" },
	{ "blob is opaque", BYTES("blob:https://h.example/1"), NULL, "blob:https://h.example/1" },

	/* Hosts; more in host_test.c */
	{ "brackets end before the port", BYTES("http://[::1]:81/"), NULL, "http://[::1]:81/" },
	{ "brackets need not end", BYTES("http://[::1"), NULL, NULL },
	{ "behind brackets comes a port or nothing", BYTES("http://[::1]x/"), NULL, NULL },
	{ "an encoded host is decoded", BYTES("http://%68%2Eexample/"), NULL, "http://h.example/" },
	{ "a host in full width", BYTES("http://\xef\xbc\xa7\xef\xbd\x8f.example/"), NULL, "http://go.example/" },
	{ "a host in octal and hex", BYTES("http://0300.0xa8.257/"), NULL, "http://192.168.1.1/" },
	{ "an opaque host is only encoded", BYTES("x://\xc3\xa9%41!/"), NULL, "x://%C3%A9%41!/" },
};

struct context {
	struct arena	*arena;
	struct url	 base;
};

static void
context_init(struct context *c, const char *base)
{
	c->arena = arena_new((size_t)1 << 20);
	assert_non_null(c->arena);
	if (base != NULL)
		assert_int_equal(url_parse(span_of(base), NULL, c->arena, &c->base), PW_OK);
}

static void
parses(void **state)
{
	const struct parse_case	*row = *state;
	struct context		 c;
	struct url		 url, again;

	context_init(&c, row->base);
	enum pw_err err = url_parse(row->input, row->base != NULL ? &c.base : NULL, c.arena, &url);
	if (row->href == NULL)
		assert_int_equal(err, PW_ESYNTAX);
	else {
		assert_int_equal(err, PW_OK);
		assert_int_equal(url.href.len, strlen(row->href));
		assert_memory_equal(url.href.at, row->href, url.href.len);

		/* What was serialised parses as the same. */
		assert_int_equal(url_parse(url.href, NULL, c.arena, &again), PW_OK);
		assert_true(span_eq(again.href, url.href));
		assert_true(span_eq(again.host, url.host));
		assert_int_equal(again.port, url.port);
		assert_int_equal(again.path_at, url.path_at);
		assert_int_equal(again.query_at, url.query_at);
		assert_int_equal(again.fragment_at, url.fragment_at);
	}
	arena_free(c.arena);
}

static const struct piece_case {
	const char	*input, *base;
	const char	*scheme, *host, *path, *query, *fragment;	/* NULL: missing */
	uint32_t	 port;
	bool		 has_host, special, opaque;
} pieces[] = {
	{ "http://u:p@H.example:81/a/b?c#d", NULL, "http", "h.example", "/a/b", "c", "d", 81, true, true, false },
	{ "https://h.example", NULL, "https", "h.example", "/", NULL, NULL, URL_NO_PART, true, true, false },
	{ "https://h.example?", NULL, "https", "h.example", "/", "", NULL, URL_NO_PART, true, true, false },
	{ "https://h.example#", NULL, "https", "h.example", "/", NULL, "", URL_NO_PART, true, true, false },
	{ "file:///a", NULL, "file", "", "/a", NULL, NULL, URL_NO_PART, true, true, false },
	{ "cid:a@b?c", NULL, "cid", "", "a@b", "c", NULL, URL_NO_PART, false, false, true },
	{ "#g", "mailto:a@b?c", "mailto", "", "a@b", "c", "g", URL_NO_PART, false, false, true },
	{ "x:/.//a?b#c", NULL, "x", "", "//a", "b", "c", URL_NO_PART, false, false, false },
	{ "ldap://h:389", NULL, "ldap", "h", "", NULL, NULL, 389, true, false, false },
	{ "c?d", "http://u:p@h.example:81/a/b#e", "http", "h.example", "/a/c", "d", NULL, 81, true, true, false },
	{ "#g", "http://[::1]:81/a?b", "http", "[::1]", "/a", "b", "g", 81, true, true, false },
	{ "#g", "http://[::1]/a?b", "http", "[::1]", "/a", "b", "g", URL_NO_PART, true, true, false },
	{ "/x", "file://srv/a", "file", "srv", "/x", NULL, NULL, URL_NO_PART, true, true, false },
	{ "x", "foo:/a/b", "foo", "", "/a/x", NULL, NULL, URL_NO_PART, false, false, false },
	{ "x", "foo:///a/b", "foo", "", "/a/x", NULL, NULL, URL_NO_PART, true, false, false },
};

static void
assert_piece(struct span href, uint32_t from, uint32_t to, const char *want)
{
	if (want == NULL) {
		assert_int_equal(from, URL_NO_PART);
		return;
	}
	struct span got = span_cut(href, from, to);
	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.at, want, got.len);
}

static void
its_pieces_lie_where_they_are_said_to_be(void **state)
{
	(void)state;
	for (size_t i = 0; i < NITEMS(pieces); i++) {
		const struct piece_case	*row = &pieces[i];
		struct context		 c;
		struct url		 url;

		context_init(&c, row->base);
		assert_int_equal(url_parse(span_of(row->input), row->base != NULL ? &c.base : NULL, c.arena, &url),
		    PW_OK);
		uint32_t end = (uint32_t)url.href.len;
		uint32_t before_fragment = url.fragment_at != URL_NO_PART ? url.fragment_at - 1 : end;
		uint32_t before_query = url.query_at != URL_NO_PART ? url.query_at - 1 : before_fragment;

		assert_true(span_eq(url.scheme, span_of(row->scheme)));
		assert_true(span_eq(url.host, span_of(row->host)));
		assert_piece(url.href, url.path_at, before_query, row->path);
		assert_piece(url.href, url.query_at, before_fragment, row->query);
		assert_piece(url.href, url.fragment_at, end, row->fragment);
		assert_int_equal(url.port, row->port);
		assert_int_equal(url.has_host, row->has_host);
		assert_int_equal(url.special, row->special);
		assert_int_equal(url.opaque_path, row->opaque);
		arena_free(c.arena);
	}
}

static void
no_room_is_said_not_overrun(void **state)
{
	struct url url;

	(void)state;
	for (size_t max = 0; max < 400; max++) {
		struct arena	*arena = arena_new(max);
		enum pw_err	 err = url_parse(SPAN("http://\xc3\xbc.example\t/a b?\xff"), NULL, arena, &url);

		assert_true(err == PW_OK || err == PW_ENOMEM);
		if (max < 16)
			assert_int_equal(err, PW_ENOMEM);
		if (max == 399)
			assert_int_equal(err, PW_OK);
		arena_free(arena);
	}
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases) + 2] = {
		cmocka_unit_test(its_pieces_lie_where_they_are_said_to_be),
		cmocka_unit_test(no_room_is_said_not_overrun),
	};

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i + 2] = (struct CMUnitTest){ .name = cases[i].says,
		    .test_func = parses, .initial_state = (void *)(uintptr_t)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

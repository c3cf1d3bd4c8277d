#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include <pixelward/base/buf.h>

#include "dissect/css/css.h"

/* A text with its NULs. */
#define T(literal)	{ (literal), sizeof(literal) - 1 }

static const struct row {
	const char	*says;
	struct span	 text;
	const char	*tokens;	/* each as name(value), in order */
} rows[] = {
	/* Names and escapes: sections 4.3.4, 4.3.7, 4.3.9, 4.3.11 */
	{ "a name is one token", T("color"), "ident(color)" },
	{ "a name may hold digits, dashes, underscores", T("_a-1-"), "ident(_a-1-)" },
	{ "a name may begin with a dash", T("-moz-x"), "ident(-moz-x)" },
	{ "a name may begin with two dashes and be nothing else", T("--"), "ident(--)" },
	{ "two dashes and a digit are a name", T("--1"), "ident(--1)" },
	{ "a dash alone is none", T("-"), "delim(-)" },
	{ "non-ASCII characters make names", T("\xc3\xa4\xe2\x82\xac"), "ident(\xc3\xa4\xe2\x82\xac)" },
	{ "invalid UTF-8 is as good as any character", T("a\xff\xc3"), "ident(a\xff\xc3)" },
	{ "NUL is U+FFFD and so a name's", T("a\0b"), "ident(a\xef\xbf\xbd" "b)" },
	{ "a hex escape takes one white space with it", T("\\26 B"), "ident(&B)" },
	{ "a hex escape of six digits needs none", T("\\000026B"), "ident(&B)" },
	{ "a hex escape ends after six digits", T("\\0000261"), "ident(&1)" },
	{ "a hex escape takes CRLF as one white space", T("\\61\r\n\\62\n\nc"), "ident(ab) ws ident(c)" },
	{ "a hex escape takes a form feed", T("\\61\fb"), "ident(ab)" },
	{ "escapes of two, three and four bytes of UTF-8", T("\\e9\\20ac\\1f600"),
	    "ident(\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80)" },
	{ "the escapes of zero, surrogates and what is beyond Unicode are U+FFFD", T("\\0\\d800 \\110000 x"),
	    "ident(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx)" },
	{ "any other character may be escaped", T("a\\.b\\{\\\xc3\xa4"), "ident(a.b{\xc3\xa4)" },
	{ "an escaped NUL is U+FFFD", T("\\\0x"), "ident(\xef\xbf\xbdx)" },
	{ "a backslash at the end is U+FFFD", T("a\\"), "ident(a\xef\xbf\xbd)" },
	{ "a backslash alone at the end is a name too", T("\\"), "ident(\xef\xbf\xbd)" },
	{ "a backslash before a newline is no escape", T("a\\\nb"), "ident(a) delim(\\) ws ident(b)" },
	{ "a dash before an escape begins a name", T("-\\31"), "ident(-1)" },
	{ "a name before a bracket is a function", T("rgb(0"), "function(rgb) num(0)" },
	{ "a blank before the bracket makes it none", T("rgb (0"), "ident(rgb) ws ( num(0)" },
	{ "a comment before the bracket makes it none", T("url/**/(a"), "ident(url) ( ident(a)" },

	/* At-keywords and hashes */
	{ "an at-keyword", T("@media @-x @--y @\\69mport"), "at(media) ws at(-x) ws at(--y) ws at(import)" },
	{ "an at without a name is a delimiter", T("@1 @ @-"), "delim(@) num(1) ws delim(@) ws delim(@) delim(-)" },
	{ "hashes may begin with a digit", T("#1a #-1 #\\31 #\xc3\xa4"), "hash(1a) ws hash(-1) ws hash(1) hash(\xc3\xa4)" },
	{ "a hash sign without a name is a delimiter", T("# #."), "delim(#) ws delim(#) delim(.)" },

	/* Strings: section 4.3.5 */
	{ "both quotes hold the other", T("\"a'b\"'c\"d'"), "string(a'b) string(c\"d)" },
	{ "an escaped quote does not end it", T("'a\\'b'"), "string(a'b)" },
	{ "an escaped newline is nothing", T("'a\\\nb\\\r\nc\\\fd\\\re'"), "string(abcde)" },
	{ "a hex escape may make a newline", T("'a\\a b'"), "string(a\nb)" },
	{ "a newline makes it bad and is not in it", T("'a\nb'"), "bad-string(a) ws ident(b) string()" },
	{ "a form feed is a newline", T("'a\f'"), "bad-string(a) ws string()" },
	{ "the end closes it", T("'abc"), "string(abc)" },
	{ "a backslash at the end is nothing in a string", T("'abc\\"), "string(abc)" },
	{ "NUL in a string is U+FFFD", T("'\0'"), "string(\xef\xbf\xbd)" },
	{ "a comment in a string is text", T("'/*'*/"), "string(/*) delim(*) delim(/)" },

	/* url: sections 4.3.4, 4.3.6, 4.3.14 */
	{ "an unquoted url", T("url(http://a/b?c#d)e"), "url(http://a/b?c#d) ident(e)" },
	{ "white space around it does not count", T("url(\n\t a \f)"), "url(a)" },
	{ "its name has no case and may be escaped", T("URL(a)\\75 Rl(b)u\\52L(c)"), "url(a) url(b) url(c)" },
	{ "an empty one", T("url()url( )"), "url() url()" },
	{ "a quote after it makes a function", T("url('a')url( \"b\" )"),
	    "function(url) string(a) ) function(url) ws string(b) ws )" },
	{ "a comment in it is text", T("url(/*a*/)"), "url(/*a*/)" },
	{ "escapes in it are undone", T("url(\\68ttp:\\/\\/a\\)b)"), "url(http://a)b)" },
	{ "the end closes it", T("url(abc"), "url(abc)" },
	{ "the end closes it after white space", T("url( abc "), "url(abc)" },
	{ "the end closes an empty one", T("url("), "url()" },
	{ "a backslash at the end is U+FFFD in a url", T("url(a\\"), "url(a\xef\xbf\xbd)" },
	{ "NUL in it is U+FFFD", T("url(a\0b)"), "url(a\xef\xbf\xbd" "b)" },
	{ "white space inside makes it bad", T("url(a b)c"), "bad-url(a b) ident(c)" },
	{ "a quote inside makes it bad", T("url(a'b)c'd)"), "bad-url(a'b) ident(c) string(d))" },
	{ "a bracket inside makes it bad", T("url(a(b)c)"), "bad-url(a(b) ident(c) )" },
	{ "a control character inside makes it bad", T("url(a\x01)url(\x7f)"), "bad-url(a\x01) bad-url(\x7f)" },
	{ "a backslash before a newline makes it bad", T("url(a\\\nb)c"), "bad-url(ab) ident(c)" },
	{ "an escaped bracket does not end a bad one", T("url(a'\\)b)c"), "bad-url(a')b) ident(c)" },
	{ "a bad one goes to the end", T("url(a b;c{d}"), "bad-url(a b;c{d})" },
	{ "a longer name is no url", T("xurl(a)urlx(b)"), "function(xurl) ident(a) ) function(urlx) ident(b) )" },

	/* Numbers: sections 4.3.3, 4.3.12, 4.3.13 */
	{ "integers with signs", T("1+2-3"), "num(1) num(2) num(-3)" },
	{ "fractions need digits behind the point", T("1.5 .5 1. +.5 -.5"),
	    "num(1.5) ws num(0.5) ws num(1) delim(.) ws num(0.5) ws num(-0.5)" },
	{ "exponents", T("1e3 1E-2 1e+2 1e 1e+"),
	    "num(1000) ws num(0.01) ws num(100) ws dim(1 e) ws dim(1 e) delim(+)" },
	{ "percentages and dimensions", T("50% 1px 1.5e2EM 1\\70x 1--x 1-"),
	    "percent(50) ws dim(1 px) ws dim(150 EM) ws dim(1 px) ws dim(1 --x) ws num(1) delim(-)" },
	{ "a plus before a name is a delimiter", T("+a"), "delim(+) ident(a)" },
	{ "a second point begins a number", T("1.2.3"), "num(1.2) num(0.3)" },
	{ "huge exponents stay numbers", T("1e999999999999 1e-999999999999 0e99999"),
	    "num(1.79769e+308) ws num(0) ws num(0)" },
	{ "NUL after a number makes a unit", T("1\0"), "dim(1 \xef\xbf\xbd)" },

	/* Comments, CDO, CDC, the rest */
	{ "comments are no tokens but divide", T("a/**/b/* ; */c"), "ident(a) ident(b) ident(c)" },
	{ "a comment ends at the first star and slash", T("/*/*/a/***/b"), "ident(a) ident(b)" },
	{ "comments do not nest", T("/*/**/*/"), "delim(*) delim(/)" },
	{ "an unclosed comment goes to the end", T("a/* b"), "ident(a)" },
	{ "a comment opened by the last two bytes", T("a/*"), "ident(a)" },
	{ "a slash alone", T("/ /"), "delim(/) ws delim(/)" },
	{ "comment signs of HTML", T("<!---->"), "cdo cdc" },
	{ "almost comment signs of HTML", T("<!- --x>"), "delim(<) delim(!) delim(-) ws ident(--x) delim(>)" },
	{ "white space of every kind is one token", T(" \t\r\n\f\r"), "ws" },
	{ "a vertical tab is no white space", T("\v"), "delim(\v)" },
	{ "brackets and signs", T("()[]{},:;"), "( ) [ ] { } , : ;" },
	{ "other signs are delimiters", T("!$%&*=>?^`|~"),
	    "delim(!) delim($) delim(%) delim(&) delim(*) delim(=) delim(>) delim(?) delim(^) delim(`) delim(|) "
	    "delim(~)" },
	{ "nothing has no tokens", T(""), "" },
};

static const char *const names[] = {
	[CSS_EOF] = "eof", [CSS_IDENT] = "ident", [CSS_FUNCTION] = "function", [CSS_AT_KEYWORD] = "at",
	[CSS_HASH] = "hash", [CSS_STRING] = "string", [CSS_BAD_STRING] = "bad-string", [CSS_URL] = "url",
	[CSS_BAD_URL] = "bad-url", [CSS_DELIM] = "delim", [CSS_NUMBER] = "num", [CSS_PERCENTAGE] = "percent",
	[CSS_DIMENSION] = "dim", [CSS_WHITESPACE] = "ws", [CSS_CDO] = "cdo", [CSS_CDC] = "cdc",
	[CSS_COLON] = ":", [CSS_SEMICOLON] = ";", [CSS_COMMA] = ",", [CSS_OPEN_SQUARE] = "[",
	[CSS_CLOSE_SQUARE] = "]", [CSS_OPEN_PAREN] = "(", [CSS_CLOSE_PAREN] = ")", [CSS_OPEN_BRACE] = "{",
	[CSS_CLOSE_BRACE] = "}",
};

static void
print_token(struct buf *out, const struct css_token *token)
{
	if (out->len > 0)
		buf_add_char(out, ' ');
	buf_add(out, span_of(names[token->type]));
	switch (token->type) {
	case CSS_DELIM:
		buf_printf(out, "(%c)", token->delim);
		break;
	case CSS_NUMBER:
	case CSS_PERCENTAGE:
		buf_printf(out, "(%g)", token->number);
		break;
	case CSS_DIMENSION:
		buf_printf(out, "(%g %.*s)", token->number, SPAN_ARG(token->value));
		break;
	case CSS_IDENT: case CSS_FUNCTION: case CSS_AT_KEYWORD: case CSS_HASH: case CSS_STRING:
	case CSS_BAD_STRING: case CSS_URL: case CSS_BAD_URL:
		buf_printf(out, "(%.*s)", SPAN_ARG(token->value));
		break;
	default:
		break;
	}
}

static void
text_has_these_tokens(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(1 << 20);
	struct css_lexer	 lexer;
	struct css_token	 token;
	struct buf		 out;
	size_t			 behind = 0;

	buf_init(&out, 1 << 16);
	css_lexer_init(&lexer, row->text, arena, 1000);
	for (css_next(&lexer, &token); token.type != CSS_EOF; css_next(&lexer, &token)) {
		print_token(&out, &token);
		/* Tokens lie one behind the other; only comments are between them. */
		assert_true(token.end > token.begin);
		assert_true(token.begin == behind || strncmp(row->text.at + behind, "/*", 2) == 0);
		behind = token.end;
	}
	assert_int_equal(token.begin, row->text.len);
	assert_false(lexer.spent);
	buf_add_char(&out, '\0');
	assert_string_equal(out.at, row->tokens);
	buf_fini(&out);
	arena_free(arena);
}

static void
a_text_without_escapes_takes_no_memory(void **state)
{
	struct span		 text = SPAN("@media x{a[b='c']{d:url(e) 'f' g(1px)}} #h url(i j) 'k\n");
	struct arena		*arena = arena_new(1 << 20);
	struct css_lexer	 lexer;
	struct css_token	 token;

	(void)state;
	css_lexer_init(&lexer, text, arena, 1000);
	do {
		css_next(&lexer, &token);
		assert_true(token.value.len == 0 ||
		    (token.value.at >= text.at && token.value.at < text.at + text.len));
	} while (token.type != CSS_EOF);
	assert_int_equal(arena_used(arena), 0);
	arena_free(arena);
}

static void
the_budget_ends_the_tokens(void **state)
{
	struct css_lexer	lexer;
	struct css_token	token;

	(void)state;
	css_lexer_init(&lexer, SPAN("a b"), NULL, 2);
	css_next(&lexer, &token);
	css_next(&lexer, &token);
	assert_false(lexer.spent);
	css_next(&lexer, &token);
	assert_int_equal(token.type, CSS_EOF);
	assert_true(lexer.spent);
	css_lexer_init(&lexer, SPAN("a b"), NULL, 3);
	do
		css_next(&lexer, &token);
	while (token.type != CSS_EOF);
	assert_false(lexer.spent);
}

static void
white_space_may_be_skipped(void **state)
{
	struct css_lexer	lexer;
	struct css_token	token;

	(void)state;
	css_lexer_init(&lexer, SPAN(" /**/ a\n/**/ /**/b "), NULL, 2);
	lexer.skip_space = true;
	css_next(&lexer, &token);
	assert_true(span_eq(token.value, SPAN("a")));
	assert_int_equal(token.begin, 6);
	css_next(&lexer, &token);
	assert_true(span_eq(token.value, SPAN("b")));
	css_next(&lexer, &token);
	assert_int_equal(token.type, CSS_EOF);
	assert_false(lexer.spent);
}

static void
an_escape_without_memory_says_so(void **state)
{
	struct css_lexer	lexer;
	struct css_token	token;

	(void)state;
	css_lexer_init(&lexer, SPAN("a \\62 c"), NULL, 10);
	css_next(&lexer, &token);
	css_next(&lexer, &token);
	assert_false(lexer.no_memory);
	css_next(&lexer, &token);
	assert_int_equal(token.type, CSS_EOF);
	assert_true(lexer.no_memory);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 4] = {
		[NITEMS(rows)] = cmocka_unit_test(a_text_without_escapes_takes_no_memory),
		cmocka_unit_test(the_budget_ends_the_tokens),
		cmocka_unit_test(white_space_may_be_skipped),
		cmocka_unit_test(an_escape_without_memory_says_so),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = text_has_these_tokens,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

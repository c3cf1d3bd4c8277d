/* Labels as programs compare them, and what bytes become. */
#include "support.h"

#include "dissect/mail/charset_choice.h"
#include "dissect/mail/charset_decode.h"
#include "dissect/mail/guises.h"
#include "dissect/mail/metalabel.h"

static const struct label_row {
	const char	*says, *label, *bytes, *name;
	size_t		 len;	/* of bytes, where they hold NULs */
	bool		 unknown;
} label_rows[] = {
	{ "case and dashes are nothing", "UTF_16-le", "", "UTF-16LE", 0, false },
	{ "nor an x before it", "x-sjis", "", "CP932", 0, false },
	{ "code pages have two names", "IBM-037", "", "IBM037", 0, false },
	{ "and zeros before the number", "cp01140", "", "IBM1140", 0, false },
	{ "a language behind it", "us-ascii*en", "", "CP1252", 0, false },
	{ "the bytes say which end comes first", "utf-16", "\0<\0p", "UTF-16BE", 4, false },
	{ "else it is the little one", "ucs-2", "<\0p\0", "UTF-16LE", 4, false },
	{ "a mark goes before the label", "gbk", "\xff\xfe<", "UTF-16LE", 3, false },
	{ "no label is UTF-8", "", "", "UTF-8", 0, false },
	{ "nobody knows it", "utf-9", "", "UTF-8", 0, true },
};

static void
knows_label(void **state)
{
	const struct label_row	*row = *state;
	struct charset		 charset = charset_of(span_of(row->label), (struct span){ row->bytes, row->len });

	assert_string_equal(charset.name, row->name);
	assert_int_equal(charset.known, !row->unknown);
}

static const struct text_row {
	const char *says, *label, *bytes, *text;
} text_rows[] = {
	{ "HZ shifts", "hz-gb-2312", "a~{<:Ky~}b", "a\xe5\xb7\xb1\xe6\x89\x80""b" },
	{ "HZ's shift of nothing", "hz", "<i~{~}mg>", "<img>" },
	{ "HZ's line continuation", "hz", "<i~\nmg>", "<img>" },
	{ "HZ's tilde", "hz", "~~x", "~x" },
	{ "a line end shifts HZ back", "hz", "~{<:\n<p>", "\xe5\xb7\xb1\n<p>" },
	{ "HZ may end anywhere", "hz", "a~", "a~" },
	{ "EBCDIC", "cp1140", "\x4c\x97\x6e", "<p>" },
	{ "UTF-7", "utf-7", "+ADw-p+AD4-", "<p>" },
	{ "UTF-7's plus", "utf-7", "a+-b", "a+b" },
	{ "a letter beyond the first plane in UTF-7", "utf-7", "+2D3eAA-", "\xf0\x9f\x98\x80" },
	{ "half of one", "utf-7", "+3gA-", "\xef\xbf\xbd" },
	{ "a shift of UTF-7 that breaks off", "utf-7", "+0000\n+ADw-p", "\xed\x8d\x8d\n<p" },
	{ "a plus at the end of UTF-7", "utf-7", "a+", "a+" },
};

static void
converts(void **state)
{
	const struct text_row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 bytes = arena_copy(arena, span_of(row->bytes));
	struct charset_text	 text;

	assert_int_equal(charset_decode(charset_of(span_of(row->label), SPAN_NONE), bytes, arena, &text), PW_OK);
	if (!span_eq(text.text, span_of(row->text)))
		fail_msg("%.*s", SPAN_ARG(text.text));
	arena_free(arena);
}

#define MS "http-equiv=Content-Type content='text/html; charset="

static const struct meta_row {
	const char	*says, *page;
	const char	*labels;	/* of meta elements, one behind the other */
} meta_rows[] = {
	{ "a meta element", "<head><meta charset=utf-7>", "utf-7 " },
	{ "in capitals, quoted, with blanks", "<META\n a='>' CHARSET = \" utf-7 \"/>", "utf-7 " },
	{ "a slash for a blank", "<meta/charset=utf-7>", "utf-7 " },
	{ "a content type", "<meta " MS "utf-7'>", "utf-7 " },
	{ "its content before its name", "<meta content=\"x;charset = 'utf-7' y\" http-equiv=content-type>", "utf-7 " },
	{ "charset goes before content", "<meta " MS "hz' charset=utf-7>", "utf-7 " },
	{ "the first of several", "<meta charset=utf-7 charset=hz>", "utf-7 " },
	{ "a meta element that a comment hides from some", "<!-- <meta charset=hz> --><meta charset=utf-7>", "hz utf-7 " },
	{ "one in the value of another", "<meta x='<meta charset=hz>' charset=utf-7>", "utf-7 hz " },
	{ "what an old program takes for one", "<p title=\"META HTTP-EQUIV=x CONTENT='charset=utf-7'\">", "utf-7 " },
	{ "the charset of a data: URL", "<img src='data:text/html;charset=utf-16le;base64,PABw'>", "" },
	{ "the charset of a data: URL in a sheet", "<style>@import 'data:text/css;charset=utf-16,x';@charset \"utf-16\";</style>", "" },
	{ "the charset of a script", "<script charset=utf-16 src=cid:x></script><a charset=utf-16>", "" },
	{ "a description", "<meta name=description content='charset=utf-16'>", "" },
	{ "a word in a text", "metal charset=utf-16, <metadata charset=utf-16> meta", "" },
	{ "a refresh to a charset", "<meta http-equiv=refresh content='9;url=cid:x?charsets'>", "" },
	{ "no label", "<meta charset><meta charset=><meta charset='", "" },
	{ "a tag that never ends", "<meta charset=utf-7", "utf-7 " },
};

static void
names_charset(void **state)
{
	const struct meta_row	*row = *state;
	char			 labels[64] = "";
	struct span		 label;
	size_t			 len = 0;

	for (size_t at = 0; meta_label_next(span_of(row->page), &at, &label) && len + label.len + 2 < sizeof(labels);) {
		memcpy(labels + len, label.at, label.len);
		len += label.len;
		labels[len++] = ' ';
	}
	assert_string_equal(labels, row->labels);
}

/* Each of them a reading; what makes no difference is none. */
static void
decoys_hide_no_charset(void **state)
{
	struct charset	choices[MOST_CHARSETS];
	struct span	page = SPAN("<!--<meta charset=hz><meta charset=cp500><meta charset=cp273><meta charset=cp277>"
			    "<meta charset=cp278><meta charset=cp280><meta charset=cp284><meta charset=cp285>"
			    "<meta charset=utf-16le><meta charset=utf-16be><meta charset=utf-32le><meta charset=latin1>"
			    "--><meta charset=iso-2022-jp>");
	size_t		count = charset_choices(SPAN_NONE, page, choices);
	bool		found = false;

	(void)state;
	assert_int_equal(count, MOST_CHARSETS);
	for (size_t i = 0; i < count; i++) {
		assert_string_not_equal(choices[i].name, "CP1252");
		found |= strcmp(choices[i].name, "ISO-2022-JP-3") == 0;
	}
	assert_true(found);
}

/* Behind a long sheet, too, and whatever it holds costs little. */
static void
a_long_head_is_searched(void **state)
{
	static char	page[1 << 20];
	struct span	label;
	size_t		at = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(page); i++)
		page[i] = "<meta "[i % 6];
	memcpy(page + 9000, "><meta charset=utf-7>", 21);
	while (meta_label_next((struct span){ page, sizeof(page) }, &at, &label))
		assert_true(span_eq(label, SPAN("utf-7")));
	assert_true(label.at == NULL || label.len == 0);
	at = 5000;
	assert_true(meta_label_next((struct span){ page, 10000 }, &at, &label));
}

static const struct guise_row {
	const char	*says, *text;
	size_t		 len;
	const char	*other;	/* one of its guises, or NULL: it has none */
} guise_rows[] = {
	{ "plain text is what it seems", "<p>a+b~c&d", 10, NULL },
	{ "without NULs", "<\0i\0mg>", 8, "<img>" },
	{ "without what is no UTF-8", "--\xc3><img>", 9, "--><img>" },
	{ "without a replacement", "--\xef\xbf\xbd>", 6, "-->" },
	{ "without escapes", "<i\033$)Bm\016g>", 10, "<img>" },
	{ "without an escape at the end", "<p>\033", 4, "<p>" },
	{ "with UTF-7 undone", "+ADw-p>", 7, "<p>" },
	{ "with IMAP's UTF-7 undone", "&ADw-p>", 7, "<p>" },
	{ "with HZ undone", "<i~{~}mg>", 9, "<img>" },
	{ "with EBCDIC undone", "\x4c\x88\xa3\xa3\x97\x6e", 6, "<http>" },
	{ "with a program's escapes undone", "\\x3cp\\u003e", 11, "<p>" },
};

static void
takes_guise(void **state)
{
	const struct guise_row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 text = arena_copy(arena, (struct span){ row->text, row->len }), other;
	bool			 seen = false;

	for (size_t i = 0; i < guise_count; i++) {
		assert_int_equal(guise_of(i, text, arena, &other), PW_OK);
		assert_true(row->other != NULL || other.at == NULL);
		seen = seen || (row->other != NULL && span_eq(other, span_of(row->other)));
	}
	assert_int_equal(seen, row->other != NULL);
	arena_free(arena);
}

static const struct context_row {
	const char *says, *text, *other;
} context_rows[] = {
	{ "an open quote ends at a tag", "<a title=\"<img src=x>", "'\"><a title=\"'\"><img src=x>" },
	{ "a comment is none", "<!--<p>", "'\">< !--'\"><p>" },
	{ "nor is a title one", "<TITLE><p>", "'\"><xTITLE>'\"><p>" },
	{ "an end tag and a lone bracket stay", "a < b</p>", "a < b</p>" },
	{ "a bracket at the end", "<p><", "'\"><p><" },
};

static void
forgets_context(void **state)
{
	const struct context_row	*row = *state;
	struct arena			*arena = arena_new(TEST_ARENA_BYTES);
	struct span			 other;

	assert_int_equal(guise_without_context(arena_copy(arena, span_of(row->text)), true, arena, &other), PW_OK);
	if (!span_eq(other, span_of(row->other)))
		fail_msg("%.*s", SPAN_ARG(other));
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(label_rows) + NITEMS(text_rows) + NITEMS(guise_rows) +
				    NITEMS(context_rows) + NITEMS(meta_rows) + 2] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(label_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = label_rows[i].says, .test_func = knows_label,
		    .initial_state = (void *)(uintptr_t)&label_rows[i] };
	for (size_t i = 0; i < NITEMS(text_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = text_rows[i].says, .test_func = converts,
		    .initial_state = (void *)(uintptr_t)&text_rows[i] };
	for (size_t i = 0; i < NITEMS(guise_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = guise_rows[i].says, .test_func = takes_guise,
		    .initial_state = (void *)(uintptr_t)&guise_rows[i] };
	for (size_t i = 0; i < NITEMS(context_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = context_rows[i].says, .test_func = forgets_context,
		    .initial_state = (void *)(uintptr_t)&context_rows[i] };
	for (size_t i = 0; i < NITEMS(meta_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = meta_rows[i].says, .test_func = names_charset,
		    .initial_state = (void *)(uintptr_t)&meta_rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(decoys_hide_no_charset);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_long_head_is_searched);
	return cmocka_run_group_tests_name("charset", tests, NULL, NULL);
}

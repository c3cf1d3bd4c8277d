#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* Labels of the WHATWG Encoding standard, 4.2, and those that mail adds; the first of a group of one target is its
 * usual name. Sorted only for people: there are few, and a part has one. */
static const struct label {
	const char		*label, *target;
	enum charset_class	 class;
} labels[] = {
	{ "utf-8",		"UTF-8",	CHARSET_UTF8 },
	{ "utf8",		"UTF-8",	CHARSET_UTF8 },
	{ "unicode-1-1-utf-8",	"UTF-8",	CHARSET_UTF8 },
	{ "unicode11utf8",	"UTF-8",	CHARSET_UTF8 },
	{ "unicode20utf8",	"UTF-8",	CHARSET_UTF8 },
	{ "x-unicode20utf8",	"UTF-8",	CHARSET_UTF8 },
	{ "us-ascii",		"CP1252",	CHARSET_SINGLE },
	{ "ascii",		"CP1252",	CHARSET_SINGLE },
	{ "ansi_x3.4-1968",	"CP1252",	CHARSET_SINGLE },
	{ "iso-8859-1",		"CP1252",	CHARSET_SINGLE },
	{ "iso8859-1",		"CP1252",	CHARSET_SINGLE },
	{ "iso_8859-1",		"CP1252",	CHARSET_SINGLE },
	{ "iso88591",		"CP1252",	CHARSET_SINGLE },
	{ "iso_8859-1:1987",	"CP1252",	CHARSET_SINGLE },
	{ "latin1",		"CP1252",	CHARSET_SINGLE },
	{ "l1",			"CP1252",	CHARSET_SINGLE },
	{ "cp819",		"CP1252",	CHARSET_SINGLE },
	{ "ibm819",		"CP1252",	CHARSET_SINGLE },
	{ "windows-1252",	"CP1252",	CHARSET_SINGLE },
	{ "cp1252",		"CP1252",	CHARSET_SINGLE },
	{ "x-cp1252",		"CP1252",	CHARSET_SINGLE },
	{ "iso-8859-2",		"ISO-8859-2",	CHARSET_SINGLE },
	{ "iso8859-2",		"ISO-8859-2",	CHARSET_SINGLE },
	{ "latin2",		"ISO-8859-2",	CHARSET_SINGLE },
	{ "iso-8859-3",		"ISO-8859-3",	CHARSET_SINGLE },
	{ "iso-8859-4",		"ISO-8859-4",	CHARSET_SINGLE },
	{ "iso-8859-5",		"ISO-8859-5",	CHARSET_SINGLE },
	{ "iso-8859-6",		"ISO-8859-6",	CHARSET_SINGLE },
	{ "iso-8859-7",		"ISO-8859-7",	CHARSET_SINGLE },
	{ "greek",		"ISO-8859-7",	CHARSET_SINGLE },
	{ "iso-8859-8",		"ISO-8859-8",	CHARSET_SINGLE },
	{ "iso-8859-8-i",	"ISO-8859-8",	CHARSET_SINGLE },
	{ "iso-8859-9",		"CP1254",	CHARSET_SINGLE },
	{ "latin5",		"CP1254",	CHARSET_SINGLE },
	{ "iso-8859-10",	"ISO-8859-10",	CHARSET_SINGLE },
	{ "iso-8859-11",	"CP874",	CHARSET_SINGLE },
	{ "tis-620",		"CP874",	CHARSET_SINGLE },
	{ "windows-874",	"CP874",	CHARSET_SINGLE },
	{ "iso-8859-13",	"ISO-8859-13",	CHARSET_SINGLE },
	{ "iso-8859-14",	"ISO-8859-14",	CHARSET_SINGLE },
	{ "iso-8859-15",	"ISO-8859-15",	CHARSET_SINGLE },
	{ "latin-9",		"ISO-8859-15",	CHARSET_SINGLE },
	{ "latin9",		"ISO-8859-15",	CHARSET_SINGLE },
	{ "iso-8859-16",	"ISO-8859-16",	CHARSET_SINGLE },
	{ "koi8-r",		"KOI8-R",	CHARSET_SINGLE },
	{ "koi8",		"KOI8-R",	CHARSET_SINGLE },
	{ "koi8-u",		"KOI8-U",	CHARSET_SINGLE },
	{ "koi8-ru",		"KOI8-U",	CHARSET_SINGLE },
	{ "macintosh",		"MACINTOSH",	CHARSET_SINGLE },
	{ "x-mac-roman",	"MACINTOSH",	CHARSET_SINGLE },
	{ "ibm866",		"CP866",	CHARSET_SINGLE },
	{ "cp866",		"CP866",	CHARSET_SINGLE },
	{ "cp437",		"CP437",	CHARSET_SINGLE },
	{ "ibm437",		"CP437",	CHARSET_SINGLE },
	{ "ibm850",		"CP850",	CHARSET_SINGLE },
	{ "cp850",		"CP850",	CHARSET_SINGLE },
	{ "windows-1250",	"CP1250",	CHARSET_SINGLE },
	{ "cp1250",		"CP1250",	CHARSET_SINGLE },
	{ "windows-1251",	"CP1251",	CHARSET_SINGLE },
	{ "cp1251",		"CP1251",	CHARSET_SINGLE },
	{ "windows-1253",	"CP1253",	CHARSET_SINGLE },
	{ "cp1253",		"CP1253",	CHARSET_SINGLE },
	{ "windows-1254",	"CP1254",	CHARSET_SINGLE },
	{ "cp1254",		"CP1254",	CHARSET_SINGLE },
	{ "windows-1255",	"CP1255",	CHARSET_SINGLE },
	{ "cp1255",		"CP1255",	CHARSET_SINGLE },
	{ "windows-1256",	"CP1256",	CHARSET_SINGLE },
	{ "cp1256",		"CP1256",	CHARSET_SINGLE },
	{ "windows-1257",	"CP1257",	CHARSET_SINGLE },
	{ "cp1257",		"CP1257",	CHARSET_SINGLE },
	{ "windows-1258",	"CP1258",	CHARSET_SINGLE },
	{ "cp1258",		"CP1258",	CHARSET_SINGLE },
	{ "gb2312",		"GB18030",	CHARSET_MULTI },
	{ "gb_2312-80",		"GB18030",	CHARSET_MULTI },
	{ "x-gbk",		"GB18030",	CHARSET_MULTI },
	{ "gbk",		"GB18030",	CHARSET_MULTI },
	{ "cp936",		"GB18030",	CHARSET_MULTI },
	{ "chinese",		"GB18030",	CHARSET_MULTI },
	{ "gb18030",		"GB18030",	CHARSET_MULTI },
	{ "big5",		"BIG5-HKSCS",	CHARSET_MULTI },
	{ "big5-hkscs",		"BIG5-HKSCS",	CHARSET_MULTI },
	{ "cn-big5",		"BIG5-HKSCS",	CHARSET_MULTI },
	{ "x-x-big5",		"BIG5-HKSCS",	CHARSET_MULTI },
	{ "cp950",		"BIG5-HKSCS",	CHARSET_MULTI },
	{ "shift_jis",		"CP932",	CHARSET_MULTI },
	{ "shift-jis",		"CP932",	CHARSET_MULTI },
	{ "sjis",		"CP932",	CHARSET_MULTI },
	{ "x-sjis",		"CP932",	CHARSET_MULTI },
	{ "ms_kanji",		"CP932",	CHARSET_MULTI },
	{ "windows-31j",	"CP932",	CHARSET_MULTI },
	{ "cp932",		"CP932",	CHARSET_MULTI },
	{ "euc-jp",		"EUC-JP",	CHARSET_MULTI },
	{ "x-euc-jp",		"EUC-JP",	CHARSET_MULTI },
	{ "euc-kr",		"CP949",	CHARSET_MULTI },
	{ "ks_c_5601-1987",	"CP949",	CHARSET_MULTI },
	{ "korean",		"CP949",	CHARSET_MULTI },
	{ "windows-949",	"CP949",	CHARSET_MULTI },
	{ "cp949",		"CP949",	CHARSET_MULTI },
	{ "euc-tw",		"EUC-TW",	CHARSET_MULTI },
	{ "iso-2022-jp",	"ISO-2022-JP-3", CHARSET_STATEFUL },
	{ "csiso2022jp",	"ISO-2022-JP-3", CHARSET_STATEFUL },
	{ "iso-2022-jp-1",	"ISO-2022-JP-3", CHARSET_STATEFUL },
	{ "iso-2022-jp-2",	"ISO-2022-JP-2", CHARSET_STATEFUL },
	{ "iso-2022-kr",	"ISO-2022-KR",	CHARSET_STATEFUL },
	{ "csiso2022kr",	"ISO-2022-KR",	CHARSET_STATEFUL },
	{ "iso-2022-cn",	"ISO-2022-CN",	CHARSET_STATEFUL },
	{ "iso-2022-cn-ext",	"ISO-2022-CN-EXT", CHARSET_STATEFUL },
	{ "utf-7",		"UTF-7",	CHARSET_STATEFUL },
	{ "utf7",		"UTF-7",	CHARSET_STATEFUL },
	{ "unicode-1-1-utf-7",	"UTF-7",	CHARSET_STATEFUL },
	{ "x-unicode-2-0-utf-7", "UTF-7",	CHARSET_STATEFUL },
	{ "csunicode11utf7",	"UTF-7",	CHARSET_STATEFUL },
	{ "utf-16",		"UTF-16LE",	CHARSET_STATEFUL },
	{ "utf-16le",		"UTF-16LE",	CHARSET_STATEFUL },
	{ "unicode",		"UTF-16LE",	CHARSET_STATEFUL },
	{ "ucs-2",		"UTF-16LE",	CHARSET_STATEFUL },
	{ "iso-10646-ucs-2",	"UTF-16LE",	CHARSET_STATEFUL },
	{ "csunicode",		"UTF-16LE",	CHARSET_STATEFUL },
	{ "unicodefeff",	"UTF-16LE",	CHARSET_STATEFUL },
	{ "utf-16be",		"UTF-16BE",	CHARSET_STATEFUL },
	{ "unicodefffe",	"UTF-16BE",	CHARSET_STATEFUL },
	{ "utf-32",		"UTF-32",	CHARSET_STATEFUL },
	{ "utf-32le",		"UTF-32LE",	CHARSET_STATEFUL },
	{ "utf-32be",		"UTF-32BE",	CHARSET_STATEFUL },
	{ "ucs-4",		"UTF-32BE",	CHARSET_STATEFUL },
	{ "ibm037",		"IBM037",	CHARSET_STATEFUL },
	{ "cp037",		"IBM037",	CHARSET_STATEFUL },
	{ "ebcdic-cp-us",	"IBM037",	CHARSET_STATEFUL },
	{ "ibm1047",		"IBM1047",	CHARSET_STATEFUL },
	{ "ibm500",		"IBM500",	CHARSET_STATEFUL },
	{ "cp500",		"IBM500",	CHARSET_STATEFUL },
};

static const struct {
	const char	*mark;
	size_t		 len;
	struct charset	 charset;
} marks[] = {
	{ "\xef\xbb\xbf",	3, { "UTF-8",	 CHARSET_UTF8,	   true } },
	{ "\xff\xfe\0\0",	4, { "UTF-32LE", CHARSET_STATEFUL, true } },
	{ "\0\0\xfe\xff",	4, { "UTF-32BE", CHARSET_STATEFUL, true } },
	{ "\xff\xfe",		2, { "UTF-16LE", CHARSET_STATEFUL, true } },
	{ "\xfe\xff",		2, { "UTF-16BE", CHARSET_STATEFUL, true } },
};

struct charset
charset_of(struct span label, struct span bytes)
{
	label = span_trim(label);
	for (size_t i = 0; i < NITEMS(marks); i++)
		if (span_starts(bytes, (struct span){ marks[i].mark, marks[i].len }))
			return marks[i].charset;
	if (label.len == 0)
		return (struct charset){ "UTF-8", CHARSET_UTF8, true };
	for (size_t i = 0; i < NITEMS(labels); i++)
		if (span_eq_nocase(label, span_of(labels[i].label)))
			return (struct charset){ labels[i].target, labels[i].class, true };
	return (struct charset){ "UTF-8", CHARSET_UTF8, false };
}

/* <meta charset=x>, or the same inside a content attribute, near the beginning. */
static struct span
meta_label(struct span bytes)
{
	struct span	head = span_cut(bytes, 0, 2048);
	size_t		at = span_find_nocase(head, SPAN("charset"), 0) + 7, end;

	while (at < head.len && (ascii_space(head.at[at]) || strchr("=\"'", head.at[at]) != NULL))
		at++;
	for (end = at; end < head.len && !ascii_space(head.at[end]) && strchr("\"'>;/", head.at[end]) == NULL;)
		end++;
	return at < head.len ? span_cut(head, at, end) : SPAN_NONE;
}

size_t
charset_choices(struct span label, struct span bytes, struct charset choices[MOST_CHARSETS])
{
	struct charset	others[] = { charset_of(label, SPAN_NONE), charset_of(meta_label(bytes), SPAN_NONE) };
	size_t		count = 1;

	choices[0] = charset_of(label, bytes);
	for (size_t i = 0; i < NITEMS(others); i++) {
		bool known = others[i].known && (i == 0 || meta_label(bytes).len > 0);

		/* ASCII means ASCII in all but the stateful ones: only those change where a tag begins. */
		if (choices[0].class != CHARSET_STATEFUL && others[i].class != CHARSET_STATEFUL)
			continue;
		for (size_t k = 0; k < count; k++)
			known = known && strcmp(choices[k].name, others[i].name) != 0;
		if (known)
			choices[count++] = others[i];
	}
	return count;
}

static bool
is_ascii(struct span bytes)
{
	unsigned char all = 0;

	for (size_t i = 0; i < bytes.len; i++)
		all |= (unsigned char)bytes.at[i];
	return all < 0x80;
}

/* Most UTF-8 bytes that one step of a converter gives: two characters of four. */
#define STEP_BYTES	8
static const char replacement[] = "\xef\xbf\xbd";

/*
 * Convert character by character, so that the map is exact: hand the converter one byte more until it takes them.
 * Shift sequences take bytes and give none.
 */
static enum pw_err
convert(iconv_t converter, struct span in, bool with_map, struct arena *arena, struct charset_text *out)
{
	size_t		 most = in.len * 3 + STEP_BYTES + 1, len = 0;
	char		*text = arena_alloc(arena, most);
	uint32_t	*map = with_map ? arena_array(arena, most, sizeof(*map)) : NULL;

	if (text == NULL || (with_map && map == NULL))
		return PW_ENOMEM;
	for (size_t at = 0; at < in.len;) {
		char	piece[STEP_BYTES * 2];
		size_t	made = 0, taken = 0;

		for (size_t want = 1; want <= 8 && at + want <= in.len && taken == 0; want++) {
			char	*from = (char *)(uintptr_t)(in.at + at), *to = piece;
			size_t	 left = want, room = sizeof(piece);

			if (iconv(converter, &from, &left, &to, &room) == (size_t)-1 && errno == EILSEQ &&
			    left == want)
				break;
			taken = want - left;
			made = sizeof(piece) - room;
		}
		if (taken == 0) {
			taken = 1;
			made = sizeof(replacement) - 1;
			memcpy(piece, replacement, made);
		}
		if (len + made >= most) {
			/* Nothing that is a charset grows more than threefold; cut rather than overrun. */
			break;
		}
		for (size_t i = 0; i < made; i++) {
			if (map != NULL)
				map[len] = (uint32_t)at;
			text[len++] = piece[i];
		}
		at += taken;
	}
	if (map != NULL)
		map[len] = (uint32_t)in.len;
	out->text = (struct span){ text, len };
	out->map = map;
	return PW_OK;
}

/* UTF-8 of one byte of a single-byte charset. */
struct letter {
	char	text[4];
	uint8_t	len;
};

/* One byte, one character: ask the converter once for each of the upper half. */
static enum pw_err
convert_single(iconv_t converter, struct span in, struct arena *arena, struct charset_text *out)
{
	struct letter	 letters[128];
	size_t		 most = in.len * 3 + STEP_BYTES, len = 0;
	char		*text = arena_alloc(arena, most);
	uint32_t	*map = arena_array(arena, most, sizeof(*map));

	if (text == NULL || map == NULL)
		return PW_ENOMEM;
	for (unsigned i = 0; i < NITEMS(letters); i++) {
		char	byte = (char)(i + 128), *from = &byte, *to = letters[i].text;
		size_t	left = 1, room = 3;

		if (iconv(converter, &from, &left, &to, &room) == (size_t)-1) {
			memcpy(letters[i].text, replacement, 3);
			room = 0;
			iconv(converter, NULL, NULL, NULL, NULL);
		}
		letters[i].len = (uint8_t)(3 - room);
	}
	for (size_t i = 0; i < in.len; i++) {
		unsigned char byte = (unsigned char)in.at[i];

		if (byte < 128) {
			map[len] = (uint32_t)i;
			text[len++] = in.at[i];
			continue;
		}
		for (size_t k = 0; k < letters[byte - 128].len; k++) {
			map[len] = (uint32_t)i;
			text[len++] = letters[byte - 128].text[k];
		}
	}
	map[len] = (uint32_t)in.len;
	out->text = (struct span){ text, len };
	out->map = map;
	return PW_OK;
}

/* Stateful text goes through in large steps. */
static enum pw_err
convert_whole(iconv_t converter, struct span in, struct arena *arena, struct charset_text *out)
{
	size_t	 most = in.len * 4 + 16, room = most, left = in.len;
	char	*text = arena_alloc(arena, most), *to = text, *from = (char *)(uintptr_t)in.at;

	if (text == NULL)
		return PW_ENOMEM;
	while (left > 0 && iconv(converter, &from, &left, &to, &room) == (size_t)-1 && room > sizeof(replacement)) {
		if (errno == E2BIG)
			break;
		memcpy(to, replacement, sizeof(replacement) - 1);
		to += sizeof(replacement) - 1;
		room -= sizeof(replacement) - 1;
		from++;
		left--;
	}
	out->text = (struct span){ text, (size_t)(to - text) };
	return PW_OK;
}

enum pw_err
charset_decode(struct charset charset, struct span bytes, struct arena *arena, struct charset_text *out)
{
	*out = (struct charset_text){ .text = bytes };
	if (charset.class == CHARSET_UTF8 || (charset.class != CHARSET_STATEFUL && is_ascii(bytes)))
		return PW_OK;
	iconv_t converter = iconv_open("UTF-8", charset.name);
	if (converter == (iconv_t)-1)
		return PW_OK;
	enum pw_err err = charset.class == CHARSET_STATEFUL ? convert_whole(converter, bytes, arena, out) :
	    charset.class == CHARSET_SINGLE ? convert_single(converter, bytes, arena, out) :
	    convert(converter, bytes, true, arena, out);
	iconv_close(converter);
	return err;
}

void
charset_prepare(void)
{
	for (size_t i = 0; i < NITEMS(labels); i++) {
		iconv_t converter = iconv_open("UTF-8", labels[i].target);

		if (converter != (iconv_t)-1)
			iconv_close(converter);
	}
}

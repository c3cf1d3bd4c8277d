#include "charset.h"

#include <pixelward/base/utf8.h>

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "metalabel.h"
#include "transfer.h"

/*
 * Labels of the WHATWG Encoding standard, 4.2, and those that mail and mail programs add, in the form that plain_label()
 * gives them. UTF-16 and UTF-32 without an end of their own are settled by the bytes.
 */
static const struct label {
	const char		*label, *target;
	enum charset_class	 class;
} labels[] = {
	{ "utf8",		"UTF-8",		CHARSET_UTF8 },
	{ "unicode11utf8",	"UTF-8",		CHARSET_UTF8 },
	{ "unicode20utf8",	"UTF-8",		CHARSET_UTF8 },
	{ "utf8sig",		"UTF-8",		CHARSET_UTF8 },
	{ "utf8mb4",		"UTF-8",		CHARSET_UTF8 },
	{ "cp65001",		"UTF-8",		CHARSET_UTF8 },
	{ "usascii",		"CP1252",		CHARSET_SINGLE },
	{ "ascii",		"CP1252",		CHARSET_SINGLE },
	{ "ansix341968",	"CP1252",		CHARSET_SINGLE },
	{ "iso88591",		"CP1252",		CHARSET_SINGLE },
	{ "iso885911987",	"CP1252",		CHARSET_SINGLE },
	{ "latin1",		"CP1252",		CHARSET_SINGLE },
	{ "l1",			"CP1252",		CHARSET_SINGLE },
	{ "cp819",		"CP1252",		CHARSET_SINGLE },
	{ "windows1252",	"CP1252",		CHARSET_SINGLE },
	{ "cp1252",		"CP1252",		CHARSET_SINGLE },
	{ "iso88592",		"ISO-8859-2",		CHARSET_SINGLE },
	{ "latin2",		"ISO-8859-2",		CHARSET_SINGLE },
	{ "iso88593",		"ISO-8859-3",		CHARSET_SINGLE },
	{ "iso88594",		"ISO-8859-4",		CHARSET_SINGLE },
	{ "iso88595",		"ISO-8859-5",		CHARSET_SINGLE },
	{ "iso88596",		"ISO-8859-6",		CHARSET_SINGLE },
	{ "iso88597",		"ISO-8859-7",		CHARSET_SINGLE },
	{ "greek",		"ISO-8859-7",		CHARSET_SINGLE },
	{ "iso88598",		"ISO-8859-8",		CHARSET_SINGLE },
	{ "iso88598i",		"ISO-8859-8",		CHARSET_SINGLE },
	{ "iso88599",		"CP1254",		CHARSET_SINGLE },
	{ "latin5",		"CP1254",		CHARSET_SINGLE },
	{ "iso885910",		"ISO-8859-10",		CHARSET_SINGLE },
	{ "iso885911",		"CP874",		CHARSET_SINGLE },
	{ "tis620",		"CP874",		CHARSET_SINGLE },
	{ "windows874",		"CP874",		CHARSET_SINGLE },
	{ "cp874",		"CP874",		CHARSET_SINGLE },
	{ "iso885913",		"ISO-8859-13",		CHARSET_SINGLE },
	{ "iso885914",		"ISO-8859-14",		CHARSET_SINGLE },
	{ "iso885915",		"ISO-8859-15",		CHARSET_SINGLE },
	{ "latin9",		"ISO-8859-15",		CHARSET_SINGLE },
	{ "iso885916",		"ISO-8859-16",		CHARSET_SINGLE },
	{ "koi8r",		"KOI8-R",		CHARSET_SINGLE },
	{ "koi8",		"KOI8-R",		CHARSET_SINGLE },
	{ "koi8u",		"KOI8-U",		CHARSET_SINGLE },
	{ "koi8ru",		"KOI8-U",		CHARSET_SINGLE },
	{ "macintosh",		"MACINTOSH",		CHARSET_SINGLE },
	{ "mac",		"MACINTOSH",		CHARSET_SINGLE },
	{ "macroman",		"MACINTOSH",		CHARSET_SINGLE },
	{ "maccyrillic",	"MAC-CYRILLIC",		CHARSET_SINGLE },
	{ "macukrainian",	"MAC-CYRILLIC",		CHARSET_SINGLE },
	{ "cp866",		"CP866",		CHARSET_SINGLE },
	{ "cp437",		"CP437",		CHARSET_SINGLE },
	{ "cp850",		"CP850",		CHARSET_SINGLE },
	{ "cp852",		"CP852",		CHARSET_SINGLE },
	{ "cp855",		"CP855",		CHARSET_SINGLE },
	{ "cp858",		"CP858",		CHARSET_SINGLE },
	{ "windows1250",	"CP1250",		CHARSET_SINGLE },
	{ "cp1250",		"CP1250",		CHARSET_SINGLE },
	{ "windows1251",	"CP1251",		CHARSET_SINGLE },
	{ "cp1251",		"CP1251",		CHARSET_SINGLE },
	{ "windows1253",	"CP1253",		CHARSET_SINGLE },
	{ "cp1253",		"CP1253",		CHARSET_SINGLE },
	{ "windows1254",	"CP1254",		CHARSET_SINGLE },
	{ "cp1254",		"CP1254",		CHARSET_SINGLE },
	{ "windows1255",	"CP1255",		CHARSET_SINGLE },
	{ "cp1255",		"CP1255",		CHARSET_SINGLE },
	{ "windows1256",	"CP1256",		CHARSET_SINGLE },
	{ "cp1256",		"CP1256",		CHARSET_SINGLE },
	{ "windows1257",	"CP1257",		CHARSET_SINGLE },
	{ "cp1257",		"CP1257",		CHARSET_SINGLE },
	{ "windows1258",	"CP1258",		CHARSET_SINGLE },
	{ "cp1258",		"CP1258",		CHARSET_SINGLE },
	{ "gb2312",		"GB18030",		CHARSET_MULTI },
	{ "gb231280",		"GB18030",		CHARSET_MULTI },
	{ "gbk",		"GB18030",		CHARSET_MULTI },
	{ "cp936",		"GB18030",		CHARSET_MULTI },
	{ "chinese",		"GB18030",		CHARSET_MULTI },
	{ "euccn",		"GB18030",		CHARSET_MULTI },
	{ "gb18030",		"GB18030",		CHARSET_MULTI },
	{ "big5",		"BIG5-HKSCS",		CHARSET_MULTI },
	{ "big5hkscs",		"BIG5-HKSCS",		CHARSET_MULTI },
	{ "cnbig5",		"BIG5-HKSCS",		CHARSET_MULTI },
	{ "xbig5",		"BIG5-HKSCS",		CHARSET_MULTI },
	{ "cp950",		"BIG5-HKSCS",		CHARSET_MULTI },
	{ "shiftjis",		"CP932",		CHARSET_MULTI },
	{ "sjis",		"CP932",		CHARSET_MULTI },
	{ "mskanji",		"CP932",		CHARSET_MULTI },
	{ "windows31j",		"CP932",		CHARSET_MULTI },
	{ "cp932",		"CP932",		CHARSET_MULTI },
	{ "macjapanese",	"CP932",		CHARSET_MULTI },
	{ "eucjp",		"EUC-JP",		CHARSET_MULTI },
	{ "euckr",		"CP949",		CHARSET_MULTI },
	{ "ksc56011987",	"CP949",		CHARSET_MULTI },
	{ "ksc5601",		"CP949",		CHARSET_MULTI },
	{ "korean",		"CP949",		CHARSET_MULTI },
	{ "windows949",		"CP949",		CHARSET_MULTI },
	{ "cp949",		"CP949",		CHARSET_MULTI },
	{ "johab",		"JOHAB",		CHARSET_MULTI },
	{ "cp1361",		"JOHAB",		CHARSET_MULTI },
	{ "euctw",		"EUC-TW",		CHARSET_MULTI },
	{ "iso2022jp",		"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "csiso2022jp",	"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "iso2022jp1",		"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "iso2022jp2",		"ISO-2022-JP-2",	CHARSET_STATEFUL },
	{ "iso2022jp3",		"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "iso2022jpext",	"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "iso2022jp2004",	"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "cp50220",		"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "cp50221",		"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "cp50222",		"ISO-2022-JP-3",	CHARSET_STATEFUL },
	{ "iso2022kr",		"ISO-2022-KR",		CHARSET_STATEFUL },
	{ "csiso2022kr",	"ISO-2022-KR",		CHARSET_STATEFUL },
	{ "iso2022cn",		"ISO-2022-CN",		CHARSET_STATEFUL },
	{ "iso2022cnext",	"ISO-2022-CN-EXT",	CHARSET_STATEFUL },
	{ "hzgb2312",		"HZ",			CHARSET_STATEFUL },
	{ "hzgb",		"HZ",			CHARSET_STATEFUL },
	{ "hz",			"HZ",			CHARSET_STATEFUL },
	{ "utf7",		"UTF-7",		CHARSET_STATEFUL },
	{ "unicode11utf7",	"UTF-7",		CHARSET_STATEFUL },
	{ "unicode20utf7",	"UTF-7",		CHARSET_STATEFUL },
	{ "csunicode11utf7",	"UTF-7",		CHARSET_STATEFUL },
	{ "cp65000",		"UTF-7",		CHARSET_STATEFUL },
	{ "utf16",		"UTF-16",		CHARSET_WIDE },
	{ "unicode",		"UTF-16",		CHARSET_WIDE },
	{ "ucs2",		"UTF-16",		CHARSET_WIDE },
	{ "iso10646ucs2",	"UTF-16",		CHARSET_WIDE },
	{ "csunicode",		"UTF-16",		CHARSET_WIDE },
	{ "utf16le",		"UTF-16LE",		CHARSET_WIDE },
	{ "ucs2le",		"UTF-16LE",		CHARSET_WIDE },
	{ "unicodefeff",	"UTF-16LE",		CHARSET_WIDE },
	{ "cp1200",		"UTF-16LE",		CHARSET_WIDE },
	{ "utf16be",		"UTF-16BE",		CHARSET_WIDE },
	{ "ucs2be",		"UTF-16BE",		CHARSET_WIDE },
	{ "unicodefffe",	"UTF-16BE",		CHARSET_WIDE },
	{ "cp1201",		"UTF-16BE",		CHARSET_WIDE },
	{ "utf32",		"UTF-32",		CHARSET_WIDE },
	{ "ucs4",		"UTF-32",		CHARSET_WIDE },
	{ "iso10646ucs4",	"UTF-32",		CHARSET_WIDE },
	{ "utf32le",		"UTF-32LE",		CHARSET_WIDE },
	{ "cp12000",		"UTF-32LE",		CHARSET_WIDE },
	{ "utf32be",		"UTF-32BE",		CHARSET_WIDE },
	{ "cp12001",		"UTF-32BE",		CHARSET_WIDE },
	{ "ebcdic",		"IBM037",		CHARSET_WIDE },
	{ "ebcdiccpus",		"IBM037",		CHARSET_WIDE },
	{ "cp37",		"IBM037",		CHARSET_WIDE },
	{ "cp273",		"IBM273",		CHARSET_WIDE },
	{ "cp277",		"IBM277",		CHARSET_WIDE },
	{ "cp278",		"IBM278",		CHARSET_WIDE },
	{ "cp280",		"IBM280",		CHARSET_WIDE },
	{ "cp284",		"IBM284",		CHARSET_WIDE },
	{ "cp285",		"IBM285",		CHARSET_WIDE },
	{ "cp297",		"IBM297",		CHARSET_WIDE },
	{ "cp424",		"IBM424",		CHARSET_WIDE },
	{ "cp500",		"IBM500",		CHARSET_WIDE },
	{ "cp870",		"IBM870",		CHARSET_WIDE },
	{ "cp871",		"IBM871",		CHARSET_WIDE },
	{ "cp1026",		"IBM1026",		CHARSET_WIDE },
	{ "cp1047",		"IBM1047",		CHARSET_WIDE },
	{ "cp1140",		"IBM1140",		CHARSET_WIDE },
	{ "cp1141",		"IBM1141",		CHARSET_WIDE },
	{ "cp1142",		"IBM1142",		CHARSET_WIDE },
	{ "cp1143",		"IBM1143",		CHARSET_WIDE },
	{ "cp1144",		"IBM1144",		CHARSET_WIDE },
	{ "cp1145",		"IBM1145",		CHARSET_WIDE },
	{ "cp1146",		"IBM1146",		CHARSET_WIDE },
	{ "cp1147",		"IBM1147",		CHARSET_WIDE },
	{ "cp1148",		"IBM1148",		CHARSET_WIDE },
	{ "cp1149",		"IBM1149",		CHARSET_WIDE },
};

static const struct {
	const char	*mark;
	size_t		 len;
	struct charset	 charset;
} marks[] = {
	{ "\xef\xbb\xbf",	3, { "UTF-8",	 CHARSET_UTF8,	   true } },
	{ "\xff\xfe\0\0",	4, { "UTF-32LE", CHARSET_WIDE, true } },
	{ "\0\0\xfe\xff",	4, { "UTF-32BE", CHARSET_WIDE, true } },
	{ "\xff\xfe",		2, { "UTF-16LE", CHARSET_WIDE, true } },
	{ "\xfe\xff",		2, { "UTF-16BE", CHARSET_WIDE, true } },
};

/* Programs agree on names only after dropping what some of them leave out: "UTF_16-le", "x-utf-16LE", "ibm-037". */
static struct span
plain_label(struct span label, char *out, size_t most)
{
	size_t len = 0;

	label = span_trim(span_cut(label, 0, span_find_char(label, '*', 0)));
	for (size_t i = 0; i < label.len && len < most; i++) {
		char	c = ascii_lower(label.at[i]);
		bool	first_zero = c == '0' && len > 0 && !ascii_digit(out[len - 1]) && i + 1 < label.len;

		if ((ascii_alpha(c) || ascii_digit(c)) && !first_zero)
			out[len++] = c;
		if (len == 1 && c == 'x' && i + 1 < label.len && label.at[i + 1] == '-')
			len = 0;
	}
	/* IBM's code pages go by two names. */
	if (len > 3 && span_starts((struct span){ out, len }, SPAN("ibm")) && ascii_digit(out[3])) {
		memcpy(out, "cp", 2);
		memmove(out + 2, out + 3, --len - 2);
	}
	return (struct span){ out, len };
}

/* UTF-16 or UTF-32 that does not say which end comes first: where the NULs of its first ASCII character are. */
static const char *
with_end(const char *target, struct span bytes)
{
	bool big = bytes.len > 1 && bytes.at[0] == '\0';

	if (strcmp(target, "UTF-16") == 0)
		return big ? "UTF-16BE" : "UTF-16LE";
	if (strcmp(target, "UTF-32") == 0)
		return big ? "UTF-32BE" : "UTF-32LE";
	return target;
}

struct charset
charset_of(struct span label, struct span bytes)
{
	char		room[32];
	struct span	plain = plain_label(label, room, sizeof(room));

	for (size_t i = 0; i < NITEMS(marks); i++)
		if (span_starts(bytes, (struct span){ marks[i].mark, marks[i].len }))
			return marks[i].charset;
	if (span_trim(label).len == 0)
		return (struct charset){ "UTF-8", CHARSET_UTF8, true };
	for (size_t i = 0; i < NITEMS(labels); i++)
		if (span_eq(plain, span_of(labels[i].label)))
			return (struct charset){ with_end(labels[i].target, bytes), labels[i].class, true };
	return (struct charset){ "UTF-8", CHARSET_UTF8, false };
}

bool
charset_has_doubtful_slash(struct span bytes)
{
	for (size_t at = 0; (at = span_find_char(bytes, '\\', at)) < bytes.len; at++)
		if (at > 0 && (unsigned char)bytes.at[at - 1] >= 0x80)
			return true;
	return false;
}

/* ASCII means ASCII in all but these: only they change where a tag begins. */
static bool
moves_ascii(struct charset charset)
{
	return charset.class == CHARSET_STATEFUL || charset.class == CHARSET_WIDE;
}

static bool
may_differ(struct charset charset, struct span bytes)
{
	return moves_ascii(charset) || (charset.class == CHARSET_MULTI && charset_has_doubtful_slash(bytes));
}

/* XML without a mark begins with "<", and its parsers look at how wide that is. */
static struct charset
charset_by_width(struct span bytes)
{
	if (span_starts(bytes, (struct span){ "<\0", 2 }))
		return (struct charset){ "UTF-16LE", CHARSET_WIDE, true };
	return (struct charset){ "UTF-16BE", CHARSET_WIDE, span_starts(bytes, (struct span){ "\0<", 2 }) };
}

/* One choice more, if it makes a difference and is a new one. */
static void
choice_add(struct charset choices[MOST_CHARSETS], size_t *count, struct charset other, struct span bytes)
{
	if (!other.known || *count == MOST_CHARSETS || (!may_differ(choices[0], bytes) && !may_differ(other, bytes)))
		return;
	other.name = with_end(other.name, bytes);
	for (size_t i = 0; i < *count; i++)
		if (strcmp(choices[i].name, other.name) == 0)
			return;
	choices[(*count)++] = other;
}

/* Every meta element counts. Wide charsets last: there are many, and browsers believe none that stands in ASCII. */
static void
choices_add_meta(struct charset choices[MOST_CHARSETS], size_t *count, struct span bytes)
{
	struct span label;

	for (int wide = 0; wide <= 1; wide++)
		for (size_t at = 0; meta_label_next(bytes, &at, &label);) {
			struct charset other = charset_of(label, SPAN_NONE);

			if ((other.class == CHARSET_WIDE) == wide)
				choice_add(choices, count, other, bytes);
		}
}

size_t
charset_choices(struct span label, struct span bytes, struct charset choices[MOST_CHARSETS])
{
	size_t count = 1;

	choices[0] = charset_of(label, bytes);
	if (span_trim(label).len > 0)
		choice_add(choices, &count, charset_of(label, SPAN_NONE), bytes);
	/* A tag of one byte each, where the label speaks of wider ones: clients then read the bytes. */
	if (choices[0].class == CHARSET_WIDE && memchr(bytes.at, '<', bytes.len) != NULL &&
	    memchr(bytes.at, '\0', bytes.len) == NULL)
		choice_add(choices, &count, (struct charset){ "UTF-8", CHARSET_UTF8, true }, bytes);
	choice_add(choices, &count, charset_by_width(bytes), bytes);
	choices_add_meta(choices, &count, bytes);
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
static const char replacement[] = UTF8_REPLACEMENT;

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

/*
 * HZ (RFC 1843), which the C library does not know: "~{" and "~}" shift, "~~" is a tilde, a tilde at the end of a line
 * takes the line end with it. A line end shifts back. What comes out is GB18030.
 */
static enum pw_err
convert_hz(iconv_t converter, struct span in, struct arena *arena, struct charset_text *out)
{
	char	*bytes = arena_alloc(arena, in.len + 1);
	size_t	 len = 0;
	bool	 shifted = false;

	if (bytes == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < in.len; i++) {
		char c = in.at[i], next = i + 1 < in.len ? in.at[i + 1] : '\0';

		if (c == '~' && next == '\r' && i + 2 < in.len && in.at[i + 2] == '\n')
			i += 2;
		else if (c == '~' && next != '\0' && strchr("{}\n", next) != NULL) {
			shifted = next == '{' || (shifted && next == '\n');
			i++;
		} else if (c == '~' && next == '~' && !shifted)
			bytes[len++] = in.at[i++];
		else {
			shifted = shifted && c != '\n';
			bytes[len++] = shifted && c > ' ' && c < 0x7f ? (char)(c | 0x80) : c;
		}
	}
	return convert_whole(converter, (struct span){ bytes, len }, arena, out);
}

/* The UTF-8 of one unit of UTF-16; high is the half before it that waits for its other, or 0. */
static size_t
put_unit(uint32_t unit, uint32_t *high, char *out)
{
	if (unit >= 0xd800 && unit < 0xdc00) {
		*high = unit;
		return 0;
	}
	if (unit >= 0xdc00 && unit < 0xe000)
		unit = *high != 0 ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd;
	*high = 0;
	return utf8_encode(unit, out);
}

/*
 * UTF-7 (RFC 2152): '+' shifts, what is no base64 shifts back, and a '-' there goes. Unlike the C library's, a shift
 * that breaks off loses nothing behind it.
 */
static enum pw_err
convert_utf7(struct span in, struct arena *arena, struct charset_text *out)
{
	char	*text = arena_alloc(arena, in.len * 2 + STEP_BYTES);
	size_t	 len = 0, at = 0;

	if (text == NULL)
		return PW_ENOMEM;
	while (at < in.len) {
		uint32_t	bits = 0, high = 0;
		unsigned	have = 0;
		size_t		begin = at;

		if (in.at[at] != '+') {
			text[len++] = in.at[at++];
			continue;
		}
		for (at++; at < in.len && transfer_base64_digit(in.at[at]) >= 0; at++) {
			bits = bits << 6 | (uint32_t)transfer_base64_digit(in.at[at]);
			have += 6;
			if (have >= 16) {
				have -= 16;
				len += put_unit(bits >> have & 0xffff, &high, text + len);
			}
		}
		if (at == begin + 1)
			text[len++] = '+';
		at += at < in.len && in.at[at] == '-';
	}
	out->text = (struct span){ text, len };
	return PW_OK;
}

enum pw_err
charset_decode(struct charset charset, struct span bytes, struct arena *arena, struct charset_text *out)
{
	bool is_hz = strcmp(charset.name, "HZ") == 0;

	*out = (struct charset_text){ .text = bytes };
	if (charset.class == CHARSET_UTF8 || (!moves_ascii(charset) && is_ascii(bytes)))
		return PW_OK;
	if (strcmp(charset.name, "UTF-7") == 0)
		return convert_utf7(bytes, arena, out);
	iconv_t converter = iconv_open("UTF-8", is_hz ? "GB18030" : charset.name);
	if (converter == (iconv_t)-1)
		return PW_OK;
	enum pw_err err = is_hz ? convert_hz(converter, bytes, arena, out) :
	    moves_ascii(charset) ? convert_whole(converter, bytes, arena, out) :
	    charset.class == CHARSET_SINGLE ? convert_single(converter, bytes, arena, out) :
	    convert(converter, bytes, true, arena, out);
	iconv_close(converter);
	return err;
}

/* The first byte from at that is not ASCII, or is NUL: eight at a time, since nearly all markup is ASCII. */
static size_t
ascii_end(struct span text, size_t at)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

	for (uint64_t word; text.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text.at + at, sizeof(word));
		if (((word | (word - ones)) & highs) != 0)
			break;
	}
	while (at < text.len && (signed char)text.at[at] > 0)
		at++;
	return at;
}

struct span
charset_drop_malformed(struct span text, struct arena *arena, bool *malformed)
{
	char	*kept = NULL;
	size_t	 len = 0;

	*malformed = false;
	for (size_t i = 0; i < text.len;) {
		size_t plain = ascii_end(text, i);

		if (kept != NULL) {
			memcpy(kept + len, text.at + i, plain - i);
			len += plain - i;
		}
		if ((i = plain) == text.len)
			break;
		unsigned char	c = (unsigned char)text.at[i];
		size_t		wanted = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 :
				    c >= 0xf0 && c < 0xf5 ? 4 : 0;
		size_t		have = wanted > 0;

		while (have < wanted && i + have < text.len && utf8_goes_on(text.at[i + have]))
			have++;
		bool good = have > 0 && have == wanted && c != '\0' &&
		    !span_starts(span_from(text, i), span_of(replacement));
		size_t step = have > 0 ? have : 1;
		if (!good && kept == NULL) {
			*malformed = true;
			if ((kept = arena_alloc(arena, text.len + 1)) == NULL)
				return SPAN_NONE;
			memcpy(kept, text.at, len = i);
		}
		if (good && kept != NULL) {
			memcpy(kept + len, text.at + i, step);
			len += step;
		}
		i += step;
	}
	return kept != NULL ? (struct span){ kept, len } : text;
}

void
charset_prepare(void)
{
	/* Held for ever: what no converter uses any more is unloaded, and a sandbox could not load it again. */
	static iconv_t held[NITEMS(labels)];

	for (size_t i = 0; i < NITEMS(labels) && held[i] == NULL; i++)
		held[i] = iconv_open("UTF-8", with_end(labels[i].target, SPAN_NONE));
}

const char *
charset_known(size_t n)
{
	return n < NITEMS(labels) ? labels[n].label : NULL;
}

#include "charset.h"

#include <iconv.h>
#include <string.h>

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

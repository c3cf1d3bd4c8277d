#include "guises.h"

#include <string.h>

#include "charset_decode.h"
#include "malformed.h"

static enum pw_err
as_charset(struct span text, const char *label, struct arena *arena, struct span *other)
{
	struct charset_text	decoded;
	enum pw_err		err = charset_decode(charset_of(span_of(label), SPAN_NONE), text, arena, &decoded);

	*other = decoded.text;
	return err;
}

/* ISO-2022 (ECMA-35, 13): ESC, intermediate bytes 0x20 to 0x2f, one final byte; and the shifts SO and SI. */
enum pw_err
guise_without_escapes(struct span text, struct arena *arena, struct span *other)
{
	char	*kept;
	size_t	 len = 0;

	*other = SPAN_NONE;
	if (text.len == 0)
		return PW_OK;
	if (memchr(text.at, '\033', text.len) == NULL && memchr(text.at, '\016', text.len) == NULL &&
	    memchr(text.at, '\017', text.len) == NULL)
		return PW_OK;
	if ((kept = arena_alloc(arena, text.len)) == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '\016' || text.at[i] == '\017')
			continue;
		if (text.at[i] != '\033') {
			kept[len++] = text.at[i];
			continue;
		}
		while (i + 1 < text.len && text.at[i + 1] >= ' ' && text.at[i + 1] < '0')
			i++;
		i++;
	}
	*other = (struct span){ kept, len };
	return PW_OK;
}

static enum pw_err
as_iso_2022(struct span text, struct arena *arena, struct span *other)
{
	return memchr(text.at, '\033', text.len) != NULL ? as_charset(text, "iso-2022-jp", arena, other) : PW_OK;
}

/* A shift that begins with '<' or '>'. */
static enum pw_err
as_utf7(struct span text, struct arena *arena, struct span *other)
{
	bool shifts = span_find(text, SPAN("+ADw"), 0) < text.len || span_find(text, SPAN("+AD4"), 0) < text.len;

	return shifts ? as_charset(text, "utf-7", arena, other) : PW_OK;
}

static enum pw_err
as_hz(struct span text, struct arena *arena, struct span *other)
{
	bool shifts = span_find(text, SPAN("~{"), 0) < text.len || span_find(text, SPAN("~\n"), 0) < text.len ||
	    span_find(text, SPAN("~\r\n"), 0) < text.len;

	return shifts ? as_charset(text, "hz-gb-2312", arena, other) : PW_OK;
}

/* Also UTF-16 and UTF-32 without their mark: ASCII with NULs in between. */
static enum pw_err
without_malformed(struct span text, struct arena *arena, struct span *other)
{
	bool		malformed;
	struct span	kept = malformed_drop(text, arena, &malformed);

	*other = malformed ? kept : SPAN_NONE;
	return kept.at == NULL && text.len > 0 ? PW_ENOMEM : PW_OK;
}

bool
guise_is_ebcdic(struct span text)
{
	/* "http", the same in all code pages. */
	return span_find(text, SPAN("\x88\xa3\xa3\x97"), 0) < text.len || span_find(text, SPAN("\xc8\xe3\xe3\xd7"), 0) < text.len;
}

static enum pw_err
as_ebcdic(struct span text, struct arena *arena, struct span *other)
{
	return guise_is_ebcdic(text) ? as_charset(text, "ibm037", arena, other) : PW_OK;
}

/* IMAP's UTF-7 shifts with '&' (RFC 3501, 5.1.3). */
static enum pw_err
as_imap_utf7(struct span text, struct arena *arena, struct span *other)
{
	char *copy;

	if (span_find(text, SPAN("&AD"), 0) == text.len)
		return PW_OK;
	if ((copy = arena_alloc(arena, text.len)) == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < text.len; i++)
		copy[i] = text.at[i] == '&' ? '+' : text.at[i];
	return as_charset((struct span){ copy, text.len }, "utf-7", arena, other);
}

/* The escapes of programming languages, which some of them offer as a charset: \x3c, \u003c. */
static enum pw_err
as_escapes(struct span text, struct arena *arena, struct span *other)
{
	char	*out;
	size_t	 len = 0;

	if (span_find(text, SPAN("\\x3"), 0) == text.len && span_find(text, SPAN("\\u003"), 0) == text.len)
		return PW_OK;
	if ((out = arena_alloc(arena, text.len)) == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < text.len; i++) {
		size_t digits = 0, wanted = text.at[i] != '\\' || i + 1 == text.len ? 0 : text.at[i + 1] == 'x' ? 2 :
		    text.at[i + 1] == 'u' ? 4 : 0;
		int value = 0;

		for (; digits < wanted && i + 2 + digits < text.len && ascii_hex(text.at[i + 2 + digits]) >= 0; digits++)
			value = value * 16 + ascii_hex(text.at[i + 2 + digits]);
		bool whole = wanted > 0 && digits == wanted && value < 0x80;
		out[len++] = whole ? (char)value : text.at[i];
		i += whole ? wanted + 1 : 0;
	}
	*other = (struct span){ out, len };
	return PW_OK;
}

static enum pw_err	(*const guises[])(struct span, struct arena *, struct span *) = {
	without_malformed, guise_without_escapes, as_iso_2022, as_utf7, as_hz,
	as_ebcdic, as_imap_utf7, as_escapes,
};
const size_t guise_count = NITEMS(guises), guise_count_of_known = 5;

enum pw_err
guise_of(size_t i, struct span text, struct arena *arena, struct span *other)
{
	*other = SPAN_NONE;
	return text.len > 0 ? guises[i](text, arena, other) : PW_OK;
}

/* After these, tags are text up to an end that may never come (WHATWG HTML, 13.2.6.4). The first may stay. */
static const char *const raw_elements[] = { "style", "title", "textarea", "script", "xmp", "plaintext", "noembed",
    "noframes", "noscript", "iframe", "template", "select", "svg", "math" };
/* Closes an attribute's value in either quote, and the tag. */
static const struct span closing = { "'\">", 3 };

static bool
is_raw_element(struct span name, bool break_style)
{
	for (size_t i = break_style ? 0 : 1; i < NITEMS(raw_elements); i++)
		if (span_starts_nocase(name, span_of(raw_elements[i])))
			return true;
	return false;
}

enum pw_err
guise_without_context(struct span text, bool break_style, struct arena *arena, struct span *other)
{
	size_t tags = 0, len = 0;

	for (size_t at = 0; (at = span_find_char(text, '<', at)) < text.len; at++)
		tags++;
	char *out = arena_alloc(arena, text.len + tags * (closing.len + 1) + 1);
	if (out == NULL)
		return PW_ENOMEM;
	for (size_t at = 0, end; at < text.len; at = end) {
		end = span_find_char(text, '<', at);
		memcpy(out + len, text.at + at, end - at);
		len += end - at;
		if (end >= text.len)
			break;
		struct span name = span_from(text, ++end);
		if (name.len > 0 && (ascii_alpha(name.at[0]) || name.at[0] == '!' || name.at[0] == '?')) {
			memcpy(out + len, closing.at, closing.len);
			len += closing.len;
		}
		out[len++] = '<';
		if (name.len > 0 && (name.at[0] == '!' || name.at[0] == '?'))
			out[len++] = ' ';
		else if (name.len > 0 && ascii_alpha(name.at[0]) && is_raw_element(name, break_style))
			out[len++] = 'x';
	}
	*other = (struct span){ out, len };
	return PW_OK;
}

#include <pixelward/base/buf.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *buf, size_t max_bytes)
{
	*buf = (struct buf){ .max = max_bytes };
}

void
buf_fini(struct buf *buf)
{
	free(buf->at);
	buf_init(buf, buf->max);
}

/* Room for more bytes and a NUL behind them. */
static bool
reserve(struct buf *buf, size_t more)
{
	if (buf->failed || more > buf->max - buf->len) {
		buf->failed = true;
		return false;
	}
	if (buf->len + more < buf->capacity)
		return true;
	size_t	 capacity = (buf->len + more) * 2 + 64;
	char	*larger = realloc(buf->at, capacity);

	if (larger == NULL) {
		buf->failed = true;
		return false;
	}
	buf->at = larger;
	buf->capacity = capacity;
	return true;
}

void
buf_add(struct buf *buf, struct span s)
{
	if (!reserve(buf, s.len))
		return;
	if (s.len > 0)
		memcpy(buf->at + buf->len, s.at, s.len);
	buf->len += s.len;
	buf->at[buf->len] = '\0';
}

void
buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, (struct span){ &c, 1 });
}

void
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list	arguments;

	va_start(arguments, format);
	int len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (len < 0 || !reserve(buf, (size_t)len)) {
		buf->failed = true;
		return;
	}
	va_start(arguments, format);
	vsnprintf(buf->at + buf->len, (size_t)len + 1, format, arguments);
	va_end(arguments);
	buf->len += (size_t)len;
}

/* Length of the well-formed UTF-8 sequence at s.at[at], or 0. (Unicode 15, table 3-7) */
static size_t
utf8_length(struct span s, size_t at)
{
	const unsigned char	*byte = (const unsigned char *)s.at + at;
	size_t			 left = s.len - at;
	unsigned		 low = 0x80, high = 0xbf;
	size_t			 len;

	if (byte[0] < 0x80)
		return 1;
	if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
		len = 2;
	else if (byte[0] >= 0xe0 && byte[0] <= 0xef)
		len = 3;
	else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (len > left)
		return 0;
	if (byte[0] == 0xe0)
		low = 0xa0;
	else if (byte[0] == 0xed)
		high = 0x9f;
	else if (byte[0] == 0xf0)
		low = 0x90;
	else if (byte[0] == 0xf4)
		high = 0x8f;
	if (byte[1] < low || byte[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (byte[i] < 0x80 || byte[i] > 0xbf)
			return 0;
	return len;
}

/*
 * JSON asks for the first row alone. But who cuts a stream of objects by Unicode's line ends would cut inside a
 * string at the others (NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR), and terminals obey C1 controls.
 */
static const struct range {
	unsigned	first, last;
} escaped[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0x2028, 0x2029 } };

/* A terminal with bidirectional text shows what these enclose in another order than it was sent. */
static const struct range turning[] = { { 0x200e, 0x200f }, { 0x202a, 0x202e }, { 0x2066, 0x2069 } };

static bool
is_in(const struct range *ranges, size_t count, unsigned character)
{
	for (size_t i = 0; i < count; i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

static bool
is_escaped(unsigned character)
{
	return is_in(escaped, NITEMS(escaped), character);
}

/* Of a well-formed sequence of at most three bytes; 0xfffd for longer ones, which are never escaped. */
static unsigned
utf8_character(struct span sequence)
{
	const unsigned char *byte = (const unsigned char *)sequence.at;

	switch (sequence.len) {
	case 1:
		return byte[0];
	case 2:
		return (byte[0] & 0x1fu) << 6 | (byte[1] & 0x3fu);
	case 3:
		return (byte[0] & 0x0fu) << 12 | (byte[1] & 0x3fu) << 6 | (byte[2] & 0x3fu);
	default:
		return 0xfffd;
	}
}

void
buf_add_json(struct buf *buf, struct span s)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < s.len;) {
		unsigned char	c = (unsigned char)s.at[i];
		size_t		len = utf8_length(s, i);
		unsigned	character = utf8_character(span_cut(s, i, i + len));

		if (len == 0) {
			buf_add(buf, SPAN("\\ufffd"));
			len = 1;
		} else if (is_escaped(character))
			buf_printf(buf, "\\u%04x", character);
		else {
			if (c == '"' || c == '\\')
				buf_add_char(buf, '\\');
			buf_add(buf, span_cut(s, i, i + len));
		}
		i += len;
	}
	buf_add_char(buf, '"');
}

void
buf_add_plain(struct buf *buf, struct span s)
{
	for (size_t i = 0, len; i < s.len; i += len) {
		unsigned character;

		len = utf8_length(s, i);
		character = utf8_character(span_cut(s, i, i + len));
		if (len == 0) {
			buf_printf(buf, "\\x%02x", (unsigned)(unsigned char)s.at[i]);
			len = 1;
		} else if (character == '\n' || character == '\r' || character == '\t')
			buf_printf(buf, "\\%c", character == '\n' ? 'n' : character == '\r' ? 'r' : 't');
		else if (is_escaped(character) || is_in(turning, NITEMS(turning), character))
			buf_printf(buf, character < 0x80 ? "\\x%02x" : "\\u%04x", character);
		else
			buf_add(buf, span_cut(s, i, i + len));
	}
}

struct span
buf_span(const struct buf *buf)
{
	return (struct span){ buf->at, buf->len };
}

bool
buf_failed(const struct buf *buf)
{
	return buf->failed;
}

void
buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
}

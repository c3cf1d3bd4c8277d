#include <pixelward/base/buf.h>
#include <pixelward/base/utf8.h>

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

/* A terminal with bidirectional text shows what these enclose in another order than it was sent. */
static bool
is_turning(uint32_t character)
{
	return (character >= 0x200e && character <= 0x200f) || (character >= 0x202a && character <= 0x202e) ||
	    (character >= 0x2066 && character <= 0x2069);
}

void
buf_add_json(struct buf *buf, struct span s)
{
	buf_add_char(buf, '"');
	for (size_t i = 0; i < s.len;) {
		unsigned char	c = (unsigned char)s.at[i];
		bool		valid;
		size_t		len = utf8_sequence(s, i, &valid);
		uint32_t	character = utf8_character(span_cut(s, i, i + len));

		if (!valid) {
			buf_add(buf, SPAN("\\ufffd"));
			len = 1;
		} else if (utf8_is_control(character))
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
		uint32_t	character;
		bool		valid;

		len = utf8_sequence(s, i, &valid);
		character = utf8_character(span_cut(s, i, i + len));
		if (!valid) {
			buf_printf(buf, "\\x%02x", (unsigned)(unsigned char)s.at[i]);
			len = 1;
		} else if (character == '\n' || character == '\r' || character == '\t')
			buf_printf(buf, "\\%c", character == '\n' ? 'n' : character == '\r' ? 'r' : 't');
		else if (utf8_is_control(character) || is_turning(character))
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

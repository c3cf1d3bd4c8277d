#include "url/text.h"

#include <pixelward/base/utf8.h>

#include <string.h>

#define ENCODE_ALL	(URL_ENCODE_C0 | ENCODE_BUT_C0)
#define ENCODE_BUT_C0	(URL_ENCODE_FRAGMENT | URL_ENCODE_QUERY | URL_ENCODE_SPECIAL_QUERY | URL_ENCODE_PATH | \
			 URL_ENCODE_USERINFO)
#define FORBIDDEN	(URL_NOT_IN_HOST | URL_NOT_IN_DOMAIN)

const uint8_t url_classes[256] = {
	['\0'] = ENCODE_ALL | FORBIDDEN,
	[0x01 ... 0x08] = ENCODE_ALL | URL_NOT_IN_DOMAIN,
	['\t'] = ENCODE_ALL | FORBIDDEN,
	['\n'] = ENCODE_ALL | FORBIDDEN,
	[0x0b ... 0x0c] = ENCODE_ALL | URL_NOT_IN_DOMAIN,
	['\r'] = ENCODE_ALL | FORBIDDEN,
	[0x0e ... 0x1f] = ENCODE_ALL | URL_NOT_IN_DOMAIN,
	[' '] = ENCODE_BUT_C0 | FORBIDDEN,
	['"'] = ENCODE_BUT_C0,
	['#'] = URL_ENCODE_QUERY | URL_ENCODE_SPECIAL_QUERY | URL_ENCODE_PATH | URL_ENCODE_USERINFO | FORBIDDEN,
	['%'] = URL_NOT_IN_DOMAIN,
	['\''] = URL_ENCODE_SPECIAL_QUERY,
	['/'] = URL_ENCODE_USERINFO | FORBIDDEN,
	[':'] = URL_ENCODE_USERINFO | FORBIDDEN,
	[';'] = URL_ENCODE_USERINFO,
	['<'] = ENCODE_BUT_C0 | FORBIDDEN,
	['='] = URL_ENCODE_USERINFO,
	['>'] = ENCODE_BUT_C0 | FORBIDDEN,
	['?'] = URL_ENCODE_PATH | URL_ENCODE_USERINFO | FORBIDDEN,
	['@'] = URL_ENCODE_USERINFO | FORBIDDEN,
	['['] = URL_ENCODE_USERINFO | FORBIDDEN,
	['\\'] = URL_ENCODE_USERINFO | FORBIDDEN,
	[']'] = URL_ENCODE_USERINFO | FORBIDDEN,
	['^'] = URL_ENCODE_PATH | URL_ENCODE_USERINFO | FORBIDDEN,
	['`'] = URL_ENCODE_FRAGMENT | URL_ENCODE_PATH | URL_ENCODE_USERINFO,
	['{'] = URL_ENCODE_PATH | URL_ENCODE_USERINFO,
	['|'] = URL_ENCODE_USERINFO | FORBIDDEN,
	['}'] = URL_ENCODE_PATH | URL_ENCODE_USERINFO,
	[0x7f] = ENCODE_ALL | URL_NOT_IN_DOMAIN,
	[0x80 ... 0xff] = ENCODE_ALL,
};

static bool
is_tab_or_newline(char c)
{
	return c == '\t' || c == '\n' || c == '\r';
}

static struct span
trim_c0_and_space(struct span s)
{
	while (s.len > 0 && (unsigned char)s.at[0] <= ' ')
		s = span_from(s, 1);
	while (s.len > 0 && (unsigned char)s.at[s.len - 1] <= ' ')
		s.len--;
	return s;
}

enum pw_err
url_text_clean(struct span input, struct arena *arena, struct url_text *clean)
{
	struct span	s = trim_c0_and_space(input);
	size_t		invalid = 0, heavy = 0;
	bool		blanks = false, ascii = true, valid;

	for (size_t i = 0; i < s.len; i++) {
		if (url_classes[(unsigned char)s.at[i]] == 0)
			continue;
		heavy++;
		blanks |= is_tab_or_newline(s.at[i]);
		ascii &= (unsigned char)s.at[i] < 0x80;
	}
	if (!ascii)
		for (size_t i = 0; i < s.len;) {
			i += utf8_sequence(s, i, &valid);
			invalid += !valid;
		}
	*clean = (struct url_text){ s, 2 * heavy + 2 * SPAN(UTF8_REPLACEMENT).len * invalid };
	if (!blanks && invalid == 0)
		return PW_OK;

	struct url_out out = { .capacity = s.len + SPAN(UTF8_REPLACEMENT).len * invalid };
	out.at = arena_alloc(arena, out.capacity);
	if (out.at == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < s.len;) {
		size_t len = utf8_sequence(s, i, &valid);

		if (!valid)
			url_out_add(&out, SPAN(UTF8_REPLACEMENT));
		else if (!is_tab_or_newline(s.at[i]))
			url_out_add(&out, span_cut(s, i, i + len));
		i += len;
	}
	clean->text = (struct span){ out.at, out.len };
	return PW_OK;
}

struct span
url_text_decode(struct span text, struct arena *arena)
{
	size_t at = span_find_char(text, '%', 0), len = at;

	if (at == text.len)
		return text;
	struct span	decoded = arena_copy(arena, text);
	char		*to = (char *)decoded.at;	/* ours: just copied */

	if (to == NULL)
		return SPAN_NONE;
	while (at < text.len) {
		int	high = at + 2 < text.len && text.at[at] == '%' ? ascii_hex(text.at[at + 1]) : -1;
		int	low = high >= 0 ? ascii_hex(text.at[at + 2]) : -1;

		to[len++] = low >= 0 ? (char)(high * 16 + low) : text.at[at];
		at += low >= 0 ? 3 : 1;
	}
	decoded.len = len;
	return decoded;
}

void
url_out_add(struct url_out *out, struct span s)
{
	if (s.len > out->capacity - out->len) {
		out->overflow = true;
		return;
	}
	if (s.len > 0)
		memcpy(out->at + out->len, s.at, s.len);
	out->len += s.len;
}

void
url_out_add_lower(struct url_out *out, struct span s)
{
	size_t begin = out->len;

	url_out_add(out, s);
	for (size_t i = begin; i < out->len; i++)
		out->at[i] = ascii_lower(out->at[i]);
}

void
url_out_insert(struct url_out *out, size_t at, struct span s)
{
	size_t behind = out->len - at;

	url_out_add(out, s);
	if (out->overflow)
		return;
	memmove(out->at + at + s.len, out->at + at, behind);
	memcpy(out->at + at, s.at, s.len);
}

void
url_out_encode(struct url_out *out, struct span s, enum url_class set)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0, run = 0; i <= s.len; i++) {
		if (i < s.len && !url_is(s.at[i], set))
			continue;
		url_out_add(out, span_cut(s, run, i));
		run = i + 1;
		if (i == s.len)
			break;
		unsigned char byte = (unsigned char)s.at[i];
		url_out_add(out, (struct span){ (char [3]){ '%', digits[byte >> 4], digits[byte & 15] }, 3 });
	}
}

#include "charref.h"

#include <pixelward/base/utf8.h>

#include <stdlib.h>
#include <string.h>

static const struct named {
	const char	*name, *text;
} named[] = {
#include "entities_table.h"
};

/* The longest name with its semicolon: &CounterClockwiseContourIntegral; */
#define LONGEST_NAME	32

static const struct named *
find_exact(struct span name)
{
	size_t low = 0, high = NITEMS(named);

	while (low < high) {
		size_t	middle = (low + high) / 2;
		int	order = strncmp(named[middle].name, name.at, name.len);

		if (order == 0 && named[middle].name[name.len] != '\0')
			order = 1;
		if (order == 0)
			return &named[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The longest name that s begins with; *len is its length. */
static const struct named *
find_longest(struct span s, size_t *len)
{
	const struct named	*found;
	size_t			 most = 0;

	while (most < s.len && most < LONGEST_NAME && (ascii_alpha(s.at[most]) || ascii_digit(s.at[most])))
		most++;
	if (most < s.len && s.at[most] == ';' && (found = find_exact(span_cut(s, 0, most + 1))) != NULL) {
		*len = most + 1;
		return found;
	}
	for (; most > 1; most--)
		if ((found = find_exact(span_cut(s, 0, most))) != NULL) {
			*len = most;
			return found;
		}
	return NULL;
}

/* Windows-1252 for the C1 range, as the standard's numeric-character-reference-end state. */
static const uint16_t c1_replacements[32] = {
	0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,
	0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
	0x0153, 0x9d, 0x017e, 0x0178,
};

/* s begins behind "&#". The length consumed, 0 if it is no reference. */
static size_t
numeric(struct span s, char out[4], size_t *out_len)
{
	bool		hex = s.len > 0 && ascii_lower(s.at[0]) == 'x';
	size_t		at = hex ? 1 : 0, digits = at;
	uint32_t	code = 0;

	for (; at < s.len; at++) {
		int digit = hex ? ascii_hex(s.at[at]) : ascii_digit(s.at[at]) ? s.at[at] - '0' : -1;

		if (digit < 0)
			break;
		if (code <= 0x10ffff)
			code = code * (hex ? 16 : 10) + (uint32_t)digit;
	}
	if (at == digits)
		return 0;
	if (at < s.len && s.at[at] == ';')
		at++;
	if (!utf8_may_be_named(code))
		code = 0xfffd;
	else if (code >= 0x80 && code <= 0x9f)
		code = c1_replacements[code - 0x80];
	*out_len = utf8_encode(code, out);
	return at;
}

/* s begins at '&'. The length consumed, 0 if it stands for itself. */
static size_t
reference(struct span s, enum charref_place place, char out[8], size_t *out_len)
{
	size_t len;

	if (s.len > 1 && s.at[1] == '#') {
		len = numeric(span_from(s, 2), out, out_len);
		return len > 0 ? len + 2 : 0;
	}
	const struct named *found = find_longest(span_from(s, 1), &len);
	if (found == NULL)
		return 0;
	if (place == CHARREF_IN_ATTRIBUTE && s.at[len] != ';' && len + 1 < s.len) {
		/* For historical reasons "&copy=" in an attribute is no reference. */
		char next = s.at[len + 1];

		if (next == '=' || ascii_alpha(next) || ascii_digit(next))
			return 0;
	}
	*out_len = strlen(found->text);
	memcpy(out, found->text, *out_len);
	return len + 1;
}

enum pw_err
charref_decode(const struct layer *in, enum charref_place place, struct arena *arena, struct layer *out)
{
	struct span text = in->text;

	*out = *in;
	if (text.len == 0 || (memchr(text.at, '&', text.len) == NULL && memchr(text.at, '\r', text.len) == NULL))
		return PW_OK;
	/* &nLt; and &nGt; are 5 bytes and stand for 6; nothing else grows. */
	size_t		 most = text.len + text.len / 5 + 1, len = 0;
	char		*decoded = arena_alloc(arena, most);
	uint32_t	*map = arena_array(arena, most + 1, sizeof(*map));

	if (decoded == NULL || map == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < text.len;) {
		char	piece[8];
		size_t	piece_len = 1, consumed = 0;

		if (text.at[i] == '&')
			consumed = reference(span_from(text, i), place, piece, &piece_len);
		else if (text.at[i] == '\r') {
			piece[0] = '\n';
			consumed = i + 1 < text.len && text.at[i + 1] == '\n' ? 2 : 1;
		}
		if (consumed == 0) {
			piece[0] = text.at[i];
			piece_len = consumed = 1;
		}
		for (size_t k = 0; k < piece_len && len < most; k++) {
			map[len] = layer_at(in, i);
			decoded[len++] = piece[k];
		}
		i += consumed;
	}
	map[len] = layer_at(in, text.len);
	out->text = (struct span){ decoded, len };
	out->map = map;
	return PW_OK;
}

#include "transfer.h"

#include <string.h>

#include "fields.h"

#define FOREIGN	0
#define SPACE	0xfe
#define PAD	0xfd

/* A digit's value and one. */
static const unsigned char digits[256] = {
	['A'] = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
	['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
	['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, ['+'] = 63, ['/'] = 64,
	[' '] = SPACE, ['\t'] = SPACE, ['\r'] = SPACE, ['\n'] = SPACE, ['='] = PAD,
};

int
transfer_base64_digit(char c)
{
	unsigned char digit = digits[(unsigned char)c];

	return digit == FOREIGN || digit >= PAD ? -1 : digit - 1;
}

/* Four digits are three bytes. False: they are not all digits. */
static inline bool
quantum_decode(const char *at, char *out)
{
	uint32_t	a = digits[(unsigned char)at[0]] - 1u, b = digits[(unsigned char)at[1]] - 1u;
	uint32_t	c = digits[(unsigned char)at[2]] - 1u, d = digits[(unsigned char)at[3]] - 1u;
	uint32_t	bits = a << 18 | b << 12 | c << 6 | d;

	out[0] = (char)(bits >> 16);
	out[1] = (char)(bits >> 8);
	out[2] = (char)bits;
	return (a | b | c | d) < 64;
}

static enum pw_err
decode_base64(struct span in, struct arena *arena, struct decoded *decoded)
{
	char		*out = arena_reserve(arena, in.len / 4 * 3 + 4);
	size_t		 len = 0;
	uint32_t	 bits = 0;
	unsigned	 have = 0;
	bool		 padded = false;

	if (out == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < in.len; i++) {
		/* Nearly all of it; there is room for three bytes wherever four characters are left. */
		while (have == 0 && !padded && in.len - i > 4 && quantum_decode(in.at + i, out + len)) {
			len += 3;
			i += 4;
		}

		unsigned char digit = digits[(unsigned char)in.at[i]];

		if (digit == SPACE)
			continue;
		if (digit == PAD) {
			/* The quantum ends; what follows is a quantum of its own. */
			padded = true;
			have = 0;
			continue;
		}
		if (digit == FOREIGN || padded) {
			decoded->odd = true;
			if (digit == FOREIGN)
				continue;
		}
		bits = bits << 6 | (digit - 1u);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[len++] = (char)(bits >> have & 0xff);
		}
	}
	/* A digit is left over: some clients count from its beginning, others from its end. */
	decoded->odd = decoded->odd || have == 6;
	out[len] = '\0';
	decoded->bytes = (struct span){ out, len };
	return PW_OK;
}

/* Length of a soft line break that stands behind '=' at s.at[at], 0 if none. */
static size_t
soft_break(struct span s, size_t at)
{
	size_t end = at;

	while (end < s.len && (s.at[end] == ' ' || s.at[end] == '\t'))
		end++;
	/* A gateway on the way may have doubled the CR. */
	while (end < s.len && s.at[end] == '\r')
		end++;
	if (end < s.len && s.at[end] == '\n')
		end++;
	else if (end == at || s.at[end - 1] != '\r')
		return 0;
	return end - at;
}

static bool
is_line_end(struct span s)
{
	return span_eq(s, SPAN("\n")) || span_eq(s, SPAN("\r\n"));
}

/* Four at once. */
typedef uint32_t four __attribute__((vector_size(16)));

/* count numbers from first on; up to three behind them are written over. */
static void
map_run(uint32_t *map, uint32_t first, size_t count)
{
	four numbers = { first, first + 1, first + 2, first + 3 };

	for (size_t i = 0; i < count; i += 4, numbers += 4)
		memcpy(map + i, &numbers, sizeof(numbers));
}

static enum pw_err
decode_qp(struct span in, struct arena *arena, struct decoded *decoded)
{
	char		*out = arena_reserve(arena, in.len + 1);
	uint32_t	*map = arena_reserve(arena, (in.len + 4) * sizeof(*map));
	size_t		 len = 0;

	if (out == NULL || map == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < in.len;) {
		size_t end = span_find_char(in, '=', i);

		memcpy(out + len, in.at + i, end - i);
		map_run(map + len, (uint32_t)i, end - i);
		len += end - i;
		i = end;
		int high = i + 1 < in.len ? ascii_hex(in.at[i + 1]) : -1, low = i + 2 < in.len ? ascii_hex(in.at[i + 2]) : -1;
		if (high >= 0 && low >= 0) {
			map[len] = (uint32_t)i;
			out[len++] = (char)(high * 16 + low);
			i += 3;
			continue;
		}
		size_t skip = i < in.len ? soft_break(in, i + 1) : 0;
		if (skip > 0) {
			decoded->odd = decoded->odd || !is_line_end(span_cut(in, i + 1, i + 1 + skip));
			i += 1 + skip;
			continue;
		}
		if (i + 1 >= in.len)
			break;
		decoded->odd = true;
		map[len] = (uint32_t)i++;
		out[len++] = '=';
	}
	map[len] = (uint32_t)in.len;
	out[len] = '\0';
	decoded->bytes = (struct span){ out, len };
	decoded->map = map;
	return PW_OK;
}

/* Four characters from at, as many as there are, give up to three bytes. The number of bytes. */
static size_t
decode_uu_group(struct span line, size_t at, size_t most, char *out)
{
	uint32_t	bits = 0;
	size_t		made = 0;

	for (size_t k = 0; k < 4; k++)
		bits = bits << 6 | (uint32_t)(at + k < line.len ? (line.at[at + k] - ' ') & 0x3f : 0);
	for (int shift = 16; shift >= 0 && made < most; shift -= 8)
		out[made++] = (char)(bits >> shift & 0xff);
	return made;
}

#define MOST_BLANKS_LOST	8

/* Each line: a length character, then groups of four for three bytes; from "begin" to "end". */
static enum pw_err
decode_uu(struct span in, struct arena *arena, struct decoded *decoded)
{
	char	*out = arena_alloc(arena, in.len + 4);
	size_t	 len = 0, at = 0;

	if (out == NULL)
		return PW_ENOMEM;
	while (at < in.len) {
		size_t		end = span_find_char(in, '\n', at);
		struct span	line = line_trim(span_cut(in, at, end));

		at = end + 1;
		if (span_starts(line, SPAN("begin ")) || line.len == 0)
			continue;
		if (span_eq(span_trim(line), SPAN("end")))
			break;
		size_t want = (size_t)((line.at[0] - ' ') & 0x3f), made = 0, chars = (want + 2) / 3 * 4 + 1;
		/* Decoders skip what cannot be data. Blanks at a line's end may have been lost on the way. */
		if (line.len > chars + 2 || line.len + MOST_BLANKS_LOST < chars)
			continue;
		for (size_t i = 1; i < line.len && made < want; i += 4)
			made += decode_uu_group(line, i, want - made, out + len + made);
		len += made;
	}
	decoded->bytes = (struct span){ out, len };
	return PW_OK;
}

/* Its count and all else are of uuencode's alphabet. */
static bool
is_uu_line(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] < ' ' || line.at[i] > '`')
			return false;
	return line.len > 4;
}

enum pw_err
transfer_decode_uu_lines(struct span text, struct arena *arena, struct span *bytes)
{
	char	*out = arena_alloc(arena, text.len + 4);
	size_t	 len = 0;

	if (out == NULL)
		return PW_ENOMEM;
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		for (end = at; end < text.len && text.at[end] != '\n' && text.at[end] != '\r';)
			end++;
		struct span	line = span_cut(text, at, end);
		size_t		want = is_uu_line(line) ? (size_t)((line.at[0] - ' ') & 0x3f) : 0, made = 0;

		for (size_t i = 1; i < line.len && made < want; i += 4)
			made += decode_uu_group(line, i, want - made, out + len + made);
		len += made;
	}
	*bytes = (struct span){ out, len };
	return PW_OK;
}

enum pw_err
transfer_decode(struct span encoded, enum transfer_encoding encoding, struct arena *arena, struct decoded *decoded)
{
	*decoded = (struct decoded){ .bytes = encoded };
	switch (encoding) {
	case ENCODING_BASE64:
		return decode_base64(encoded, arena, decoded);
	case ENCODING_QP:
		return decode_qp(encoded, arena, decoded);
	case ENCODING_UU:
		return decode_uu(encoded, arena, decoded);
	case ENCODING_IDENTITY:
		break;
	}
	return PW_OK;
}

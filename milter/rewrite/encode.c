#include "encode.h"

#include <string.h>

#define LINE_CHARS	76

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct span
encode_base64(struct span bytes, struct span line_end, struct arena *arena)
{
	size_t	 most = (bytes.len / 3 + 1) * 4, len = 0, column = 0;
	char	*out = arena_alloc(arena, most + (most / LINE_CHARS + 1) * line_end.len + 1);

	if (out == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t		left = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t	bits = 0;

		if (column == LINE_CHARS) {
			memcpy(out + len, line_end.at, line_end.len);
			len += line_end.len;
			column = 0;
		}
		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? (unsigned char)bytes.at[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			out[len++] = k <= left ? base64_digits[bits >> (18 - 6 * k) & 63] : '=';
		column += 4;
	}
	return (struct span){ out, len };
}

/* Literal, or three characters. '.' and "From" at a line's start are left to the MTA. */
static size_t
qp_char(char c, char out[3])
{
	static const char digits[] = "0123456789ABCDEF";

	if ((c > ' ' && c < 0x7f && c != '=') || c == ' ') {
		out[0] = c;
		return 1;
	}
	out[0] = '=';
	out[1] = digits[(unsigned char)c >> 4];
	out[2] = digits[(unsigned char)c & 15];
	return 3;
}

struct span
encode_qp_piece(struct span bytes, size_t before, size_t after, struct span line_end, struct arena *arena)
{
	/* Three for each byte, and a soft break for every 25 of them at the least. */
	size_t	 len = 0, column = before;
	char	*out = arena_alloc(arena, bytes.len * 3 + (bytes.len / 24 + 3) * (1 + line_end.len) + 1);

	if (out == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < bytes.len; i++) {
		char	piece[3];
		size_t	width = qp_char(bytes.at[i], piece);

		/* One column is the soft break's. A line that was longer than allowed is broken at once. */
		if (column > 0 && column + width > LINE_CHARS - 1) {
			out[len++] = '=';
			memcpy(out + len, line_end.at, line_end.len);
			len += line_end.len;
			column = 0;
		}
		memcpy(out + len, piece, width);
		len += width;
		column += width;
	}
	if (column > 0 && after > 0 && column + after > LINE_CHARS) {
		out[len++] = '=';
		memcpy(out + len, line_end.at, line_end.len);
		len += line_end.len;
	}
	return (struct span){ out, len };
}

#include "charset_decode.h"

#include <pixelward/base/utf8.h>

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "transfer.h"

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
	if (charset.class == CHARSET_UTF8 || (!charset_moves_ascii(charset) && is_ascii(bytes)))
		return PW_OK;
	if (strcmp(charset.name, "UTF-7") == 0)
		return convert_utf7(bytes, arena, out);
	iconv_t converter = iconv_open("UTF-8", is_hz ? "GB18030" : charset.name);
	if (converter == (iconv_t)-1)
		return PW_OK;
	enum pw_err err = is_hz ? convert_hz(converter, bytes, arena, out) :
	    charset_moves_ascii(charset) ? convert_whole(converter, bytes, arena, out) :
	    charset.class == CHARSET_SINGLE ? convert_single(converter, bytes, arena, out) :
	    convert(converter, bytes, true, arena, out);
	iconv_close(converter);
	return err;
}

#include "wrapped.h"

#include <string.h>

#include "sweep.h"
#include "transfer.h"

static const struct wrapper {
	const char	*type;
	enum quirk	 quirk;
} wrappers[] = {
	{ "application/pkcs7-mime",	QUIRK_SMIME_OPAQUE },
	{ "application/x-pkcs7-mime",	QUIRK_SMIME_OPAQUE },
	{ "application/ms-tnef",	QUIRK_TNEF },
	{ "application/vnd.ms-tnef",	QUIRK_TNEF },
};

static const struct wrapper *
wrapper_of(struct span type, struct span name)
{
	static const struct wrapper by_name = { "", QUIRK_TNEF };

	for (size_t i = 0; i < NITEMS(wrappers); i++)
		if (span_eq(type, span_of(wrappers[i].type)))
			return &wrappers[i];
	return span_eq_nocase(name, SPAN("winmail.dat")) || span_eq_nocase(name, SPAN("win.dat")) ? &by_name : NULL;
}

bool
wrapped_is_wrapper(struct span type, struct span name)
{
	return wrapper_of(type, name) != NULL;
}

#define BER_CONSTRUCTED		0x20
#define BER_OCTET_STRING	0x04

/*
 * The content of all primitive octet strings of a BER encoding (X.690, 8.1 and 8.7), one behind the other: S/MIME cuts
 * its content into such pieces. Constructed values are entered by going on behind their length.
 */
static struct span
octets_of(struct span ber, struct arena *arena)
{
	char	*out = arena_alloc(arena, ber.len + 1);
	size_t	 len = 0, at = 0;

	if (out == NULL)
		return SPAN_NONE;
	while (at + 2 <= ber.len) {
		unsigned char	tag = (unsigned char)ber.at[at++], first;
		size_t		bytes;

		while ((tag & 0x1f) == 0x1f && at < ber.len && ((unsigned char)ber.at[at] & 0x80) != 0)
			at++;
		if (at >= ber.len)
			break;
		first = (unsigned char)ber.at[at++];
		bytes = first & 0x7f;
		if ((first & 0x80) != 0) {
			size_t digits = bytes;

			for (bytes = 0; digits > 0 && at < ber.len && bytes < ber.len; digits--)
				bytes = bytes << 8 | (unsigned char)ber.at[at++];
		}
		if ((tag & BER_CONSTRUCTED) != 0)
			continue;
		if (bytes > ber.len - at)
			bytes = ber.len - at;
		if ((tag & 0x1f) == BER_OCTET_STRING || (tag & 0xc0) == 0x80) {
			memcpy(out + len, ber.at + at, bytes);
			len += bytes;
		}
		at += bytes;
	}
	return (struct span){ out, len };
}

void
wrapped_look(struct block *block, uint32_t part, struct span type, struct span name, struct span bytes)
{
	const struct wrapper *wrapper = wrapper_of(type, name);

	if (wrapper == NULL)
		return;
	block_part(block, part)->quirks |= 1u << wrapper->quirk;
	sweep_bytes(block, part, bytes);
	if (wrapper->quirk == QUIRK_SMIME_OPAQUE) {
		struct span octets = octets_of(bytes, block->arena);

		if (octets.at == NULL)
			block_fail(block, PW_ENOMEM, SPAN("an S/MIME wrapper"));
		else
			sweep_bytes(block, part, octets);
	}
}

/* yEnc (1.3): each byte plus 42; '=' escapes the critical ones, which get 64 more. */
static struct span
decode_yenc(struct span text, struct arena *arena)
{
	char	*out = arena_alloc(arena, text.len + 1);
	size_t	 len = 0;

	if (out == NULL)
		return SPAN_NONE;
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		end = span_find_char(text, '\n', at);
		struct span line = span_cut(text, at, end);

		if (span_starts(line, SPAN("=yend")))
			break;
		if (span_starts(line, SPAN("=y")))
			continue;
		for (size_t i = 0; i < line.len && line.at[i] != '\r'; i++) {
			int c = (unsigned char)line.at[i];

			if (c == '=' && i + 1 < line.len)
				c = (unsigned char)line.at[++i] - 64;
			out[len++] = (char)(c - 42);
		}
	}
	return (struct span){ out, len };
}

static bool
is_uu_begin(struct span line)
{
	return line.len > 10 && span_starts(line, SPAN("begin ")) && ascii_digit(line.at[6]) && ascii_digit(line.at[7]) &&
	    ascii_digit(line.at[8]);
}

void
wrapped_look_in_text(struct block *block, uint32_t part, struct span text)
{
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		end = span_find_char(text, '\n', at);
		/* Only lines that begin with these letters are looked at closer. */
		if (text.at[at] != 'b' && text.at[at] != '=')
			continue;
		struct span	line = span_trim(span_cut(text, at, end)), rest = span_from(text, at);
		struct decoded	decoded = { 0 };
		if (is_uu_begin(line)) {
			if (transfer_decode(rest, ENCODING_UU, block->arena, &decoded) != PW_OK)
				decoded.bytes = SPAN_NONE;
		} else if (span_starts(line, SPAN("=ybegin ")))
			decoded.bytes = decode_yenc(rest, block->arena);
		else if (span_starts(line, SPAN("begin-base64 "))) {
			if (transfer_decode(span_from(rest, line.len), ENCODING_BASE64, block->arena, &decoded) != PW_OK)
				decoded.bytes = SPAN_NONE;
		} else
			continue;
		if (decoded.bytes.at == NULL) {
			block_fail(block, PW_ENOMEM, SPAN("a file in plain text"));
			return;
		}
		block_part(block, part)->quirks |= 1u << QUIRK_UUENCODE;
		sweep_bytes(block, part, decoded.bytes);
		/* What follows its end is text again; a file in a file is not looked for. */
		size_t close = span_find(text, SPAN("\nend"), at), yclose = span_find(text, SPAN("\n=yend"), at);
		end = close < yclose ? close : yclose;
	}
}

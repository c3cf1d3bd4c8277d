#include "wrapped.h"

#include <string.h>

#include "encapsulated.h"
#include "inlined.h"
#include "sweep.h"

static const struct wrapper {
	const char	*type;
	enum quirk	 quirk;
} wrappers[] = {
	{ "application/pkcs7-mime",	QUIRK_SMIME_OPAQUE },
	{ "application/x-pkcs7-mime",	QUIRK_SMIME_OPAQUE },
	{ "application/ms-tnef",	QUIRK_TNEF },
	{ "application/vnd.ms-tnef",	QUIRK_TNEF },
};

/* How they begin: a sequence in BER, TNEF's signature; and the same where base64 was not undone. */
static const struct {
	enum quirk	quirk;
	const char	*opening;
} openings[] = {
	{ QUIRK_SMIME_OPAQUE, "\x30" }, { QUIRK_SMIME_OPAQUE, "MI" },
	{ QUIRK_TNEF, "\x78\x9f\x3e\x22" }, { QUIRK_TNEF, "eJ8+" },
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

bool
wrapped_is_whole(struct span type, struct span name, struct span bytes)
{
	const struct wrapper *wrapper = wrapper_of(type, name);

	for (size_t i = 0; wrapper != NULL && i < NITEMS(openings); i++)
		if (openings[i].quirk == wrapper->quirk && span_starts(bytes, span_of(openings[i].opening)))
			return true;
	return false;
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

/* Outlook wraps its HTML into compressed RTF. What is not compressed shows itself. */
static void
look_at_rtf(struct block *block, uint32_t part, struct span bytes)
{
	for (size_t at = 0; at < bytes.len && block->failure == PW_OK;) {
		struct span rtf, html;

		if (encapsulated_next(bytes, &at, block->arena, &rtf) != PW_OK ||
		    (html = encapsulated_html(rtf.len > 0 ? rtf : bytes, block->arena)).at == NULL) {
			block_fail(block, PW_ENOMEM, SPAN("winmail.dat"));
			return;
		}
		sweep_bytes(block, part, html);
	}
}

void
wrapped_look(struct block *block, uint32_t part, struct span type, struct span name, struct span bytes)
{
	const struct wrapper *wrapper = wrapper_of(type, name);

	if (wrapper == NULL)
		return;
	block_add_quirk(block, part, wrapper->quirk);
	sweep_bytes(block, part, bytes);
	if (wrapper->quirk == QUIRK_TNEF)
		look_at_rtf(block, part, bytes);
	if (wrapper->quirk == QUIRK_SMIME_OPAQUE) {
		struct span octets = octets_of(bytes, block->arena);

		if (octets.at == NULL)
			block_fail(block, PW_ENOMEM, SPAN("an S/MIME wrapper"));
		else
			sweep_bytes(block, part, octets);
	}
}

void
wrapped_look_in_text(struct block *block, uint32_t part, struct span text)
{
	struct inlined file;

	for (size_t at = 0; at < text.len; at = file.end) {
		if (inlined_next(text, at, block->arena, &file) != PW_OK) {
			block_fail(block, PW_ENOMEM, SPAN("a file in plain text"));
			return;
		}
		if (file.begin == text.len)
			break;
		block_add_quirk(block, part, QUIRK_UUENCODE);
		sweep_bytes(block, part, file.bytes);
		/* Decoders differ about lines that are longer or shorter than they say. */
		sweep_bytes(block, part, span_cut(text, file.begin, file.end));
	}
}

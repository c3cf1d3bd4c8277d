#include "document.h"

#include <string.h>

#include "charset_choice.h"
#include "charset_decode.h"
#include "malformed.h"
#include "render.h"
#include "sweep.h"

static void
out_of_memory(struct block *block)
{
	block_fail(block, PW_ENOMEM, SPAN("a part's content"));
}

/* What a charset and a tree cost, in readings of the text as a document in a document. */
#define DOCUMENT_COST	4u

/* What is asked of a page. True: it is the part's first with something in it, even if it refers to nothing. */
static bool
note_page(struct part *part, const struct collector *collector)
{
	bool first = part->opening == 0 && collector->opening > 0;

	part->characters = collector->characters;
	part->imprint[0] = (uint32_t)(collector->imprint >> 32);
	part->imprint[1] = (uint32_t)collector->imprint;
	if (first) {
		part->opening = collector->opening;
		part->opening_raw = collector->opening_raw;
	}
	return first;
}

/* One document of a part: its decoded content in one charset, and all that it refers to. Its text. */
static struct span
add_as(struct block *block, uint32_t part_index, enum document_kind kind, const struct decoded *decoded,
    struct charset charset, struct span base)
{
	struct part		*part = block_part(block, part_index);
	struct charset_text	 text;
	uint32_t		 before = (uint32_t)block->references.count;
	struct document		*document = block_add_document(block);

	if (document != NULL && !block_read(block, DOCUMENT_COST * (uint64_t)decoded->bytes.len)) {
		block->documents.count--;
		return SPAN_NONE;
	}
	if (document == NULL || charset_decode(charset, decoded->bytes, block->arena, &text) != PW_OK) {
		out_of_memory(block);
		return SPAN_NONE;
	}
	bool as_text = charset_moves_ascii(charset);
	bool identity = part->encoding == ENCODING_IDENTITY;
	*document = (struct document){ .part = part_index, .kind = kind, .base = block_text(block, base) };
	struct collector collector = {
		.block = block, .document = (uint32_t)block->documents.count - 1,
		.raw = { .base = part->body.begin, .map = decoded->map,
		    .none = as_text || (!identity && decoded->map == NULL) },
	};
	struct layer layer = { .text = text.text, .map = text.map };
	if (base.len > 0)
		collector_set_base(&collector, base);
	render_document(&collector, &layer, kind);
	part = block_part(block, part_index);
	/* A page without references is kept once: something may be to be said before it. */
	bool first = kind == DOCUMENT_HTML && note_page(part, &collector);
	if (block->references.count == before && block->failure == PW_OK && !first) {
		block->documents.count--;
		return text.text;
	}
	document = block_document(block, collector.document);
	if (as_text)
		document->flags |= DOCUMENT_AS_TEXT;
	if (identity && !as_text) {
		document->flags |= DOCUMENT_IN_MESSAGE;
		document->bytes = (struct text){ part->body.begin, part->body.end - part->body.begin };
	} else
		document->bytes = block_text(block, as_text ? text.text : decoded->bytes);
	return text.text;
}

/* What a client sees that reads the bytes in another way than their charset says; text is how that has it. */
static void
look_behind_charset(struct block *block, uint32_t part_index, struct charset charset, struct span bytes, struct span text)
{
	uint32_t	*quirks = &block_part(block, part_index)->quirks;
	bool		 malformed, moved = charset_moves_ascii(charset);
	bool		 shifts = bytes.len > 0 && memchr(bytes.at, '\033', bytes.len) != NULL;
	bool		 has_nul = charset.class != CHARSET_WIDE && bytes.len > 0 && memchr(bytes.at, '\0', bytes.len) != NULL;

	if (malformed_drop(text, block->arena, &malformed).at == NULL && text.len > 0)
		out_of_memory(block);
	if (has_nul)
		*quirks |= 1u << QUIRK_CHARSET_CONFLICT;
	if (!moved && !malformed && !shifts && (*quirks & (1u << QUIRK_CHARSET_CONFLICT | 1u << QUIRK_UNKNOWN_CHARSET)) == 0)
		return;
	if (sweep_guises(block, part_index, moved ? bytes : text, charset.known))
		block_add_quirk(block, part_index, QUIRK_CHARSET_CONFLICT);
	/* What it saw of a URL that is known may yet stand in another place. */
	for (uint32_t i = (uint32_t)block->documents.count; i-- > 0 && block_document(block, i)->part == part_index;)
		block_document(block, i)->flags |= DOCUMENT_GUISED;
}

struct span
document_add(struct block *block, uint32_t part_index, enum document_kind kind, const struct decoded *decoded,
    struct span charset_label, struct span base)
{
	struct charset	choices[MOST_CHARSETS];
	size_t		count = charset_choices(charset_label, decoded->bytes, choices);
	struct span	text = SPAN_NONE;

	if (!choices[0].known)
		block_add_quirk(block, part_index, QUIRK_UNKNOWN_CHARSET);
	if (count > 1)
		block_add_quirk(block, part_index, QUIRK_CHARSET_CONFLICT);
	for (size_t i = count; i-- > 0 && block->failure == PW_OK;)
		text = add_as(block, part_index, kind, decoded, choices[i], base);
	if (block->failure == PW_OK)
		look_behind_charset(block, part_index, choices[0], decoded->bytes, text);
	return text;
}

#include "leaf.h"

#include "../characters.h"
#include "document.h"
#include "sweep.h"
#include "transfer.h"
#include "wrapped.h"

/* Encoded bytes that hold what the standard's sniffing looks at. */
#define SNIFFED_BYTES	8192

/* Clients that go by the name open another kind of document, if that is what it says. */
static void
look_as_named(struct block *block, const struct leaf *leaf, struct span text)
{
	enum document_kind other;

	for (size_t i = 0; i < leaf->names->count && block->failure == PW_OK; i++)
		if (media_of_name(leaf->names->at[i], &other) && other != leaf->kind &&
		    sweep_as(block, leaf->part, text, other, leaf->base))
			block_add_quirk(block, leaf->part, QUIRK_KIND_CONFLICT);
}

static bool
is_plain(const struct leaf *leaf)
{
	return leaf->type->head.len == 0 || span_eq(leaf->type->head, SPAN("text/plain"));
}

static bool
is_wrapper(const struct leaf *leaf)
{
	return wrapped_is_wrapper(leaf->type->head, leaf->names->at[0]);
}

/* The content decides by its first bytes: an attachment is not decoded to the end for that. */
static bool
may_be_opened(struct leaf *leaf, struct arena *arena)
{
	struct decoded decoded;

	if (leaf->media == MEDIA_DOCUMENT || is_plain(leaf) || is_wrapper(leaf) || names_document(leaf->names, &leaf->kind))
		return true;
	return leaf->media != MEDIA_OPAQUE &&
	    (transfer_decode(span_cut(leaf->body, 0, SNIFFED_BYTES), leaf->encoding, arena, &decoded) != PW_OK ||
	    media_sniff(decoded.bytes, &leaf->kind));
}

/* By its name, or what it looks like; the content of a wrapper that is none counts as of no type. */
static bool
looks_like_document(struct leaf *leaf, struct span content)
{
	return names_document(leaf->names, &leaf->kind) ||
	    ((leaf->media != MEDIA_OPAQUE || is_wrapper(leaf)) && media_sniff(content, &leaf->kind));
}

void
leaf_open(struct block *block, struct leaf *leaf)
{
	struct span	type = leaf->type->head, name = leaf->names->at[0];
	struct decoded	decoded;

	/* Where lines are as they are, old clients look for files in any kind of part. */
	if (leaf->encoding == ENCODING_IDENTITY || leaf->encoding == ENCODING_QP)
		wrapped_look_in_text(block, leaf->part, leaf->body);
	if (!may_be_opened(leaf, block->arena))
		return;
	if (transfer_decode(leaf->body, leaf->encoding, block->arena, &decoded) != PW_OK) {
		block_fail(block, PW_ENOMEM, SPAN("a part's content"));
		return;
	}
	if (is_plain(leaf))
		block_part(block, leaf->part)->characters = (uint32_t)characters_of_text(decoded.bytes);
	if (is_wrapper(leaf) && wrapped_is_whole(type, name, decoded.bytes)) {
		wrapped_look(block, leaf->part, type, name, decoded.bytes);
		return;
	}
	if (is_plain(leaf) && leaf->encoding != ENCODING_IDENTITY)
		wrapped_look_in_text(block, leaf->part, decoded.bytes);
	if (leaf->media != MEDIA_DOCUMENT) {
		if (!looks_like_document(leaf, decoded.bytes))
			return;
		block_add_quirk(block, leaf->part, QUIRK_HTML_BY_NAME);
	}
	if (decoded.odd)
		block_add_quirk(block, leaf->part, leaf->encoding == ENCODING_QP ? QUIRK_BROKEN_QP : QUIRK_BROKEN_BASE64);
	look_as_named(block, leaf, document_add(block, leaf->part, leaf->kind, &decoded,
	    parameter_get(leaf->type, SPAN("charset"), 0), leaf->base));
}

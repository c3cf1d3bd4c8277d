#include "walk.h"

#include "boundary.h"
#include "encoding.h"
#include "fields.h"
#include "header.h"
#include "leaf.h"
#include "lineends.h"
#include "media.h"
#include "names.h"
#include "own_header.h"
#include "requests.h"
#include "sweep.h"
#include "transfer.h"

/* An entity that waits for its turn. */
struct waiting {
	struct extent	extent;		/* header and body */
	uint32_t	parent;		/* part index */
	struct span	path;
	unsigned	depth;
	bool		in_digest;	/* its default type is message/rfc822 */
	bool		is_message;	/* top level, or inside message/rfc822: a leaf there is its own part 1 */
	struct span	base;		/* of what is around it */
	struct span	boundary;	/* of the multipart around it */
};

struct walk {
	struct block	*block;
	struct waiting	*stack;
	size_t		 count, capacity;
	struct header_count header_count;
	struct own_header own_header;
};

/* One way to read an entity: this Content-Type, this encoding. */
struct reading {
	const struct waiting	*waiting;
	const struct header	*header;
	uint32_t		 number;	/* of the entity's readings, from 0 */
	struct parameters	 type, disposition;
	struct names		 names;
	enum transfer_encoding	 encoding;
	enum media		 media;
	enum document_kind	 kind;
	uint32_t		 quirks;
	struct span		 path;
	struct span		 base;		/* of what is in it */
	uint32_t		 part;
};

static const char *const disposition_words[] = { "", "inline", "attachment" };

static enum disposition
disposition_of(struct span word)
{
	for (uint32_t i = 0; i < NITEMS(disposition_words); i++)
		if (span_eq(word, span_of(disposition_words[i])))
			return (enum disposition)i;
	return DISPOSITION_OTHER;
}

static void
out_of_memory(struct walk *walk)
{
	block_fail(walk->block, PW_ENOMEM, SPAN("the MIME structure"));
}

static void
push(struct walk *walk, struct waiting waiting)
{
	if (waiting.depth > walk->block->limits->depth) {
		block_exceed(walk->block, LIMIT_depth);
		return;
	}
	struct waiting *larger = arena_grow(walk->block->arena, walk->stack, walk->count, &walk->capacity, sizeof(*larger));
	if (larger == NULL) {
		out_of_memory(walk);
		return;
	}
	walk->stack = larger;
	larger[walk->count++] = waiting;
}

static struct span
child_path(struct walk *walk, const struct waiting *outer, size_t number)
{
	struct span path = outer->path.len > 0 ?
	    arena_printf(walk->block->arena, "%.*s.%zu", SPAN_ARG(outer->path), number) :
	    arena_printf(walk->block->arena, "%zu", number);

	if (path.at == NULL)
		out_of_memory(walk);
	return path;
}

/* Before the first boundary and behind the last, markup or fields are more than a word to old clients. */
static bool
holds_content(struct span message, struct extent extent)
{
	struct span text = span_cut(message, extent.begin, extent.end);

	return span_find_char(text, '<', 0) < text.len || span_find_nocase(text, SPAN("content-"), 0) < text.len ||
	    span_find(text, SPAN("\n--"), 0) < text.len;
}

/* What clients take an entity for that calls itself so, or nothing, or what nobody knows. */
static void
settle_type(struct reading *reading, struct span written)
{
	struct parameters *type = &reading->type;

	reading->media = media_of_type(type->head, &reading->kind);
	/* A field that is there but empty is text/plain to some, and bytes to look into to others. */
	if (type->head.len == 0 && reading->header->type_count > 0)
		reading->quirks |= 1u << QUIRK_BAD_TYPE;
	if (type->head.len == 0 && reading->waiting->in_digest) {
		type->head = SPAN("message/rfc822");
		reading->media = MEDIA_MESSAGE;
	}
	if (reading->media == MEDIA_UNKNOWN && !span_starts(type->head, SPAN("text/")) && names_message(&reading->names))
		reading->media = MEDIA_MESSAGE;
	/* No client knows the type, but some know a boundary when they see one. */
	if (reading->media == MEDIA_UNKNOWN && parameter_get(type, SPAN("boundary"), 0).len > 0) {
		reading->media = MEDIA_MULTIPART;
		reading->quirks |= 1u << QUIRK_BAD_TYPE;
	}
	if (type->repeated)
		reading->quirks |= 1u << QUIRK_DUPLICATE_PARAMETER;
	if (type->odd)
		reading->quirks |= 1u << QUIRK_FIELD_SYNTAX;
	/* Some read a name that is none by the words in it, others as bytes. */
	if (written.len > 0 && (!media_is_type(type->head) ||
	    (reading->media == MEDIA_UNKNOWN && !span_starts(type->head, SPAN("application/")))))
		reading->quirks |= 1u << QUIRK_BAD_TYPE;
}

/* false: the failure is recorded. */
static bool
read_values(struct walk *walk, struct reading *reading, struct span type, struct span encoding)
{
	const struct header	*header = reading->header;
	struct arena		*arena = walk->block->arena;
	bool			 odd_encoding = false;

	reading->encoding = encoding_of(encoding, arena, &odd_encoding);
	reading->quirks = header->quirks | (odd_encoding ? 1u << QUIRK_ODD_ENCODING : 0);
	if (parameters_parse(type, arena, &reading->type) != PW_OK ||
	    parameters_parse(header->disposition, arena, &reading->disposition) != PW_OK) {
		out_of_memory(walk);
		return false;
	}
	reading->names = names_of(&reading->disposition, &reading->type, arena);
	reading->base = header->content_base.len > 0 ? header->content_base :
	    header->content_location.len > 0 ? header->content_location : reading->waiting->base;
	settle_type(reading, type);
	reading->path = reading->waiting->is_message && reading->media != MEDIA_MULTIPART ?
	    child_path(walk, reading->waiting, 1) : reading->waiting->path;
	return true;
}

/* false: the failure is recorded. */
static bool
add_part(struct block *block, struct reading *reading)
{
	const struct header	*header = reading->header;
	struct part		*part = block_add_part(block);

	if (part == NULL)
		return false;
	reading->part = (uint32_t)block->parts.count - 1;
	*part = (struct part){
		.parent = reading->waiting->parent, .header = header->extent, .body = header->body,
		.type_field = header->type_field, .encoding_field = header->encoding_field,
		.encoding = reading->encoding, .disposition = disposition_of(reading->disposition.head),
		.characters = DISSECTION_NONE, .reading = reading->number, .quirks = reading->quirks,
	};
	part->path = block_text(block, reading->path);
	part->type = block_text(block, reading->type.head.len > 0 ? reading->type.head : SPAN("text/plain"));
	part->charset = block_text(block, parameter_get(&reading->type, SPAN("charset"), 0));
	part->name = block_text(block, span_cut(reading->names.at[0], 0, 255));
	return true;
}

/* false: no boundary, or no body between boundaries; then clients take it for text. */
static bool
open_multipart(struct walk *walk, const struct reading *reading)
{
	const struct waiting	*waiting = reading->waiting;
	struct block		*block = walk->block;
	struct span		 boundary = span_trim_end(parameter_get(&reading->type, SPAN("boundary"), 0));
	struct bodies		 bodies;
	enum pw_err		 err;

	if (reading->encoding != ENCODING_IDENTITY)
		block_add_quirk(block, reading->part, QUIRK_ENCODED_MULTIPART);
	if (boundary.len == 0)
		return false;
	err = boundary_split(block->message, reading->header->body, boundary, block->limits->parts, block->arena, &bodies);
	if (err == PW_ELIMIT)
		block_exceed(block, LIMIT_parts);
	else if (err != PW_OK)
		out_of_memory(walk);
	if (bodies.count == 0)
		return false;
	if (!bodies.closed)
		block_add_quirk(block, reading->part, QUIRK_UNCLOSED);
	if (bodies.odd || (waiting->boundary.len > 0 && span_eq(boundary, waiting->boundary)))
		block_add_quirk(block, reading->part, QUIRK_NESTED_ODDLY);
	if (holds_content(block->message, bodies.preamble))
		block_add_quirk(block, reading->part, QUIRK_PREAMBLE);
	if (holds_content(block->message, bodies.epilogue))
		block_add_quirk(block, reading->part, QUIRK_EPILOGUE);
	/* The stack gives the last first. */
	for (size_t i = bodies.count; i-- > 0 && block->failure == PW_OK;)
		push(walk, (struct waiting){
			.extent = bodies.at[i], .parent = reading->part, .path = child_path(walk, waiting, i + 1),
			.depth = waiting->depth + 1, .in_digest = span_eq(reading->type.head, SPAN("multipart/digest")),
			.base = reading->base, .boundary = boundary,
		});
	return true;
}

static void
open_message(struct walk *walk, const struct reading *reading)
{
	if (reading->encoding != ENCODING_IDENTITY)
		block_add_quirk(walk->block, reading->part, QUIRK_ENCODED_MULTIPART);
	else
		push(walk, (struct waiting){
			.extent = reading->header->body, .parent = reading->part, .path = reading->path,
			.depth = reading->waiting->depth + 1, .is_message = true,
		});
}

static void
open_reading(struct walk *walk, struct reading *reading, struct span type, struct span encoding)
{
	struct block	*block = walk->block;
	struct span	 body = span_cut(block->message, reading->header->body.begin, reading->header->body.end);
	struct decoded	 decoded;

	if (!read_values(walk, reading, type, encoding) || !add_part(block, reading))
		return;
	if (reading->waiting->is_message && reading->number == 0)
		requests_look(block, reading->part);
	if (span_eq(reading->type.head, SPAN("message/external-body")))
		requests_look_at_external_body(block, reading->part, &reading->type);
	if (reading->media == MEDIA_MULTIPART) {
		if (open_multipart(walk, reading))
			return;
		block_add_quirk(block, reading->part, QUIRK_NO_BOUNDARY);
		reading->media = MEDIA_UNKNOWN;
	}
	if (reading->media == MEDIA_REPORT) {
		if (transfer_decode(body, reading->encoding, block->arena, &decoded) != PW_OK) {
			out_of_memory(walk);
			return;
		}
		reading->media = media_is_report(decoded.bytes) ? MEDIA_OPAQUE : MEDIA_MESSAGE;
	}
	if (reading->media == MEDIA_MESSAGE)
		open_message(walk, reading);
	else
		leaf_open(block, &(struct leaf){
			.part = reading->part, .type = &reading->type, .names = &reading->names, .encoding = reading->encoding,
			.media = reading->media, .kind = reading->kind, .body = body, .base = reading->base,
		});
}

static void
open_entity(struct walk *walk, const struct waiting *waiting)
{
	struct block	*block = walk->block;
	struct header	 header;
	bool		 is_top = waiting->parent == DISSECTION_NONE;
	uint32_t	 number = 0;

	header_read(&header, block, waiting->extent, waiting->is_message, &walk->header_count,
	    is_top ? &walk->own_header : NULL);
	if (is_top)
		block->head.body_at = header.body.begin;
	/* The last Content-Type and encoding first: most clients keep the last. */
	size_t types = header.type_count > 0 ? header.type_count : 1;
	size_t codings = header.encoding_count > 0 ? header.encoding_count : 1;
	for (size_t t = types; t-- > 0;)
		for (size_t c = codings; c-- > 0 && block->failure == PW_OK; number++) {
			if (number >= block->limits->readings) {
				block_exceed(block, LIMIT_readings);
				return;
			}
			open_reading(walk, &(struct reading){ .waiting = waiting, .header = &header, .number = number },
			    header.types[t], header.encodings[c]);
		}
}

static void
add_notes(struct block *block)
{
	for (uint32_t i = 0; i < block->parts.count; i++)
		for (uint32_t quirk = 0; quirk <= QUIRK_TNEF; quirk++)
			if ((block_part(block, i)->quirks & 1u << quirk) != 0)
				block_add_note(block, i, span_of(quirk_text((enum quirk)quirk)));
}

void
walk_message(struct block *block)
{
	struct walk walk = { .block = block };

	push(&walk, (struct waiting){
		.extent = { 0, (uint32_t)block->message.len }, .parent = DISSECTION_NONE, .is_message = true,
	});
	while (walk.count > 0 && block->failure == PW_OK) {
		struct waiting next = walk.stack[--walk.count];
		open_entity(&walk, &next);
	}
	if (block->parts.count > 0 && lineends_are_odd(block->message))
		block_add_quirk(block, 0, QUIRK_LINE_ENDS);
	uint32_t quirks = 0;
	for (size_t i = 0; i < block->parts.count; i++)
		quirks |= block_part(block, (uint32_t)i)->quirks;
	if (block->failure == PW_OK && (quirks & QUIRKS_OF_STRUCTURE) != 0)
		sweep_message(block);
	add_notes(block);
}

#include "walk.h"

#include <string.h>

#include "../characters.h"
#include "boundary.h"
#include "charset_choice.h"
#include "charset_decode.h"
#include "fields.h"
#include "malformed.h"
#include "media.h"
#include "own_header.h"
#include "render.h"
#include "requests.h"
#include "sweep.h"
#include "transfer.h"
#include "words.h"
#include "wrapped.h"

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
	struct own_header own_header;
	uint64_t	 header_bytes, header_lines;
};

/* A header that says a thing more than once gives clients a choice: so many different ones are followed. */
#define MOST_CHOICES	3

/* Encoded bytes that hold what the standard's sniffing looks at. */
#define SNIFFED_BYTES	8192

/* The fields of one entity that matter. */
struct header {
	struct extent		extent, body;
	struct span		types[MOST_CHOICES], encodings[MOST_CHOICES];
	size_t			type_count, encoding_count;
	struct extent		type_field, encoding_field;
	struct span		disposition, content_base, content_location;
	uint32_t		quirks;
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

static void
add_choice(struct span *choices, size_t *count, struct span value)
{
	for (size_t i = 0; i < *count; i++)
		if (span_eq_nocase(choices[i], value))
			return;
	if (*count < MOST_CHOICES)
		choices[(*count)++] = value;
}

static void
read_field(struct walk *walk, struct header *header, const struct field *field, size_t offset)
{
	struct arena	*arena = walk->block->arena;
	struct extent	 place = { (uint32_t)(offset + field->begin), (uint32_t)(offset + field->end) };

	if (field->odd)
		header->quirks |= 1u << QUIRK_FIELD_SYNTAX;
	if (!span_starts_nocase(field->name, SPAN("content-")))
		return;
	if (span_eq_nocase(field->name, SPAN("content-type"))) {
		if (header->type_count > 0)
			header->quirks |= 1u << QUIRK_DUPLICATE_TYPE;
		add_choice(header->types, &header->type_count, field_unfold(field->value, arena));
		header->type_field = place;
	} else if (span_eq_nocase(field->name, SPAN("content-transfer-encoding"))) {
		if (header->encoding_count > 0)
			header->quirks |= 1u << QUIRK_DUPLICATE_ENCODING;
		add_choice(header->encodings, &header->encoding_count, field_unfold(field->value, arena));
		header->encoding_field = place;
	} else if (span_eq_nocase(field->name, SPAN("content-disposition")))
		header->disposition = field_unfold(field->value, arena);
	else if (span_eq_nocase(field->name, SPAN("content-base")))
		header->content_base = field_unfold(field->value, arena);
	else if (span_eq_nocase(field->name, SPAN("content-location")))
		header->content_location = field_unfold(field->value, arena);
}

/* Where a header is empty, some clients skip the blank lines before what looks like one. */
static bool
hides_header(struct span body, bool is_message)
{
	body = span_trim(body);
	size_t colon = span_find_char(body, ':', 0);

	for (size_t i = 0; i < colon; i++)
		if ((unsigned char)body.at[i] <= ' ')
			colon = 0;
	return (is_message && body.len > 0) || (colon > 0 && colon < body.len);
}

static void
read_header(struct walk *walk, const struct waiting *waiting, struct header *header)
{
	struct block		*block = walk->block;
	struct span		 text = span_cut(block->message, waiting->extent.begin, waiting->extent.end);
	struct field_reader	 reader;
	struct field		 field;
	uint64_t		 lines_before = walk->header_lines;

	*header = (struct header){ 0 };
	field_reader_init(&reader, text);
	while (field_next(&reader, &field)) {
		walk->header_lines++;
		walk->header_bytes += field.end - field.begin;
		if (walk->header_lines > block->limits->header_lines) {
			block_exceed(block, LIMIT_header_lines);
			break;
		}
		if (walk->header_bytes > block->limits->header_bytes) {
			block_exceed(block, LIMIT_header_bytes);
			break;
		}
		read_field(walk, header, &field, waiting->extent.begin);
		if (waiting->parent == DISSECTION_NONE)
			own_header_read(&walk->own_header, block, &field);
	}
	if (reader.no_blank_line ||
	    (walk->header_lines == lines_before && hides_header(span_from(text, reader.at), waiting->is_message)))
		header->quirks |= 1u << QUIRK_FIELD_SYNTAX;
	header->extent = (struct extent){ waiting->extent.begin, waiting->extent.begin + (uint32_t)reader.at };
	header->body = (struct extent){ header->extent.end, waiting->extent.end };
}

static const struct {
	const char		*name;
	enum transfer_encoding	 encoding;
	bool			 odd;
} encodings[] = {
	{ "7bit",		ENCODING_IDENTITY,	false },
	{ "8bit",		ENCODING_IDENTITY,	false },
	{ "binary",		ENCODING_IDENTITY,	false },
	{ "",			ENCODING_IDENTITY,	false },
	{ "quoted-printable",	ENCODING_QP,		false },
	{ "base64",		ENCODING_BASE64,	false },
	{ "x-uuencode",		ENCODING_UU,		true },
	{ "x-uuencoded",	ENCODING_UU,		true },
	{ "x-uue",		ENCODING_UU,		true },
	{ "uuencode",		ENCODING_UU,		true },
	{ "uuencoded",		ENCODING_UU,		true },
	{ "uue",		ENCODING_UU,		true },
};

static const struct {
	const char		*word;
	enum transfer_encoding	 encoding;
} meant[] = {
	{ "base64", ENCODING_BASE64 }, { "quotedprintable", ENCODING_QP }, { "uue", ENCODING_UU },
};

/* Lower case letters and digits only. */
static struct span
letters_of(struct span text, char *out, size_t most)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < most; i++)
		if (ascii_alpha(text.at[i]) || ascii_digit(text.at[i]))
			out[len++] = ascii_lower(text.at[i]);
	return (struct span){ out, len };
}

static enum transfer_encoding
encoding_of(struct span written, struct arena *arena, uint32_t *quirks)
{
	struct parameters parameters;

	/* The same grammar of comments and semicolons; only the head counts. */
	if (parameters_parse(written, arena, &parameters) != PW_OK)
		return ENCODING_IDENTITY;
	if (!span_eq_nocase(parameters.head, span_trim(written)))
		*quirks |= 1u << QUIRK_ODD_ENCODING;
	for (size_t i = 0; i < NITEMS(encodings); i++)
		if (span_eq(parameters.head, span_of(encodings[i].name))) {
			if (encodings[i].odd)
				*quirks |= 1u << QUIRK_ODD_ENCODING;
			return encodings[i].encoding;
		}
	*quirks |= 1u << QUIRK_ODD_ENCODING;
	/* "x-base64", "base 64", "quotedprintable": what the sender meant, and what lenient clients take it for. */
	char		room[64];
	struct span	letters = letters_of(written, room, sizeof(room));
	for (size_t i = 0; i < NITEMS(meant); i++)
		if (span_find(letters, span_of(meant[i].word), 0) < letters.len)
			return meant[i].encoding;
	return ENCODING_IDENTITY;
}

/* What a charset and a tree cost, in readings of the text as a document in a document. */
#define DOCUMENT_COST	4u

/* One document of a part: its decoded content in one charset, and all that it refers to. Its text. */
static struct span
add_document_as(struct walk *walk, uint32_t part_index, enum document_kind kind, const struct decoded *decoded,
    struct charset charset, struct span base)
{
	struct block		*block = walk->block;
	struct part		*part = block_part(block, part_index);
	struct charset_text	 text;
	uint32_t		 before = (uint32_t)block->references.count;
	struct document		*document = block_add_document(block);

	if (document != NULL && !block_read(block, DOCUMENT_COST * (uint64_t)decoded->bytes.len)) {
		block->documents.count--;
		return SPAN_NONE;
	}
	if (document == NULL || charset_decode(charset, decoded->bytes, block->arena, &text) != PW_OK) {
		out_of_memory(walk);
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
	if (kind == DOCUMENT_HTML) {
		part = block_part(block, part_index);
		part->characters = collector.characters;
		part->imprint[0] = (uint32_t)(collector.imprint >> 32);
		part->imprint[1] = (uint32_t)collector.imprint;
	}
	/* A page without references is kept once: something may be to be said before it. */
	bool first = kind == DOCUMENT_HTML && part->opening == 0 && collector.opening > 0;
	if (first) {
		part->opening = collector.opening;
		part->opening_raw = collector.opening_raw;
	}
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
look_behind_charset(struct walk *walk, uint32_t part_index, struct charset charset, struct span bytes, struct span text)
{
	uint32_t	*quirks = &block_part(walk->block, part_index)->quirks;
	bool		 malformed, moved = charset_moves_ascii(charset);
	bool		 shifts = bytes.len > 0 && memchr(bytes.at, '\033', bytes.len) != NULL;
	bool		 has_nul = charset.class != CHARSET_WIDE && bytes.len > 0 && memchr(bytes.at, '\0', bytes.len) != NULL;

	if (malformed_drop(text, walk->block->arena, &malformed).at == NULL && text.len > 0)
		out_of_memory(walk);
	if (has_nul)
		*quirks |= 1u << QUIRK_CHARSET_CONFLICT;
	if (!moved && !malformed && !shifts && (*quirks & (1u << QUIRK_CHARSET_CONFLICT | 1u << QUIRK_UNKNOWN_CHARSET)) == 0)
		return;
	if (sweep_guises(walk->block, part_index, moved ? bytes : text, charset.known))
		block_part(walk->block, part_index)->quirks |= 1u << QUIRK_CHARSET_CONFLICT;
	/* What it saw of a URL that is known may yet stand in another place. */
	for (uint32_t i = (uint32_t)walk->block->documents.count;
	    i-- > 0 && block_document(walk->block, i)->part == part_index;)
		block_document(walk->block, i)->flags |= DOCUMENT_GUISED;
}

/* A part that a client renders: in every charset that some client takes it for. Its text in the first. */
static struct span
add_document(struct walk *walk, uint32_t part_index, enum document_kind kind, const struct decoded *decoded,
    struct span charset_label, struct span base)
{
	struct charset	choices[MOST_CHARSETS];
	size_t		count = charset_choices(charset_label, decoded->bytes, choices);
	struct span	text = SPAN_NONE;

	if (!choices[0].known)
		block_part(walk->block, part_index)->quirks |= 1u << QUIRK_UNKNOWN_CHARSET;
	if (count > 1)
		block_part(walk->block, part_index)->quirks |= 1u << QUIRK_CHARSET_CONFLICT;
	for (size_t i = count; i-- > 0 && walk->block->failure == PW_OK;)
		text = add_document_as(walk, part_index, kind, decoded, choices[i], base);
	if (walk->block->failure == PW_OK)
		look_behind_charset(walk, part_index, choices[0], decoded->bytes, text);
	return text;
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

/* false: no boundary, or no body between boundaries; then clients take it for text. */
static bool
open_multipart(struct walk *walk, const struct waiting *waiting, uint32_t part_index, const struct parameters *type,
    struct span base)
{
	struct block	*block = walk->block;
	struct part	*part = block_part(block, part_index);
	struct span	 boundary = span_trim_end(parameter_get(type, SPAN("boundary"), 0));
	struct bodies	 bodies;
	enum pw_err	 err;

	if (boundary.len == 0)
		return false;
	err = boundary_split(block->message, part->body, boundary, block->limits->parts, block->arena, &bodies);
	if (err == PW_ELIMIT)
		block_exceed(block, LIMIT_parts);
	else if (err != PW_OK)
		out_of_memory(walk);
	if (bodies.count == 0)
		return false;
	if (!bodies.closed)
		part->quirks |= 1u << QUIRK_UNCLOSED;
	if (bodies.odd || (waiting->boundary.len > 0 && span_eq(boundary, waiting->boundary)))
		part->quirks |= 1u << QUIRK_NESTED_ODDLY;
	if (holds_content(block->message, bodies.preamble))
		part->quirks |= 1u << QUIRK_PREAMBLE;
	if (holds_content(block->message, bodies.epilogue))
		part->quirks |= 1u << QUIRK_EPILOGUE;
	/* The stack gives the last first. */
	for (size_t i = bodies.count; i-- > 0 && block->failure == PW_OK;)
		push(walk, (struct waiting){
			.extent = bodies.at[i], .parent = part_index, .path = child_path(walk, waiting, i + 1),
			.depth = waiting->depth + 1, .in_digest = span_eq(type->head, SPAN("multipart/digest")),
			.base = base, .boundary = boundary,
		});
	return true;
}

static void
look_at_requests(struct walk *walk, uint32_t index)
{
	const struct part	*part = block_part(walk->block, index);
	struct field_reader	 reader;
	struct field		 field;
	uint32_t		 begin = part->header.begin;

	field_reader_init(&reader, span_cut(walk->block->message, begin, part->header.end));
	while (field_next(&reader, &field))
		requests_look(walk->block, index, &field, begin);
}

/* A header may give more than one name: in two fields, or twice in one. */
#define MOST_NAMES	6

struct names {
	struct span	at[MOST_NAMES];
	size_t		count;
};

static void
names_add(struct names *names, const struct parameters *parameters, struct span name, struct arena *arena)
{
	struct span value;

	for (size_t i = 0; names->count < MOST_NAMES && (value = parameter_get(parameters, name, i)).at != NULL; i++)
		if (value.len > 0)
			names->at[names->count++] = words_decode(value, arena);
}

/* Does one of them end like a document? */
static bool
names_document(const struct names *names, enum document_kind *kind)
{
	for (size_t i = 0; i < names->count; i++)
		if (media_of_name(names->at[i], kind))
			return true;
	return false;
}

static bool
names_message(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (media_is_message_name(names->at[i]))
			return true;
	return false;
}

/* Clients that go by the name open another kind of document, if that is what it says. */
static void
look_as_named(struct walk *walk, uint32_t part_index, const struct names *names, enum document_kind kind, struct span text,
    struct span base)
{
	enum document_kind other;

	for (size_t i = 0; i < names->count && walk->block->failure == PW_OK; i++)
		if (media_of_name(names->at[i], &other) && other != kind &&
		    sweep_as(walk->block, part_index, text, other, base))
			block_part(walk->block, part_index)->quirks |= 1u << QUIRK_KIND_CONFLICT;
}

/* Blocks of fields and nothing else, and none of them says what content there is. */
static bool
is_report(struct span body)
{
	for (size_t at = 0; at < body.len;) {
		struct field_reader	reader;
		struct field		field;

		field_reader_init(&reader, span_from(body, at));
		while (field_next(&reader, &field))
			if (span_starts_nocase(field.name, SPAN("content-")))
				return false;
		if (reader.no_blank_line)
			return false;
		at += reader.at;
	}
	return true;
}

/* One way to read the entity: this Content-Type, this encoding. */
static void
open_reading(struct walk *walk, const struct waiting *waiting, const struct header *header, struct span type_text,
    struct span encoding_text, uint32_t reading)
{
	struct block		*block = walk->block;
	struct arena		*arena = block->arena;
	struct parameters	 type = { 0 }, disposition = { 0 };
	uint32_t		 quirks = header->quirks;
	enum transfer_encoding	 encoding = encoding_of(encoding_text, arena, &quirks);
	enum document_kind	 kind;
	struct part		*part = block_add_part(block);

	if (part == NULL)
		return;
	if (parameters_parse(type_text, arena, &type) != PW_OK ||
	    parameters_parse(header->disposition, arena, &disposition) != PW_OK) {
		out_of_memory(walk);
		return;
	}
	uint32_t	index = (uint32_t)block->parts.count - 1;
	enum media	media = media_of_type(type.head, &kind);
	struct names	names = { .count = 0 };

	names_add(&names, &disposition, SPAN("filename"), arena);
	names_add(&names, &type, SPAN("name"), arena);
	struct span	name = names.count > 0 ? names.at[0] : SPAN_NONE;
	/* A field that is there but empty is text/plain to some, and bytes to look into to others. */
	if (type.head.len == 0 && header->type_count > 0)
		quirks |= 1u << QUIRK_BAD_TYPE;
	if (type.head.len == 0 && waiting->in_digest) {
		type.head = SPAN("message/rfc822");
		media = MEDIA_MESSAGE;
	}
	if (media == MEDIA_UNKNOWN && !span_starts(type.head, SPAN("text/")) && names_message(&names))
		media = MEDIA_MESSAGE;
	/* No client knows the type, but some know a boundary when they see one. */
	if (media == MEDIA_UNKNOWN && parameter_get(&type, SPAN("boundary"), 0).len > 0) {
		media = MEDIA_MULTIPART;
		quirks |= 1u << QUIRK_BAD_TYPE;
	}
	if (type.repeated)
		quirks |= 1u << QUIRK_DUPLICATE_PARAMETER;
	if (type.odd)
		quirks |= 1u << QUIRK_FIELD_SYNTAX;
	/* Some read a name that is none by the words in it, others as bytes. */
	if (type_text.len > 0 && (!media_is_type(type.head) ||
	    (media == MEDIA_UNKNOWN && !span_starts(type.head, SPAN("application/")))))
		quirks |= 1u << QUIRK_BAD_TYPE;
	struct span base = header->content_base.len > 0 ? header->content_base :
	    header->content_location.len > 0 ? header->content_location : waiting->base;
	*part = (struct part){
		.parent = waiting->parent, .header = header->extent, .body = header->body,
		.type_field = header->type_field, .encoding_field = header->encoding_field,
		.encoding = encoding, .disposition = disposition_of(disposition.head), .characters = DISSECTION_NONE,
		.reading = reading, .quirks = quirks,
	};
	bool leaf = media != MEDIA_MULTIPART;
	part->path = block_text(block, leaf && waiting->is_message ? child_path(walk, waiting, 1) : waiting->path);
	part->type = block_text(block, type.head.len > 0 ? type.head : SPAN("text/plain"));
	part->charset = block_text(block, parameter_get(&type, SPAN("charset"), 0));
	part->name = block_text(block, span_cut(name, 0, 255));

	if (waiting->is_message && reading == 0)
		look_at_requests(walk, index);
	if (span_eq(type.head, SPAN("message/external-body")))
		requests_look_at_external_body(block, index, &type);
	if (media == MEDIA_MULTIPART) {
		if (encoding != ENCODING_IDENTITY)
			part->quirks |= 1u << QUIRK_ENCODED_MULTIPART;
		if (open_multipart(walk, waiting, index, &type, base))
			return;
		block_part(block, index)->quirks |= 1u << QUIRK_NO_BOUNDARY;
		media = MEDIA_UNKNOWN;
	}
	struct span body = span_cut(block->message, header->body.begin, header->body.end);
	struct decoded decoded;
	if (media == MEDIA_REPORT) {
		if (transfer_decode(body, encoding, arena, &decoded) != PW_OK) {
			out_of_memory(walk);
			return;
		}
		media = is_report(decoded.bytes) ? MEDIA_OPAQUE : MEDIA_MESSAGE;
	}
	if (media == MEDIA_MESSAGE) {
		if (encoding != ENCODING_IDENTITY)
			block_part(block, index)->quirks |= 1u << QUIRK_ENCODED_MULTIPART;
		else
			push(walk, (struct waiting){ .extent = header->body, .parent = index,
			    .path = leaf && waiting->is_message ? child_path(walk, waiting, 1) : waiting->path,
			    .depth = waiting->depth + 1, .is_message = true });
		return;
	}
	bool wrapper = wrapped_is_wrapper(type.head, name);
	bool plain = span_eq(type.head, SPAN("text/plain")) || type.head.len == 0;
	/* Where lines are as they are, old clients look for files in any kind of part. */
	if (encoding == ENCODING_IDENTITY || encoding == ENCODING_QP)
		wrapped_look_in_text(block, index, body);
	if (media == MEDIA_OPAQUE && !wrapper && !plain && !names_document(&names, &kind))
		return;

	/* The content decides by its first bytes: an attachment is not decoded to the end for that. */
	if (media == MEDIA_UNKNOWN && !plain && !wrapper && !names_document(&names, &kind) &&
	    transfer_decode(span_cut(body, 0, SNIFFED_BYTES), encoding, arena, &decoded) == PW_OK &&
	    !media_sniff(decoded.bytes, &kind))
		return;
	if (transfer_decode(body, encoding, arena, &decoded) != PW_OK) {
		out_of_memory(walk);
		return;
	}
	if (plain)
		block_part(block, index)->characters = (uint32_t)characters_of_text(decoded.bytes);
	if (wrapper && wrapped_is_whole(type.head, name, decoded.bytes)) {
		wrapped_look(block, index, type.head, name, decoded.bytes);
		return;
	}
	if (wrapper && media == MEDIA_OPAQUE)
		media = MEDIA_UNKNOWN;
	if (plain && encoding != ENCODING_IDENTITY)
		wrapped_look_in_text(block, index, decoded.bytes);
	if (media != MEDIA_DOCUMENT) {
		if (!names_document(&names, &kind) && (media == MEDIA_OPAQUE || !media_sniff(decoded.bytes, &kind)))
			return;
		block_part(block, index)->quirks |= 1u << QUIRK_HTML_BY_NAME;
	}
	if (decoded.odd)
		block_part(block, index)->quirks |= 1u << (encoding == ENCODING_QP ? QUIRK_BROKEN_QP : QUIRK_BROKEN_BASE64);
	struct span text = add_document(walk, index, kind, &decoded, parameter_get(&type, SPAN("charset"), 0), base);
	look_as_named(walk, index, &names, kind, text, base);
}

static void
open_entity(struct walk *walk, const struct waiting *waiting)
{
	struct block	*block = walk->block;
	struct header	 header;
	uint32_t	 reading = 0;

	read_header(walk, waiting, &header);
	if (waiting->parent == DISSECTION_NONE)
		block->head.body_at = header.body.begin;
	/* The last Content-Type and encoding first: most clients keep the last. */
	size_t types = header.type_count > 0 ? header.type_count : 1;
	size_t codings = header.encoding_count > 0 ? header.encoding_count : 1;
	for (size_t t = types; t-- > 0;)
		for (size_t c = codings; c-- > 0 && block->failure == PW_OK; reading++) {
			if (reading >= block->limits->readings) {
				block_exceed(block, LIMIT_readings);
				return;
			}
			open_reading(walk, waiting, &header, header.types[t], header.encodings[c], reading);
		}
}

typedef unsigned char sixteen __attribute__((vector_size(16)));

/* NUL, or CR without LF: some clients end lines there. Sixteen bytes at once, since every message is read for it. */
static bool
has_odd_line_ends(struct span message)
{
	sixteen		odd = { 0 }, here, next;
	uint64_t	halves[2];
	size_t		at = 0;

	for (; message.len - at > sizeof(here); at += sizeof(here)) {
		memcpy(&here, message.at + at, sizeof(here));
		memcpy(&next, message.at + at + 1, sizeof(next));
		odd |= (sixteen)(here == '\0') | ((sixteen)(here == '\r') & (sixteen)(next != '\n'));
	}
	memcpy(halves, &odd, sizeof(halves));
	if ((halves[0] | halves[1]) != 0)
		return true;
	for (; at < message.len; at++)
		if (message.at[at] == '\0' ||
		    (message.at[at] == '\r' && (at + 1 == message.len || message.at[at + 1] != '\n')))
			return true;
	return false;
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
	if (block->parts.count > 0 && has_odd_line_ends(block->message))
		block_part(block, 0)->quirks |= 1u << QUIRK_LINE_ENDS;
	uint32_t quirks = 0;
	for (size_t i = 0; i < block->parts.count; i++)
		quirks |= block_part(block, (uint32_t)i)->quirks;
	if (block->failure == PW_OK && (quirks & QUIRKS_OF_STRUCTURE) != 0)
		sweep_message(block);
	add_notes(block);
}

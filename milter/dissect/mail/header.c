#include "header.h"

#include "fields.h"

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
read_field(struct header *header, const struct field *field, size_t offset, struct arena *arena)
{
	struct extent place = { (uint32_t)(offset + field->begin), (uint32_t)(offset + field->end) };

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

void
header_read(struct header *header, struct block *block, struct extent entity, bool is_message, struct header_count *count,
    struct own_header *own)
{
	struct span		text = span_cut(block->message, entity.begin, entity.end);
	struct field_reader	reader;
	struct field		field;
	bool			empty = true;

	*header = (struct header){ 0 };
	field_reader_init(&reader, text);
	while (field_next(&reader, &field)) {
		empty = false;
		count->lines++;
		count->bytes += field.end - field.begin;
		if (count->lines > block->limits->header_lines) {
			block_exceed(block, LIMIT_header_lines);
			break;
		}
		if (count->bytes > block->limits->header_bytes) {
			block_exceed(block, LIMIT_header_bytes);
			break;
		}
		read_field(header, &field, entity.begin, block->arena);
		if (own != NULL)
			own_header_read(own, block, &field);
	}
	if (reader.no_blank_line || (empty && hides_header(span_from(text, reader.at), is_message)))
		header->quirks |= 1u << QUIRK_FIELD_SYNTAX;
	header->extent = (struct extent){ entity.begin, entity.begin + (uint32_t)reader.at };
	header->body = (struct extent){ header->extent.end, entity.end };
}

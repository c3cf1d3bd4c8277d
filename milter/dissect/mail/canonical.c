#include <pixelward/dissect/canonical.h>

#include <pixelward/base/buf.h>

#include <string.h>

#include "boundary.h"
#include "charset.h"
#include "fields.h"
#include "media.h"
#include "transfer.h"

#define LINE_CHARS	76

struct canonical {
	struct span			 message;
	const struct dissection		*d;
	const struct limits		*limits;
	struct arena			*arena;
	struct buf			 out;
	struct span			 line_end;
	uint32_t			*open;		/* multiparts whose parts are being written */
	size_t				 open_count;
	struct header_edit		*edits;
	size_t				 edit_count, edit_capacity;
	enum pw_err			 failure;
};

static void
fail(struct canonical *work, enum pw_err err)
{
	if (work->failure == PW_OK)
		work->failure = err;
}

static void
add_line(struct canonical *work, struct span text)
{
	buf_add(&work->out, text);
	buf_add(&work->out, work->line_end);
}

static void
add_edit(struct canonical *work, struct header_edit edit)
{
	struct header_edit *larger = arena_grow(work->arena, work->edits, work->edit_count, &work->edit_capacity,
	    sizeof(*larger));

	if (larger == NULL) {
		fail(work, PW_ENOMEM);
		return;
	}
	work->edits = larger;
	larger[work->edit_count++] = edit;
}

/* A field of our own in part index; at the top level also an edit. */
static void
add_field(struct canonical *work, uint32_t index, struct span name, struct span value)
{
	if (value.at == NULL) {
		fail(work, PW_ENOMEM);
		return;
	}
	buf_printf(&work->out, "%.*s:%.*s%.*s", SPAN_ARG(name), SPAN_ARG(value), SPAN_ARG(work->line_end));
	if (index == 0)
		add_edit(work, (struct header_edit){ .name = name, .index = 1, .value = value });
}

/* Fields that describe the content are written anew; these stay if they are plain. */
static const char *const kept_content_fields[] = { "content-id", "content-description", "content-language" };

static bool
stays(const struct field *field)
{
	if (!span_starts_nocase(field->name, SPAN("content-")))
		return !span_eq_nocase(field->name, SPAN("mime-version"));
	for (size_t i = 0; i < NITEMS(kept_content_fields); i++)
		if (span_eq_nocase(field->name, span_of(kept_content_fields[i])))
			return !field->odd;
	return false;
}

/* A field that clients might end early or cut: its text on one line. */
static void
add_straightened(struct canonical *work, uint32_t index, const struct field *field, uint32_t number)
{
	struct span	value = arena_printf(work->arena, " %.*s", SPAN_ARG(field_unfold(field->value, work->arena)));
	char		*text = (char *)(uintptr_t)value.at;

	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	buf_printf(&work->out, "%.*s:%.*s%.*s", SPAN_ARG(field->name), SPAN_ARG(value), SPAN_ARG(work->line_end));
	if (index == 0)
		add_edit(work, (struct header_edit){ .name = field->name, .index = number, .value = value });
}

/* Which field of its name this is among those before it. */
static uint32_t
number_of(struct span header, const struct field *wanted)
{
	struct field_reader	reader;
	struct field		field;
	uint32_t		number = 1;

	field_reader_init(&reader, header);
	while (field_next(&reader, &field) && field.begin < wanted->begin)
		number += span_eq_nocase(field.name, wanted->name);
	return number;
}

/* Copy what stays of a header. Of the message's own the rest is taken out by name and index, the last first. */
static void
copy_fields(struct canonical *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	struct span		 header = span_cut(work->message, part->header.begin, part->header.end);
	struct field_reader	 reader;
	struct field		 field;

	field_reader_init(&reader, header);
	while (field_next(&reader, &field)) {
		if (stays(&field) && !field.odd)
			buf_add(&work->out, span_cut(header, field.begin, field.end));
		else if (stays(&field))
			add_straightened(work, index, &field, number_of(header, &field));
		else if (index == 0)
			add_edit(work, (struct header_edit){ .name = field.name, .index = number_of(header, &field),
			    .value = SPAN_NONE });
	}
	/* Fields of one name go from the last, so that the numbers of those before stay right. */
	for (size_t i = 0, k = work->edit_count; index == 0 && i + 1 < k; i++) {
		struct header_edit edit = work->edits[--k];
		work->edits[k] = work->edits[i];
		work->edits[i] = edit;
	}
}

/* Text for a parameter: quoted, with what a quote cannot hold left out. */
static struct span
quotable(struct canonical *work, struct span text)
{
	char	*copy = arena_alloc(work->arena, text.len + 1);
	size_t	 len = 0;

	if (copy == NULL) {
		fail(work, PW_ENOMEM);
		return SPAN_NONE;
	}
	for (size_t i = 0; i < text.len && len < 200; i++)
		if ((unsigned char)text.at[i] >= ' ' && (unsigned char)text.at[i] < 0x7f &&
		    strchr("\"\\\r\n", text.at[i]) == NULL)
			copy[len++] = text.at[i];
	return (struct span){ copy, len };
}

static void
add_disposition(struct canonical *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	struct span		 name = dissection_text(work->d, part->name);

	if (name.len > 0)
		add_field(work, index, SPAN("Content-Disposition"), arena_printf(work->arena, " attachment; filename=\"%.*s\"",
		    SPAN_ARG(quotable(work, name))));
}

static void
add_encoded(struct canonical *work, struct span bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char	line[LINE_CHARS];
	size_t	column = 0;

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t		left = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t	bits = 0;

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? (unsigned char)bytes.at[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			line[column++] = k <= left ? digits[bits >> (18 - 6 * k) & 63] : '=';
		if (column == LINE_CHARS || i + 3 >= bytes.len) {
			add_line(work, (struct span){ line, column });
			column = 0;
		}
	}
}

static struct span
decoded_body(struct canonical *work, const struct part *part)
{
	struct decoded decoded = { 0 };

	if (transfer_decode(span_cut(work->message, part->body.begin, part->body.end),
	    (enum transfer_encoding)part->encoding, work->arena, &decoded) != PW_OK)
		fail(work, PW_ENOMEM);
	return decoded.bytes;
}

static void
add_leaf(struct canonical *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	struct span		 type = dissection_text(work->d, part->type), bytes = decoded_body(work, part);
	enum document_kind	 kind;
	enum media		 media = media_of_type(type, &kind);
	bool			 is_text = span_starts(type, SPAN("text/")) || media == MEDIA_DOCUMENT;

	/* Of two minds about the type, clients look at the content: so does this. */
	if (media == MEDIA_UNKNOWN || media == MEDIA_MULTIPART || media == MEDIA_MESSAGE) {
		bool is_html = media_sniff(bytes, &kind) && kind == DOCUMENT_HTML;

		type = is_html ? SPAN("text/html") : span_starts(type, SPAN("application/")) ? SPAN("application/octet-stream") :
		    SPAN("text/plain");
		is_text = !span_starts(type, SPAN("application/"));
	}
	if (is_text) {
		struct charset_text text = { .text = bytes };

		if (charset_decode(charset_of(dissection_text(work->d, part->charset), bytes), bytes, work->arena, &text) !=
		    PW_OK)
			fail(work, PW_ENOMEM);
		bytes = text.text;
		if (span_starts(bytes, SPAN("\xef\xbb\xbf")))
			bytes = span_from(bytes, 3);
	}
	add_field(work, index, SPAN("Content-Type"), arena_printf(work->arena, " %.*s%s", SPAN_ARG(type),
	    is_text ? "; charset=utf-8" : ""));
	add_field(work, index, SPAN("Content-Transfer-Encoding"), SPAN(" base64"));
	add_disposition(work, index);
	add_line(work, SPAN_NONE);
	add_encoded(work, bytes);
}

/* "pw" and what no base64 line can hold. */
static struct span
boundary_of(struct canonical *work, uint32_t index)
{
	return arena_printf(work->arena, "=_pixelward_%u", index);
}

static bool
is_plain_reading(const struct dissection *d, uint32_t index)
{
	for (; index != DISSECTION_NONE; index = dissection_parts(d)[index].parent)
		if (dissection_parts(d)[index].reading != 0)
			return false;
	return true;
}

static bool
has_children(const struct dissection *d, uint32_t index)
{
	for (uint32_t i = index + 1; i < d->parts.count; i++)
		if (dissection_parts(d)[i].parent == index && dissection_parts(d)[i].reading == 0)
			return true;
	return false;
}

static void
add_multipart(struct canonical *work, uint32_t index)
{
	struct span type = dissection_text(work->d, dissection_parts(work->d)[index].type);

	for (size_t i = 0; i < type.len; i++)
		if (!ascii_alpha(type.at[i]) && !ascii_digit(type.at[i]) && strchr("/-+.", type.at[i]) == NULL)
			type = SPAN("multipart/mixed");
	add_field(work, index, SPAN("Content-Type"), arena_printf(work->arena, " %.*s; boundary=\"%.*s\"", SPAN_ARG(type),
	    SPAN_ARG(boundary_of(work, index))));
	add_line(work, SPAN_NONE);
	work->open[work->open_count++] = index;
}

/* Parts around index that are complete. */
static void
close_until(struct canonical *work, uint32_t parent)
{
	while (work->open_count > 0) {
		uint32_t innermost = work->open[work->open_count - 1], above = parent;

		/* The parent may be a message inside the multipart. */
		while (above != DISSECTION_NONE && above != innermost)
			above = dissection_parts(work->d)[above].parent;
		if (above == innermost)
			return;
		buf_printf(&work->out, "--%.*s--", SPAN_ARG(boundary_of(work, innermost)));
		add_line(work, SPAN_NONE);
		work->open_count--;
	}
}

static void
add_part(struct canonical *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	struct span		 type = dissection_text(work->d, part->type);

	close_until(work, part->parent);
	if (work->open_count > 0 && work->open[work->open_count - 1] == part->parent) {
		buf_printf(&work->out, "--%.*s", SPAN_ARG(boundary_of(work, part->parent)));
		add_line(work, SPAN_NONE);
	}
	copy_fields(work, index);
	if (index == 0)
		add_field(work, index, SPAN("MIME-Version"), SPAN(" 1.0"));
	if (!has_children(work->d, index))
		add_leaf(work, index);
	else if (span_starts(type, SPAN("multipart/")))
		add_multipart(work, index);
	else {
		add_field(work, index, SPAN("Content-Type"), SPAN(" message/rfc822"));
		add_disposition(work, index);
		add_line(work, SPAN_NONE);
	}
}

enum pw_err
dissect_canonical(struct span message, const struct dissection *d, const struct limits *limits, struct arena *arena,
    struct span *fresh, struct header_edit **header_edits, size_t *header_edit_count)
{
	struct canonical	work = { .message = message, .d = d, .limits = limits, .arena = arena };
	size_t			first = span_find_char(message, '\n', 0);

	work.line_end = first > 0 && first < message.len && message.at[first - 1] != '\r' ? SPAN("\n") : SPAN("\r\n");
	work.open = arena_array(arena, d->parts.count, sizeof(*work.open));
	if (work.open == NULL)
		return PW_ENOMEM;
	buf_init(&work.out, limits->message_bytes);
	for (uint32_t i = 0; i < d->parts.count && work.failure == PW_OK && !buf_failed(&work.out); i++)
		if (is_plain_reading(d, i))
			add_part(&work, i);
	close_until(&work, DISSECTION_NONE);
	if (buf_failed(&work.out))
		fail(&work, PW_ELIMIT);
	*fresh = work.failure == PW_OK ? arena_copy(arena, buf_span(&work.out)) : SPAN_NONE;
	if (work.failure == PW_OK && fresh->at == NULL)
		fail(&work, PW_ENOMEM);
	buf_fini(&work.out);
	*header_edits = work.edits;
	*header_edit_count = work.edit_count;
	return work.failure;
}

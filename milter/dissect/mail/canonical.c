#include <pixelward/dissect/canonical.h>

#include <pixelward/base/buf.h>
#include <pixelward/base/fnv.h>

#include <string.h>

#include "charset_choice.h"
#include "charset_decode.h"
#include "fields.h"
#include "guises.h"
#include "inlined.h"
#include "malformed.h"
#include "media.h"
#include "metalabel.h"
#include "transfer.h"

#define LINE_CHARS	76
#define MOST_NAME_CHARS	190

struct canonical {
	struct span			 message;
	const struct dissection		*d;
	struct arena			*arena;
	struct buf			 out;
	struct span			 line_end;
	uint64_t			 salt;		/* makes the boundaries ones that the message does not hold */
	uint32_t			*open;		/* multiparts whose parts are being written */
	size_t				 open_count;
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
add_field(struct canonical *work, struct span name, struct span value)
{
	if (value.at == NULL)
		fail(work, PW_ENOMEM);
	buf_printf(&work->out, "%.*s:%.*s%.*s", SPAN_ARG(name), SPAN_ARG(value), SPAN_ARG(work->line_end));
}

/* Fields that describe the content are written anew; these stay if they are plain. */
static const char *const kept_content_fields[] = { "content-id", "content-description", "content-language" };

static bool
stays(const struct field *field)
{
	if (!span_starts_nocase(field->name, SPAN("content-")))
		return !span_eq_nocase(field->name, SPAN("mime-version"));
	for (size_t i = 0; i < NITEMS(kept_content_fields); i++)
		if (span_is(field->name, kept_content_fields[i]))
			return !field->odd;
	return false;
}

/* A field that clients might end early or cut: its text on one line. */
static void
add_straightened(struct canonical *work, const struct field *field)
{
	struct span	value = arena_printf(work->arena, " %.*s", SPAN_ARG(field_unfold(field->value, work->arena)));
	char		*text = (char *)(uintptr_t)value.at;

	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	add_field(work, field->name, value);
}

static void
copy_fields(struct canonical *work, const struct part *part)
{
	struct span		header = span_cut(work->message, part->header.begin, part->header.end);
	struct field_reader	reader;
	struct field		field;

	field_reader_init(&reader, header);
	while (field_next(&reader, &field))
		if (stays(&field) && !field.odd)
			add_line(work, line_trim(span_cut(header, field.begin, field.end)));
		else if (stays(&field))
			add_straightened(work, &field);
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
	for (size_t i = 0; i < text.len && len < MOST_NAME_CHARS + 10; i++)
		if ((unsigned char)text.at[i] >= ' ' && (unsigned char)text.at[i] < 0x7f &&
		    strchr("\"\\\r\n", text.at[i]) == NULL)
			copy[len++] = text.at[i];
	return (struct span){ copy, len };
}

static void
add_disposition(struct canonical *work, struct span name)
{
	if (name.len > 0)
		add_field(work, SPAN("Content-Disposition"), arena_printf(work->arena, " attachment; filename=\"%.*s\"",
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

/* UTF-8 without its mark, and without NULs, escapes and what is no character: some clients drop these, others do not. */
static struct span
text_of(struct canonical *work, const struct part *part, struct span bytes)
{
	struct charset_text	text = { .text = bytes };
	struct charset		charset = charset_of(dissection_text(work->d, part->charset), bytes);
	struct span		plain = SPAN_NONE;
	bool			malformed;

	if (charset_decode(charset, bytes, work->arena, &text) != PW_OK)
		fail(work, PW_ENOMEM);
	if (span_starts(text.text, SPAN("\xef\xbb\xbf")))
		text.text = span_from(text.text, 3);
	text.text = malformed_drop(text.text, work->arena, &malformed);
	if (guise_without_escapes(text.text, work->arena, &plain) != PW_OK || (text.text.at == NULL && text.text.len > 0))
		fail(work, PW_ENOMEM);
	return plain.at != NULL ? plain : text.text;
}

/* A page that names another charset than its new one, of those that move ASCII, names the new one. */
static struct span
relabelled(struct canonical *work, struct span page)
{
	struct charset	choices[MOST_CHARSETS];
	struct span	label;
	struct buf	out;
	size_t		from = 0;

	if (charset_choices(SPAN("utf-8"), page, choices) == 1)
		return page;
	buf_init(&out, page.len * 2 + 1);
	for (size_t at = 0; meta_label_next(page, &at, &label);) {
		size_t begin = (size_t)(label.at - page.at);

		if (begin < from)	/* inside of a tag with another: it is another text by now */
			continue;
		buf_add(&out, span_cut(page, from, begin));
		buf_add(&out, SPAN("utf-8"));
		from = begin + label.len;
	}
	buf_add(&out, span_from(page, from));
	page = buf_failed(&out) ? SPAN_NONE : arena_copy(work->arena, buf_span(&out));
	buf_fini(&out);
	if (page.at == NULL)
		fail(work, PW_ENOMEM);
	return page;
}

/* "_" is no character of base64. */
static struct span
boundary_of(struct canonical *work, uint32_t index)
{
	return arena_printf(work->arena, "=_pixelward_%llx_%u", (unsigned long long)work->salt, index);
}

static void
open_body(struct canonical *work, uint32_t multipart)
{
	buf_printf(&work->out, "--%.*s", SPAN_ARG(boundary_of(work, multipart)));
	add_line(work, SPAN_NONE);
}

static void
close_bodies(struct canonical *work, uint32_t multipart)
{
	buf_printf(&work->out, "--%.*s--", SPAN_ARG(boundary_of(work, multipart)));
	add_line(work, SPAN_NONE);
}

static void
begin_multipart(struct canonical *work, uint32_t index, struct span type)
{
	if (!media_is_type(type) || !span_starts(type, SPAN("multipart/")))
		type = SPAN("multipart/mixed");
	add_field(work, SPAN("Content-Type"), arena_printf(work->arena, " %.*s; boundary=\"%.*s\"", SPAN_ARG(type),
	    SPAN_ARG(boundary_of(work, index))));
	add_line(work, SPAN_NONE);
}

/* The fields of a leaf, and its content. */
static void
add_content(struct canonical *work, const char *type, struct span name, struct span bytes)
{
	add_field(work, SPAN("Content-Type"), arena_printf(work->arena, " %s", type));
	add_field(work, SPAN("Content-Transfer-Encoding"), SPAN(" base64"));
	add_disposition(work, name);
	add_line(work, SPAN_NONE);
	add_encoded(work, bytes);
}

/* Files that were spelled out in text become what they mean: attachments behind it. */
static void
add_spelled_out(struct canonical *work, uint32_t index, struct span text)
{
	struct inlined	file;

	begin_multipart(work, index, SPAN("multipart/mixed"));
	for (size_t at = 0; at < text.len && work->failure == PW_OK; at = file.end) {
		if (inlined_next(text, at, work->arena, &file) != PW_OK) {
			fail(work, PW_ENOMEM);
			break;
		}
		if (file.begin > at) {
			open_body(work, index);
			add_content(work, "text/plain; charset=utf-8", SPAN_NONE, span_cut(text, at, file.begin));
		}
		if (file.begin < text.len) {
			open_body(work, index);
			add_content(work, "application/octet-stream", file.name, file.bytes);
		}
	}
	close_bodies(work, index);
}

/* A message or a multipart that was encoded, which only some clients look into: as it is inside. */
static bool
add_unwrapped(struct canonical *work, const struct part *part, enum media media, struct span bytes)
{
	struct span		name = dissection_text(work->d, part->name), boundary;
	struct span		field = span_cut(work->message, part->type_field.begin, part->type_field.end);
	struct parameters	parameters;

	if (part->encoding == ENCODING_IDENTITY || span_find(bytes, SPAN("=_pixelward_"), 0) < bytes.len)
		return false;
	if (media == MEDIA_MESSAGE || (media == MEDIA_UNKNOWN && media_is_message_name(name))) {
		add_field(work, SPAN("Content-Type"), SPAN(" message/rfc822"));
		add_disposition(work, name);
	} else {
		struct span value = field_unfold(span_from(field, span_find_char(field, ':', 0) + 1), work->arena);

		if (media != MEDIA_MULTIPART || parameters_parse(value, work->arena, &parameters) != PW_OK)
			return false;
		boundary = quotable(work, parameter_get(&parameters, SPAN("boundary"), 0));
		if (boundary.len == 0 || span_find(bytes, boundary, 0) == bytes.len)
			return false;
		add_field(work, SPAN("Content-Type"), arena_printf(work->arena, " multipart/mixed; boundary=\"%.*s\"",
		    SPAN_ARG(boundary)));
	}
	add_line(work, SPAN_NONE);
	add_line(work, bytes);
	return true;
}

static void
add_leaf(struct canonical *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	struct span		 type = dissection_text(work->d, part->type), bytes = decoded_body(work, part);
	enum document_kind	 kind = DOCUMENT_HTML;
	enum media		 media = media_of_type(type, &kind);

	if (media == MEDIA_REPORT && (part->quirks & 1u << QUIRK_ENCODED_MULTIPART) != 0)
		media = MEDIA_MESSAGE;
	if (add_unwrapped(work, part, media, bytes))
		return;
	struct span name = dissection_text(work->d, part->name);
	/* Who goes by the name and who goes by the type are to see the same. */
	if ((part->quirks & 1u << QUIRK_KIND_CONFLICT) != 0) {
		kind = DOCUMENT_HTML;
		name = arena_printf(work->arena, "%.*s.html", SPAN_ARG(span_cut(name, 0, MOST_NAME_CHARS)));
	} else if (media != MEDIA_DOCUMENT && (part->quirks & 1u << QUIRK_HTML_BY_NAME) != 0) {
		media = MEDIA_DOCUMENT;
		if (!media_of_name(name, &kind) && !media_sniff(bytes, &kind))
			kind = DOCUMENT_HTML;
		type = media_type_of_kind(kind);
	}
	/* Of two minds about the type, clients look at the content: so does this. */
	if (media == MEDIA_UNKNOWN || media == MEDIA_MULTIPART || media == MEDIA_MESSAGE) {
		if (media_sniff(bytes, &kind) && kind == DOCUMENT_HTML)
			media = MEDIA_DOCUMENT;
		else
			type = span_starts(type, SPAN("application/")) ? SPAN("application/octet-stream") : SPAN("text/plain");
	}
	if (media == MEDIA_DOCUMENT && kind == DOCUMENT_HTML && !span_eq(type, SPAN("text/x-amp-html")))
		type = SPAN("text/html");
	bool is_text = span_starts(type, SPAN("text/")) || media == MEDIA_DOCUMENT;
	if (is_text)
		bytes = text_of(work, part, bytes);
	if (media == MEDIA_DOCUMENT)
		bytes = relabelled(work, bytes);
	if (span_eq(type, SPAN("text/plain")) && (part->quirks & 1u << QUIRK_UUENCODE) != 0)
		add_spelled_out(work, index, bytes);
	else
		add_content(work, arena_printf(work->arena, "%.*s%s", SPAN_ARG(type), is_text ? "; charset=utf-8" : "").at, name,
		    bytes);
}

static bool
is_plain_reading(const struct dissection *d, uint32_t index)
{
	for (; index != DISSECTION_NONE; index = dissection_parts(d)[index].parent)
		if (dissection_parts(d)[index].reading != 0)
			return false;
	return true;
}

static uint32_t
first_child(const struct dissection *d, uint32_t index)
{
	for (uint32_t i = index + 1; i < d->parts.count; i++)
		if (dissection_parts(d)[i].parent == index && dissection_parts(d)[i].reading == 0)
			return i;
	return DISSECTION_NONE;
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
		close_bodies(work, innermost);
		work->open_count--;
	}
}

static void
add_part(struct canonical *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	uint32_t		 child = first_child(work->d, index);

	close_until(work, part->parent);
	if (work->open_count > 0 && work->open[work->open_count - 1] == part->parent)
		open_body(work, part->parent);
	copy_fields(work, part);
	if (index == 0)
		add_field(work, SPAN("MIME-Version"), SPAN(" 1.0"));
	if (child == DISSECTION_NONE)
		add_leaf(work, index);
	else if (dissection_parts(work->d)[child].header.begin != part->body.begin) {
		begin_multipart(work, index, dissection_text(work->d, part->type));
		work->open[work->open_count++] = index;
	} else {
		/* A message inside begins where its part's body does; what a multipart holds stands behind a boundary. */
		add_field(work, SPAN("Content-Type"), SPAN(" message/rfc822"));
		add_disposition(work, dissection_text(work->d, part->name));
		add_line(work, SPAN_NONE);
	}
}

/* A digest, and from there to the next number whose boundaries do not stand in the message already. */
static uint64_t
salt_of(struct span message, struct arena *arena)
{
	uint64_t salt = fnv_bytes(FNV_BASIS, message);

	while (span_find(message, arena_printf(arena, "=_pixelward_%llx_", (unsigned long long)salt), 0) < message.len)
		salt++;
	return salt;
}

enum pw_err
dissect_canonical(struct span message, const struct dissection *d, const struct limits *limits, struct arena *arena,
    struct span *fresh)
{
	struct canonical	work = { .message = message, .d = d, .arena = arena, .salt = salt_of(message, arena) };
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
	return work.failure;
}

#include <pixelward/rewrite/rewrite.h>

#include "encode.h"
#include "label.h"
#include "neutral.h"
#include "notice.h"
#include "splice.h"

/* A message being made anew. */
struct work {
	struct span			 message;
	const struct dissection		*d;
	const struct verdict		*verdict;
	struct arena			*arena;
	struct span			 line_end;
	struct splices			 raw;	/* of the message */
	uint32_t			 next;	/* the first reference of a document that was not looked at: they are in order */
	struct rewritten		*out;
	size_t				 document_capacity;
};

/* The line end of the message's header is that of the rest, too. */
static struct span
line_end_of(struct span message)
{
	size_t end = span_find_char(message, '\n', 0);

	return end < message.len && (end == 0 || message.at[end - 1] != '\r') ? SPAN("\n") : SPAN("\r\n");
}

/*
 * Behind these a name or a reference to a character may go on with what comes behind a piece that is taken out: a blank
 * stays in its place.
 */
static bool
would_join(struct span bytes, size_t at)
{
	while (at > 0 && (ascii_alpha(bytes.at[at - 1]) || ascii_digit(bytes.at[at - 1]) || bytes.at[at - 1] == '#'))
		at--;
	return at > 0 && (bytes.at[at - 1] == '<' || bytes.at[at - 1] == '&');
}

/* What is behind an attribute would be the value of what is before it, once the attribute is taken out. */
static bool
leaves_value(struct span bytes, size_t at)
{
	while (at < bytes.len && ascii_space(bytes.at[at]))
		at++;
	return at < bytes.len && bytes.at[at] == '=';
}

static enum pw_err
collect_edit(const struct work *work, uint32_t index, struct span bytes, struct splices *decoded, struct splices *raw)
{
	const struct reference	*reference = &dissection_references(work->d)[index];
	struct span		 proxied = work->verdict->decisions[index].proxied;
	struct neutral		 neutral;
	enum pw_err		 err = neutral_of(reference, &neutral);

	if (err == PW_OK && proxied.len > 0)
		err = neutral_proxied(reference, span_cut(bytes, reference->site.begin, reference->site.end), proxied, work->arena,
		    &neutral);
	if (err != PW_OK)
		return err;
	struct extent at = neutral.whole_tag ? reference->tag : reference->site;
	struct extent raw_at = neutral.whole_tag ? reference->tag_raw : reference->site_raw;
	if (at.begin == at.end)
		return PW_ENOTINERT;
	if (neutral.fresh.len == 0 && neutral.whole_tag && would_join(bytes, at.begin))
		neutral.fresh = SPAN(" ");
	if (reference->neutral == NEUTRAL_ATTRIBUTE && proxied.len == 0 && leaves_value(bytes, at.end))
		neutral.fresh = SPAN(" x");
	err = splices_add(decoded, work->arena, (struct splice){ at, neutral.fresh });
	return err == PW_OK ? splices_add(raw, work->arena, (struct splice){ raw_at, neutral.fresh }) : err;
}

/* The notice before a page, unless it stands there. */
static enum pw_err
collect_notice(const struct work *work, uint32_t document, struct span bytes, struct splices *decoded, struct splices *raw)
{
	const struct part	*part = &dissection_parts(work->d)[dissection_documents(work->d)[document].part];
	struct span		 box = notice_box(work->verdict->notice, work->arena);
	uint32_t		 at = part->opening - 1;
	enum pw_err		 err;

	if (box.at == NULL)
		return PW_ENOMEM;
	if (part->opening == 0 || at > bytes.len || span_starts(span_from(bytes, at), box))
		return PW_OK;
	err = splices_add(decoded, work->arena, (struct splice){ { at, at }, box });
	return err == PW_OK ? splices_add(raw, work->arena, (struct splice){ { part->opening_raw, part->opening_raw }, box }) : err;
}

/* The edits of one document, in decoded coordinates. */
static enum pw_err
collect_edits(struct work *work, uint32_t document, struct splices *decoded, struct splices *raw)
{
	const struct reference	*references = dissection_references(work->d);
	struct span		 bytes = document_bytes(work->d, &dissection_documents(work->d)[document], work->message);
	enum pw_err		 err = PW_OK;

	for (; err == PW_OK && work->next < work->d->references.count; work->next++) {
		const struct reference *reference = &references[work->next];

		if (reference->document != document)
			break;
		if (decision_edits(&work->verdict->decisions[work->next]))
			err = collect_edit(work, work->next, bytes, decoded, raw);
	}
	if (err == PW_OK && work->verdict->notice.len > 0 && work->verdict->notice_page == document)
		err = collect_notice(work, document, bytes, decoded, raw);
	return err == PW_OK ? splices_settle(decoded) : err;
}

static size_t
line_begin(struct span text, size_t at)
{
	while (at > 0 && text.at[at - 1] != '\n')
		at--;
	return at;
}

/* Past this it does not matter how much of a line is left. */
#define LONG_LINE	1000

/* Raw bytes of the line from at to its end. */
static size_t
rest_of_line(struct span text, size_t at)
{
	size_t end = at + span_find_char(span_cut(text, at, at + LONG_LINE), '\n', 0);

	while (end > at && (text.at[end - 1] == '\r' || text.at[end - 1] == '\n'))
		end--;
	return end - at;
}

/* The column behind text that is written at column. */
static size_t
column_behind(size_t column, struct span text)
{
	size_t line = line_begin(text, text.len);

	return line > 0 ? text.len - line : column + text.len;
}

/* Identity and quoted-printable: only the bytes of the references change. */
static enum pw_err
edit_in_place(struct work *work, const struct part *part, bool quoted_printable, struct splices *raw)
{
	enum pw_err	err = splices_settle(raw);
	size_t		column = 0, from = part->body.begin;

	for (size_t i = 0; err == PW_OK && i < raw->count; i++) {
		struct splice splice = raw->at[i];

		if (quoted_printable) {
			column = column_behind(column, span_cut(work->message, from, splice.old.begin));
			from = splice.old.end;
			splice.fresh = encode_qp_piece(splice.fresh, column, rest_of_line(work->message, from),
			    work->line_end, work->arena);
			if (splice.fresh.at == NULL)
				return PW_ENOMEM;
			column = column_behind(column, splice.fresh);
		}
		err = splices_add(&work->raw, work->arena, splice);
	}
	return err;
}

/* Everything else: the part's whole content anew, in base64. */
static enum pw_err
encode_anew(struct work *work, const struct part *part, struct span content, bool as_utf8)
{
	struct span	body = span_cut(work->message, part->body.begin, part->body.end);
	struct span	encoded = encode_base64(content, work->line_end, work->arena);
	enum pw_err	err = PW_OK;

	if (encoded.at == NULL)
		return PW_ENOMEM;
	if (body.len > 0 && body.at[body.len - 1] == '\n')
		encoded = arena_printf(work->arena, "%.*s%.*s", SPAN_ARG(encoded), SPAN_ARG(work->line_end));
	if (encoded.at == NULL)
		return PW_ENOMEM;
	err = splices_add(&work->raw, work->arena, (struct splice){ part->body, encoded });
	if (err == PW_OK && as_utf8)
		err = label_charset(work->message, part, dissection_text(work->d, part->type), SPAN("utf-8"), work->line_end,
		    work->arena, &work->raw);
	if (err == PW_OK && part->encoding != ENCODING_BASE64)
		err = label_encoding(work->message, part, SPAN("base64"), work->line_end, work->arena, &work->raw);
	return err;
}

static enum pw_err
rewrite_document(struct work *work, uint32_t index)
{
	const struct document	*document = &dissection_documents(work->d)[index];
	const struct part	*part = &dissection_parts(work->d)[document->part];
	struct splices		 decoded = { 0 }, raw = { 0 };
	bool			 as_text = (document->flags & DOCUMENT_AS_TEXT) != 0;
	enum pw_err		 err = collect_edits(work, index, &decoded, &raw);

	if (err != PW_OK || decoded.count == 0)
		return err;
	struct changed_document *larger = arena_grow(work->arena, work->out->documents, work->out->document_count,
	    &work->document_capacity, sizeof(*larger));
	struct span content = splices_apply(&decoded, document_bytes(work->d, document, work->message), work->arena);
	if (larger == NULL || content.at == NULL)
		return PW_ENOMEM;
	work->out->documents = larger;
	larger[work->out->document_count++] = (struct changed_document){
		.document = index, .bytes = content,
		.charset = as_text ? SPAN("utf-8") : dissection_text(work->d, part->charset),
	};
	/* A header is never encoded, whatever its part is. */
	bool plain = part->encoding == ENCODING_IDENTITY || document->kind == DOCUMENT_HEADER;
	if (!as_text && (plain || part->encoding == ENCODING_QP))
		return edit_in_place(work, part, !plain, &raw);
	return encode_anew(work, part, content, as_text);
}

/* The notice before a part of plain text. */
static enum pw_err
note_plain(struct work *work, uint32_t index)
{
	const struct part	*part = &dissection_parts(work->d)[index];
	struct span		 body = span_cut(work->message, part->body.begin, part->body.end);
	struct notice_line	 line;
	enum pw_err		 err = notice_line(body, part, dissection_text(work->d, part->charset), work->verdict->notice,
				    work->line_end, work->arena, &line);

	if (err != PW_OK || line.fresh.len == 0)
		return err;
	if ((line.anew || line.to_utf8) && part->parent == DISSECTION_NONE)
		err = label_mime(work->message, part, work->line_end, work->arena, &work->raw);
	if (err == PW_OK && line.anew) {
		struct span content = arena_printf(work->arena, "%.*s%.*s", SPAN_ARG(line.fresh), SPAN_ARG(body));

		return content.at == NULL ? PW_ENOMEM : encode_anew(work, part, content, line.to_utf8);
	}
	if (err == PW_OK)
		err = splices_add(&work->raw, work->arena, (struct splice){ { part->body.begin, part->body.begin }, line.fresh });
	if (err == PW_OK && line.to_utf8)
		err = label_charset(work->message, part, dissection_text(work->d, part->type), SPAN("utf-8"), work->line_end,
		    work->arena, &work->raw);
	return err;
}

/* [begin, end) of the message with the splices applied, as pieces of old and new bytes. */
static enum pw_err
assemble(const struct work *work, size_t begin, size_t end, struct span **pieces, size_t *count)
{
	size_t from = begin;

	*count = 0;
	*pieces = arena_array(work->arena, work->raw.count * 2 + 1, sizeof(**pieces));
	if (*pieces == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < work->raw.count; i++) {
		const struct splice *splice = &work->raw.at[i];

		if (splice->old.begin < begin || splice->old.end > end || (splice->old.begin == end && end < work->message.len))
			continue;
		if (splice->old.begin > from)
			(*pieces)[(*count)++] = span_cut(work->message, from, splice->old.begin);
		if (splice->fresh.len > 0)
			(*pieces)[(*count)++] = splice->fresh;
		from = splice->old.end;
	}
	if (from < end)
		(*pieces)[(*count)++] = span_cut(work->message, from, end);
	return PW_OK;
}

static struct extent
frame_of(const struct reference *reference)
{
	return reference->tag.begin < reference->tag.end ? reference->tag : reference->site;
}

static bool
is_within(struct extent inner, struct extent outer)
{
	return inner.begin >= outer.begin && inner.end <= outer.end;
}

enum pw_err
rewrite_show(struct span message, const struct dissection *d, const struct verdict *verdict, uint32_t index,
    struct arena *arena, struct span *before, struct span *after)
{
	const struct reference	*references = dissection_references(d), *shown = &references[index];
	struct span		 bytes = document_bytes(d, &dissection_documents(d)[shown->document], message);
	struct work		 work = { .message = message, .d = d, .verdict = verdict, .arena = arena };
	struct extent		 frame = frame_of(shown);
	struct splices		 decoded = { 0 }, raw = { 0 };
	enum pw_err		 err = PW_OK;

	*before = *after = span_cut(bytes, frame.begin, frame.end);
	for (uint32_t i = 0; i < d->references.count && err == PW_OK; i++)
		if (references[i].document == shown->document && decision_edits(&verdict->decisions[i]) &&
		    is_within(frame_of(&references[i]), frame) && is_within(references[i].site, frame))
			err = collect_edit(&work, i, bytes, &decoded, &raw);
	if (err == PW_OK)
		err = splices_settle(&decoded);
	if (err == PW_ENOTINERT || (err == PW_OK && decoded.count == 0))
		return PW_OK;
	for (size_t i = 0; i < decoded.count; i++) {
		decoded.at[i].old.begin -= frame.begin;
		decoded.at[i].old.end -= frame.begin;
	}
	if (err == PW_OK)
		*after = splices_apply(&decoded, *before, arena);
	return err == PW_OK && after->at == NULL ? PW_ENOMEM : err;
}

enum pw_err
rewrite(struct span message, const struct dissection *d, const struct verdict *verdict, struct arena *arena,
    struct rewritten *out)
{
	struct work work = { .message = message, .d = d, .verdict = verdict, .arena = arena,
	    .line_end = line_end_of(message), .out = out };
	enum pw_err err = PW_OK;

	*out = (struct rewritten){ 0 };
	for (uint32_t i = 0; err == PW_OK && i < d->documents.count; i++)
		err = rewrite_document(&work, i);
	if (err == PW_OK && verdict->notice.len > 0 && verdict->notice_plain != DISSECTION_NONE)
		err = note_plain(&work, verdict->notice_plain);
	if (err == PW_OK)
		err = splices_settle(&work.raw);
	if (err == PW_OK)
		err = label_header_edits(message, d->body_at, &work.raw, arena, out);
	if (err == PW_OK)
		err = assemble(&work, 0, d->body_at, &out->header_pieces, &out->header_piece_count);
	if (err == PW_OK)
		err = assemble(&work, d->body_at, message.len, &out->body_pieces, &out->body_piece_count);
	out->changed = err == PW_OK && work.raw.count > 0;
	return err;
}

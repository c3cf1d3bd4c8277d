#include <pixelward/dissection.h>

#include <string.h>

static const char *const quirk_texts[] = {
#define X(name, text) [QUIRK_##name] = text,
	PW_QUIRKS(X)
#undef X
};

static const char *const kind_names[] = {
	[REFERENCE_IMAGE] = "image", [REFERENCE_BACKGROUND] = "background", [REFERENCE_STYLESHEET] = "stylesheet",
	[REFERENCE_IMPORT] = "import", [REFERENCE_FONT] = "font", [REFERENCE_CSS] = "css", [REFERENCE_HINT] = "hint",
	[REFERENCE_REFRESH] = "refresh", [REFERENCE_FRAME] = "frame", [REFERENCE_MEDIA] = "media",
	[REFERENCE_PLUGIN] = "plugin", [REFERENCE_SCRIPT] = "script", [REFERENCE_FORM] = "form",
	[REFERENCE_LINK] = "link", [REFERENCE_PING] = "ping", [REFERENCE_SVG] = "svg", [REFERENCE_XML] = "xml",
	[REFERENCE_VML] = "vml", [REFERENCE_CALENDAR] = "calendar", [REFERENCE_EXTERNAL_BODY] = "external-body",
	[REFERENCE_RECEIPT] = "receipt", [REFERENCE_HEADER] = "header", [REFERENCE_CRYPTO] = "crypto",
	[REFERENCE_DOCUMENT] = "document",
};

static const char *const trigger_names[] = {
	[TRIGGER_OPEN] = "open", [TRIGGER_DNS] = "dns", [TRIGGER_CLICK] = "click", [TRIGGER_MUA] = "mua",
};

const char *
quirk_text(enum quirk quirk)
{
	return (size_t)quirk < NITEMS(quirk_texts) ? quirk_texts[quirk] : "unknown quirk";
}

const char *
reference_kind_name(uint32_t kind)
{
	return kind < NITEMS(kind_names) ? kind_names[kind] : "unknown";
}

const char *
trigger_name(uint32_t trigger)
{
	return trigger < NITEMS(trigger_names) ? trigger_names[trigger] : "unknown";
}

static const void *
at(const struct dissection *d, struct table table)
{
	return (const char *)d + table.at;
}

const struct part *
dissection_parts(const struct dissection *d)
{
	return at(d, d->parts);
}

const struct document *
dissection_documents(const struct dissection *d)
{
	return at(d, d->documents);
}

const struct reference *
dissection_references(const struct dissection *d)
{
	return at(d, d->references);
}

const struct address *
dissection_addresses(const struct dissection *d)
{
	return at(d, d->addresses);
}

const struct note *
dissection_notes(const struct dissection *d)
{
	return at(d, d->notes);
}

struct span
dissection_text(const struct dissection *d, struct text text)
{
	return (struct span){ (const char *)d + text.at, text.len };
}

struct span
document_bytes(const struct dissection *d, const struct document *document, struct span message)
{
	if ((document->flags & DOCUMENT_IN_MESSAGE) != 0)
		return span_cut(message, document->bytes.at, (size_t)document->bytes.at + document->bytes.len);
	return dissection_text(d, document->bytes);
}

bool
dissection_is_ambiguous(const struct dissection *d)
{
	for (uint32_t i = 0; i < d->parts.count; i++)
		if ((dissection_parts(d)[i].quirks & QUIRKS_OF_STRUCTURE) != 0)
			return true;
	return false;
}

/* What the checks below share: the first wrong thing makes all of it wrong. */
struct check {
	const struct dissection	*d;
	bool			 wrong;
};

static void
want(struct check *check, bool fine)
{
	check->wrong = check->wrong || !fine;
}

static void
want_table(struct check *check, struct table table, size_t size)
{
	want(check, table.at % _Alignof(uint32_t) == 0 && table.at >= sizeof(struct dissection) &&
	    table.at <= check->d->bytes && table.count <= (check->d->bytes - table.at) / size);
}

static void
want_text(struct check *check, struct text text)
{
	want(check, text.at < check->d->bytes && text.len < check->d->bytes - text.at);
	if (!check->wrong)
		want(check, ((const char *)check->d)[text.at + text.len] == '\0');
}

static void
want_extent(struct check *check, struct extent extent, size_t size)
{
	want(check, extent.begin <= extent.end && extent.end <= size);
}

static void
check_part(struct check *check, const struct part *part, uint32_t index)
{
	want(check, part->parent == DISSECTION_NONE || part->parent < index);
	want_extent(check, part->header, check->d->message_bytes);
	want_extent(check, part->body, check->d->message_bytes);
	want_extent(check, part->type_field, check->d->message_bytes);
	want_extent(check, part->encoding_field, check->d->message_bytes);
	want_text(check, part->path);
	want_text(check, part->type);
	want_text(check, part->charset);
	want_text(check, part->name);
	want(check, part->encoding <= ENCODING_UU);
}

static void
check_document(struct check *check, const struct document *document)
{
	want(check, document->part < check->d->parts.count && document->kind <= DOCUMENT_HEADER);
	if ((document->flags & DOCUMENT_IN_MESSAGE) != 0)
		want(check, document->bytes.at <= check->d->message_bytes &&
		    document->bytes.len <= check->d->message_bytes - document->bytes.at);
	else
		want_text(check, document->bytes);
	want_text(check, document->base);
}

static void
check_reference(struct check *check, const struct reference *reference)
{
	uint32_t offsets[] = { reference->path_at, reference->query_at, reference->fragment_at };

	want(check, reference->document < check->d->documents.count && reference->kind < NITEMS(kind_names) &&
	    reference->trigger < NITEMS(trigger_names) && reference->neutral <= NEUTRAL_ERASE);
	want_text(check, reference->url);
	want_text(check, reference->host);
	want_text(check, reference->domain);
	want_text(check, reference->place);
	for (size_t i = 0; i < NITEMS(offsets); i++)
		want(check, offsets[i] == DISSECTION_NONE || offsets[i] <= reference->url.len);
	if (check->wrong)
		return;
	size_t bytes = dissection_documents(check->d)[reference->document].bytes.len;
	want_extent(check, reference->tag, bytes);
	want_extent(check, reference->site, bytes);
	want_extent(check, reference->tag_raw, check->d->message_bytes);
	want_extent(check, reference->site_raw, check->d->message_bytes);
}

enum pw_err
dissection_check(const void *block, size_t block_bytes, size_t message_bytes)
{
	const struct dissection	*d = block;
	struct check		 check = { .d = d };

	if (block_bytes < sizeof(*d) || d->magic != DISSECTION_MAGIC || d->bytes > block_bytes ||
	    d->bytes < sizeof(*d) || d->message_bytes != message_bytes || d->body_at > message_bytes)
		return PW_EBLOCK;
	want_text(&check, d->subject);
	want_text(&check, d->message_id);
	want_text(&check, d->failure_text);
	want_table(&check, d->parts, sizeof(struct part));
	want_table(&check, d->documents, sizeof(struct document));
	want_table(&check, d->references, sizeof(struct reference));
	want_table(&check, d->addresses, sizeof(struct address));
	want_table(&check, d->notes, sizeof(struct note));
	for (uint32_t i = 0; !check.wrong && i < d->parts.count; i++)
		check_part(&check, &dissection_parts(d)[i], i);
	for (uint32_t i = 0; !check.wrong && i < d->documents.count; i++)
		check_document(&check, &dissection_documents(d)[i]);
	for (uint32_t i = 0; !check.wrong && i < d->references.count; i++)
		check_reference(&check, &dissection_references(d)[i]);
	for (uint32_t i = 0; !check.wrong && i < d->addresses.count; i++) {
		const struct address *address = &dissection_addresses(d)[i];

		want(&check, address->role <= ADDRESS_TO);
		want_text(&check, address->mailbox);
		want_text(&check, address->domain);
		want_text(&check, address->display);
	}
	for (uint32_t i = 0; !check.wrong && i < d->notes.count; i++) {
		const struct note *note = &dissection_notes(d)[i];

		want(&check, note->part == DISSECTION_NONE || note->part < d->parts.count);
		want_text(&check, note->text);
	}
	return check.wrong ? PW_EBLOCK : PW_OK;
}

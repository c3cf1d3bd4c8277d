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

static const char *const method_names[] = { "spf", "dkim", "dmarc" };
static const char *const result_names[] = {
	"pass", "policy", "neutral", "softfail", "fail", "permerror", "temperror", "none",
};
static const char *const policy_names[] = { "untold", "none", "quarantine", "reject" };
_Static_assert(NITEMS(method_names) == CLAIM_UNREADABLE && NITEMS(result_names) == CLAIM_NONE + 1 &&
    NITEMS(policy_names) == POLICY_REJECT + 1, "every number has its word");

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

const char *
claim_method_name(uint32_t method)
{
	return method < NITEMS(method_names) ? method_names[method] : NULL;
}

const char *
claim_result_name(uint32_t result)
{
	return result < NITEMS(result_names) ? result_names[result] : NULL;
}

const char *
claim_policy_name(uint32_t policy)
{
	return policy < NITEMS(policy_names) ? policy_names[policy] : NULL;
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

const struct mark *
dissection_marks(const struct dissection *d)
{
	return at(d, d->marks);
}

const struct claim *
dissection_claims(const struct dissection *d)
{
	return at(d, d->claims);
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

bool
dissection_is_guised(const struct dissection *d)
{
	for (uint32_t i = 0; i < d->documents.count; i++)
		if ((dissection_documents(d)[i].flags & DOCUMENT_GUISED) != 0)
			return true;
	return false;
}

/* What the checks below share: the first wrong thing makes all of it wrong. */
struct check {
	const struct dissection	*d;
	uint64_t		 text_left;	/* bytes of the block that no text has taken */
	bool			 wrong;
};

enum {
#define X(...) + 1
	LIMIT_COUNT = 1 PW_LIMITS(X),
	ERROR_COUNT = 0 PW_ERRORS(X),
	QUIRK_COUNT = 0 PW_QUIRKS(X),
#undef X
};

/* All flags of a kind, from its last. */
#define BITS_UP_TO(last)	(((uint32_t)(last) << 1) - 1)

static void
want(struct check *check, bool fine)
{
	check->wrong = check->wrong || !fine;
}

static void
want_table(struct check *check, struct table table, size_t size, uint64_t most)
{
	want(check, table.at % _Alignof(uint32_t) == 0 && table.at >= sizeof(struct dissection) &&
	    table.at <= check->d->bytes && table.count <= (check->d->bytes - table.at) / size && table.count <= most);
}

/*
 * All texts together are no longer than the block: whoever reads or prints each of them once is done in the time that a
 * block of this size may cost.
 */
static void
want_text(struct check *check, struct text text)
{
	want(check, text.at >= sizeof(struct dissection) && text.at < check->d->bytes && text.len < check->d->bytes - text.at);
	want(check, text.len == 0 || (uint64_t)text.len + 1 <= check->text_left);
	if (check->wrong)
		return;
	check->text_left -= text.len > 0 ? (uint64_t)text.len + 1 : 0;
	want(check, ((const char *)check->d)[text.at + text.len] == '\0');
}

static void
want_within(struct check *check, struct extent extent, uint32_t begin, uint32_t end)
{
	bool missing = extent.begin == 0 && extent.end == 0;

	want(check, missing || (extent.begin >= begin && extent.begin <= extent.end && extent.end <= end));
}

static void
check_head(struct check *check)
{
	const struct dissection *d = check->d;

	want(check, d->limit < LIMIT_COUNT && d->failure < ERROR_COUNT);
	want(check, d->limit == LIMIT_NONE || d->failure != PW_OK);
	want_text(check, d->subject);
	want_text(check, d->message_id);
	want_text(check, d->failure_text);
}

static void
check_part(struct check *check, const struct part *part, uint32_t index)
{
	struct extent around = { 0, check->d->message_bytes };

	want(check, part->parent == DISSECTION_NONE || part->parent < index);
	if (!check->wrong && part->parent != DISSECTION_NONE)
		around = dissection_parts(check->d)[part->parent].body;
	want(check, part->header.begin >= around.begin && part->header.begin <= part->header.end &&
	    part->header.end <= part->body.begin && part->body.begin <= part->body.end && part->body.end <= around.end);
	want_within(check, part->type_field, part->header.begin, part->header.end);
	want_within(check, part->encoding_field, part->header.begin, part->header.end);
	want_text(check, part->path);
	want_text(check, part->type);
	want_text(check, part->charset);
	want_text(check, part->name);
	want(check, part->opening_raw == 0 || (part->opening_raw >= part->body.begin && part->opening_raw <= part->body.end));
	want(check, part->encoding <= ENCODING_UU && part->disposition <= DISPOSITION_OTHER && part->quirks <= BITS_UP_TO(1u << (QUIRK_COUNT - 1)));
}

static void
check_document(struct check *check, const struct document *document)
{
	want(check, document->part < check->d->parts.count && document->kind <= DOCUMENT_HEADER &&
	    document->flags <= BITS_UP_TO(DOCUMENT_GUISED));
	want_text(check, document->base);
	if (check->wrong)
		return;
	if ((document->flags & DOCUMENT_IN_MESSAGE) == 0) {
		want_text(check, document->bytes);
		return;
	}
	const struct part *part = &dissection_parts(check->d)[document->part];
	want(check, document->bytes.at >= part->header.begin && document->bytes.at <= part->body.end &&
	    document->bytes.len <= part->body.end - document->bytes.at);
}

/* Path, query and fragment follow one another, where they are not missing. */
static void
check_url(struct check *check, const struct reference *reference)
{
	uint32_t offsets[] = { reference->path_at, reference->query_at, reference->fragment_at }, last = 0;

	for (size_t i = 0; i < NITEMS(offsets); i++) {
		if (offsets[i] == DISSECTION_NONE)
			continue;
		want(check, offsets[i] >= last && offsets[i] <= reference->url.len);
		last = offsets[i];
	}
}

static void
check_reference(struct check *check, const struct reference *reference, uint32_t least_document)
{
	want(check, reference->document < check->d->documents.count && reference->document >= least_document);
	want(check, reference->kind < NITEMS(kind_names) && reference->trigger < NITEMS(trigger_names) &&
	    reference->neutral <= NEUTRAL_ERASE && reference->flags <= BITS_UP_TO(REFERENCE_IN_LINK) &&
	    reference->hidden <= BITS_UP_TO(HIDDEN_BY_NATURE));
	want_text(check, reference->url);
	want_text(check, reference->host);
	want_text(check, reference->domain);
	want_text(check, reference->place);
	want_text(check, reference->alt);
	check_url(check, reference);
	if (check->wrong)
		return;
	const struct document	*document = &dissection_documents(check->d)[reference->document];
	const struct part	*part = &dissection_parts(check->d)[document->part];

	want_within(check, reference->tag, 0, document->bytes.len);
	want_within(check, reference->site, 0, document->bytes.len);
	want_within(check, reference->tag_raw, part->header.begin, part->body.end);
	want_within(check, reference->site_raw, part->header.begin, part->body.end);
}

static void
check_references(struct check *check)
{
	uint32_t document = 0;

	for (uint32_t i = 0; !check->wrong && i < check->d->references.count; i++) {
		check_reference(check, &dissection_references(check->d)[i], document);
		document = dissection_references(check->d)[i].document;
	}
}

static void
check_address(struct check *check, const struct address *address)
{
	want(check, address->role <= ADDRESS_TO);
	want_text(check, address->mailbox);
	want_text(check, address->domain);
	want_text(check, address->organisation);
	want_text(check, address->display);
}

static void
check_mark(struct check *check, const struct mark *mark)
{
	want(check, mark->field <= MARK_MESSAGE_ID);
	want_text(check, mark->text);
	want_text(check, mark->domain);
}

static void
check_claim(struct check *check, const struct claim *claim)
{
	want(check, claim->method <= CLAIM_UNREADABLE && claim->result <= CLAIM_NONE && claim->policy <= POLICY_REJECT &&
	    claim->of_helo <= 1);
	want_text(check, claim->verifier);
	want_text(check, claim->domain);
	want_text(check, claim->organisation);
}

static void
check_note(struct check *check, const struct note *note)
{
	want(check, note->part == DISSECTION_NONE || note->part < check->d->parts.count);
	want_text(check, note->text);
}

enum pw_err
dissection_check(const void *block, size_t block_bytes, size_t message_bytes, const struct limits *limits)
{
	const struct dissection	*d = block;
	struct check		 check = { .d = d };

	if ((uintptr_t)block % _Alignof(struct dissection) != 0 || block_bytes < sizeof(*d) ||
	    d->magic != DISSECTION_MAGIC || d->bytes > block_bytes || d->bytes < sizeof(*d) || d->bytes > INT32_MAX ||
	    d->message_bytes != message_bytes || d->body_at > message_bytes)
		return PW_EBLOCK;
	want_table(&check, d->parts, sizeof(struct part), limits->parts);
	/* Each has a reference, but for those of headers and the one at which a dissection stopped. */
	want_table(&check, d->documents, sizeof(struct document), limits->references + limits->parts + 1);
	want_table(&check, d->references, sizeof(struct reference), limits->references);
	want_table(&check, d->addresses, sizeof(struct address), UINT32_MAX);
	want_table(&check, d->marks, sizeof(struct mark), DISSECTION_MOST_MARKS);
	want_table(&check, d->claims, sizeof(struct claim), DISSECTION_MOST_CLAIMS);
	want_table(&check, d->notes, sizeof(struct note), UINT32_MAX);
	check.text_left = d->bytes;
	check_head(&check);
	for (uint32_t i = 0; !check.wrong && i < d->parts.count; i++)
		check_part(&check, &dissection_parts(d)[i], i);
	for (uint32_t i = 0; !check.wrong && i < d->documents.count; i++)
		check_document(&check, &dissection_documents(d)[i]);
	check_references(&check);
	for (uint32_t i = 0; !check.wrong && i < d->addresses.count; i++)
		check_address(&check, &dissection_addresses(d)[i]);
	for (uint32_t i = 0; !check.wrong && i < d->marks.count; i++)
		check_mark(&check, &dissection_marks(d)[i]);
	for (uint32_t i = 0; !check.wrong && i < d->claims.count; i++)
		check_claim(&check, &dissection_claims(d)[i]);
	for (uint32_t i = 0; !check.wrong && i < d->notes.count; i++)
		check_note(&check, &dissection_notes(d)[i]);
	return check.wrong ? PW_EBLOCK : PW_OK;
}

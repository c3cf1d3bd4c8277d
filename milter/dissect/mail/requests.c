#include "requests.h"

#include "../collector.h"

static const struct request {
	const char		*name;
	enum reference_kind	 kind;
} requests[] = {
	/* RFC 8098, and what came before it */
	{ "disposition-notification-to",	REFERENCE_RECEIPT },
	{ "return-receipt-to",			REFERENCE_RECEIPT },
	{ "return-receipt-requested",		REFERENCE_RECEIPT },
	{ "x-confirm-reading-to",		REFERENCE_RECEIPT },
	{ "x-pmrqc",				REFERENCE_RECEIPT },
	{ "read-receipt-to",			REFERENCE_RECEIPT },
	{ "generate-delivery-report",		REFERENCE_RECEIPT },
	{ "x-msmail-read-receipt",		REFERENCE_RECEIPT },
	{ "registered-mail-reply-requested-by",	REFERENCE_RECEIPT },
	/* pictures */
	{ "x-image-url",			REFERENCE_HEADER },
	{ "x-face-url",				REFERENCE_HEADER },
	{ "face-url",				REFERENCE_HEADER },
	{ "x-avatar-url",			REFERENCE_HEADER },
	{ "x-sender-picture",			REFERENCE_HEADER },
	{ "organization-logo",			REFERENCE_HEADER },
	{ "bimi-location",			REFERENCE_HEADER },
	{ "bimi-indicator-url",			REFERENCE_HEADER },
	/* keys */
	{ "openpgp",				REFERENCE_CRYPTO },
	{ "x-pgp-key-url",			REFERENCE_CRYPTO },
};

/* The document of a header: its bytes are the message's. */
static bool
open_document(struct block *block, uint32_t part, uint32_t *index)
{
	const struct part	*of = block_part(block, part);
	struct document		*document;

	for (size_t i = 0; i < block->documents.count; i++)
		if (block_document(block, (uint32_t)i)->part == part &&
		    block_document(block, (uint32_t)i)->kind == DOCUMENT_HEADER) {
			*index = (uint32_t)i;
			return true;
		}
	if ((document = block_add_document(block)) == NULL)
		return false;
	*document = (struct document){
		.part = part, .kind = DOCUMENT_HEADER, .flags = DOCUMENT_IN_MESSAGE,
		.bytes = { of->header.begin, of->header.end - of->header.begin },
	};
	*index = (uint32_t)block->documents.count - 1;
	return true;
}

/* A receipt goes by mail: its host is the domain asked to be told. */
static void
add_receipt(struct block *block, uint32_t document, struct span value, struct extent site, uint32_t base, struct span name)
{
	struct reference	*reference = block_add_reference(block);
	size_t			 at = span_find_char(value, '@', 0), end = at + 1;

	if (reference == NULL)
		return;
	while (end < value.len && (ascii_alpha(value.at[end]) || ascii_digit(value.at[end]) || value.at[end] == '.' ||
	    value.at[end] == '-'))
		end++;
	struct span host = at < value.len ? url_domain_to_ascii(span_cut(value, at + 1, end), block->arena) : SPAN_NONE;
	*reference = (struct reference){
		.document = document, .kind = REFERENCE_RECEIPT, .trigger = TRIGGER_MUA, .neutral = NEUTRAL_FIELD,
		.flags = REFERENCE_LIVE, .width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE, .site = site,
		.site_raw = { site.begin + base, site.end + base }, .path_at = DISSECTION_NONE, .query_at = DISSECTION_NONE,
		.fragment_at = DISSECTION_NONE,
		.url = block_text(block, arena_printf(block->arena, "mailto:%.*s", SPAN_ARG(span_cut(value, 0, 200)))),
		.host = block_text(block, host), .domain = block_text(block, url_registrable_domain(host)),
		.place = block_text(block, name),
	};
}

/* The first URL in a field's text: after "url=", in angle brackets, or bare. */
static struct span
url_in(struct span value)
{
	size_t begin = span_find(value, SPAN("://"), 0), end;

	if (begin == value.len)
		return SPAN_NONE;
	end = begin;
	while (begin > 0 && ascii_alpha(value.at[begin - 1]))
		begin--;
	while (end < value.len && !ascii_space(value.at[end]) && value.at[end] != '>' && value.at[end] != ';' &&
	    value.at[end] != '"')
		end++;
	return span_cut(value, begin, end);
}

static void
look_at(struct block *block, uint32_t part, const struct field *field)
{
	const struct request *request = NULL;
	uint32_t document;

	for (size_t i = 0; request == NULL && i < NITEMS(requests); i++)
		if (span_is(field->name, requests[i].name))
			request = &requests[i];
	if (request == NULL || !open_document(block, part, &document))
		return;
	struct span	value = field_unfold(field->value, block->arena);
	uint32_t	base = block_part(block, part)->header.begin;
	struct extent	site = { (uint32_t)field->begin, (uint32_t)field->end };
	if (request->kind == REFERENCE_RECEIPT) {
		add_receipt(block, document, value, site, base, span_of(request->name));
		return;
	}
	struct collector	collector = { .block = block, .document = document, .raw.base = base };
	struct place		place = {
		.written = url_in(value), .kind = request->kind, .trigger = TRIGGER_MUA,
		.neutral = NEUTRAL_FIELD, .site = site, .width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE,
		.element = span_of(request->name),
	};
	enum url_reach	reach;
	struct url	url;
	if (place.written.len > 0)
		collector_add(&collector, &place, &reach, &url);
}

void
requests_look(struct block *block, uint32_t part)
{
	struct extent		header = block_part(block, part)->header;
	struct field_reader	reader;
	struct field		field;

	field_reader_init(&reader, span_cut(block->message, header.begin, header.end));
	while (field_next(&reader, &field))
		look_at(block, part, &field);
}

void
requests_look_at_external_body(struct block *block, uint32_t part, const struct parameters *type)
{
	const struct part	*of = block_part(block, part);
	struct span		 access = parameter_get(type, SPAN("access-type"), 0), url = parameter_get(type, SPAN("url"), 0);
	struct span		 site = parameter_get(type, SPAN("site"), 0);
	uint32_t		 document, base = of->header.begin;
	enum url_reach		 reach;
	struct url		 parsed;

	/* "ftp", "anon-ftp" and "tftp" name a host; "URL" has it in its own parameter, perhaps with blanks inside. */
	if (url.len == 0 && site.len > 0)
		url = arena_printf(block->arena, "ftp://%.*s/%.*s", SPAN_ARG(site),
		    SPAN_ARG(parameter_get(type, SPAN("name"), 0)));
	if (url.len == 0 || !open_document(block, part, &document))
		return;
	struct collector	collector = { .block = block, .document = document, .raw.base = base };
	struct place		place = {
		.written = url, .kind = REFERENCE_EXTERNAL_BODY, .trigger = TRIGGER_MUA, .neutral = NEUTRAL_FIELD,
		.site = { of->type_field.begin - base, of->type_field.end - base }, .width = REFERENCE_NO_SIZE,
		.height = REFERENCE_NO_SIZE, .element = SPAN("external-body"), .attribute = access,
	};
	collector_add(&collector, &place, &reach, &parsed);
}

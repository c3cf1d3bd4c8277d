#include "fact.h"

#include <stdlib.h>
#include <string.h>

#include "../domain.h"
#include "../kind.h"
#include "../shape.h"
#include "evidence.h"

/* --- values --- */

static void
set_truth(struct value *value, bool truth)
{
	value->known = true;
	value->truth = truth;
}

static void
set_number(struct value *value, uint64_t number)
{
	value->known = true;
	value->number = number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

/* What is missing is a text without letters: a rule may ask for it. */
static void
set_text(struct value *value, struct span text)
{
	value->known = true;
	value->one = text.at != NULL ? text : SPAN("");
	value->texts = &value->one;
	value->count = 1;
}

static void
set_texts(struct evidence *evidence, struct value *value, struct span *texts, size_t count)
{
	if (texts == NULL) {
		evidence->no_memory = true;
		return;
	}
	value->known = true;
	value->texts = texts;
	value->count = count;
}

static void
set_domain(struct evidence *evidence, struct value *value, struct span domain)
{
	char	*ascii = arena_alloc(evidence->arena, DOMAIN_BYTES + 1);

	if (ascii == NULL) {
		evidence->no_memory = true;
		return;
	}
	struct span name = domain_to_ascii(domain, ascii);
	set_text(value, name.at != NULL ? name : domain);
}

/* --- words --- */

static const char *const hidden_words[] = {
	"size", "display", "visibility", "opacity", "offscreen", "clipped", "font", "nature",
};
_Static_assert(1u << (NITEMS(hidden_words) - 1) == HIDDEN_BY_NATURE, "every way of hiding has its word");

static const char *const quirk_words[] = {
	"duplicate-type", "duplicate-encoding", "duplicate-parameter", "bad-type", "odd-encoding", "broken-base64",
	"broken-qp", "no-boundary", "unclosed", "epilogue", "preamble", "line-ends", "field-syntax", "html-by-name",
	"kind-conflict", "charset-conflict", "unknown-charset", "encoded-multipart", "nested-oddly", "uuencode",
	"smime-opaque", "tnef",
};
_Static_assert(NITEMS(quirk_words) == QUIRK_TNEF + 1, "every quirk has its word");

static const char *const watched_words[] = { "none", "some", "all" };
static const char *const encoding_words[] = { "identity", "quoted-printable", "base64", "uuencode" };
static const char *const document_words[] = { "html", "xml", "css", "calendar", "enriched", "rtf", "header" };

#define WORDS_OF(table)								\
	static const char *							\
	table##_at(uint32_t i)							\
	{									\
		return i < NITEMS(table) ? table[i] : NULL;			\
	}
WORDS_OF(hidden_words)
WORDS_OF(quirk_words)
WORDS_OF(watched_words)
WORDS_OF(encoding_words)
WORDS_OF(document_words)

static const char *
kind_at(uint32_t i)
{
	return i <= REFERENCE_DOCUMENT ? reference_kind_name(i) : NULL;
}

static const char *
trigger_at(uint32_t i)
{
	return i <= TRIGGER_MUA ? trigger_name(i) : NULL;
}

static void
set_bits(struct evidence *evidence, struct value *value, uint32_t bits, const char *(*word)(uint32_t))
{
	struct span	*words = arena_array(evidence->arena, 32, sizeof(*words));
	size_t		 count = 0;

	for (uint32_t i = 0; words != NULL && i < 32 && word(i) != NULL; i++)
		if ((bits & 1u << i) != 0)
			words[count++] = span_of(word(i));
	set_texts(evidence, value, words, count);
}

/* --- the message --- */

#define GETTER(name)								\
	static void								\
	name(struct evidence *evidence, enum scope scope, uint32_t element, struct value *value)

#define UNUSED	(void)scope, (void)element

static void
get_addresses(struct evidence *evidence, uint32_t role, size_t field, struct value *value)
{
	const struct dissection	*d = evidence->d;
	struct span		*texts = arena_array(evidence->arena, d->addresses.count, sizeof(*texts));
	size_t			 count = 0;

	for (uint32_t i = 0; texts != NULL && i < d->addresses.count; i++) {
		const struct address	*address = &dissection_addresses(d)[i];
		struct text		 text;

		if (address->role != role)
			continue;
		memcpy(&text, (const char *)address + field, sizeof(text));
		texts[count++] = dissection_text(d, text);
	}
	set_texts(evidence, value, texts, count);
}

#define ADDRESS_GETTER(name, role, field)					\
	GETTER(name)								\
	{									\
		UNUSED;								\
		get_addresses(evidence, role, offsetof(struct address, field), value); \
	}
ADDRESS_GETTER(get_from_address, ADDRESS_FROM, mailbox)
ADDRESS_GETTER(get_from_domain, ADDRESS_FROM, domain)
ADDRESS_GETTER(get_from_display, ADDRESS_FROM, display)
ADDRESS_GETTER(get_sender_domain, ADDRESS_SENDER, domain)
ADDRESS_GETTER(get_reply_to_domain, ADDRESS_REPLY_TO, domain)

#define TEXT_GETTER(name, text)							\
	GETTER(name)								\
	{									\
		UNUSED;								\
		set_text(value, text);						\
	}
TEXT_GETTER(get_subject, dissection_text(evidence->d, evidence->d->subject))
TEXT_GETTER(get_envelope_sender, evidence->message->envelope_sender)
TEXT_GETTER(get_client_name, evidence->message->client_name)
TEXT_GETTER(get_client_helo, evidence->message->helo)

GETTER(get_client_address)
{
	UNUSED;
	if (evidence->message->client_address.len > 0)
		set_text(value, evidence->message->client_address);
}

GETTER(get_envelope_domain)
{
	UNUSED;
	set_domain(evidence, value, domain_of_mailbox(evidence->message->envelope_sender));
}

GETTER(get_recipients_count)
{
	UNUSED;
	set_number(value, evidence->message->recipient_count);
}

GETTER(get_recipients_watched)
{
	UNUSED;
	set_text(value, span_of(watched_words[evidence_watched(evidence)]));
}

static void
set_groups(struct evidence *evidence, struct value *value, groups bits)
{
	size_t		 count = 0, all = evidence->groups != NULL ? evidence->groups->count : 0;
	struct span	*names = arena_array(evidence->arena, all, sizeof(*names));

	for (size_t i = 0; names != NULL && i < all; i++)
		if ((bits & (groups)1 << i) != 0)
			names[count++] = span_of(evidence->groups->names[i]);
	set_texts(evidence, value, names, count);
}

static groups
groups_of(const struct evidence *evidence, size_t recipient)
{
	if (evidence->groups == NULL || recipient >= evidence->message->recipient_count)
		return 0;
	return group_set_of(evidence->groups, evidence->message->recipients[recipient]);
}

GETTER(get_recipients_groups)
{
	groups bits = 0;

	UNUSED;
	for (size_t i = 0; i < evidence->message->recipient_count; i++)
		bits |= groups_of(evidence, i);
	set_groups(evidence, value, bits);
}

GETTER(get_message_size)
{
	UNUSED;
	set_number(value, evidence->message->raw.len);
}

GETTER(get_message_ambiguous)
{
	UNUSED;
	set_truth(value, dissection_is_ambiguous(evidence->d));
}

GETTER(get_message_quirks)
{
	uint32_t quirks = 0;

	UNUSED;
	for (uint32_t i = 0; i < evidence->d->parts.count; i++)
		quirks |= dissection_parts(evidence->d)[i].quirks;
	set_bits(evidence, value, quirks, quirk_words_at);
}

static bool
is_live(const struct reference *reference)
{
	return (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0;
}

static bool
is_of_scope(const struct reference *reference, enum scope scope)
{
	return is_live(reference) && (reference->trigger == TRIGGER_CLICK) == (scope == SCOPE_LINK);
}

/* Where one picture stands in src and srcset, it counts as often as clients could fetch it: each URL once. */
static void
get_distinct(struct evidence *evidence, enum scope scope, size_t field, struct span **texts, size_t *count)
{
	const struct dissection *d = evidence->d;
	size_t			 kept = 0;

	*count = 0;
	*texts = arena_array(evidence->arena, d->references.count, sizeof(**texts));
	if (*texts == NULL) {
		evidence->no_memory = true;
		return;
	}
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference	*reference = &dissection_references(d)[i];
		struct text		 text;

		if (!is_of_scope(reference, scope))
			continue;
		memcpy(&text, (const char *)reference + field, sizeof(text));
		if (text.len > 0)
			(*texts)[(*count)++] = dissection_text(d, text);
	}
	if (*count > 1)
		qsort(*texts, *count, sizeof(**texts), span_order);
	for (size_t i = 0; i < *count; i++)
		if (kept == 0 || !span_eq((*texts)[kept - 1], (*texts)[i]))
			(*texts)[kept++] = (*texts)[i];
	*count = kept;
}

#define DISTINCT_GETTERS(prefix, scope_of_it)					\
	GETTER(get_##prefix##_count)						\
	{									\
		struct span	*texts;						\
		size_t		 count;						\
										\
		UNUSED;								\
		get_distinct(evidence, scope_of_it, offsetof(struct reference, url), &texts, &count); \
		set_number(value, count);					\
	}									\
	GETTER(get_##prefix##_hosts)						\
	{									\
		struct span	*texts;						\
		size_t		 count;						\
										\
		UNUSED;								\
		get_distinct(evidence, scope_of_it, offsetof(struct reference, host), &texts, &count); \
		set_texts(evidence, value, texts, count);			\
	}									\
	GETTER(get_##prefix##_domains)						\
	{									\
		struct span	*texts;						\
		size_t		 count;						\
										\
		UNUSED;								\
		get_distinct(evidence, scope_of_it, offsetof(struct reference, domain), &texts, &count); \
		set_texts(evidence, value, texts, count);			\
	}
DISTINCT_GETTERS(references, SCOPE_REFERENCE)
DISTINCT_GETTERS(links, SCOPE_LINK)

/* A parent's first child comes right behind it. */
static bool
is_leaf(const struct dissection *d, uint32_t part)
{
	return part + 1 >= d->parts.count || dissection_parts(d)[part + 1].parent != part;
}

GETTER(get_parts_count)
{
	uint64_t leaves = 0;

	UNUSED;
	for (uint32_t i = 0; i < evidence->d->parts.count; i++)
		leaves += is_leaf(evidence->d, i);
	set_number(value, leaves);
}

/* --- a part, also the one that a reference stands in --- */

static const struct part *
part_of(const struct evidence *evidence, enum scope scope, uint32_t element)
{
	const struct dissection *d = evidence->d;

	if (scope == SCOPE_PART)
		return &dissection_parts(d)[element];
	return &dissection_parts(d)[dissection_documents(d)[dissection_references(d)[element].document].part];
}

#define PART_GETTER(name, set)							\
	GETTER(name)								\
	{									\
		const struct part *part = part_of(evidence, scope, element);	\
										\
		set;								\
	}
PART_GETTER(get_part_type, set_text(value, dissection_text(evidence->d, part->type)))
PART_GETTER(get_part_charset, set_text(value, dissection_text(evidence->d, part->charset)))
PART_GETTER(get_part_name, set_text(value, dissection_text(evidence->d, part->name)))
PART_GETTER(get_part_encoding, set_text(value, span_of(encoding_words[part->encoding])))
PART_GETTER(get_part_quirks, set_bits(evidence, value, part->quirks, quirk_words_at))
PART_GETTER(get_part_reading, set_number(value, part->reading))

/* --- a reference or a link --- */

#define REFERENCE_GETTER(name, set)						\
	GETTER(name)								\
	{									\
		const struct reference *reference = &dissection_references(evidence->d)[element]; \
										\
		(void)scope;							\
		set;								\
	}
#define TEXT_OF(field)	set_text(value, dissection_text(evidence->d, reference->field))
REFERENCE_GETTER(get_kind, set_text(value, span_of(reference_kind_name(reference->kind))))
REFERENCE_GETTER(get_trigger, set_text(value, span_of(trigger_name(reference->trigger))))
REFERENCE_GETTER(get_place, TEXT_OF(place))
REFERENCE_GETTER(get_url, TEXT_OF(url))
REFERENCE_GETTER(get_host, TEXT_OF(host))
REFERENCE_GETTER(get_domain, TEXT_OF(domain))
REFERENCE_GETTER(get_hidden, set_bits(evidence, value, reference->hidden, hidden_words_at))
REFERENCE_GETTER(get_nested, set_truth(value, (reference->flags & REFERENCE_NESTED) != 0))
REFERENCE_GETTER(get_invalid, set_truth(value, (reference->flags & REFERENCE_INVALID_URL) != 0))
REFERENCE_GETTER(get_document, set_text(value,
    span_of(document_words[dissection_documents(evidence->d)[reference->document].kind])))

static void
set_size(struct value *value, uint32_t pixels)
{
	if (pixels != REFERENCE_NO_SIZE)
		set_number(value, pixels);
}
REFERENCE_GETTER(get_width, set_size(value, reference->width))
REFERENCE_GETTER(get_height, set_size(value, reference->height))

static struct span
scheme_of(struct span url)
{
	return span_cut(url, 0, span_find_char(url, ':', 0));
}
REFERENCE_GETTER(get_scheme, set_text(value, scheme_of(dissection_text(evidence->d, reference->url))))

#define PIECE_GETTER(name, set)							\
	REFERENCE_GETTER(name,							\
	    struct url_pieces pieces = url_pieces_of(evidence->d, reference);	\
	    set)
PIECE_GETTER(get_path, set_text(value, pieces.path))
PIECE_GETTER(get_query, set_text(value, pieces.query))
PIECE_GETTER(get_fragment, set_text(value, pieces.fragment))
PIECE_GETTER(get_opaque, set_truth(value, shape_has_opaque_token(&pieces)))
PIECE_GETTER(get_static, set_truth(value, shape_is_static_picture(&pieces)))

GETTER(get_spacer)
{
	(void)scope;
	set_truth(value, evidence_spacer(evidence, element).at != NULL);
}

/* Unread is unknown: there was too much URL text to look through all of it. */
GETTER(get_recipient)
{
	const struct token *token = evidence_token(evidence, element);

	(void)scope;
	if (token != NULL && !token->unread)
		set_truth(value, token->found);
}

GETTER(get_recipient_form)
{
	const struct token *token = evidence_token(evidence, element);

	(void)scope;
	if (token != NULL && !token->unread)
		set_text(value, token->found ? span_of(token->form) : SPAN_NONE);
}

/* --- a recipient --- */

#define RECIPIENT_GETTER(name, set)						\
	GETTER(name)								\
	{									\
		struct span mailbox = evidence->message->recipients[element];	\
										\
		(void)scope, (void)mailbox;					\
		set;								\
	}
RECIPIENT_GETTER(get_recipient_address, set_text(value, mailbox))
RECIPIENT_GETTER(get_recipient_domain, set_domain(evidence, value, domain_of_mailbox(mailbox)))
RECIPIENT_GETTER(get_recipient_groups, set_groups(evidence, value, groups_of(evidence, element)))
RECIPIENT_GETTER(get_recipient_watched, set_truth(value, (groups_of(evidence, element) & evidence->watched) != 0))

/* --- the table --- */

#define MESSAGE		SCOPE_MESSAGE
#define REFERENCE	SCOPE_REFERENCE
#define URLS		(SCOPE_REFERENCE | SCOPE_LINK)
#define PARTS		(SCOPE_PART | SCOPE_REFERENCE | SCOPE_LINK)
#define RECIPIENT	SCOPE_RECIPIENT
#define ONE		false
#define MANY		true
#define FORGED		true
#define SEEN		false	/* by the gateway itself */

/* By name within a scope's group; docs/facts.md keeps this order. */
const struct fact facts[] = {
	{ "from.address", MESSAGE, FACT_TEXT, MANY, NULL, FORGED,
	  "local@domain of From, lower case; every mailbox that any reader may see there", get_from_address },
	{ "from.domain", MESSAGE, FACT_DOMAIN, MANY, NULL, FORGED, "the domains of From", get_from_domain },
	{ "from.display", MESSAGE, FACT_TEXT, MANY, NULL, FORGED, "the names beside From's addresses, decoded",
	  get_from_display },
	{ "sender.domain", MESSAGE, FACT_DOMAIN, MANY, NULL, FORGED, "the domains of Sender", get_sender_domain },
	{ "reply_to.domain", MESSAGE, FACT_DOMAIN, MANY, NULL, FORGED, "the domains of Reply-To", get_reply_to_domain },
	{ "subject", MESSAGE, FACT_TEXT, ONE, NULL, FORGED, "the subject, decoded", get_subject },
	{ "envelope.sender", MESSAGE, FACT_TEXT, ONE, NULL, FORGED,
	  "the address of MAIL FROM, without < >; empty for a bounce", get_envelope_sender },
	{ "envelope.domain", MESSAGE, FACT_DOMAIN, ONE, NULL, FORGED, "its domain", get_envelope_domain },
	{ "client.address", MESSAGE, FACT_ADDRESS, ONE, NULL, SEEN,
	  "the IP address that the mail came from; unknown to `pixelctl scan`", get_client_address },
	{ "client.name", MESSAGE, FACT_TEXT, ONE, NULL, SEEN, "the name that the MTA found for it", get_client_name },
	{ "client.helo", MESSAGE, FACT_TEXT, ONE, NULL, FORGED, "the name that it gave in HELO", get_client_helo },
	{ "recipients.count", MESSAGE, FACT_NUMBER, ONE, NULL, SEEN, "how many recipients the message has",
	  get_recipients_count },
	{ "recipients.groups", MESSAGE, FACT_TEXT, MANY, NULL, SEEN, "the groups (option Group) that any recipient is in",
	  get_recipients_groups },
	{ "recipients.watched", MESSAGE, FACT_WORD, ONE, watched_words_at, SEEN,
	  "how many of the recipients are in a group of WatchGroups", get_recipients_watched },
	{ "references.count", MESSAGE, FACT_NUMBER, ONE, NULL, SEEN,
	  "how many different URLs are fetched without a click", get_references_count },
	{ "references.hosts", MESSAGE, FACT_DOMAIN, MANY, NULL, SEEN, "their hosts", get_references_hosts },
	{ "references.domains", MESSAGE, FACT_DOMAIN, MANY, NULL, SEEN, "their registrable domains",
	  get_references_domains },
	{ "links.count", MESSAGE, FACT_NUMBER, ONE, NULL, SEEN, "how many different URLs wait for a click",
	  get_links_count },
	{ "links.hosts", MESSAGE, FACT_DOMAIN, MANY, NULL, SEEN, "their hosts", get_links_hosts },
	{ "links.domains", MESSAGE, FACT_DOMAIN, MANY, NULL, SEEN, "their registrable domains", get_links_domains },
	{ "parts.count", MESSAGE, FACT_NUMBER, ONE, NULL, SEEN, "how many MIME parts hold no other part",
	  get_parts_count },
	{ "message.size", MESSAGE, FACT_NUMBER, ONE, NULL, SEEN, "bytes of the message", get_message_size },
	{ "message.ambiguous", MESSAGE, FACT_BOOLEAN, ONE, NULL, SEEN,
	  "mail clients may understand the structure in more than one way", get_message_ambiguous },
	{ "message.quirks", MESSAGE, FACT_WORD, MANY, quirk_words_at, SEEN,
	  "oddities of any part that clients read differently (docs/readings.md)", get_message_quirks },

	{ "part.type", PARTS, FACT_TEXT, ONE, NULL, FORGED, "media type, lower case", get_part_type },
	{ "part.charset", PARTS, FACT_TEXT, ONE, NULL, FORGED, "charset as labelled", get_part_charset },
	{ "part.name", PARTS, FACT_TEXT, ONE, NULL, FORGED, "file name, decoded", get_part_name },
	{ "part.encoding", PARTS, FACT_WORD, ONE, encoding_words_at, SEEN, "transfer encoding", get_part_encoding },
	{ "part.quirks", PARTS, FACT_WORD, MANY, quirk_words_at, SEEN, "oddities of this part", get_part_quirks },
	{ "part.reading", PARTS, FACT_NUMBER, ONE, NULL, SEEN,
	  "0 in the plain reading of the message; others were opened by an oddity", get_part_reading },

	{ "kind", URLS, FACT_WORD, ONE, kind_at, SEEN, "what is fetched", get_kind },
	{ "trigger", URLS, FACT_WORD, ONE, trigger_at, SEEN, "when: on opening, by a look-up, on a click, by the client",
	  get_trigger },
	{ "place", URLS, FACT_TEXT, ONE, NULL, SEEN, "where it stands: \"img src\", \"style background-image\"",
	  get_place },
	{ "document", URLS, FACT_WORD, ONE, document_words_at, SEEN, "the kind of document that it stands in",
	  get_document },
	{ "nested", URLS, FACT_BOOLEAN, ONE, NULL, SEEN, "inside a comment, a srcdoc or a data: URL", get_nested },
	{ "url", URLS, FACT_TEXT, ONE, NULL, SEEN, "the whole URL as clients resolve it", get_url },
	{ "url.scheme", URLS, FACT_TEXT, ONE, NULL, SEEN, "before the first colon", get_scheme },
	{ "url.host", URLS, FACT_DOMAIN, ONE, NULL, SEEN, "the host; empty if the scheme has none", get_host },
	{ "url.domain", URLS, FACT_DOMAIN, ONE, NULL, SEEN, "the host's registrable domain", get_domain },
	{ "url.path", URLS, FACT_TEXT, ONE, NULL, SEEN, "the path with its first slash", get_path },
	{ "url.query", URLS, FACT_TEXT, ONE, NULL, SEEN, "the query without its question mark", get_query },
	{ "url.fragment", URLS, FACT_TEXT, ONE, NULL, SEEN, "the fragment without its #", get_fragment },
	{ "url.invalid", URLS, FACT_BOOLEAN, ONE, NULL, SEEN, "no URL by the standard, yet some client may try it",
	  get_invalid },
	{ "url.opaque", URLS, FACT_BOOLEAN, ONE, NULL, SEEN,
	  "a piece of it is letters and digits that no person would choose: a digest, a UUID, a long number", get_opaque },
	{ "url.static", URLS, FACT_BOOLEAN, ONE, NULL, SEEN,
	  "a picture file of plain words, that can tell nobody apart", get_static },
	{ "url.recipient", URLS, FACT_BOOLEAN, ONE, NULL, SEEN,
	  "it carries a recipient's address or local part, plain, encoded or as a digest", get_recipient },
	{ "url.recipient_form", URLS, FACT_TEXT, ONE, NULL, SEEN,
	  "how: plain, percent-encoded, base64, hexadecimal, rot13, MD5, SHA-1, SHA-256; empty if it does not",
	  get_recipient_form },
	{ "width", REFERENCE, FACT_NUMBER, ONE, NULL, SEEN, "CSS pixels as declared; unknown if not", get_width },
	{ "height", REFERENCE, FACT_NUMBER, ONE, NULL, SEEN, "CSS pixels as declared; unknown if not", get_height },
	{ "hidden", REFERENCE, FACT_WORD, MANY, hidden_words_at, SEEN,
	  "why a reader does not see it; nature: the element shows nothing", get_hidden },
	{ "spacer", REFERENCE, FACT_BOOLEAN, ONE, NULL, SEEN,
	  "a tiny picture that holds the layout and tells nobody apart, by its name or its use", get_spacer },

	{ "recipient.address", RECIPIENT, FACT_TEXT, ONE, NULL, SEEN, "the recipient's address", get_recipient_address },
	{ "recipient.domain", RECIPIENT, FACT_DOMAIN, ONE, NULL, SEEN, "its domain", get_recipient_domain },
	{ "recipient.groups", RECIPIENT, FACT_TEXT, MANY, NULL, SEEN, "the groups that it is in", get_recipient_groups },
	{ "recipient.watched", RECIPIENT, FACT_BOOLEAN, ONE, NULL, SEEN, "it is in a group of WatchGroups",
	  get_recipient_watched },
};
const size_t fact_count = NITEMS(facts);

const struct fact *
fact_named(struct span name)
{
	for (size_t i = 0; i < NITEMS(facts); i++)
		if (span_eq(name, span_of(facts[i].name)))
			return &facts[i];
	return NULL;
}

/* What is the same for every element is asked for once. */
static void
get_of_message(const struct fact *fact, struct evidence *evidence, struct value *value)
{
	size_t		 index = (size_t)(fact - facts);
	struct value	*kept;

	if (evidence->of_message == NULL) {
		evidence->of_message = arena_array(evidence->arena, NITEMS(facts), sizeof(*evidence->of_message));
		evidence->of_message_asked = arena_array(evidence->arena, NITEMS(facts), sizeof(bool));
	}
	if (evidence->of_message == NULL || evidence->of_message_asked == NULL) {
		evidence->no_memory = true;
		return;
	}
	kept = &evidence->of_message[index];
	if (!evidence->of_message_asked[index])
		fact->get(evidence, SCOPE_MESSAGE, 0, kept);
	evidence->of_message_asked[index] = true;
	*value = *kept;
}

void
fact_get(const struct fact *fact, struct evidence *evidence, enum scope scope, uint32_t element, struct value *value)
{
	*value = (struct value){ 0 };
	for (const struct given *given = evidence->given; given != NULL; given = given->next)
		if (given->fact == fact) {
			*value = given->value;
			return;
		}
	if ((fact->scopes & SCOPE_MESSAGE) != 0)
		get_of_message(fact, evidence, value);
	else
		fact->get(evidence, scope, element, value);
}

/* --- elements --- */

static bool
is_element(const struct dissection *d, enum scope scope, uint32_t index)
{
	if (scope == SCOPE_PART)
		return is_leaf(d, index);
	if (scope == SCOPE_RECIPIENT)
		return true;
	return is_of_scope(&dissection_references(d)[index], scope);
}

bool
fact_elements(struct evidence *evidence, enum scope scope, uint32_t **elements, size_t *count)
{
	const struct dissection	*d = evidence->d;
	size_t			 all = scope == SCOPE_PART ? d->parts.count : scope == SCOPE_RECIPIENT ?
				    evidence->message->recipient_count : d->references.count;

	*count = 0;
	*elements = arena_array(evidence->arena, all, sizeof(**elements));
	if (*elements == NULL) {
		evidence->no_memory = true;
		return false;
	}
	for (uint32_t i = 0; i < all; i++)
		if (is_element(d, scope, i))
			(*elements)[(*count)++] = i;
	return true;
}

/* --- names, and the page --- */

static const struct {
	enum scope	 scope;
	const char	*name, *title;
} scopes[] = {
	{ SCOPE_MESSAGE, "message", "Of the message, in selections of every scope" },
	{ SCOPE_PART, "part", "Of a part, and of the part that a reference or a link stands in" },
	{ SCOPE_REFERENCE, "reference", "Of a reference (fetched without a click) or a link (on a click)" },
	{ SCOPE_LINK, "link", NULL },
	{ SCOPE_RECIPIENT, "recipient", "Of a recipient" },
};

const char *
scope_name(enum scope scope)
{
	for (size_t i = 0; i < NITEMS(scopes); i++)
		if (scopes[i].scope == scope)
			return scopes[i].name;
	return "unknown";
}

const char *
fact_type_name(enum fact_type type)
{
	static const char *const names[] = {
		[FACT_BOOLEAN] = "boolean", [FACT_NUMBER] = "number", [FACT_WORD] = "word", [FACT_TEXT] = "text",
		[FACT_DOMAIN] = "domain", [FACT_ADDRESS] = "IP address",
	};

	return names[type];
}

/* The group of a page that a fact stands in: its first scope. */
static bool
is_grouped_under(const struct fact *fact, enum scope scope)
{
	return (fact->scopes & (unsigned)scope) != 0 && (fact->scopes & ((unsigned)scope - 1)) == 0;
}

static void
print_fact(const struct fact *fact, struct buf *out)
{
	buf_printf(out, "| `%s` | %s%s%s | %s", fact->name, fact->many ? "any number: " : "",
	    fact_type_name(fact->type), fact->scopes == SCOPE_REFERENCE ? ", of references only" : "", fact->meaning);
	for (uint32_t i = 0; fact->word != NULL && fact->word(i) != NULL; i++)
		buf_printf(out, "%s `%s`", i == 0 ? ":" : ",", fact->word(i));
	buf_add(out, fact->forgeable ? SPAN("; the sender's word |\n") : SPAN(" |\n"));
}

void
fact_print_page(struct buf *out)
{
	buf_add(out, SPAN("# What a rule may ask\n\nMade of the program's own table by `make docs`; how rules use it: "
	    "[rules.md](rules.md).\n\nA fact that cannot be said is *unknown*: a line that asks for it neither matches nor "
	    "does not, and neither does\nits negation. *The sender's word*: whoever sends the mail chooses it.\n"));
	for (size_t i = 0; i < NITEMS(scopes); i++) {
		if (scopes[i].title == NULL)
			continue;
		buf_printf(out, "\n## %s\n\n| fact | type | meaning |\n|---|---|---|\n", scopes[i].title);
		for (size_t k = 0; k < NITEMS(facts); k++)
			if (is_grouped_under(&facts[k], scopes[i].scope))
				print_fact(&facts[k], out);
	}
}

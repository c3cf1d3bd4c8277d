/* Facts of the message: its header, its envelope, its structure. */
#include <string.h>

#include "../domain.h"
#include "element.h"
#include "getter.h"
#include "word.h"

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
	value_set_texts(evidence, value, texts, count);
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
		value_set_text(value, text);					\
	}
TEXT_GETTER(get_subject, dissection_text(evidence->d, evidence->d->subject))
TEXT_GETTER(get_envelope_sender, evidence->message->envelope_sender)
TEXT_GETTER(get_client_name, evidence->message->client_name)
TEXT_GETTER(get_client_helo, evidence->message->helo)

GETTER(get_client_address)
{
	UNUSED;
	if (evidence->message->client_address.len > 0)
		value_set_text(value, evidence->message->client_address);
}

GETTER(get_envelope_domain)
{
	UNUSED;
	value_set_domain(evidence, value, domain_of_mailbox(evidence->message->envelope_sender));
}

GETTER(get_message_size)
{
	UNUSED;
	value_set_number(value, evidence->message->raw.len);
}

GETTER(get_message_ambiguous)
{
	UNUSED;
	value_set_truth(value, dissection_is_ambiguous(evidence->d));
}

GETTER(get_message_quirks)
{
	uint32_t quirks = 0;

	UNUSED;
	for (uint32_t i = 0; i < evidence->d->parts.count; i++)
		quirks |= dissection_parts(evidence->d)[i].quirks;
	value_set_bits(evidence, value, quirks, word_of_quirk);
}

GETTER(get_parts_count)
{
	uint64_t leaves = 0;

	UNUSED;
	for (uint32_t i = 0; i < evidence->d->parts.count; i++)
		leaves += element_is_leaf(evidence->d, i);
	value_set_number(value, leaves);
}

GETTER(get_attachments_count)
{
	const struct dissection	*d = evidence->d;
	uint64_t		 count = 0;

	UNUSED;
	for (uint32_t i = 0; i < d->parts.count; i++)
		count += element_is_leaf(d, i) && element_is_attachment(&dissection_parts(d)[i]);
	value_set_number(value, count);
}

/* Alternatives say the same: the longest part is as much as a reader sees. */
GETTER(get_text_length)
{
	const struct dissection	*d = evidence->d;
	uint32_t		 longest = 0;

	UNUSED;
	for (uint32_t i = 0; i < d->parts.count; i++) {
		const struct part *part = &dissection_parts(d)[i];

		if (part->characters != DISSECTION_NONE && part->characters > longest && !element_is_attachment(part))
			longest = part->characters;
	}
	value_set_number(value, longest);
}

/* --- header fields that say how it was sent --- */

static void
get_marks(struct evidence *evidence, enum mark_field field, size_t what, struct value *value)
{
	const struct dissection	*d = evidence->d;
	struct span		*texts = arena_array(evidence->arena, d->marks.count, sizeof(*texts));
	size_t			 count = 0;

	for (uint32_t i = 0; texts != NULL && i < d->marks.count; i++) {
		const struct mark	*mark = &dissection_marks(d)[i];
		struct text		 text;

		memcpy(&text, (const char *)mark + what, sizeof(text));
		if (mark->field == field && text.len > 0)
			texts[count++] = dissection_text(d, text);
	}
	value_set_texts(evidence, value, texts, count);
}

#define MARK_GETTER(name, field, what)						\
	GETTER(name)								\
	{									\
		UNUSED;								\
		get_marks(evidence, field, offsetof(struct mark, what), value);	\
	}
MARK_GETTER(get_list_id, MARK_LIST_ID, text)
MARK_GETTER(get_list_unsubscribe, MARK_LIST_UNSUBSCRIBE, domain)
MARK_GETTER(get_list_post, MARK_LIST_POST, domain)
MARK_GETTER(get_precedence, MARK_PRECEDENCE, text)
MARK_GETTER(get_auto_submitted, MARK_AUTO_SUBMITTED, text)
MARK_GETTER(get_mailer, MARK_MAILER, text)
MARK_GETTER(get_message_id_domain, MARK_MESSAGE_ID, domain)

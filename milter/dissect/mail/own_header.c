#include "own_header.h"

#include "addresses.h"
#include "claims.h"
#include "marks.h"
#include "words.h"

static const struct {
	const char		*name;
	enum address_role	 role;
} address_fields[] = {
	{ "from", ADDRESS_FROM }, { "sender", ADDRESS_SENDER }, { "reply-to", ADDRESS_REPLY_TO },
	{ "to", ADDRESS_TO }, { "cc", ADDRESS_TO }, { "delivered-to", ADDRESS_TO }, { "x-original-to", ADDRESS_TO },
	{ "envelope-to", ADDRESS_TO },
};

void
own_header_read(struct own_header *header, struct block *block, const struct field *field)
{
	struct span value = field_unfold(field->value, block->arena);

	for (size_t i = 0; i < NITEMS(address_fields); i++)
		if (span_is(field->name, address_fields[i].name))
			addresses_add(block, address_fields[i].role, value);
	if (span_eq_nocase(field->name, SPAN("subject")) && block->head.subject.len == 0)
		block->head.subject = block_text(block, words_decode(value, block->arena));
	else if (span_eq_nocase(field->name, SPAN("message-id")) && block->head.message_id.len == 0)
		block->head.message_id = block_text(block, span_cut(value, 0, 998));
	marks_add(block, field->name, value);
	header->traced = header->traced || span_eq_nocase(field->name, SPAN("received"));
	/* A field that clients read differently, verifiers read differently, too. */
	if (!header->traced && !field->odd && span_eq_nocase(field->name, SPAN("authentication-results")))
		claims_add(block, header->verifications++, value);
}

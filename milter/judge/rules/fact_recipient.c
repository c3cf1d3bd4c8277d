/* Facts of the recipients, and of each of them. */
#include "../domain.h"
#include "getter.h"
#include "word.h"

GETTER(get_recipients_count)
{
	UNUSED;
	value_set_number(value, evidence->message->recipient_count);
}

GETTER(get_recipients_watched)
{
	UNUSED;
	value_set_text(value, span_of(word_of_watched(evidence_watched(evidence))));
}

static void
set_groups(struct evidence *evidence, struct value *value, groups bits)
{
	size_t		 count = 0, all = evidence->groups != NULL ? evidence->groups->count : 0;
	struct span	*names = arena_array(evidence->arena, all, sizeof(*names));

	for (size_t i = 0; names != NULL && i < all; i++)
		if ((bits & (groups)1 << i) != 0)
			names[count++] = span_of(evidence->groups->names[i]);
	value_set_texts(evidence, value, names, count);
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

#define RECIPIENT_GETTER(name, set)						\
	GETTER(name)								\
	{									\
		struct span mailbox = evidence->message->recipients[element];	\
										\
		(void)scope, (void)mailbox;					\
		set;								\
	}
RECIPIENT_GETTER(get_recipient_address, value_set_text(value, mailbox))
RECIPIENT_GETTER(get_recipient_domain, value_set_domain(evidence, value, domain_of_mailbox(mailbox)))
RECIPIENT_GETTER(get_recipient_groups, set_groups(evidence, value, groups_of(evidence, element)))
RECIPIENT_GETTER(get_recipient_watched, value_set_truth(value, (groups_of(evidence, element) & evidence->watched) != 0))

/* Facts of what was seen before: unknown while the store is away, and where none was asked. */
#include <pixelward/base/clock.h>
#include <pixelward/reputation/reputation.h>

#include "../shape/plain.h"

#include "getter.h"
#include "word.h"

static const struct knowledge *
knowledge_of(const struct evidence *evidence)
{
	return evidence->knowledge != NULL && evidence->knowledge->complete ? evidence->knowledge : NULL;
}

static const struct standing *
standing_of(const struct evidence *evidence, uint32_t element)
{
	const struct knowledge	*knowledge = knowledge_of(evidence);
	uint32_t		 host = knowledge != NULL ? evidence->sighting->host_of[element] : SIGHTING_NONE;

	return host != SIGHTING_NONE ? &knowledge->hosts[host] : NULL;
}

static const struct standing *
sender_of(const struct evidence *evidence)
{
	const struct knowledge *knowledge = knowledge_of(evidence);

	return knowledge != NULL && evidence->sighting->sender_domain.len > 0 ? &knowledge->sender : NULL;
}

/* Who was never seen is as young as can be. */
static uint64_t
days_since(const struct evidence *evidence, const struct standing *standing)
{
	int64_t past_ms = knowledge_of(evidence)->time_ms - standing->first_ms;

	return standing->known && past_ms > 0 ? (uint64_t)(past_ms / DAY_MS) : 0;
}

static void
set_score(struct value *value, int32_t score)
{
	value->known = true;
	value->number = score;
}

bool
evidence_vouches(const struct evidence *evidence, uint32_t element)
{
	const struct standing	*standing = standing_of(evidence, element);
	uint32_t		 template = standing != NULL ? evidence->sighting->template_of[element] : SIGHTING_NONE;

	return standing != NULL && (standing->firm || (template != SIGHTING_NONE &&
	    knowledge_of(evidence)->templates[template].vouched));
}

/* The same of a URL's domain and of the sender's. */
#define STANDING_GETTERS(name, set)						\
	GETTER(get_reputation_##name)						\
	{									\
		const struct standing *standing = standing_of(evidence, element); \
										\
		(void)scope;							\
		if (standing != NULL)						\
			set;							\
	}									\
	GETTER(get_sender_reputation_##name)					\
	{									\
		const struct standing *standing = sender_of(evidence);		\
										\
		UNUSED;								\
		if (standing != NULL)						\
			set;							\
	}

STANDING_GETTERS(known, value_set_truth(value, standing->known))
STANDING_GETTERS(first_seen_days, value_set_number(value, days_since(evidence, standing)))
STANDING_GETTERS(messages, value_set_number(value, standing->messages))
STANDING_GETTERS(recipients, value_set_number(value, standing->recipients))
STANDING_GETTERS(score, set_score(value, standing->score))
STANDING_GETTERS(word, value_set_text(value, span_of(word_of_analyst(standing->word))))

GETTER(get_reputation_vouched)
{
	(void)scope;
	if (standing_of(evidence, element) != NULL)
		value_set_truth(value, evidence_vouches(evidence, element));
}

GETTER(get_sender_reputation_vouched)
{
	const struct standing *standing = sender_of(evidence);

	UNUSED;
	if (standing != NULL)
		value_set_truth(value, standing->vouched);
}

/* Of the message and the mails before that belong together with it. */
#define CAMPAIGN_GETTER(name, set)						\
	GETTER(get_campaign_##name)						\
	{									\
		const struct knowledge *knowledge = knowledge_of(evidence);	\
										\
		UNUSED;								\
		if (knowledge != NULL)						\
			set;							\
	}

CAMPAIGN_GETTER(member, value_set_truth(value, knowledge->campaign.id.len > 0))
CAMPAIGN_GETTER(mails, value_set_number(value, knowledge->campaign.messages))
CAMPAIGN_GETTER(recipients, value_set_number(value, knowledge->campaign.recipients))
CAMPAIGN_GETTER(watched, value_set_number(value, knowledge->campaign.watched))

GETTER(get_campaign_surge)
{
	const struct knowledge *knowledge = knowledge_of(evidence);

	UNUSED;
	if (knowledge != NULL && knowledge->surge >= 0)
		value_set_number(value, (uint64_t)knowledge->surge);
}

/* Of the template that the URL is of; links have none. */
static const struct template_history *
history_of(const struct evidence *evidence, uint32_t element)
{
	const struct knowledge	*knowledge = knowledge_of(evidence);
	uint32_t		 template = knowledge != NULL ? evidence->sighting->template_of[element] : SIGHTING_NONE;

	return template != SIGHTING_NONE ? &knowledge->templates[template] : NULL;
}

GETTER(get_proof)
{
	const struct template_history *history = history_of(evidence, element);

	(void)scope;
	if (history != NULL)
		value_set_text(value, span_of(word_of_proof(history->proof)));
}

/* Bits behind those of the template, in the order of word_of_token(). */
enum { TOKEN_WORD_NONE = 32, TOKEN_WORD_OPAQUE = 64, TOKEN_WORD_RECIPIENT = 128, TOKEN_WORD_UNIQUE = 256 };

GETTER(get_token)
{
	const struct template		*template = evidence_template(evidence, element);
	const struct token		*token = evidence_token(evidence, element);
	const struct template_history	*history = history_of(evidence, element);
	struct url_pieces		 pieces = url_pieces_of(evidence->d, &dissection_references(evidence->d)[element]);
	uint32_t			 bits;

	(void)scope;
	if (template == NULL)
		return;
	bits = template->tokens | template_file_tokens(&pieces);
	if ((bits & ~(uint32_t)TEMPLATE_ADDRESS) != 0)
		bits |= TOKEN_WORD_OPAQUE;
	if (token != NULL && token->found)
		bits |= TOKEN_WORD_RECIPIENT;
	if (history != NULL && history->proof == PROOF_PERSONAL)
		bits |= TOKEN_WORD_UNIQUE;
	value_set_bits(evidence, value, bits != 0 ? bits : TOKEN_WORD_NONE, word_of_token);
}

/* By its words alone, unless deliveries prove the one or the other. */
GETTER(get_static)
{
	const struct reference		*reference = &dissection_references(evidence->d)[element];
	const struct template_history	*history = history_of(evidence, element);
	struct url_pieces		 pieces = url_pieces_of(evidence->d, reference);

	(void)scope;
	value_set_truth(value, history != NULL && history->proof != PROOF_NONE ? history->proof == PROOF_STATIC :
	    shape_is_static_picture(&pieces));
}

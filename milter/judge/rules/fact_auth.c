/* Facts of what our own verifiers found out: Authentication-Results with an id of TrustedAuthservIDs. */
#include "getter.h"
#include "word.h"

/*
 * A claim counts if its field bears a name that the configuration trusts with its method. Verifiers put their fields on
 * top: of several fields that speak of a method, the topmost is the one of the verifier nearest to us, and the others
 * may be anybody's. So may be what stands below a field in such a name that cannot be read.
 */
struct claims {
	const struct evidence	*evidence;
	enum claim_method	 method;
	uint32_t		 place, next;
	bool			 known;		/* some claim counts */
};

/* "mx.example.org", or "mx.example.org/dkim" for that method alone. What cannot be read may be of any method. */
static bool
is_trusted_by(struct span trusted, struct span verifier, enum claim_method method)
{
	size_t slash = span_find_char(trusted, '/', 0);

	return span_eq_nocase(span_cut(trusted, 0, slash), verifier) && (slash == trusted.len ||
	    method == CLAIM_UNREADABLE || span_is(span_from(trusted, slash + 1), claim_method_name(method)));
}

static bool
is_trusted(const struct evidence *evidence, const struct claim *claim)
{
	const struct option_list *verifiers = evidence->verifiers;

	for (size_t i = 0; verifiers != NULL && i < verifiers->count; i++)
		if (is_trusted_by(span_of(verifiers->at[i]), dissection_text(evidence->d, claim->verifier),
		    (enum claim_method)claim->method))
			return true;
	return false;
}

/* The next one that counts, or NULL. */
static const struct claim *
claims_next(struct claims *claims)
{
	const struct evidence	*evidence = claims->evidence;
	const struct dissection	*d = evidence->d;

	while (claims->next < d->claims.count) {
		const struct claim *claim = &dissection_claims(d)[claims->next++];

		/* Who only greets has another name than who sends. */
		if (claim->of_helo && evidence->message->envelope_sender.len > 0)
			continue;
		if (claim->method == claims->method && claim->place == claims->place && is_trusted(evidence, claim))
			return claim;
	}
	return NULL;
}

static struct claims
claims_of(const struct evidence *evidence, enum claim_method method)
{
	struct claims claims = { .evidence = evidence, .method = method, .place = DISSECTION_NONE };

	for (uint32_t i = 0; i < evidence->d->claims.count; i++) {
		const struct claim *claim = &dissection_claims(evidence->d)[i];

		if ((claim->method == method || claim->method == CLAIM_UNREADABLE) && claim->place < claims.place &&
		    is_trusted(evidence, claim))
			claims.place = claim->place;
	}
	claims.known = claims_next(&claims) != NULL;
	claims.next = 0;
	return claims;
}

static void
get_best(struct evidence *evidence, enum claim_method method, struct value *value)
{
	struct claims		 claims = claims_of(evidence, method);
	const struct claim	*claim;
	uint32_t		 best = CLAIM_NONE;

	while ((claim = claims_next(&claims)) != NULL)
		best = claim->result < best ? claim->result : best;
	if (claims.known)
		value_set_text(value, span_of(claim_result_name(best)));
}

static void
get_passed(struct evidence *evidence, enum claim_method method, struct value *value)
{
	struct claims		 claims = claims_of(evidence, method);
	const struct claim	*claim;
	struct span		*domains;
	size_t			 count = 0;

	if (!claims.known)
		return;
	domains = arena_array(evidence->arena, evidence->d->claims.count, sizeof(*domains));
	while (domains != NULL && (claim = claims_next(&claims)) != NULL)
		if (claim->result == CLAIM_PASS && claim->domain.len > 0)
			domains[count++] = dissection_text(evidence->d, claim->domain);
	value_set_texts(evidence, value, domains, count);
}

#define METHOD_GETTERS(name, method)						\
	GETTER(get_auth_##name)							\
	{									\
		UNUSED;								\
		get_best(evidence, method, value);				\
	}									\
	GETTER(get_auth_##name##_domains)					\
	{									\
		UNUSED;								\
		get_passed(evidence, method, value);				\
	}
METHOD_GETTERS(spf, CLAIM_SPF)
METHOD_GETTERS(dkim, CLAIM_DKIM)

GETTER(get_auth_dmarc)
{
	UNUSED;
	get_best(evidence, CLAIM_DMARC, value);
}

GETTER(get_auth_dmarc_policy)
{
	struct claims		 claims = claims_of(evidence, CLAIM_DMARC);
	const struct claim	*claim;

	UNUSED;
	while (!value->known && (claim = claims_next(&claims)) != NULL)
		if (claim->policy != POLICY_UNTOLD)
			value_set_text(value, span_of(word_of_policy(claim->policy - POLICY_NONE)));
}

/* Is it the organisation of something that passed? */
static bool
has_passed(struct evidence *evidence, enum claim_method method, struct span organisation)
{
	struct claims		 claims = claims_of(evidence, method);
	const struct claim	*claim;

	while ((claim = claims_next(&claims)) != NULL)
		if (claim->result == CLAIM_PASS && claim->organisation.len > 0 &&
		    span_eq_nocase(dissection_text(evidence->d, claim->organisation), organisation))
			return true;
	return false;
}

/* No mail has more in From, and no sender makes us compare them all with all. */
#define MOST_SENDERS	100

/* Readers may see any of the addresses in From: each must be somebody's who was verified. */
GETTER(get_auth_aligned)
{
	const struct dissection	*d = evidence->d;
	bool			 known = false, aligned = true;
	size_t			 count = 0;

	UNUSED;
	for (int method = CLAIM_SPF; method <= CLAIM_DMARC; method++)
		known = known || claims_of(evidence, (enum claim_method)method).known;
	for (uint32_t i = 0; known && aligned && i < d->addresses.count; i++) {
		const struct address	*address = &dissection_addresses(d)[i];
		bool			 passed = false;

		if (address->role != ADDRESS_FROM)
			continue;
		if (count++ == MOST_SENDERS)
			break;
		for (int method = CLAIM_SPF; method <= CLAIM_DMARC && !passed; method++)
			passed = has_passed(evidence, (enum claim_method)method, dissection_text(d, address->organisation));
		aligned = passed;
	}
	if (known)
		value_set_truth(value, aligned && count > 0 && count <= MOST_SENDERS);
}

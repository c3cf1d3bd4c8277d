#include "proof.h"

/* Digests; as a set, small. */
struct few {
	uint64_t	at[STORE_MOST_TRACES + 1];
	size_t		count;
};

static void
few_add(struct few *few, uint64_t digest)
{
	for (size_t i = 0; i < few->count; i++)
		if (few->at[i] == digest)
			return;
	few->at[few->count++] = digest;
}

/* The same URL in several messages to several people. */
static bool
is_static(const struct trace *traces, size_t count, uint64_t token)
{
	struct few messages = { .count = 0 }, recipients = { .count = 0 };

	for (size_t i = 0; i < count; i++)
		if (traces[i].token == token) {
			few_add(&messages, traces[i].message);
			few_add(&recipients, traces[i].recipient);
		}
	return messages.count >= PROOF_LEAST && recipients.count >= PROOF_LEAST;
}

/* Who else got it: in the same message, which proves nothing, or in another one. */
enum sharing { SHARED_BY_NONE, SHARED_IN_MESSAGE, SHARED_BY_MESSAGES };

static enum sharing
sharing_of(const struct trace *traces, size_t count, const struct trace *of)
{
	enum sharing sharing = SHARED_BY_NONE;

	for (size_t i = 0; i < count; i++) {
		if (traces[i].token != of->token || traces[i].recipient == of->recipient)
			continue;
		if (traces[i].message != of->message)
			return SHARED_BY_MESSAGES;
		sharing = SHARED_IN_MESSAGE;
	}
	return sharing;
}

enum proof
proof_of(const struct store_template *template, uint64_t token, uint64_t message, uint64_t recipient)
{
	struct trace	traces[STORE_MOST_TRACES + 1], now = { token, recipient, message };
	size_t		count = template->trace_count < STORE_MOST_TRACES ? template->trace_count : STORE_MOST_TRACES;
	struct few	tokens = { .count = 0 }, shared = { .count = 0 }, recipients = { .count = 0 };

	if (count > 0)
		memcpy(traces, template->traces, count * sizeof(*traces));
	if (is_static(traces, count, token))
		return PROOF_STATIC;
	if (recipient != 0)
		traces[count++] = now;
	for (size_t i = 0; i < count; i++)
		switch (sharing_of(traces, count, &traces[i])) {
		case SHARED_BY_NONE:
			few_add(&tokens, traces[i].token);
			few_add(&recipients, traces[i].recipient);
			break;
		case SHARED_BY_MESSAGES:
			few_add(&shared, traces[i].token);
			break;
		case SHARED_IN_MESSAGE:
			break;
		}
	/* One in ten may be shared: forwarded mail, a second mailbox of the same person. */
	return sharing_of(traces, count, &now) != SHARED_BY_MESSAGES && recipients.count >= PROOF_LEAST &&
	    tokens.count >= PROOF_LEAST && shared.count * 10 <= tokens.count ? PROOF_PERSONAL : PROOF_NONE;
}

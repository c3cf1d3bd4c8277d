#include "evidence.h"

void
evidence_init(struct evidence *evidence, const struct message *message, const struct dissection *d,
    const struct group_set *set, groups watched, struct arena *arena)
{
	*evidence = (struct evidence){ .message = message, .d = d, .groups = set, .watched = watched, .arena = arena,
	    .regexes = { .arena = arena } };
}

const struct token *
evidence_token(struct evidence *evidence, uint32_t index)
{
	const struct dissection	*d = evidence->d;
	const struct reference	*reference = &dissection_references(d)[index];

	if (evidence->tokens == NULL) {
		evidence->tokens = tokens_new(evidence->message, evidence->arena);
		evidence->token_of = arena_array(evidence->arena, d->references.count, sizeof(*evidence->token_of));
		evidence->token_known = arena_array(evidence->arena, d->references.count, sizeof(*evidence->token_known));
	}
	if (evidence->tokens == NULL || evidence->token_of == NULL || evidence->token_known == NULL ||
	    (!evidence->token_known[index] && tokens_find(evidence->tokens, dissection_text(d, reference->url),
	    dissection_text(d, reference->host), reference->path_at, &evidence->token_of[index]) != PW_OK)) {
		evidence->no_memory = true;
		return NULL;
	}
	evidence->token_known[index] = true;
	return &evidence->token_of[index];
}

struct span
evidence_spacer(struct evidence *evidence, uint32_t index)
{
	if (evidence->spacers == NULL)
		evidence->spacers = spacers_new(evidence->d, evidence->arena);
	if (evidence->spacers == NULL) {
		evidence->no_memory = true;
		return SPAN_NONE;
	}
	return spacer_reason(evidence->spacers, &dissection_references(evidence->d)[index]);
}

enum watched
evidence_watched(const struct evidence *evidence)
{
	const struct message	*message = evidence->message;
	size_t			 watched = 0;

	for (size_t i = 0; evidence->groups != NULL && i < message->recipient_count; i++)
		watched += (group_set_of(evidence->groups, message->recipients[i]) & evidence->watched) != 0;
	if (watched == 0)
		return WATCHED_NONE;
	return watched == message->recipient_count ? WATCHED_ALL : WATCHED_SOME;
}

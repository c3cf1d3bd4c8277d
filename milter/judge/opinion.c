#include "opinion.h"

#include <string.h>

static bool
is_among(const struct span *texts, size_t count, struct span text)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq(texts[i], text))
			return true;
	return false;
}

void
ground_add(struct opinion *opinion, struct grounds *grounds, struct span reason)
{
	if (reason.at == NULL)
		opinion->no_memory = true;
	else if (grounds->count < NITEMS(grounds->at) && !is_among(grounds->at, grounds->count, reason))
		grounds->at[grounds->count++] = reason;
}

void
decision_set(struct opinion *opinion, struct decision *decision, bool strip, const struct grounds *grounds)
{
	decision->strip = strip;
	decision->reasons = arena_array(opinion->arena, grounds->count, sizeof(*decision->reasons));
	if (decision->reasons == NULL) {
		opinion->no_memory = true;
		return;
	}
	memcpy(decision->reasons, grounds->at, grounds->count * sizeof(*decision->reasons));
	decision->reason_count = grounds->count;
	opinion->verdict->strip_count += strip;
	opinion->verdict->proxy_count += decision->proxied.len > 0;
}

static void
add_once(struct opinion *opinion, struct span **texts, size_t *count, size_t *capacity, struct span text)
{
	struct span *larger;

	if (text.at == NULL) {
		opinion->no_memory = true;
		return;
	}
	if (is_among(*texts, *count, text))
		return;
	larger = arena_grow(opinion->arena, *texts, *count, capacity, sizeof(*larger));
	if (larger == NULL) {
		opinion->no_memory = true;
		return;
	}
	*texts = larger;
	larger[(*count)++] = text;
}

void
opinion_rule(struct opinion *opinion, struct span name)
{
	add_once(opinion, &opinion->verdict->rules, &opinion->verdict->rule_count, &opinion->rule_capacity, name);
}

void
opinion_copy(struct opinion *opinion, struct span mailbox)
{
	struct verdict	*verdict = opinion->verdict;
	struct span	*copies = verdict->copies != NULL ? verdict->copies : arena_array(opinion->arena, MOST_COPIES, sizeof(*copies));
	struct span	 copy = arena_copy(opinion->arena, mailbox);

	opinion->no_memory = opinion->no_memory || copies == NULL || copy.at == NULL;
	for (size_t i = 0; i < verdict->copy_count; i++)
		if (span_eq_nocase(copies[i], mailbox))
			return;
	if (opinion->no_memory || verdict->copy_count == MOST_COPIES)
		return;
	verdict->copies = copies;
	copies[verdict->copy_count++] = copy;
}

void
opinion_note(struct opinion *opinion, struct span note)
{
	add_once(opinion, &opinion->verdict->notes, &opinion->verdict->note_count, &opinion->note_capacity, note);
}

void
opinion_reason(struct opinion *opinion, struct span reason)
{
	struct verdict *verdict = opinion->verdict;

	if (reason.at == NULL) {
		opinion->no_memory = true;
		return;
	}
	if (verdict->reasons == NULL)
		verdict->reasons = arena_array(opinion->arena, MOST_REASONS, sizeof(*verdict->reasons));
	if (verdict->reasons == NULL) {
		opinion->no_memory = true;
		return;
	}
	if (verdict->reason_count < MOST_REASONS && !is_among(verdict->reasons, verdict->reason_count, reason))
		verdict->reasons[verdict->reason_count++] = reason;
}

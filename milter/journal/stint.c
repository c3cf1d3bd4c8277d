#include "stint.h"

#include <stdio.h>
#include <string.h>

static bool
is_empty(const struct stint *stint)
{
	static const uint64_t nothing[COUNTERS];

	return memcmp(stint->of, nothing, sizeof(nothing)) == 0;
}

struct stint *
stint_add(struct stints *stints, struct span node, uint64_t after)
{
	if (stints->count == MOST_STINTS)
		return NULL;
	struct stint *stint = &stints->at[stints->count++];
	*stint = (struct stint){ .after = after };
	snprintf(stint->node, sizeof(stint->node), "%.*s", SPAN_ARG(node));
	return stint;
}

/* A name that came back, as where two hosts take turns, keeps what it counted. */
static void
oldest_forget(struct stints *stints)
{
	const struct stint	*oldest = &stints->at[0];
	size_t			 same = 1;

	while (same < stints->count && strcmp(stints->at[same].node, oldest->node) != 0)
		same++;
	for (size_t k = 0; k < COUNTERS && same < stints->count; k++)
		stints->at[same].of[k] += oldest->of[k];
	memmove(stints->at, stints->at + 1, --stints->count * sizeof(*stints->at));
}

void
stints_call(struct stints *stints, const char *node, uint64_t number, const uint64_t totals[COUNTERS])
{
	/* Whose host has another name at each start should not fill the table without a message. */
	while (stints->count > 0 && is_empty(&stints->at[stints->count - 1]))
		stints->count--;
	if (stints->count > 0 && strcmp(stints->at[stints->count - 1].node, node) == 0)
		return;
	if (stints->count == MOST_STINTS)
		oldest_forget(stints);
	bool		 first = stints->count == 0;
	struct stint	*stint = stint_add(stints, span_of(node), first ? 0 : number);
	if (first && stint != NULL)
		memcpy(stint->of, totals, sizeof(stint->of));
}

void
stints_count(struct stints *stints, const uint64_t values[COUNTERS])
{
	for (size_t i = 0; i < COUNTERS && stints->count > 0; i++)
		stints->at[stints->count - 1].of[i] += values[i];
}

struct span
stints_name(const struct stints *stints, uint64_t number)
{
	size_t i = stints->count;

	while (i > 1 && stints->at[i - 1].after >= number)
		i--;
	return i > 0 ? span_of(stints->at[i - 1].node) : SPAN("");
}

bool
stints_sum(const struct stints *stints, size_t index, uint64_t sum[COUNTERS])
{
	memset(sum, 0, COUNTERS * sizeof(*sum));
	for (size_t i = 0; i < stints->count; i++) {
		if (strcmp(stints->at[i].node, stints->at[index].node) != 0)
			continue;
		if (i > index)
			return false;
		for (size_t k = 0; k < COUNTERS; k++)
			sum[k] += stints->at[i].of[k];
	}
	return true;
}

#include "tally.h"

#include <inttypes.h>

struct tally *
tally_new(struct arena *arena, size_t rules)
{
	struct tally *tally = arena_alloc(arena, sizeof(*tally));

	if (tally == NULL)
		return NULL;
	tally->rules = arena_array(arena, rules, sizeof(*tally->rules));
	return tally->rules != NULL ? tally : NULL;
}

void
tally_one(atomic_uint_least64_t *count)
{
	atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

static uint64_t
value_of(atomic_uint_least64_t *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

void
tally_print(struct tally *tally, const struct rule *rules, size_t count, struct buf *out)
{
	size_t lines = 0;

	for (size_t i = 0; i < count; i++) {
		struct rule_tally	*one = &tally->rules[i];
		uint64_t		 unknown = value_of(&one->unknown), failed = value_of(&one->failed);

		if ((unknown > 0 || failed > 0) && lines++ < MOST_TALLY_LINES)
			buf_printf(out, "rule %.*s: of %" PRIu64 " messages matched %" PRIu64 ", unknown in %" PRIu64 ", failed in %"
			    PRIu64 "\n", SPAN_ARG(rules[i].name), value_of(&tally->messages), value_of(&one->matched), unknown, failed);
	}
	if (lines > MOST_TALLY_LINES)
		buf_printf(out, "%zu more rules were unknown or failed\n", lines - MOST_TALLY_LINES);
}

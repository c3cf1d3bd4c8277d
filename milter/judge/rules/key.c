#include "key.h"

#include <string.h>

#include "literal.h"
#include "modifier.h"

enum { SCORE_REGEX = 1, SCORE_ASKED, SCORE_COMMON, SCORE_LITERAL, SCORE_LIST = 50, SCORE_EXACT = 60 };

/* What most URLs hold. */
static const char *const commons[] = { "https://www.", "http://www.", ".com/", ".net/", ".org/", "/images/", ".html", ".php" };

static unsigned
literal_score(struct span literal)
{
	for (size_t i = 0; i < NITEMS(commons); i++)
		if (span_find_nocase(span_of(commons[i]), literal, 0) < strlen(commons[i]))
			return SCORE_COMMON;
	return literal.len < 3 ? SCORE_COMMON : literal.len < 40 ? SCORE_LITERAL + (unsigned)literal.len : 49;
}

static bool
add(struct arena *arena, struct keys *keys, size_t *capacity, struct key key)
{
	struct key	*larger = arena_grow(arena, keys->at, keys->count, capacity, sizeof(*larger));
	unsigned	 score = key.kind == KEY_LITERAL ? literal_score(key.text) : key.kind == KEY_LIST ? SCORE_LIST :
			    SCORE_EXACT;

	if (larger == NULL)
		return false;
	keys->at = larger;
	keys->score = keys->count == 0 || score < keys->score ? score : keys->score;
	larger[keys->count++] = key;
	return true;
}

/* Those of one value; *found: there are any. False: no memory. */
static bool
add_wanted(struct arena *arena, enum finds finds, const struct wanted *wanted, struct keys *keys, size_t *capacity,
    bool *found)
{
	struct span	literals[MOST_LITERALS];
	size_t		count = 0;

	*found = true;
	if (wanted->on_list)
		return add(arena, keys, capacity, (struct key){ KEY_LIST, SPAN_NONE, wanted->list });
	if (finds == FINDS_FILTER)
		return add(arena, keys, capacity, (struct key){ KEY_FILTER, SPAN_NONE, wanted->list });
	if (finds == FINDS_REGEX)
		count = literals_of(arena, wanted->text, literals);
	else if (wanted->text.len > 0) {
		literals[0] = wanted->text;
		count = 1;
	}
	if (count == SIZE_MAX)
		return false;
	*found = count > 0;
	for (size_t i = 0; i < count; i++)
		if (!add(arena, keys, capacity, (struct key){ finds == FINDS_DOMAIN ? KEY_DOMAIN : KEY_LITERAL, literals[i], 0 }))
			return false;
	return true;
}

bool
keys_of(struct arena *arena, const struct line *line, struct keys *keys)
{
	enum finds	finds = modifiers[line->how].finds;
	struct keys	best = { 0 };
	size_t		capacity = 0;
	bool		found = finds != FINDS_NOTHING;

	*keys = (struct keys){ 0 };
	for (size_t i = 0; i < line->wanted_count && finds != FINDS_NOTHING && (found || line->all); i++) {
		if (line->all) {
			*keys = (struct keys){ 0 };
			capacity = 0;
		}
		if (!add_wanted(arena, finds, &line->wanted[i], keys, &capacity, &found))
			return false;
		if (keys->score > best.score)
			best = *keys;
	}
	/* With "all", one value that can be looked up suffices; else each must be. */
	if (line->all)
		*keys = best;
	else if (!found)
		*keys = (struct keys){ 0 };
	if (keys->count == 0)
		keys->score = finds == FINDS_REGEX ? SCORE_REGEX : SCORE_ASKED;
	return true;
}

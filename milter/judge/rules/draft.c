#include "draft.h"

#include <string.h>
#include <time.h>

/* Does reading this tell a mistake, whatever was told before? */
bool
draft_reads_well(struct drafting *drafting, void (*read)(struct drafting *, const struct node *), const struct node *node)
{
	bool before = drafting->failed, fine;

	drafting->failed = false;
	read(drafting, node);
	fine = !drafting->failed;
	drafting->failed = before || !fine;
	return fine;
}

struct arena *
draft_arena(const struct drafting *drafting)
{
	return drafting->reading->findings->arena;
}

/* An unknown key: the rest of the rule is read as if it were the one that was meant. */
void
draft_tell_key(struct drafting *drafting, const struct node *map, const struct node *node, const char *meant)
{
	TELL(drafting, node->key, FINDING_KEY, "unknown key '%.*s'%.*s", SHOWN_OF(node->key->text),
	    SPAN_ARG(nearest_words(draft_arena(drafting), meant)));
	if (meant != NULL && node_get(map, meant) == NULL)
		node_rename(node->key, meant);
}

/* The key of that name is not there; is there one that nearly is? */
void
draft_find_meant(struct drafting *drafting, const struct node *map, const char *name)
{
	for (const struct node *node = map->first; node != NULL && node_get(map, name) == NULL; node = node->next)
		if (node->kind == NODE_SCALAR && nearest_of(node->key->text, &name, 1) != NULL &&
		    fact_named(node->key->text) == NULL)
			draft_tell_key(drafting, map, node, name);
}

bool
draft_is_scalar(struct drafting *drafting, const struct node *node, const char *wanted)
{
	if (node->kind == NODE_SCALAR)
		return true;
	TELL(drafting, node, FINDING_VALUE, "%s is wanted here, no %s", wanted, node->kind == NODE_MAP ? "map" : "list");
	return false;
}

/* The index of a word of few; the first where it is none. */
unsigned
draft_choice(struct drafting *drafting, const struct node *node, const char *const *words, size_t count)
{
	if (!draft_is_scalar(drafting, node, "a word"))
		return 0;
	for (unsigned i = 0; i < count; i++)
		if (span_eq(node->text, span_of(words[i])))
			return i;
	struct buf all;
	buf_init(&all, 512);
	for (size_t i = 0; i < count; i++)
		buf_printf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	TELL(drafting, node, FINDING_VALUE, "'%.*s' is none of %.*s%.*s", SHOWN_OF(node->text), SPAN_ARG(buf_span(&all)),
	    SPAN_ARG(nearest_words(draft_arena(drafting), nearest_of(node->text, words, count))));
	buf_fini(&all);
	return 0;
}

/* "2027-12-31" -> days; -1: a mistake was told. */
int64_t
draft_day(struct drafting *drafting, const struct node *node)
{
	struct tm	day = { 0 }, normal;
	const char	*rest;

	if (!draft_is_scalar(drafting, node, "a date"))
		return -1;
	rest = node->text.len == 10 ? strptime(node->text.at, "%Y-%m-%d", &day) : NULL;
	normal = day;
	time_t seconds = timegm(&normal);
	/* strptime takes the 31st of any month. */
	if (rest == NULL || *rest != '\0' || normal.tm_mday != day.tm_mday) {
		TELL(drafting, node, FINDING_VALUE, "'%.*s' is no date; write it as 2027-12-31", SHOWN_OF(node->text));
		return -1;
	}
	return (int64_t)seconds / 86400;
}

/* A text, or a list of texts. */
size_t
draft_texts(struct drafting *drafting, const struct node *node, const struct node **at, size_t most)
{
	size_t count = 0;

	for (const struct node *one = node->kind == NODE_LIST ? node->first : node; one != NULL;
	    one = node->kind == NODE_LIST ? one->next : NULL) {
		if (!draft_is_scalar(drafting, one, "a text"))
			return count;
		if (count == most) {
			TELL(drafting, one, FINDING_DEPTH, "too many; at most %zu", most);
			return count;
		}
		at[count++] = one;
	}
	return count;
}

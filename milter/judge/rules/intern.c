#include "intern.h"

#include <pixelward/base/fnv.h>

/* Things by their hash; open addressing, at most half full. */
struct ids {
	struct slot {
		uint64_t	 hash;
		const void	*thing;		/* NULL: free */
		uint32_t	 id;
	}		*slots;
	size_t		 mask;
	uint32_t	 count;
};

typedef bool	same(const void *, const void *);

static bool
ids_init(struct ids *ids, struct arena *arena, size_t most)
{
	size_t count = 16;

	while (count < most * 2)
		count *= 2;
	*ids = (struct ids){ .slots = arena_array(arena, count, sizeof(*ids->slots)), .mask = count - 1 };
	return ids->slots != NULL;
}

static uint32_t
id_of(struct ids *ids, uint64_t hash, const void *thing, same *is_same)
{
	size_t at = (size_t)(hash ^ hash >> 29) & ids->mask;

	for (; ids->slots[at].thing != NULL; at = (at + 1) & ids->mask)
		if (ids->slots[at].hash == hash && is_same(ids->slots[at].thing, thing))
			return ids->slots[at].id;
	ids->slots[at] = (struct slot){ hash, thing, ids->count };
	return ids->count++;
}

static const struct node *
first_value(const struct line *line)
{
	return line->node->kind == NODE_LIST ? line->node->first : line->node;
}

static const struct node *
next_value(const struct line *line, const struct node *node)
{
	return line->node->kind == NODE_LIST ? node->next : NULL;
}

static uint64_t
line_hash(const struct line *line)
{
	uint64_t hash = fnv_add(fnv_add(FNV_BASIS, (uint64_t)(line->fact - facts)), line->how * 2u + line->all);

	for (const struct node *node = first_value(line); node != NULL; node = next_value(line, node)) {
		for (size_t i = 0; i < node->text.len; i++)
			hash = fnv_add(hash, (unsigned char)node->text.at[i]);
		hash = fnv_add(hash, node->text.len);
	}
	return hash;
}

/* Of one fact and one modifier, what is written means the same. */
static bool
same_lines(const void *a, const void *b)
{
	const struct line	*left = a, *right = b;
	const struct node	*x = first_value(left), *y = first_value(right);

	if (left->fact != right->fact || left->how != right->how || left->all != right->all)
		return false;
	for (; x != NULL && y != NULL; x = next_value(left, x), y = next_value(right, y))
		if (!span_eq(x->text, y->text))
			return false;
	return x == NULL && y == NULL;
}

static uint64_t
selection_hash(const struct selection *selection)
{
	uint64_t hash = fnv_add(FNV_BASIS, selection->scope);

	for (size_t i = 0; i < selection->line_count; i++)
		hash = fnv_add(hash, selection->lines[i].id);
	return hash;
}

static bool
same_selections(const void *a, const void *b)
{
	const struct selection *left = a, *right = b;

	if (left->scope != right->scope || left->line_count != right->line_count)
		return false;
	for (size_t i = 0; i < left->line_count; i++)
		if (left->lines[i].id != right->lines[i].id)
			return false;
	return true;
}

bool
intern(struct arena *arena, struct rule *rules, size_t count, struct interned *interned)
{
	struct ids	lines, selections;
	size_t		line_count = 0, selection_count = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < rules[i].selection_count && rule_is_asked(&rules[i]); k++) {
			selection_count++;
			line_count += rules[i].selections[k].line_count;
		}
	*interned = (struct interned){ .lines = arena_array(arena, line_count, sizeof(*interned->lines)) };
	if (interned->lines == NULL || !ids_init(&lines, arena, line_count) ||
	    !ids_init(&selections, arena, selection_count))
		return false;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < rules[i].selection_count && rule_is_asked(&rules[i]); k++) {
			struct selection *selection = &rules[i].selections[k];

			for (size_t m = 0; m < selection->line_count; m++) {
				struct line *line = &selection->lines[m];

				line->id = id_of(&lines, line_hash(line), line, same_lines);
				if (line->id == interned->line_count)
					interned->lines[interned->line_count++] = line;
			}
			selection->id = id_of(&selections, selection_hash(selection), selection, same_selections);
		}
	interned->selection_count = selections.count;
	return true;
}

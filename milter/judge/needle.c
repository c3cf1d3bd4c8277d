#include "needle.h"

#define ROOT	0u

/*
 * A node is a text that begins a needle. Its children hang in a list: a dense table of 256 for each of some
 * ten thousand nodes would not stay in any cache. The root, where a search nearly always is, has one.
 */
struct node {
	uint32_t	child, sibling;	/* 0: none (the root is nobody's child) */
	uint32_t	fail;		/* the longest proper suffix that is a node */
	uint32_t	shorter;	/* the next node along fail at which a needle ends; 0: none */
	uint32_t	needle;		/* index + 1 of the one that ends here; 0: none */
	unsigned char	c;
};

struct needles {
	const struct needle	*needles;
	struct node		*nodes;
	uint32_t		 count;
	uint32_t		 first[256];	/* the root's children */
};

static uint32_t
child_of(const struct needles *set, uint32_t node, unsigned char c)
{
	if (node == ROOT)
		return set->first[c];
	uint32_t child = set->nodes[node].child;
	while (child != 0 && set->nodes[child].c != c)
		child = set->nodes[child].sibling;
	return child;
}

static void
add(struct needles *set, uint32_t index)
{
	struct span	text = set->needles[index].text;
	uint32_t	node = ROOT;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char	c = (unsigned char)text.at[i];
		uint32_t	child = child_of(set, node, c);

		if (child == 0) {
			child = set->count++;
			set->nodes[child].c = c;
			if (node == ROOT)
				set->first[c] = child;
			set->nodes[child].sibling = set->nodes[node].child;
			set->nodes[node].child = child;
		}
		node = child;
	}
	if (node != ROOT && set->nodes[node].needle == 0)
		set->nodes[node].needle = index + 1;
}

static uint32_t
step(const struct needles *set, uint32_t node, unsigned char c)
{
	for (;;) {
		uint32_t next = child_of(set, node, c);

		if (next != 0 || node == ROOT)
			return next;
		node = set->nodes[node].fail;
	}
}

/* Level by level: a node's suffixes are shorter than it. */
static void
link_suffixes(struct needles *set, uint32_t *queue)
{
	uint32_t head = 0, tail = 0;

	for (uint32_t child = set->nodes[ROOT].child; child != 0; child = set->nodes[child].sibling)
		queue[tail++] = child;
	while (head < tail) {
		uint32_t node = queue[head++];

		for (uint32_t child = set->nodes[node].child; child != 0; child = set->nodes[child].sibling) {
			uint32_t suffix = step(set, set->nodes[node].fail, set->nodes[child].c);

			set->nodes[child].fail = suffix;
			set->nodes[child].shorter = set->nodes[suffix].needle != 0 ? suffix : set->nodes[suffix].shorter;
			queue[tail++] = child;
		}
	}
}

struct needles *
needles_new(struct arena *arena, const struct needle *needles, size_t count)
{
	struct needles	*set = arena_alloc(arena, sizeof(*set));
	size_t		 most = 1;

	for (size_t i = 0; i < count; i++)
		most += needles[i].text.len;
	if (set == NULL || most > UINT32_MAX || count >= UINT32_MAX)
		return NULL;
	uint32_t *queue = arena_array(arena, most, sizeof(*queue));
	set->nodes = arena_array(arena, most, sizeof(*set->nodes));
	if (queue == NULL || set->nodes == NULL)
		return NULL;
	set->needles = needles;
	set->count = 1;
	for (uint32_t i = 0; i < count; i++)
		add(set, i);
	link_suffixes(set, queue);
	return set;
}

const struct needle *
needles_find(const struct needles *set, struct span text, needle_accept *accept, const void *context)
{
	uint32_t node = ROOT;

	for (size_t i = 0; i < text.len; i++) {
		node = step(set, node, (unsigned char)ascii_lower(text.at[i]));
		if (node == ROOT)
			continue;
		uint32_t end = set->nodes[node].needle != 0 ? node : set->nodes[node].shorter;
		for (; end != 0; end = set->nodes[end].shorter) {
			const struct needle *needle = &set->needles[set->nodes[end].needle - 1];

			if (accept(text, i + 1 - needle->text.len, i + 1, needle, context))
				return needle;
		}
	}
	return NULL;
}

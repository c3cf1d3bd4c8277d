#include "names.h"

#include <stdlib.h>
#include <string.h>

static int
compare(struct span text, const struct name *name)
{
	size_t	shorter = text.len < name->len ? text.len : name->len;
	int	order = shorter > 0 ? memcmp(text.at, name->text, shorter) : 0;

	return order != 0 ? order : text.len < name->len ? -1 : text.len > name->len;
}

/* Where it is, or where it would be. */
static size_t
place(const struct names *names, struct span text, bool *found)
{
	size_t low = 0, high = names->count;

	*found = false;
	while (low < high && !*found) {
		size_t	middle = low + (high - low) / 2;
		int	order = compare(text, names->at[middle]);

		if (order > 0)
			low = middle + 1;
		else
			high = middle;
		if (order == 0) {
			*found = true;
			return middle;
		}
	}
	return low;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The rarer half goes; of those that are as frequent as the one in the middle, the first in the alphabet. */
static void
thin_out(struct names *names)
{
	uint64_t *numbers = malloc(names->count * sizeof(*numbers));

	if (numbers == NULL)
		return;
	for (size_t i = 0; i < names->count; i++)
		numbers[i] = names->at[i]->of[0];
	qsort(numbers, names->count, sizeof(*numbers), by_number);
	uint64_t	least = numbers[names->count / 2];
	size_t		kept = 0, goes = names->count / 2 + 1;
	free(numbers);
	for (size_t i = 0; i < names->count; i++)
		if (names->at[i]->of[0] <= least && goes > 0) {
			free(names->at[i]);
			goes--;
		} else
			names->at[kept++] = names->at[i];
	names->count = kept;
}

static bool
make_room(struct names *names)
{
	if (names->count >= names->most)
		thin_out(names);
	if (names->count < names->capacity)
		return true;
	size_t		 larger = names->capacity * 2 + 16;
	struct name	**moved = realloc(names->at, larger * sizeof(struct name *));

	if (moved == NULL)
		return false;
	names->at = moved;
	names->capacity = larger;
	return true;
}

struct name *
names_get(struct names *names, struct span text)
{
	bool found;

	text = span_cut(text, 0, MOST_NAME);
	size_t at = place(names, text, &found);
	if (found)
		return names->at[at];
	struct name *name = calloc(1, sizeof(*name) + text.len + 1);
	if (name == NULL || !make_room(names)) {
		free(name);
		return NULL;
	}
	if (text.len > 0)
		memcpy(name->text, text.at, text.len);
	name->len = text.len;
	at = place(names, text, &found);
	memmove(names->at + at + 1, names->at + at, (names->count - at) * sizeof(struct name *));
	names->at[at] = name;
	names->count++;
	return name;
}

void
names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->at[i]);
	free(names->at);
	*names = (struct names){ .most = names->most };
}

size_t
names_most(const struct names *names, struct named_count *to, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct name	*name = names->at[i];
		size_t			 at = count;

		while (at > 0 && to[at - 1].of[0] < name->of[0])
			at--;
		if (at >= most)
			continue;
		if (count < most)
			count++;
		memmove(to + at + 1, to + at, (count - at - 1) * sizeof(*to));
		to[at] = (struct named_count){ .name = { name->text, name->len }, .last_ms = name->last_ms };
		memcpy(to[at].of, name->of, sizeof(name->of));
	}
	return count;
}

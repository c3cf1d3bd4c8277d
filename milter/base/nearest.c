#include <pixelward/base/nearest.h>

#define MOST_WORD	48	/* letters; a longer word is no slip of the finger */

/* Insertions, deletions, changes and swaps of neighbours (optimal string alignment), whatever the case. */
static size_t
edits(struct span a, struct span b)
{
	size_t rows[3][MOST_WORD + 1];

	for (size_t k = 0; k <= b.len; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *now = rows[i % 3], *before = rows[(i - 1) % 3], *earlier = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t k = 1; k <= b.len; k++) {
			char	x = ascii_lower(a.at[i - 1]), y = ascii_lower(b.at[k - 1]);
			size_t	least = before[k - 1] + (x != y);

			least = before[k] + 1 < least ? before[k] + 1 : least;
			least = now[k - 1] + 1 < least ? now[k - 1] + 1 : least;
			if (i > 1 && k > 1 && x == ascii_lower(b.at[k - 2]) && ascii_lower(a.at[i - 2]) == y &&
			    earlier[k - 2] + 1 < least)
				least = earlier[k - 2] + 1;
			now[k] = least;
		}
	}
	return rows[a.len % 3][b.len];
}

void
nearest_try(struct nearest *nearest, const char *candidate)
{
	struct span	word = nearest->word, other = span_of(candidate);
	size_t		most = word.len < 4 ? 1 : word.len < 9 ? 2 : word.len / 3, distance;

	if (word.len == 0 || word.len > MOST_WORD || other.len > MOST_WORD)
		return;
	distance = edits(word, other);
	/* Half a name is meant as often as a wrong letter: "agedays", "host". */
	if (distance > most && other.len > word.len && other.at[other.len - word.len - 1] == '.' &&
	    span_ends_nocase(other, word))
		distance = most;
	if (distance <= most && (nearest->best == NULL || distance < nearest->distance)) {
		nearest->best = candidate;
		nearest->distance = distance;
	}
}

const char *
nearest_of(struct span word, const char *const *words, size_t count)
{
	struct nearest nearest = { .word = word };

	for (size_t i = 0; i < count; i++)
		if (words[i] != NULL)
			nearest_try(&nearest, words[i]);
	return nearest.best;
}

#include <pixelward/base/words.h>

static int
order(struct span s, const char *word)
{
	for (size_t i = 0; i < s.len; i++) {
		int difference = (unsigned char)ascii_lower(s.at[i]) - (unsigned char)word[i];

		/* The word ends at its first NUL, whatever s has there. */
		if (difference != 0 || word[i] == '\0')
			return difference != 0 ? difference : 1;
	}
	return word[s.len] == '\0' ? 0 : -1;
}

bool
words_have(const struct words *words, struct span s)
{
	size_t low = 0, high = words->count;

	while (low < high) {
		size_t	middle = (low + high) / 2;
		int	at = order(s, words->at[middle]);

		if (at == 0)
			return true;
		if (at < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

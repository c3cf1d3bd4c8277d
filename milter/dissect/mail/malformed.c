#include "malformed.h"

#include <pixelward/base/utf8.h>

#include <string.h>

/* The first byte from at that is not ASCII, or is NUL: eight at a time, since nearly all markup is ASCII. */
static size_t
ascii_end(struct span text, size_t at)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;

	for (uint64_t word; text.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text.at + at, sizeof(word));
		if (((word | (word - ones)) & highs) != 0)
			break;
	}
	while (at < text.len && (signed char)text.at[at] > 0)
		at++;
	return at;
}

struct span
malformed_drop(struct span text, struct arena *arena, bool *malformed)
{
	char	*kept = NULL;
	size_t	 len = 0;

	*malformed = false;
	for (size_t i = 0; i < text.len;) {
		size_t plain = ascii_end(text, i);

		if (kept != NULL) {
			memcpy(kept + len, text.at + i, plain - i);
			len += plain - i;
		}
		if ((i = plain) == text.len)
			break;
		unsigned char	c = (unsigned char)text.at[i];
		size_t		wanted = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 :
				    c >= 0xf0 && c < 0xf5 ? 4 : 0;
		size_t		have = wanted > 0;

		while (have < wanted && i + have < text.len && utf8_goes_on(text.at[i + have]))
			have++;
		bool good = have > 0 && have == wanted && c != '\0' &&
		    !span_starts(span_from(text, i), SPAN(UTF8_REPLACEMENT));
		size_t step = have > 0 ? have : 1;
		if (!good && kept == NULL) {
			*malformed = true;
			if ((kept = arena_alloc(arena, text.len + 1)) == NULL)
				return SPAN_NONE;
			memcpy(kept, text.at, len = i);
		}
		if (good && kept != NULL) {
			memcpy(kept + len, text.at + i, step);
			len += step;
		}
		i += step;
	}
	return kept != NULL ? (struct span){ kept, len } : text;
}

#include "words.h"

#include <gmime/gmime.h>

void
words_prepare(void)
{
	g_mime_init();
}

struct span
words_decode(struct span value, struct arena *arena)
{
	struct span copy = arena_copy(arena, span_cut(value, 0, WORDS_MOST));

	/* Without the mark of an encoded word there is nothing to do. */
	if (copy.at == NULL || span_find(copy, SPAN("=?"), 0) == copy.len)
		return copy;
	char *decoded = g_mime_utils_header_decode_text(NULL, copy.at);
	if (decoded == NULL)
		return copy;
	copy = arena_copy(arena, span_of(decoded));
	g_free(decoded);
	return copy;
}

#include "known.h"

#include <stdlib.h>
#include <string.h>

/*
 * What quoted-printable leaves of a URL, decoded too often or not at all: without '=', and without what an escape,
 * also a percent-escape, makes of a control or of half a character.
 */
static struct span
likeness(struct span url, struct arena *arena)
{
	char	*out = arena_alloc(arena, url.len + 1);
	size_t	 len = 0;

	if (out == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < url.len; i++) {
		unsigned char c = (unsigned char)url.at[i];

		if ((c == '=' || c == '%') && i + 2 < url.len && ascii_hex(url.at[i + 1]) >= 0 && ascii_hex(url.at[i + 2]) >= 0) {
			c = (unsigned char)(ascii_hex(url.at[i + 1]) * 16 + ascii_hex(url.at[i + 2]));
			i += 2;
		}
		if (c > ' ' && c < 0x7f && c != '=')
			out[len++] = (char)c;
	}
	return (struct span){ out, len };
}

enum pw_err
known_init(struct known *known, const struct block *block, size_t count)
{
	const struct reference *references = block->references.at;

	*known = (struct known){ .at = arena_array(block->arena, count, sizeof(*known->at)) };
	if (known->at == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct span url = { block->text + references[i].url.at, references[i].url.len };

		if (references[i].trigger == TRIGGER_CLICK)
			continue;
		known->at[known->count] = likeness(url, block->arena);
		if (known->at[known->count++].at == NULL)
			return PW_ENOMEM;
	}
	if (known->count > 1)
		qsort(known->at, known->count, sizeof(*known->at), span_order);
	return PW_OK;
}

enum pw_err
known_has(const struct known *known, struct span url, struct arena *arena, bool *has)
{
	struct span	like = likeness(url, arena);
	size_t		low = span_lower_bound(known->at, known->count, like);

	if (like.at == NULL)
		return PW_ENOMEM;
	/* A soft line break cuts a URL short. */
	bool cut = url.len > 0 && url.at[url.len - 1] == '=';
	*has = low < known->count && (cut ? span_starts(known->at[low], like) : span_eq(known->at[low], like));
	return PW_OK;
}

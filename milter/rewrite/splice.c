#include "splice.h"

#include <stdlib.h>
#include <string.h>

enum pw_err
splices_add(struct splices *splices, struct arena *arena, struct splice splice)
{
	struct splice *larger = arena_grow(arena, splices->at, splices->count, &splices->capacity, sizeof(*larger));

	if (larger == NULL)
		return PW_ENOMEM;
	splices->at = larger;
	larger[splices->count++] = splice;
	return PW_OK;
}

static int
compare(const void *a, const void *b)
{
	const struct extent *left = &((const struct splice *)a)->old, *right = &((const struct splice *)b)->old;

	if (left->begin != right->begin)
		return left->begin < right->begin ? -1 : 1;
	/* What stands before something, then the wider one: it swallows the other. */
	if ((left->begin == left->end) != (right->begin == right->end))
		return left->begin == left->end ? -1 : 1;
	return left->end > right->end ? -1 : left->end < right->end;
}

enum pw_err
splices_settle(struct splices *splices)
{
	size_t kept = 0;

	if (splices->count > 1)
		qsort(splices->at, splices->count, sizeof(*splices->at), compare);
	for (size_t i = 0; i < splices->count; i++) {
		struct splice	*next = &splices->at[i];
		struct splice	*last = kept > 0 ? &splices->at[kept - 1] : NULL;

		if (last == NULL || next->old.begin >= last->old.end) {
			splices->at[kept++] = *next;
			continue;
		}
		if (next->old.end > last->old.end)
			return PW_ENOTINERT;
		/* Inside the last one: gone with it. The same place must not want two things. */
		if (next->old.begin == last->old.begin && next->old.end == last->old.end &&
		    !span_eq(next->fresh, last->fresh))
			return PW_ENOTINERT;
	}
	splices->count = kept;
	return PW_OK;
}

struct span
splices_apply(const struct splices *splices, struct span text, struct arena *arena)
{
	size_t len = text.len, from = 0, to = 0;

	for (size_t i = 0; i < splices->count; i++)
		len += splices->at[i].fresh.len;
	char *out = arena_alloc(arena, len + 1);
	if (out == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i <= splices->count; i++) {
		const struct splice	*splice = i < splices->count ? &splices->at[i] : NULL;
		struct span		 same = span_cut(text, from, splice != NULL ? splice->old.begin : text.len);

		if (same.len > 0)
			memcpy(out + to, same.at, same.len);
		to += same.len;
		if (splice == NULL)
			break;
		if (splice->fresh.len > 0)
			memcpy(out + to, splice->fresh.at, splice->fresh.len);
		to += splice->fresh.len;
		from = splice->old.end;
	}
	return (struct span){ out, to };
}

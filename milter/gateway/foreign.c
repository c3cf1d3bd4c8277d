#include "foreign.h"

#include <stdlib.h>

bool
foreign_is(struct span name)
{
	struct span ours = SPAN("X-Pixelward");

	return span_starts_nocase(name, ours) && (name.len == ours.len || name.at[ours.len] == '-');
}

enum pw_err
foreign_add(struct foreign *foreign, struct span name, struct arena *arena)
{
	struct foreign_field *fields = arena_grow(arena, foreign->fields, foreign->count, &foreign->capacity,
	    sizeof(*fields));

	if (fields == NULL)
		return PW_ENOMEM;
	foreign->fields = fields;
	name = arena_copy(arena, name);
	if (name.at == NULL)
		return PW_ENOMEM;
	/* The place in the message, until foreign_order makes it the place among its namesakes. */
	fields[foreign->count] = (struct foreign_field){ name, (uint32_t)foreign->count };
	foreign->count++;
	return PW_OK;
}

static int
compare_names(struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < shorter; i++) {
		int difference = ascii_lower(a.at[i]) - ascii_lower(b.at[i]);

		if (difference != 0)
			return difference;
	}
	return (a.len > b.len) - (a.len < b.len);
}

static int
by_name_then_place(const void *a, const void *b)
{
	const struct foreign_field	*left = a, *right = b;
	int				 names = compare_names(left->name, right->name);

	return names != 0 ? names : (left->index > right->index) - (left->index < right->index);
}

void
foreign_order(struct foreign *foreign)
{
	struct foreign_field *fields = foreign->fields;

	if (foreign->count == 0)
		return;
	qsort(fields, foreign->count, sizeof(*fields), by_name_then_place);
	for (size_t begin = 0, end; begin < foreign->count; begin = end) {
		for (end = begin + 1; end < foreign->count; end++)
			if (!span_eq_nocase(fields[begin].name, fields[end].name))
				break;
		for (size_t i = begin, j = end; i < j; i++) {
			struct span last = fields[--j].name;

			fields[j].name = fields[i].name;
			fields[i].name = last;
		}
		for (size_t i = begin; i < end; i++)
			fields[i].index = (uint32_t)(end - i);
	}
}

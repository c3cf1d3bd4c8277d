#include <pixelward/dissect/canonical.h>

#include <string.h>

#include "fields.h"

struct fields {
	struct span	 header;
	struct field	*at;
	size_t		 count, capacity;
};

static enum pw_err
read_fields(struct span message, struct arena *arena, struct fields *fields)
{
	struct field_reader	reader;
	struct field		field;

	*fields = (struct fields){ .header = message };
	field_reader_init(&reader, message);
	while (field_next(&reader, &field)) {
		struct field *larger = arena_grow(arena, fields->at, fields->count, &fields->capacity, sizeof(*larger));

		if (larger == NULL)
			return PW_ENOMEM;
		fields->at = larger;
		larger[fields->count++] = field;
	}
	return PW_OK;
}

/* Which field of its name it is, from 1. */
static uint32_t
number_of(const struct fields *fields, size_t i)
{
	struct span	name = fields->at[i].name;
	uint32_t	number = 1;

	while (i-- > 0)
		number += span_eq_nocase(fields->at[i].name, name);
	return number;
}

static struct span
text_of(const struct fields *fields, size_t i)
{
	return line_trim(span_cut(fields->header, fields->at[i].begin, fields->at[i].end));
}

enum pw_err
dissect_header_edits(struct span old_message, struct span new_message, struct arena *arena, struct header_edit **edits,
    size_t *edit_count)
{
	struct fields	old, fresh;
	size_t		next = 0, count = 0;

	*edits = NULL;
	*edit_count = 0;
	if (read_fields(old_message, arena, &old) != PW_OK || read_fields(new_message, arena, &fresh) != PW_OK ||
	    (*edits = arena_array(arena, old.count + fresh.count, sizeof(**edits))) == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < old.count; i++) {
		struct span name = old.at[i].name;
		bool stays = next < fresh.count && span_eq_nocase(name, fresh.at[next].name);

		if (!stays || !span_eq(text_of(&old, i), text_of(&fresh, next)))
			(*edits)[count++] = (struct header_edit){ .name = name, .index = number_of(&old, i),
			    .value = stays ? fresh.at[next].value : SPAN_NONE };
		next += stays;
	}
	/* All with one index that no field has: the MTA appends them in this order. */
	for (; next < fresh.count; next++)
		(*edits)[count++] = (struct header_edit){ .name = fresh.at[next].name,
		    .index = (uint32_t)(old.count + fresh.count), .value = fresh.at[next].value };
	*edit_count = count;
	return PW_OK;
}

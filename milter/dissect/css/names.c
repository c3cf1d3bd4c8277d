/* Names of CSS: compared without case, given out in lower case. */
#include "css/names.h"

#include <string.h>

struct span
css_lower(struct span name, struct arena *arena)
{
	size_t first = 0;

	while (first < name.len && name.at[first] == ascii_lower(name.at[first]))
		first++;
	return first == name.len ? name : arena_lower(arena, name);
}

struct span
css_unprefixed(struct span name)
{
	if (name.len < 2 || name.at[0] != '-' || name.at[1] == '-')
		return name;
	size_t dash = span_find_char(name, '-', 1);
	return dash < name.len ? span_from(name, dash + 1) : name;
}

int
css_name_find(struct span name, const struct css_name *table, size_t count, int otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (ascii_lower(name.len > 0 ? name.at[0] : '\0') == table[i].name[0] &&
		    span_is(name, table[i].name))
			return table[i].means;
	return otherwise;
}

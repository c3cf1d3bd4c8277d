#include "margin.h"

size_t
line_margin(struct span line)
{
	size_t margin = 0;

	while (margin < line.len && line.at[margin] == ' ')
		margin++;
	return margin;
}

bool
line_is_blank(struct span line)
{
	size_t margin = line_margin(line);

	return margin == line.len || line.at[margin] == '#';
}

void
margins_note(struct margins *margins, struct span line)
{
	size_t margin = line_margin(line);

	if (line_is_blank(line))
		return;
	while (margins->count > 0 && margins->levels[margins->count - 1].margin >= margin)
		margins->count--;
	if (margins->count < MOST_MARGINS)
		margins->levels[margins->count++] = (struct level){ margin, line.at[margin] == '-' };
	margins->colon = line.at[line.len - 1] == ':';
}

size_t
margins_list(const struct margins *margins, size_t list[MOST_LISTED])
{
	size_t count = 0;

	for (size_t i = margins->count; i > 0; i--) {
		const struct level *level = &margins->levels[i - 1];

		if (i == margins->count && margins->colon)
			list[count++] = level->margin + (level->dash ? 4 : 2);
		if (level->dash)
			list[count++] = level->margin + 2;
		list[count++] = level->margin;
	}
	return count;
}

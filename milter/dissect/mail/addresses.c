#include "addresses.h"

#include <string.h>

#include "../url/url.h"
#include "words.h"

static bool
is_atom(char c)
{
	return !ascii_space(c) && strchr("<>(),;:\"@[]\\", c) == NULL;
}

/* "Display" <local@domain>: what stands before the '<' that the mailbox follows. */
static struct span
display_before(struct span value, size_t mailbox, size_t from)
{
	size_t end = mailbox;

	if (mailbox == 0 || value.at[mailbox - 1] != '<')
		return SPAN_NONE;
	end--;
	struct span display = span_trim(span_cut(value, from, end));
	if (display.len >= 2 && display.at[0] == '"' && display.at[display.len - 1] == '"')
		display = span_cut(display, 1, display.len - 1);
	return display;
}

void
addresses_add(struct block *block, enum address_role role, struct span value)
{
	struct arena	*arena = block->arena;
	size_t		 from = 0, count = 0;

	for (size_t at = 0; count < MOST_ADDRESSES && (at = span_find_char(value, '@', at)) < value.len; at++) {
		size_t begin = at, end = at + 1;

		while (begin > from && is_atom(value.at[begin - 1]))
			begin--;
		while (end < value.len && is_atom(value.at[end]))
			end++;
		if (begin == at || end == at + 1)
			continue;
		struct address	*address = block_add_address(block);
		struct span	 domain = url_domain_to_ascii(span_cut(value, at + 1, end), arena);
		struct span	 display = words_decode(display_before(value, begin, from), arena);
		if (address == NULL)
			return;
		if (domain.at == NULL)
			domain = arena_lower(arena, span_cut(value, at + 1, end));
		address->role = role;
		address->mailbox = block_text(block, arena_lower(arena, span_cut(value, begin, end)));
		address->domain = block_text(block, domain);
		address->organisation = block_text(block, url_registrable_domain(domain));
		address->display = block_text(block, display);
		count++;
		/* The next one's display begins behind this one's comma. */
		size_t comma = span_find_char(value, ',', end);
		from = comma < value.len ? comma + 1 : end;
	}
}

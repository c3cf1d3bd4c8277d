#include "asker.h"

#include "kind.h"

struct filter_asker
asker_of(const struct dissection *d, struct regex_budget *regexes, struct arena *arena)
{
	const struct address	*addresses = dissection_addresses(d);
	struct filter_asker	 asker = { .arena = arena, .work = FILTER_WORK, .regexes = regexes };

	/* To a filter, From is what the page is to a browser. */
	for (uint32_t i = 0; i < d->addresses.count && asker.site_count < MOST_SITES; i++)
		if (addresses[i].role == ADDRESS_FROM && addresses[i].domain.len > 0)
			asker.sites[asker.site_count++] = dissection_text(d, addresses[i].domain);
	return asker;
}

uint32_t
asker_type_of(const struct reference *reference)
{
	uint32_t type = kind_of(reference)->type;

	return reference->trigger == TRIGGER_CLICK && type != TYPE_PING ? TYPE_LINK : type;
}

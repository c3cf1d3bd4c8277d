#include "indicator.h"

#include "domain.h"

static const struct {
	uint32_t	 role;
	const char	*words;
} roles[] = {
	{ ADDRESS_FROM, "the domain of From" },
	{ ADDRESS_SENDER, "the domain of Sender" },
	{ ADDRESS_REPLY_TO, "the domain of Reply-To" },
};

/* "nropnews.com", or "www.nropnews.com (within nropnews.com)". */
static struct span
name_words(struct arena *arena, struct span name, struct span listed)
{
	if (span_eq_nocase(name, listed))
		return arena_copy(arena, name);
	return arena_printf(arena, "%.*s (within %.*s)", SPAN_ARG(name), SPAN_ARG(listed));
}

/* Rule and reason of each list that the name is on. True: one of them holds. */
static bool
match(struct opinion *opinion, const struct list_set *lists, struct span name, const char *where, struct span place,
    struct grounds *grounds, size_t *found)
{
	struct list_hit	hits[MOST_HITS];
	struct arena	*arena = opinion->arena;
	bool		holds = false;

	*found = list_set_match(lists, name, hits);
	for (size_t i = 0; i < *found; i++) {
		struct span words = name_words(arena, name, hits[i].domain);

		opinion_rule(opinion, arena_printf(arena, "list.%s", hits[i].list->name));
		if (words.at == NULL)
			opinion->no_memory = true;
		opinion_reason(opinion, arena_printf(arena, place.len > 0 ? "list %s: %.*s is %s (%.*s)" :
		    "list %s: %.*s is %s%.*s", hits[i].list->name, SPAN_ARG(words), where, SPAN_ARG(place)));
		if (grounds != NULL)
			ground_add(opinion, grounds, arena_printf(arena, "its host %.*s is on the list %s",
			    SPAN_ARG(words), hits[i].list->name));
		holds = holds || hits[i].list->action == LIST_HOLD;
	}
	return holds;
}

bool
indicators_of_sender(struct opinion *opinion, const struct list_set *lists, const struct message *message,
    const struct dissection *d)
{
	const struct address	*addresses = dissection_addresses(d);
	char			 ascii[DOMAIN_BYTES + 1];
	size_t			 found;
	bool			 holds = false;

	for (uint32_t i = 0; i < d->addresses.count; i++)
		for (size_t role = 0; role < NITEMS(roles); role++)
			if (addresses[i].role == roles[role].role &&
			    match(opinion, lists, dissection_text(d, addresses[i].domain), roles[role].words,
			    dissection_text(d, addresses[i].mailbox), NULL, &found))
				holds = true;
	/* A domain in its own script (RFC 6531) is matched by its A-labels, as lists and dissections have them. */
	struct span sender = domain_to_ascii(domain_of_mailbox(message->envelope_sender), ascii);
	return match(opinion, lists, sender, "the domain of the envelope's sender", message->envelope_sender, NULL,
	    &found) || holds;
}

bool
indicators_of_reference(struct opinion *opinion, const struct list_set *lists, const struct dissection *d,
    const struct reference *reference, struct grounds *grounds, bool *holds)
{
	size_t found;

	if (match(opinion, lists, dissection_text(d, reference->host), reference->trigger == TRIGGER_CLICK ?
	    "the host of a link" : "the host of a reference", dissection_text(d, reference->place), grounds, &found))
		*holds = true;
	return found > 0;
}

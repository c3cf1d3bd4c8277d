#include "indicator.h"

#include <glib.h>

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

/* A domain in its own script (RFC 6531) is matched by its A-labels, as lists and dissections have them. */
static struct span
to_ascii(struct opinion *opinion, struct span domain)
{
	struct span	result = domain;
	bool		ascii = true;

	for (size_t i = 0; i < domain.len; i++)
		ascii = ascii && (unsigned char)domain.at[i] < 0x80;
	if (ascii || domain.len > 255)
		return domain;
	char *utf8 = g_strndup(domain.at, domain.len);
	char *converted = g_utf8_validate(utf8, -1, NULL) ? g_hostname_to_ascii(utf8) : NULL;
	if (converted != NULL) {
		result = arena_copy(opinion->arena, span_of(converted));
		opinion->no_memory = opinion->no_memory || result.at == NULL;
	}
	g_free(converted);
	g_free(utf8);
	return result;
}

static struct span
domain_of(struct span mailbox)
{
	size_t at = mailbox.len;

	while (at > 0 && mailbox.at[at - 1] != '@')
		at--;
	return at > 0 ? span_trim(span_from(mailbox, at)) : SPAN_NONE;
}

bool
indicators_of_sender(struct opinion *opinion, const struct list_set *lists, const struct message *message,
    const struct dissection *d)
{
	const struct address	*addresses = dissection_addresses(d);
	size_t			 found;
	bool			 holds = false;

	for (uint32_t i = 0; i < d->addresses.count; i++)
		for (size_t role = 0; role < NITEMS(roles); role++)
			if (addresses[i].role == roles[role].role &&
			    match(opinion, lists, dissection_text(d, addresses[i].domain), roles[role].words,
			    dissection_text(d, addresses[i].mailbox), NULL, &found))
				holds = true;
	struct span sender = to_ascii(opinion, domain_of(message->envelope_sender));
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

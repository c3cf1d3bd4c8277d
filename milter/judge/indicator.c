#include "indicator.h"

#include "asker.h"
#include "domain.h"
#include "lines.h"

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

static bool
list_acts(const struct list *list)
{
	return list->action == LIST_STRIP || list->action == LIST_HOLD;
}

/* Rule and reason of each list that the name is on. True: one of them holds. */
static bool
match(struct opinion *opinion, const struct list_set *lists, struct span name, const char *where, struct span place,
    struct grounds *grounds, size_t *found)
{
	struct list_hit	hits[MOST_HITS];
	struct arena	*arena = opinion->arena;
	size_t		count = list_set_match(lists, name, hits);
	bool		holds = false;

	*found = 0;
	for (size_t i = 0; i < count; i++) {
		if (!list_acts(hits[i].list))
			continue;
		*found += 1;
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

void
indicators_init(struct indicators *indicators, struct opinion *opinion, const struct list_set *lists,
    const struct dissection *d, struct regex_budget *regexes)
{
	*indicators = (struct indicators){ .opinion = opinion, .lists = lists, .d = d,
	    .asker = asker_of(d, regexes, opinion->arena) };
}

bool
indicators_of_sender(struct indicators *indicators, const struct message *message)
{
	const struct dissection	*d = indicators->d;
	const struct list_set	*lists = indicators->lists;
	const struct address	*addresses = dissection_addresses(d);
	char			 ascii[DOMAIN_BYTES + 1];
	size_t			 found;
	bool			 holds = false;

	for (uint32_t i = 0; i < d->addresses.count; i++)
		for (size_t role = 0; role < NITEMS(roles); role++)
			if (addresses[i].role == roles[role].role &&
			    match(indicators->opinion, lists, dissection_text(d, addresses[i].domain), roles[role].words,
			    dissection_text(d, addresses[i].mailbox), NULL, &found))
				holds = true;
	/* A domain in its own script (RFC 6531) is matched by its A-labels, as lists and dissections have them. */
	struct span sender = domain_to_ascii(domain_of_mailbox(message->envelope_sender), ascii);
	return match(indicators->opinion, lists, sender, "the domain of the envelope's sender", message->envelope_sender,
	    NULL, &found) || holds;
}

/* Rule, reason and ground of one filter. */
static void
note_filter(struct indicators *indicators, const struct filter *filter, struct span place, struct grounds *grounds)
{
	struct opinion		*opinion = indicators->opinion;
	struct arena		*arena = opinion->arena;
	const struct list	*list = &indicators->lists->lists[filter->list];

	opinion_rule(opinion, arena_printf(arena, "list.%s", list->name));
	opinion_reason(opinion, arena_printf(arena, "list %s, line %u, '%.*s': a URL matches (%.*s)", list->name,
	    filter->number, SHOWN(filter->line), SPAN_ARG(place)));
	ground_add(opinion, grounds, arena_printf(arena, "its URL is on the list %s (line %u: %.*s)", list->name,
	    filter->number, SHOWN(filter->line)));
}

/* The list that keeps what filters would strip, by the host or the URL; NULL: none does. */
static const struct list *
keeper_of(const struct indicators *indicators, struct span host)
{
	struct list_hit	 hits[MOST_HITS];
	size_t		 count = list_set_match(indicators->lists, host, hits);

	for (size_t i = 0; i < count; i++)
		if (hits[i].list->action == LIST_KEEP)
			return hits[i].list;
	for (size_t i = 0; i < indicators->asker.hit_count; i++) {
		const struct filter_hit *hit = &indicators->asker.hits[i];

		if (!hit->failed && indicators->lists->lists[hit->filter->list].action == LIST_KEEP)
			return &indicators->lists->lists[hit->filter->list];
	}
	return NULL;
}

/* A link is on lists of beginnings of URLs only. */
static bool
match_url(struct indicators *indicators, const struct reference *reference, struct grounds *grounds, bool *holds)
{
	const struct dissection	*d = indicators->d;
	struct opinion		*opinion = indicators->opinion;
	struct filter_question	 question = { dissection_text(d, reference->url), dissection_text(d, reference->host),
				    dissection_text(d, reference->domain), asker_type_of(reference) };
	const struct filter_asker *asker = &indicators->asker;
	bool			 found = false;

	enum pw_err err = filter_set_match(&indicators->lists->filters, &indicators->asker, &question);
	opinion->no_memory = opinion->no_memory || err == PW_ENOMEM;
	const struct list *keeper = asker->hit_count > 0 ? keeper_of(indicators, question.host) : NULL;
	for (size_t i = 0; i < asker->hit_count; i++) {
		const struct filter_hit	*hit = &asker->hits[i];
		const struct list	*list = &indicators->lists->lists[hit->filter->list];

		if (hit->failed) {
			/* Neither a match nor none: said, noted, and left to the other rules. */
			opinion_note(opinion, arena_printf(opinion->arena, "failed.list.%s (line %u could not be tried within "
			    "its bounds)", list->name, hit->filter->number));
			ground_add(opinion, grounds, arena_printf(opinion->arena, "line %u of the list %s could not be tried "
			    "within its bounds", hit->filter->number, list->name));
			continue;
		}
		if (!list_acts(list))
			continue;
		if (keeper != NULL && list->format == LIST_ADBLOCK && list->action == LIST_STRIP) {
			ground_add(opinion, grounds, arena_printf(opinion->arena, "line %u of the list %s does not count: the "
			    "list %s keeps it", hit->filter->number, list->name, keeper->name));
			continue;
		}
		note_filter(indicators, hit->filter, dissection_text(d, reference->place), grounds);
		*holds = *holds || list->action == LIST_HOLD;
		found = true;
	}
	if (err == PW_ELIMIT) {
		ground_add(opinion, grounds, SPAN("too much URL text to try the lists on all of it"));
		opinion_rule(opinion, SPAN("builtin.list-limit"));
	}
	return found || err == PW_ELIMIT;
}

bool
indicators_of_reference(struct indicators *indicators, const struct reference *reference, struct grounds *grounds,
    bool *holds)
{
	const struct dissection	*d = indicators->d;
	size_t			 found;

	if (match(indicators->opinion, indicators->lists, dissection_text(d, reference->host),
	    reference->trigger == TRIGGER_CLICK ? "the host of a link" : "the host of a reference",
	    dissection_text(d, reference->place), grounds, &found))
		*holds = true;
	return match_url(indicators, reference, grounds, holds) || found > 0;
}

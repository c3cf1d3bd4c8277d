#include "abp.h"

#include "../asker.h"

struct rule_filters *
rule_filters_new(struct arena *arena)
{
	struct rule_filters *filters = arena_alloc(arena, sizeof(*filters));

	if (filters == NULL)
		return NULL;
	filters->source = arena_alloc(arena, sizeof(*filters->source));
	filter_set_init(&filters->set);
	return filters->source != NULL ? filters : NULL;
}

void
rule_filters_free(struct rule_filters *filters)
{
	if (filters != NULL)
		filter_set_fini(&filters->set);
}

/* --- reading --- */

static bool
tell(struct findings *findings, const struct node *node, size_t at, const char *what)
{
	struct place place = at > 0 ? node_place_of(node, at) : node->place;

	finding_add(findings, &place, FINDING_FILTER, "%s", what);
	return false;
}

/* Who asks for a link means links: only kinds of references that are fetched leave it out. */
static bool
fit_link(struct filter_source *source)
{
	/* TYPE_WEB is there if no type is named, or some are taken out. */
	if ((source->types & TYPE_WEB) != 0)
		source->types |= TYPE_LINK;
	return (source->types & (TYPE_LINK | TYPE_PING)) != 0;
}

bool
abp_add(struct rule_filters *filters, const struct node *node, enum scope scope, uint32_t list,
    struct findings *findings, bool *blocks)
{
	struct filter_source	*source = filters->source;
	struct filter_fault	 fault = { 0 };
	enum pw_err		 err;

	if (node->text.len == 0 || node->text.at[0] == '!' || node->text.at[0] == '[')
		return tell(findings, node, 0, "this is no filter; write '||a.example^', '/open?', '|https://a.example/x'");
	switch (filter_parse(node->text, source, &fault)) {
	case FILTER_NETWORK:
		break;
	case FILTER_COSMETIC:
		return tell(findings, node, 0, "this hides elements of web pages, and says nothing about URLs");
	case FILTER_WEB:
		return tell(findings, node, 0, "this speaks of windows, sockets or scripts' requests alone, and mail has none");
	case FILTER_UNSUPPORTED:
	case FILTER_BAD:
		return tell(findings, node, fault.at, fault.text);
	}
	if (!fit_link(source) && scope == SCOPE_LINK)
		return tell(findings, node, 0, "a link is nothing that this filter's types name; leave the types out");
	*blocks = (source->flags & FILTER_EXCEPTION) == 0;
	err = filter_set_add(&filters->set, source, list, node->place.line, &fault);
	if (err == PW_ESYNTAX)
		return tell(findings, node, fault.at, fault.text);
	findings->no_memory = findings->no_memory || err != PW_OK;
	filters->count = list >= filters->count ? list + 1 : filters->count;
	return err == PW_OK;
}

/* --- asking --- */

/* Also what a test gives. */
static struct span
text_of(struct evidence *evidence, const char *fact, enum scope scope, uint32_t element)
{
	struct value value;

	fact_get(fact_named(span_of(fact)), evidence, scope, element, &value);
	return value.known && value.count > 0 ? value.texts[0] : SPAN("");
}

struct span
abp_host(struct evidence *evidence, enum scope scope, uint32_t element)
{
	return text_of(evidence, "url.host", scope, element);
}

enum pw_err
abp_ask(struct url_asker *asker, const struct filter_set *set, struct evidence *evidence, enum scope scope,
    uint32_t element)
{
	const struct reference	*reference = &dissection_references(evidence->d)[element];
	struct filter_question	 question = { .type = asker_type_of(reference) };

	if (asker->asked && asker->element == element)
		return asker->result;
	if (!asker->began)
		asker->asker = asker_of(evidence->d, &evidence->regexes, evidence->arena);
	asker->began = asker->asked = true;
	asker->element = element;
	question.url = text_of(evidence, "url", scope, element);
	question.host = abp_host(evidence, scope, element);
	question.domain = text_of(evidence, "url.domain", scope, element);
	/* What no list speaks of is still a URL that a rule may ask for. */
	if (question.type == 0 && asker == &evidence->by_rules)
		question.type = TYPE_LINK;
	asker->result = filter_set_match(set, &asker->asker, &question);
	evidence->no_memory = evidence->no_memory || asker->result == PW_ENOMEM;
	return asker->result;
}

enum truth
abp_matches(struct url_asker *asker, const struct filter_set *set, struct evidence *evidence, enum scope scope,
    uint32_t element, uint32_t list, const char **why)
{
	enum pw_err err = abp_ask(asker, set, evidence, scope, element);

	for (size_t i = 0; i < asker->asker.hit_count; i++) {
		const struct filter_hit *hit = &asker->asker.hits[i];

		if (hit->filter->list != list)
			continue;
		if (!hit->failed)
			return TRUTH_TRUE;
		*why = "a filter's regular expression could not be tried within its bounds";
		return TRUTH_UNKNOWN;
	}
	if (err == PW_OK)
		return TRUTH_FALSE;
	*why = "the message has too much URL text to try the filters on all of it";
	return TRUTH_UNKNOWN;
}

#include "selector.h"

struct span
selector_attribute(const struct html_tag *tag, struct span name)
{
	const struct html_attribute *attribute = html_tag_find(tag, name);

	return attribute != NULL ? attribute->value : SPAN_NONE;
}

struct span
selector_next_class(struct span *list)
{
	size_t begin = 0, end;

	while (begin < list->len && ascii_space(list->at[begin]))
		begin++;
	for (end = begin; end < list->len && !ascii_space(list->at[end]);)
		end++;
	struct span word = span_cut(*list, begin, end);
	*list = span_from(*list, end);
	return word;
}

static bool
has_class(struct span classes, struct span class)
{
	struct span word;

	while ((word = selector_next_class(&classes)).len > 0)
		if (span_eq_nocase(word, class))
			return true;
	return false;
}

bool
selector_fits(const struct css_compound *compound, const struct element_names *names)
{
	if (compound->element.len > 0 && !span_eq(compound->element, SPAN("*")) &&
	    !span_eq_nocase(compound->element, names->element))
		return false;
	if (compound->id.len > 0 && !span_eq_nocase(compound->id, names->id))
		return false;
	for (size_t i = 0; i < compound->class_count; i++)
		if (!has_class(names->classes, compound->classes[i]))
			return false;
	return true;
}

struct element_names
selector_names(const struct html_tag *tag)
{
	return (struct element_names){ .element = tag->name, .id = selector_attribute(tag, SPAN("id")),
	    .classes = selector_attribute(tag, SPAN("class")) };
}

uint64_t
selector_work(const struct css_compound *compound, const struct element_names *names)
{
	return 1 + compound->class_count * (1 + names->classes.len / 2);
}

bool
selector_take_work(struct selector_context *context, uint64_t work)
{
	bool enough = work <= *context->work_left;

	*context->work_left -= enough ? work : *context->work_left;
	return enough;
}

/* Read once for each node; of an element that no tag began, nothing. NULL: no memory. */
static const struct element_names *
names_of_node(struct selector_context *context, uint32_t node)
{
	uint32_t	at = context->tree->nodes[node].at;
	struct html_tag	tag;

	if (context->names == NULL)
		context->names = arena_array(context->arena, context->tree->count, sizeof(*context->names));
	if (context->names == NULL)
		return NULL;
	struct element_names *names = &context->names[node];
	if (!names->known && at != NODE_NONE && html_lexer_tag_at(&context->lexer, at, &tag))
		*names = selector_names(&tag);
	names->known = true;
	return names;
}

/* Elements that stand around everything, or that browsers add: a selector may name them where no tag does. */
static bool
may_be_implied(const struct css_compound *compound)
{
	static const struct span implied[] = { SPAN("html"), SPAN("body"), SPAN("tbody") };

	for (size_t i = 0; i < NITEMS(implied) && compound->id.len == 0 && compound->class_count == 0; i++)
		if (span_eq(compound->element, implied[i]))
			return true;
	return false;
}

/* Of a rule's compounds, bit k: the first k of those around are found. */
struct found {
	uint32_t	anywhere, here;	/* here: in the element looked at last, or in what stands in for it */
};

static void
found_add(const struct css_rule *rule, struct found *found, uint32_t bits)
{
	for (size_t k = 0; k < rule->around_count; k++)
		if ((bits & 1u << k) != 0 && may_be_implied(&rule->around[k]))
			bits |= 1u << (k + 1);
	found->here = bits;
	found->anywhere |= bits;
}

enum pw_err
selector_fits_around(struct selector_context *context, const struct css_rule *rule, uint32_t node, bool *fits)
{
	struct found	found = { 0, 0 };
	uint32_t	all = 1u << rule->around_count;

	found_add(rule, &found, 1);
	for (uint32_t at = context->tree->nodes[node].parent; at != NODE_NONE && (found.anywhere & all) == 0;
	    at = context->tree->nodes[at].parent) {
		const struct element_names	*names = names_of_node(context, at);
		uint32_t			 bits = 0;

		if (names == NULL)
			return PW_ENOMEM;
		for (size_t k = 0; k < rule->around_count; k++) {
			const struct css_compound *compound = &rule->around[k];

			if (((compound->is_parent ? found.here : found.anywhere) & 1u << k) == 0)
				continue;
			if (!selector_take_work(context, selector_work(compound, names)))
				return PW_ELIMIT;
			bits |= selector_fits(compound, names) ? 1u << (k + 1) : 0;
		}
		if (!selector_take_work(context, 1))
			return PW_ELIMIT;
		found_add(rule, &found, bits);
	}
	*fits = (found.anywhere & all) != 0;
	return PW_OK;
}


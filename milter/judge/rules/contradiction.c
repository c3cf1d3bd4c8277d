#include "contradiction.h"

#include <string.h>

#include "modifier.h"

/* What a number may still be. */
struct range {
	int64_t	least, most;
};

static bool
is_called(const struct line *line, const char *modifier)
{
	return strcmp(modifiers[line->how].name, modifier) == 0;
}

/* Of several values one suffices: the widest counts. */
static struct range
range_of(const struct line *line)
{
	struct range range = { INT64_MAX, -1 };

	for (size_t i = 0; i < line->wanted_count; i++) {
		int64_t		number = line->wanted[i].number;
		struct range	one = { 0, INT64_MAX };

		if (is_called(line, "lt"))
			one.most = number - 1;
		else if (is_called(line, "lte"))
			one.most = number;
		else if (is_called(line, "gt"))
			one.least = number + 1;
		else
			one.least = number;
		if (is_called(line, ""))
			one.most = number;
		range.least = one.least < range.least ? one.least : range.least;
		range.most = one.most > range.most ? one.most : range.most;
	}
	return range;
}

static struct range
narrower(struct range a, struct range b)
{
	return (struct range){ a.least > b.least ? a.least : b.least, a.most < b.most ? a.most : b.most };
}

/* Lines that name all texts that the fact may be. */
static bool
names_texts(const struct line *line)
{
	if (line->fact->type != FACT_WORD && line->fact->type != FACT_TEXT && line->fact->type != FACT_DOMAIN)
		return false;
	for (size_t i = 0; i < line->wanted_count; i++)
		if (line->wanted[i].on_list)
			return false;
	return is_called(line, "") || (is_called(line, "in") && line->fact->type != FACT_DOMAIN);
}

static bool
have_text_in_common(const struct line *a, const struct line *b)
{
	for (size_t i = 0; i < a->wanted_count; i++)
		for (size_t k = 0; k < b->wanted_count; k++)
			if (span_eq_nocase(a->wanted[i].text, b->wanted[k].text))
				return true;
	return false;
}

static bool
exclude_each_other(const struct line *a, const struct line *b)
{
	if (a->fact != b->fact || a->fact->many || a->all || b->all)
		return false;
	if (a->fact->type == FACT_NUMBER) {
		struct range both = narrower(range_of(a), range_of(b));

		return both.least > both.most;
	}
	if (a->fact->type == FACT_BOOLEAN)
		return a->wanted_count == 1 && b->wanted_count == 1 && a->wanted->truth != b->wanted->truth;
	return names_texts(a) && names_texts(b) && !have_text_in_common(a, b);
}

/* A link is what a click follows, a reference what none is needed for. */
static bool
is_of_no_element(const struct selection *selection, const struct line *line)
{
	struct range	range;
	size_t		clicks = 0;

	if (line->fact->type == FACT_NUMBER) {
		range = range_of(line);
		return range.least > range.most;
	}
	if (strcmp(line->fact->name, "trigger") != 0 || !names_texts(line) || line->all)
		return false;
	for (size_t i = 0; i < line->wanted_count; i++)
		clicks += span_eq_nocase(line->wanted[i].text, SPAN("click"));
	return selection->scope == SCOPE_REFERENCE ? clicks == line->wanted_count :
	    selection->scope == SCOPE_LINK && clicks == 0;
}

static void
tell(const struct selection *selection, struct findings *findings)
{
	for (size_t i = 0; i < selection->line_count; i++) {
		const struct line *line = &selection->lines[i];

		if (is_of_no_element(selection, line)) {
			finding_add(findings, &line->node->key->place, FINDING_NEVER, "no %s is so: the selection '%.*s' selects "
			    "nothing", scope_name(selection->scope), SPAN_ARG(selection->name));
			return;
		}
		for (size_t k = 0; k < i; k++)
			if (exclude_each_other(&selection->lines[k], line)) {
				finding_add(findings, &line->node->key->place, FINDING_NEVER, "with '%.*s' of line %zu this leaves "
				    "nothing: the selection '%.*s' selects nothing", SPAN_ARG(selection->lines[k].node->key->text),
				    selection->lines[k].node->key->place.line, SPAN_ARG(selection->name));
				return;
			}
	}
}

void
contradictions_tell(const struct rule *rule, struct findings *findings)
{
	for (size_t i = 0; i < rule->selection_count; i++)
		tell(&rule->selections[i], findings);
}

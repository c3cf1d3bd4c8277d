#include "overlap.h"

#include <string.h>

#include "modifier.h"

#define MOST_COMPARED	300	/* exemptions that are compared with each other; who has more looks at them otherwise */

/* "a and b and c": true only if all its selections select. */
static bool
is_conjunction(const struct rule *rule)
{
	for (size_t i = 0; i < rule->condition.count; i++) {
		enum term_kind kind = rule->condition.terms[i].kind;

		if (kind != TERM_SELECTION && kind != TERM_AND && kind != TERM_UNLESS_FALSE)
			return false;
	}
	for (size_t i = 0; i < rule->selection_count; i++)
		if (rule->selections[i].scope != SCOPE_MESSAGE && rule->selections[i].scope != rule->acting)
			return false;
	return true;
}

static bool
is_compared(const struct rule *rule, int64_t today)
{
	return rule->exempts && rule->sound && rule->status == RULE_ENFORCE && rule->expires >= today && is_conjunction(rule);
}

/* Whatever is so by b is so by a: the same text, or a domain below. */
static bool
value_implies(const struct line *line, const struct wanted *b, const struct wanted *a)
{
	if (line->fact->type == FACT_NUMBER)
		return a->number == b->number;
	if (line->fact->type == FACT_BOOLEAN)
		return a->truth == b->truth;
	if (a->on_list || b->on_list)
		return a->on_list && b->on_list && a->list == b->list;
	if (modifiers[line->how].takes == TAKES_BLOCK)
		return memcmp(&a->block, &b->block, sizeof(a->block)) == 0;
	if (modifiers[line->how].takes == TAKES_FACT)
		return a->other == b->other;
	/* Expressions are known by what was made of them alone. */
	if (modifiers[line->how].takes == TAKES_REGEX)
		return false;
	return span_eq_nocase(a->text, b->text) || (modifiers[line->how].takes == TAKES_DOMAIN &&
	    span_is_within_domain(b->text, a->text));
}

/* One of b's values suffices for b, so each must suffice for a. */
static bool
line_implies(const struct line *b, const struct line *a)
{
	if (!span_eq(a->node->key->text, b->node->key->text) || a->filters != NULL || b->filters != NULL)
		return false;
	for (size_t i = 0; i < b->wanted_count; i++) {
		bool found = false;

		for (size_t k = 0; k < a->wanted_count && !found; k++)
			found = value_implies(a, &b->wanted[i], &a->wanted[k]);
		if (!found)
			return false;
	}
	return !a->all || a->wanted_count == b->wanted_count;
}

/* A fact of the message is the same for whatever it is asked of. */
static bool
is_implied(const struct line *a, enum scope scope, const struct rule *b)
{
	for (size_t i = 0; i < b->selection_count; i++) {
		const struct selection *selection = &b->selections[i];

		if (selection->scope != scope && (a->fact->scopes & SCOPE_MESSAGE) == 0)
			continue;
		for (size_t k = 0; k < selection->line_count; k++)
			if (line_implies(&selection->lines[k], a))
				return true;
	}
	return false;
}

/* Where b is true, a is. */
static bool
covers(const struct rule *a, const struct rule *b)
{
	/* What is true of the whole mail is true of its references, not the other way round. */
	if (a->acting != SCOPE_MESSAGE && a->acting != b->acting)
		return false;
	for (size_t i = 0; i < a->selection_count; i++)
		for (size_t k = 0; k < a->selections[i].line_count; k++)
			if (!is_implied(&a->selections[i].lines[k], a->selections[i].scope, b))
				return false;
	return true;
}

static bool
takes_out(const struct rule *exemption, struct span name)
{
	bool taken = false;

	for (size_t i = 0; i < exemption->from_count && !taken; i++)
		taken = rule_name_fits(exemption->from[i], name);
	for (size_t i = 0; i < exemption->never_count && taken; i++)
		taken = !rule_name_fits(exemption->never[i], name);
	return taken;
}

/* A rule that both take out; at is NULL: none. */
static struct span
taken_by_both(const struct rule_set *set, const struct rule *a, const struct rule *b)
{
	for (size_t i = 0; i < NITEMS(rule_exemptible); i++)
		if (takes_out(a, span_of(rule_exemptible[i])) && takes_out(b, span_of(rule_exemptible[i])))
			return span_of(rule_exemptible[i]);
	for (size_t i = 0; i < set->count; i++)
		if (!set->rules[i].exempts && set->rules[i].name.at != NULL && takes_out(a, set->rules[i].name) &&
		    takes_out(b, set->rules[i].name))
			return set->rules[i].name;
	return SPAN_NONE;
}

void
overlaps_tell(struct rule_set *set, int64_t today)
{
	const struct rule	*compared[MOST_COMPARED];
	size_t			 count = 0;

	for (size_t i = 0; i < set->count && count < MOST_COMPARED; i++)
		if (is_compared(&set->rules[i], today))
			compared[count++] = &set->rules[i];
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++) {
			struct span both;

			/* Of two that are equal, the later one is told. */
			if (i == k || !covers(compared[k], compared[i]) || (k > i && covers(compared[i], compared[k])) ||
			    (both = taken_by_both(set, compared[k], compared[i])).at == NULL)
				continue;
			finding_add(&set->findings, &compared[i]->place, FINDING_OVERLAP, "wherever this takes out %.*s, the "
			    "exemption %.*s at %s:%zu does, too; take %.*s out of one of them", SPAN_ARG(both),
			    SPAN_ARG(compared[k]->name), compared[k]->place.source->path, compared[k]->place.line, SPAN_ARG(both));
			break;
		}
}

#include "ruling.h"

#include "element.h"

#include <string.h>

/* Elements of each scope, found once for a message. */
struct crowd {
	uint32_t	*at;
	size_t		 count;
	bool		 found;
};

struct judging {
	const struct list_set	*lists;
	struct evidence		*evidence;
	struct ruling		*ruling;
	const struct meeting	**last;	/* where the next one is hung */
	struct crowd		 references, links, parts, recipients;
};

/* One rule at one element. */
struct question {
	struct judging		*judging;
	const struct rule	*rule;
	struct strain		 strain;
	uint32_t		 element;
	bool			 has_element;
	/* memory of answers: of the message and of other scopes for all elements, of the acting scope for one */
	enum truth		 answers[RULE_MOST_SELECTIONS];
	uint32_t		 asked;		/* bits */
};

static struct crowd *
crowd_of(struct judging *judging, enum scope scope)
{
	struct crowd *crowd = scope == SCOPE_REFERENCE ? &judging->references : scope == SCOPE_LINK ? &judging->links :
	    scope == SCOPE_PART ? &judging->parts : &judging->recipients;

	if (!crowd->found)
		crowd->found = elements_of(judging->evidence, scope, &crowd->at, &crowd->count);
	return crowd;
}

enum truth
selection_truth(const struct selection *selection, const struct list_set *lists, struct evidence *evidence,
    uint32_t element, struct strain *strain, size_t *failed)
{
	enum truth all = TRUTH_TRUE;

	*failed = selection->line_count;
	for (size_t i = 0; i < selection->line_count && all != TRUTH_FALSE; i++) {
		enum truth truth = line_match(&selection->lines[i], lists, evidence, selection->scope, element, strain);

		if (truth >= all)
			continue;
		all = truth;
		*failed = i;
	}
	return all;
}

static enum truth
selects(struct question *question, const struct selection *selection, uint32_t element)
{
	size_t failed;

	return selection_truth(selection, question->judging->lists, question->judging->evidence, element,
	    &question->strain, &failed);
}

static enum truth
selects_any(struct question *question, const struct selection *selection)
{
	const struct crowd	*crowd = crowd_of(question->judging, selection->scope);
	enum truth		 any = TRUTH_FALSE;

	for (size_t i = 0; i < crowd->count && any != TRUTH_TRUE; i++) {
		enum truth truth = selects(question, selection, crowd->at[i]);

		any = truth > any ? truth : any;
	}
	return any;
}

static enum truth
ask(void *context, uint32_t index)
{
	struct question		*question = context;
	const struct selection	*selection = &question->rule->selections[index];

	if ((question->asked & 1u << index) != 0)
		return question->answers[index];
	if (selection->scope == SCOPE_MESSAGE)
		question->answers[index] = selects(question, selection, 0);
	else if (selection->scope != question->rule->acting)
		question->answers[index] = selects_any(question, selection);
	else
		question->answers[index] = question->has_element ? selects(question, selection, question->element) :
		    TRUTH_UNKNOWN;
	question->asked |= 1u << index;
	return question->answers[index];
}

/* The next element: what was said of the one before is forgotten. */
static void
turn_to(struct question *question, uint32_t element)
{
	question->element = element;
	question->has_element = true;
	for (size_t i = 0; i < question->rule->selection_count; i++)
		if (question->rule->selections[i].scope == question->rule->acting && question->rule->acting != SCOPE_MESSAGE)
			question->asked &= ~(1u << i);
}

static bool
strip(struct question *question)
{
	struct judging	*judging = question->judging;
	bool		 named = false;

	/* A selection that the condition had no need to ask may still select the element. */
	for (uint32_t i = 0; i < question->rule->selection_count && !named; i++)
		named = (question->rule->strips & 1u << i) != 0 && ask(question, i) == TRUTH_TRUE;
	if (!named)
		return true;
	struct strip_hit *hit = arena_alloc(judging->evidence->arena, sizeof(*hit));
	if (hit == NULL)
		return false;
	hit->rule = question->rule;
	struct strip_hit **last = &judging->ruling->strips[question->element];
	while (*last != NULL)
		last = &(*last)->next;
	*last = hit;
	return true;
}

/* The condition is true of the element. */
static bool
matched(struct question *question, struct meeting *meeting)
{
	const struct rule *rule = question->rule;

	if (rule->exempts) {
		if (meeting->exempted != NULL)
			meeting->exempted[question->element] = true;
		meeting->matched = true;
		return true;
	}
	if (question->has_element && rule->acting == SCOPE_REFERENCE) {
		if (ruling_exempts(question->judging->ruling, question->element, rule->name) != NULL)
			return true;
		if (rule->strips != 0 && rule->status != RULE_SHADOW && !strip(question))
			return false;
	} else if (ruling_exempts(question->judging->ruling, DISSECTION_NONE, rule->name) != NULL)
		return true;
	meeting->matched = true;
	return true;
}

static bool
meet(struct judging *judging, const struct rule *rule)
{
	struct question		 question = { .judging = judging, .rule = rule };
	const struct crowd	*crowd = rule->acting != SCOPE_MESSAGE ? crowd_of(judging, rule->acting) : NULL;
	struct meeting		 found = { .rule = rule };
	bool			 fine = true, each = rule->strips != 0 || rule->exempts;

	if (rule->exempts && rule->acting == SCOPE_REFERENCE) {
		found.exempted = arena_array(judging->evidence->arena, judging->evidence->d->references.count, sizeof(bool));
		if (found.exempted == NULL)
			return false;
	}
	for (size_t i = 0; crowd != NULL && i < crowd->count && fine && (each || !found.matched); i++) {
		turn_to(&question, crowd->at[i]);
		if (condition_value(&rule->condition, ask, &question) == TRUTH_TRUE)
			fine = matched(&question, &found);
	}
	if ((crowd == NULL || (crowd->count == 0 && found.exempted == NULL)) &&
	    condition_value(&rule->condition, ask, &question) == TRUTH_TRUE)
		fine = matched(&question, &found);
	found.failure = question.strain.why;
	if (!fine || judging->evidence->no_memory)
		return false;
	if (!found.matched && found.failure == NULL)
		return true;
	struct meeting *meeting = arena_alloc(judging->evidence->arena, sizeof(*meeting));
	if (meeting == NULL)
		return false;
	*meeting = found;
	*judging->last = meeting;
	judging->last = &meeting->next;
	return true;
}

static bool
begin(struct judging *judging)
{
	*judging->ruling = (struct ruling){ .strips = arena_array(judging->evidence->arena,
	    judging->evidence->d->references.count, sizeof(*judging->ruling->strips)) };
	judging->last = &judging->ruling->met;
	return judging->ruling->strips != NULL;
}

bool
rule_set_judge(const struct rule_set *set, const struct list_set *lists, struct evidence *evidence, int64_t today,
    struct ruling *ruling)
{
	struct judging judging = { .lists = lists, .evidence = evidence, .ruling = ruling };

	if (!begin(&judging))
		return false;
	/* Exemptions first: the others are asked where these are not true. */
	for (int exemptions = 1; exemptions >= 0; exemptions--)
		for (size_t i = 0; i < set->count; i++) {
			const struct rule *rule = &set->rules[i];

			if (rule->exempts != (exemptions == 1) || (rule->exempts && rule->expires < today) ||
			    rule->status == RULE_DRAFT || rule->status == RULE_RETIRED)
				continue;
			if (!meet(&judging, rule))
				return false;
		}
	return true;
}

bool
rule_judge(const struct rule *rule, const struct list_set *lists, struct evidence *evidence, struct ruling *ruling)
{
	struct judging	judging = { .lists = lists, .evidence = evidence, .ruling = ruling };

	return begin(&judging) && meet(&judging, rule);
}

/* All selections are asked, also those that the condition had no need of. */
static bool
testify(struct question *question, rule_witness *witness, void *context)
{
	enum truth condition = condition_value(&question->rule->condition, ask, question);

	for (uint32_t i = 0; i < question->rule->selection_count; i++)
		(void)ask(question, i);
	return witness(context, question->element, question->has_element, question->answers, condition);
}

bool
rule_testify(const struct rule *rule, const struct list_set *lists, struct evidence *evidence, struct strain *strain,
    rule_witness *witness, void *context)
{
	struct ruling		 unused;
	struct judging		 judging = { .lists = lists, .evidence = evidence, .ruling = &unused };
	struct question		 question = { .judging = &judging, .rule = rule };
	const struct crowd	*crowd = rule->acting != SCOPE_MESSAGE ? crowd_of(&judging, rule->acting) : NULL;
	bool			 fine = true;

	for (size_t i = 0; crowd != NULL && i < crowd->count && fine; i++) {
		turn_to(&question, crowd->at[i]);
		fine = testify(&question, witness, context);
	}
	if (crowd == NULL || crowd->count == 0)
		fine = testify(&question, witness, context);
	*strain = question.strain;
	return fine && !evidence->no_memory;
}

static bool
names(const struct span *patterns, size_t count, struct span rule)
{
	for (size_t i = 0; i < count; i++)
		if (rule_name_fits(patterns[i], rule))
			return true;
	return false;
}

const struct rule *
ruling_exempts(const struct ruling *ruling, uint32_t reference, struct span name)
{
	for (const struct meeting *meeting = ruling->met; meeting != NULL; meeting = meeting->next) {
		const struct rule *rule = meeting->rule;

		if (!rule->exempts || !meeting->matched || rule->status != RULE_ENFORCE)
			continue;
		if (meeting->exempted != NULL && (reference == DISSECTION_NONE || !meeting->exempted[reference]))
			continue;
		if (names(rule->from, rule->from_count, name) && !names(rule->never, rule->never_count, name))
			return rule;
	}
	return NULL;
}

#include "ruling.h"

#include <stdlib.h>
#include <string.h>

#include "../image_proxy.h"
#include "inquiry.h"

/* Rules by their numbers, in their order. */
struct numbers {
	uint32_t	*at;
	size_t		 count, capacity;
};

struct judging {
	const struct rule_set	*set;		/* NULL: one rule by itself */
	const struct rule	*rules;
	struct inquiry		 inquiry;
	struct evidence		*evidence;
	struct ruling		*ruling;
	struct meeting		**meetings;	/* of each rule */
	size_t			 met_count;
	int64_t			 today;
	struct numbers		 steady[SCOPES];	/* by acting scope: asked at every element */
	struct numbers		 here;		/* asked at the one that is looked at */
	uint32_t		*posted;	/* of each rule: when it was put into one of them */
	bool			*unknown;	/* of each rule */
	struct numbers		 unknowns;
	bool			 flagging;	/* the index is asked for rules of every element */
};

static bool
add_number(struct judging *judging, struct numbers *numbers, uint32_t number)
{
	uint32_t *larger = arena_grow(judging->evidence->arena, numbers->at, numbers->count, &numbers->capacity,
	    sizeof(*larger));

	if (larger == NULL) {
		judging->evidence->no_memory = true;
		return false;
	}
	numbers->at = larger;
	larger[numbers->count++] = number;
	return true;
}

/* --- one rule at one element --- */

static struct meeting *
meeting_of(struct judging *judging, uint32_t number)
{
	struct meeting *meeting = judging->meetings[number];

	if (meeting != NULL)
		return meeting;
	meeting = arena_alloc(judging->evidence->arena, sizeof(*meeting));
	if (meeting == NULL) {
		judging->evidence->no_memory = true;
		return NULL;
	}
	meeting->rule = &judging->rules[number];
	meeting->next = judging->ruling->met;
	judging->meetings[number] = judging->ruling->met = meeting;
	judging->met_count++;
	return meeting;
}

/* A selection that the condition had no need to ask may still select the element. */
static bool
is_selected(struct question *question, uint32_t selections)
{
	for (uint32_t i = 0; i < question->rule->selection_count; i++)
		if ((selections & 1u << i) != 0 && question_ask(question, i) == TRUTH_TRUE)
			return true;
	return false;
}

/* What cannot come through the proxy is stripped. */
static bool
edit(struct judging *judging, struct question *question)
{
	uint32_t	element = judging->inquiry.element;
	bool		strips = is_selected(question, question->rule->strips);
	bool		proxies = !strips && is_selected(question, question->rule->proxies);

	if (!strips && !proxies)
		return true;
	struct strip_hit *hit = arena_alloc(judging->evidence->arena, sizeof(*hit));
	if (hit == NULL)
		return false;
	hit->rule = question->rule;
	hit->proxies = proxies && image_proxy_takes(judging->evidence->d, element);
	struct strip_hit **last = &judging->ruling->strips[element];
	while (*last != NULL)
		last = &(*last)->next;
	*last = hit;
	return true;
}

static bool
exempt(struct judging *judging, struct meeting *meeting)
{
	meeting->matched = true;
	if (meeting->rule->acting != SCOPE_REFERENCE)
		return true;
	if (meeting->exempted == NULL)
		meeting->exempted = arena_array(judging->evidence->arena, judging->evidence->d->references.count, sizeof(bool));
	if (meeting->exempted == NULL)
		return false;
	meeting->exempted[judging->inquiry.element] = true;
	return true;
}

/* The condition is true of the element. False: no memory. */
static bool
matched(struct judging *judging, struct question *question, uint32_t number)
{
	const struct rule	*rule = question->rule;
	bool			 of_reference = question->has_element && rule->acting == SCOPE_REFERENCE;
	struct meeting		*meeting;

	if (!rule->exempts && ruling_exempts(judging->ruling, of_reference ? judging->inquiry.element : DISSECTION_NONE,
	    rule->name) != NULL)
		return true;
	meeting = meeting_of(judging, number);
	if (meeting == NULL)
		return false;
	if (rule->exempts)
		return exempt(judging, meeting);
	meeting->matched = true;
	return !of_reference || !rule_edits(rule) || rule->status == RULE_SHADOW || edit(judging, question);
}

static void
note_unknown(struct judging *judging, uint32_t number)
{
	if (!judging->unknown[number])
		(void)add_number(judging, &judging->unknowns, number);
	judging->unknown[number] = true;
}

/* False: no memory. */
static bool
meet(struct judging *judging, uint32_t number, bool has_element)
{
	const struct rule	*rule = &judging->rules[number];
	struct question		 question = { .inquiry = &judging->inquiry, .rule = rule, .has_element = has_element };
	const struct meeting	*met = judging->meetings[number];
	bool			 fine = true;

	/* Where nothing is done to elements, one of them is enough. */
	if (met != NULL && met->matched && !rule_edits(rule) && !rule->exempts)
		return true;
	if (rule->exempts && !has_element && rule->acting != SCOPE_MESSAGE)
		return true;
	judging->ruling->rules_asked++;
	switch (condition_value(&rule->condition, question_ask, &question)) {
	case TRUTH_TRUE:
		fine = matched(judging, &question, number);
		break;
	case TRUTH_UNKNOWN:
		/* Where there is nothing to ask about, nothing is missing. */
		if (has_element || rule->acting == SCOPE_MESSAGE)
			note_unknown(judging, number);
		break;
	case TRUTH_FALSE:
		break;
	}
	if (question.failure != NULL) {
		struct meeting *meeting = meeting_of(judging, number);

		if (meeting != NULL)
			meeting->failure = question.failure;
	}
	return fine && !judging->evidence->no_memory;
}

/* --- all rules at one element --- */

static bool
is_due(const struct judging *judging, uint32_t number, bool exemptions)
{
	const struct rule *rule = &judging->rules[number];

	return rule->exempts == exemptions && (!exemptions || rule->expires >= judging->today);
}

/* Those of every element and those of this one, in their order. False: no memory. */
static bool
meet_some(struct judging *judging, const struct numbers *steady, bool has_element, bool exemptions)
{
	const struct numbers *here = &judging->here;

	for (size_t i = 0, k = 0; i < steady->count || k < here->count;) {
		uint32_t a = i < steady->count ? steady->at[i] : UINT32_MAX, b = k < here->count ? here->at[k] : UINT32_MAX;
		uint32_t number = a < b ? a : b;

		i += a == number;
		k += b == number;
		if (is_due(judging, number, exemptions) && !meet(judging, number, has_element))
			return false;
	}
	return true;
}

static bool
meet_all(struct judging *judging, const struct numbers *steady, bool has_element)
{
	return (judging->set->exemptions == 0 || meet_some(judging, steady, has_element, true)) &&
	    meet_some(judging, steady, has_element, false);
}

static int
compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void
sort(struct numbers *numbers)
{
	if (numbers->count > 1)
		qsort(numbers->at, numbers->count, sizeof(*numbers->at), compare_numbers);
}

/* --- the index --- */

static enum truth
ask_line(void *context, const struct line *line)
{
	struct judging *judging = context;

	return inquiry_line(&judging->inquiry, line);
}

static void
take_rule(void *context, uint32_t number, bool here)
{
	struct judging	*judging = context;
	uint32_t	 when = judging->flagging ? MEMORY_MESSAGE : judging->inquiry.memory.now;

	if (here == judging->flagging || judging->posted[number] == MEMORY_MESSAGE || judging->posted[number] == when)
		return;
	judging->posted[number] = when;
	(void)add_number(judging, here ? &judging->here : &judging->steady[scope_at(judging->rules[number].acting)],
	    number);
}

static void
miss_rule(void *context, uint32_t number, const char *why)
{
	struct meeting *meeting;

	note_unknown(context, number);
	if (why != NULL && (meeting = meeting_of(context, number)) != NULL)
		meeting->failure = why;
}

/* Looks at an element: what the index has for it comes into here, or with flagging into steady. False: no memory. */
static bool
look(struct judging *judging, enum scope scope, uint32_t element)
{
	struct index_asker asker = { judging->inquiry.lists, judging->evidence, scope, element, ask_line, take_rule, miss_rule,
	    judging };

	inquiry_look(&judging->inquiry, scope, element);
	judging->here.count = 0;
	if (judging->set->index == NULL)
		return true;
	if (!rule_index_ask(judging->set->index, &asker))
		return false;
	sort(&judging->here);
	return !judging->evidence->no_memory;
}

/* Rules that are asked at every element: those that need nothing, and those whose need another scope's element has. */
static bool
find_steady(struct judging *judging)
{
	const struct rule_index *index = judging->set->index;

	for (uint32_t i = 0; index == NULL && i < judging->set->count; i++)
		if (rule_is_asked(&judging->rules[i]) &&
		    !add_number(judging, &judging->steady[scope_at(judging->rules[i].acting)], i))
			return false;
	if (index == NULL)
		return true;
	judging->flagging = true;
	for (size_t i = 0; i < SCOPES; i++) {
		enum scope	 scope = (enum scope)(1u << i);
		size_t		 count;
		const uint32_t	*always = rule_index_always(index, scope, &count);

		for (size_t k = 0; k < count; k++)
			take_rule(judging, always[k], false);
		if (!rule_index_tells_others(index, scope))
			continue;
		const struct crowd *crowd = scope != SCOPE_MESSAGE ? inquiry_crowd(&judging->inquiry, scope) : NULL;
		for (size_t k = 0; k < (crowd != NULL ? crowd->count : 1); k++)
			if (!look(judging, scope, crowd != NULL ? crowd->at[k] : 0))
				return false;
	}
	judging->flagging = false;
	judging->here.count = 0;
	for (size_t i = 0; i < SCOPES; i++)
		sort(&judging->steady[i]);
	return !judging->evidence->no_memory;
}

/* --- the message --- */

static bool
judge_message(struct judging *judging, bool exemptions)
{
	judging->here.count = 0;
	return meet_some(judging, &judging->steady[scope_at(SCOPE_MESSAGE)], false, exemptions);
}

static bool
judge_scope(struct judging *judging, enum scope scope)
{
	const struct numbers	*steady = &judging->steady[scope_at(scope)];
	const struct crowd	*crowd;

	if (steady->count == 0 && (judging->set->index == NULL || !rule_index_speaks_of(judging->set->index, scope)))
		return true;
	crowd = inquiry_crowd(&judging->inquiry, scope);
	if (crowd->count == 0) {
		judging->here.count = 0;
		return meet_all(judging, steady, false);
	}
	for (size_t i = 0; i < crowd->count; i++)
		if (!look(judging, scope, crowd->at[i]) || !meet_all(judging, steady, true))
			return false;
	return true;
}

static int
compare_meetings(const void *a, const void *b)
{
	const struct rule *x = (*(struct meeting *const *)a)->rule, *y = (*(struct meeting *const *)b)->rule;

	if (x->exempts != y->exempts)
		return x->exempts ? -1 : 1;
	return (x > y) - (x < y);
}

/* They were met in the order of the elements. False: no memory. */
static bool
order_meetings(struct judging *judging)
{
	struct meeting	**all = arena_array(judging->evidence->arena, judging->met_count, sizeof(struct meeting *)), **last;
	size_t		  count = 0;

	if (all == NULL)
		return false;
	for (struct meeting *meeting = judging->ruling->met; meeting != NULL; meeting = meeting->next)
		all[count++] = meeting;
	if (count > 1)
		qsort(all, count, sizeof(struct meeting *), compare_meetings);
	last = &judging->ruling->met;
	for (size_t i = 0; i < count; i++) {
		*last = all[i];
		last = &all[i]->next;
	}
	*last = NULL;
	return true;
}

static bool
begin(struct judging *judging, size_t rules)
{
	struct arena *arena = judging->evidence->arena;

	*judging->ruling = (struct ruling){ .strips = arena_array(arena, judging->evidence->d->references.count,
	    sizeof(*judging->ruling->strips)) };
	judging->meetings = arena_array(arena, rules, sizeof(struct meeting *));
	judging->posted = arena_array(arena, rules, sizeof(*judging->posted));
	judging->unknown = arena_array(arena, rules, sizeof(*judging->unknown));
	return judging->ruling->strips != NULL && judging->meetings != NULL && judging->posted != NULL &&
	    judging->unknown != NULL;
}

/* Once for each message: a rule that matched somewhere was no unknown one. */
static void
count(const struct judging *judging)
{
	struct tally *tally = judging->set->tally;

	tally_one(&tally->messages);
	for (const struct meeting *meeting = judging->ruling->met; meeting != NULL; meeting = meeting->next) {
		struct rule_tally *of_rule = &tally->rules[meeting->rule - judging->rules];

		if (meeting->matched)
			tally_one(&of_rule->matched);
		if (meeting->failure != NULL)
			tally_one(&of_rule->failed);
	}
	for (size_t i = 0; i < judging->unknowns.count; i++) {
		const struct meeting *meeting = judging->meetings[judging->unknowns.at[i]];

		if (meeting == NULL || !meeting->matched)
			tally_one(&tally->rules[judging->unknowns.at[i]].unknown);
	}
}

static bool
has_hit(const struct ruling *ruling, uint32_t reference, bool proxies)
{
	for (const struct strip_hit *hit = ruling->strips != NULL ? ruling->strips[reference] : NULL; hit != NULL; hit = hit->next)
		if (hit->proxies == proxies)
			return true;
	return false;
}

bool
ruling_strips(const struct ruling *ruling, uint32_t reference)
{
	return has_hit(ruling, reference, false);
}

bool
ruling_proxies(const struct ruling *ruling, uint32_t reference)
{
	return has_hit(ruling, reference, true);
}

bool
rule_set_judge(const struct rule_set *set, const struct list_set *lists, struct evidence *evidence, int64_t today,
    struct ruling *ruling)
{
	struct judging judging = { .set = set, .rules = set->rules, .evidence = evidence, .ruling = ruling, .today = today };

	/* Exemptions come before what they take out of force: of the message first, then at each reference. */
	bool fine = inquiry_init(&judging.inquiry, lists, evidence, set->interned.line_count, set->interned.selection_count) &&
	    begin(&judging, set->count) && find_steady(&judging) && judge_message(&judging, true) &&
	    judge_scope(&judging, SCOPE_REFERENCE) && judge_message(&judging, false) && judge_scope(&judging, SCOPE_LINK) &&
	    judge_scope(&judging, SCOPE_PART) && judge_scope(&judging, SCOPE_RECIPIENT) && order_meetings(&judging) &&
	    !evidence->no_memory;
	if (fine)
		count(&judging);
	return fine;
}

/* --- one rule by itself --- */

typedef bool	visited(void *context, bool has_element);

/* Each element that the rule acts on, or none. False: visit said so. */
static bool
visit_all(struct inquiry *inquiry, const struct rule *rule, visited *visit, void *context)
{
	const struct crowd *crowd = rule->acting != SCOPE_MESSAGE ? inquiry_crowd(inquiry, rule->acting) : NULL;

	for (size_t i = 0; crowd != NULL && i < crowd->count; i++) {
		inquiry_look(inquiry, rule->acting, crowd->at[i]);
		if (!visit(context, true))
			return false;
	}
	return (crowd != NULL && crowd->count > 0) || visit(context, false);
}

static bool
meet_alone(void *context, bool has_element)
{
	return meet(context, 0, has_element);
}

bool
rule_judge(const struct rule *rule, const struct list_set *lists, struct evidence *evidence, struct ruling *ruling)
{
	struct judging judging = { .rules = rule, .evidence = evidence, .ruling = ruling };

	return inquiry_init_alone(&judging.inquiry, lists, evidence, rule) && begin(&judging, 1) &&
	    visit_all(&judging.inquiry, rule, meet_alone, &judging) && !evidence->no_memory;
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

struct testimony {
	struct question	 question;
	rule_witness	*witness;
	void		*context;
};

/* All selections are asked, also those that the condition had no need of. */
static bool
testify(void *context, bool has_element)
{
	struct testimony	*testimony = context;
	struct question		*question = &testimony->question;
	enum truth		 answers[RULE_MOST_SELECTIONS], condition;

	question->has_element = has_element;
	condition = condition_value(&question->rule->condition, question_ask, question);
	for (uint32_t i = 0; i < question->rule->selection_count; i++)
		answers[i] = question_ask(question, i);
	return testimony->witness(testimony->context, question->inquiry->element, has_element, answers, condition);
}

bool
rule_testify(const struct rule *rule, const struct list_set *lists, struct evidence *evidence, const char **failure,
    rule_witness *witness, void *context)
{
	struct inquiry		inquiry;
	struct testimony	testimony = { { &inquiry, rule, false, NULL }, witness, context };
	bool			fine = inquiry_init_alone(&inquiry, lists, evidence, rule) &&
				    visit_all(&inquiry, rule, testify, &testimony);

	*failure = testimony.question.failure;
	return fine && !evidence->no_memory;
}

/* --- exemptions --- */

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

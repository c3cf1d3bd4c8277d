/* A rule's answers about a message, kept with their reasons. */
#include <pixelward/judge/explain.h>

#include <inttypes.h>

#include "../policy.h"

#include "element.h"
#include "rule_set.h"

#define MOST_CASES	5000	/* elements told of one rule */
#define MOST_SHOWN	6	/* values of a line or a fact that are written out */

struct explaining {
	const struct policy	*policy;
	struct evidence		*evidence;
	struct ruling		 ruling;	/* of the whole set: its exemptions */
	struct arena		*arena;
	const struct rule	*rule;
	struct explained_rule	*to;
	size_t			 case_capacity;
	bool			 no_memory;
};

static const char *
truth_name(enum truth truth)
{
	static const char *const names[] = { [TRUTH_FALSE] = "false", [TRUTH_UNKNOWN] = "unknown", [TRUTH_TRUE] = "true" };

	return names[truth];
}

/* --- in words --- */

static struct span
kept(struct explaining *explaining, struct buf *text)
{
	struct span copy = buf_failed(text) ? SPAN_NONE : arena_copy(explaining->arena, buf_span(text));

	explaining->no_memory = explaining->no_memory || copy.at == NULL;
	buf_fini(text);
	return copy;
}

/* "width|lte: 3", "kind: [image, css]". */
static struct span
line_text(struct explaining *explaining, const struct node *node)
{
	struct buf	text;
	size_t		count = 0;

	buf_init(&text, (size_t)1 << 20);
	buf_printf(&text, "%.*s: %s", SPAN_ARG(node->key->text), node->kind == NODE_LIST ? "[" : "");
	for (const struct node *one = node->kind == NODE_LIST ? node->first : node; one != NULL;
	    one = node->kind == NODE_LIST ? one->next : NULL) {
		if (count == MOST_SHOWN) {
			buf_add(&text, SPAN(", ..."));
			break;
		}
		buf_printf(&text, "%s%.*s", count++ > 0 ? ", " : "", SPAN_ARG(one->text));
	}
	buf_add(&text, node->kind == NODE_LIST ? SPAN("]") : SPAN(""));
	return kept(explaining, &text);
}

static struct span
actual_text(struct explaining *explaining, const struct fact *fact, const struct value *value)
{
	struct buf text;

	if (!value->known)
		return SPAN("unknown");
	if (fact->type == FACT_BOOLEAN)
		return value->truth ? SPAN("true") : SPAN("false");
	buf_init(&text, (size_t)1 << 20);
	if (fact->type == FACT_NUMBER)
		buf_printf(&text, "%" PRId64, value->number);
	else if (value->count == 0)
		buf_add(&text, SPAN("nothing"));
	for (size_t i = 0; fact->type != FACT_NUMBER && i < value->count; i++) {
		if (i == MOST_SHOWN) {
			buf_printf(&text, ", ... (%zu)", value->count);
			break;
		}
		buf_printf(&text, "%s\"%.*s\"", i > 0 ? ", " : "", SPAN_ARG(value->texts[i]));
	}
	return kept(explaining, &text);
}

/* --- the lines that failed --- */

/* How far the element came: lines that were true. */
static enum truth
ask_selection(struct explaining *explaining, const struct selection *selection, uint32_t element, size_t *failed)
{
	struct strain strain = { 0 };

	return selection_truth(selection, &explaining->policy->lists, explaining->evidence, element, &strain, failed);
}

static struct explained_line
failed_line(struct explaining *explaining, const struct selection *selection, uint32_t element, enum truth truth,
    size_t failed)
{
	const struct line	*line = &selection->lines[failed];
	struct value		 value;

	fact_get(line->fact, explaining->evidence, selection->scope, element, &value);
	return (struct explained_line){
		.truth = truth_name(truth),
		.file = line->node->key->place.source->path,
		.line = line->node->key->place.line,
		.column = line->node->key->place.column,
		.text = line_text(explaining, line->node),
		.fact = span_of(line->fact->name),
		.actual = actual_text(explaining, line->fact, &value),
		.element = { scope_name(selection->scope), element },
	};
}

static bool
explain_selection(struct explaining *explaining, const struct selection *selection, struct explained_selection *to)
{
	static uint32_t	 message;
	uint32_t	*elements = &message, nearest = 0;
	size_t		 count = 1, failed, furthest = 0;
	enum truth	 truth, best = TRUTH_FALSE;
	bool		 any = false;

	if (selection->scope != SCOPE_MESSAGE && !elements_of(explaining->evidence, selection->scope, &elements, &count))
		return false;
	*to = (struct explained_selection){ .name = selection->name, .scope = scope_name(selection->scope),
	    .file = selection->place.source->path, .line = selection->place.line, .column = selection->place.column,
	    .element_count = count, .selected = arena_array(explaining->arena, count, sizeof(*to->selected)) };
	if (to->selected == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		truth = ask_selection(explaining, selection, elements[i], &failed);
		to->unknown_count += truth == TRUTH_UNKNOWN;
		if (truth == TRUTH_TRUE)
			to->selected[to->selected_count++] = elements[i];
		else if (!any || truth > best || (truth == best && failed > furthest)) {
			any = true;
			best = truth;
			furthest = failed;
			nearest = elements[i];
		}
	}
	if (to->selected_count == 0 && any)
		to->failed = failed_line(explaining, selection, nearest, best, furthest);
	return true;
}

/* --- the elements of the condition --- */

static void
find_exemption(const struct explaining *explaining, struct explained_case *to, bool has_element)
{
	uint32_t		 reference = has_element && explaining->rule->acting == SCOPE_REFERENCE ? to->element.index :
					    DISSECTION_NONE;
	const struct rule	*exemption = explaining->rule->exempts ? NULL :
					    ruling_exempts(&explaining->ruling, reference, explaining->rule->name);

	if (exemption != NULL)
		to->exempted_by = exemption->name;
}

static bool
add_case(void *context, uint32_t element, bool has_element, const enum truth *answers, enum truth condition)
{
	struct explaining	*explaining = context;
	const struct rule	*rule = explaining->rule;
	struct explained_rule	*to = explaining->to;
	struct explained_case	*larger;

	if (to->case_count == MOST_CASES)
		return true;
	larger = arena_grow(explaining->arena, to->cases, to->case_count, &explaining->case_capacity, sizeof(*larger));
	if (larger == NULL)
		return false;
	to->cases = larger;
	struct explained_case *one = &to->cases[to->case_count++];
	*one = (struct explained_case){
		.element = { has_element ? scope_name(rule->acting) : scope_name(SCOPE_MESSAGE), has_element ? element : 0 },
		.truth = truth_name(condition),
		.selections = arena_array(explaining->arena, rule->selection_count, sizeof(*one->selections)),
		.failed = arena_array(explaining->arena, rule->selection_count, sizeof(*one->failed)),
	};
	if (one->selections == NULL || one->failed == NULL)
		return false;
	for (size_t i = 0; i < rule->selection_count; i++) {
		const struct selection	*selection = &rule->selections[i];
		size_t			 failed;

		one->selections[i] = truth_name(answers[i]);
		if (has_element && selection->scope == rule->acting && answers[i] != TRUTH_TRUE &&
		    ask_selection(explaining, selection, element, &failed) == answers[i] && failed < selection->line_count)
			one->failed[i] = failed_line(explaining, selection, element, answers[i], failed);
	}
	find_exemption(explaining, one, has_element);
	to->matches = to->matches || (condition == TRUTH_TRUE && one->exempted_by.at == NULL);
	return !explaining->no_memory;
}

static bool
explain_rule(struct explaining *explaining, const struct rule *rule, struct explained_rule *to)
{
	const struct node	*detect = node_get(rule->document, "detect"), *level = node_get(rule->document, "level");

	explaining->rule = rule;
	explaining->to = to;
	explaining->case_capacity = 0;
	*to = (struct explained_rule){ .name = rule->name, .title = rule->title,
	    .condition = node_get(detect, "condition")->text, .status = rule_status_names[rule->status],
	    .level = level != NULL ? level->text.at : NULL, .file = rule->place.source->path, .line = rule->place.line,
	    .exempts = rule->exempts, .selection_count = rule->selection_count,
	    .selections = arena_array(explaining->arena, rule->selection_count, sizeof(*to->selections)) };
	if (to->selections == NULL ||
	    !rule_testify(rule, &explaining->policy->lists, explaining->evidence, &to->failure, add_case,
	    explaining))
		return false;
	for (size_t i = 0; i < rule->selection_count; i++)
		if (!explain_selection(explaining, &rule->selections[i], &to->selections[i]))
			return false;
	return !explaining->no_memory;
}

static bool
is_asked(const struct rule *rule, int64_t today)
{
	return rule_is_asked(rule) && !(rule->exempts && rule->expires < today);
}

/* As judge() begins: what one rule's expressions cost is not to silence the next one here. */
static void
evidence_begin(struct explaining *explaining, const struct options *options, const struct message *message,
    const struct dissection *d, const struct verdict *verdict)
{
	evidence_init(explaining->evidence, message, d, &explaining->policy->groups, explaining->policy->watched,
	    explaining->arena);
	explaining->evidence->verifiers = &options->trusted_authserv_ids;
	explaining->evidence->sighting = verdict->sighting;
	explaining->evidence->knowledge = verdict->knowledge;
}

enum pw_err
policy_explain(const struct policy *policy, const struct options *options, const struct message *message,
    const struct dissection *d, const struct verdict *verdict, struct span name, struct arena *arena,
    struct explained_rule **rules, size_t *count)
{
	const struct rule_set	*set = policy->rules;
	struct evidence		 evidence;
	struct explaining	 explaining = { .policy = policy, .evidence = &evidence, .arena = arena };
	int64_t			 today = rule_set_today();

	*count = 0;
	*rules = arena_array(arena, set->count, sizeof(**rules));
	evidence_begin(&explaining, options, message, d, verdict);
	if (*rules == NULL || !rule_set_judge(set, &policy->lists, &evidence, today, &explaining.ruling))
		return PW_ENOMEM;
	for (size_t i = 0; i < set->count; i++) {
		if (name.len > 0 ? !span_eq(set->rules[i].name, name) : !is_asked(&set->rules[i], today))
			continue;
		evidence_begin(&explaining, options, message, d, verdict);
		if (!explain_rule(&explaining, &set->rules[i], &(*rules)[(*count)++]))
			return PW_ENOMEM;
	}
	return PW_OK;
}

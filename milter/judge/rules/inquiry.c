#include "inquiry.h"

#include "element.h"

size_t
scope_at(enum scope scope)
{
	return (size_t)__builtin_ctz((unsigned)scope);
}

const struct crowd *
inquiry_crowd(struct inquiry *inquiry, enum scope scope)
{
	struct crowd *crowd = &inquiry->crowds[scope_at(scope)];

	if (!crowd->found)
		crowd->found = elements_of(inquiry->evidence, scope, &crowd->at, &crowd->count);
	return crowd;
}

/* --- lines and selections --- */

static enum truth
line_truth(struct inquiry *inquiry, const struct line *line, enum scope scope, uint32_t element, const char **why)
{
	struct memory	*memory = &inquiry->memory;
	struct answer	*answer = &memory->lines[line->id];
	uint32_t	 when = (line->fact->scopes & SCOPE_MESSAGE) != 0 ? MEMORY_MESSAGE : memory->now;
	struct strain	 strain = { NULL, memory->failures[line->id] };

	if (answer->when != when) {
		enum truth truth = line_match(line, inquiry->lists, inquiry->evidence, scope, element, &strain);

		if (strain.why != NULL)
			memory->failed[line->id] = memory_note_why(memory, strain.why);
		memory->failures[line->id] = (uint8_t)(strain.failures < UINT8_MAX ? strain.failures : UINT8_MAX);
		/* A line that rests is one that has failed. */
		*answer = (struct answer){ when, (uint8_t)truth, strain.why != NULL || (truth == TRUTH_UNKNOWN &&
		    strain.failures >= MATCH_MOST_FAILURES) ? memory->failed[line->id] : 0 };
	}
	if (answer->why > 0)
		*why = memory_why(memory, answer->why);
	return (enum truth)answer->truth;
}

static enum truth
selects(struct inquiry *inquiry, const struct selection *selection, uint32_t element, const char **why)
{
	enum truth all = TRUTH_TRUE;

	for (size_t i = 0; i < selection->line_count && all != TRUTH_FALSE; i++) {
		enum truth truth = line_truth(inquiry, &selection->lines[i], selection->scope, element, why);

		all = truth < all ? truth : all;
	}
	return all;
}

static enum truth
selects_any(struct inquiry *inquiry, const struct selection *selection, const char **why)
{
	const struct crowd	*crowd = inquiry_crowd(inquiry, selection->scope);
	uint32_t		 before = inquiry->memory.now;
	enum truth		 any = TRUTH_FALSE;

	for (size_t i = 0; i < crowd->count && any != TRUTH_TRUE; i++) {
		memory_turn(&inquiry->memory);
		enum truth truth = selects(inquiry, selection, crowd->at[i], why);

		any = truth > any ? truth : any;
	}
	inquiry->memory.now = before;
	return any;
}

enum truth
question_ask(void *context, uint32_t index)
{
	struct question		*question = context;
	struct inquiry		*inquiry = question->inquiry;
	struct memory		*memory = &inquiry->memory;
	const struct selection	*selection = &question->rule->selections[index];
	bool			 of_message = selection->scope == SCOPE_MESSAGE;
	bool			 acts = !of_message && selection->scope == question->rule->acting;
	struct answer		*answer = of_message || acts ? &memory->selections[selection->id] :
				    &memory->any[selection->id];
	uint32_t		 when = acts ? memory->now : MEMORY_MESSAGE;
	const char		*why = NULL;

	if (acts && !question->has_element)
		return TRUTH_UNKNOWN;
	if (answer->when != when) {
		enum truth truth = of_message || acts ? selects(inquiry, selection, of_message ? 0 : inquiry->element, &why) :
		    selects_any(inquiry, selection, &why);

		*answer = (struct answer){ when, (uint8_t)truth, memory_note_why(memory, why) };
	}
	if (answer->why > 0)
		question->failure = memory_why(memory, answer->why);
	return (enum truth)answer->truth;
}

enum truth
inquiry_line(struct inquiry *inquiry, const struct line *line)
{
	const char *why;

	return line_truth(inquiry, line, inquiry->scope, inquiry->element, &why);
}

/* --- the beginning --- */

bool
inquiry_init(struct inquiry *inquiry, const struct list_set *lists, struct evidence *evidence, size_t lines,
    size_t selections)
{
	*inquiry = (struct inquiry){ .lists = lists, .evidence = evidence, .scope = SCOPE_MESSAGE };
	return memory_init(&inquiry->memory, evidence->arena, lines, selections);
}

bool
inquiry_init_alone(struct inquiry *inquiry, const struct list_set *lists, struct evidence *evidence,
    const struct rule *rule)
{
	uint32_t line_count = 0, selection_count = 0;

	for (size_t i = 0; i < rule->selection_count; i++) {
		const struct selection *selection = &rule->selections[i];

		selection_count = selection->id >= selection_count ? selection->id + 1 : selection_count;
		for (size_t k = 0; k < selection->line_count; k++)
			line_count = selection->lines[k].id >= line_count ? selection->lines[k].id + 1 : line_count;
	}
	return inquiry_init(inquiry, lists, evidence, line_count, selection_count);
}

void
inquiry_look(struct inquiry *inquiry, enum scope scope, uint32_t element)
{
	memory_turn(&inquiry->memory);
	inquiry->scope = scope;
	inquiry->element = element;
}

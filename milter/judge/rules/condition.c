#include "condition.h"

#include <string.h>

/* An operator or a parenthesis that waits for what stands on its right. */
struct waiting {
	enum term_kind	kind;
	bool		paren;
	size_t		at;	/* in the text */
	uint32_t	unless;	/* the term to fill in */
};

struct parsing {
	const struct node	*scalar;
	const struct span	*names;
	size_t			 name_count;
	bool			*used;
	struct findings		*findings;
	struct term		 terms[CONDITION_MOST_TERMS];
	size_t			 term_count;
	struct waiting		 waiting[CONDITION_MOST_DEPTH];
	size_t			 waiting_count, at;
	bool			 wants_operand, failed;
	bool			 unknown;	/* a selection that is not there: what is behind it can be read */
};

#define MISTAKE(parsing, at, code, ...)	do {					\
	struct place place_of_it = node_place_of((parsing)->scalar, at);	\
										\
	finding_add((parsing)->findings, &place_of_it, code, __VA_ARGS__);	\
	(parsing)->failed = true;						\
} while (0)

static const char *const reserved[] = { "and", "or", "not", "of", "all", "any", "them", "1", "condition", "each" };

bool
condition_is_reserved(struct span name)
{
	return span_is_any(name, reserved, NITEMS(reserved));
}

/* Names, and the * of a pattern. */
static bool
is_word_byte(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || strchr("_-*.", c) != NULL;
}

static struct span
next_word(struct parsing *parsing, size_t *begin)
{
	struct span text = parsing->scalar->text;

	while (parsing->at < text.len && ascii_space(text.at[parsing->at]))
		parsing->at++;
	*begin = parsing->at;
	if (parsing->at < text.len && text.at[parsing->at] != '\0' && is_word_byte(text.at[parsing->at]))
		while (parsing->at < text.len && text.at[parsing->at] != '\0' && is_word_byte(text.at[parsing->at]))
			parsing->at++;
	else if (parsing->at < text.len)
		parsing->at++;
	return span_cut(text, *begin, parsing->at);
}

static uint32_t
emit(struct parsing *parsing, enum term_kind kind, uint32_t to)
{
	if (parsing->term_count == CONDITION_MOST_TERMS) {
		if (!parsing->failed)
			MISTAKE(parsing, parsing->at, FINDING_CONDITION, "the condition is too long; split the rule");
		return 0;
	}
	parsing->terms[parsing->term_count] = (struct term){ kind, to };
	return (uint32_t)parsing->term_count++;
}

/* --- operators --- */

static int
binds(enum term_kind kind)
{
	return kind == TERM_NOT ? 3 : kind == TERM_AND ? 2 : 1;
}

static void
finish_one(struct parsing *parsing)
{
	struct waiting *top = &parsing->waiting[--parsing->waiting_count];

	emit(parsing, top->kind, 0);
	if (top->kind != TERM_NOT)
		parsing->terms[top->unless].to = (uint32_t)parsing->term_count;
}

static bool
push_waiting(struct parsing *parsing, struct waiting waiting)
{
	if (parsing->waiting_count == CONDITION_MOST_DEPTH) {
		if (!parsing->failed)
			MISTAKE(parsing, waiting.at, FINDING_CONDITION, "the condition is too deep; split the rule");
		return false;
	}
	parsing->waiting[parsing->waiting_count++] = waiting;
	return true;
}

static void
push_operator(struct parsing *parsing, enum term_kind kind, size_t at)
{
	struct waiting waiting = { .kind = kind, .at = at };

	/* "not" stands before its only side; the others have their left one behind them. */
	while (kind != TERM_NOT && parsing->waiting_count > 0 && !parsing->waiting[parsing->waiting_count - 1].paren &&
	    binds(parsing->waiting[parsing->waiting_count - 1].kind) >= binds(kind))
		finish_one(parsing);
	if (kind != TERM_NOT)
		waiting.unless = emit(parsing, kind == TERM_AND ? TERM_UNLESS_FALSE : TERM_UNLESS_TRUE, 0);
	push_waiting(parsing, waiting);
	parsing->wants_operand = true;
}

static void
close_paren(struct parsing *parsing, size_t at)
{
	while (parsing->waiting_count > 0 && !parsing->waiting[parsing->waiting_count - 1].paren)
		finish_one(parsing);
	if (parsing->waiting_count == 0)
		MISTAKE(parsing, at, FINDING_CONDITION, "a ')' without its '('");
	else
		parsing->waiting_count--;
}

/* --- operands --- */

static void
use(struct parsing *parsing, size_t index)
{
	parsing->used[index] = true;
	emit(parsing, TERM_SELECTION, (uint32_t)index);
}

static void
add_selection(struct parsing *parsing, struct span word, size_t at)
{
	struct nearest nearest = { .word = word };

	for (size_t i = 0; i < parsing->name_count; i++) {
		if (span_eq(parsing->names[i], word)) {
			use(parsing, i);
			return;
		}
		nearest_try(&nearest, parsing->names[i].at);
	}
	struct place place = node_place_of(parsing->scalar, at);
	finding_add(parsing->findings, &place, FINDING_SELECTION, "there is no selection '%.*s'%.*s", SPAN_ARG(word),
	    SPAN_ARG(nearest_words(parsing->findings->arena, nearest.best)));
	parsing->unknown = true;
	emit(parsing, TERM_SELECTION, 0);
}

static bool
is_meant(struct span pattern, struct span name)
{
	if (span_eq(pattern, SPAN("them")))
		return true;
	return pattern.len > 0 && pattern.at[pattern.len - 1] == '*' ?
	    span_starts(name, span_cut(pattern, 0, pattern.len - 1)) : span_eq(pattern, name);
}

/* "1 of x*", "all of them": behind its first word. */
static void
add_several(struct parsing *parsing, enum term_kind joined, size_t at)
{
	size_t		of_at, pattern_at, found = 0;
	struct span	of = next_word(parsing, &of_at), pattern = next_word(parsing, &pattern_at);

	if (!span_eq(of, SPAN("of")) || pattern.len == 0) {
		MISTAKE(parsing, at, FINDING_CONDITION, "write '1 of x*', '1 of them', 'all of x*' or 'all of them'");
		return;
	}
	for (size_t i = 0; i < parsing->name_count && !parsing->failed; i++)
		if (is_meant(pattern, parsing->names[i])) {
			use(parsing, i);
			if (found++ > 0)
				emit(parsing, joined, 0);
		}
	if (found == 0)
		MISTAKE(parsing, pattern_at, FINDING_SELECTION, "no selection's name is like '%.*s'", SPAN_ARG(pattern));
}

static void
take_operand(struct parsing *parsing, struct span word, size_t at)
{
	if (span_eq_nocase(word, SPAN("not")))
		push_operator(parsing, TERM_NOT, at);
	else if (span_eq(word, SPAN("(")))
		push_waiting(parsing, (struct waiting){ .paren = true, .at = at });
	else {
		parsing->wants_operand = false;
		if (span_eq(word, SPAN("1")) || span_eq_nocase(word, SPAN("any")))
			add_several(parsing, TERM_OR, at);
		else if (span_eq_nocase(word, SPAN("all")))
			add_several(parsing, TERM_AND, at);
		else if (!is_word_byte(word.at[0]) || span_eq_nocase(word, SPAN("and")) ||
		    span_eq_nocase(word, SPAN("or")))
			MISTAKE(parsing, at, FINDING_CONDITION, "'%.*s' stands where a selection's name is wanted",
			    SPAN_ARG(word));
		else
			add_selection(parsing, word, at);
	}
}

static void
take_operator(struct parsing *parsing, struct span word, size_t at)
{
	if (span_eq(word, SPAN(")")))
		close_paren(parsing, at);
	else if (span_eq_nocase(word, SPAN("and")))
		push_operator(parsing, TERM_AND, at);
	else if (span_eq_nocase(word, SPAN("or")))
		push_operator(parsing, TERM_OR, at);
	else
		MISTAKE(parsing, at, FINDING_CONDITION, "'%.*s' stands where 'and', 'or' or ')' is wanted", SPAN_ARG(word));
}

/* Where a mistake leaves it unclear what is meant, the rest would only be guessed at. */
static void
parse(struct parsing *parsing)
{
	while (!parsing->failed) {
		size_t		at;
		struct span	word = next_word(parsing, &at);

		if (word.len == 0)
			break;
		if (parsing->wants_operand)
			take_operand(parsing, word, at);
		else
			take_operator(parsing, word, at);
	}
	if (!parsing->failed && parsing->wants_operand)
		MISTAKE(parsing, parsing->scalar->text.len, FINDING_CONDITION, "the condition ends where a selection's name "
		    "is wanted");
	while (parsing->waiting_count > 0 && !parsing->failed) {
		if (parsing->waiting[parsing->waiting_count - 1].paren)
			MISTAKE(parsing, parsing->waiting[parsing->waiting_count - 1].at, FINDING_CONDITION,
			    "a '(' without its ')'");
		else
			finish_one(parsing);
	}
}

bool
condition_read(const struct node *scalar, const struct span *names, size_t name_count, bool *used,
    struct findings *findings, struct condition *condition)
{
	struct parsing parsing = { .scalar = scalar, .names = names, .name_count = name_count, .used = used,
	    .findings = findings, .wants_operand = true };

	parse(&parsing);
	if (parsing.failed || parsing.unknown)
		return false;
	condition->terms = arena_array(findings->arena, parsing.term_count, sizeof(*condition->terms));
	condition->count = parsing.term_count;
	if (condition->terms == NULL) {
		findings->no_memory = true;
		return false;
	}
	memcpy(condition->terms, parsing.terms, parsing.term_count * sizeof(*condition->terms));
	return true;
}

/* --- its value --- */

enum truth
condition_value(const struct condition *condition, condition_ask *ask, void *context)
{
	/* Every waiting operator holds its left side; each pattern holds two at most. */
	enum truth	stack[CONDITION_MOST_DEPTH + 4];
	size_t		height = 0;

	for (size_t i = 0; i < condition->count; i++) {
		const struct term	*term = &condition->terms[i];
		enum truth		 right;

		switch (term->kind) {
		case TERM_SELECTION:
			stack[height++] = ask(context, term->to);
			break;
		case TERM_NOT:
			stack[height - 1] = (enum truth)(TRUTH_TRUE - stack[height - 1]);
			break;
		case TERM_AND:
		case TERM_OR:
			right = stack[--height];
			if ((right < stack[height - 1]) == (term->kind == TERM_AND))
				stack[height - 1] = right;
			break;
		case TERM_UNLESS_FALSE:
		case TERM_UNLESS_TRUE:
			if (stack[height - 1] == (term->kind == TERM_UNLESS_FALSE ? TRUTH_FALSE : TRUTH_TRUE))
				i = term->to - 1;
			break;
		}
	}
	return height == 1 ? stack[0] : TRUTH_UNKNOWN;
}

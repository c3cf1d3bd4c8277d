#include "need.h"

/* Some selections, of which one is true; the score of the most frequent of them. */
struct clause {
	uint32_t	selections;
	unsigned	score;
};

/* If this piece of the condition is true, or false. */
struct needs {
	struct clause	if_true, if_false;
};

static const struct clause nothing;

static struct clause
either(struct clause a, struct clause b)
{
	if (a.selections == 0 || b.selections == 0)
		return nothing;
	return (struct clause){ a.selections | b.selections, a.score < b.score ? a.score : b.score };
}

/* Both hold; the rarer one says more. */
static struct clause
better(struct clause a, struct clause b)
{
	if (a.selections == 0 || b.selections == 0)
		return a.selections != 0 ? a : b;
	if (a.score != b.score)
		return a.score > b.score ? a : b;
	return __builtin_popcount(b.selections) < __builtin_popcount(a.selections) ? b : a;
}

uint32_t
need_of(const struct condition *condition, const unsigned *scores)
{
	struct needs	stack[CONDITION_MOST_DEPTH + 4], right;
	size_t		height = 0;

	for (size_t i = 0; i < condition->count; i++) {
		const struct term	*term = &condition->terms[i];
		struct needs		*top = height > 0 ? &stack[height - 1] : NULL;

		switch (term->kind) {
		case TERM_SELECTION:
			stack[height++] = (struct needs){ { 1u << term->to, scores[term->to] }, nothing };
			break;
		case TERM_NOT:
			*top = (struct needs){ top->if_false, top->if_true };
			break;
		case TERM_AND:
			right = stack[--height];
			top = &stack[height - 1];
			*top = (struct needs){ better(top->if_true, right.if_true), either(top->if_false, right.if_false) };
			break;
		case TERM_OR:
			right = stack[--height];
			top = &stack[height - 1];
			*top = (struct needs){ either(top->if_true, right.if_true), better(top->if_false, right.if_false) };
			break;
		case TERM_UNLESS_FALSE:
		case TERM_UNLESS_TRUE:
			break;
		}
	}
	return height == 1 ? stack[0].if_true.selections : 0;
}

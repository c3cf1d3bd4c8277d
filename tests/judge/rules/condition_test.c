/* The logic of conditions: Kleene's tables, precedence, and the place of each mistake. */
#include "judge/rules/loaded.h"

static const struct span names[] = { { "t", 1 }, { "f", 1 }, { "u", 1 }, { "x_a", 3 }, { "x_b", 3 }, { "y_t", 3 } };
/* Selections by their index: true, false, unknown, true, false, true. */
static const enum truth answers[] = { TRUTH_TRUE, TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE, TRUTH_FALSE, TRUTH_TRUE };

static const struct value_case {
	const char	*text;
	enum truth	 value;
} values[] = {
	{ "t", TRUTH_TRUE }, { "f", TRUTH_FALSE }, { "u", TRUTH_UNKNOWN },
	{ "not t", TRUTH_FALSE }, { "not f", TRUTH_TRUE }, { "not u", TRUTH_UNKNOWN }, { "not not t", TRUTH_TRUE },
	{ "t and t", TRUTH_TRUE }, { "t and f", TRUTH_FALSE }, { "t and u", TRUTH_UNKNOWN },
	{ "f and t", TRUTH_FALSE }, { "f and f", TRUTH_FALSE }, { "f and u", TRUTH_FALSE },
	{ "u and t", TRUTH_UNKNOWN }, { "u and f", TRUTH_FALSE }, { "u and u", TRUTH_UNKNOWN },
	{ "t or t", TRUTH_TRUE }, { "t or f", TRUTH_TRUE }, { "t or u", TRUTH_TRUE },
	{ "f or t", TRUTH_TRUE }, { "f or f", TRUTH_FALSE }, { "f or u", TRUTH_UNKNOWN },
	{ "u or t", TRUTH_TRUE }, { "u or f", TRUTH_UNKNOWN }, { "u or u", TRUTH_UNKNOWN },
	{ "t or f and f", TRUTH_TRUE }, { "(t or f) and f", TRUTH_FALSE }, { "not f and f", TRUTH_FALSE },
	{ "not (f and f)", TRUTH_TRUE }, { "f and f or t", TRUTH_TRUE }, { "f and (f or t)", TRUTH_FALSE },
	{ "t and not f", TRUTH_TRUE }, { "t AND NOT f", TRUTH_TRUE }, { "t and not u", TRUTH_UNKNOWN },
	{ "1 of x_*", TRUTH_TRUE }, { "all of x_*", TRUTH_FALSE }, { "1 of them", TRUTH_TRUE }, { "all of them", TRUTH_FALSE },
	{ "any of x_*", TRUTH_TRUE }, { "not 1 of x_*", TRUTH_FALSE }, { "not all of x_*", TRUTH_TRUE },
	{ "all of y_*", TRUTH_TRUE }, { "f or 1 of x_* and t", TRUTH_TRUE }, { "((((t))))", TRUTH_TRUE },
	{ "t and t and t and f or u and f or not f", TRUTH_TRUE },
};

static const struct mistake_case {
	const char	*text;
	size_t		 column;	/* of the mistake, in a scalar at column 1 */
	const char	*what;
} mistakes[] = {
	{ "t and", 6, "the condition ends where a selection's name is wanted" },
	{ "", 1, "the condition ends where a selection's name is wanted" },
	{ "t t", 3, "'t' stands where 'and', 'or' or ')' is wanted" },
	{ "(t", 1, "a '(' without its ')'" },
	{ "t)", 2, "a ')' without its '('" },
	{ "t and or f", 7, "'or' stands where a selection's name is wanted" },
	{ "t and x_c", 7, "there is no selection 'x_c' (did you mean 'x_a'?)" },
	{ "1 of z*", 6, "no selection's name is like 'z*'" },
	{ "1 from x*", 1, "write '1 of x*', '1 of them', 'all of x*' or 'all of them'" },
	{ "t & f", 3, "'&' stands where 'and', 'or' or ')' is wanted" },
	{ "()", 2, "')' stands where a selection's name is wanted" },
};

static struct node
scalar_of(const struct source *source, const char *text)
{
	return (struct node){ .kind = NODE_SCALAR, .place = { source, 1, 1 }, .text = span_of(text), .plain = true,
	    .exact = true };
}

static enum truth
ask(void *context, uint32_t selection)
{
	++*(size_t *)context;
	return answers[selection];
}

struct bench {
	struct findings		findings;
	struct condition	condition;
	bool			used[NITEMS(names)];
};

static bool
parse(struct bench *bench, const char *text)
{
	static const struct source	source = { .path = "r.yaml", .text = { "", 0 } };
	struct node			scalar = scalar_of(&source, text);

	*bench = (struct bench){ .findings.arena = arena_new(1 << 20) };
	return condition_read(&scalar, names, NITEMS(names), bench->used, &bench->findings, &bench->condition);
}

static void
has_its_value(void **state)
{
	const struct value_case	*row = *state;
	struct bench		 bench;
	size_t			 asked = 0;

	assert_true(parse(&bench, row->text));
	assert_int_equal(condition_value(&bench.condition, ask, &asked), row->value);
	arena_free(bench.findings.arena);
}

static void
is_told(void **state)
{
	const struct mistake_case	*row = *state;
	struct bench			 bench;

	assert_false(parse(&bench, row->text));
	assert_int_equal(bench.findings.count, 1);
	assert_string_equal(bench.findings.at[0].what.at, row->what);
	assert_int_equal(bench.findings.at[0].place.column, row->column);
	arena_free(bench.findings.arena);
}

static void
no_more_is_asked_than_needed(void **state)
{
	static const struct { const char *text; size_t asked; } rows[] = {
		{ "f and t", 1 }, { "t or t", 1 }, { "u and t", 2 }, { "f and (t or t) and t", 1 }, { "t or f and t", 1 },
		{ "f or t or t", 2 },
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(rows); i++) {
		struct bench	bench;
		size_t		asked = 0;

		assert_true(parse(&bench, rows[i].text));
		(void)condition_value(&bench.condition, ask, &asked);
		if (asked != rows[i].asked)
			fail_msg("%s: asked %zu", rows[i].text, asked);
		arena_free(bench.findings.arena);
	}
}

static void
depth_and_length_have_bounds(void **state)
{
	struct buf	text;
	struct bench	bench;

	(void)state;
	for (int much = 0; much < 2; much++) {
		buf_init(&text, 1 << 20);
		for (int i = 0; i < 100000; i++)
			buf_add(&text, much == 0 ? SPAN("(") : SPAN("not "));
		buf_add(&text, SPAN("t"));
		assert_false(parse(&bench, text.at));
		assert_string_equal(bench.findings.at[0].what.at, "the condition is too deep; split the rule");
		arena_free(bench.findings.arena);
		buf_fini(&text);
	}
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 10000; i++)
		buf_add(&text, SPAN("t and "));
	buf_add(&text, SPAN("t"));
	assert_false(parse(&bench, text.at));
	assert_string_equal(bench.findings.at[0].what.at, "the condition is too long; split the rule");
	arena_free(bench.findings.arena);
	buf_fini(&text);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(no_more_is_asked_than_needed),
		cmocka_unit_test(depth_and_length_have_bounds),
	};
	struct CMUnitTest	tests[NITEMS(values) + NITEMS(mistakes) + NITEMS(others)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(values); i++)
		tests[count++] = (struct CMUnitTest){ .name = values[i].text, .test_func = has_its_value,
		    .initial_state = (void *)(uintptr_t)&values[i] };
	for (size_t i = 0; i < NITEMS(mistakes); i++)
		tests[count++] = (struct CMUnitTest){ .name = mistakes[i].what, .test_func = is_told,
		    .initial_state = (void *)(uintptr_t)&mistakes[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}

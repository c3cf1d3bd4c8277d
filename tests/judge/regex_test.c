/* Expressions and their bounds, compiled and interpreted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "judge/regex.h"

#define TEXT	REGEX_TEXT

static const struct answer_case {
	const char		*says, *source;
	unsigned		 flags;
	const char		*text;
	enum regex_answer	 answer;
} cases[] = {
	{ "it is looked for anywhere", "o+p", TEXT, "an oooption", REGEX_YES },
	{ "case counts", "OPEN", TEXT, "open", REGEX_NO },
	{ "unless it is said that it does not", "OPEN", TEXT | REGEX_ANY_CASE, "open", REGEX_YES },
	{ "a dot is a character of a text", "^.$", TEXT, "\xc3\xa4", REGEX_YES },
	{ "and a byte of a URL", "^.$", 0, "\xc3\xa4", REGEX_NO },
	{ "bytes that are no UTF-8 match no character", "a.b", TEXT, "a\xff" "b", REGEX_NO },
	{ "what stands beside them is found", "b$", TEXT, "a\xff" "b", REGEX_YES },
	{ "a group can be referred to", "(a|b)\\1", TEXT, "xbb", REGEX_YES },
	{ "an explosion is a failure", "(a+)+[bd]$", TEXT, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", REGEX_FAILED },
	{ "of URLs, too", "(a+)+[bd]$", 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", REGEX_FAILED },
	{ "no text is a text", "^$", TEXT, "", REGEX_YES },
};

static struct regex *
regex_of(const char *source, unsigned flags)
{
	struct regex	*regex;
	char		 why[128];
	size_t		 at;

	assert_int_equal(regex_new(span_of(source), flags, &regex, why, &at), PW_OK);
	return regex;
}

/* The same answers, whoever gives them. */
static void
is_answered(void **state)
{
	const struct answer_case	*row = *state;
	struct arena			*arena = arena_new((size_t)1 << 26);

	for (unsigned how = 0; how <= REGEX_INTERPRETED; how += REGEX_INTERPRETED) {
		struct regex_budget	 budget = { .arena = arena };
		struct regex		*regex = regex_of(row->source, row->flags | how);
		const char		*why = NULL;

		assert_int_equal(regex_matches(regex, span_of(row->text), &budget, &why), row->answer);
		assert_int_equal(regex_matches(regex, span_of(row->text), &budget, &why), row->answer);
		assert_int_equal(regex_matches(regex, span_of(row->text), NULL, &why), row->answer);
		assert_int_equal(why != NULL, row->answer == REGEX_FAILED);
		if (how != 0)
			assert_false(regex_is_compiled(regex));
		regex_free(regex);
	}
	arena_free(arena);
}

static void
a_mistake_has_its_place(void **state)
{
	struct regex	*regex;
	char		 why[128] = "";
	size_t		 at = 0;

	(void)state;
	assert_int_equal(regex_new(SPAN("ab(c"), TEXT, &regex, why, &at), PW_ESYNTAX);
	assert_null(regex);
	assert_int_equal(at, 4);
	assert_true(why[0] != '\0');
	assert_int_equal(regex_new(SPAN("a\\Cb"), TEXT, &regex, why, &at), PW_ESYNTAX);
}

/* Past its budget a message gets no answer: neither yes nor no. */
static void
a_message_has_so_much_and_no_more(void **state)
{
	static char		 text[1 << 20];
	struct arena		*arena = arena_new((size_t)1 << 26);
	struct regex_budget	 budget = { .arena = arena };
	struct regex		*regex = regex_of("^y", TEXT);
	enum regex_answer	 answer = REGEX_NO;
	const char		*why = "";
	size_t			 calls;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (calls = 0; calls < 1000 && answer != REGEX_FAILED; calls++)
		answer = regex_matches(regex, (struct span){ text, sizeof(text) }, &budget, &why);
	assert_int_equal(answer, REGEX_FAILED);
	assert_true(calls <= REGEX_MOST_BYTES / sizeof(text) + 1);
	assert_non_null(strstr(why, "the message has cost"));
	assert_int_equal(regex_matches(regex, SPAN("y"), &budget, &why), REGEX_FAILED);
	assert_int_equal(regex_matches(regex, SPAN("y"), NULL, &why), REGEX_YES);
	regex_free(regex);
	arena_free(arena);
}

/* Each call takes thousands of steps; together they have less time than they would take. */
static void
slow_expressions_share_a_time(void **state)
{
	struct arena		*arena = arena_new((size_t)1 << 26);
	struct regex_budget	 budget = { .arena = arena };
	struct regex		*regex = regex_of("(a+)+[bd]$", TEXT);
	const char		*why = "";
	size_t			 calls;

	(void)state;
	for (calls = 0; calls < 200000 && strstr(why, "the message has cost") == NULL; calls++)
		assert_int_equal(regex_matches(regex, SPAN("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"), &budget, &why),
		    REGEX_FAILED);
	assert_true(calls < 200000);
	regex_free(regex);
	arena_free(arena);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(a_mistake_has_its_place),
		cmocka_unit_test(a_message_has_so_much_and_no_more),
		cmocka_unit_test(slow_expressions_share_a_time),
	};
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(others)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_answered,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}

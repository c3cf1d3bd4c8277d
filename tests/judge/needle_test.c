/* Many texts are found in one pass, also where one hides in another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "judge/needle.h"

/* What was offered, in order. */
static char offers[512];

static bool
take_unless_refused(struct span text, size_t begin, size_t end, const struct needle *needle, const void *refused)
{
	assert_true(end - begin == needle->text.len && end <= text.len);
	assert_true(span_eq(span_cut(text, begin, end), needle->text));
	strncat(offers, needle->text.at, sizeof(offers) - strlen(offers) - 1);
	strncat(offers, " ", sizeof(offers) - strlen(offers) - 1);
	return !span_eq(needle->text, span_of(refused));
}

static const struct find_case {
	const char	*says, *needles[4], *text, *refused;	/* refused: a needle that is not taken */
	const char	*found, *offers;
} cases[] = {
	{ "a text is found at the start", { "he" }, "hello", "", "he", "he " },
	{ "at the end", { "lo" }, "hello", "", "lo", "lo " },
	{ "as the whole", { "hello" }, "hello", "", "hello", "hello " },
	{ "not when a byte is missing", { "hello" }, "hell", "", NULL, "" },
	{ "behind its own beginning", { "abac" }, "ababac", "", "abac", "abac " },
	{ "inside another that does not end", { "abcde", "cd" }, "xabcdx", "", "cd", "cd " },
	{ "the first in the text counts", { "bb", "aa" }, "xaabb", "", "aa", "aa " },
	{ "what is not taken is passed over", { "aa", "bb" }, "aabb", "aa", "bb", "aa bb " },
	{ "a shorter one behind one that is not taken", { "she", "he", "e" }, "she", "she", "he", "she he " },
	{ "the shortest behind two links", { "ushe", "he", "e" }, "ushe", "ushe", "he", "ushe he " },
	{ "beside one another", { "ab", "abc" }, "abc", "ab", "abc", "ab abc " },
	{ "any byte may stand in it", { "\xff\x01" }, "a\xff\x01", "", "\xff\x01", "\xff\x01 " },
	{ "nothing is found in nothing", { "a" }, "", "", NULL, "" },
	{ "no needles find nothing", { NULL }, "abc", "", NULL, "" },
};

static void
is_found(void **state)
{
	const struct find_case	*row = *state;
	struct arena		*arena = arena_new(1 << 20);
	struct needle		 needles[4];
	size_t			 count = 0;

	for (; count < NITEMS(needles) && row->needles[count] != NULL; count++)
		needles[count] = (struct needle){ span_of(row->needles[count]), (uint32_t)count };
	offers[0] = '\0';
	struct needles *set = needles_new(arena, needles, count);
	assert_non_null(set);
	const struct needle *found = needles_find(set, span_of(row->text), take_unless_refused, row->refused);
	assert_string_equal(offers, row->offers);
	if (row->found == NULL)
		assert_null(found);
	else {
		assert_non_null(found);
		assert_true(span_eq(found->text, span_of(row->found)));
	}
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases)] = { 0 };

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_found,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

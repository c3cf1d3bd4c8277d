/* Which header fields are taken for ours, and in which order they can be deleted one by one. */
#include "gateway/foreign.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

static const struct foreign_case {
	const char	*says;
	const char	*fields;	/* of a message, in its order */
	const char	*deletions;	/* name/index, in the order in which they go */
} cases[] = {
	{ "a message without our fields loses none",	"From To Subject",		"" },
	{ "the field itself goes",			"From X-Pixelward To",		"X-Pixelward/1" },
	{ "case does not hide it",			"x-PIXELWARD",			"x-PIXELWARD/1" },
	{ "a field with a suffix behind a dash goes",	"X-Pixelward-Verdict",		"X-Pixelward-Verdict/1" },
	{ "the dash alone is enough",			"X-Pixelward-",			"X-Pixelward-/1" },
	{ "a longer word is another's",			"X-Pixelwards X-Pixelwarden",	"" },
	{ "a shorter word is another's",		"X-Pixelwar X",			"" },
	{ "of one name the last goes first",
	  "X-Pixelward X-Pixelward X-Pixelward",	"X-Pixelward/3 X-Pixelward/2 X-Pixelward/1" },
	{ "names that differ in case are one name, counted together",
	  "x-pixelward X-PIXELWARD",			"X-PIXELWARD/2 x-pixelward/1" },
	{ "each name is counted for itself",
	  "X-Pixelward X-Pixelward-B X-Pixelward-A X-Pixelward X-Pixelward-B",
	  "X-Pixelward/2 X-Pixelward/1 X-Pixelward-A/1 X-Pixelward-B/2 X-Pixelward-B/1" },
};

static void
orders_deletions(void **state)
{
	const struct foreign_case	*row = *state;
	struct arena			*arena = arena_new(65536);
	struct foreign			 foreign = { 0 };
	struct span			 rest = span_of(row->fields);
	char				 text[1000] = "";
	size_t				 len = 0;

	while (rest.len > 0) {
		size_t		end = span_find_char(rest, ' ', 0);
		struct span	name = span_cut(rest, 0, end);

		if (foreign_is(name))
			assert_int_equal(foreign_add(&foreign, name, arena), PW_OK);
		rest = span_from(rest, end + 1);
	}
	foreign_order(&foreign);
	for (size_t i = 0; i < foreign.count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s/%u", i > 0 ? " " : "",
		    foreign.fields[i].name.at, (unsigned)foreign.fields[i].index);
	assert_string_equal(text, row->deletions);
	arena_free(arena);
}

/* Ten thousand fields, a thousand names: deleting them in this order from a message leaves none. */
static void
deletes_all_of_many(void **state)
{
	enum { FIELDS = 10000, NAMES = 1000 };
	struct arena	*arena = arena_new((size_t)8 << 20);
	struct foreign	 foreign = { 0 };
	unsigned	*left = calloc(NAMES, sizeof(*left));
	char		 name[64];

	(void)state;
	for (unsigned i = 0; i < FIELDS; i++) {
		int len = snprintf(name, sizeof(name), "%s-%u", i % 2 ? "X-PixelWard" : "x-pixelward", i * 7 % NAMES);

		assert_int_equal(foreign_add(&foreign, (struct span){ name, (size_t)len }, arena), PW_OK);
		left[i * 7 % NAMES]++;
	}
	foreign_order(&foreign);
	assert_int_equal(foreign.count, FIELDS);
	for (size_t i = 0; i < foreign.count; i++) {
		unsigned number = (unsigned)strtoul(foreign.fields[i].name.at + sizeof("X-Pixelward-") - 1, NULL, 10);

		/* The highest that is left: what goes renumbers nothing that is still to go. */
		assert_int_equal(foreign.fields[i].index, left[number]);
		left[number]--;
	}
	free(left);
	arena_free(arena);
}

static void
says_when_there_is_no_room(void **state)
{
	struct arena	*arena = arena_new(1024);
	struct foreign	 foreign = { 0 };
	enum pw_err	 err = PW_OK;

	(void)state;
	for (int i = 0; i < 1000 && err == PW_OK; i++)
		err = foreign_add(&foreign, SPAN("X-Pixelward"), arena);
	assert_int_equal(err, PW_ENOMEM);
	foreign_order(&foreign);
	assert_int_equal(foreign.fields[0].index, foreign.count);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases) + 2] = {
		{ .name = "ten thousand fields of a thousand names all go", .test_func = deletes_all_of_many },
		{ .name = "fields beyond the message's memory are a failure, not a silence",
		  .test_func = says_when_there_is_no_room },
	};

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i + 2] = (struct CMUnitTest){ .name = cases[i].says, .test_func = orders_deletions,
		    .initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

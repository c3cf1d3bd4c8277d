/* Files spelled out in text. */
#include "support.h"

#include "dissect/mail/inlined.h"

static const struct row {
	const char	*says, *text, *name, *bytes;	/* name NULL: there is no file */
	size_t		 begin, end;
} rows[] = {
	{ "uuencode", "see\nbegin 644 a.html\n#86)C\n`\nend\nbye\n", "a.html", "abc", 4, 33 },
	{ "without a mode", "begin a.html\n#86)C\n`\nend\n", "", "abc", 0, 25 },
	{ "without an end", "begin 644 a\n#86)C\n", "a", "abc", 0, 18 },
	{ "a sentence that begins so", "begin to think\nabout it\nend\n", NULL, NULL, 0, 0 },
	{ "not at a line's begin", "> begin 644 a\n> #86)C\n", NULL, NULL, 0, 0 },
	{ "its base64 form", "begin-base64 644 b c\nYWJj\n====\n", "b c", "abc", 0, 31 },
	{ "yEnc", "=ybegin line=128 size=3 name=x y\n\x8b\x8c\x8d\n=yend size=3\n", "x y", "abc", 0, 50 },
	{ "yEnc with an escape", "=ybegin name=x\n=\x6a\n=yend size=1\n", "x", "\0", 0, 31 },
	{ "nothing", "", NULL, NULL, 0, 0 },
};

static void
finds(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 text = arena_copy(arena, span_of(row->text));
	struct inlined		 file;

	assert_int_equal(inlined_next(text, 0, arena, &file), PW_OK);
	if (row->name == NULL)
		assert_int_equal(file.begin, text.len);
	else {
		assert_true(span_eq(file.name, span_of(row->name)));
		assert_memory_equal(file.bytes.at, row->bytes, row->bytes[0] == '\0' ? 1 : strlen(row->bytes));
		assert_int_equal(file.begin, row->begin);
		assert_int_equal(file.end, row->end);
	}
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows)] = { 0 };

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = finds,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("inlined", tests, NULL, NULL);
}

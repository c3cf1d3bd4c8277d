#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pixelward/base/buf.h>

#include "dissect/css/css.h"

static const struct row {
	const char	*says;
	const char	*text;
	const char	*list;	/* "name=value", "!" behind an important one, each with a line end but the last */
} rows[] = {
	{ "one declaration", "display:none", "display=none" },
	{ "several, with blanks", " display : none ; width : 1px ;", "display=none\nwidth=1px" },
	{ "nothing", "", "" },
	{ "semicolons alone", " ; ;; ", "" },
	{ "a name is told in lower case and without escapes", "DISPLAY:none;wi\\64 th:1px", "display=none\nwidth=1px" },
	{ "a value keeps its case and its blanks", "font:1px  Arial , 'B C'", "font=1px  Arial , 'B C'" },
	{ "the same name twice is two declarations", "a:b;a:c", "a=b\na=c" },

	/* !important: section 5.4.6 */
	{ "important", "a:b!important", "a=b!" },
	{ "important in any case, with blanks and comments", "a:b ! /**/ IMPORTANT ;c:d", "a=b!\nc=d" },
	{ "important escaped", "a:b !\\69mportant", "a=b!" },
	{ "important without a value is bad", "a:!important;b:c", "b=c" },
	{ "important twice is bad", "a:b !important !important;c:d", "c=d" },
	{ "important in the middle is bad", "a:b !important c;d:e", "d=e" },
	{ "another word behind the sign is bad", "a:b !ie;c:d", "c=d" },
	{ "two signs are bad", "a:b!!important;c:d", "c=d" },
	{ "the sign alone is bad", "a:b !;c:d", "c=d" },
	{ "the sign in brackets is a value's", "a:b(!);c:d", "a=b(!)\nc=d" },

	/* Recovery: section 2.2, 5.4.4, 5.4.5 */
	{ "without a colon it is bad up to its semicolon", "color;a:b;color red;c:d", "a=b\nc=d" },
	{ "with two colons the second is the value's", "a:b:c", "a=b:c" },
	{ "without a value it is bad", "a:;b:c", "b=c" },
	{ "with a value but no name it is bad", ":a;b:c", "b=c" },
	{ "a star or an underscore before the name", "*a:b;_c:d;e:f", "_c=d\ne=f" },
	{ "a number for a name", "1a:b;c:d", "c=d" },
	{ "a semicolon in brackets of any kind ends nothing", "a:(b;c) [d;e];f:g(h;i)", "a=(b;c) [d;e]\nf=g(h;i)" },
	{ "an open bracket takes all", "a:b;c:(d;e:f", "a=b\nc=(d;e:f" },
	{ "a closer without opener is bad", "a:b);c:d];e:f", "e=f" },
	{ "a closer of another kind is bad", "a:(b];c:d);e:f", "e=f" },
	{ "a stray brace is bad up to the semicolon", "a:b}c:d;e:f", "e=f" },
	{ "a brace at the beginning is bad up to the semicolon", "}a:b;c:d", "c=d" },
	{ "a bad string is bad", "a:'b\n;c:d", "c=d" },
	{ "a bad url is bad", "a:url(b c);d:e", "d=e" },
	{ "a string keeps its semicolon", "a:'b;c';d:\"e;f\"", "a='b;c'\nd=\"e;f\"" },
	{ "a url keeps its semicolon", "a:url(b;c);d:e", "a=url(b;c)\nd=e" },
	{ "an open string is closed by the end", "a:'b", "a='b" },
	{ "comment signs of HTML are bad", "<!-- a:b;c:d -->;e:f", "c=d -->\ne=f" },

	/* Blocks and rules inside */
	{ "an at-rule with a semicolon is passed over", "@x y;a:b", "a=b" },
	{ "an at-rule with a block is passed over", "@media x{a:b;c{d:e}}f:g", "f=g" },
	{ "a nested rule is passed over", "a:b;c{d:e}f:g;&:hover{h:i}j:k", "a=b\nf=g\nj=k" },
	{ "a nested rule that begins like a declaration", "a:hover{b:c}d:e", "d=e" },
	{ "a block for a value is bad", "a:{b:c};d:e", "d=e" },
	{ "an open block takes all", "a:b;c{d:e;f:g", "a=b" },
	{ "a block in brackets is a value's", "a:({b;c}) d;e:f", "a=({b;c}) d\ne=f" },
	{ "a custom property takes anything", "--x:{a;b:c} d [;];--Y:;--z", "--x={a;b:c} d [;]\n--y=" },
	{ "an at-keyword in a value", "a:b @c d;e:f", "a=b @c d\ne=f" },

	/* Values without comments and escapes */
	{ "comments around a value go", "a:/**/b/**/;c:d/**/!important", "a=b\nc=d!" },
	{ "comments inside a value become blanks", "a:b/**/c/* */,d", "a=b c ,d" },
	{ "escaped letters become letters", "display:n\\6fne;a:N\\4FNE", "display=none\na=NONE" },
	{ "escaped letters of units and functions", "width:1p\\78;a:rg\\62(1,2);b:1e1\\70x", "width=1px\na=rgb(1,2)\nb=1e1px" },
	{ "an escape that makes another token stays", "a:\\31px;b:1\\65 3;c:\\22;d:1\\25;e:\\75rl(f)",
	    "a=\\31px\nb=1\\65 3\nc=\\22\nd=1\\25\ne=\\75rl(f)" },
	{ "strings stay as written", "a:'b\\63' d\\65", "a='b\\63' de" },
	{ "an escape's blank is no blank", "a:b\\63 d", "a=bcd" },
};

static void
text_has_these_declarations(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(1 << 20);
	struct css_declarations	 list;
	struct buf		 out;
	size_t			 behind = 0;

	buf_init(&out, 1 << 16);
	assert_int_equal(css_declarations(span_of(row->text), 1000, arena, &list), PW_OK);
	for (size_t i = 0; i < list.count; i++) {
		const struct css_declaration *declaration = &list.at[i];

		buf_printf(&out, "%s%.*s=%.*s%s", i > 0 ? "\n" : "", SPAN_ARG(declaration->name),
		    SPAN_ARG(declaration->value), declaration->important ? "!" : "");
		assert_true(declaration->begin >= behind);
		assert_true(declaration->end > declaration->begin);
		behind = declaration->end;
	}
	assert_true(behind <= span_of(row->text).len);
	buf_add_char(&out, '\0');
	assert_string_equal(out.at, row->list);
	buf_fini(&out);
	arena_free(arena);
}

static void
a_declaration_reaches_from_its_name_to_its_last_word(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_declarations	 list;

	(void)state;
	assert_int_equal(css_declarations(SPAN(" a : b ! important /**/ ; c:d /**/;--e: ;"), 1000, arena, &list),
	    PW_OK);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.at[0].begin, 1);
	assert_int_equal(list.at[0].end, 18);
	assert_int_equal(list.at[1].begin, 26);
	assert_int_equal(list.at[1].end, 29);
	assert_int_equal(list.at[2].begin, 35);
	assert_int_equal(list.at[2].end, 39);
	arena_free(arena);
}

/* Deeper than brackets are followed one by one: they still close. */
static void
deep_brackets_hide_no_declaration(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_declarations	 list;
	struct buf		 text;

	(void)state;
	buf_init(&text, 1 << 16);
	buf_add(&text, SPAN("a:"));
	for (size_t i = 0; i < 3 * CSS_MAX_NESTING; i++)
		buf_add(&text, SPAN("(;"));
	for (size_t i = 0; i < 3 * CSS_MAX_NESTING; i++)
		buf_add_char(&text, ')');
	buf_add(&text, SPAN(";b:c"));
	assert_int_equal(css_declarations(buf_span(&text), 10000, arena, &list), PW_OK);
	assert_int_equal(list.count, 2);
	assert_true(span_eq(list.at[1].name, SPAN("b")));
	buf_fini(&text);
	arena_free(arena);
}

static void
the_budget_keeps_what_was_found_before(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_declarations	 list;

	(void)state;
	assert_int_equal(css_declarations(SPAN("a:b;c:d;e:f"), 8, arena, &list), PW_ELIMIT);
	assert_true(list.count >= 2);
	assert_true(span_eq(list.at[1].value, SPAN("d")));
	arena_free(arena);
}

static void
no_memory_is_told(void **state)
{
	struct arena		*arena = arena_new(64);
	struct css_declarations	 list;

	(void)state;
	assert_int_equal(css_declarations(SPAN("a:b;c:d;e:f"), 100, arena, &list), PW_ENOMEM);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 4] = {
		[NITEMS(rows)] = cmocka_unit_test(a_declaration_reaches_from_its_name_to_its_last_word),
		cmocka_unit_test(deep_brackets_hide_no_declaration),
		cmocka_unit_test(the_budget_keeps_what_was_found_before),
		cmocka_unit_test(no_memory_is_told),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = text_has_these_declarations,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

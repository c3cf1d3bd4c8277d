#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pixelward/base/buf.h>

#include "dissect/css/css.h"

/*
 * A rule is told as: element#id.class (perhaps) (inexact) (pseudo) ids-classes-elements @order {name=value;}
 */
static const struct row {
	const char	*says;
	const char	*sheet;
	const char	*rules;		/* each with a line end but the last */
} rows[] = {
	/* Compounds */
	{ "an element", "IMG{a:b}", "img 0-0-1 @0 {a=b;}" },
	{ "any element", "*{a:b}", " 0-0-0 @0 {a=b;}" },
	{ "an id", "#A{a:b}", "#A 1-0-0 @0 {a=b;}" },
	{ "a class", ".A{a:b}", ".A 0-1-0 @0 {a=b;}" },
	{ "all of them", "td#b.c.d.c{a:b}", "td#b.c.d.c 1-3-1 @0 {a=b;}" },
	{ "any element of a class", "*.c{a:b}", ".c 0-1-0 @0 {a=b;}" },
	{ "escapes in names are undone", "\\69mg#\\31 .\\63 {a:b}", "img#1.c 1-1-1 @0 {a=b;}" },
	{ "non-ASCII names", ".\xc3\xa4{a:b}", ".\xc3\xa4 0-1-0 @0 {a=b;}" },
	{ "blanks and comments around it", " /**/ img /**/ {a:b}", "img 0-0-1 @0 {a=b;}" },
	{ "a comment inside it", "img/**/.c{a:b}", "img.c 0-1-1 @0 {a=b;}" },
	{ "two ids can't be told", "#a#b{c:d}", "#b (inexact) 2-0-0 @0 {c=d;}" },
	{ "the same id twice can", "#a#a{c:d}", "#a 2-0-0 @0 {c=d;}" },

	/* Lists and declarations */
	{ "a list gives a rule for each selector", "a,.b , #c{d:e}",
	    "a 0-0-1 @0 {d=e;}\n.b 0-1-0 @0 {d=e;}\n#c 1-0-0 @0 {d=e;}" },
	{ "several rules and their order", "a{b:c}d{e:f;g:h!important}",
	    "a 0-0-1 @0 {b=c;}\nd 0-0-1 @1 {e=f;g=h!;}" },
	{ "a rule that declares nothing is left out", "a{}b{;}c{d}e{f:g}", "e 0-0-1 @3 {f=g;}" },
	{ "comment signs of HTML around rules", "<!-- a{b:c} --> d{e:f}", "a 0-0-1 @0 {b=c;}\nd 0-0-1 @1 {e=f;}" },
	{ "a block left open at the end", "a{b:c;d:e", "a 0-0-1 @0 {b=c;d=e;}" },
	{ "a broken declaration spoils only itself", "a{b;c:d;:e;f:g}h{i:j}", "a 0-0-1 @0 {c=d;f=g;}\nh 0-0-1 @1 {i=j;}" },
	{ "a brace in a string closes nothing", "a{b:'}';c:d}e{f:g}", "a 0-0-1 @0 {b='}';c=d;}\ne 0-0-1 @1 {f=g;}" },
	{ "an open bracket takes all", "a{b:c;d:(}e{f:g}", "a 0-0-1 @0 {b=c;}" },

	/* More than a compound */
	{ "what stands around is told, too", "table .a td.b{c:d}", "table .a td.b 0-2-2 @0 {c=d;}" },
	{ "and what stands around at once", "#a>b *.c d{e:f}", "#a > b .c d 1-1-2 @0 {e=f;}" },
	{ "one that is not simple makes all inexact", "a[b] > c .d{e:f}", ".d (inexact) 0-2-2 @0 {e=f;}" },
	{ "a sibling or a follower is not", "a>b{c:d}e + f{c:d}g~h{c:d}",
	    "a > b 0-0-2 @0 {c=d;}\nf (inexact) 0-0-2 @1 {c=d;}\nh (inexact) 0-0-2 @2 {c=d;}" },
	{ "a comment is no combinator", "a/**/.b{c:d}", "a.b 0-1-1 @0 {c=d;}" },
	{ "an attribute selector", "img[width='1']{a:b}[c]{d:e}",
	    "img (inexact) 0-1-1 @0 {a=b;}\n (inexact) 0-1-0 @1 {d=e;}" },
	{ "an attribute selector with brackets in a string", "a[b=']{']{c:d}", "a (inexact) 0-1-1 @0 {c=d;}" },
	{ "a pseudo-class", "a:hover{b:c}", "a (inexact) 0-1-1 @0 {b=c;}" },
	{ "a pseudo-class with arguments", "li:nth-child(2n + 1){b:c}", "li (inexact) 0-1-1 @0 {b=c;}" },
	{ "commas in arguments divide nothing", "a:not(b,.c),d{e:f}", "a (inexact) 0-0-1 @0 {e=f;}\nd 0-0-1 @0 {e=f;}" },
	{ "only the selector with more to it is inexact", "a,b c{d:e}", "a 0-0-1 @0 {d=e;}\nb c 0-0-2 @0 {d=e;}" },
	{ "a pseudo-class nobody knows makes the whole list so", "a,b:frob{c:d}",
	    "a (inexact) 0-0-1 @0 {c=d;}\nb (inexact) 0-1-1 @0 {c=d;}" },
	{ "a namespace", "svg|a{b:c}*|d{b:c}|e{b:c}", "a (inexact) 0-0-1 @0 {b=c;}\nd (inexact) 0-0-1 @1 {b=c;}\n"
	    "e (inexact) 0-0-1 @2 {b=c;}" },

	/* Pseudo-elements */
	{ "pseudo-elements", "a::before{b:c}::After{b:c}", "a (pseudo) 0-0-2 @0 {b=c;}\n (pseudo) 0-0-1 @1 {b=c;}" },
	{ "pseudo-elements with one colon", "a:before,a:AFTER,a:first-line,a:first-letter{b:c}",
	    "a (pseudo) 0-0-2 @0 {b=c;}\na (pseudo) 0-0-2 @0 {b=c;}\na (pseudo) 0-0-2 @0 {b=c;}\n"
	    "a (pseudo) 0-0-2 @0 {b=c;}" },
	{ "one that only some browsers know", "a::-webkit-x{b:c}", "a (inexact) (pseudo) 0-0-2 @0 {b=c;}" },
	{ "one before the last compound says nothing of it", "a::before b{c:d}", "b (inexact) 0-0-3 @0 {c=d;}" },
	{ "one with arguments", "a::slotted(b){c:d}", "a (inexact) (pseudo) 0-0-2 @0 {c=d;}" },

	/* Selectors that clients drop with their rule */
	{ "an empty selector in a list", "a,,b{c:d}e,{c:d},f{c:d}{c:d}g{h:i}", "g 0-0-1 @4 {h=i;}" },
	{ "a combinator without a side", "a>{b:c}>d{b:c}a>>b{b:c}e{f:g}", "e 0-0-1 @3 {f=g;}" },
	{ "a name behind another selector", ".a*{b:c}[d]e{b:c}f{g:h}", "f 0-0-1 @2 {g=h;}" },
	{ "a class without a name", ".{b:c}.1{b:c}a. b{b:c}c{d:e}", "c 0-0-1 @3 {d=e;}" },
	{ "a hash that is no id", "#1{b:c}#-{b:c}#-1{b:c}#-a{b:c}", "#-a 1-0-0 @3 {b=c;}" },
	{ "a stray brace before a rule", "}a{b:c}d{e:f}", "d 0-0-1 @1 {e=f;}" },
	{ "a semicolon before a rule", "a{b:c};d{e:f}g{h:i}", "a 0-0-1 @0 {b=c;}\ng 0-0-1 @2 {h=i;}" },
	{ "declarations outside of rules", "a:b;c{d:e}f{g:h}", "f 0-0-1 @1 {g=h;}" },
	{ "other tokens", "a%{b:c}1{b:c}'a'{b:c}a!{b:c}url(a){b:c}d{e:f}", "d 0-0-1 @5 {e=f;}" },
	{ "a selector without a block", "a{b:c}d", "a 0-0-1 @0 {b=c;}" },

	/* Conditions */
	{ "@media for every screen", "@media screen{a{b:c}}@media all{d{e:f}}@media{g{h:i}}@MEDIA/**/only screen {j{k:l}}",
	    "a 0-0-1 @0 {b=c;}\nd 0-0-1 @1 {e=f;}\ng 0-0-1 @2 {h=i;}\nj 0-0-1 @3 {k=l;}" },
	{ "@media for some screens", "@media screen and (max-width:1px){a{b:c}}@media (color){d{e:f}}@media not screen{g{h:i}}",
	    "a (perhaps) 0-0-1 @0 {b=c;}\nd (perhaps) 0-0-1 @1 {e=f;}\ng (perhaps) 0-0-1 @2 {h=i;}" },
	{ "@media for no screen is passed over", "@media print{a{b:c}}@media print and (color),speech{a{b:c}}d{e:f}",
	    "d 0-0-1 @0 {e=f;}" },
	{ "@media with a list", "@media print,screen{a{b:c}}@media print,(color){d{e:f}}@media frob{g{h:i}}",
	    "a 0-0-1 @0 {b=c;}\nd (perhaps) 0-0-1 @1 {e=f;}\ng (perhaps) 0-0-1 @2 {h=i;}" },
	{ "other conditions", "@supports (a:b){c{d:e}}@layer x{c{d:e}}@container (f){c{d:e}}@scope (g){c{d:e}}"
	    "@-moz-document domain(h){c{d:e}}",
	    "c (perhaps) 0-0-1 @0 {d=e;}\nc (perhaps) 0-0-1 @1 {d=e;}\nc (perhaps) 0-0-1 @2 {d=e;}\n"
	    "c (perhaps) 0-0-1 @3 {d=e;}\nc (perhaps) 0-0-1 @4 {d=e;}" },
	{ "conditions inside conditions", "@media screen{@supports (a:b){c{d:e}}f{g:h}}i{j:k}",
	    "c (perhaps) 0-0-1 @0 {d=e;}\nf 0-0-1 @1 {g=h;}\ni 0-0-1 @2 {j=k;}" },
	{ "other at-rules hold no rules", "@font-face{a:b}@keyframes x{from{a:b}}@page{c{a:b}}@import 'd';@layer e;f{g:h}",
	    "f 0-0-1 @0 {g=h;}" },
	{ "@media left open at the end", "@media screen{a{b:c", "a 0-0-1 @0 {b=c;}" },
	{ "declarations directly in @media are nobody's", "@media screen{a:b;c{d:e}}", "c 0-0-1 @0 {d=e;}" },

	/* Nesting */
	{ "nested rules apply perhaps", "a{b:c;d{e:f}&.g{h:i}> j{k:l}m:n}",
	    "a 0-0-1 @0 {b=c;m=n;}\nd (perhaps) (inexact) 0-0-1 @1 {e=f;}\n.g (perhaps) (inexact) 0-1-0 @2 {h=i;}\n"
	    "j (perhaps) (inexact) 0-0-1 @3 {k=l;}" },
	{ "a condition nested in a rule applies to anything, perhaps", "a{@media (b){c:d;g:h}e:f}",
	    "a 0-0-1 @0 {e=f;}\n (perhaps) (inexact) 0-0-0 @1 {c=d;g=h;}" },
	{ "a rule that declares nothing around one that does", "a{b{c:d}}",
	    "a 0-0-1 @0 {}\nb (perhaps) (inexact) 0-0-1 @1 {c=d;}" },
};

static void
print_compound(struct buf *out, const struct css_compound *compound)
{
	buf_add(out, compound->element);
	if (compound->id.len > 0)
		buf_printf(out, "#%.*s", SPAN_ARG(compound->id));
	for (size_t i = 0; i < compound->class_count; i++)
		buf_printf(out, ".%.*s", SPAN_ARG(compound->classes[i]));
}

static void
print_rule(struct buf *out, const struct css_rule *rule)
{
	for (size_t i = rule->around_count; i-- > 0;) {
		print_compound(out, &rule->around[i]);
		buf_add(out, rule->around[i].is_parent ? SPAN(" > ") : SPAN(" "));
	}
	print_compound(out, &rule->last);
	buf_printf(out, "%s%s%s %u-%u-%u @%u {", rule->conditional ? " (perhaps)" : "",
	    rule->exact ? "" : " (inexact)", rule->pseudo_element ? " (pseudo)" : "",
	    rule->specificity >> 20, rule->specificity >> 10 & 1023, rule->specificity & 1023, rule->order);
	for (size_t i = 0; i < rule->declarations.count; i++)
		buf_printf(out, "%.*s=%.*s%s;", SPAN_ARG(rule->declarations.at[i].name),
		    SPAN_ARG(rule->declarations.at[i].value), rule->declarations.at[i].important ? "!" : "");
	buf_add_char(out, '}');
}

static void
sheet_has_these_rules(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(1 << 20);
	struct css_rules	 rules = { 0 };
	struct buf		 out;

	buf_init(&out, 1 << 16);
	assert_int_equal(css_rules(span_of(row->sheet), 1000, arena, &rules), PW_OK);
	for (size_t i = 0; i < rules.count; i++) {
		if (i > 0)
			buf_add_char(&out, '\n');
		print_rule(&out, &rules.at[i]);
	}
	buf_add_char(&out, '\0');
	assert_string_equal(out.at, row->rules);
	buf_fini(&out);
	arena_free(arena);
}

static void
more_classes_than_are_told_make_it_inexact(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_rules	 rules = { 0 };
	struct buf		 sheet;

	(void)state;
	buf_init(&sheet, 1 << 20);
	for (size_t i = 0; i < 2000; i++)
		buf_add(&sheet, SPAN(".a"));
	buf_add(&sheet, SPAN("{b:c}"));
	assert_int_equal(css_rules(buf_span(&sheet), 10000, arena, &rules), PW_OK);
	assert_int_equal(rules.count, 1);
	assert_false(rules.at[0].exact);
	assert_int_equal(rules.at[0].specificity, 1023 << 10);
	buf_fini(&sheet);
	arena_free(arena);
}

/* Deeper than the blocks that are followed: nothing is missed, nothing is sure. */
static void
rules_deep_in_blocks_apply_perhaps(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_rules	 rules = { 0 };
	struct buf		 sheet;

	(void)state;
	buf_init(&sheet, 1 << 20);
	for (size_t i = 0; i < 3 * CSS_MAX_NESTING; i++)
		buf_add(&sheet, SPAN("@media screen{"));
	buf_add(&sheet, SPAN("img{width:0}"));
	for (size_t i = 0; i < 3 * CSS_MAX_NESTING; i++)
		buf_add_char(&sheet, '}');
	buf_add(&sheet, SPAN("p{width:1}"));
	assert_int_equal(css_rules(buf_span(&sheet), 100000, arena, &rules), PW_OK);
	assert_int_equal(rules.count, 2);
	assert_true(span_eq(rules.at[0].last.element, SPAN("img")));
	assert_true(rules.at[0].conditional);
	assert_true(span_eq(rules.at[1].last.element, SPAN("p")));
	assert_true(rules.at[1].conditional);
	buf_fini(&sheet);
	arena_free(arena);
}

static void
the_budget_keeps_what_was_found_before(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct css_rules	 rules = { 0 };

	(void)state;
	assert_int_equal(css_rules(SPAN("a{b:c}d{e:f}g{h:i}"), 12, arena, &rules), PW_ELIMIT);
	assert_int_equal(rules.count, 2);
	arena_free(arena);
}

static void
no_memory_is_told(void **state)
{
	(void)state;
	for (size_t bytes = 16; bytes < 4096; bytes += 16) {
		struct arena	*arena = arena_new(bytes);
		struct css_rules rules = { 0 };
		enum pw_err	 err = css_rules(SPAN("IMG.a.b{C:d;e:\\66}g{h:i}j{@media x{k:l}}"), 100, arena, &rules);

		assert_true(err == PW_ENOMEM || (err == PW_OK && rules.count == 4 && bytes > 1000));
		arena_free(arena);
	}
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows) + 4] = {
		[NITEMS(rows)] = cmocka_unit_test(more_classes_than_are_told_make_it_inexact),
		cmocka_unit_test(rules_deep_in_blocks_apply_perhaps),
		cmocka_unit_test(the_budget_keeps_what_was_found_before),
		cmocka_unit_test(no_memory_is_told),
	};

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = sheet_has_these_rules,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

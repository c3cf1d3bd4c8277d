#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "dissect/css/css.h"

#define UNKNOWN	(-12345.0)

static const struct row {
	const char	*says;
	const char	*value;
	bool		 quirks;
	double		 px;
} rows[] = {
	{ "px",					"12px",		false,	12 },
	{ "a fraction",				".5px",		false,	0.5 },
	{ "a negative one",			"-9999px",	false,	-9999 },
	{ "a unit in capitals",			"1PX",		false,	1 },
	{ "blanks around it",			" 1px\n",	false,	1 },
	{ "a comment behind it",		"1px/**/",	false,	1 },
	{ "an exponent",			"1e1px",	false,	10 },
	{ "pt",					"3pt",		false,	4 },
	{ "pc",					"1pc",		false,	16 },
	{ "in",					"1in",		false,	96 },
	{ "cm",					"2.54cm",	false,	96 },
	{ "mm",					"25.4mm",	false,	96 },
	{ "quarter millimetres",		"101.6Q",	false,	96 },
	{ "em of the usual text",		"2em",		false,	32 },
	{ "rem of the usual text",		"0.5rem",	false,	8 },
	{ "zero of any unit",			"0pt",		false,	0 },
	{ "a bare zero",			"0",		false,	0 },
	{ "a bare zero with sign and fraction",	"-0.0",		false,	0 },
	{ "a bare number",			"5",		false,	UNKNOWN },
	{ "a bare number in quirks mode",	"5",		true,	5 },
	{ "a percentage",			"50%",		true,	UNKNOWN },
	{ "a percentage of zero: of what?",	"0%",		true,	UNKNOWN },
	{ "a unit of layout",			"1vw",		false,	UNKNOWN },
	{ "a unit nobody knows",		"0xx",		true,	UNKNOWN },
	{ "calc()",				"calc(1px)",	false,	UNKNOWN },
	{ "auto",				"auto",		false,	UNKNOWN },
	{ "two lengths",			"1px 2px",	false,	UNKNOWN },
	{ "a length with more behind it",	"1px,",		false,	UNKNOWN },
	{ "a blank before the unit",		"1 px",		true,	UNKNOWN },
	{ "an escaped unit",			"1p\\78",	false,	UNKNOWN },
	{ "nothing",				"",		true,	UNKNOWN },
};

static void
value_is_this_long(void **state)
{
	const struct row	*row = *state;
	double			 px = UNKNOWN;

	assert_int_equal(css_length_px(span_of(row->value), row->quirks, &px), row->px > UNKNOWN);
	assert_true(px - row->px < 1e-6 && row->px - px < 1e-6);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(rows)] = { 0 };

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].says, .test_func = value_is_this_long,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

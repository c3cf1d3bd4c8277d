/* Lengths that are known without layout. */
#include "css/css.h"

/* CSS Values 4, 6: units in CSS px. em and rem: of a text in the browser's usual size. */
static const struct {
	const char	*name;
	double		 px;
} units[] = {
	{ "px",		1 },
	{ "pt",		96.0 / 72 },
	{ "em",		16 },
	{ "rem",	16 },
	{ "pc",		16 },
	{ "in",		96 },
	{ "cm",		96 / 2.54 },
	{ "mm",		9.6 / 2.54 },
	{ "q",		2.4 / 2.54 },
};

bool
css_length_px(struct span value, bool quirks, double *px)
{
	struct css_lexer	lexer;
	struct css_token	length, rest;

	/* No escapes: css_declarations has undone them. A length is one token, with blanks around it. */
	css_lexer_init(&lexer, span_trim(value), NULL, 2);
	css_next(&lexer, &length);
	css_next(&lexer, &rest);
	if (rest.type != CSS_EOF || lexer.spent || lexer.no_memory)
		return false;
	if (length.type == CSS_NUMBER && (length.number == 0 || quirks)) {
		*px = length.number;
		return true;
	}
	for (size_t i = 0; i < NITEMS(units) && length.type == CSS_DIMENSION; i++) {
		if (!span_is(length.value, units[i].name))
			continue;
		*px = length.number * units[i].px;
		return true;
	}
	return false;
}

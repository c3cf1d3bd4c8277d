/* A sheet, a block or a style attribute, statement by statement: declarations, at-rules, rules. */
#ifndef DISSECT_CSS_STATEMENTS_H
#define DISSECT_CSS_STATEMENTS_H

#include "css/css.h"

enum css_statement_type {
	CSS_STATEMENT_END,		/* of the text, or the lexer can't go on */
	CSS_STATEMENT_BLOCK_END,	/* behind the block's "}" */
	CSS_STATEMENT_DECLARATION,
	CSS_STATEMENT_RULE,		/* behind the "{" of a rule with the given prelude */
	CSS_STATEMENT_AT_RULE,		/* behind its "{" */
	CSS_STATEMENT_AT_STATEMENT,	/* an at-rule without a block */
};

enum css_level {
	CSS_LEVEL_SHEET,	/* rules only */
	CSS_LEVEL_BLOCK,	/* between "{" and "}" */
	CSS_LEVEL_ATTRIBUTE,	/* as a block, but nothing closes it */
};

struct css_statement {
	enum css_statement_type	type;
	struct span		name;		/* of a declaration or at-rule: as written, escapes undone */
	size_t			begin, end;	/* from the name to behind the value; a prelude without its at-keyword */
	size_t			value_begin, value_end;	/* without !important */
	bool			important;
};

/*
 * The next statement that is well-formed (CSS Syntax 3, section 5.4, with the nesting of its current draft);
 * bad ones are passed over as the standard says. A rule's block is not: read it as CSS_LEVEL_BLOCK, or skip it.
 * The lexer skips white space.
 */
void	css_statement_next(struct css_lexer *, enum css_level, struct css_statement *);

#endif

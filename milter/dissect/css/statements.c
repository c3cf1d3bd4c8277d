/* A sheet, a block or a style attribute, statement by statement: declarations, at-rules, rules. */
#include "css/names.h"
#include "css/nesting.h"
#include "css/statements.h"

/* A declaration, as far as it has been read; before its colon it may still turn out to be a selector. */
struct reading {
	struct css_nesting	nesting;
	bool			named, colon;	/* begins with a name; followed by a colon */
	bool			custom;		/* --name: its value may hold blocks */
	bool			bad;		/* no property takes such a value */
	bool			bang;		/* "!" was read: only "important" may follow */
	bool			valued;
};

/* Give back a bracket, for whoever reads next. */
static void
unread(struct css_lexer *lexer, const struct css_token *token)
{
	lexer->at = token->begin;
	lexer->tokens_left++;
}

static void
value_read(struct reading *r, const struct css_token *token, enum css_nested nested, struct css_statement *statement)
{
	if (token->type == CSS_BAD_STRING || token->type == CSS_BAD_URL || nested == CSS_NESTED_STRAY)
		r->bad = true;
	if (nested == CSS_NESTED_NOT && token->type == CSS_DELIM && token->delim == '!') {
		r->bad |= r->bang;
		r->bang = true;
		return;
	}
	if (r->bang) {
		r->bad |= statement->important || token->type != CSS_IDENT ||
		    !span_eq_nocase(token->value, SPAN("important"));
		statement->important = true;
		statement->end = token->end;
		return;
	}
	if (!r->valued)
		statement->value_begin = token->begin;
	r->valued = true;
	statement->value_end = statement->end = token->end;
}

static void
token_read(struct reading *r, const struct css_token *token, enum css_nested nested, struct css_statement *statement)
{
	if (r->colon) {
		value_read(r, token, nested, statement);
	} else if (r->named && token->type == CSS_COLON) {
		r->colon = true;
		r->custom = css_is_custom(statement->name);
		statement->value_begin = statement->value_end = statement->end = token->end;
	} else {
		r->named = false;
	}
}

/*
 * One declaration or rule whose first token is given. At a "{" the current draft decides that a
 * declaration with more than that block in its value was a rule: no property takes the block alone either.
 * false: it was neither.
 */
static bool
declaration_or_rule(struct css_lexer *lexer, enum css_level level, struct css_token *token,
    struct css_statement *statement)
{
	struct reading r;

	css_nesting_init(&r.nesting);
	r.named = token->type == CSS_IDENT && level != CSS_LEVEL_SHEET;
	r.colon = r.custom = r.bad = r.bang = r.valued = false;
	*statement = (struct css_statement){ .type = CSS_STATEMENT_DECLARATION, .name = token->value,
	    .begin = token->begin, .end = token->end };
	for (bool first = true;; first = false) {
		if (!first)
			css_next(lexer, token);
		bool top = r.nesting.depth == 0;
		if (token->type == CSS_EOF ||
		    (top && token->type == CSS_SEMICOLON && level != CSS_LEVEL_SHEET))
			break;
		if (top && token->type == CSS_CLOSE_BRACE && level == CSS_LEVEL_BLOCK) {
			unread(lexer, token);
			break;
		}
		if (top && token->type == CSS_OPEN_BRACE && !r.custom) {
			statement->type = CSS_STATEMENT_RULE;
			statement->end = token->begin;
			return true;
		}
		enum css_nested nested = css_nesting_follow(&r.nesting, token->type);
		if (!first || !r.named)
			token_read(&r, token, nested, statement);
	}
	return r.colon && !r.bad && (statement->important || !r.bang) && (r.valued || r.custom);
}

static void
at_rule(struct css_lexer *lexer, enum css_level level, struct css_token *token, struct css_statement *statement)
{
	struct css_nesting nesting;

	css_nesting_init(&nesting);
	*statement = (struct css_statement){ .type = CSS_STATEMENT_AT_STATEMENT, .name = token->value,
	    .begin = token->end };
	for (;;) {
		css_next(lexer, token);
		statement->end = token->begin;
		if (token->type == CSS_EOF)
			return;
		if (nesting.depth == 0) {
			if (token->type == CSS_SEMICOLON)
				return;
			if (token->type == CSS_CLOSE_BRACE && level == CSS_LEVEL_BLOCK) {
				unread(lexer, token);
				return;
			}
			if (token->type == CSS_OPEN_BRACE) {
				statement->type = CSS_STATEMENT_AT_RULE;
				return;
			}
		}
		css_nesting_follow(&nesting, token->type);
	}
}

static bool
is_between_statements(enum css_token_type type, enum css_level level)
{
	if (level == CSS_LEVEL_SHEET)
		return type == CSS_CDO || type == CSS_CDC;
	return type == CSS_SEMICOLON;
}

void
css_statement_next(struct css_lexer *lexer, enum css_level level, struct css_statement *statement)
{
	struct css_token token;

	for (;;) {
		css_next(lexer, &token);
		if (is_between_statements(token.type, level))
			continue;
		if (token.type == CSS_EOF || (token.type == CSS_CLOSE_BRACE && level == CSS_LEVEL_BLOCK)) {
			*statement = (struct css_statement){
				.type = token.type == CSS_EOF ? CSS_STATEMENT_END : CSS_STATEMENT_BLOCK_END };
			return;
		}
		if (token.type == CSS_AT_KEYWORD) {
			at_rule(lexer, level, &token, statement);
			return;
		}
		if (declaration_or_rule(lexer, level, &token, statement))
			return;
	}
}

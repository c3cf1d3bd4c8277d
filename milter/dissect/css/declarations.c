/* Declarations of a block, from its statements. */
#include "css/declarations.h"
#include "css/names.h"
#include "css/nesting.h"

#include <string.h>

/* Would name, written without its escapes, still be this name and nothing else? */
static bool
is_plain(struct span name, bool unit)
{
	size_t i = name.len > 0 && name.at[0] == '-' && !unit ? 1 : 0;

	if (i >= name.len || !ascii_alpha(name.at[i]))
		return false;
	for (; i < name.len; i++) {
		char c = name.at[i];

		/* A unit's digit could make it an exponent. */
		if (!ascii_alpha(c) && (unit || (!ascii_digit(c) && c != '-' && c != '_')))
			return false;
	}
	return true;
}

static size_t
put(char *out, struct span s)
{
	if (s.len > 0)
		memcpy(out, s.at, s.len);
	return s.len;
}

/* The number of a dimension, without its unit. */
static struct span
number_text(struct span text)
{
	size_t i = 0;

	while (i < text.len && (ascii_digit(text.at[i]) || text.at[i] == '.' || text.at[i] == '+' ||
	    text.at[i] == '-'))
		i++;
	if (i < text.len && ascii_lower(text.at[i]) == 'e') {
		size_t digit = i + 1 < text.len && (text.at[i + 1] == '+' || text.at[i + 1] == '-') ? i + 2 : i + 1;

		if (digit < text.len && ascii_digit(text.at[digit]))
			for (i = digit; i < text.len && ascii_digit(text.at[i]); i++)
				;
	}
	return span_cut(text, 0, i);
}

/* Without comments and without escapes that only hide letters: never longer than it was. */
static struct span
value_plain(struct span value, struct css_lexer *outer)
{
	struct css_lexer	lexer;
	struct css_token	token;
	char			*out = arena_alloc(outer->arena, value.len);
	size_t			len = 0, last = 0;

	if (out == NULL) {
		outer->no_memory = true;
		return SPAN_NONE;
	}
	/* These tokens were counted when the statement was read. */
	css_lexer_init(&lexer, value, outer->arena, value.len);
	for (;;) {
		css_next(&lexer, &token);
		if (token.type == CSS_EOF)
			break;
		struct span text = span_cut(value, token.begin, token.end);
		if (token.begin != last)
			out[len++] = ' ';
		last = token.end;
		if (token.type == CSS_IDENT && is_plain(token.value, false)) {
			text = token.value;
		} else if (token.type == CSS_DIMENSION && is_plain(token.value, true)) {
			len += put(out + len, number_text(text));
			text = token.value;
		} else if (token.type == CSS_FUNCTION && is_plain(token.value, false) &&
		    !span_eq_nocase(token.value, SPAN("url"))) {
			len += put(out + len, token.value);
			text = SPAN("(");
		}
		len += put(out + len, text);
	}
	outer->no_memory |= lexer.no_memory;
	return (struct span){ out, len };
}

bool
css_declarations_add(struct css_declarations *list, struct css_lexer *lexer, const struct css_statement *statement)
{
	struct span		 value = span_cut(lexer->text, statement->value_begin, statement->value_end);
	struct span		 name = css_lower(statement->name, lexer->arena);
	struct css_declaration	*at;

	if (span_find_char(value, '\\', 0) < value.len || span_find_char(value, '/', 0) < value.len)
		value = value_plain(value, lexer);
	at = arena_grow(lexer->arena, list->at, list->count, &list->capacity, sizeof(*at));
	if (at == NULL || name.at == NULL || lexer->no_memory) {
		lexer->no_memory = true;
		return false;
	}
	list->at = at;
	at[list->count++] = (struct css_declaration){ .name = name, .value = value,
	    .important = statement->important, .begin = statement->begin, .end = statement->end };
	return true;
}

enum pw_err
css_declarations(struct span text, uint64_t max_tokens, struct arena *arena, struct css_declarations *list)
{
	struct css_lexer	lexer;
	struct css_statement	statement;

	*list = (struct css_declarations){ 0 };
	css_lexer_init(&lexer, text, arena, max_tokens);
	lexer.skip_space = true;
	for (;;) {
		css_statement_next(&lexer, CSS_LEVEL_ATTRIBUTE, &statement);
		if (statement.type == CSS_STATEMENT_END)
			break;
		if (statement.type == CSS_STATEMENT_RULE || statement.type == CSS_STATEMENT_AT_RULE)
			css_skip_to(&lexer, CSS_CLOSE_BRACE);
		else if (statement.type == CSS_STATEMENT_DECLARATION &&
		    !css_declarations_add(list, &lexer, &statement))
			break;
	}
	if (lexer.no_memory)
		return PW_ENOMEM;
	return lexer.spent ? PW_ELIMIT : PW_OK;
}

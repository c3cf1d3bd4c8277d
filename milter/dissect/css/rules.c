/* Which rules of a sheet apply to a screen, surely or perhaps. */
#include "css/declarations.h"
#include "css/names.h"
#include "css/nesting.h"
#include "css/selectors.h"

#include <string.h>

/* What a condition comes to for a reader at a screen. */
enum applies { APPLIES, APPLIES_PERHAPS, APPLIES_NEVER };

enum group { GROUP_NONE, GROUP_MEDIA, GROUP_CONDITIONAL };

/* At-rules whose blocks hold rules. A layer may lose to any rule outside, whatever its weight: perhaps. */
static const struct css_name groups[] = {
	{ "media",		GROUP_MEDIA },
	{ "supports",		GROUP_CONDITIONAL },
	{ "layer",		GROUP_CONDITIONAL },
	{ "container",		GROUP_CONDITIONAL },
	{ "scope",		GROUP_CONDITIONAL },
	{ "document",		GROUP_CONDITIONAL },
	{ "starting-style",	GROUP_CONDITIONAL },
};

static const struct css_name media_types[] = {
	{ "all",	APPLIES },
	{ "screen",	APPLIES },
	{ "print",	APPLIES_NEVER },
	{ "speech",	APPLIES_NEVER },
};

struct block {
	bool			conditional;
	bool			style;		/* a style rule's; else a group's */
	bool			nested;		/* in a style rule, at whatever depth */
	size_t			first, count;	/* the rules that get its declarations */
	size_t			pending;	/* where those begin */
};

struct walk {
	struct css_lexer	 lexer;
	struct css_rules	*rules;
	struct block		 blocks[CSS_MAX_NESTING];
	size_t			 depth;
	bool			 forgotten;	/* blocks around blocks[0] are no longer known */
	struct css_declarations	 pending;	/* of the open blocks, outermost first */
	uint32_t		 order;
};

/* One query of a list: "screen", "only print and (color)". Anything but a lone known type is perhaps. */
static enum applies
media_query(struct css_lexer *lexer, struct css_token *token)
{
	enum applies	applies = APPLIES_PERHAPS;
	size_t		words = 0;

	for (;; css_next(lexer, token)) {
		if (token->type == CSS_EOF || token->type == CSS_COMMA)
			return applies;
		if (token->type == CSS_WHITESPACE)
			continue;
		if (token->type == CSS_FUNCTION || token->type == CSS_OPEN_PAREN)
			css_skip_to(lexer, CSS_CLOSE_PAREN);
		if (words == 0 && token->type == CSS_IDENT && span_eq_nocase(token->value, SPAN("only")))
			continue;
		if (words == 0 && token->type == CSS_IDENT)
			applies = (enum applies)css_name_find(token->value, media_types, NITEMS(media_types),
			    APPLIES_PERHAPS);
		else if (applies == APPLIES)
			applies = APPLIES_PERHAPS;	/* "screen and (...)" */
		words++;
	}
}

static enum applies
media_list(struct span prelude, struct arena *arena)
{
	struct css_lexer	lexer;
	struct css_token	token;
	bool			sure = false, perhaps = false;

	/* Counted when the statement was read. */
	css_lexer_init(&lexer, prelude, arena, prelude.len);
	do
		css_next(&lexer, &token);
	while (token.type == CSS_WHITESPACE);
	if (token.type == CSS_EOF)
		return lexer.no_memory ? APPLIES_PERHAPS : APPLIES;
	for (;; css_next(&lexer, &token)) {
		enum applies applies = media_query(&lexer, &token);

		sure |= applies == APPLIES;
		perhaps |= applies == APPLIES_PERHAPS;
		if (token.type == CSS_EOF)
			break;
	}
	if (sure && !lexer.no_memory)
		return APPLIES;
	return perhaps || lexer.no_memory ? APPLIES_PERHAPS : APPLIES_NEVER;
}

static enum applies
group_applies(const struct walk *w, const struct css_statement *statement)
{
	switch (css_name_find(css_unprefixed(statement->name), groups, NITEMS(groups), GROUP_NONE)) {
	case GROUP_MEDIA:
		return media_list(span_cut(w->lexer.text, statement->begin, statement->end), w->lexer.arena);
	case GROUP_CONDITIONAL:
		return APPLIES_PERHAPS;
	default:
		return APPLIES_NEVER;
	}
}

static void
block_close(struct walk *w)
{
	const struct block	*block = &w->blocks[--w->depth];
	struct css_declarations	 own = { .count = w->pending.count - block->pending };

	w->pending.count = block->pending;
	if (own.count == 0) {
		/* A rule that declares nothing is of no use to anybody. */
		if (block->first + block->count == w->rules->count)
			w->rules->count = block->first;
		return;
	}
	own.capacity = own.count;
	own.at = arena_array(w->lexer.arena, own.count, sizeof(*own.at));
	if (own.at == NULL) {
		w->lexer.no_memory = true;
		return;
	}
	memcpy(own.at, w->pending.at + block->pending, own.count * sizeof(*own.at));
	for (size_t i = 0; i < block->count; i++)
		w->rules->at[block->first + i].declarations = own;
}

/* Of what a new block is told by those around it; makes room for it. */
static struct block
block_around(struct walk *w)
{
	if (w->depth == CSS_MAX_NESTING) {
		while (w->depth > 0)
			block_close(w);
		w->forgotten = true;
	}
	if (w->depth > 0)
		return w->blocks[w->depth - 1];
	return (struct block){ .conditional = w->forgotten, .nested = w->forgotten };
}

static void
block_open(struct walk *w, struct block block)
{
	block.pending = w->pending.count;
	w->blocks[w->depth++] = block;
}

static void
rule_open(struct walk *w, const struct css_statement *statement)
{
	struct block		 around = block_around(w);
	struct block		 block = { .style = true, .nested = true, .first = w->rules->count };
	struct css_rule		 model = { .order = w->order++, .exact = !around.nested };

	block.conditional = model.conditional = around.conditional || around.nested;
	switch (css_selectors_add(span_cut(w->lexer.text, statement->begin, statement->end), &model,
	    w->lexer.arena, w->rules)) {
	case CSS_SELECTORS_ADDED:
		block.count = w->rules->count - block.first;
		block_open(w, block);
		break;
	case CSS_SELECTORS_INVALID:
		css_skip_to(&w->lexer, CSS_CLOSE_BRACE);
		break;
	case CSS_SELECTORS_NO_MEMORY:
		w->lexer.no_memory = true;
		break;
	}
}

static void
group_open(struct walk *w, const struct css_statement *statement)
{
	struct block		 around = block_around(w);
	enum applies		 applies = group_applies(w, statement);

	if (applies == APPLIES_NEVER)
		css_skip_to(&w->lexer, CSS_CLOSE_BRACE);
	else
		block_open(w, (struct block){ .conditional = around.conditional || applies == APPLIES_PERHAPS,
		    .nested = around.nested, .first = w->rules->count });
}

/* a { @media (...) { display: none } }: of whatever the outer selectors match, so perhaps of anything. */
static void
rule_of_anything(struct walk *w, struct block *block)
{
	struct css_rule *at = arena_grow(w->lexer.arena, w->rules->at, w->rules->count, &w->rules->capacity,
	    sizeof(*at));

	if (at == NULL) {
		w->lexer.no_memory = true;
		return;
	}
	w->rules->at = at;
	block->first = w->rules->count;
	block->count = 1;
	at[w->rules->count++] = (struct css_rule){ .conditional = true, .order = w->order++ };
}

static void
declaration_take(struct walk *w, const struct css_statement *statement)
{
	if (w->depth == 0)
		return;
	struct block *block = &w->blocks[w->depth - 1];
	if (!block->style) {
		if (!block->nested)
			return;		/* not in any rule: nobody's */
		if (block->count == 0)
			rule_of_anything(w, block);
	}
	if (!w->lexer.no_memory)
		css_declarations_add(&w->pending, &w->lexer, statement);
}

enum pw_err
css_rules(struct span text, uint64_t max_tokens, struct arena *arena, struct css_rules *rules)
{
	struct walk		w = { .rules = rules };
	struct css_statement	statement;

	if (rules->count > 0)
		w.order = rules->at[rules->count - 1].order + 1;
	css_lexer_init(&w.lexer, text, arena, max_tokens);
	w.lexer.skip_space = true;
	do {
		css_statement_next(&w.lexer, w.depth > 0 || w.forgotten ? CSS_LEVEL_BLOCK : CSS_LEVEL_SHEET,
		    &statement);
		switch (statement.type) {
		case CSS_STATEMENT_RULE:
			rule_open(&w, &statement);
			break;
		case CSS_STATEMENT_AT_RULE:
			group_open(&w, &statement);
			break;
		case CSS_STATEMENT_DECLARATION:
			declaration_take(&w, &statement);
			break;
		case CSS_STATEMENT_BLOCK_END:
			if (w.depth > 0)
				block_close(&w);
			break;
		case CSS_STATEMENT_AT_STATEMENT:
		case CSS_STATEMENT_END:
			break;
		}
	} while (statement.type != CSS_STATEMENT_END && !w.lexer.no_memory);
	while (w.depth > 0)
		block_close(&w);
	if (w.lexer.no_memory)
		return PW_ENOMEM;
	return w.lexer.spent ? PW_ELIMIT : PW_OK;
}

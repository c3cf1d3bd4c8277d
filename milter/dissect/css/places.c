/*
 * Which tokens of a sheet, a style attribute or a value stand for something that a client fetches.
 *
 * One pass over the tokens with a bounded stack of open brackets. The structure around a token (whose value,
 * which at-rule) matters only for strings and for the names in a report: url tokens and url()/src() functions
 * count wherever they stand, so that no client's idea of error recovery can hide one.
 */
#include "css/ahead.h"
#include "css/names.h"
#include "css/prefilter.h"
#include "css/remote.h"

enum function { FUNCTION_OTHER, FUNCTION_URL, FUNCTION_IMAGES, FUNCTION_TEXT };

static const struct css_name functions[] = {
	{ "url",	FUNCTION_URL },		/* CSS Values 4, 4.5: with a quoted string */
	{ "src",	FUNCTION_URL },
	{ "image",	FUNCTION_IMAGES },	/* CSS Images 4: strings inside are URLs, at any depth */
	{ "image-set",	FUNCTION_IMAGES },
	{ "image-rect",	FUNCTION_IMAGES },	/* -moz- */
	{ "cross-fade",	FUNCTION_IMAGES },
	{ "type",	FUNCTION_TEXT },	/* a media type inside image-set() */
};

enum rule { RULE_NONE, RULE_OTHER, RULE_IMPORT, RULE_NAMESPACE, RULE_DOCUMENT, RULE_FONT_FACE, RULE_VALUES };

static const struct css_name rules[] = {
	{ "import",	RULE_IMPORT },
	{ "namespace",	RULE_NAMESPACE },	/* its prelude is a name, never fetched */
	{ "document",	RULE_DOCUMENT },	/* compared with the document's address, never fetched */
	{ "font-face",	RULE_FONT_FACE },
	{ "property",	RULE_VALUES },		/* initial-value stands for the custom property's own */
	{ "function",	RULE_VALUES },		/* result: what --name() becomes; its parameters have defaults */
	{ "mixin",	RULE_VALUES },
};

/* Arguments of legacy filter functions that are fetched: AlphaImageLoader(src=...), ICMFilter(colorspace=...). */
static const struct css_name keys[] = { { "src", true }, { "colorspace", true } };

/* How far a statement has been read. */
enum stage {
	STAGE_BEGIN,
	STAGE_NAME,	/* a name: perhaps a declaration's */
	STAGE_VALUE,	/* behind a declaration's colon */
	STAGE_PRELUDE,	/* of an at-rule */
	STAGE_OTHER,	/* a selector, or what recovery skips */
};

/* The statement being read, and the block that it is in. */
struct statement {
	enum stage	stage;
	enum rule	rule;		/* of the prelude */
	struct span	name;		/* of the declaration or at-rule */
	bool		custom;		/* a value that var() may carry elsewhere */
	bool		declarations;	/* the block may hold declarations */
	bool		block_custom;
	enum rule	block;		/* whose block it is */
	struct span	block_name;	/* what to call places outside of declarations */
};

struct frame {
	char			closer;
	bool			images;	/* strings inside are URLs */
	bool			custom;	/* arguments of --name(), which may put them anywhere */
	struct statement	outer;	/* "{" only: goes on behind "}" */
};

struct walk {
	struct css_lexer	 lexer;
	struct css_places	*found;
	struct css_places	 inner;		/* of one filter string: the memory is used again */
	enum css_context	 context;
	bool			 relative;	/* there is a base: what is relative leads somewhere */
	bool			 in_string;	/* the text is the string of a filter property: look no deeper */
	bool			 no_memory;
	struct statement	 now;
	struct frame		 frames[CSS_MAX_NESTING];
	size_t			 depth;
	/*
	 * Brackets are followed no more, and every string is a place: they are too deep, or there is a place
	 * inside an open url function, so that what follows the function is another thing once it is replaced.
	 */
	bool			 lost;

	bool			 in_import;
	bool			 import_new;	/* nothing stands behind the at-keyword yet */
	bool			 import_again;	/* another began inside: strings count at any depth */
	size_t			 behind;	/* the last token */
	size_t			 import_depth, import_first;	/* its first place */
	size_t			 function_begin;	/* of a url() or src() whose first argument is awaited */
	bool			 function_new;
	bool			 function_open;	/* the last place's end is its ")", at function_depth */
	size_t			 function_depth;
	struct css_lexer	 resume;	/* behind the string of that function */
	bool			 rewind;	/* go back there, lost */
	enum { KEY_NONE, KEY_NAME, KEY_EQUALS, KEY_VALUE } key;
	size_t			 value_begin, value_end;	/* unquoted, behind src= */
};

static struct span
lower(struct walk *w, struct span name)
{
	struct span small = css_lower(name, w->lexer.arena);

	w->no_memory |= small.at == NULL && name.len > 0;
	return small;
}

static bool
in_images(const struct walk *w)
{
	return w->lost || (w->depth > 0 && w->frames[w->depth - 1].images);
}

static bool
in_custom(const struct walk *w)
{
	return w->depth > 0 && w->frames[w->depth - 1].custom;
}

static bool
in_parens(const struct walk *w)
{
	return w->lost || (w->depth > 0 && w->frames[w->depth - 1].closer == ')');
}

/* Directly in a block or in the text itself, not in brackets. */
static bool
in_block(const struct walk *w)
{
	return w->lost || w->depth == 0 || w->frames[w->depth - 1].closer == '}';
}

static bool
is_never_fetched(const struct walk *w)
{
	return !w->lost && !w->in_import && w->now.stage == STAGE_PRELUDE && in_block(w) &&
	    (w->now.rule == RULE_NAMESPACE || w->now.rule == RULE_DOCUMENT);
}

static struct span
property_of(const struct walk *w)
{
	if (w->in_import)
		return SPAN("@import");
	if (w->now.stage == STAGE_VALUE || w->now.stage == STAGE_PRELUDE)
		return w->now.name;
	return w->now.block_name;
}

static void
place_add(struct walk *w, struct css_place place)
{
	struct css_place *at;

	if (place.url.len == 0)	/* fetches nothing */
		return;
	w->rewind |= w->function_open && !w->lost;
	if (w->rewind)
		return;
	w->function_open = false;	/* so places do not overlap: it ends behind its string */
	at = arena_grow(w->lexer.arena, w->found->at, w->found->count, &w->found->capacity, sizeof(*at));
	if (at == NULL) {
		w->no_memory = true;
		return;
	}
	place.property = property_of(w);
	place.kind = CSS_PLACE_IMAGE;
	if (w->in_import)
		place.kind = CSS_PLACE_IMPORT;
	else if (w->now.block == RULE_FONT_FACE && w->now.stage == STAGE_VALUE &&
	    span_eq(w->now.name, SPAN("src")))
		place.kind = CSS_PLACE_FONT;
	w->found->at = at;
	at[w->found->count++] = place;
}

static void
place_add_token(struct walk *w, const struct css_token *token)
{
	place_add(w, (struct css_place){ .begin = token->begin, .end = token->end, .url = token->value,
	    .bad = token->type == CSS_BAD_STRING });
}

static enum pw_err walk_text(struct span text, enum css_context context, bool in_string, uint64_t *tokens_left,
    struct arena *arena, struct css_places *found);

/*
 * -ms-filter: "progid:...AlphaImageLoader(src='...')": the string is a value of its own. Its places are those
 * of the text; where they can't be, because it has escapes or must go as a whole, the string is one.
 */
static void
filter_string_take(struct walk *w, const struct css_token *string, bool whole)
{
	struct css_places	*inner = &w->inner;
	struct css_token	one = *string;
	enum pw_err		err = PW_OK;

	inner->count = 0;
	if (!w->in_string && css_may_hold_places(string->value))
		err = walk_text(string->value, CSS_VALUE, true, &w->lexer.tokens_left, w->lexer.arena, inner);
	w->lexer.spent |= err == PW_ELIMIT;
	w->no_memory |= err == PW_ENOMEM;
	if (whole || string->value.at != w->lexer.text.at + string->begin + 1) {
		for (size_t i = 0; i < inner->count; i++)
			if ((i == 0 && !whole) ||
			    (css_looks_remote(inner->at[i].url) && !css_looks_remote(one.value)))
				one.value = inner->at[i].url;
		if (whole || inner->count > 0)
			place_add_token(w, &one);
		return;
	}
	for (size_t i = 0; i < inner->count; i++) {
		inner->at[i].begin += string->begin + 1;
		inner->at[i].end += string->begin + 1;
		place_add(w, inner->at[i]);
	}
}

static bool
is_filter(const struct walk *w)
{
	return w->now.stage == STAGE_VALUE && span_ends_nocase(w->now.name, SPAN("filter"));
}

/* A string in a value that var() may carry elsewhere, or in the head of @function. */
static bool
may_travel(const struct walk *w)
{
	return w->now.custom || w->now.block_custom || in_custom(w) ||
	    (w->now.stage == STAGE_PRELUDE && w->now.rule == RULE_VALUES);
}

static void
string_take(struct walk *w, const struct css_token *token, bool first_of_function, bool told)
{
	if (first_of_function && token->value.len > 0) {
		place_add(w, (struct css_place){ .begin = w->function_begin, .end = token->end,
		    .url = token->value, .bad = token->type == CSS_BAD_STRING });
		if (w->rewind || w->no_memory)
			return;
		w->function_open = true;
		w->function_depth = w->depth;
		w->resume = w->lexer;
	} else if (w->lost) {
		filter_string_take(w, token, true);
	} else if (told || in_images(w) ||
	    (w->in_import && (w->import_again || w->depth == w->import_depth))) {
		place_add_token(w, token);
	} else if (may_travel(w) && (w->relative || css_looks_remote(token->value))) {
		place_add_token(w, token);
	} else if (is_filter(w)) {
		filter_string_take(w, token, false);
	}
}

static void
statement_begin(struct walk *w)
{
	w->now.stage = w->context == CSS_VALUE && w->depth == 0 ? STAGE_VALUE : STAGE_BEGIN;
	w->now.rule = RULE_NONE;
	w->now.name = w->now.block_name;
	w->now.custom = false;
}

static void
frame_open(struct walk *w, char closer, bool images, bool custom)
{
	if (w->lost)
		return;
	if (w->depth == CSS_MAX_NESTING) {
		w->rewind = w->function_open;
		w->lost = true;
		return;
	}
	w->frames[w->depth++] = (struct frame){ .closer = closer, .images = images, .custom = custom, .outer = w->now };
}

static void
frame_close(struct walk *w, const struct css_token *token, char closer)
{
	/* A closer of another kind than the innermost bracket's closes nothing (section 5.4.8). */
	if (w->lost || w->depth == 0 || w->frames[w->depth - 1].closer != closer) {
		if (w->now.stage == STAGE_BEGIN && !w->lost)
			w->now.stage = STAGE_OTHER;
		if (!w->lost || closer != ')')
			return;
	}
	if (w->function_open && (w->lost || w->function_depth == w->depth)) {
		w->found->at[w->found->count - 1].end = token->end;
		w->function_open = false;
	}
	if (!w->lost)
		w->depth--;
}

/*
 * All that stands before end is the place of whatever is in the rule: what browsers fetch ahead takes the text beside
 * an address for a part of it.
 */
static void
import_end(struct walk *w, size_t end)
{
	if (!w->in_import || (!w->lost && w->depth > w->import_depth))
		return;
	w->in_import = w->function_open = false;
	/* A blank stays, so that a block behind does not become a part of it. */
	while (end < w->lexer.text.len && end > w->behind && ascii_space(w->lexer.text.at[end - 1]))
		end--;
	for (size_t i = w->import_first; i < w->found->count; i++) {
		w->found->at[i].begin = w->found->at[w->import_first].begin;
		w->found->at[i].end = end;
	}
}

static void
block_open(struct walk *w, const struct css_token *token)
{
	struct statement	*now = &w->now;
	bool			 value = now->stage == STAGE_VALUE && (now->custom || !in_block(w));
	enum rule		 rule = now->stage == STAGE_PRELUDE ? now->rule : RULE_NONE;

	import_end(w, token->begin);
	frame_open(w, '}', in_images(w), in_custom(w));
	if (value || rule != RULE_NONE)
		now->block_name = now->name;
	now->block = rule;
	now->block_custom |= (value && now->custom) || rule == RULE_VALUES;
	now->declarations = true;
	statement_begin(w);
}

static void
block_close(struct walk *w, const struct css_token *token)
{
	if (w->lost) {
		statement_begin(w);
	} else if (w->depth > 0 && w->frames[w->depth - 1].closer == '}') {
		frame_close(w, token, '}');
		w->now = w->frames[w->depth].outer;
		/* A custom property's value goes on behind a block, and what is in brackets; anything else ends. */
		if (in_block(w) && (w->now.stage != STAGE_VALUE || !w->now.custom))
			statement_begin(w);
	} else {
		frame_close(w, token, '}');
	}
	if (w->depth < w->import_depth)
		import_end(w, token->begin);
}

static void
semicolon_take(struct walk *w, const struct css_token *token)
{
	import_end(w, token->begin);
	/* At the top of a sheet a semicolon ends at-rules only. */
	if (in_block(w) && (w->now.declarations || w->now.stage == STAGE_PRELUDE))
		statement_begin(w);
}

static void
at_keyword_take(struct walk *w, const struct css_token *token)
{
	enum rule rule = (enum rule)css_name_find(css_unprefixed(token->value), rules, NITEMS(rules), RULE_OTHER);

	if (rule == RULE_IMPORT) {	/* wherever it stands: who knows what a client makes of it */
		w->import_again = w->in_import;
		if (!w->in_import) {
			w->import_depth = w->depth;
			w->import_first = w->found->count;
		}
		w->in_import = w->import_new = true;
		/* What browsers fetch ahead takes a URL without quotes, too. */
		w->key = KEY_EQUALS;
	}
	if (w->now.stage != STAGE_BEGIN || !in_block(w)) {
		if (w->now.stage == STAGE_NAME)
			w->now.stage = STAGE_OTHER;
		return;
	}
	if (rule == RULE_NAMESPACE && (w->depth > 0 || w->context != CSS_SHEET))
		rule = RULE_OTHER;
	w->now.stage = STAGE_PRELUDE;
	w->now.rule = rule;
	w->now.name = token->value.at == w->lexer.text.at + token->begin + 1 ?
	    lower(w, span_cut(w->lexer.text, token->begin, token->begin + 1 + token->value.len)) :
	    arena_printf(w->lexer.arena, "@%.*s", SPAN_ARG(token->value));
	w->no_memory |= w->now.name.at == NULL;
}

/* Section 5.4.5, as far as "is this a declaration, and whose value are we in" goes. */
static void
stage_advance(struct walk *w, const struct css_token *token)
{
	struct statement *now = &w->now;

	if ((now->stage != STAGE_BEGIN && now->stage != STAGE_NAME) || !in_block(w))
		return;
	if (now->stage == STAGE_BEGIN) {
		if (token->type == CSS_CDO || token->type == CSS_CDC)
			return;
		if (token->type == CSS_DELIM && token->delim == '*' && now->declarations)
			return;		/* "*zoom: 1", for old browsers */
		now->stage = token->type == CSS_IDENT && now->declarations ? STAGE_NAME : STAGE_OTHER;
		now->name = token->value;
	} else {
		now->stage = STAGE_OTHER;
		if (token->type == CSS_COLON) {
			now->stage = STAGE_VALUE;
			now->custom = css_is_custom(now->name);
			now->name = lower(w, now->name);
		}
	}
}

/* What stands behind src= or @import without quotes is many tokens: up to what may end an argument. */
static void
key_value_end(struct walk *w)
{
	struct span url = span_cut(w->lexer.text, w->value_begin, w->value_end);

	w->key = KEY_NONE;
	place_add(w, (struct css_place){ .begin = w->value_begin, .end = w->value_end, .url = url });
}

static bool
ends_key_value(enum css_token_type type)
{
	switch (type) {
	case CSS_EOF: case CSS_COMMA: case CSS_SEMICOLON: case CSS_FUNCTION: case CSS_URL:
	case CSS_BAD_URL: case CSS_STRING: case CSS_BAD_STRING: case CSS_AT_KEYWORD: case CSS_OPEN_PAREN:
	case CSS_OPEN_SQUARE: case CSS_OPEN_BRACE: case CSS_CLOSE_PAREN: case CSS_CLOSE_SQUARE:
	case CSS_CLOSE_BRACE:
		return true;
	default:
		return false;
	}
}

/* true: the token stands behind "src=". */
static bool
key_advance(struct walk *w, const struct css_token *token)
{
	switch (w->key) {
	case KEY_VALUE:
		if (ends_key_value(token->type) || ascii_space(w->lexer.text.at[w->value_end]))
			key_value_end(w);
		else
			w->value_end = token->end;
		break;
	case KEY_EQUALS:
		w->key = ends_key_value(token->type) ? KEY_NONE : KEY_VALUE;
		w->value_begin = token->begin;
		w->value_end = token->end;
		return true;
	case KEY_NAME:
		w->key = token->type == CSS_DELIM && token->delim == '=' ? KEY_EQUALS : KEY_NONE;
		break;
	case KEY_NONE:
		break;
	}
	if (w->key == KEY_NONE && token->type == CSS_IDENT && in_parens(w) &&
	    css_name_find(token->value, keys, NITEMS(keys), false))
		w->key = KEY_NAME;
	return false;
}

static void
function_take(struct walk *w, const struct css_token *token)
{
	enum function	means = (enum function)css_name_find(css_unprefixed(token->value), functions,
	    NITEMS(functions), FUNCTION_OTHER);
	bool		inert = is_never_fetched(w);

	stage_advance(w, token);
	frame_open(w, ')', means == FUNCTION_IMAGES || (means == FUNCTION_OTHER && in_images(w)),
	    css_is_custom(token->value) || in_custom(w));
	if (means == FUNCTION_URL && !inert) {
		w->function_new = true;
		w->function_begin = token->begin;
	}
}

static void
url_take(struct walk *w, const struct css_token *token)
{
	bool bad = token->type == CSS_BAD_URL;

	if (!is_never_fetched(w))
		place_add(w, (struct css_place){ .begin = token->begin, .end = token->end,
		    .url = bad ? css_bad_url_piece(token->value) : token->value, .bad = bad });
	stage_advance(w, token);
}

static void
token_take(struct walk *w, const struct css_token *token)
{
	bool behind_key = key_advance(w, token), behind_import = w->import_new, first = w->function_new;
	if (w->rewind)
		return;
	w->function_new = w->import_new = false;
	/* url(var(--x, "...")): not its own string, but strings inside may come to be it. */
	if (first && !w->lost && (token->value.len == 0 ||
	    (token->type != CSS_STRING && token->type != CSS_BAD_STRING)))
		w->frames[w->depth - 1].images = true;

	switch (token->type) {
	case CSS_STRING:
	case CSS_BAD_STRING:
		string_take(w, token, first, behind_key || behind_import);
		stage_advance(w, token);
		break;
	case CSS_URL:
	case CSS_BAD_URL:
		url_take(w, token);
		break;
	case CSS_FUNCTION:
		function_take(w, token);
		break;
	case CSS_OPEN_PAREN:
	case CSS_OPEN_SQUARE:
		stage_advance(w, token);
		frame_open(w, token->type == CSS_OPEN_PAREN ? ')' : ']', in_images(w), in_custom(w));
		break;
	case CSS_CLOSE_PAREN:
		frame_close(w, token, ')');
		break;
	case CSS_CLOSE_SQUARE:
		frame_close(w, token, ']');
		break;
	case CSS_OPEN_BRACE:
		block_open(w, token);
		break;
	case CSS_CLOSE_BRACE:
		block_close(w, token);
		break;
	case CSS_SEMICOLON:
		semicolon_take(w, token);
		break;
	case CSS_AT_KEYWORD:
		at_keyword_take(w, token);
		break;
	default:
		stage_advance(w, token);
		break;
	}
}

/* At most once in a text. The statement is that of a block in between, perhaps: only names depend on it. */
static void
rewind_lost(struct walk *w)
{
	w->lexer = w->resume;
	w->key = KEY_NONE;
	w->function_new = w->function_open = w->rewind = false;
	w->lost = true;
}

static enum pw_err
walk_text(struct span text, enum css_context context, bool in_string, uint64_t *tokens_left, struct arena *arena,
    struct css_places *found)
{
	struct walk		w = { .found = found, .context = (enum css_context)(context & (CSS_WITH_BASE - 1)),
				    .relative = (context & CSS_WITH_BASE) != 0, .in_string = in_string };
	struct css_token	token;

	css_lexer_init(&w.lexer, text, arena, *tokens_left);
	w.lexer.skip_space = true;
	w.now.declarations = w.context == CSS_DECLARATIONS;
	statement_begin(&w);
	do {
		if (w.rewind)
			rewind_lost(&w);
		css_next(&w.lexer, &token);
		token_take(&w, &token);
		w.behind = token.end;
	} while ((token.type != CSS_EOF || w.rewind) && !w.no_memory && !w.lexer.no_memory && !w.lexer.spent);
	if (w.function_open)
		found->at[found->count - 1].end = text.len;
	w.depth = 0;
	import_end(&w, text.len);
	*tokens_left = w.lexer.tokens_left;
	if (w.no_memory || w.lexer.no_memory)
		return PW_ENOMEM;
	return w.lexer.spent ? PW_ELIMIT : PW_OK;
}

enum pw_err
css_find_places(struct span text, enum css_context context, uint64_t max_tokens, struct arena *arena,
    struct css_places *places)
{
	enum pw_err err;

	*places = (struct css_places){ 0 };
	if (!css_may_hold_places(text))
		return PW_OK;
	err = walk_text(text, context, false, &max_tokens, arena, places);
	if ((context & ~(unsigned)CSS_WITH_BASE) == CSS_SHEET && !css_ahead_add(text, arena, places))
		return PW_ENOMEM;
	return err;
}

/* A rule's selector list (Selectors 4), as far as a check without a browser can use it. */
#include "css/names.h"
#include "css/nesting.h"
#include "css/selectors.h"

#include <string.h>

enum pseudo { PSEUDO_UNKNOWN, PSEUDO_CLASS, PSEUDO_WEIGHTLESS, PSEUDO_ELEMENT };

/* With a single colon. */
static const struct css_name pseudo_classes[] = {
	{ "hover",		PSEUDO_CLASS },
	{ "link",		PSEUDO_CLASS },
	{ "visited",		PSEUDO_CLASS },
	{ "active",		PSEUDO_CLASS },
	{ "focus",		PSEUDO_CLASS },
	{ "before",		PSEUDO_ELEMENT },	/* Selectors 4, 3.6.1: the legacy ones */
	{ "after",		PSEUDO_ELEMENT },
	{ "first-line",		PSEUDO_ELEMENT },
	{ "first-letter",	PSEUDO_ELEMENT },
	{ "first-child",	PSEUDO_CLASS },
	{ "last-child",		PSEUDO_CLASS },
	{ "only-child",		PSEUDO_CLASS },
	{ "nth-child",		PSEUDO_CLASS },
	{ "nth-last-child",	PSEUDO_CLASS },
	{ "first-of-type",	PSEUDO_CLASS },
	{ "last-of-type",	PSEUDO_CLASS },
	{ "only-of-type",	PSEUDO_CLASS },
	{ "nth-of-type",	PSEUDO_CLASS },
	{ "nth-last-of-type",	PSEUDO_CLASS },
	{ "root",		PSEUDO_CLASS },
	{ "empty",		PSEUDO_CLASS },
	{ "target",		PSEUDO_CLASS },
	{ "lang",		PSEUDO_CLASS },
	{ "checked",		PSEUDO_CLASS },
	{ "enabled",		PSEUDO_CLASS },
	{ "disabled",		PSEUDO_CLASS },
	{ "focus-within",	PSEUDO_CLASS },
	{ "focus-visible",	PSEUDO_CLASS },
	{ "any-link",		PSEUDO_CLASS },
	{ "not",		PSEUDO_WEIGHTLESS },
	{ "is",			PSEUDO_WEIGHTLESS },
	{ "where",		PSEUDO_WEIGHTLESS },
	{ "has",		PSEUDO_WEIGHTLESS },
};

/* With two colons. */
static const struct css_name pseudo_elements[] = {
	{ "before",		PSEUDO_ELEMENT },
	{ "after",		PSEUDO_ELEMENT },
	{ "first-line",		PSEUDO_ELEMENT },
	{ "first-letter",	PSEUDO_ELEMENT },
	{ "marker",		PSEUDO_ELEMENT },
	{ "selection",		PSEUDO_ELEMENT },
	{ "placeholder",	PSEUDO_ELEMENT },
	{ "backdrop",		PSEUDO_ELEMENT },
};

struct weight {
	uint32_t	ids, classes, elements;
};

struct reading {
	struct css_lexer	 lexer;
	struct css_rule		 rule;		/* with the last compound so far */
	struct span		 classes[CSS_MAX_CLASSES];
	struct css_compound	 around[CSS_MAX_AROUND];	/* the outermost first */
	struct weight		 weight;
	bool			 started;	/* the compound has something in it */
	bool			 typed;		/* ... an element's name or "*" */
	bool			 gap;		/* white space behind it: a combinator, or nothing */
	bool			 combinator;	/* one waits for its right side */
	bool			 is_parent;	/* it is ">" */
	bool			 unknown;	/* in any selector of the list */
	bool			 invalid;
};

static void
selector_begin(struct reading *r, const struct css_rule *model)
{
	r->rule = *model;
	r->weight = (struct weight){ 0 };
	r->started = r->typed = r->gap = r->combinator = r->is_parent = false;
}

/* Gives the compound the classes that were read for it. */
static void
classes_keep(struct reading *r)
{
	struct css_compound *compound = &r->rule.last;

	if (compound->class_count == 0)
		return;
	compound->classes = arena_array(r->lexer.arena, compound->class_count, sizeof(*r->classes));
	if (compound->classes == NULL) {
		r->lexer.no_memory = true;
		compound->class_count = 0;
	} else
		memcpy(compound->classes, r->classes, compound->class_count * sizeof(*r->classes));
}

/* The compound that was read stands around the next one. */
static void
compound_end(struct reading *r)
{
	if (r->rule.around_count == NITEMS(r->around) || r->rule.pseudo_element)
		r->rule.exact = false;
	else {
		classes_keep(r);
		r->around[r->rule.around_count] = r->rule.last;
		r->around[r->rule.around_count++].is_parent = r->is_parent;
	}
	r->rule.last = (struct css_compound){ .element = SPAN_NONE };
	r->rule.pseudo_element = false;
	r->typed = r->started = false;
}

/* Before each simple selector: behind a combinator a new compound begins. */
static void
simple_begin(struct reading *r)
{
	if (r->combinator || (r->gap && r->started))
		compound_end(r);
	r->gap = r->combinator = r->is_parent = false;
}

static void
element_take(struct reading *r, struct span name)
{
	simple_begin(r);
	r->invalid |= r->started;
	r->started = r->typed = true;
	r->rule.last.element = css_lower(name, r->lexer.arena);
	r->lexer.no_memory |= r->rule.last.element.at == NULL;
	r->weight.elements++;
}

static void
class_take(struct reading *r)
{
	struct css_token token;

	css_next(&r->lexer, &token);
	if (token.type != CSS_IDENT) {
		r->invalid = true;
		return;
	}
	simple_begin(r);
	r->started = true;
	r->weight.classes++;
	if (r->rule.last.class_count < NITEMS(r->classes))
		r->classes[r->rule.last.class_count++] = token.value;
	else
		r->rule.exact = false;
}

static void
id_take(struct reading *r, const struct css_token *token)
{
	struct span	name = span_cut(r->lexer.text, token->begin + 1, token->end);
	bool		dash = name.at[0] == '-';

	/* "#1a" and "#-1" are hashes, but no ids. */
	if (name.len == (size_t)dash || ascii_digit(name.at[dash])) {
		r->invalid = true;
		return;
	}
	simple_begin(r);
	r->started = true;
	r->weight.ids++;
	if (r->rule.last.id.len > 0 && !span_eq(r->rule.last.id, token->value))
		r->rule.exact = false;
	r->rule.last.id = token->value;
}

static void
pseudo_take(struct reading *r)
{
	struct css_token	token;
	enum pseudo		means;

	css_next(&r->lexer, &token);
	bool two = token.type == CSS_COLON;
	if (two)
		css_next(&r->lexer, &token);
	if (token.type != CSS_IDENT && token.type != CSS_FUNCTION) {
		r->invalid = true;
		return;
	}
	simple_begin(r);
	r->started = true;
	means = (enum pseudo)(two ?
	    css_name_find(token.value, pseudo_elements, NITEMS(pseudo_elements), PSEUDO_UNKNOWN) :
	    css_name_find(token.value, pseudo_classes, NITEMS(pseudo_classes), PSEUDO_UNKNOWN));
	r->unknown |= means == PSEUDO_UNKNOWN;
	if (two || means == PSEUDO_ELEMENT) {
		r->rule.pseudo_element = true;
		r->weight.elements++;
	} else {
		r->rule.exact = false;
		r->weight.classes += means != PSEUDO_WEIGHTLESS;
	}
	if (token.type == CSS_FUNCTION)
		css_skip_to(&r->lexer, CSS_CLOSE_PAREN);
}

/* ns|name: what stood before the bar was a namespace. */
static void
namespace_take(struct reading *r)
{
	if (r->typed) {
		r->weight.elements -= r->rule.last.element.len > 0;
		r->rule.last.element = SPAN_NONE;
	} else {
		simple_begin(r);
		r->invalid |= r->started;
	}
	r->started = r->typed = false;
	r->rule.exact = false;
}

static void
combinator_take(struct reading *r, char sign)
{
	/* At the beginning only nested rules may have one, and those are inexact from the start. */
	r->invalid |= r->combinator || (!r->started && r->rule.exact);
	r->combinator = true;
	r->is_parent = sign == '>';
	r->rule.exact = r->rule.exact && r->is_parent;
}

static void
delim_take(struct reading *r, char delim)
{
	switch (delim) {
	case '.':
		class_take(r);
		break;
	case '*':
		simple_begin(r);
		r->invalid |= r->started;
		r->started = r->typed = true;
		break;
	case '&':
		simple_begin(r);
		r->started = true;
		r->rule.exact = false;
		break;
	case '>':
	case '+':
	case '~':
		combinator_take(r, delim);
		break;
	case '|':
		namespace_take(r);
		break;
	default:
		r->invalid = true;
	}
}

static uint32_t
specificity(struct weight weight)
{
	uint32_t ids = weight.ids < 1023 ? weight.ids : 1023;
	uint32_t classes = weight.classes < 1023 ? weight.classes : 1023;
	uint32_t elements = weight.elements < 1023 ? weight.elements : 1023;

	return ids << 20 | classes << 10 | elements;
}

static void
selector_end(struct reading *r, struct css_rules *rules)
{
	struct css_rule *at;

	if (!r->started || r->combinator)
		r->invalid = true;
	if (r->invalid)
		return;
	r->rule.specificity = specificity(r->weight);
	classes_keep(r);
	if (r->rule.exact && r->rule.around_count > 0) {
		r->rule.around = arena_array(r->lexer.arena, r->rule.around_count, sizeof(*r->around));
		if (r->rule.around == NULL) {
			r->lexer.no_memory = true;
			return;
		}
		for (size_t i = 0; i < r->rule.around_count; i++)
			r->rule.around[i] = r->around[r->rule.around_count - 1 - i];
	} else
		r->rule.around_count = 0;
	at = arena_grow(r->lexer.arena, rules->at, rules->count, &rules->capacity, sizeof(*at));
	if (at == NULL) {
		r->lexer.no_memory = true;
		return;
	}
	rules->at = at;
	at[rules->count++] = r->rule;
}

static void
token_take(struct reading *r, const struct css_token *token)
{
	switch (token->type) {
	case CSS_WHITESPACE:
		r->gap = true;
		break;
	case CSS_IDENT:
		element_take(r, token->value);
		break;
	case CSS_HASH:
		id_take(r, token);
		break;
	case CSS_COLON:
		pseudo_take(r);
		break;
	case CSS_OPEN_SQUARE:
		simple_begin(r);
		r->started = true;
		r->rule.exact = false;
		r->weight.classes++;
		css_skip_to(&r->lexer, CSS_CLOSE_SQUARE);
		break;
	case CSS_DELIM:
		delim_take(r, token->delim);
		break;
	default:
		r->invalid = true;
	}
}

enum css_selectors
css_selectors_add(struct span prelude, const struct css_rule *model, struct arena *arena, struct css_rules *rules)
{
	struct reading		r;
	struct css_token	token;
	size_t			before = rules->count;

	r.unknown = r.invalid = false;
	selector_begin(&r, model);
	/* The prelude's tokens were counted when the statement was read. */
	css_lexer_init(&r.lexer, prelude, arena, prelude.len);
	do {
		css_next(&r.lexer, &token);
		if (token.type == CSS_COMMA || token.type == CSS_EOF) {
			selector_end(&r, rules);
			selector_begin(&r, model);
		} else {
			token_take(&r, &token);
		}
	} while (token.type != CSS_EOF && !r.invalid);
	if (r.invalid || r.lexer.no_memory) {
		rules->count = before;
		return r.lexer.no_memory ? CSS_SELECTORS_NO_MEMORY : CSS_SELECTORS_INVALID;
	}
	for (size_t i = before; r.unknown && i < rules->count; i++)
		rules->at[i].exact = false;
	return CSS_SELECTORS_ADDED;
}

/*
 * CSS as far as a gateway needs it: the tokens of CSS Syntax 3, the places that fetch, and the simple
 * rules that hide an element. Positions are byte offsets in the text given; nothing is re-serialised.
 */
#ifndef DISSECT_CSS_CSS_H
#define DISSECT_CSS_CSS_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/*
 * Brackets and blocks are followed to this depth. Beyond it nothing is trusted: every string counts as a
 * place, and rules count as conditional.
 */
#define CSS_MAX_NESTING	64

enum css_token_type {
	CSS_EOF, CSS_IDENT, CSS_FUNCTION, CSS_AT_KEYWORD, CSS_HASH, CSS_STRING, CSS_BAD_STRING, CSS_URL,
	CSS_BAD_URL, CSS_DELIM, CSS_NUMBER, CSS_PERCENTAGE, CSS_DIMENSION, CSS_WHITESPACE, CSS_CDO, CSS_CDC,
	CSS_COLON, CSS_SEMICOLON, CSS_COMMA, CSS_OPEN_SQUARE, CSS_CLOSE_SQUARE, CSS_OPEN_PAREN,
	CSS_CLOSE_PAREN, CSS_OPEN_BRACE, CSS_CLOSE_BRACE,
};

struct css_token {
	enum css_token_type	type;
	size_t			begin, end;	/* in the text; a function includes its "(" */
	struct span		value;		/* of the name, string or url with escapes undone. In the text where there
						   are no escapes, else in the arena. A bad string's is what
						   stands before its newline, a bad url's all up to its ")" */
	double			number;		/* NUMBER, PERCENTAGE, DIMENSION (value is the unit) */
	char			delim;
};

struct css_lexer {
	struct span	 text;	/* UTF-8; invalid bytes are ordinary non-ASCII */
	struct arena	*arena;	/* NULL: no_memory at the first escape */
	size_t		 at;	/* of the next token, or a comment before it */
	uint64_t	 tokens_left;	/* the budget; at 0 the lexer returns EOF and sets spent */
	bool		 spent, no_memory;
	bool		 skip_space;	/* the caller's: white space is no token, as if it were a comment */
};

void		css_lexer_init(struct css_lexer *, struct span text, struct arena *, uint64_t max_tokens);
/* The next token; comments are skipped (they are no token in the standard). */
void		css_next(struct css_lexer *, struct css_token *);

/* What stands around a place: decides kind and neutral form. */
enum css_place_kind {
	CSS_PLACE_IMAGE,	/* any property's value, also custom properties and @counter-style */
	CSS_PLACE_IMPORT,	/* @import */
	CSS_PLACE_FONT,		/* @font-face src */
};

/*
 * One url token, url()/src() function or string that stands for a URL; in @import all from there to the end of the rule.
 * Places are apart, but for those of one @import, which are the same, and a whole sheet that is one.
 */
struct css_place {
	enum css_place_kind	kind;
	size_t			begin, end;	/* what is replaced by url(data:,) */
	struct span		url;		/* escapes undone */
	struct span		property;	/* lower case: of the declaration around it, else the at-rule with its @, else
						   empty; borrowed from the text, in the arena or static */
	bool			ahead;		/* an address only to what browsers fetch ahead (ahead.h) */
	bool			bad;		/* a bad-url token or a string cut by a newline: browsers drop it, others may not */
};

struct css_places {
	struct css_place	*at;
	size_t			 count, capacity;
};

enum css_context {
	CSS_SHEET,		/* a style element or a text/css part */
	CSS_DECLARATIONS,	/* a style attribute */
	CSS_VALUE,		/* an SVG presentation attribute */
	CSS_WITH_BASE = 4,	/* a bit beside them: relative strings lead somewhere, too */
};

/*
 * Every place in text at which some client fetches, in source order: url tokens and url()/src() functions
 * wherever they stand but in @namespace and @document preludes; bare strings in @import, in image-set(),
 * -webkit-image-set(), image(), cross-fade() and their like; strings in custom properties that are absolute
 * remote URLs (with CSS_WITH_BASE: all); src='...' inside legacy filter functions (AlphaImageLoader), also where those are in a string;
 * every branch of conditional rules; nested rules; blocks left open at the end. Strings in selectors and in
 * content: are no places, and an empty URL is none.
 *
 * Replacing any of them by url(data:,) leaves the tokens behind it as they were, and once all are replaced
 * there is none left. @import"..." becomes @importurl(data:,): an at-rule nobody knows.
 *
 *	PW_ELIMIT	more than max_tokens tokens: places found before stay
 */
enum pw_err	css_find_places(struct span text, enum css_context, uint64_t max_tokens, struct arena *,
		    struct css_places *) PW_MUST_CHECK;

/* One declaration: "display: none !important" */
struct css_declaration {
	struct span	name;	/* lower case */
	struct span	value;	/* as written, trimmed, without !important; comments are a blank, and letters that were
				   escaped in names and units are letters, so that n\6f ne reads none */
	bool		important;
	size_t		begin, end;	/* from the name to behind the value, without the semicolon */
};

struct css_declarations {
	struct css_declaration	*at;
	size_t			 count, capacity;
};

/* The declarations of a style attribute or of one rule's block, in source order, bad ones dropped as the standard says. */
enum pw_err	css_declarations(struct span text, uint64_t max_tokens, struct arena *,
		    struct css_declarations *) PW_MUST_CHECK;

/* A compound selector, as far as it is simple: [element][#id][.class...]. */
struct css_compound {
	struct span	element;	/* lower case; empty or "*" matches any */
	struct span	id;
	struct span	*classes;
	size_t		 class_count;
	bool		 is_parent;	/* ">" behind it: what is matched stands in it directly */
};

#define CSS_MAX_AROUND	8

/* One selector of a sheet's rule. */
struct css_rule {
	struct css_compound	 last;		/* what the declarations are for */
	struct css_compound	*around;	/* of elements around it, the innermost first */
	size_t			 around_count;	/* at most CSS_MAX_AROUND */
	bool		 conditional;	/* inside @media, @supports, @container, @layer...: may or may not apply */
	bool		 exact;		/* false: the selector had more to it (siblings, attributes, pseudo-classes) than is told
					   here, so the rule may or may not apply */
	bool		 pseudo_element;	/* ::before and the like: says nothing of the element's own visibility */
	uint32_t	 specificity;	/* ids << 20 | classes << 10 | elements, each at most 1023; arguments of :is() and the
					   like are not counted */
	uint32_t	 order;		/* of the rule in the sheet */
	struct css_declarations	declarations;
};

struct css_rules {
	struct css_rule	*at;
	size_t		 count, capacity;
};

/*
 * Adds the rules of a sheet that a visibility check can use, behind those of the sheets before it; a selector list
 * gives one entry per selector.
 */
enum pw_err	css_rules(struct span text, uint64_t max_tokens, struct arena *, struct css_rules *) PW_MUST_CHECK;

/* A length as CSS px, where that can be known without layout: px, pt, pc, in, cm, mm, q, em and rem as 16 px, a bare 0, bare
 * numbers if quirks. false: a percentage, calc(), auto, unknown. */
bool		css_length_px(struct span value, bool quirks, double *px);

#endif

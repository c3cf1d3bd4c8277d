#include "nesting.h"

#include <string.h>

/* What an open element holds, or may: flow is what stands in a body. */
enum content { FLOW, RAW, TABLE, SECTION, ROW, COLUMNS, HEAD, DOCUMENT };

/* Open elements that change what a start tag does. */
enum {
	IN_P = 1, IN_LI = 2, IN_DD = 4, IN_A = 8, IN_BUTTON = 16, IN_FORM = 32, IN_HEADING = 64, IN_NOBR = 128,
};

#define NAME_BYTES	12

/*
 * Where an element may stand, what it holds, and among which open elements it is not opened plainly. What is not here
 * makes a document irregular.
 */
struct element {
	char		name[NAME_BYTES];	/* NUL-padded */
	enum where	{ IN_FLOW, IN_HEAD, ANYWHERE, IN_TABLE, IN_SECTION, IN_ROW, IN_COLUMNS, IN_DOCUMENT } where;
	enum content	content;
	bool		leaf;			/* without an end tag */
	uint8_t		refused, opened, closed;	/* IN_ bits: not among them; from here on; no longer in here */
};

#define INLINE(name)		{ name, IN_FLOW, FLOW, false, 0, 0, 0 }
#define LEAF(name)		{ name, IN_FLOW, FLOW, true, 0, 0, 0 }
#define BLOCK(name)		{ name, IN_FLOW, FLOW, false, IN_P, 0, 0 }
#define LIST(name, item)	{ name, IN_FLOW, FLOW, false, IN_P, 0, item }
#define TITLE(name)		{ name, IN_FLOW, FLOW, false, IN_P | IN_HEADING, IN_HEADING, 0 }
/* Scopes end at tables and cells; formatting elements are forgotten in cells. */
#define CELL(name)		{ name, IN_ROW, FLOW, false, 0, 0, IN_P | IN_LI | IN_DD | IN_A | IN_HEADING | IN_NOBR }
#define PART(name)		{ name, IN_TABLE, SECTION, false, 0, 0, 0 }

/* In the order of memcmp(). */
static const struct element elements[] = {
	{ "a", IN_FLOW, FLOW, false, IN_A, IN_A, 0 },
	INLINE("abbr"), BLOCK("address"), LEAF("area"), BLOCK("article"), BLOCK("aside"), INLINE("b"),
	{ "base", IN_HEAD, FLOW, true, 0, 0, 0 },
	INLINE("bdi"), INLINE("bdo"), INLINE("big"), BLOCK("blockquote"),
	{ "body", IN_DOCUMENT, FLOW, false, 0, 0, 0 },
	LEAF("br"),
	{ "button", IN_FLOW, FLOW, false, IN_BUTTON, IN_BUTTON, IN_P },
	{ "caption", IN_TABLE, FLOW, false, 0, 0, IN_P | IN_LI | IN_DD | IN_A | IN_HEADING | IN_NOBR },
	BLOCK("center"), INLINE("cite"), INLINE("code"),
	{ "col", IN_COLUMNS, FLOW, true, 0, 0, 0 },
	{ "colgroup", IN_TABLE, COLUMNS, false, 0, 0, 0 },
	{ "dd", IN_FLOW, FLOW, false, IN_P | IN_DD, IN_DD, 0 },
	INLINE("del"), INLINE("dfn"), BLOCK("div"), LIST("dl", IN_DD),
	{ "dt", IN_FLOW, FLOW, false, IN_P | IN_DD, IN_DD, 0 },
	INLINE("em"), LEAF("embed"), BLOCK("figcaption"), BLOCK("figure"), INLINE("font"), BLOCK("footer"),
	{ "form", IN_FLOW, FLOW, false, IN_P | IN_FORM, IN_FORM, 0 },
	TITLE("h1"), TITLE("h2"), TITLE("h3"), TITLE("h4"), TITLE("h5"), TITLE("h6"),
	{ "head", IN_DOCUMENT, HEAD, false, 0, 0, 0 },
	BLOCK("header"),
	{ "hr", IN_FLOW, FLOW, true, IN_P, 0, 0 },
	{ "html", IN_DOCUMENT, DOCUMENT, false, 0, 0, 0 },
	INLINE("i"),
	{ "iframe", IN_FLOW, RAW, false, 0, 0, 0 },
	LEAF("img"), LEAF("input"), INLINE("ins"), INLINE("kbd"), INLINE("label"),
	{ "li", IN_FLOW, FLOW, false, IN_P | IN_LI, IN_LI, 0 },
	{ "link", IN_HEAD, FLOW, true, 0, 0, 0 },
	BLOCK("main"), INLINE("map"), INLINE("mark"),
	{ "meta", IN_HEAD, FLOW, true, 0, 0, 0 },
	BLOCK("nav"),
	{ "nobr", IN_FLOW, FLOW, false, IN_NOBR, IN_NOBR, 0 },
	INLINE("o:p"), LIST("ol", IN_LI),
	{ "p", IN_FLOW, FLOW, false, IN_P, IN_P, 0 },
	INLINE("picture"),
	{ "pre", IN_FLOW, FLOW, false, IN_P, 0, 0 },
	INLINE("q"), INLINE("s"), INLINE("samp"),
	{ "script", ANYWHERE, RAW, false, 0, 0, 0 },
	BLOCK("section"), INLINE("small"), LEAF("source"), INLINE("span"), INLINE("strike"), INLINE("strong"),
	{ "style", ANYWHERE, RAW, false, 0, 0, 0 },
	INLINE("sub"), INLINE("sup"),
	{ "table", IN_FLOW, TABLE, false, IN_P, 0, IN_P },
	PART("tbody"), CELL("td"),
	{ "textarea", IN_FLOW, RAW, false, 0, 0, 0 },
	PART("tfoot"), CELL("th"), PART("thead"), INLINE("time"),
	{ "title", IN_HEAD, RAW, false, 0, 0, 0 },
	{ "tr", IN_SECTION, ROW, false, 0, 0, 0 },
	INLINE("tt"), INLINE("u"), LIST("ul", IN_LI), INLINE("var"), INLINE("video"), LEAF("wbr"),
};

struct nesting_open {
	uint32_t		 node;
	uint8_t			 inside;	/* IN_ bits */
	const struct element	*element;
};

/* Its first letters as a number, in the order of memcmp(). */
static uint64_t
first_letters(const char name[NAME_BYTES])
{
	uint64_t letters;

	memcpy(&letters, name, sizeof(letters));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(letters) : letters;
}

/* Asked for each tag: most names are told apart by their first letters. */
static const struct element *
element_of(struct span name)
{
	char		key[NAME_BYTES] = "";
	size_t		low = 0, high = NITEMS(elements);
	uint64_t	letters;

	if (name.len > sizeof(key))
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		key[i] = ascii_lower(name.at[i]);
	letters = first_letters(key);
	while (low < high) {
		size_t		middle = (low + high) / 2;
		uint64_t	other = first_letters(elements[middle].name);
		int		order = letters != other ? (letters > other) - (letters < other) :
				    memcmp(key, elements[middle].name, sizeof(key));

		if (order == 0)
			return &elements[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

void
nesting_init(struct nesting *nesting, struct span text, struct arena *arena)
{
	/* What a NUL stands for depends on where in the tree it stands. */
	*nesting = (struct nesting){ .text = text, .regular = memchr(text.at, '\0', text.len) == NULL, .arena = arena };
}

static const struct nesting_open *
current(const struct nesting *nesting)
{
	return nesting->depth > 0 ? &nesting->stack[nesting->depth - 1] : NULL;
}

/* What the innermost open element, perhaps an implied one, holds. */
static enum content
content_of(const struct nesting *nesting)
{
	const struct nesting_open *open = current(nesting);

	if (open != NULL && open->element->content != DOCUMENT)
		return open->element->content;
	return nesting->phase == NESTING_BODY ? FLOW : nesting->phase == NESTING_HEAD ? HEAD : DOCUMENT;
}

/* A body begins without its tag. */
static void
body_imply(struct nesting *nesting)
{
	if (nesting->depth > 0 && nesting->stack[nesting->depth - 1].element->content == HEAD)
		nesting->depth--;
	nesting->phase = NESTING_BODY;
}

static bool
text_fits(struct nesting *nesting, struct span text)
{
	enum content content = content_of(nesting);

	if (content == FLOW || content == RAW)
		return true;
	text = span_trim(text);
	if (text.len == 0)
		return true;
	/* It may be a reference to white space. */
	if ((content != HEAD && content != DOCUMENT) || memchr(text.at, '&', text.len) != NULL)
		return false;
	body_imply(nesting);
	return true;
}

static bool
document_fits(struct nesting *nesting, const struct element *element)
{
	switch (element->content) {
	case DOCUMENT:
		if (nesting->phase != NESTING_BEFORE)
			return false;
		nesting->phase = NESTING_BEFORE_HEAD;
		return true;
	case HEAD:
		if (nesting->phase > NESTING_BEFORE_HEAD)
			return false;
		nesting->phase = NESTING_HEAD;
		return true;
	default:
		if (nesting->phase == NESTING_BODY)
			return false;
		body_imply(nesting);
		return true;
	}
}

static bool
start_fits(struct nesting *nesting, const struct element *element)
{
	bool		head_role = element->where == IN_HEAD || element->where == ANYWHERE;
	enum content	content;

	if (element->where == IN_DOCUMENT)
		return document_fits(nesting, element);
	if (head_role && nesting->phase <= NESTING_BEFORE_HEAD)
		nesting->phase = NESTING_HEAD;
	else if (head_role && nesting->phase == NESTING_AFTER_HEAD)
		return false;
	else if (!head_role && nesting->phase != NESTING_BODY)
		body_imply(nesting);
	content = content_of(nesting);
	switch (element->where) {
	case IN_HEAD:
		return content == HEAD || content == FLOW;
	case ANYWHERE:
		return content == HEAD || content == FLOW || content == TABLE;
	case IN_TABLE:
		return content == TABLE;
	case IN_SECTION:
		return content == SECTION || content == TABLE;
	case IN_ROW:
		return content == ROW;
	case IN_COLUMNS:
		return content == COLUMNS || content == TABLE;
	default:
		return content == FLOW;
	}
}

static enum pw_err
element_open(struct nesting *nesting, const struct element *element, size_t at)
{
	const struct nesting_open	*outer = current(nesting);
	struct html_node		*nodes = arena_grow(nesting->arena, nesting->nodes, nesting->count,
					    &nesting->capacity, sizeof(*nodes));
	uint8_t				 inside = outer != NULL ? outer->inside : 0;

	if ((inside & element->refused) != 0) {
		nesting->regular = false;
		return PW_OK;
	}
	if (nodes == NULL)
		return PW_ENOMEM;
	nesting->nodes = nodes;
	nodes[nesting->count] = (struct html_node){ .at = (uint32_t)at, .parent = outer != NULL ? outer->node : NODE_NONE,
	    .depth = outer != NULL ? nodes[outer->node].depth + 1 : 0 };
	if (!element->leaf) {
		struct nesting_open *stack = arena_grow(nesting->arena, nesting->stack, nesting->depth,
		    &nesting->stack_capacity, sizeof(*stack));

		if (stack == NULL)
			return PW_ENOMEM;
		nesting->stack = stack;
		stack[nesting->depth++] = (struct nesting_open){ .node = (uint32_t)nesting->count, .element = element,
		    .inside = (uint8_t)((inside & ~element->closed) | element->opened) };
		if (nesting->depth > nesting->deepest)
			nesting->deepest = nesting->depth;
	}
	nesting->count++;
	return PW_OK;
}

static bool
element_close(struct nesting *nesting, const struct element *element)
{
	const struct nesting_open *open = current(nesting);

	/* Neither of them closes anything: what follows goes into the body all the same. */
	if (element->where == IN_DOCUMENT && element->content != HEAD)
		return nesting->phase == NESTING_BODY && (open == NULL || open->element->where == IN_DOCUMENT);
	if (element->content == HEAD) {
		if (nesting->phase != NESTING_HEAD || content_of(nesting) != HEAD)
			return false;
		nesting->phase = NESTING_AFTER_HEAD;
		nesting->depth -= open != NULL && open->element == element;
		return true;
	}
	if (open == NULL || open->element != element)
		return false;
	nesting->depth--;
	return true;
}

enum pw_err
nesting_add(struct nesting *nesting, const struct html_token *token)
{
	const struct element	*element;
	struct span		 source = span_cut(nesting->text, token->begin, token->end);

	if (!nesting->regular)
		return PW_OK;
	if (!text_fits(nesting, span_cut(nesting->text, nesting->behind, token->begin))) {
		nesting->regular = false;
		return PW_OK;
	}
	nesting->behind = token->end;
	switch (token->type) {
	case HTML_START_TAG:
		element = element_of(token->tag.name);
		nesting->regular = element != NULL && start_fits(nesting, element);
		return nesting->regular ? element_open(nesting, element, token->begin) : PW_OK;
	case HTML_END_TAG:
		element = element_of(token->tag.name);
		nesting->regular = element != NULL && element_close(nesting, element);
		break;
	case HTML_COMMENT:
		nesting->regular = !span_starts(source, SPAN("<![CDATA["));
		break;
	case HTML_RAW_TEXT:
		/* Comments in a script move its end. */
		nesting->regular = !span_eq_nocase(token->raw_element, SPAN("script")) ||
		    span_find(source, SPAN("<!--"), 0) == source.len;
		break;
	case HTML_EOF:
		break;
	}
	return PW_OK;
}

/* html and body; beside them each row may have a table section around it that is not written. */
#define IMPLIED_DEPTH	2

bool
nesting_is_tree(const struct nesting *nesting, const struct limits *limits)
{
	return nesting->regular && 2 * nesting->deepest + IMPLIED_DEPTH <= limits->tree_depth;
}

enum pw_err
nesting_tree(const struct nesting *nesting, struct html_tree *tree)
{
	*tree = (struct html_tree){ .nodes = nesting->nodes, .count = nesting->count };
	return html_tree_index(tree, nesting->arena);
}

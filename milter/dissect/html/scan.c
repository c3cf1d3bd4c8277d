/*
 * Which tags count: those that any of three readings emits. The plain token scan, the scan that holds inside SVG and
 * MathML, and libgumbo's tree. The tree adds what stands in what; it is not needed where nothing is fetched on
 * display, and then it is not built.
 */
#include "scan.h"

#include <stdlib.h>

#include "charref.h"
#include "forks.h"
#include "vectors.h"

void
scan_fail(struct scan *scan, enum pw_err err)
{
	if (err == PW_ELIMIT)
		block_exceed(scan->collector->block, LIMIT_attributes);
	else
		block_fail(scan->collector->block, err, SPAN("HTML"));
}

static void
add_item(struct scan *scan, struct item item)
{
	struct item *larger = arena_grow(scan->collector->block->arena, scan->items, scan->count, &scan->capacity,
	    sizeof(*larger));

	if (larger == NULL) {
		scan_fail(scan, PW_ENOMEM);
		return;
	}
	scan->items = larger;
	larger[scan->count++] = item;
}

struct layer
scan_value(struct scan *scan, const struct html_attribute *attribute)
{
	struct layer written = layer_inside(scan->layer, attribute->value_begin,
	    attribute->value_begin + attribute->value.len), decoded = written;

	if (charref_decode(&written, CHARREF_IN_ATTRIBUTE, scan->collector->block->arena, &decoded) != PW_OK)
		scan_fail(scan, PW_ENOMEM);
	return decoded;
}

/* CSS without these characters names no URL and hides none behind an escape. */
static bool
css_can_fetch(struct span css)
{
	static const bool signs[256] = { ['('] = true, ['\\'] = true, ['&'] = true, ['@'] = true, ['-'] = true };

	for (size_t i = 0; i < css.len; i++)
		if (signs[(unsigned char)css.at[i]] && (css.at[i] != '-' || (i > 0 && css.at[i - 1] == '-')))
			return true;
	return false;
}

/* Is there anything in the tag that is worth a second look? */
static bool
tag_is_interesting(struct scan *scan, const struct html_tag *tag)
{
	bool interesting = span_eq_nocase(vector_local_name(tag->name), SPAN("style")) ||
	    span_eq_nocase(vector_local_name(tag->name), SPAN("base"));

	for (size_t i = 0; i < tag->attribute_count; i++) {
		const struct html_attribute	*attribute = &tag->attributes[i];
		const struct vector		*vector = attribute->value.len > 0 ?
		    vector_for(attribute->name, tag->name) : NULL;

		if (vector == NULL ||
		    (vector->grammar == VALUE_DECLARATIONS && !css_can_fetch(attribute->value)) ||
		    ((vector->grammar == VALUE_CSS) && !css_can_fetch(attribute->value)))
			continue;
		interesting = true;
		if (vector->trigger != TRIGGER_CLICK)
			scan->wants_tree = true;
	}
	return interesting;
}

static bool
mark_seen(struct scan *scan, size_t at)
{
	bool seen = (scan->seen[at / 8] & 1u << at % 8) != 0;

	scan->seen[at / 8] = (uint8_t)(scan->seen[at / 8] | 1u << at % 8);
	return seen;
}

static bool
has_markup(struct span text)
{
	for (size_t at = 0; (at = span_find_char(text, '<', at)) + 1 < text.len; at++)
		if (ascii_alpha(text.at[at + 1]))
			return true;
	return false;
}

static bool
is_foreign(struct span name)
{
	return span_eq_nocase(name, SPAN("svg")) || span_eq_nocase(name, SPAN("math"));
}

/* What is known of a scan so far. */
struct course {
	enum html_mode	mode;
	size_t		templates;	/* open ones */
};

static void
take_start_tag(struct scan *scan, struct course *course, const struct html_token *token)
{
	struct span name = token->tag.name;

	scan->foreign = scan->foreign || is_foreign(name);
	scan->noscript = scan->noscript || span_eq_nocase(name, SPAN("noscript"));
	scan->frameset = scan->frameset || span_eq_nocase(name, SPAN("frameset"));
	if (!mark_seen(scan, token->begin) && tag_is_interesting(scan, &token->tag))
		add_item(scan, (struct item){ .at = token->begin, .type = ITEM_TAG,
		    .in_template = course->mode == HTML_PLAIN && course->templates > 0 });
	course->templates += span_eq_nocase(name, SPAN("template"));
}

static void
take_aside(struct scan *scan, const struct course *course, const struct html_token *token)
{
	struct span	inside = span_cut(scan->layer->text, token->text_begin, token->text_end);
	bool		conditional = span_starts_nocase(span_trim(inside), SPAN("[if"));

	if (token->bogus && span_starts(span_from(scan->layer->text, token->begin), SPAN("<?"))) {
		if (!mark_seen(scan, token->begin))
			add_item(scan, (struct item){ token->begin, token->text_begin, token->text_end, ITEM_INSTRUCTION, false });
	} else if (course->mode == HTML_PLAIN && !token->bogus && conditional)
		add_item(scan, (struct item){ token->begin, token->text_begin, token->text_end, ITEM_COMMENT, false });
	else if (course->mode == HTML_PLAIN)
		scan->wants_tree = scan->wants_tree || has_markup(inside);
}

static void
take_token(struct scan *scan, struct course *course, const struct html_token *token)
{
	if (token->type == HTML_START_TAG)
		take_start_tag(scan, course, token);
	else if (token->type == HTML_END_TAG)
		course->templates -= course->templates > 0 && span_eq_nocase(token->tag.name, SPAN("template"));
	else if (token->type == HTML_RAW_TEXT) {
		struct span inside = span_cut(scan->layer->text, token->text_begin, token->text_end);

		/* Where the tree ignores a raw text element, its content is markup. */
		scan->wants_tree = scan->wants_tree || span_eq_nocase(token->raw_element, SPAN("style")) || has_markup(inside);
		scan->escapes = scan->escapes || span_find(inside, SPAN("<!--"), 0) < inside.len;
	} else if (token->type == HTML_COMMENT)
		take_aside(scan, course, token);
}

/* What is made of all tokens of a document. */
static bool
take_whole(struct scan *scan, const struct html_token *token)
{
	struct span text = scan->layer->text;

	if (token->type == HTML_START_TAG)
		imprint_add(&scan->imprint, &token->tag);
	opening_add(&scan->opening, text, token);
	if ((token->type == HTML_EOF || nesting_add(&scan->nesting, token) == PW_OK) &&
	    outline_add(&scan->outline, text, token) == PW_OK)
		return true;
	scan_fail(scan, PW_ENOMEM);
	return false;
}

static void
scan_tokens(struct scan *scan, enum html_mode mode)
{
	struct block		*block = scan->collector->block;
	struct course		 course = { .mode = mode };
	struct html_lexer	 lexer;
	struct html_token	 token;

	html_lexer_init(&lexer, scan->layer->text, mode, block->limits->attributes, block->arena);
	do {
		html_lexer_next(&lexer, &token);
		if (mode == HTML_PLAIN && scan->source == HTML_DOCUMENT && !take_whole(scan, &token))
			return;
		take_token(scan, &course, &token);
	} while (token.type != HTML_EOF);
	if (lexer.failure != PW_OK)
		scan_fail(scan, lexer.failure);
}

static void
take_fork(void *context, const struct html_token *token)
{
	struct course course = { .mode = HTML_FOREIGN };

	take_token(context, &course, token);
}

/* Every tag that any tree's tokenizer may emit. */
static void
scan_forks(struct scan *scan)
{
	struct block		*block = scan->collector->block;
	struct forks_doubts	 doubts = { .foreign = scan->foreign, .frameset = scan->frameset };
	enum pw_err		 err = forks_scan(scan->layer->text, &doubts, block->limits->attributes, block->arena,
	    take_fork, scan);

	if (err != PW_OK)
		scan_fail(scan, err);
}

static void
add_tags_of_tree(struct scan *scan)
{
	struct html_tag tag;

	for (size_t i = 0; i < scan->tree.count; i++) {
		uint32_t at = scan->tree.nodes[i].at;

		if (at != NODE_NONE && !mark_seen(scan, at) && html_lexer_tag_at(&scan->lexer, at, &tag) &&
		    tag_is_interesting(scan, &tag))
			add_item(scan, (struct item){ .at = at, .type = ITEM_TAG });
	}
}

static enum pw_err
parse(struct scan *scan, enum limit *exceeded)
{
	struct block	*block = scan->collector->block;
	struct span	 text = scan->layer->text;
	struct skeleton	 skeleton;
	enum pw_err	 err = skeleton_build(&skeleton, text, block->limits->attributes, block->arena);

	if (err != PW_OK)
		return err;
	return html_tree_parse(text, &skeleton, block->limits, &block->parse_ns_left, block->arena, &scan->tree, exceeded);
}

static void
build_tree(struct scan *scan)
{
	struct block	*block = scan->collector->block;
	enum limit	 exceeded = LIMIT_attributes;
	bool		 nests = nesting_is_tree(&scan->nesting, block->limits);
	enum pw_err	 err = nests ? nesting_tree(&scan->nesting, &scan->tree) : parse(scan, &exceeded);

	if (err == PW_ELIMIT)
		block_exceed(block, exceeded);
	else if (err != PW_OK)
		block_fail(block, err, err == PW_EPARSER ? SPAN("libgumbo hit an assertion") : SPAN("HTML"));
	else
		scan->has_tree = true;
	if (scan->has_tree && !nests)
		add_tags_of_tree(scan);
}

static int
compare_items(const void *a, const void *b)
{
	size_t left = ((const struct item *)a)->at, right = ((const struct item *)b)->at;

	return left < right ? -1 : left > right;
}

bool
scan_items(struct scan *scan)
{
	struct span	 text = scan->layer->text;
	struct block	*block = scan->collector->block;

	html_lexer_init(&scan->lexer, text, HTML_PLAIN, block->limits->attributes, block->arena);
	scan->seen = arena_alloc(block->arena, text.len / 8 + 1);
	if (scan->seen == NULL ||
	    (scan->source == HTML_DOCUMENT && outline_init(&scan->outline, block->arena) != PW_OK)) {
		scan_fail(scan, PW_ENOMEM);
		return false;
	}
	if (scan->source == HTML_DOCUMENT)
		nesting_init(&scan->nesting, text, block->arena);
	if (scan->source == HTML_XML)
		scan_tokens(scan, HTML_AS_XML);
	scan_tokens(scan, HTML_PLAIN);
	if (scan->foreign || scan->noscript || scan->frameset || scan->escapes) {
		bool foreign = scan->foreign;

		scan_forks(scan);
		if (scan->foreign != foreign)
			scan_forks(scan);	/* they led to SVG */
	}
	if (scan->source == HTML_DOCUMENT && (scan->wants_tree || scan->foreign))
		build_tree(scan);
	if (scan->count > 1)
		qsort(scan->items, scan->count, sizeof(*scan->items), compare_items);
	return true;
}

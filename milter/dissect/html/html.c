/*
 * Which tags count: those that any of three readings emits. The plain token scan, the scan that holds inside SVG and
 * MathML, and libgumbo's tree. The tree adds what stands in what; it is not needed where nothing is fetched on
 * display, and then it is not built.
 */
#include "html.h"

#include <stdlib.h>
#include <string.h>

#include "charref.h"
#include "data.h"
#include "doctype.h"
#include "foreign_sheet.h"
#include "forks.h"
#include "instruction.h"
#include "lexer.h"
#include "subset.h"
#include "tree.h"
#include "values.h"
#include "vectors.h"
#include "visibility.h"

/* Documents in attributes in documents: deeper than any client shows. */
#define MOST_LAYERS	8

enum item_type { ITEM_TAG, ITEM_COMMENT, ITEM_INSTRUCTION };

/* Something in the text that is to be looked at. */
struct item {
	size_t		at, text_begin, text_end;
	enum item_type	type;
	bool		in_template;	/* also to who counts tags only */
};

struct scan {
	struct collector	*collector;
	const struct layer	*layer;
	enum html_source	 source;
	struct html_lexer	 lexer;		/* for tags looked at once more */
	struct item		*items;
	size_t			 count, capacity;
	uint8_t			*seen;		/* bit per byte of text: a start tag begins there */
	bool			 foreign;	/* SVG or MathML occurs */
	bool			 noscript, frameset, escapes;	/* in a script */
	bool			 wants_tree;
	struct skeleton		 skeleton;	/* of an HTML_DOCUMENT */
	struct html_tree	 tree;
	bool			 has_tree;
	struct visibility_context visibility;
	size_t			 sheet_bytes;	/* read as sheets so far */
};

static void	collect(struct collector *, const struct layer *, enum html_source);

static void
fail(struct scan *scan, enum pw_err err)
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
		fail(scan, PW_ENOMEM);
		return;
	}
	scan->items = larger;
	larger[scan->count++] = item;
}

/* CSS without these characters names no URL and hides none behind an escape. */
static bool
css_can_fetch(struct span css)
{
	for (size_t i = 0; i < css.len; i++)
		switch (css.at[i]) {
		case '(': case '\\': case '&': case '@':
			return true;
		case '-':
			if (i + 1 < css.len && css.at[i + 1] == '-')
				return true;
			break;
		default:
			break;
		}
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

static void
scan_tokens(struct scan *scan, enum html_mode mode)
{
	struct block		*block = scan->collector->block;
	struct course		 course = { .mode = mode };
	struct html_lexer	 lexer;
	struct html_token	 token;

	html_lexer_init(&lexer, scan->layer->text, mode, block->limits->attributes, block->arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF) {
		if (mode == HTML_PLAIN && scan->source == HTML_DOCUMENT &&
		    skeleton_add(&scan->skeleton, scan->layer->text, &token) != PW_OK) {
			fail(scan, PW_ENOMEM);
			return;
		}
		take_token(scan, &course, &token);
	}
	if (lexer.failure != PW_OK)
		fail(scan, lexer.failure);
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
		fail(scan, err);
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

static void
build_tree(struct scan *scan)
{
	struct block	*block = scan->collector->block;
	enum limit	 exceeded = LIMIT_NONE;
	enum pw_err	 err = html_tree_parse(scan->layer->text, &scan->skeleton, block->limits, &block->parse_ns_left,
	    block->arena, &scan->tree, &exceeded);

	if (err == PW_ELIMIT)
		block_exceed(block, exceeded);
	else if (err != PW_OK)
		block_fail(block, err, SPAN("libgumbo hit an assertion"));
	else {
		scan->has_tree = true;
		add_tags_of_tree(scan);
	}
}

static int
compare_items(const void *a, const void *b)
{
	size_t left = ((const struct item *)a)->at, right = ((const struct item *)b)->at;

	return left < right ? -1 : left > right;
}

/* Sheets in sheets, as SVG makes them possible: bytes of a document that are read more often than this. */
#define MOST_READINGS	4

/* The sheet of a style element: up to its end tag, whatever the tree makes of it. */
static struct layer
sheet_of(const struct scan *scan, const struct html_tag *tag)
{
	struct span	text = scan->layer->text;
	size_t		end = tag->end;

	while ((end = span_find(text, SPAN("</"), end)) < text.len &&
	    !span_starts_nocase(span_from(text, end + 2), tag->name))
		end += 2;
	return layer_inside(scan->layer, tag->end, end);
}

static void
prepare_visibility(struct scan *scan)
{
	struct block	*block = scan->collector->block;
	struct html_tag	 tag;
	enum pw_err	 err = PW_OK;
	size_t		 sheet_bytes = 0;

	for (size_t i = 0; i < scan->count && err == PW_OK; i++)
		if (scan->items[i].type == ITEM_TAG && html_lexer_tag_at(&scan->lexer, scan->items[i].at, &tag) &&
		    span_eq_nocase(tag.name, SPAN("style"))) {
			struct span sheet = sheet_of(scan, &tag).text;

			sheet_bytes += sheet.len;
			err = sheet_bytes > MOST_READINGS * scan->layer->text.len ? PW_ELIMIT :
			    css_rules(sheet, block->limits->css_tokens, block->arena, &scan->visibility.rules);
		}
	if (err == PW_ELIMIT) {
		block_exceed(block, LIMIT_css_tokens);
		err = PW_OK;
	}
	if (err == PW_OK)
		err = visibility_prepare(&scan->visibility, scan->layer->text, scan->has_tree ? &scan->tree : NULL,
		    block->limits, &block->rule_work_left, block->arena);
	if (err != PW_OK)
		block_fail(block, err, SPAN("style rules"));
}

/* One tag while its attributes are looked at. */
struct look {
	struct scan			*scan;
	const struct html_tag		*tag;
	const struct html_attribute	*attribute;
	const struct vector		*vector;
	uint32_t			 node;
	struct place			 place;		/* what all places of the tag share */
	bool				 has_facts;
	/* Values of the attribute that decides what the tag's URLs are for: they are the same for each URL. */
	struct span			 deciding[2];
	size_t				 deciding_count;
	bool				 has_deciding;
	const struct link_rel		*rel;		/* what they come to for a link, or NULL */
};

/* Size and visibility, found out once a tag, and only for what is fetched on display. */
static void
add_facts(struct look *look)
{
	struct visibility	facts = { 0, REFERENCE_NO_SIZE, REFERENCE_NO_SIZE };
	enum pw_err		err;

	if (look->has_facts)
		return;
	look->has_facts = true;
	err = visibility_of(&look->scan->visibility, look->tag, look->node, &facts);
	if (err == PW_ELIMIT)
		block_exceed(look->scan->collector->block, LIMIT_css_tokens);
	else if (err != PW_OK)
		block_fail(look->scan->collector->block, err, SPAN("style rules"));
	look->place.hidden = facts.hidden;
	look->place.width = facts.width;
	look->place.height = facts.height;
}

/* Elements that show nothing by nature. */
static bool
shows_nothing(const struct look *look, enum reference_kind kind)
{
	return kind == REFERENCE_REFRESH || span_eq_nocase(look->tag->name, SPAN("bgsound"));
}

static void	look_into_data(struct look *, const struct url *, struct extent, enum neutral_form, enum data_use);

static enum data_use
use_of(enum reference_kind kind)
{
	return kind == REFERENCE_STYLESHEET ? DATA_SHEET : kind == REFERENCE_FRAME || kind == REFERENCE_PLUGIN ||
	    kind == REFERENCE_REFRESH ? DATA_DOCUMENT : DATA_PICTURE;
}

static void
add_place(struct look *look, struct span written, enum reference_kind kind, enum trigger trigger,
    enum neutral_form neutral, struct extent site)
{
	struct url	url;
	enum url_reach	reach;
	struct place	place;

	if (trigger != TRIGGER_CLICK)
		add_facts(look);
	place = look->place;
	place.written = written;
	place.kind = kind;
	place.trigger = trigger;
	place.neutral = layer_form(look->scan->layer, neutral);
	place.site = site;
	if (shows_nothing(look, kind))
		place.hidden |= HIDDEN_BY_NATURE;
	collector_add(look->scan->collector, &place, &reach, &url);
	if (reach == URL_INSIDE && trigger != TRIGGER_CLICK && span_eq(url.scheme, SPAN("data")))
		look_into_data(look, &url, site, neutral, use_of(kind));
}

/* What the vector's neutral form edits. */
static struct extent
site_of(const struct look *look, enum neutral_form neutral)
{
	const struct html_attribute *attribute = look->attribute;

	switch (neutral) {
	case NEUTRAL_TAG:
		return look->place.tag;
	case NEUTRAL_IMAGE:
		return layer_extent(look->scan->layer, attribute->value_begin,
		    attribute->value_begin + attribute->value.len);
	default:
		return layer_extent(look->scan->layer, attribute->begin, attribute->end);
	}
}

static void
add_url(struct look *look, struct span written)
{
	const struct vector *vector = look->vector;

	add_place(look, written, vector->kind, vector->trigger, vector->neutral, site_of(look, vector->neutral));
}

static bool
rel_has(struct span rel, struct span token)
{
	for (size_t at = 0; at < rel.len;) {
		size_t end = at;

		while (end < rel.len && !ascii_space(rel.at[end]))
			end++;
		if (span_eq_nocase(span_cut(rel, at, end), token))
			return true;
		at = end + 1;
	}
	return false;
}

static struct layer
decoded_value(struct look *look, const struct html_attribute *attribute)
{
	struct layer written = layer_inside(look->scan->layer, attribute->value_begin,
	    attribute->value_begin + attribute->value.len), decoded = written;

	if (charref_decode(&written, CHARREF_IN_ATTRIBUTE, look->scan->collector->block->arena, &decoded) != PW_OK)
		fail(look->scan, PW_ENOMEM);
	return decoded;
}

static struct span
value_of(struct look *look, struct span name)
{
	const struct html_attribute *attribute = html_tag_find(look->tag, name);

	return attribute != NULL ? decoded_value(look, attribute).text : SPAN_NONE;
}

/*
 * Of attributes of one name the tree keeps the first; what browsers fetch ahead, before there is a tree, goes by the
 * last.
 */
static bool
find_deciding(struct look *look, struct span name)
{
	const struct html_attribute *first = html_tag_find(look->tag, name), *last = first;

	if (look->has_deciding)
		return false;
	look->has_deciding = true;
	for (size_t i = 0; first != NULL && i < look->tag->attribute_count; i++)
		if (span_eq_nocase(look->tag->attributes[i].name, name))
			last = &look->tag->attributes[i];
	if (first != NULL)
		look->deciding[look->deciding_count++] = span_trim(decoded_value(look, first).text);
	if (last != first)
		look->deciding[look->deciding_count++] = span_trim(decoded_value(look, last).text);
	return true;
}

static void
look_at_link(struct look *look, struct span href)
{
	if (find_deciding(look, SPAN("rel")))
		for (size_t k = 0; k < look->deciding_count; k++)
			for (size_t i = 0; i < link_rel_count && look->rel == NULL; i++)
				if (rel_has(look->deciding[k], span_of(link_rels[i].token)))
					look->rel = &link_rels[i];
	if (look->rel != NULL)
		add_place(look, href, look->rel->kind, look->rel->trigger, NEUTRAL_TAG, look->place.tag);
	else
		add_place(look, href, REFERENCE_LINK, TRIGGER_CLICK, NEUTRAL_NONE, look->place.tag);
}

static void
look_at_meta(struct look *look, struct span content)
{
	struct span target;

	find_deciding(look, SPAN("http-equiv"));
	for (size_t k = 0; k < look->deciding_count; k++) {
		struct span equiv = look->deciding[k];

		if (span_eq_nocase(equiv, SPAN("refresh")) && refresh_url(content, &target))
			add_place(look, target, REFERENCE_REFRESH, TRIGGER_OPEN, NEUTRAL_TAG, look->place.tag);
		else if (span_eq_nocase(equiv, SPAN("link")))
			while (link_field_next(&content, &target))
				add_place(look, target, REFERENCE_HINT, TRIGGER_OPEN, NEUTRAL_TAG, look->place.tag);
	}
}

/* Names of param whose value is fetched by some plug-in. */
static const char *const param_names[] = {
	"movie", "src", "url", "href", "data", "filename", "source", "code", "archive", "codebase", "file", "baseurl",
};

static void
look_at_param(struct look *look, struct span value)
{
	find_deciding(look, SPAN("name"));
	for (size_t k = 0; k < look->deciding_count; k++)
		for (size_t i = 0; i < NITEMS(param_names); i++)
			if (span_eq_nocase(look->deciding[k], span_of(param_names[i]))) {
				add_url(look, value);
				return;
			}
}

/* A data: URL: its text is a document in a document. */
static void
look_into_data(struct look *look, const struct url *url, struct extent whole, enum neutral_form form, enum data_use use)
{
	struct layer outer = *look->scan->layer;

	if (!outer.loose) {
		outer.whole = whole;
		outer.form = form;
	}
	html_collect_data(look->scan->collector, &outer, url->href, use);
}

static void
look_at_css(struct look *look, const struct layer *css, enum css_context context)
{
	add_facts(look);
	struct css_surroundings around = {
		.tag = look->place.tag, .flags = look->place.flags, .hidden = look->place.hidden,
		.width = look->place.width, .height = look->place.height, .element = look->place.element,
		.inert = look->place.inert,
	};
	html_collect_css(look->scan->collector, css, context, &around);
}

static bool
is_animation(struct span element)
{
	element = vector_local_name(element);
	return span_eq_nocase(element, SPAN("set")) || span_starts_nocase(element, SPAN("animate"));
}

static void
look_at_attribute(struct look *look)
{
	struct layer	value = decoded_value(look, look->attribute);
	struct span	rest = value.text, piece;

	look->place.attribute = look->attribute->name;
	switch (look->vector->grammar) {
	case VALUE_URL:
		add_url(look, value.text);
		break;
	case VALUE_SRCSET:
		while (srcset_next(&rest, &piece))
			add_url(look, piece);
		break;
	case VALUE_URLS:
		while (urls_next(&rest, &piece))
			add_url(look, piece);
		break;
	case VALUE_ANIMATION:
		if (is_animation(look->tag->name)) {
			while (animation_next(&rest, &piece))
				add_url(look, piece);
			look_at_css(look, &value, CSS_VALUE);
		}
		break;
	case VALUE_DECLARATIONS:
		look_at_css(look, &value, CSS_DECLARATIONS);
		break;
	case VALUE_CSS:
		look_at_css(look, &value, CSS_VALUE);
		break;
	case VALUE_DOCUMENT:
		collect(look->scan->collector, &value, HTML_NESTED);
		break;
	case VALUE_REL:
		look_at_link(look, value.text);
		break;
	case VALUE_META:
		look_at_meta(look, value.text);
		break;
	case VALUE_BASE:
		break;
	case VALUE_PARAM:
		look_at_param(look, value.text);
		break;
	}
}

static void
look_at_style(struct scan *scan, const struct html_tag *tag, bool inert)
{
	struct layer		 behind = layer_inside(scan->layer, tag->end, scan->layer->text.len), sheet;
	struct css_surroundings	 around = { .element = SPAN("style"), .width = REFERENCE_NO_SIZE,
				     .height = REFERENCE_NO_SIZE, .inert = inert };

	if (scan->sheet_bytes > MOST_READINGS * scan->layer->text.len) {
		block_exceed(scan->collector->block, LIMIT_css_tokens);
		return;
	}
	sheet = sheet_of(scan, tag);
	scan->sheet_bytes += sheet.text.len;
	html_collect_css(scan->collector, &sheet, CSS_SHEET, &around);
	/* Inside SVG, and in XML, a sheet is text like any other. */
	if (scan->foreign)
		scan->sheet_bytes += foreign_sheet_collect(scan->collector, &behind, HTML_FOREIGN, sheet.text.len, tag->name,
		    &around);
	if (scan->source == HTML_XML)
		scan->sheet_bytes += foreign_sheet_collect(scan->collector, &behind, HTML_AS_XML, sheet.text.len, tag->name,
		    &around);
}

/*
 * In a template by the plain tokens and by the tree. In SVG a template is none, in a frameset it is ignored, and which
 * is which the tree does not know for sure.
 */
static bool
is_inert(const struct scan *scan, const struct item *item, uint32_t node)
{
	return item->in_template && !scan->foreign && !scan->frameset && node != NODE_NONE && scan->tree.nodes[node].inert;
}

static void
look_at_tag(struct scan *scan, const struct item *item)
{
	struct html_tag	tag;
	struct look	look = { .scan = scan, .tag = &tag, .node = NODE_NONE };

	if (!html_lexer_tag_at(&scan->lexer, item->at, &tag))
		return;
	if (scan->has_tree)
		look.node = html_tree_find(&scan->tree, item->at);
	look.place = (struct place){
		.tag = layer_extent(scan->layer, tag.begin, tag.end), .element = tag.name,
		.width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE,
		.flags = (element_is_void(tag.name) ? REFERENCE_VOID_TAG : 0) |
		    (look.node == NODE_NONE ? REFERENCE_NO_TREE : 0) | (scan->layer->depth > 0 ? REFERENCE_NESTED : 0),
		.inert = is_inert(scan, item, look.node),
	};
	if (scan->layer->loose)
		look.place.flags &= ~(uint32_t)REFERENCE_VOID_TAG;
	if (span_eq_nocase(vector_local_name(tag.name), SPAN("style")))
		look_at_style(scan, &tag, look.place.inert);
	for (size_t i = 0; i < tag.attribute_count; i++) {
		look.attribute = &tag.attributes[i];
		look.vector = look.attribute->value.len > 0 ? vector_for(look.attribute->name, tag.name) : NULL;
		if (look.vector != NULL)
			look_at_attribute(&look);
	}
}

/* "[if mso]> ... <![endif]": for Outlook, what is inside is part of the document. */
static void
look_at_comment(struct scan *scan, const struct item *item)
{
	struct span	text = scan->layer->text;
	size_t		begin = span_find_char(text, '>', item->text_begin);

	if (begin < item->text_end) {
		struct layer inner = layer_inside(scan->layer, begin + 1, item->text_end);
		collect(scan->collector, &inner, HTML_NESTED);
	}
}

/*
 * The first base element counts for the whole document. Which one that is depends on the tree: one in a template or in
 * SVG is none. A relative reference is live if any of them would make it so.
 */
static void
find_base(struct scan *scan)
{
	struct html_tag		 tag;
	struct collector	*collector = scan->collector;
	struct url		 outer = collector->base, best = outer;
	bool			 outer_has = collector->has_base, best_has = outer_has;
	unsigned		 best_rank = 0;

	for (size_t i = 0; i < scan->count; i++) {
		if (scan->items[i].type != ITEM_TAG || !html_lexer_tag_at(&scan->lexer, scan->items[i].at, &tag) ||
		    !span_eq_nocase(vector_local_name(tag.name), SPAN("base")))
			continue;
		struct look look = { .scan = scan, .tag = &tag };
		struct span href = value_of(&look, SPAN("href"));
		uint32_t node = scan->has_tree ? html_tree_find(&scan->tree, scan->items[i].at) : NODE_NONE;
		bool inert = is_inert(scan, &scan->items[i], node);
		if (href.len == 0 || !collector_set_base(collector, href))
			continue;
		/* One that leads outside before one that does not, one in the tree before one in a template. */
		unsigned rank = 1u + (inert ? 0u : 1u) + (collector->base.host.len > 0 ? 2u : 0u);
		if (rank > best_rank) {
			best = collector->base;
			best_has = true;
			best_rank = rank;
		}
		collector->base = outer;
		collector->has_base = outer_has;
	}
	collector->base = best;
	collector->has_base = best_has;
}

static void
collect(struct collector *collector, const struct layer *layer, enum html_source source)
{
	struct block	*block = collector->block;
	struct scan	 scan = { .collector = collector, .layer = layer, .source = source };
	struct url	 outer_base = collector->base;
	bool		 had_base = collector->has_base, had_broken_base = collector->has_broken_base;

	if (layer->depth > MOST_LAYERS) {
		block_exceed(block, LIMIT_depth);
		return;
	}
	if (layer->text.len > block->limits->html_bytes) {
		block_exceed(block, LIMIT_html_bytes);
		return;
	}
	if (!block_read(block, layer->text.len))
		return;
	html_lexer_init(&scan.lexer, layer->text, HTML_PLAIN, block->limits->attributes, block->arena);
	scan.seen = arena_alloc(block->arena, layer->text.len / 8 + 1);
	if (scan.seen == NULL) {
		fail(&scan, PW_ENOMEM);
		return;
	}
	if (source == HTML_DOCUMENT && skeleton_init(&scan.skeleton, layer->text, block->arena) != PW_OK) {
		fail(&scan, PW_ENOMEM);
		return;
	}
	if (source == HTML_XML)
		scan_tokens(&scan, HTML_AS_XML);
	scan_tokens(&scan, HTML_PLAIN);
	if (scan.foreign || scan.noscript || scan.frameset || scan.escapes) {
		bool foreign = scan.foreign;

		scan_forks(&scan);
		if (scan.foreign != foreign)
			scan_forks(&scan);	/* they led to SVG */
	}
	if (source == HTML_DOCUMENT && (scan.wants_tree || scan.foreign))
		build_tree(&scan);
	if (source == HTML_XML) {
		doctype_collect(collector, layer);
		subset_collect(collector, layer);
	}
	if (scan.count > 1)
		qsort(scan.items, scan.count, sizeof(*scan.items), compare_items);
	find_base(&scan);
	prepare_visibility(&scan);
	for (size_t i = 0; i < scan.count && block->failure != PW_ENOMEM; i++) {
		const struct item *item = &scan.items[i];

		if (item->type == ITEM_TAG)
			look_at_tag(&scan, item);
		else if (item->type == ITEM_COMMENT)
			look_at_comment(&scan, item);
		else
			instruction_collect(collector, layer, item->text_begin, item->text_end, source == HTML_XML);
	}
	/* A document inside has its own base; this one's stays for what follows in the outer one. */
	if (layer->depth > 0) {
		collector->base = outer_base;
		collector->has_base = had_base;
		collector->has_broken_base = had_broken_base;
	}
}

void
html_collect(struct collector *collector, const struct layer *layer, enum html_source source)
{
	collect(collector, layer, source);
}

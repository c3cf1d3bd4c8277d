/* What one tag refers to, attribute by attribute. */
#include "look.h"

#include "data.h"
#include "foreign_sheet.h"
#include "values.h"
#include "vectors.h"

struct layer
look_sheet(const struct scan *scan, const struct html_tag *tag)
{
	struct span	text = scan->layer->text;
	size_t		end = tag->end;

	while ((end = html_end_tag_next(text, end)) < text.len &&
	    !span_starts_nocase(span_from(text, end + 2), tag->name))
		end += 2;
	return layer_inside(scan->layer, tag->end, end);
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
	struct visibility	facts = { .width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE };
	enum pw_err		err;

	if (look->has_facts)
		return;
	look->has_facts = true;
	err = visibility_of(&look->scan->visibility, look->tag, look->node, &facts);
	if (err == PW_ELIMIT)
		block_exceed(look->scan->collector->block, LIMIT_css_tokens);
	else if (err != PW_OK)
		block_fail(look->scan->collector->block, err, SPAN("style rules"));
	const struct html_attribute *alt = html_tag_find(look->tag, SPAN("alt"));
	if (alt != NULL) {
		look->place.flags |= REFERENCE_HAS_ALT;
		look->place.alt = span_trim(scan_value(look->scan, alt).text);
	}
	look->place.hidden = facts.hidden;
	look->place.width = facts.width;
	look->place.height = facts.height;
	look->place.flags |= facts.in_link ? REFERENCE_IN_LINK : 0;
}

/* Elements that show nothing by nature. */
static bool
shows_nothing(const struct look *look, enum reference_kind kind)
{
	return kind == REFERENCE_REFRESH || span_eq_nocase(look->tag->name, SPAN("bgsound"));
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
		look->deciding[look->deciding_count++] = span_trim(scan_value(look->scan, first).text);
	if (last != first)
		look->deciding[look->deciding_count++] = span_trim(scan_value(look->scan, last).text);
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
			if (span_is(look->deciding[k], param_names[i])) {
				add_url(look, value);
				return;
			}
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
	struct layer	value = scan_value(look->scan, look->attribute);
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
		html_collect(look->scan->collector, &value, HTML_NESTED);
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

	if (scan->sheet_bytes > LOOK_MOST_READINGS * scan->layer->text.len) {
		block_exceed(scan->collector->block, LIMIT_css_tokens);
		return;
	}
	sheet = look_sheet(scan, tag);
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

bool
look_is_inert(const struct scan *scan, const struct item *item, uint32_t node)
{
	return item->in_template && !scan->foreign && !scan->frameset && node != NODE_NONE && scan->tree.nodes[node].inert;
}

void
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
		.inert = look_is_inert(scan, item, look.node),
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

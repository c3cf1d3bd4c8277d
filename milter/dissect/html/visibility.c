#include "visibility.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS		256
#define TINY_PX		3.0	/* a side of at most this shows nothing (3 x 3 is the largest pixel seen in the wild) */
#define FAR_PX		(-200.0)	/* further out than any layout that means to be seen */

/* The properties that decide, and whether they pass to what is inside. */
enum property {
	DISPLAY, VISIBILITY, OPACITY, WIDTH, HEIGHT, MAX_WIDTH, MAX_HEIGHT, POSITION, LEFT, TOP, RIGHT, BOTTOM,
	MARGIN_LEFT, MARGIN_TOP, TEXT_INDENT, CLIP, CLIP_PATH, OVERFLOW, TRANSFORM, FILTER, PROPERTY_COUNT
};

static const struct span property_names[PROPERTY_COUNT] = {
	[DISPLAY] = { "display", 7 }, [VISIBILITY] = { "visibility", 10 }, [OPACITY] = { "opacity", 7 },
	[WIDTH] = { "width", 5 }, [HEIGHT] = { "height", 6 }, [MAX_WIDTH] = { "max-width", 9 },
	[MAX_HEIGHT] = { "max-height", 10 }, [POSITION] = { "position", 8 }, [LEFT] = { "left", 4 },
	[TOP] = { "top", 3 }, [RIGHT] = { "right", 5 }, [BOTTOM] = { "bottom", 6 },
	[MARGIN_LEFT] = { "margin-left", 11 }, [MARGIN_TOP] = { "margin-top", 10 },
	[TEXT_INDENT] = { "text-indent", 11 }, [CLIP] = { "clip", 4 }, [CLIP_PATH] = { "clip-path", 9 },
	[OVERFLOW] = { "overflow", 8 }, [TRANSFORM] = { "transform", 9 },
	[FILTER] = { "filter", 6 },
};

/* The cascade: important before inline before specificity before order. */
#define WEIGHT_IMPORTANT	((uint64_t)1 << 62)
#define WEIGHT_INLINE		((uint64_t)1 << 61)

struct style {
	struct span	value[PROPERTY_COUNT];
	uint64_t	weight[PROPERTY_COUNT];		/* 0: not set */
	uint64_t	shown_weight[PROPERTY_COUNT];	/* the heaviest rule that may apply and shows it */
};

/* Generators write the same style attribute at a hundred cells. */
#define INLINE_STYLES	64

struct inline_style {
	struct span		text;	/* as written */
	struct css_declarations	declarations;
};

#define INHERITED_KNOWN		((uint32_t)1 << 31)
#define INHERITED_INVISIBLE	((uint32_t)1 << 30)	/* visibility: hidden, which a child may undo */
#define INHERITED_LINK		((uint32_t)1 << 29)
#define INHERITED		(INHERITED_KNOWN | INHERITED_INVISIBLE | INHERITED_LINK)

static uint32_t
hash(struct span name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)ascii_lower(name.at[i])) * 16777619u;
	return h % BUCKETS;
}

static enum property
property_of(struct span name)
{
	for (size_t i = 0; i < PROPERTY_COUNT; i++)
		if (span_eq(name, property_names[i]))
			return (enum property)i;
	return PROPERTY_COUNT;
}

static bool
rule_matters(const struct css_rule *rule)
{
	for (size_t i = 0; i < rule->declarations.count; i++)
		if (property_of(rule->declarations.at[i].name) != PROPERTY_COUNT)
			return !rule->pseudo_element;
	return false;
}

/* A rule is found by the rarest name that it asks for; "*" has the bucket of the empty name. */
static struct span
rule_key(const struct css_rule *rule)
{
	const struct css_compound *last = &rule->last;

	if (last->id.len > 0)
		return last->id;
	if (last->class_count > 0)
		return last->classes[0];
	return span_eq(last->element, SPAN("*")) ? SPAN_NONE : last->element;
}

enum pw_err
visibility_prepare(struct visibility_context *context, struct span text, const struct html_tree *tree,
    const struct limits *limits, uint64_t *work_left, struct arena *arena)
{
	context->tree = tree;
	context->arena = arena;
	context->max_tokens = limits->css_tokens;
	html_lexer_init(&context->lexer, text, HTML_PLAIN, limits->attributes, arena);
	context->selectors = (struct selector_context){ .tree = tree, .lexer = context->lexer, .work_left = work_left,
	    .arena = arena };
	context->buckets = arena_array(arena, BUCKETS, sizeof(*context->buckets));
	context->next = arena_array(arena, context->rules.count, sizeof(*context->next));
	context->inherited = arena_array(arena, tree != NULL ? tree->count : 0, sizeof(*context->inherited));
	if (context->buckets == NULL || context->next == NULL || context->inherited == NULL)
		return PW_ENOMEM;
	for (uint32_t i = 0; i < context->rules.count; i++) {
		if (!rule_matters(&context->rules.at[i]))
			continue;
		uint32_t *bucket = &context->buckets[hash(rule_key(&context->rules.at[i]))];
		context->next[i] = *bucket;
		*bucket = i + 1;
	}
	return PW_OK;
}

static bool
is_zero(struct span value)
{
	double px;

	return css_length_px(value, false, &px) && px <= 0.0;
}

/* Does this value, if it applied, show what another one hides? */
static bool
value_shows(enum property property, struct span value)
{
	switch (property) {
	case DISPLAY:
		return !span_eq_nocase(value, SPAN("none"));
	case VISIBILITY:
		return span_eq_nocase(value, SPAN("visible"));
	case OPACITY:
	case MAX_HEIGHT:
	case MAX_WIDTH:
		return !is_zero(value) && !span_eq(value, SPAN("0"));
	default:
		return false;
	}
}

static void
apply(struct style *style, const struct css_declarations *declarations, uint64_t base, bool certain)
{
	for (size_t i = 0; i < declarations->count; i++) {
		const struct css_declaration	*declaration = &declarations->at[i];
		enum property			 property = property_of(declaration->name);
		uint64_t			 weight = base + (declaration->important ? WEIGHT_IMPORTANT : 0);

		if (property == PROPERTY_COUNT)
			continue;
		if (!certain) {
			if (value_shows(property, declaration->value) && weight > style->shown_weight[property])
				style->shown_weight[property] = weight;
		} else if (weight >= style->weight[property]) {
			style->weight[property] = weight;
			style->value[property] = declaration->value;
		}
	}
}

/* Declarations of a rule that fits cost more than a look at it. */
#define DECLARATION_WORK	4u

/* An element that is asked about. */
struct subject {
	struct element_names	 names;
	uint32_t		 node;	/* NODE_NONE: nobody knows what stands around it */
	struct style		*style;
};

static enum pw_err
apply_rule(struct visibility_context *context, const struct css_rule *rule, const struct subject *subject)
{
	bool		placed = rule->around_count == 0 || (subject->node != NODE_NONE && context->tree != NULL), fits = true;
	enum pw_err	err = PW_OK;

	if (rule->around_count > 0 && placed)
		err = selector_fits_around(&context->selectors, rule, subject->node, &fits);
	if (err != PW_OK || !fits)
		return err;
	if (!selector_take_work(&context->selectors, DECLARATION_WORK * rule->declarations.count))
		return PW_ELIMIT;
	apply(subject->style, &rule->declarations, 1 + ((uint64_t)rule->specificity << 24) + (rule->order & 0xffffff),
	    rule->exact && placed && !rule->conditional);
	return PW_OK;
}

static enum pw_err
apply_bucket(struct visibility_context *context, struct span key, const struct subject *subject)
{
	enum pw_err err = PW_OK;

	for (uint32_t i = context->buckets[hash(key)]; i != 0 && err == PW_OK; i = context->next[i - 1]) {
		const struct css_rule *rule = &context->rules.at[i - 1];

		if (!selector_take_work(&context->selectors, selector_work(&rule->last, &subject->names)))
			return PW_ELIMIT;
		if (span_eq_nocase(rule_key(rule), key) && selector_fits(&rule->last, &subject->names))
			err = apply_rule(context, rule, subject);
	}
	return err;
}

static enum pw_err
inline_read(struct visibility_context *context, struct span text, struct css_declarations *declarations)
{
	uint32_t		 h = (uint32_t)text.len * 31u + (unsigned char)text.at[text.len / 2];
	struct inline_style	*known;
	struct layer		 raw = { .text = text }, decoded;
	enum pw_err		 err = PW_OK;

	if (context->inline_styles == NULL)
		context->inline_styles = arena_array(context->arena, INLINE_STYLES, sizeof(*known));
	if (context->inline_styles == NULL)
		return PW_ENOMEM;
	known = &context->inline_styles[h % INLINE_STYLES];
	if (!span_eq(known->text, text)) {
		known->text = SPAN_NONE;
		known->declarations = (struct css_declarations){ 0 };
		err = charref_decode(&raw, CHARREF_IN_ATTRIBUTE, context->arena, &decoded);
		if (err == PW_OK)
			err = css_declarations(decoded.text, context->max_tokens, context->arena, &known->declarations);
		if (err == PW_OK)
			known->text = text;
	}
	*declarations = known->declarations;
	return err;
}

static enum pw_err
style_of(struct visibility_context *context, const struct html_tag *tag, uint32_t node, struct style *style)
{
	struct subject		 subject = { .names = selector_names(tag), .node = node, .style = style };
	struct span		 list = subject.names.classes, word, inline_text = selector_attribute(tag, SPAN("style"));
	struct css_declarations	 declarations = { 0 };

	*style = (struct style){ 0 };
	enum pw_err err = apply_bucket(context, SPAN_NONE, &subject);
	if (err == PW_OK)
		err = apply_bucket(context, tag->name, &subject);
	if (err == PW_OK && subject.names.id.len > 0)
		err = apply_bucket(context, subject.names.id, &subject);
	while (err == PW_OK && (word = selector_next_class(&list)).len > 0)
		err = apply_bucket(context, word, &subject);
	if (err == PW_OK && inline_text.len > 0)
		err = inline_read(context, inline_text, &declarations);
	if (err == PW_OK)
		apply(style, &declarations, WEIGHT_INLINE, true);
	return err;
}

static bool
style_is(const struct style *style, enum property property, struct span value)
{
	return style->weight[property] > style->shown_weight[property] &&
	    span_eq_nocase(style->value[property], value);
}

static bool
style_px(const struct style *style, enum property property, double *px)
{
	return style->weight[property] > 0 && css_length_px(style->value[property], false, px);
}

static bool
style_at_most(const struct style *style, enum property property, double most)
{
	double px;

	return style->weight[property] > style->shown_weight[property] && style_px(style, property, &px) && px <= most;
}

#define FAINT	0.05	/* an opacity or a scale of at most this shows nothing */

/* A number or a percentage, as opacity and scale have them; what follows it does not matter. */
static bool
is_faint(struct span value)
{
	char	 text[32];
	size_t	 len = value.len < sizeof(text) ? value.len : sizeof(text) - 1;
	char	*end;

	if (len == 0)
		return false;
	memcpy(text, value.at, len);
	text[len] = '\0';
	double number = strtod(text, &end);
	return end != text && number / (*end == '%' ? 100.0 : 1.0) <= FAINT;
}

/* What stands in the parentheses of the function that the value begins with. */
static struct span
argument_of(struct span value, struct span function)
{
	if (!span_starts_nocase(value, function) || value.len <= function.len || value.at[function.len] != '(')
		return SPAN_NONE;
	return span_trim(span_cut(value, function.len + 1, span_find_char(value, ')', function.len)));
}

/* opacity: 0, filter: opacity(0). */
static bool
style_is_transparent(const struct style *style)
{
	return (style->weight[OPACITY] > style->shown_weight[OPACITY] && is_faint(style->value[OPACITY])) ||
	    is_faint(argument_of(style->value[FILTER], SPAN("opacity")));
}

static bool
is_scaled_away(const struct style *style)
{
	static const struct span scales[] = { { "scale", 5 }, { "scale3d", 7 }, { "scaleX", 6 }, { "scaleY", 6 } };

	for (size_t i = 0; i < NITEMS(scales); i++)
		if (is_faint(argument_of(style->value[TRANSFORM], scales[i])))
			return true;
	return false;
}

/* translate(-9999px), translateX(-9999px). */
static bool
is_moved_away(const struct style *style)
{
	static const struct span moves[] = { { "translate", 9 }, { "translate3d", 11 }, { "translateX", 10 },
		{ "translateY", 10 } };

	for (size_t i = 0; i < NITEMS(moves); i++) {
		struct span	argument = argument_of(style->value[TRANSFORM], moves[i]);
		double		px;

		argument = span_trim(span_cut(argument, 0, span_find_char(argument, ',', 0)));
		if (argument.len > 0 && css_length_px(argument, false, &px) && px <= FAR_PX)
			return true;
	}
	return false;
}

/* clip: rect(0 0 0 0), clip-path: inset(100%), transform: scale(0): functions of zeros, and insets of half or more. */
static bool
is_clipped_away(const struct style *style)
{
	struct span clip = style->value[CLIP], path = style->value[CLIP_PATH];

	if (span_starts_nocase(clip, SPAN("rect("))) {
		size_t nonzero = 0;

		for (size_t i = 5; i < clip.len; i++)
			nonzero += clip.at[i] >= '2' && clip.at[i] <= '9';
		if (nonzero == 0 && span_find_nocase(clip, SPAN("auto"), 0) == clip.len)
			return true;
	}
	if (span_starts_nocase(path, SPAN("inset(50%")) || span_starts_nocase(path, SPAN("inset(100%")) ||
	    span_starts_nocase(path, SPAN("circle(0")) || span_starts_nocase(path, SPAN("polygon(0 0, 0 0, 0 0")))
		return true;
	return is_scaled_away(style);
}

static bool
style_side_at_most(const struct style *style, enum property side, enum property most, double px)
{
	return style_at_most(style, side, px) || style_at_most(style, most, px);
}

/* What hides the element together with all that is in it. */
static uint32_t
hidden_by_style(const struct html_tag *tag, const struct style *style)
{
	uint32_t hidden = 0;

	if (style_is(style, DISPLAY, SPAN("none")) ||
	    (html_tag_find(tag, SPAN("hidden")) != NULL && style->weight[DISPLAY] == 0 &&
	    style->shown_weight[DISPLAY] == 0))
		hidden |= HIDDEN_DISPLAY;
	if (style_is_transparent(style))
		hidden |= HIDDEN_OPACITY;
	if (is_clipped_away(style))
		hidden |= HIDDEN_CLIPPED;
	if (style_is(style, POSITION, SPAN("absolute")) || style_is(style, POSITION, SPAN("fixed")) ||
	    style_is(style, POSITION, SPAN("relative")))
		if (style_at_most(style, LEFT, FAR_PX) || style_at_most(style, TOP, FAR_PX) ||
		    style_at_most(style, RIGHT, FAR_PX) || style_at_most(style, BOTTOM, FAR_PX))
			hidden |= HIDDEN_OFFSCREEN;
	if (style_at_most(style, MARGIN_LEFT, FAR_PX) || style_at_most(style, MARGIN_TOP, FAR_PX) ||
	    style_at_most(style, TEXT_INDENT, FAR_PX) || is_moved_away(style))
		hidden |= HIDDEN_OFFSCREEN;
	if (style_is(style, OVERFLOW, SPAN("hidden")) || style_is(style, OVERFLOW, SPAN("clip"))) {
		/* A line of one pixel is layout; a dot of one is not. */
		if (style_side_at_most(style, HEIGHT, MAX_HEIGHT, 0) || style_side_at_most(style, WIDTH, MAX_WIDTH, 0) ||
		    (style_side_at_most(style, HEIGHT, MAX_HEIGHT, TINY_PX) &&
		    style_side_at_most(style, WIDTH, MAX_WIDTH, TINY_PX)))
			hidden |= HIDDEN_CLIPPED;
	}
	return hidden;
}

static uint32_t
pass_on(uint32_t outer, const struct html_tag *tag, const struct style *style)
{
	uint32_t state = outer | hidden_by_style(tag, style);

	if (style_is(style, VISIBILITY, SPAN("hidden")) || style_is(style, VISIBILITY, SPAN("collapse")))
		state |= INHERITED_INVISIBLE;
	else if (style->weight[VISIBILITY] > 0 || style->shown_weight[VISIBILITY] > 0)
		state &= ~INHERITED_INVISIBLE;
	if (span_eq_nocase(tag->name, SPAN("a")) && selector_attribute(tag, SPAN("href")).len > 0)
		state |= INHERITED_LINK;
	return state;
}

/* What the elements around a node say of it; remembered for each of them. */
static enum pw_err
inherited_by(struct visibility_context *context, uint32_t node, uint32_t *state)
{
	uint32_t	 parent = context->tree->nodes[node].parent, count = 0;
	uint32_t	*chain;

	*state = 0;
	for (uint32_t i = parent; i != NODE_NONE && (context->inherited[i] & INHERITED_KNOWN) == 0;
	    i = context->tree->nodes[i].parent)
		count++;
	chain = arena_array(context->arena, count, sizeof(*chain));
	if (chain == NULL)
		return PW_ENOMEM;
	for (uint32_t i = 0; i < count; i++, parent = context->tree->nodes[parent].parent)
		chain[i] = parent;
	if (parent != NODE_NONE)
		*state = context->inherited[parent];
	while (count-- > 0) {
		struct html_tag	tag;
		struct style	style;
		uint32_t	at = context->tree->nodes[chain[count]].at;

		if (at != NODE_NONE && html_lexer_tag_at(&context->lexer, at, &tag)) {
			enum pw_err err = style_of(context, &tag, chain[count], &style);
			if (err != PW_OK)
				return err;
			*state = pass_on(*state, &tag, &style);
		}
		context->inherited[chain[count]] = *state | INHERITED_KNOWN;
	}
	return PW_OK;
}

/* The attribute's number (WHATWG HTML: rules for parsing dimension values), percentages are unknown. */
static bool
attribute_px(const struct html_tag *tag, struct span name, double *px)
{
	struct span	value = span_trim(selector_attribute(tag, name));
	size_t		digits = 0;

	while (digits < value.len && digits < 9 && ascii_digit(value.at[digits]))
		digits++;
	if (digits == 0 || memchr(value.at, '%', value.len) != NULL)
		return false;
	*px = 0;
	for (size_t i = 0; i < digits; i++)
		*px = *px * 10 + (value.at[i] - '0');
	return true;
}

/* Style wins over the attribute; a maximum caps both. */
static bool
side_px(const struct html_tag *tag, const struct style *style, enum property side, enum property most,
    struct span attribute, double *px)
{
	bool	known = style->weight[side] > 0 ? style_px(style, side, px) : attribute_px(tag, attribute, px);
	double	cap;

	if (style_px(style, most, &cap) && style->weight[most] > style->shown_weight[most] && (!known || cap < *px)) {
		/* "max-width: 600px" alone says nothing of the size. */
		if (known || cap <= TINY_PX) {
			*px = cap;
			known = true;
		}
	}
	return known;
}

static uint32_t
whole_px(bool known, double px)
{
	return known && px >= 0 && px < 1e6 ? (uint32_t)px : REFERENCE_NO_SIZE;
}

/* A picture keeps its proportions: one side of nothing makes nothing of the other. A box without a width is wide. */
static bool
is_picture(struct span element)
{
	return span_eq_nocase(element, SPAN("img")) || span_eq_nocase(element, SPAN("image")) ||
	    span_eq_nocase(element, SPAN("input")) || span_eq_nocase(element, SPAN("amp-img"));
}

enum pw_err
visibility_of(struct visibility_context *context, const struct html_tag *tag, uint32_t node,
    struct visibility *visibility)
{
	struct style	style;
	uint32_t	state = 0;
	double		width = 0, height = 0;
	enum pw_err	err = style_of(context, tag, node, &style);

	if (err == PW_OK && node != NODE_NONE && context->tree != NULL)
		err = inherited_by(context, node, &state);
	if (err != PW_OK)
		return err;
	state = pass_on(state, tag, &style);
	bool has_width = side_px(tag, &style, WIDTH, MAX_WIDTH, SPAN("width"), &width);
	bool has_height = side_px(tag, &style, HEIGHT, MAX_HEIGHT, SPAN("height"), &height);
	/* "height: auto" for all pictures of a mail, and one side given: the attribute tells the proportion. */
	if (has_width != has_height && is_picture(tag->name)) {
		has_width = has_width || (style_is(&style, WIDTH, SPAN("auto")) && attribute_px(tag, SPAN("width"), &width));
		has_height = has_height ||
		    (style_is(&style, HEIGHT, SPAN("auto")) && attribute_px(tag, SPAN("height"), &height));
	}
	visibility->in_link = (state & INHERITED_LINK) != 0;
	visibility->hidden = state & ~INHERITED;
	if ((state & INHERITED_INVISIBLE) != 0)
		visibility->hidden |= HIDDEN_VISIBILITY;
	if ((has_width && width <= 0) || (has_height && height <= 0) ||
	    (has_width && has_height && width <= TINY_PX && height <= TINY_PX) ||
	    (has_width != has_height && is_picture(tag->name) && (has_width ? width : height) <= 1))
		visibility->hidden |= HIDDEN_SIZE;
	visibility->width = whole_px(has_width, width);
	visibility->height = whole_px(has_height, height);
	return PW_OK;
}

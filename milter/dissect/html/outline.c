#include "outline.h"

#include "../characters.h"
#include "vectors.h"

enum role { ROLE_NONE, ROLE_SHOWS, ROLE_TABLE, ROLE_CELL, ROLE_ROW };

static const struct {
	struct span	name;
	enum role	role;
} roles[] = {
	{ SPAN("img"), ROLE_SHOWS }, { SPAN("table"), ROLE_TABLE }, { SPAN("td"), ROLE_CELL }, { SPAN("th"), ROLE_CELL },
	{ SPAN("tr"), ROLE_ROW }, { SPAN("tbody"), ROLE_ROW }, { SPAN("thead"), ROLE_ROW }, { SPAN("tfoot"), ROLE_ROW },
	{ SPAN("hr"), ROLE_SHOWS }, { SPAN("input"), ROLE_SHOWS }, { SPAN("image"), ROLE_SHOWS }, { SPAN("svg"), ROLE_SHOWS },
	{ SPAN("video"), ROLE_SHOWS }, { SPAN("audio"), ROLE_SHOWS }, { SPAN("iframe"), ROLE_SHOWS },
	{ SPAN("frame"), ROLE_SHOWS }, { SPAN("object"), ROLE_SHOWS }, { SPAN("embed"), ROLE_SHOWS },
	{ SPAN("amp-img"), ROLE_SHOWS }, { SPAN("bgsound"), ROLE_SHOWS },
};

/* Asked for each tag: most differ in their length or their first letter. name is not empty. */
static bool
is_named(struct span name, struct span wanted)
{
	return name.len == wanted.len && ascii_lower(name.at[0]) == wanted.at[0] && span_eq_nocase(name, wanted);
}

static enum role
role_of(struct span name)
{
	for (size_t i = 0; name.len > 0 && i < NITEMS(roles); i++)
		if (is_named(name, roles[i].name))
			return roles[i].role;
	return ROLE_NONE;
}

/* What an element's style does to what is in it; letters of no size leave pictures, and elements with a size of their own. */
enum effect { EFFECT_NONE = 0, HIDES_ALL = 1, LETTERS_VANISH = 2, LETTERS_RETURN = 4 };

static const struct {
	struct span	property, value;
	enum effect	effect;
} hiding[] = {
	{ SPAN("display"), SPAN("none"), HIDES_ALL }, { SPAN("visibility"), SPAN("hidden"), HIDES_ALL },
	{ SPAN("mso-hide"), SPAN("all"), HIDES_ALL }, { SPAN("max-height"), SPAN("0"), HIDES_ALL },
	{ SPAN("opacity"), SPAN("0"), HIDES_ALL }, { SPAN("font-size"), SPAN("0"), LETTERS_VANISH },
};

/* What their values begin with. */
static const bool begins_value[256] = {
	['0'] = true, ['n'] = true, ['N'] = true, ['h'] = true, ['H'] = true, ['a'] = true, ['A'] = true,
};

static bool
is_of_word(char c)
{
	return ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '.';
}

static bool
ends_with_name(struct span text, struct span name)
{
	/* Most names end otherwise. */
	if (text.len < name.len || ascii_lower(text.at[text.len - 1]) != name.at[name.len - 1])
		return false;
	return span_ends_nocase(text, name) && (text.len == name.len || !is_of_word(text.at[text.len - name.len - 1]));
}

/* A zero may have a unit. */
static bool
is_value(struct span word, struct span value)
{
	if (value.at[0] != '0' || word.at[0] != '0' || word.len == 1)
		return span_eq_nocase(word, value);
	return ascii_alpha(word.at[1]);
}

/* A size that is not a share of the size around. */
static bool
is_own_size(struct span word, struct span behind)
{
	return ascii_digit(word.at[0]) && !span_starts(behind, SPAN("%")) &&
	    (span_ends_nocase(word, SPAN("px")) || span_ends_nocase(word, SPAN("pt")) || span_ends_nocase(word, SPAN("rem")));
}

/* Found by its colons: most styles have few, and none of these. */
static unsigned
effect_of_style(struct span style, bool letters_gone)
{
	unsigned effect = EFFECT_NONE;

	for (size_t at = 0; (at = span_find_char(style, ':', at)) < style.len; at++) {
		size_t name_end = at, begin = at + 1, end;

		while (begin < style.len && ascii_space(style.at[begin]))
			begin++;
		if (begin == style.len || (!begins_value[(unsigned char)style.at[begin]] &&
		    !(letters_gone && ascii_digit(style.at[begin]))))
			continue;
		while (name_end > 0 && ascii_space(style.at[name_end - 1]))
			name_end--;
		for (end = begin; end < style.len && is_of_word(style.at[end]);)
			end++;
		struct span word = span_cut(style, begin, end);
		for (size_t i = 0; i < NITEMS(hiding); i++) {
			if (!ends_with_name(span_cut(style, 0, name_end), hiding[i].property))
				continue;
			if (is_value(word, hiding[i].value))
				effect |= hiding[i].effect;
			else if (hiding[i].effect == LETTERS_VANISH && is_own_size(word, span_from(style, end)))
				effect |= LETTERS_RETURN;
		}
	}
	return effect;
}

static unsigned
effect_of_tag(const struct html_tag *tag, bool letters_gone)
{
	unsigned effect = EFFECT_NONE;

	for (size_t i = 0; i < tag->attribute_count; i++) {
		const struct html_attribute *attribute = &tag->attributes[i];

		if (attribute->name.len > 0 && is_named(attribute->name, SPAN("hidden")))
			effect |= HIDES_ALL;
		else if (attribute->name.len > 0 && is_named(attribute->name, SPAN("style")))
			effect |= effect_of_style(attribute->value, letters_gone);
	}
	return effect;
}

static bool
letters_are_gone(const struct outline *outline)
{
	return outline->sized_count > 0 && outline->sized[outline->sized_count - 1].gone;
}

/* Deeper than the array is nobody's layout: what is in there counts as what is around it does. */
static void
add_sized(struct outline *outline, struct span name, bool gone)
{
	if (outline->sized_count < NITEMS(outline->sized) && gone != letters_are_gone(outline))
		outline->sized[outline->sized_count++] = (struct outline_sized){ .name = name, .depth = 1, .gone = gone };
}

static void
open_sized(struct outline *outline, struct span name)
{
	for (size_t i = 0; i < outline->sized_count; i++)
		outline->sized[i].depth += span_eq_nocase(name, outline->sized[i].name);
}

/* What is closed closes all that was left open in it. */
static void
close_sized(struct outline *outline, struct span name)
{
	size_t kept = outline->sized_count;

	for (size_t i = outline->sized_count; i-- > 0;)
		if (span_eq_nocase(name, outline->sized[i].name) && --outline->sized[i].depth == 0)
			kept = i;
	outline->sized_count = kept;
}

static enum pw_err
open_cell(struct outline *outline, bool is_table)
{
	struct outline_cell *cells = arena_grow(outline->arena, outline->cells, outline->cell_count, &outline->cell_capacity,
	    sizeof(*cells));

	if (cells == NULL)
		return PW_ENOMEM;
	outline->cells = cells;
	cells[outline->cell_count] = (struct outline_cell){ .parent = outline->cell, .is_table = is_table,
	    .holder = is_table ? cells[outline->cell].holder : (uint32_t)outline->cell_count };
	outline->cell = (uint32_t)outline->cell_count++;
	return PW_OK;
}

static enum pw_err
add_item(struct outline *outline, size_t at, size_t characters)
{
	struct outline_item	*last = outline->count > 0 ? &outline->items[outline->count - 1] : NULL, *items;

	if (characters > 0 && last != NULL && last->characters > 0 && last->cell == outline->cell) {
		last->characters += (uint32_t)characters;
		return PW_OK;
	}
	items = arena_grow(outline->arena, outline->items, outline->count, &outline->capacity, sizeof(*items));
	if (items == NULL)
		return PW_ENOMEM;
	outline->items = items;
	items[outline->count++] = (struct outline_item){ .at = (uint32_t)at, .cell = outline->cell,
	    .characters = (uint32_t)characters, .hidden = outline->hiding_depth > 0 };
	return PW_OK;
}

enum pw_err
outline_init(struct outline *outline, struct arena *arena)
{
	*outline = (struct outline){ .arena = arena };
	return open_cell(outline, false);
}

/* A cell is closed by whatever cannot stand in it. */
static void
leave_cell(struct outline *outline)
{
	if (outline->cell != 0 && !outline->cells[outline->cell].is_table)
		outline->cell = outline->cells[outline->cell].parent;
}

static enum pw_err
add_start_tag(struct outline *outline, const struct html_tag *tag)
{
	if (outline->hiding_depth > 0)
		outline->hiding_depth += span_eq_nocase(tag->name, outline->hiding);
	open_sized(outline, tag->name);
	switch (role_of(tag->name)) {
	case ROLE_SHOWS:
		return add_item(outline, tag->begin, 0);
	case ROLE_TABLE:
		return open_cell(outline, true);
	case ROLE_CELL:
		leave_cell(outline);
		/* Outside of tables a browser ignores it. */
		if (outline->cell != 0)
			return open_cell(outline, false);
		break;
	case ROLE_ROW:
		leave_cell(outline);
		break;
	case ROLE_NONE:
		break;
	}
	return PW_OK;
}

static void
add_end_tag(struct outline *outline, struct span name)
{
	enum role role = role_of(name);

	if (outline->hiding_depth > 0)
		outline->hiding_depth -= span_eq_nocase(name, outline->hiding);
	close_sized(outline, name);
	if (role == ROLE_SHOWS || role == ROLE_NONE)
		return;
	leave_cell(outline);
	if (role == ROLE_TABLE && outline->cell != 0)
		outline->cell = outline->cells[outline->cell].parent;
}

static void
apply_effect(struct outline *outline, const struct html_tag *tag)
{
	unsigned effect = effect_of_tag(tag, letters_are_gone(outline));

	/* A void element holds nothing that it could hide, or show. */
	if (effect == EFFECT_NONE || element_is_void(tag->name))
		return;
	if ((effect & HIDES_ALL) != 0 && outline->hiding_depth == 0) {
		outline->hiding = tag->name;
		outline->hiding_depth = 1;
	}
	if ((effect & (LETTERS_VANISH | LETTERS_RETURN)) != 0)
		add_sized(outline, tag->name, (effect & LETTERS_VANISH) != 0);
}

enum pw_err
outline_add(struct outline *outline, struct span text, const struct html_token *token)
{
	size_t		characters = 0;
	enum pw_err	err = PW_OK;

	if (outline->hiding_depth == 0 && !letters_are_gone(outline))
		characters = characters_of_markup(span_cut(text, outline->behind, token->begin));
	if (characters > 0)
		err = add_item(outline, outline->behind, characters);
	outline->behind = token->end;
	if (err != PW_OK || (token->type != HTML_START_TAG && token->type != HTML_END_TAG))
		return err;
	if (token->type == HTML_END_TAG) {
		add_end_tag(outline, token->tag.name);
		return PW_OK;
	}
	err = add_start_tag(outline, &token->tag);
	if (outline->hiding_depth == 0)
		apply_effect(outline, &token->tag);
	return err;
}

uint32_t
outline_characters(const struct outline *outline)
{
	uint32_t characters = 0;

	for (size_t i = 0; i < outline->count; i++)
		characters += outline->items[i].characters;
	return characters;
}

/* The item whose tag it is, or NULL. */
static struct outline_item *
item_of(const struct outline *outline, const struct layer *layer, const struct reference *reference)
{
	size_t low = 0, high = outline->count;

	if ((reference->flags & REFERENCE_NESTED) != 0 || reference->tag.end == 0)
		return NULL;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (layer_at(layer, outline->items[middle].at) < reference->tag.begin)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == outline->count || outline->items[low].characters > 0 ||
	    layer_at(layer, outline->items[low].at) != reference->tag.begin)
		return NULL;
	return &outline->items[low];
}

static void
count_shown(struct outline *outline)
{
	for (size_t i = 0; i < outline->count; i++)
		outline->cells[outline->items[i].cell].shown += !outline->items[i].hidden;
	for (size_t i = outline->cell_count; i-- > 1;)
		outline->cells[outline->cells[i].parent].shown += outline->cells[i].shown;
}

static bool
is_alone(const struct outline *outline, const struct outline_item *item)
{
	uint32_t holder = outline->cells[item->cell].holder;

	return outline->cells[holder].shown == !item->hidden;
}

void
outline_place(struct outline *outline, struct collector *collector, const struct layer *layer, size_t first)
{
	struct block	*block = collector->block;
	size_t		 begin = 0, end = outline->count;

	for (size_t i = first; i < block->references.count; i++) {
		struct outline_item *item = item_of(outline, layer, block_reference(block, i));

		if (item != NULL && block_reference(block, i)->trigger != TRIGGER_CLICK)
			item->hidden = item->hidden || block_reference(block, i)->hidden != 0;
	}
	count_shown(outline);
	while (begin < end && outline->items[begin].hidden)
		begin++;
	while (end > begin && outline->items[end - 1].hidden)
		end--;
	for (size_t i = first; i < block->references.count; i++) {
		struct reference		*reference = block_reference(block, i);
		const struct outline_item	*item = item_of(outline, layer, reference);
		size_t				 index = item != NULL ? (size_t)(item - outline->items) : 0;

		if (item == NULL)
			continue;
		reference->flags |= REFERENCE_IN_FLOW;
		reference->flags |= is_alone(outline, item) ? REFERENCE_ALONE : 0;
		reference->flags |= index <= begin || begin == end ? REFERENCE_FIRST : 0;
		reference->flags |= index + 1 >= end || begin == end ? REFERENCE_LAST : 0;
	}
}

/* References in CSS, wherever it stands. */
#include "html.h"

#include "data.h"

static const struct {
	enum css_place_kind	place;
	enum reference_kind	kind;
} kinds[] = {
	{ CSS_PLACE_IMAGE, REFERENCE_CSS },
	{ CSS_PLACE_IMPORT, REFERENCE_IMPORT },
	{ CSS_PLACE_FONT, REFERENCE_FONT },
};

static enum reference_kind
kind_of(enum css_place_kind place)
{
	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (kinds[i].place == place)
			return kinds[i].kind;
	return REFERENCE_CSS;
}

void
html_collect_css(struct collector *collector, const struct layer *layer, enum css_context context,
    const struct css_surroundings *around)
{
	struct block		*block = collector->block;
	struct css_places	 places = { 0 };
	enum pw_err		 err;

	if (collector->has_base || collector->has_broken_base)
		context = (enum css_context)(context | CSS_WITH_BASE);
	err = css_find_places(layer->text, context, block->limits->css_tokens, block->arena, &places);
	for (size_t i = 0; i < places.count; i++) {
		const struct css_place	*found = &places.at[i];
		enum url_reach		 reach;
		struct url		 url;
		struct place		 place = {
			.written = found->url, .kind = kind_of(found->kind), .trigger = TRIGGER_OPEN,
			.neutral = layer_form(layer, NEUTRAL_CSS_URL),
			.tag = layer->loose ? layer->whole : around->tag, .site = layer_extent(layer, found->begin, found->end),
			.flags = around->flags | (layer->depth > 1 ? REFERENCE_NESTED : 0),
			.hidden = around->hidden, .width = around->width, .height = around->height,
			.element = around->element, .attribute = found->property, .inert = around->inert,
		};

		collector_add(collector, &place, &reach, &url);
		if (reach == URL_INSIDE && span_eq(url.scheme, SPAN("data"))) {
			struct layer outer = *layer;

			if (!outer.loose) {
				outer.whole = place.site;
				outer.form = place.neutral;
			}
			html_collect_data(collector, &outer, url.href, found->kind == CSS_PLACE_IMPORT ? DATA_SHEET :
			    DATA_PICTURE);
		}
	}
	if (err == PW_ELIMIT)
		block_exceed(block, LIMIT_css_tokens);
	else if (err != PW_OK)
		block_fail(block, err, SPAN("a style sheet"));
}

/*
 * A text and where each of its bytes stands in the document's own coordinates.
 *
 * A style attribute is CSS behind character references behind a charset behind a transfer encoding; a
 * conditional comment is HTML inside HTML. Each is a layer; offsets in it are mapped back at once to the
 * document, so that whatever finds something deep inside can still say which bytes to edit.
 */
#ifndef DISSECT_LAYER_H
#define DISSECT_LAYER_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

struct layer {
	struct span	 text;	/* UTF-8 */
	const uint32_t	*map;	/* text.len + 1 offsets in the document, or NULL: base + offset */
	uint32_t	 base;
	unsigned	 depth;	/* layers below the document */
	bool		 loose;	/* positions have no place of their own (inside a data: URL): whole is edited
				   for whatever is found */
	struct extent	 whole;	/* of a loose layer, in document coordinates */
	enum neutral_form form;	/* what becomes of whole; NEUTRAL_NONE: it goes */
};

static inline uint32_t
layer_at(const struct layer *layer, size_t offset)
{
	if (layer->loose)
		return layer->whole.begin;
	return layer->map != NULL ? layer->map[offset] : layer->base + (uint32_t)offset;
}

/* The neutral form of a place in the layer that would have this one where positions can be trusted. */
static inline enum neutral_form
layer_form(const struct layer *layer, enum neutral_form form)
{
	if (!layer->loose || form == NEUTRAL_NONE)
		return form;
	return layer->form != NEUTRAL_NONE ? layer->form : NEUTRAL_ATTRIBUTE;
}

/* [begin, end) of the layer in document coordinates. */
static inline struct extent
layer_extent(const struct layer *layer, size_t begin, size_t end)
{
	if (layer->loose)
		return layer->whole;
	return (struct extent){ layer_at(layer, begin), layer_at(layer, end) };
}

/* The part [begin, end) of a layer as a layer of its own. */
static inline struct layer
layer_inside(const struct layer *outer, size_t begin, size_t end)
{
	struct layer inner = *outer;

	inner.text = span_cut(outer->text, begin, end);
	inner.depth++;
	if (outer->map != NULL)
		inner.map = outer->map + begin;
	else
		inner.base = outer->base + (uint32_t)begin;
	return inner;
}

#endif

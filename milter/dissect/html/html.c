/* One text: what its tags refer to, with what surrounds them. */
#include "html.h"

#include "doctype.h"
#include "instruction.h"
#include "look.h"
#include "subset.h"
#include "vectors.h"

/* Documents in attributes in documents: deeper than any client shows. */
#define MOST_LAYERS	8

static void
prepare_visibility(struct scan *scan)
{
	struct block	*block = scan->collector->block;
	struct html_tag	 tag;
	enum pw_err	 err = PW_OK;
	size_t		 sheet_bytes = 0;

	for (size_t i = 0; i < scan->count && err == PW_OK; i++)
		if (scan->items[i].type == ITEM_TAG &&
		    span_eq_nocase(html_name_at(scan->layer->text, scan->items[i].at), SPAN("style")) &&
		    html_lexer_tag_at(&scan->lexer, scan->items[i].at, &tag)) {
			struct span sheet = look_sheet(scan, &tag).text;

			sheet_bytes += sheet.len;
			err = sheet_bytes > LOOK_MOST_READINGS * scan->layer->text.len ? PW_ELIMIT :
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

/* "[if mso]> ... <![endif]": for Outlook, what is inside is part of the document. */
static void
look_at_comment(struct scan *scan, const struct item *item)
{
	struct span	text = scan->layer->text;
	size_t		begin = span_find_char(text, '>', item->text_begin);

	if (begin < item->text_end) {
		struct layer inner = layer_inside(scan->layer, begin + 1, item->text_end);
		html_collect(scan->collector, &inner, HTML_NESTED);
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
		struct span name = html_name_at(scan->layer->text, scan->items[i].at);

		if (scan->items[i].type != ITEM_TAG || !span_eq_nocase(vector_local_name(name), SPAN("base")) ||
		    !html_lexer_tag_at(&scan->lexer, scan->items[i].at, &tag))
			continue;
		const struct html_attribute *attribute = html_tag_find(&tag, SPAN("href"));
		struct span href = attribute != NULL ? scan_value(scan, attribute).text : SPAN_NONE;
		uint32_t node = scan->has_tree ? html_tree_find(&scan->tree, scan->items[i].at) : NODE_NONE;
		bool inert = look_is_inert(scan, &scan->items[i], node);
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

void
html_collect(struct collector *collector, const struct layer *layer, enum html_source source)
{
	struct block	*block = collector->block;
	struct scan	 scan = { .collector = collector, .layer = layer, .source = source };
	struct url	 outer_base = collector->base;
	bool		 had_base = collector->has_base, had_broken_base = collector->has_broken_base;
	size_t		 first = block->references.count;

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
	if (!scan_items(&scan))
		return;
	if (source == HTML_XML) {
		doctype_collect(collector, layer);
		subset_collect(collector, layer);
	}
	/* Comments of Outlook's are documents by the dozen, most without anything that leads anywhere. */
	if (scan.count > 0) {
		find_base(&scan);
		prepare_visibility(&scan);
	}
	for (size_t i = 0; i < scan.count && block->failure != PW_ENOMEM; i++) {
		const struct item *item = &scan.items[i];

		if (item->type == ITEM_TAG)
			look_at_tag(&scan, item);
		else if (item->type == ITEM_COMMENT)
			look_at_comment(&scan, item);
		else
			instruction_collect(collector, layer, item->text_begin, item->text_end, source == HTML_XML);
	}
	if (source == HTML_DOCUMENT) {
		outline_place(&scan.outline, collector, layer, first);
		collector->characters = outline_characters(&scan.outline);
		collector->imprint = imprint_digest(&scan.imprint);
		if (scan.opening.found && !scan.frameset)
			collector_opening(collector, layer_at(layer, scan.opening.at));
	}
	/* A document inside has its own base; this one's stays for what follows in the outer one. */
	if (layer->depth > 0) {
		collector->base = outer_base;
		collector->has_base = had_base;
		collector->has_broken_base = had_broken_base;
	}
}

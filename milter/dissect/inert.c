#include <pixelward/dissect/dissect.h>

#include <stdlib.h>
#include <string.h>

#include "html/html.h"
#include "mail/charset_decode.h"

/*
 * Take one occurrence of url out of the sorted list. A URL that was kept in one place is no leave for a second one.
 * taken counts at the first of equal ones.
 */
static bool
take(const struct span *sorted, size_t *taken, size_t count, struct span url)
{
	size_t first = span_lower_bound(sorted, count, url), next = first < count ? first + taken[first] : count;

	if (next >= count || !span_eq(sorted[next], url))
		return false;
	taken[first]++;
	return true;
}

static enum pw_err
document_inert(const struct changed *changed, const struct limits *limits, struct arena *arena,
    struct span *first_live)
{
	struct block		 block;
	struct charset_text	 text;
	struct span		*sorted = arena_array(arena, changed->kept_count, sizeof(*sorted));
	size_t			*taken = arena_array(arena, changed->kept_count, sizeof(*taken));
	enum pw_err		 err = block_init(&block, changed->bytes, limits, arena);

	if (sorted == NULL || taken == NULL)
		return PW_ENOMEM;
	if (err == PW_OK)
		err = charset_decode(charset_of(changed->charset, changed->bytes), changed->bytes, arena, &text);
	if (err != PW_OK)
		return err;
	if (changed->kept_count > 0) {
		memcpy(sorted, changed->kept, changed->kept_count * sizeof(*sorted));
		qsort(sorted, changed->kept_count, sizeof(*sorted), span_order);
	}
	struct collector collector = { .block = &block, .raw.none = true };
	struct layer layer = { .text = text.text };
	if (changed->base.len > 0)
		collector_set_base(&collector, changed->base);
	/* Without the tree: every tag that some tokenizer emits counts. */
	if (changed->kind == DOCUMENT_CSS) {
		struct css_surroundings around = { .width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE };
		html_collect_css(&collector, &layer, CSS_SHEET, &around);
	} else
		html_collect(&collector, &layer, changed->kind == DOCUMENT_XML ? HTML_XML : HTML_NESTED);
	if (block.failure != PW_OK)
		return block.failure;
	for (size_t i = 0; i < block.references.count; i++) {
		const struct reference *reference = (const struct reference *)block.references.at + i;
		struct span url = { block.text + reference->url.at, reference->url.len };

		if (reference->trigger != TRIGGER_CLICK && !take(sorted, taken, changed->kept_count, url)) {
			*first_live = url;
			return PW_ENOTINERT;
		}
	}
	return PW_OK;
}

enum pw_err
dissect_inert(const struct changed *changed, size_t count, const struct limits *limits, struct arena *arena,
    struct span *first_live)
{
	enum pw_err err = PW_OK;

	*first_live = SPAN_NONE;
	for (size_t i = 0; err == PW_OK && i < count; i++)
		err = document_inert(&changed[i], limits, arena, first_live);
	return err;
}

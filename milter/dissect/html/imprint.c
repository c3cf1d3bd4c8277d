#include "imprint.h"

#include <pixelward/base/fnv.h>
#include <pixelward/base/words.h>

/* Fewer runs of blocks are in many a mail that a person wrote. */
#define LEAST_RUNS	8u


/* Sorted. What stands in a line, pictures above all, changes from mail to mail. */
static const char *const block_names[] = {
	"article", "aside", "blockquote", "center", "div", "dl", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
	"li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
};
static const char *const look_names[] = { "align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "width" };
static const struct words blocks = { block_names, NITEMS(block_names) }, looks = { look_names, NITEMS(look_names) };

static uint64_t
mix(uint64_t digest, struct span text)
{
	return fnv_add(fnv_letters(digest, text), 0x1f);
}

void
imprint_add(struct imprint *imprint, const struct html_tag *tag)
{
	uint64_t block;

	if (!words_have(&blocks, tag->name))
		return;
	block = mix(FNV_BASIS, tag->name);
	for (size_t i = 0; i < tag->attribute_count; i++)
		if (words_have(&looks, tag->attributes[i].name))
			block = mix(mix(block, tag->attributes[i].name), tag->attributes[i].value);
	if (block == imprint->last)
		return;
	imprint->last = block;
	imprint->runs++;
	imprint->digest = fnv_add(imprint->runs == 1 ? FNV_BASIS : imprint->digest, block);
}

uint64_t
imprint_digest(const struct imprint *imprint)
{
	return imprint->runs >= LEAST_RUNS ? imprint->digest : 0;
}

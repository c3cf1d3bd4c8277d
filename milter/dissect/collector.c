#include "collector.h"

#include <pixelward/base/utf8.h>

static struct extent
raw_extent(const struct raw_map *raw, struct extent decoded)
{
	if (raw->none)
		return (struct extent){ 0, 0 };
	if (raw->map != NULL)
		return (struct extent){ raw->base + raw->map[decoded.begin], raw->base + raw->map[decoded.end] };
	return (struct extent){ raw->base + decoded.begin, raw->base + decoded.end };
}

static uint32_t
part_or_none(uint32_t offset)
{
	return offset == URL_NO_PART ? DISSECTION_NONE : offset;
}

/* The references of a mail lead to a few hosts, in turns: the domain of each is looked up once. */
#define MOST_LOOKED_BACK	16

static struct text
domain_of(struct block *block, struct span host)
{
	size_t			 count;
	const struct reference	*references = block_references(block, &count);

	for (size_t i = count; i > 0 && count - i < MOST_LOOKED_BACK; i--)
		if (span_eq(block_span(block, references[i - 1].host), host))
			return references[i - 1].domain;
	return block_text(block, url_registrable_domain(host));
}

#define MOST_PLACE_CHARS	80

/* For people: "img src". */
static struct text
place_text(struct block *block, const struct place *place)
{
	char	name[MOST_PLACE_CHARS];
	size_t	len = 0;

	for (size_t i = 0; i < place->element.len && len < sizeof(name); i++)
		name[len++] = place->element.at[i];
	if (place->element.len > 0 && place->attribute.len > 0 && len < sizeof(name))
		name[len++] = ' ';
	for (size_t i = 0; i < place->attribute.len && len < sizeof(name); i++)
		name[len++] = place->attribute.at[i];
	return block_text(block, (struct span){ name, len });
}

/* Enough to tell what it says; whole characters. */
#define MOST_ALT_BYTES	120

static struct span
alt_beginning(struct span alt)
{
	size_t end = MOST_ALT_BYTES;

	while (end < alt.len && end > 0 && utf8_goes_on(alt.at[end]))
		end--;
	return span_cut(alt, 0, end);
}

static void
add_reference(struct collector *collector, const struct place *place, enum url_reach reach, const struct url *url)
{
	struct block		*block = collector->block;
	struct reference	*reference = block_add_reference(block);

	if (reference == NULL)
		return;
	*reference = (struct reference){
		.document = collector->document, .kind = place->kind, .trigger = place->trigger,
		.neutral = place->neutral, .hidden = place->hidden, .width = place->width, .height = place->height,
		.flags = place->flags, .tag = place->tag, .site = place->site,
		.path_at = DISSECTION_NONE, .query_at = DISSECTION_NONE, .fragment_at = DISSECTION_NONE,
		.tag_raw = raw_extent(&collector->raw, place->tag), .site_raw = raw_extent(&collector->raw, place->site),
	};
	if (!place->inert)
		reference->flags |= reach == URL_REMOTE ? REFERENCE_LIVE : REFERENCE_INVALID_URL;
	if (reach == URL_REMOTE) {
		reference->url = block_text(block, url->href);
		reference->domain = domain_of(block, url->host);
		reference->host = block_text(block, url->host);
		reference->path_at = part_or_none(url->path_at);
		reference->query_at = part_or_none(url->query_at);
		reference->fragment_at = part_or_none(url->fragment_at);
	} else
		reference->url = block_text(block, span_trim(place->written));
	reference->place = place_text(block, place);
	reference->alt = block_text(block, alt_beginning(place->alt));
}

void
collector_add(struct collector *collector, const struct place *place, enum url_reach *reach, struct url *url)
{
	struct block *block = collector->block;

	*reach = URL_INSIDE;
	if (block->failure == PW_ENOMEM)
		return;
	if (place->written.len > block->limits->url_bytes && !span_starts_nocase(span_trim(place->written), SPAN("data:"))) {
		block_exceed(block, LIMIT_url_bytes);
		return;
	}
	if (block->url_bytes_left == 0) {
		block_exceed(block, LIMIT_url_bytes);
		return;
	}
	if (url_classify(place->written, collector->has_base ? &collector->base : NULL, block->arena, reach, url) != PW_OK) {
		block_fail(block, PW_ENOMEM, SPAN("a URL"));
		return;
	}
	block->url_bytes_left -= url->href.len < block->url_bytes_left ? url->href.len : block->url_bytes_left;
	if ((place->composed && *reach != URL_REMOTE) || (*reach == URL_RELATIVE && collector->has_broken_base))
		*reach = URL_BROKEN;
	if (*reach == URL_REMOTE || *reach == URL_BROKEN)
		add_reference(collector, place, *reach, url);
}

bool
collector_set_base(struct collector *collector, struct span written)
{
	const struct url	*outer = collector->has_base ? &collector->base : NULL;
	struct arena		*arena = collector->block->arena;
	enum url_reach		 reach;
	struct url		 base;

	if (written.len > collector->block->limits->url_bytes)
		return false;
	/* "//host/" is one even where the mail itself has no address. */
	if (url_classify(written, outer, arena, &reach, &base) != PW_OK)
		return false;
	collector->has_broken_base |= reach == URL_BROKEN;
	if ((reach != URL_REMOTE && url_parse(written, outer, arena, &base) != PW_OK) ||
	    span_eq(base.scheme, SPAN("data")) || span_eq(base.scheme, SPAN("javascript")))
		return false;
	collector->base = base;
	collector->has_base = true;
	return true;
}

void
collector_opening(struct collector *collector, uint32_t at)
{
	collector->opening = at + 1;
	collector->opening_raw = raw_extent(&collector->raw, (struct extent){ at, at }).begin;
}

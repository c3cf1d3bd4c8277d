#include "rtf.h"

#include <string.h>

/* Field instructions and destinations (RTF 1.9.1) that name something to fetch. */
static const char *const fetching[] = { "INCLUDEPICTURE", "INCLUDETEXT", "IMPORT", "LINK", "DDEAUTO",
    "\\template" };

static void
look_behind(struct collector *collector, const struct layer *layer, struct span name, size_t at)
{
	struct span	text = layer->text;
	enum url_reach	reach;
	struct url	url;
	size_t		end;

	while (at < text.len && (ascii_space(text.at[at]) || text.at[at] == '"' || text.at[at] == '{'))
		at++;
	for (end = at; end < text.len && !ascii_space(text.at[end]) && strchr("\"{}", text.at[end]) == NULL;)
		end++;
	struct place place = {
		.written = span_cut(text, at, end), .kind = REFERENCE_IMAGE, .trigger = TRIGGER_OPEN,
		.neutral = NEUTRAL_ERASE, .site = layer_extent(layer, at, end), .width = REFERENCE_NO_SIZE,
		.height = REFERENCE_NO_SIZE, .element = SPAN("rtf"), .attribute = name,
	};
	collector_add(collector, &place, &reach, &url);
}

void
rtf_collect(struct collector *collector, const struct layer *layer)
{
	for (size_t i = 0; i < NITEMS(fetching); i++) {
		struct span name = span_of(fetching[i]);

		for (size_t at = 0; (at = span_find_nocase(layer->text, name, at)) < layer->text.len; at += name.len)
			look_behind(collector, layer, name, at + name.len);
	}
}

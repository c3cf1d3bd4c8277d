#include "doctype.h"

/* The next quoted literal at or behind *at, before the declaration's '>'. */
static bool
next_literal(struct span text, size_t *at, struct span *literal, size_t *begin)
{
	while (*at < text.len && text.at[*at] != '"' && text.at[*at] != '\'' && text.at[*at] != '>')
		++*at;
	if (*at >= text.len || text.at[*at] == '>')
		return false;
	size_t end = span_find_char(text, text.at[*at], *at + 1);
	if (end >= text.len)
		return false;
	*begin = *at + 1;
	*literal = span_cut(text, *at + 1, end);
	*at = end + 1;
	return true;
}

static void
add(struct collector *collector, const struct layer *layer, struct span literal, size_t begin)
{
	enum url_reach	reach;
	struct url	url;
	struct place	place = {
		.written = literal, .kind = REFERENCE_XML, .trigger = TRIGGER_OPEN, .neutral = layer_form(layer, NEUTRAL_ERASE),
		.site = layer_extent(layer, begin, begin + literal.len), .tag = layer->loose ? layer->whole : (struct extent){ 0, 0 }, .width = REFERENCE_NO_SIZE,
		.height = REFERENCE_NO_SIZE, .element = SPAN("!DOCTYPE"), .attribute = SPAN("SYSTEM"),
	};

	collector_add(collector, &place, &reach, &url);
}

/* Parsers know the W3C's own by their public name and fetch none of them. */
static bool
is_well_known(struct span public, struct span system)
{
	return span_starts(public, SPAN("-//W3C//")) &&
	    (span_starts_nocase(system, SPAN("http://www.w3.org/")) || span_starts_nocase(system, SPAN("https://www.w3.org/")));
}

void
doctype_collect(struct collector *collector, const struct layer *layer)
{
	static const struct { struct span keyword; bool public; } forms[] = {
		{ { "SYSTEM", 6 }, false }, { { "PUBLIC", 6 }, true },
	};
	struct span text = layer->text;

	if (span_find_nocase(text, SPAN("<!"), 0) == text.len)
		return;
	for (size_t i = 0; i < NITEMS(forms); i++)
		for (size_t at = 0; (at = span_find(text, forms[i].keyword, at)) < text.len;) {
			struct span	literal, public = SPAN_NONE;
			size_t		begin;

			at += forms[i].keyword.len;
			if (forms[i].public && !next_literal(text, &at, &public, &begin))
				continue;
			if (next_literal(text, &at, &literal, &begin) && !is_well_known(public, literal))
				add(collector, layer, literal, begin);
		}
}

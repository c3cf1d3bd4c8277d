#include "instruction.h"

#include "charref.h"

static bool
ends_name(char c)
{
	return ascii_space(c) || c == '=' || c == '"' || c == '\'';
}

/* The next name="value" from *at. false: no more. */
static bool
next_pseudo_attribute(struct span text, size_t *at, struct span *name, struct extent *value)
{
	while (*at < text.len) {
		size_t begin = *at;

		while (*at < text.len && !ends_name(text.at[*at]))
			++*at;
		*name = span_cut(text, begin, *at);
		while (*at < text.len && (ascii_space(text.at[*at]) || text.at[*at] == '='))
			++*at;
		if (*at >= text.len || (text.at[*at] != '"' && text.at[*at] != '\''))
			continue;
		size_t end = span_find_char(text, text.at[*at], *at + 1);
		*value = (struct extent){ (uint32_t)*at + 1, (uint32_t)end };
		*at = end + 1;
		return true;
	}
	return false;
}

static bool
is_wanted(struct span name)
{
	static const char *const names[] = { "href", "implementation", "src" };

	for (size_t i = 0; i < NITEMS(names); i++)
		if (span_ends_nocase(name, span_of(names[i])))
			return true;
	return false;
}

/* An XSLT program builds elements and attributes out of any text: that of a data: URL or of the document itself. */
static bool
may_be_program(struct span href)
{
	return span_find_char(href, ':', 0) < href.len || span_find_char(href, '#', 0) < href.len;
}

void
instruction_collect(struct collector *collector, const struct layer *layer, size_t begin, size_t end, bool is_xml)
{
	struct span	text = span_cut(layer->text, begin, end), name;
	struct extent	found;
	struct url	url;
	enum url_reach	reach;
	size_t		at = 0;

	if (!span_starts_nocase(text, SPAN("xml-stylesheet")) && !span_starts_nocase(text, SPAN("import")))
		return;
	while (next_pseudo_attribute(text, &at, &name, &found)) {
		struct layer value = layer_inside(layer, begin + found.begin, begin + found.end), decoded;

		if (!is_wanted(name))
			continue;
		if (charref_decode(&value, CHARREF_IN_ATTRIBUTE, collector->block->arena, &decoded) != PW_OK) {
			block_fail(collector->block, PW_ENOMEM, SPAN("an instruction"));
			return;
		}
		struct place place = {
			.written = decoded.text, .kind = REFERENCE_XML, .trigger = TRIGGER_OPEN,
			.neutral = layer_form(&value, NEUTRAL_ERASE), .tag = value.loose ? value.whole : (struct extent){ 0, 0 },
			.site = layer_extent(&value, 0, value.text.len), .width = REFERENCE_NO_SIZE,
			.height = REFERENCE_NO_SIZE, .element = SPAN("?xml-stylesheet"), .attribute = name,
			.composed = is_xml && may_be_program(decoded.text),
		};
		collector_add(collector, &place, &reach, &url);
	}
}

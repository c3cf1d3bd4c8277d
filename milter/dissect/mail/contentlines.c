#include "contentlines.h"

#include <string.h>

#include "../html/html.h"

enum property_value { PROPERTY_URI, PROPERTY_HTML };

/* Properties whose value makes a client fetch, or asks it to. (RFC 5545, RFC 7986, RFC 6350, and X-ALT-DESC) */
static const struct property {
	const char		*name;
	enum property_value	 value;
	enum trigger		 trigger;
} properties[] = {
	{ "X-ALT-DESC",		PROPERTY_HTML,	TRIGGER_OPEN },
	{ "STYLED-DESCRIPTION",	PROPERTY_HTML,	TRIGGER_OPEN },
	{ "DESCRIPTION",	PROPERTY_HTML,	TRIGGER_OPEN },
	{ "IMAGE",		PROPERTY_URI,	TRIGGER_OPEN },
	{ "ATTACH",		PROPERTY_URI,	TRIGGER_OPEN },
	{ "PHOTO",		PROPERTY_URI,	TRIGGER_OPEN },
	{ "LOGO",		PROPERTY_URI,	TRIGGER_OPEN },
	{ "SOUND",		PROPERTY_URI,	TRIGGER_OPEN },
	{ "KEY",		PROPERTY_URI,	TRIGGER_MUA },
	{ "SOURCE",		PROPERTY_URI,	TRIGGER_MUA },
	{ "X-WR-RELCALID",	PROPERTY_URI,	TRIGGER_MUA },
	{ "REFRESH-URL",	PROPERTY_URI,	TRIGGER_MUA },
	{ "CALURI",		PROPERTY_URI,	TRIGGER_MUA },
	{ "FBURL",		PROPERTY_URI,	TRIGGER_MUA },
	{ "URL",		PROPERTY_URI,	TRIGGER_CLICK },
	{ "CONFERENCE",		PROPERTY_URI,	TRIGGER_CLICK },
};

/* Behind the name and the parameters, whose quoted values may hold colons. */
static size_t
value_at(struct span line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == '"')
			quoted = !quoted;
		else if (line.at[i] == ':' && !quoted)
			return i + 1;
	}
	return line.len;
}

/* Folds and the escapes of TEXT undone. */
static struct span
unescape(struct span value, struct arena *arena)
{
	char	*text = arena_alloc(arena, value.len + 1);
	size_t	 len = 0;

	if (text == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.at[i];

		if (c == '\r' && i + 1 < value.len && value.at[i + 1] == '\n')
			continue;
		if (c == '\n') {
			i += i + 1 < value.len && (value.at[i + 1] == ' ' || value.at[i + 1] == '\t');
			continue;
		}
		if (c == '\\' && i + 1 < value.len) {
			c = value.at[++i];
			c = c == 'n' || c == 'N' ? '\n' : c;
		}
		text[len++] = c;
	}
	return (struct span){ text, len };
}

static void
look_at_line(struct collector *collector, const struct layer *layer, const struct property *property, size_t begin,
    size_t end)
{
	struct span	line = span_cut(layer->text, begin, end);
	struct span	value = unescape(span_from(line, value_at(line)), collector->block->arena);
	struct extent	whole = layer_extent(layer, begin, end);
	enum url_reach	reach;
	struct url	url;

	if (value.at == NULL) {
		block_fail(collector->block, PW_ENOMEM, SPAN("a calendar"));
		return;
	}
	if (property->value == PROPERTY_HTML) {
		/* If anything in it is live, the line goes: the plain description beside it stays. */
		struct layer inner = { .text = value, .loose = true, .whole = whole, .depth = layer->depth + 1 };
		html_collect(collector, &inner, HTML_NESTED);
		return;
	}
	struct place place = {
		.written = span_trim(value), .kind = REFERENCE_CALENDAR, .trigger = property->trigger,
		.neutral = property->trigger == TRIGGER_CLICK ? NEUTRAL_NONE : NEUTRAL_FIELD, .site = whole,
		.width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE, .element = span_of(property->name),
	};
	collector_add(collector, &place, &reach, &url);
}

void
contentlines_collect(struct collector *collector, const struct layer *layer)
{
	struct span	text = layer->text;
	size_t		end;

	for (size_t at = 0; at < text.len; at = end) {
		end = at;
		do {
			end = span_find_char(text, '\n', end);
			end = end < text.len ? end + 1 : text.len;
		} while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t'));
		struct span line = span_cut(text, at, end);
		size_t name = 0;
		while (name < line.len && line.at[name] != ':' && line.at[name] != ';')
			name++;
		/* A group may stand before the name in a vCard: "item1.PHOTO". */
		size_t dot = span_find_char(span_cut(line, 0, name), '.', 0);
		struct span bare = span_cut(line, dot < name ? dot + 1 : 0, name);
		for (size_t i = 0; i < NITEMS(properties); i++)
			if (span_is(span_trim(bare), properties[i].name))
				look_at_line(collector, layer, &properties[i], at, end);
	}
}

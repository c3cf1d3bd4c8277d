#include "subset.h"

#include "lexer.h"
#include "vectors.h"

/* Entities that are told apart; with more, any use counts. */
#define MOST_ENTITIES	64
/* Longer names are not looked for. */
#define LONGEST_NAME	256

struct subset {
	struct span	 text;			/* between the brackets */
	size_t		 begin, end;		/* with the brackets, in the document */
	struct span	 names[MOST_ENTITIES];
	size_t		 name_count;
	bool		 overfull;		/* more entities than names */
	bool		 suspect;		/* its declarations are enough */
	struct span	 literal;		/* to report: the first, or the first that looks like a URL */
};

/* Behind the white space and the word at *at. */
static struct span
next_word(struct span text, size_t *at)
{
	while (*at < text.len && ascii_space(text.at[*at]))
		++*at;
	size_t begin = *at;
	while (*at < text.len && !ascii_space(text.at[*at]) && text.at[*at] != '>' && text.at[*at] != '"' &&
	    text.at[*at] != '\'')
		++*at;
	return span_cut(text, begin, *at);
}

/* The next quoted literal of the declaration at *at, false at its end. */
static bool
next_literal(struct span text, size_t *at, struct span *literal)
{
	while (*at < text.len && text.at[*at] != '"' && text.at[*at] != '\'' && text.at[*at] != '>')
		++*at;
	if (*at >= text.len || text.at[*at] == '>')
		return false;
	size_t end = span_find_char(text, text.at[*at], *at + 1);
	*literal = span_cut(text, *at + 1, end);
	*at = end < text.len ? end + 1 : end;
	return true;
}

static bool
looks_like_url(struct span literal)
{
	return span_find(literal, SPAN("//"), 0) < literal.len;
}

static void
note_literal(struct subset *subset, struct span literal)
{
	if (subset->literal.len == 0 || (!looks_like_url(subset->literal) && looks_like_url(literal)))
		subset->literal = literal;
}

/* Both return where they stopped: what was read once is not read again. */
static size_t
read_entity(struct subset *subset, size_t at)
{
	struct span name = next_word(subset->text, &at), literal;

	if (span_eq(name, SPAN("%")))
		subset->suspect = true;
	else if (subset->name_count < MOST_ENTITIES && name.len <= LONGEST_NAME)
		subset->names[subset->name_count++] = name;
	else
		subset->overfull = true;
	if (next_literal(subset->text, &at, &literal))
		note_literal(subset, literal);
	return at;
}

/* Defaults that name a namespace or a keyword are what DTDs are for. */
static size_t
read_attributes(struct subset *subset, size_t at)
{
	struct span literal;

	while (next_literal(subset->text, &at, &literal)) {
		bool harmless = span_starts(literal, SPAN("http://www.w3.org/"));

		for (size_t i = 0; !harmless && i <= literal.len; i++)
			if (i == literal.len)
				harmless = true;
			else if (!ascii_alpha(literal.at[i]) && !ascii_digit(literal.at[i]) && literal.at[i] != '-')
				break;
		if (harmless)
			continue;
		note_literal(subset, literal);
		subset->suspect = true;
	}
	return at;
}

/* What is in brackets in the document type, which nothing but an instruction or a comment may precede. */
static bool
find_subset(struct span text, struct block *block, struct subset *subset)
{
	struct html_lexer	lexer;
	struct html_token	token;

	html_lexer_init(&lexer, text, HTML_AS_XML, block->limits->attributes, block->arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF) {
		if (!span_starts(span_from(text, token.begin), SPAN("<!DOCTYPE")))
			continue;
		html_xml_doctype_end(text, token.begin, &subset->begin, &subset->end);
		if (subset->begin < text.len) {
			subset->text = span_cut(text, subset->begin + 1, subset->end);
			return true;
		}
	}
	return false;
}

static bool
uses_entity(const struct subset *subset, struct span text)
{
	for (size_t at = 0; (at = span_find_char(text, '&', at)) < text.len; at++) {
		struct span near = span_cut(text, at + 1, at + 1 + LONGEST_NAME);
		struct span name = span_cut(near, 0, span_find_char(near, ';', 0));

		if (subset->overfull && name.len > 0 && name.at[0] != '#')
			return true;
		for (size_t i = 0; i < subset->name_count; i++)
			if (span_eq(name, subset->names[i]))
				return true;
	}
	return false;
}

static bool
tag_uses_entity(const struct subset *subset, const struct html_tag *tag)
{
	for (size_t i = 0; i < tag->attribute_count; i++) {
		const struct vector *row = vector_for(tag->attributes[i].name, tag->name);

		if (row != NULL && row->trigger != TRIGGER_CLICK && uses_entity(subset, tag->attributes[i].value))
			return true;
	}
	return false;
}

static bool
document_uses_entity(const struct subset *subset, struct span text, struct block *block)
{
	struct html_lexer	lexer;
	struct html_token	token;
	size_t			at = 0;
	bool			used = false;

	html_lexer_init(&lexer, text, HTML_AS_XML, block->limits->attributes, block->arena);
	while (html_lexer_next(&lexer, &token), token.type != HTML_EOF && !used) {
		used = uses_entity(subset, span_cut(text, at, token.begin)) ||
		    (token.type == HTML_START_TAG && tag_uses_entity(subset, &token.tag));
		at = token.end;
	}
	return used || uses_entity(subset, span_from(text, at));
}

void
subset_collect(struct collector *collector, const struct layer *layer)
{
	struct subset	subset = { 0 };
	struct span	text = layer->text;
	enum url_reach	reach;
	struct url	url;

	if (!find_subset(text, collector->block, &subset))
		return;
	for (size_t at = 0; (at = span_find(subset.text, SPAN("<!"), at)) < subset.text.len;) {
		at += 2;
		if (span_starts(span_from(subset.text, at), SPAN("ENTITY")))
			at = read_entity(&subset, at + 6);
		else if (span_starts(span_from(subset.text, at), SPAN("ATTLIST")))
			at = read_attributes(&subset, at + 7);
	}
	if (!subset.suspect && (subset.name_count == 0 ||
	    !document_uses_entity(&subset, span_from(text, subset.end), collector->block)))
		return;
	struct place place = {
		.written = subset.literal, .kind = REFERENCE_XML, .trigger = TRIGGER_OPEN,
		.neutral = layer_form(layer, NEUTRAL_ERASE), .site = layer_extent(layer, subset.begin, subset.end),
		.tag = layer->loose ? layer->whole : (struct extent){ 0, 0 }, .width = REFERENCE_NO_SIZE,
		.height = REFERENCE_NO_SIZE, .element = SPAN("!DOCTYPE"), .attribute = SPAN("ENTITY"), .composed = true,
	};
	collector_add(collector, &place, &reach, &url);
}

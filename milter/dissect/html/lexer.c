#include "lexer.h"

#include <string.h>

void
html_lexer_init(struct html_lexer *lexer, struct span text, enum html_mode mode, uint64_t max_attributes,
    struct arena *arena)
{
	*lexer = (struct html_lexer){ .text = text, .mode = mode, .arena = arena, .max_attributes = max_attributes };
}

static const struct span raw_elements[HTML_RAW_ELEMENTS] = {
	SPAN("iframe"), SPAN("noembed"), SPAN("noframes"), SPAN("plaintext"), SPAN("script"), SPAN("style"),
	SPAN("textarea"), SPAN("title"), SPAN("xmp"), SPAN("noscript"),
};

size_t
html_raw_element(struct span name)
{
	size_t i = 0;

	while (i < HTML_RAW_ELEMENTS && !span_eq_nocase(name, raw_elements[i]))
		i++;
	return i;
}

/* Without scripts, as mail is read. */
static bool
holds_text(struct span name)
{
	return html_raw_element(name) < HTML_RAW_ELEMENTS && !span_eq_nocase(name, SPAN("noscript"));
}

const struct html_attribute *
html_tag_find(const struct html_tag *tag, struct span name)
{
	for (size_t i = 0; i < tag->attribute_count; i++)
		if (span_eq_nocase(tag->attributes[i].name, name))
			return &tag->attributes[i];
	return NULL;
}

/* A table, since every byte of every tag is asked. */
static bool
ends_name(char c)
{
	static const bool ends[256] = { [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['\f'] = true, ['/'] = true,
	    ['>'] = true };

	return ends[(unsigned char)c];
}

static struct html_attribute *
add_attribute(struct html_lexer *lexer, struct html_tag *tag)
{
	if (tag->attribute_count >= lexer->max_attributes) {
		lexer->failure = PW_ELIMIT;
		return NULL;
	}
	struct html_attribute *larger = arena_grow(lexer->arena, lexer->attributes, tag->attribute_count,
	    &lexer->capacity, sizeof(*larger));
	if (larger == NULL) {
		lexer->failure = PW_ENOMEM;
		return NULL;
	}
	lexer->attributes = tag->attributes = larger;
	return &larger[tag->attribute_count++];
}

/* From behind the tag's name. Returns the offset behind '>', or 0: the file ends inside the tag, which is then none. */
static size_t
scan_attributes(struct html_lexer *lexer, size_t at, struct html_tag *tag)
{
	struct span text = lexer->text;

	for (;;) {
		size_t begin = at;

		while (at < text.len && (ascii_space(text.at[at]) || text.at[at] == '/'))
			at++;
		if (at >= text.len)
			return 0;
		if (text.at[at] == '>') {
			tag->self_closing = at > begin && text.at[at - 1] == '/';
			return at + 1;
		}
		struct html_attribute attribute = { .begin = begin };
		size_t name = at++;	/* a leading '=' belongs to the name */
		while (at < text.len && !ends_name(text.at[at]) && text.at[at] != '=')
			at++;
		attribute.name = span_cut(text, name, at);
		attribute.end = at;
		size_t behind = at;
		while (behind < text.len && ascii_space(text.at[behind]))
			behind++;
		if (behind < text.len && text.at[behind] == '=') {
			attribute.has_value = true;
			at = behind + 1;
			while (at < text.len && ascii_space(text.at[at]))
				at++;
			if (at >= text.len)
				return 0;
			size_t end;
			if (text.at[at] == '"' || text.at[at] == '\'') {
				attribute.quote = text.at[at++];
				end = span_find_char(text, attribute.quote, at);
				if (end >= text.len)
					return 0;
				attribute.end = end + 1;
			} else {
				for (end = at; end < text.len && !ascii_space(text.at[end]) && text.at[end] != '>';)
					end++;
				attribute.end = end;
			}
			attribute.value_begin = at;
			attribute.value = span_cut(text, at, end);
			at = attribute.end;
		}
		struct html_attribute *row = add_attribute(lexer, tag);
		if (row == NULL)
			return 0;
		*row = attribute;
	}
}

struct span
html_name_at(struct span text, size_t at)
{
	size_t end = at + 1;

	if (end >= text.len || text.at[at] != '<' || !ascii_alpha(text.at[end]))
		return SPAN_NONE;
	while (end < text.len && !ends_name(text.at[end]))
		end++;
	return span_cut(text, at + 1, end);
}

bool
html_lexer_tag_at(struct html_lexer *lexer, size_t at, struct html_tag *tag)
{
	*tag = (struct html_tag){ .begin = at, .name = html_name_at(lexer->text, at) };
	if (tag->name.len == 0)
		return false;
	tag->end = scan_attributes(lexer, at + 1 + tag->name.len, tag);
	return tag->end > 0;
}

/* "<!--" stands at at. (13.2.5.43 to 13.2.5.51) */
static void
scan_comment(struct html_lexer *lexer, size_t at, struct html_token *token)
{
	struct span	text = lexer->text;
	size_t		from = at + 4;

	token->type = HTML_COMMENT;
	token->text_begin = from;
	/* "<!-->" and "<!--->" are whole comments. */
	for (size_t dashes = 0; dashes < 2; dashes++)
		if (span_starts(span_from(text, from + dashes), SPAN(">")) &&
		    (dashes == 0 || text.at[from] == '-')) {
			token->text_end = from;
			token->end = from + dashes + 1;
			return;
		}
	/* "-->" or "--!>": there are fewer of the last sign than of the first. */
	for (size_t close = from; (close = span_find_char(text, '>', close)) < text.len; close++) {
		size_t end = close > from && text.at[close - 1] == '!' ? close - 1 : close;

		if (end >= from + 2 && text.at[end - 1] == '-' && text.at[end - 2] == '-') {
			token->text_end = end - 2;
			token->end = close + 1;
			return;
		}
	}
	token->text_end = token->end = text.len;
}

static void
scan_until(struct html_lexer *lexer, size_t from, struct span end, struct html_token *token)
{
	size_t at = span_find(lexer->text, end, from);

	token->type = HTML_COMMENT;
	token->bogus = true;
	token->text_begin = from < lexer->text.len ? from : lexer->text.len;
	token->text_end = at;
	token->end = at < lexer->text.len ? at + end.len : at;
}

/* The place behind the quoted literal that begins at at. */
static size_t
skip_literal(struct span text, size_t at)
{
	size_t end = span_find_char(text, text.at[at], at + 1);

	return end < text.len ? end + 1 : end;
}

/* The place behind the comment or the instruction of XML at at, or at. */
static size_t
skip_xml_aside(struct span text, size_t at)
{
	bool	comment = span_starts(span_from(text, at), SPAN("<!--"));
	size_t	end;

	if (!comment && !span_starts(span_from(text, at), SPAN("<?")))
		return at;
	end = comment ? span_find(text, SPAN("-->"), at + 4) + 3 : span_find(text, SPAN("?>"), at + 2) + 2;
	return end < text.len ? end : text.len;
}

size_t
html_xml_doctype_end(struct span text, size_t at, size_t *subset_begin, size_t *subset_end)
{
	bool inside = false, declares = false;	/* in the subset; in one of its declarations */

	*subset_begin = *subset_end = text.len;
	for (at += sizeof("<!DOCTYPE") - 1; at < text.len; at++) {
		char	c = text.at[at];
		size_t	behind = inside ? skip_xml_aside(text, at) : at;

		if (behind > at)
			at = behind - 1;
		else if ((c == '"' || c == '\'') && (!inside || declares))
			at = skip_literal(text, at) - 1;
		else if (!inside && c == '>')
			return at + 1;
		else if (!inside && c == '[' && *subset_begin == text.len) {
			*subset_begin = at;
			inside = true;
		} else if (inside && !declares && c == ']') {
			*subset_end = at + 1;
			inside = false;
		} else if (inside && (c == '<' || c == '>'))
			declares = c == '<';
	}
	return text.len;
}

size_t
html_end_tag_next(struct span text, size_t at)
{
	while ((at = span_find_char(text, '<', at)) < text.len && !(at + 1 < text.len && text.at[at + 1] == '/'))
		at++;
	return at;
}

size_t
html_raw_text_end(struct span text, struct span element, size_t at)
{
	for (;; at++) {
		at = html_end_tag_next(text, at);
		if (at >= text.len)
			return text.len;
		size_t behind = at + 2 + element.len;
		if (behind < text.len && span_eq_nocase(span_cut(text, at + 2, behind), element) &&
		    ends_name(text.at[behind]) && !span_eq_nocase(element, SPAN("plaintext")))
			return at;
	}
}

static bool
names_script(struct span text, size_t at)
{
	return span_starts_nocase(span_from(text, at), SPAN("script")) && at + 6 < text.len && ends_name(text.at[at + 6]);
}

size_t
html_script_end(struct span text, size_t at)
{
	bool escaped = false, twice = false;

	for (; at < text.len; at++) {
		struct span here = span_from(text, at);

		if (!escaped && span_starts(here, SPAN("<!--"))) {
			escaped = true;
			at++;	/* "<!-->" is a whole comment */
		} else if (escaped && span_starts(here, SPAN("-->")))
			escaped = twice = false;
		else if (escaped && !twice && text.at[at] == '<' && names_script(text, at + 1))
			twice = true;
		else if (span_starts(here, SPAN("</")) && names_script(text, at + 2)) {
			if (!twice)
				return at;
			twice = false;
		}
	}
	return text.len;
}

/* The text of a raw text element up to its end tag, which is left for the next call. */
static bool
scan_raw_text(struct html_lexer *lexer, struct html_token *token)
{
	struct span	element = lexer->raw_element;
	size_t		at = html_raw_text_end(lexer->text, element, lexer->at);

	lexer->raw_element = SPAN_NONE;
	if (at == lexer->at)
		return false;
	*token = (struct html_token){ .type = HTML_RAW_TEXT, .begin = lexer->at, .end = at, .text_begin = lexer->at,
	    .text_end = at, .raw_element = element };
	lexer->at = at;
	return true;
}

/* What "<!" and "<?" begin, and "</" without a name. */
static void
scan_declaration(struct html_lexer *lexer, size_t at, struct html_token *token)
{
	struct span	here = span_from(lexer->text, at);
	bool		xml = lexer->mode == HTML_AS_XML;
	size_t		begin, end;

	if (span_starts(here, SPAN("<![CDATA[")) && (xml || lexer->mode == HTML_FOREIGN))
		scan_until(lexer, at + 9, SPAN("]]>"), token);
	else if (span_starts(here, SPAN("<!--")) && xml) {
		scan_until(lexer, at + 4, SPAN("-->"), token);
		token->bogus = false;
	} else if (span_starts(here, SPAN("<!--")))
		scan_comment(lexer, at, token);
	else if (span_starts(here, SPAN("<?")) && xml)
		scan_until(lexer, at + 2, SPAN("?>"), token);
	else if (span_starts(here, SPAN("<!DOCTYPE")) && xml) {
		token->type = HTML_COMMENT;
		token->bogus = true;
		token->text_begin = at + 2;
		token->text_end = token->end = html_xml_doctype_end(lexer->text, at, &begin, &end);
	} else
		scan_until(lexer, at + 2, SPAN(">"), token);
}

void
html_lexer_next(struct html_lexer *lexer, struct html_token *token)
{
	struct span text = lexer->text;

	if (lexer->raw_element.len > 0 && scan_raw_text(lexer, token))
		return;
	for (;;) {
		size_t at = span_find_char(text, '<', lexer->at);

		*token = (struct html_token){ .type = HTML_EOF, .begin = at };
		if (at + 1 >= text.len || lexer->failure != PW_OK)
			return;
		char next = text.at[at + 1];
		if (ascii_alpha(next)) {
			if (!html_lexer_tag_at(lexer, at, &token->tag))
				return;	/* the file ends inside the tag */
			token->type = HTML_START_TAG;
			token->end = token->tag.end;
			if (lexer->mode == HTML_PLAIN && holds_text(token->tag.name))
				lexer->raw_element = token->tag.name;
		} else if (next == '/' && at + 2 < text.len && ascii_alpha(text.at[at + 2])) {
			token->type = HTML_END_TAG;
			size_t end = at + 2;
			while (end < text.len && !ends_name(text.at[end]))
				end++;
			token->tag = (struct html_tag){ .name = span_cut(text, at + 2, end), .begin = at };
			token->end = scan_attributes(lexer, end, &token->tag);
			token->tag.attribute_count = 0;
			if (token->end == 0) {
				token->type = HTML_EOF;
				return;
			}
			token->tag.end = token->end;
		} else if (next == '!' || next == '?' || next == '/')
			scan_declaration(lexer, at, token);
		else {
			lexer->at = at + 1;
			continue;
		}
		lexer->at = token->end;
		return;
	}
}

#include "metalabel.h"

#include <string.h>

/* Browsers look at the first kilobyte and go on while all tags are those of a head, whose sheets may be long. */
#define HEAD_BYTES	((size_t)1 << 16)
/* So far a mail client may go that looks for the word alone. */
#define WORD_BYTES	((size_t)1 << 11)
/* A longer tag is cut: each is read from wherever one may begin. */
#define TAG_BYTES	((size_t)1 << 11)

/* One attribute of a tag from *at on (WHATWG HTML, 13.2.3.2, "get an attribute"). false: the tag ends. */
static bool
next_attribute(struct span text, size_t *at, struct span *name, struct span *value)
{
	size_t	i = *at, begin;

	while (i < text.len && (ascii_space(text.at[i]) || text.at[i] == '/'))
		i++;
	*at = i;
	if (i >= text.len || text.at[i] == '>')
		return false;
	for (begin = i++; i < text.len && !ascii_space(text.at[i]) && strchr("=/>", text.at[i]) == NULL;)
		i++;
	*name = span_cut(text, begin, i);
	*value = SPAN_NONE;
	*at = i;
	while (i < text.len && ascii_space(text.at[i]))
		i++;
	if (i >= text.len || text.at[i] != '=')
		return true;
	for (i++; i < text.len && ascii_space(text.at[i]);)
		i++;
	if (i < text.len && (text.at[i] == '"' || text.at[i] == '\'')) {
		size_t end = span_find_char(text, text.at[i], i + 1);

		*value = span_cut(text, i + 1, end);
		*at = end < text.len ? end + 1 : end;
		return true;
	}
	for (begin = i; i < text.len && !ascii_space(text.at[i]) && text.at[i] != '>';)
		i++;
	*value = span_cut(text, begin, i);
	*at = i;
	return true;
}

/* "text/html; charset=x" (WHATWG HTML, "extracting a character encoding from a meta element") */
static struct span
label_in_content(struct span content)
{
	for (size_t at = 0; (at = span_find_nocase(content, SPAN("charset"), at)) < content.len;) {
		at += sizeof("charset") - 1;
		while (at < content.len && ascii_space(content.at[at]))
			at++;
		if (at >= content.len || content.at[at] != '=')
			continue;
		for (at++; at < content.len && (ascii_space(content.at[at]) || strchr("\"'", content.at[at]) != NULL);)
			at++;
		size_t end = at;
		while (end < content.len && !ascii_space(content.at[end]) && strchr(";\"'", content.at[end]) == NULL)
			end++;
		return span_cut(content, at, end);
	}
	return SPAN_NONE;
}

/* What the tag says whose attributes begin at *at: charset goes before content, of several the first. */
static struct span
label_of_tag(struct span text, size_t *at)
{
	struct span	name, value, charset = SPAN_NONE, content = SPAN_NONE;
	bool		equiv = false;

	while (next_attribute(text, at, &name, &value)) {
		if (charset.len == 0 && span_eq_nocase(name, SPAN("charset")))
			charset = span_trim(value);
		else if (content.len == 0 && span_eq_nocase(name, SPAN("content")))
			content = label_in_content(value);
		equiv |= span_eq_nocase(name, SPAN("http-equiv"));
	}
	return charset.len > 0 || !equiv ? charset : content;
}

/* Behind the next "meta" that may be a tag's name, or the end. */
static size_t
next_meta(struct span head, size_t at)
{
	static const struct span word = { "meta", 4 };

	for (; at < head.len; at++) {
		if (at >= WORD_BYTES && (at = span_find_char(head, '<', at) + 1) >= head.len)
			break;
		if (ascii_lower(head.at[at]) != 'm')
			continue;
		char c = at + word.len < head.len ? head.at[at + word.len] : '\0';
		if ((ascii_space(c) || c == '/') && span_starts_nocase(span_from(head, at), word))
			return at + word.len;
	}
	return head.len;
}

bool
meta_label_next(struct span bytes, size_t *at, struct span *label)
{
	struct span head = span_cut(bytes, 0, HEAD_BYTES);

	while ((*at = next_meta(head, *at)) < head.len) {
		size_t behind = *at;

		*label = label_of_tag(span_cut(head, 0, behind + TAG_BYTES), &behind);
		if (label->len > 0)
			return true;
	}
	return false;
}

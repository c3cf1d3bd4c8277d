#include "data.h"

#include <string.h>

#include "../mail/charset_choice.h"
#include "../mail/charset_decode.h"
#include "html.h"

static bool
contains(struct span text, struct span needle)
{
	return span_find_nocase(text, needle, 0) < text.len;
}

/* RFC 2397, as Fetch reads it: percent-decoded, then perhaps base64, in which foreign bytes are passed over. */
static struct span
decode(struct span body, bool base64, struct arena *arena)
{
	static const char	alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char			*text = arena_alloc(arena, body.len + 1);
	size_t			 len = 0;
	uint32_t		 bits = 0;
	unsigned		 bit_count = 0;

	if (text == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < body.len; i++) {
		char c = body.at[i];

		if (c == '%' && i + 2 < body.len && ascii_hex(body.at[i + 1]) >= 0 && ascii_hex(body.at[i + 2]) >= 0) {
			c = (char)(ascii_hex(body.at[i + 1]) * 16 + ascii_hex(body.at[i + 2]));
			i += 2;
		}
		if (!base64) {
			text[len++] = c;
			continue;
		}
		const char *digit = c != '\0' ? strchr(alphabet, c == '-' ? '+' : c == '_' ? '/' : c) : NULL;
		if (digit == NULL)
			continue;
		bits = bits << 6 | (uint32_t)(digit - alphabet);
		bit_count += 6;
		if (bit_count >= 8) {
			bit_count -= 8;
			text[len++] = (char)(bits >> bit_count & 0xff);
		}
	}
	return (struct span){ text, len };
}

/* As many charset parameters as are tried: which one counts is not the same everywhere. */
#define MOST_LABELS	3

/* The value of the next charset parameter from *at; false: there is none. */
static bool
next_label(struct span head, size_t *at, struct span *label)
{
	size_t begin = span_find_nocase(head, SPAN("charset="), *at), end;

	if (begin >= head.len)
		return false;
	for (begin += 8; begin < head.len && (head.at[begin] == '"' || head.at[begin] == '\'');)
		begin++;
	for (end = begin; end < head.len && strchr(";,\"' ", head.at[end]) == NULL;)
		end++;
	*label = span_cut(head, begin, end);
	*at = end;
	return true;
}

/* A bitmap, a font, a film: nothing that refers to anything. */
static bool
is_plain_data(struct span type)
{
	static const char *const kinds[] = { "image/", "font/", "audio/", "video/", "application/font", "application/x-font" };

	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (span_starts_nocase(type, span_of(kinds[i])))
			return !contains(type, SPAN("svg")) && !contains(type, SPAN("xml"));
	return false;
}

static void
collect_text(struct collector *collector, const struct layer *layer, struct span type, enum data_use use)
{
	bool is_xml = contains(type, SPAN("xml"));	/* also image/svg+xml */

	if (use == DATA_SHEET || contains(type, SPAN("css"))) {
		struct css_surroundings around = { .width = REFERENCE_NO_SIZE, .height = REFERENCE_NO_SIZE,
		    .element = SPAN("data:") };

		html_collect_css(collector, layer, CSS_SHEET, &around);
	}
	if (use != DATA_SHEET && memchr(layer->text.at, '<', layer->text.len) != NULL)
		html_collect(collector, layer, is_xml ? HTML_XML : HTML_NESTED);
}

static void
collect_bytes(struct collector *collector, const struct layer *outer, struct span type, struct span label,
    struct span bytes, enum data_use use)
{
	struct block	*block = collector->block;
	struct layer	 inner = { .loose = true, .depth = outer->depth + 1, .whole = outer->whole, .form = outer->form };
	struct charset	 choices[MOST_CHARSETS];
	size_t		 count = charset_choices(label, bytes, choices);

	for (size_t i = 0; i < count; i++) {
		struct charset_text text;

		if (charset_decode(choices[i], bytes, block->arena, &text) != PW_OK) {
			block_fail(block, PW_ENOMEM, SPAN("a data: URL"));
			return;
		}
		inner.text = text.text;
		if (inner.text.len > 0)
			collect_text(collector, &inner, type, use);
	}
}

/*
 * A sheet without a label has the charset that its link or its document says. What would make a difference is known by
 * its bytes: wide characters, shifts, a back slash that may be the second byte of a character.
 */
static const struct { char byte; const char *label; } lent_labels[] = {
	{ '\0', "utf-16le" }, { '\0', "utf-16be" }, { '\x1b', "iso-2022-jp" }, { '\\', "gb18030" },
};

static void
collect_lent(struct collector *collector, const struct layer *outer, struct span type, struct span bytes, enum data_use use)
{
	for (size_t i = 0; i < NITEMS(lent_labels); i++)
		if (span_find_char(bytes, lent_labels[i].byte, 0) < bytes.len &&
		    (lent_labels[i].byte != '\\' || charset_has_doubtful_slash(bytes)))
			collect_bytes(collector, outer, type, span_of(lent_labels[i].label), bytes, use);
}

void
html_collect_data(struct collector *collector, const struct layer *outer, struct span url, enum data_use use)
{
	size_t		 comma = span_find_char(url, ',', 0);
	struct span	 head = span_trim(span_cut(url, 0, comma)), type = span_trim(span_from(head, sizeof("data:") - 1));
	bool		 base64 = contains(head, SPAN("base64"));

	if (comma >= url.len || (is_plain_data(type) && use != DATA_SHEET))
		return;
	/* Where the word has to stand is not the same everywhere: unless it is where it belongs, both readings count. */
	for (int as_base64 = 0; as_base64 <= base64; as_base64++) {
		if (!as_base64 && base64 && span_ends_nocase(head, SPAN(";base64")))
			continue;
		struct span bytes = decode(span_from(url, comma + 1), as_base64, collector->block->arena);
		if (bytes.at == NULL) {
			block_fail(collector->block, PW_ENOMEM, SPAN("a data: URL"));
			return;
		}
		struct span	label = SPAN_NONE;
		size_t		at = 0;
		for (int i = 0; i < MOST_LABELS && (next_label(type, &at, &label) || i == 0); i++)
			collect_bytes(collector, outer, type, label, bytes, use);
		if (use == DATA_SHEET && at == 0)
			collect_lent(collector, outer, type, bytes, use);
	}
}

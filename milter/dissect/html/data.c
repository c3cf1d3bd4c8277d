#include "data.h"

#include <string.h>

#include "../mail/charset.h"
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

static struct span
charset_label(struct span head)
{
	size_t begin = span_find_nocase(head, SPAN("charset="), 0) + 8, end;

	if (begin > head.len)
		return SPAN_NONE;
	while (begin < head.len && (head.at[begin] == '"' || head.at[begin] == '\''))
		begin++;
	for (end = begin; end < head.len && strchr(";,\"' ", head.at[end]) == NULL;)
		end++;
	return span_cut(head, begin, end);
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

void
html_collect_data(struct collector *collector, const struct layer *outer, struct span url, enum data_use use)
{
	struct block	*block = collector->block;
	struct layer	 inner = { .loose = true, .depth = outer->depth + 1, .whole = outer->whole, .form = outer->form };
	size_t		 comma = span_find_char(url, ',', 0);
	struct span	 head = span_trim(span_cut(url, 0, comma)), type = span_trim(span_from(head, sizeof("data:") - 1));
	struct charset	 choices[MOST_CHARSETS];

	if (comma >= url.len || (is_plain_data(type) && use != DATA_SHEET))
		return;
	struct span bytes = decode(span_from(url, comma + 1), span_ends_nocase(head, SPAN("base64")), block->arena);
	if (bytes.at == NULL) {
		block_fail(block, PW_ENOMEM, SPAN("a data: URL"));
		return;
	}
	size_t count = charset_choices(charset_label(type), bytes, choices);
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

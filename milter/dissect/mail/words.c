#include "words.h"

#include <gmime/gmime.h>
#include <iconv.h>
#include <string.h>

#include "charset.h"

#define LONGEST_LABEL	64

void
words_prepare(void)
{
	/* What the library takes bytes without a charset for; held as those of charset_prepare() are. */
	static iconv_t fallback;

	g_mime_init();
	if (fallback == NULL)
		fallback = iconv_open("UTF-8", "ISO-8859-1");
	/* What the library looks up at its first word. */
	g_free(g_mime_utils_header_decode_text(NULL, "=?utf-8?q?a?= \xe4 =?iso-8859-1?b?5A==?="));
}

/* Programs differ in the names of charsets; the converter has one for each. HZ is ours alone. */
static const char *
name_of(struct span label)
{
	struct charset charset = charset_of(label, SPAN_NONE);

	return charset.known && strcmp(charset.name, "HZ") != 0 ? charset.name : "utf-8";
}

/* Each word's charset by the name that its converter is loaded by. "=?charset*language?" is RFC 2231, section 5. */
static struct span
name_charsets(struct span value, struct arena *arena)
{
	size_t	 most = value.len + (value.len / 2 + 1) * sizeof("ISO-2022-CN-EXT"), len = 0, at = 0;
	char	*named = arena_alloc(arena, most);

	if (named == NULL)
		return SPAN_NONE;
	while (at < value.len) {
		size_t begin = span_find(value, SPAN("=?"), at), label = begin + 2, end;

		end = begin < value.len ? span_find_char(value, '?', label) : value.len;
		begin = begin < value.len ? label : value.len;
		memcpy(named + len, value.at + at, begin - at);
		len += begin - at;
		at = begin;
		if (end == value.len || end - label > LONGEST_LABEL)
			continue;
		const char *name = name_of(span_cut(value, label, end));
		memcpy(named + len, name, strlen(name));
		len += strlen(name);
		at = end;
	}
	return (struct span){ named, len };
}

struct span
words_decode(struct span value, struct arena *arena)
{
	struct span copy = arena_copy(arena, span_cut(value, 0, WORDS_MOST));

	/* Without the mark of an encoded word there is nothing to do. */
	if (copy.at == NULL || span_find(copy, SPAN("=?"), 0) == copy.len)
		return copy;
	struct span named = name_charsets(copy, arena);
	if (named.at == NULL)
		return named;
	char *decoded = g_mime_utils_header_decode_text(NULL, named.at);
	if (decoded == NULL)
		return copy;
	copy = arena_copy(arena, span_of(decoded));
	g_free(decoded);
	return copy;
}

#include "skeleton.h"

#include <pixelward/base/fnv.h>

#include <string.h>

static void
add(struct skeleton *skeleton, struct span piece)
{
	if (piece.len > 0)
		memcpy(skeleton->text + skeleton->len, piece.at, piece.len);
	skeleton->len += piece.len;
}

/* Elements in or around which the tokenizer's state is the tree's affair. */
static const char *const unplain_elements[] = {
	"svg", "math", "select", "frameset", "plaintext", "isindex", "noscript", "xmp", "noembed", "noframes",
};

/* Formatting elements are told apart by their attributes when the tree counts equal ones (13.2.4.3). */
static const char *const formatting_elements[] = {
	"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
};

/* Elements of which the tree asks for an attribute. */
static const char *const asked_elements[] = { "input", "template" };

static bool
is_in(struct span name, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_is(name, table[i]))
			return true;
	return false;
}

/* Longer attributes are replaced by a digest of theirs. */
#define DIGEST_CHARS	13

static void
add_digest(struct skeleton *skeleton, struct span attributes)
{
	static const char	hex[] = "0123456789abcdef";
	uint64_t		digest;
	char			text[DIGEST_CHARS] = " x=";

	if (attributes.len <= sizeof(text)) {
		add(skeleton, attributes);
		return;
	}
	digest = fnv_bytes(FNV_BASIS, attributes);
	for (size_t i = 3; i < sizeof(text); i++, digest >>= 4)
		text[i] = hex[digest & 15];
	add(skeleton, (struct span){ text, sizeof(text) });
}

static enum pw_err
add_start_tag(struct skeleton *skeleton, struct span text, const struct html_tag *tag)
{
	uint32_t *inside = arena_grow(skeleton->arena, skeleton->inside, skeleton->tag_count, &skeleton->capacity,
	    sizeof(*inside));
	uint32_t *original = arena_grow(skeleton->arena, skeleton->original, skeleton->tag_count,
	    &skeleton->original_capacity, sizeof(*original));
	size_t name_end = tag->begin + 1 + tag->name.len;

	if (inside == NULL || original == NULL)
		return PW_ENOMEM;
	skeleton->inside = inside;
	skeleton->original = original;
	inside[skeleton->tag_count] = (uint32_t)skeleton->len;
	original[skeleton->tag_count++] = (uint32_t)tag->begin;
	if (is_in(tag->name, unplain_elements, NITEMS(unplain_elements)))
		skeleton->plain = false;
	if (is_in(tag->name, asked_elements, NITEMS(asked_elements))) {
		add(skeleton, span_cut(text, tag->begin, tag->end));
		return PW_OK;
	}
	add(skeleton, span_cut(text, tag->begin, name_end));
	if (tag->attribute_count > 0 && is_in(tag->name, formatting_elements, NITEMS(formatting_elements)))
		add_digest(skeleton, span_cut(text, name_end, tag->end - 1));
	add(skeleton, SPAN(">"));
	return PW_OK;
}

/* Longer text than this is no white space, even in character references. */
#define LONGEST_SPACE	40

/* Text counts as white space or as something else, and as nothing only where there is none. */
static void
add_text(struct skeleton *skeleton, struct span text)
{
	struct span words;

	if (skeleton->len == 0 && span_starts(text, SPAN("\xef\xbb\xbf")))
		text = span_from(text, 3);
	words = span_trim(text);
	if (words.len > 0 && words.len < LONGEST_SPACE && words.at[0] == '&' &&
	    memchr(words.at, '<', words.len) == NULL)
		add(skeleton, text);
	else if (words.len > 0)
		add(skeleton, SPAN("x"));
	else if (text.len > 0)
		add(skeleton, SPAN(" "));
}

static enum pw_err
add_token(struct skeleton *skeleton, struct span text, const struct html_token *token)
{
	struct span source = span_cut(text, token->begin, token->end);

	add_text(skeleton, span_cut(text, skeleton->behind, token->begin));
	skeleton->behind = token->end;
	switch (token->type) {
	case HTML_START_TAG:
		return add_start_tag(skeleton, text, &token->tag);
	case HTML_END_TAG:
		add(skeleton, SPAN("</"));
		add(skeleton, token->tag.name);
		add(skeleton, SPAN(">"));
		break;
	case HTML_COMMENT:
		if (span_starts_nocase(source, SPAN("<!doctype")))
			add(skeleton, source);
		else if (span_starts(source, SPAN("<![CDATA[")))
			skeleton->plain = false;
		break;
	case HTML_RAW_TEXT:
		/* Comments in a script move its end. */
		if (span_eq_nocase(token->raw_element, SPAN("script")) && span_find(source, SPAN("<!--"), 0) < source.len)
			skeleton->plain = false;
		break;
	case HTML_EOF:
		break;
	}
	return PW_OK;
}

enum pw_err
skeleton_build(struct skeleton *skeleton, struct span text, uint64_t max_attributes, struct arena *arena)
{
	struct html_lexer	lexer;
	struct html_token	token;
	enum pw_err		err = PW_OK;

	/* What a NUL stands for depends on where in the tree it stands. */
	*skeleton = (struct skeleton){ .plain = memchr(text.at, '\0', text.len) == NULL, .arena = arena };
	skeleton->text = arena_alloc(arena, text.len + 1);
	if (skeleton->text == NULL)
		return PW_ENOMEM;
	html_lexer_init(&lexer, text, HTML_PLAIN, max_attributes, arena);
	while (err == PW_OK && skeleton->plain && (html_lexer_next(&lexer, &token), token.type != HTML_EOF))
		err = add_token(skeleton, text, &token);
	return err == PW_OK ? lexer.failure : err;
}

uint32_t
skeleton_original(const struct skeleton *skeleton, uint32_t inside)
{
	size_t low = 0, high = skeleton->tag_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (skeleton->inside[middle] < inside)
			low = middle + 1;
		else
			high = middle;
	}
	return low < skeleton->tag_count && skeleton->inside[low] == inside ? skeleton->original[low] : UINT32_MAX;
}

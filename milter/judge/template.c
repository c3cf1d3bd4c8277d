#include "template.h"

#include <string.h>

#define UUID_BYTES	36

static const struct {
	enum template_token	 token;
	const char		*name;
} tokens[] = {
	{ TEMPLATE_NUMBER, "{number}" }, { TEMPLATE_HEX, "{hex}" }, { TEMPLATE_MIXED, "{mixed}" }, { TEMPLATE_UUID, "{uuid}" },
	{ TEMPLATE_ADDRESS, "{address}" },
};

struct writer {
	char		*at;		/* NULL: only measured */
	size_t		 len;
	uint32_t	 tokens;
};

static void
add(struct writer *writer, struct span text)
{
	if (writer->at != NULL && text.len > 0)
		memcpy(writer->at + writer->len, text.at, text.len);
	writer->len += text.len;
}

static void
add_token(struct writer *writer, enum template_token token)
{
	for (size_t i = 0; i < NITEMS(tokens); i++)
		if (tokens[i].token == token)
			add(writer, span_of(tokens[i].name));
	writer->tokens |= token;
}

static bool
is_uuid(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? text.at[i] != '-' : ascii_hex(text.at[i]) < 0)
			return false;
	}
	return text.len == UUID_BYTES;
}

/* Where a word ends: at anything but a letter or a digit. */
static size_t
word_end(struct span text, size_t at)
{
	while (at < text.len && (ascii_alpha(text.at[at]) || ascii_digit(text.at[at])))
		at++;
	return at;
}

/* "%2F" is a sign, not a word: a percent sign and two digits. */
static bool
is_escape(struct span text, size_t at)
{
	return text.at[at] == '%' && at + 2 < text.len && ascii_hex(text.at[at + 1]) >= 0 && ascii_hex(text.at[at + 2]) >= 0;
}

/* A name in the path, a name or a value in the query. */
static void
add_piece(struct writer *writer, struct span piece)
{
	if (span_find_char(piece, '@', 0) < piece.len || span_find_nocase(piece, SPAN("%40"), 0) < piece.len) {
		add_token(writer, TEMPLATE_ADDRESS);
		return;
	}
	for (size_t at = 0; at < piece.len;) {
		size_t			end = word_end(piece, at);
		enum shape_token	token = shape_token_of(span_cut(piece, at, end));

		if (is_uuid(span_cut(piece, at, at + UUID_BYTES)) && word_end(piece, at + UUID_BYTES) == at + UUID_BYTES) {
			add_token(writer, TEMPLATE_UUID);
			end = at + UUID_BYTES;
		} else if (end == at) {
			end += is_escape(piece, at) ? 3 : 1;
			add(writer, span_cut(piece, at, end));
		} else if (token != TOKEN_NONE)
			add_token(writer, (enum template_token)(1u << (token - TOKEN_NUMBER)));
		else
			add(writer, span_cut(piece, at, end));
		at = end;
	}
}

static bool
is_as_it_is(struct span piece, char separator, bool last)
{
	return separator == '/' ? last && shape_is_asset(piece) : separator == '&' && shape_is_version(piece);
}

/* Pieces between separators; also between those of the query's pairs. */
static void
add_pieces(struct writer *writer, struct span text, char separator)
{
	for (size_t at = 0; at <= text.len;) {
		size_t		end = span_find_char(text, separator, at);
		struct span	piece = span_cut(text, at, end);

		if (is_as_it_is(piece, separator, end == text.len))
			add(writer, piece);
		else if (separator == '&')
			add_pieces(writer, piece, '=');
		else
			add_piece(writer, piece);
		if (end < text.len)
			add(writer, (struct span){ &separator, 1 });
		at = end + 1;
	}
}

static void
write(struct writer *writer, const struct url_pieces *url)
{
	struct span labels = url_labels(url);

	add_pieces(writer, labels, '.');
	add(writer, span_from(url->host, labels.len));
	add_pieces(writer, url->path, '/');
	if (url->has_query) {
		add(writer, SPAN("?"));
		add_pieces(writer, url->query, '&');
	}
	if (url->has_fragment) {
		add(writer, SPAN("#"));
		add_piece(writer, url->fragment);
	}
}

struct template
template_of(const struct url_pieces *url, struct arena *arena)
{
	struct writer measure = { .at = NULL }, writer = { .at = NULL };

	write(&measure, url);
	writer.at = arena_alloc(arena, measure.len + 1);
	if (writer.at == NULL)
		return (struct template){ .text = SPAN_NONE };
	write(&writer, url);
	return (struct template){ .text = { writer.at, writer.len }, .tokens = writer.tokens };
}

uint32_t
template_file_tokens(const struct url_pieces *url)
{
	struct writer	measure = { .at = NULL };
	size_t		at = url->path.len;

	while (at > 0 && url->path.at[at - 1] != '/')
		at--;
	add_piece(&measure, span_from(url->path, at));
	/* "logo@2x.png" names nobody; an address in another file's name is in its template. */
	return measure.tokens & ~(uint32_t)TEMPLATE_ADDRESS;
}

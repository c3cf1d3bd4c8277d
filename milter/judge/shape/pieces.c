#include "pieces.h"

struct url_pieces
url_pieces_of(const struct dissection *d, const struct reference *reference)
{
	struct span		url = dissection_text(d, reference->url);
	size_t			path_at = reference->path_at, query_at = reference->query_at;
	size_t			fragment_at = reference->fragment_at, begin = span_find(url, SPAN("//"), 0);
	struct url_pieces	pieces = { .host = dissection_text(d, reference->host),
				    .domain = dissection_text(d, reference->domain) };

	/* Offsets of query and fragment point behind their signs; a missing one is past every end. */
	pieces.has_query = query_at <= url.len;
	pieces.has_fragment = fragment_at <= url.len;
	size_t query_end = pieces.has_fragment ? fragment_at - (fragment_at > 0) : url.len;
	size_t path_end = pieces.has_query ? query_at - (query_at > 0) : query_end;
	if (path_at > path_end)
		path_at = path_end;
	pieces.authority = span_cut(url, begin + 2, path_at);
	pieces.path = span_cut(url, path_at, path_end);
	if (pieces.has_query)
		pieces.query = span_cut(url, query_at, query_end);
	if (pieces.has_fragment)
		pieces.fragment = span_from(url, fragment_at);
	return pieces;
}

struct span
url_labels(const struct url_pieces *url)
{
	if (url->host.len <= url->domain.len || !span_ends_nocase(url->host, url->domain))
		return SPAN_NONE;
	return span_cut(url->host, 0, url->host.len - url->domain.len - 1);
}

struct span
url_file(const struct url_pieces *url)
{
	size_t begin = url->path.len;

	while (begin > 0 && url->path.at[begin - 1] != '/')
		begin--;
	return span_from(url->path, begin);
}

struct span
url_folders(const struct url_pieces *url)
{
	return span_cut(url->path, 0, url->path.len - url_file(url).len);
}

struct span
file_suffix(struct span file)
{
	for (size_t i = file.len; i > 0; i--)
		if (file.at[i - 1] == '.')
			return span_from(file, i);
	return SPAN_NONE;
}

struct span
file_stem(struct span file)
{
	struct span suffix = file_suffix(file);

	return span_cut(file, 0, file.len - (suffix.at != NULL ? suffix.len + 1 : 0));
}

/* What separates pieces, and words within them. */
static const unsigned char separators[256] = {
	['-'] = PARTS_WORDS | PARTS_NAME, ['_'] = PARTS_WORDS | PARTS_NAME, ['@'] = PARTS_WORDS | PARTS_NAME,
	['.'] = PARTS_WORDS | PARTS_NAME | PARTS_LABELS,
	['~'] = PARTS_WORDS, ['+'] = PARTS_WORDS, [','] = PARTS_WORDS, [':'] = PARTS_WORDS, ['|'] = PARTS_WORDS,
	['!'] = PARTS_WORDS, ['*'] = PARTS_WORDS, ['\''] = PARTS_WORDS, ['('] = PARTS_WORDS, [')'] = PARTS_WORDS,
	[' '] = PARTS_WORDS,
	[';'] = PARTS_WORDS | PARTS_QUERY, ['&'] = PARTS_QUERY | PARTS_VALUES, ['%'] = PARTS_VALUES, ['='] = PARTS_VALUES,
	['/'] = PARTS_PATH | PARTS_VALUES,
};

static bool
separates(char c, unsigned parts)
{
	return (separators[(unsigned char)c] & parts) != 0;
}

bool
piece_next(struct span *rest, unsigned parts, struct span *piece)
{
	size_t end = 0;

	if (rest->at == NULL)
		return false;
	while (end < rest->len && !separates(rest->at[end], parts))
		end++;
	*piece = span_cut(*rest, 0, end);
	*rest = end < rest->len ? span_from(*rest, end + 1) : SPAN_NONE;
	return true;
}

bool
word_next(struct span *rest, struct span *word)
{
	size_t end = 0;

	if (rest->len == 0)
		return false;
	while (end < rest->len && !separates(rest->at[end], PARTS_WORDS) &&
	    !(end > 0 && rest->at[end] >= 'A' && rest->at[end] <= 'Z' && rest->at[end - 1] >= 'a'))
		end++;
	*word = span_cut(*rest, 0, end);
	*rest = span_from(*rest, end < rest->len && separates(rest->at[end], PARTS_WORDS) ? end + 1 : end);
	return true;
}

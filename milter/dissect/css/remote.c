/* Strings that some client could read as an absolute remote URL. */
#include "css/names.h"
#include "css/remote.h"

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* Browsers drop these inside a URL. */
static size_t
ignored_skip(struct span s, size_t i)
{
	while (i < s.len && (s.at[i] == '\t' || s.at[i] == '\n' || s.at[i] == '\r'))
		i++;
	return i;
}

static bool
holds_two_slashes(struct span s, size_t i)
{
	for (i = ignored_skip(s, i); i < s.len;) {
		size_t next = ignored_skip(s, i + 1);

		if (is_slash(s.at[i]) && next < s.len && is_slash(s.at[next]))
			return true;
		i = next;
	}
	return false;
}

bool
css_looks_remote(struct span s)
{
	static const struct css_name slashless[] = {	/* special schemes need no slashes */
		{ "http", true }, { "https", true }, { "ftp", true }, { "ws", true }, { "wss", true },
		{ "file", true },
	};
	char	scheme[8];
	size_t	len = 0, i = 0;

	while (i < s.len && (unsigned char)s.at[i] <= ' ')
		i++;
	if (i < s.len && is_slash(s.at[i])) {
		size_t next = ignored_skip(s, i + 1);

		return next < s.len && is_slash(s.at[next]);
	}
	for (; i < s.len && s.at[i] != ':'; i = ignored_skip(s, i + 1)) {
		char c = s.at[i];

		if (!ascii_alpha(c) && (len == 0 || (!ascii_digit(c) && c != '+' && c != '-' && c != '.')))
			return false;
		if (len < sizeof(scheme))
			scheme[len] = c;
		len++;
	}
	if (len == 0 || i == s.len)
		return false;
	if (len < sizeof(scheme) && i + 1 < s.len &&
	    css_name_find((struct span){ scheme, len }, slashless, NITEMS(slashless), false))
		return true;
	return holds_two_slashes(s, i + 1);
}

struct span
css_bad_url_piece(struct span content)
{
	struct span first = SPAN_NONE;

	for (size_t i = 0, end; i < content.len; i = end + 1) {
		for (end = i; end < content.len && !ascii_space(content.at[end]) && content.at[end] != '"' &&
		    content.at[end] != '\'' && content.at[end] != '('; end++)
			;
		struct span piece = span_cut(content, i, end);
		if (css_looks_remote(piece))
			return piece;
		if (first.len == 0)
			first = piece;
	}
	return first;
}

#include "values.h"

#include <string.h>

bool
srcset_next(struct span *rest, struct span *url)
{
	size_t		at = 0;
	bool		in_parens = false;	/* they do not nest */
	struct span	value = *rest;

	while (at < value.len && (ascii_space(value.at[at]) || value.at[at] == ','))
		at++;
	if (at >= value.len)
		return false;
	/* Up to white space, not to the next comma: a data: URL holds commas. */
	size_t begin = at;
	while (at < value.len && !ascii_space(value.at[at]))
		at++;
	size_t end = at;
	while (end > begin && value.at[end - 1] == ',')
		end--;
	*url = span_cut(value, begin, end);
	if (end == at)
		for (; at < value.len && (in_parens || value.at[at] != ','); at++)
			in_parens = value.at[at] == '(' || (in_parens && value.at[at] != ')');
	*rest = span_from(value, at);
	return true;
}

static bool
split_next(struct span *rest, struct span *piece, const char *separators)
{
	size_t		begin = 0, end;
	struct span	value = *rest;

	while (begin < value.len && (ascii_space(value.at[begin]) || strchr(separators, value.at[begin]) != NULL))
		begin++;
	if (begin >= value.len)
		return false;
	for (end = begin; end < value.len && strchr(separators, value.at[end]) == NULL;)
		end++;
	*piece = span_trim(span_cut(value, begin, end));
	*rest = span_from(value, end);
	return true;
}

bool
urls_next(struct span *rest, struct span *url)
{
	return split_next(rest, url, ", \t\r\n\f");
}

bool
animation_next(struct span *rest, struct span *value)
{
	return split_next(rest, value, ";");
}

bool
refresh_url(struct span content, struct span *url)
{
	size_t at = 0;

	while (at < content.len && (ascii_space(content.at[at]) || ascii_digit(content.at[at]) || content.at[at] == '.'))
		at++;
	if (at < content.len && at == 0 && content.at[0] != ';' && content.at[0] != ',')
		return false;
	while (at < content.len && (ascii_space(content.at[at]) || content.at[at] == ';' || content.at[at] == ','))
		at++;
	struct span rest = span_from(content, at);
	if (span_starts_nocase(rest, SPAN("url"))) {
		struct span behind = span_trim(span_from(rest, 3));

		if (behind.len > 0 && behind.at[0] == '=')
			rest = span_trim(span_from(behind, 1));
	}
	if (rest.len > 0 && (rest.at[0] == '"' || rest.at[0] == '\'')) {
		size_t end = span_find_char(rest, rest.at[0], 1);
		rest = span_cut(rest, 1, end);
	}
	*url = rest;
	return rest.len > 0;
}

bool
link_field_next(struct span *rest, struct span *url)
{
	size_t begin = span_find_char(*rest, '<', 0), end = span_find_char(*rest, '>', begin);

	if (end >= rest->len)
		return false;
	*url = span_cut(*rest, begin + 1, end);
	*rest = span_from(*rest, end + 1);
	return true;
}

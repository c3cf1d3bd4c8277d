/* Which format a list has, by the looks of a line. */
#include "list_read.h"

#include <arpa/inet.h>
#include <string.h>

static const struct {
	const char		*name;
	enum list_format	 format;
} formats[] = {
	{ "domains", LIST_DOMAINS },
	{ "hosts", LIST_HOSTS },
	{ "urls", LIST_URLS },
	{ "csv", LIST_CSV },
	{ "adblock", LIST_ADBLOCK },
};

enum list_format
list_format_named(struct span name)
{
	for (size_t i = 0; i < NITEMS(formats); i++)
		if (span_is(name, formats[i].name))
			return formats[i].format;
	return LIST_UNKNOWN;
}

const char *
list_format_name(enum list_format format)
{
	for (size_t i = 0; i < NITEMS(formats); i++)
		if (formats[i].format == format)
			return formats[i].name;
	return "unknown";
}

static bool
is_address(struct span word)
{
	char		text[64];
	unsigned char	address[16];

	if (word.len == 0 || word.len >= sizeof(text))
		return false;
	memcpy(text, word.at, word.len);
	text[word.len] = '\0';
	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static bool
has_any(struct span text, const char *signs)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != '\0' && strchr(signs, text.at[i]) != NULL)
			return true;
	return false;
}

static size_t
word_end(struct span line)
{
	size_t end = 0;

	while (end < line.len && !ascii_space(line.at[end]))
		end++;
	return end;
}

static bool
is_url(struct span word)
{
	size_t scheme = span_find(word, SPAN("://"), 0), slash = span_find_char(word, '/', 0);

	if (scheme < word.len && scheme > 0 && ascii_alpha(word.at[0]))
		return !has_any(span_cut(word, 0, scheme), "/?|*^$@");
	return slash > 0 && slash < word.len && word.at[0] != '.' && word.at[0] != '-' &&
	    memchr(word.at, '.', slash) != NULL && !has_any(span_cut(word, 0, slash), "?&=|*^$@%_,;");
}

enum list_format
list_format_of(struct span line)
{
	line = span_trim(line);
	size_t		end = word_end(line);
	struct span	word = span_cut(line, 0, end), rest = span_trim(span_from(line, end));

	if (line.len == 0)
		return LIST_UNKNOWN;
	if (line.at[0] == '!' || line.at[0] == '[' || line.at[0] == '|' || line.at[0] == '/' ||
	    span_starts(line, SPAN("@@")) || span_starts(line, SPAN("://")))
		return LIST_ADBLOCK;
	if (rest.len > 0 && rest.at[0] != '#' && is_address(word))
		return LIST_HOSTS;
	if (rest.len > 0 && rest.at[0] == '#')
		line = word;
	if (is_url(word))
		return has_any(word, ",;") && !span_starts(word, SPAN("http")) ? LIST_CSV : LIST_URLS;
	if (span_starts(word, SPAN("*.")) && !has_any(word, "/?$^"))
		return LIST_DOMAINS;
	if (has_any(word, "$^*") || span_find(word, SPAN("##"), 0) < word.len)
		return LIST_ADBLOCK;
	if (has_any(line, ",;\t\""))
		return LIST_CSV;
	return has_any(word, "/?&=|%") ? LIST_UNKNOWN : LIST_DOMAINS;
}

/* The grammar of a line of an Adblock list. */
#include "filter.h"

#include <pixelward/base/utf8.h>

#include <stdarg.h>
#include <stdio.h>

#include "domain.h"

static enum filter_kind	fault_set(struct filter_fault *, enum filter_kind, size_t at, const char *format, ...)
			    __attribute__((format(printf, 4, 5)));

static enum filter_kind
fault_set(struct filter_fault *fault, enum filter_kind kind, size_t at, const char *format, ...)
{
	va_list arguments;

	fault->at = at;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return kind;
}

/* --- cosmetic rules --- */

/* example.org##.ad, #@#, #?#, #$#, #%#, #@$?# and the like: what stands before the sign is a list of domains. */
static bool
is_cosmetic(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		char c = line.at[i];

		if (c == '/' || c == '|' || c == '"' || c == '!' || (c == '@' && (i == 0 || line.at[i - 1] != '#')))
			return false;
		if (c == '$' && i + 2 < line.len && line.at[i + 1] == '$' && ascii_alpha(line.at[i + 2]))
			return true;		/* AdGuard's example.org$$script[tag-content="x"] */
		if (c != '#')
			continue;
		size_t next = i + 1;
		while (next < line.len && next <= i + 3 && (line.at[next] == '@' || line.at[next] == '?' ||
		    line.at[next] == '$' || line.at[next] == '%'))
			next++;
		return next + 1 < line.len && line.at[next] == '#';
	}
	return false;
}

/* --- options --- */

enum option_does { SETS_TYPE, SETS_FLAG, SETS_PARTY, SETS_DOMAINS, SPEAKS_OF_PAGES };

static const struct option_row {
	const char		*name;
	enum option_does	 does;
	uint32_t		 bits;
} options[] = {
	{ "image", SETS_TYPE, TYPE_IMAGE }, { "img", SETS_TYPE, TYPE_IMAGE }, { "background", SETS_TYPE, TYPE_IMAGE },
	{ "stylesheet", SETS_TYPE, TYPE_STYLESHEET }, { "css", SETS_TYPE, TYPE_STYLESHEET },
	{ "script", SETS_TYPE, TYPE_SCRIPT },
	{ "font", SETS_TYPE, TYPE_FONT },
	{ "media", SETS_TYPE, TYPE_MEDIA },
	{ "object", SETS_TYPE, TYPE_OBJECT }, { "object-subrequest", SETS_TYPE, TYPE_WEB },
	{ "subdocument", SETS_TYPE, TYPE_SUBDOCUMENT }, { "frame", SETS_TYPE, TYPE_SUBDOCUMENT },
	{ "ping", SETS_TYPE, TYPE_PING }, { "beacon", SETS_TYPE, TYPE_PING },
	{ "other", SETS_TYPE, TYPE_OTHER }, { "xbl", SETS_TYPE, TYPE_WEB }, { "dtd", SETS_TYPE, TYPE_OTHER },
	{ "xmlhttprequest", SETS_TYPE, TYPE_WEB }, { "xhr", SETS_TYPE, TYPE_WEB },
	{ "websocket", SETS_TYPE, TYPE_WEB }, { "webrtc", SETS_TYPE, TYPE_WEB },
	{ "popup", SETS_TYPE, TYPE_WEB }, { "popunder", SETS_TYPE, TYPE_WEB },
	{ "document", SETS_TYPE, TYPE_WEB }, { "doc", SETS_TYPE, TYPE_WEB },
	{ "all", SETS_TYPE, TYPES_OF_FILTER },
	{ "match-case", SETS_FLAG, FILTER_MATCH_CASE },
	{ "important", SETS_FLAG, FILTER_IMPORTANT },
	{ "third-party", SETS_PARTY, FILTER_THIRD_PARTY }, { "3p", SETS_PARTY, FILTER_THIRD_PARTY },
	{ "first-party", SETS_PARTY, FILTER_FIRST_PARTY }, { "1p", SETS_PARTY, FILTER_FIRST_PARTY },
	{ "domain", SETS_DOMAINS, 0 }, { "from", SETS_DOMAINS, 0 },
	{ "elemhide", SPEAKS_OF_PAGES, 0 }, { "ehide", SPEAKS_OF_PAGES, 0 }, { "generichide", SPEAKS_OF_PAGES, 0 },
	{ "ghide", SPEAKS_OF_PAGES, 0 }, { "specifichide", SPEAKS_OF_PAGES, 0 }, { "shide", SPEAKS_OF_PAGES, 0 },
	{ "genericblock", SPEAKS_OF_PAGES, 0 }, { "content", SPEAKS_OF_PAGES, 0 }, { "jsinject", SPEAKS_OF_PAGES, 0 },
	{ "urlblock", SPEAKS_OF_PAGES, 0 }, { "extension", SPEAKS_OF_PAGES, 0 }, { "stealth", SPEAKS_OF_PAGES, 0 },
};

static const struct option_row *
option_find(struct span name)
{
	for (size_t i = 0; i < NITEMS(options); i++)
		if (span_is(name, options[i].name))
			return &options[i];
	return NULL;
}

/* Names of options with commas between, each perhaps with ~ before and a value behind. */
static bool
are_options(struct span text)
{
	bool name = true;
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == ',') {
			if (len == 0)
				return false;
			name = true;
			len = 0;
		} else if (name && c == '=' && len > 0)
			name = false;
		else if (name && (ascii_alpha(c) || ascii_digit(c) || c == '-' || c == '_'))
			len++;
		else if (name && !(c == '~' && len == 0))
			return false;
	}
	return len > 0;
}

/* The $ before the options, or the line's length. */
static size_t
options_at(struct span line)
{
	for (size_t i = line.len; i > 0; i--)
		if (line.at[i - 1] == '$' && are_options(span_from(line, i)))
			return i - 1;
	return line.len;
}

/* domain=a.example|~b.example; their names are in lower case wherever lists are published, and compared without it. */
static enum filter_kind
domains_read(struct filter_source *source, struct span value, size_t at, struct filter_fault *fault)
{
	for (size_t i = 0; i <= value.len;) {
		size_t		end = span_find_char(value, '|', i), bad;
		bool		excluded = i < value.len && value.at[i] == '~';
		struct span	name = span_cut(value, i + excluded, end);

		if (source->domain_count == MOST_FILTER_DOMAINS)
			return fault_set(fault, FILTER_UNSUPPORTED, at + i, "more than %d domains", MOST_FILTER_DOMAINS);
		if (!domain_is_name(name, &bad))
			return fault_set(fault, FILTER_UNSUPPORTED, at + i, "'%.*s' is no plain domain; only plain ones and "
			    "~ are supported", (int)(name.len < 80 ? name.len : 80), name.at);
		source->domains[source->domain_count++] = (struct filter_domain){ name, excluded };
		i = end + 1;
	}
	return FILTER_NETWORK;
}

struct options_read {
	uint32_t	wanted, unwanted;	/* types */
	bool		pages;
};

static enum filter_kind
option_read(struct filter_source *source, struct options_read *types, struct span text, size_t at,
    struct filter_fault *fault)
{
	bool			 not = text.len > 0 && text.at[0] == '~';
	size_t			 equals = span_find_char(text, '=', 0);
	struct span		 name = span_cut(text, not, equals);
	const struct option_row	*row = option_find(name);

	if (row == NULL || (equals < text.len) != (row->does == SETS_DOMAINS) || (not && (row->does == SETS_DOMAINS ||
	    row->does == SETS_FLAG)))
		return fault_set(fault, FILTER_UNSUPPORTED, at, "the option '%.*s' is not supported",
		    (int)(text.len < 80 ? text.len : 80), text.at);
	switch (row->does) {
	case SETS_TYPE:
		if (not)
			types->unwanted |= row->bits;
		else
			types->wanted |= row->bits;
		break;
	case SETS_FLAG:
		source->flags |= row->bits;
		break;
	case SETS_PARTY:
		source->flags |= not ? row->bits ^ (FILTER_THIRD_PARTY | FILTER_FIRST_PARTY) : row->bits;
		break;
	case SETS_DOMAINS:
		return domains_read(source, span_from(text, equals + 1), at + equals + 1, fault);
	case SPEAKS_OF_PAGES:
		types->pages = true;
		break;
	}
	return FILTER_NETWORK;
}

static enum filter_kind
options_read(struct filter_source *source, struct span text, size_t at, struct filter_fault *fault)
{
	struct options_read	types = { 0, 0, false };
	enum filter_kind	kind = FILTER_NETWORK;

	for (size_t i = 0; i < text.len && kind == FILTER_NETWORK;) {
		size_t end = span_find_char(text, ',', i);

		kind = option_read(source, &types, span_cut(text, i, end), at + i, fault);
		i = end + 1;
	}
	if (types.wanted != 0)
		source->types = types.wanted & ~types.unwanted;
	else
		source->types = types.pages ? 0 : TYPES_OF_FILTER & ~types.unwanted;
	return kind;
}

/* --- a line --- */

static bool
is_utf8_text(struct span line, size_t *bad)
{
	for (size_t i = 0; i < line.len;) {
		unsigned char	c = (unsigned char)line.at[i];
		size_t		more = c < 0x80 ? 0 : c < 0xc2 ? 4 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 4;

		*bad = i++;
		if (more == 4 || more > line.len - i || c == 0x7f || c < ' ')
			return false;
		for (; more > 0; more--, i++)
			if (!utf8_goes_on(line.at[i]))
				return false;
	}
	return true;
}

enum filter_kind
filter_parse(struct span line, struct filter_source *source, struct filter_fault *fault)
{
	size_t		 end, bad = 0, begin = span_starts(line, SPAN("@@")) ? 2 : 0;
	enum filter_kind kind = FILTER_NETWORK;

	source->line = line;
	source->prefix = 0;
	source->flags = begin > 0 ? FILTER_EXCEPTION : 0;
	source->types = TYPES_OF_FILTER;
	source->domain_count = 0;
	if (line.len > MOST_FILTER_BYTES)
		return fault_set(fault, FILTER_BAD, MOST_FILTER_BYTES, "the line has %zu bytes; a filter has at most %d",
		    line.len, MOST_FILTER_BYTES);
	if (!is_utf8_text(line, &bad))
		return fault_set(fault, FILTER_BAD, bad, "the line holds a byte that is no text (0x%02x); write UTF-8",
		    (unsigned char)line.at[bad]);
	if (is_cosmetic(line))
		return FILTER_COSMETIC;
	end = options_at(line);
	source->pattern = span_cut(line, begin, end);
	if (end < line.len)
		kind = options_read(source, span_from(line, end + 1), end + 1, fault);
	if (kind != FILTER_NETWORK)
		return kind;
	if ((source->types & TYPES_OF_MAIL) == 0)
		return FILTER_WEB;
	if (source->pattern.len >= 2 && source->pattern.at[0] == '/' &&
	    source->pattern.at[source->pattern.len - 1] == '/') {
		source->flags |= FILTER_REGEX;
		source->pattern = span_cut(source->pattern, 1, source->pattern.len - 1);
		return FILTER_NETWORK;
	}
	for (size_t i = 0; i < source->pattern.len; i++)
		if (ascii_space(source->pattern.at[i]))
			return fault_set(fault, FILTER_BAD, begin + i, "a blank is in no URL; write one filter to a line");
	return FILTER_NETWORK;
}

/* The lines of each format. */
#include "list_read.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MOST_CELL_BYTES	8192
#define NO_COLUMN	SIZE_MAX	/* its name was not found, which was told */

/* --- one domain, or the beginning of a URL --- */

/* What people paste instead of a domain. True: it was told. */
static bool
is_something_else(struct lines *lines, size_t at, struct span word)
{
	size_t			scheme = span_find(word, SPAN("://"), 0);
	struct span		rest = scheme < word.len ? span_from(word, scheme + 3) : word;
	size_t			path = span_find_char(rest, '/', 0), mail = span_find_char(word, '@', 0);
	enum list_format	format = list_format_of(word);

	if (format == LIST_ADBLOCK)
		lines_mistake(lines, at, "'%.*s' is an Adblock filter; put it into a list of its own, or say '#! format: "
		    "adblock' in the first line", SHOWN(word));
	else if (scheme < word.len || path < rest.len)
		lines_mistake(lines, at, "'%.*s' is a URL; write its host alone: %.*s", SHOWN(word),
		    SHOWN(span_cut(rest, 0, path)));
	else if (mail < word.len)
		lines_mistake(lines, at, "'%.*s' is an address; write its domain alone: %.*s", SHOWN(word),
		    SHOWN(span_from(word, mail + 1)));
	else if (span_starts(word, SPAN("*.")) || word.at[0] == '.')
		lines_mistake(lines, at, "'%.*s' needs no sign for subdomains, they are meant by themselves; write %.*s",
		    SHOWN(word), SHOWN(span_from(word, word.at[0] == '*' ? 2 : 1)));
	else if (span_find(word, SPAN("[.]"), 0) < word.len)
		lines_mistake(lines, at, "'%.*s' is defanged; write it with plain dots", SHOWN(word));
	else
		return false;
	return true;
}

static enum pw_err
domain_add(struct reading *reading, size_t at, struct span word)
{
	struct lines	*lines = &reading->lines;
	char		 lower[DOMAIN_BYTES + 1];
	struct span	 domain;
	size_t		 bad;

	if (!domain_is_name(word, &bad) && is_something_else(lines, at, word))
		return PW_OK;
	domain = lines_domain(lines, at, word, lower);
	if (domain.at == NULL)
		return PW_OK;
	if (memchr(domain.at, '.', domain.len) == NULL) {
		lines_mistake(lines, at, "'%.*s' would match a whole top-level domain; write a domain with a dot",
		    SHOWN(word));
		return PW_OK;
	}
	reading_list(reading)->domains++;
	return list_set_add(reading->set, domain, lines->line);
}

/* A URL's pieces as its writer gave them. */
struct beginning {
	struct span	scheme, host, port, rest;	/* port with its colon */
	size_t		host_at;
};

static bool
beginning_cut(struct lines *lines, size_t at, struct span word, struct beginning *cut)
{
	size_t scheme = span_find(word, SPAN("://"), 0), begin = scheme < word.len ? scheme + 3 : 0, end, colon;

	for (end = begin; end < word.len && word.at[end] != '/' && word.at[end] != '?' && word.at[end] != '#';)
		end++;
	for (colon = begin; colon < end && word.at[colon] != ':';)
		colon++;
	*cut = (struct beginning){ scheme < word.len ? span_cut(word, 0, scheme) : SPAN_NONE,
	    span_cut(word, begin, colon), span_cut(word, colon, end), span_from(word, end), at + begin };
	for (size_t i = 0; i < cut->scheme.len; i++)
		if (!ascii_alpha(cut->scheme.at[i]) && (i == 0 || !ascii_digit(cut->scheme.at[i]))) {
			lines_mistake(lines, at + i, "'%.*s' is no URL's beginning; write https://HOST/PATH, or HOST/PATH for "
			    "any scheme and all subdomains", SHOWN(word));
			return false;
		}
	if (span_starts_nocase(cut->scheme, SPAN("hxxp")) || span_find(word, SPAN("[.]"), 0) < word.len) {
		lines_mistake(lines, at, "'%.*s' is defanged; write it as a URL", SHOWN(word));
		return false;
	}
	for (size_t i = 1; i < cut->port.len; i++)
		if (!ascii_digit(cut->port.at[i])) {
			lines_mistake(lines, at + colon + i, "'%.*s' has no number for a port; write https://HOST:PORT/PATH "
			    "without a user's name", SHOWN(word));
			return false;
		}
	return true;
}

/* What a serialised URL does not say. */
static bool
is_default_port(const struct beginning *cut)
{
	return cut->port.len == 1 || (span_eq_nocase(cut->scheme, SPAN("https")) && span_eq(cut->port, SPAN(":443"))) ||
	    (span_eq_nocase(cut->scheme, SPAN("http")) && span_eq(cut->port, SPAN(":80")));
}

static enum pw_err
beginning_add(struct reading *reading, size_t at, struct span word)
{
	struct lines		*lines = &reading->lines;
	struct filter_fault	 fault;
	struct beginning	 cut;
	struct span		 domain;
	char			 host[DOMAIN_BYTES + 1], scheme[32] = "", text[MOST_CELL_BYTES + DOMAIN_BYTES + 64];

	if (word.len > MOST_CELL_BYTES) {
		lines_mistake(lines, at, "the URL has %zu bytes; write at most %d", word.len, MOST_CELL_BYTES);
		return PW_OK;
	}
	if (!beginning_cut(lines, at, word, &cut))
		return PW_OK;
	if (cut.scheme.len == 0 && cut.port.len == 0 && cut.rest.len == 0)
		return domain_add(reading, at, word);
	domain = lines_domain(lines, cut.host_at, cut.host, host);
	if (domain.at == NULL || cut.scheme.len >= sizeof(scheme))
		return PW_OK;
	if (memchr(domain.at, '.', domain.len) == NULL) {
		lines_mistake(lines, cut.host_at, "'%.*s' is no host with a dot; write https://HOST/PATH", SHOWN(cut.host));
		return PW_OK;
	}
	for (size_t i = 0; i < cut.scheme.len; i++)
		scheme[i] = ascii_lower(cut.scheme.at[i]);
	struct span port = is_default_port(&cut) ? SPAN_NONE : cut.port;
	int len = snprintf(text, sizeof(text), "%s%s%.*s%.*s%s%.*s", scheme, cut.scheme.len > 0 ? "://" : "",
	    SPAN_ARG(domain), SPAN_ARG(port), cut.rest.len > 0 && cut.rest.at[0] == '/' ? "" : "/", SPAN_ARG(cut.rest));
	reading->source->pattern = (struct span){ text, (size_t)len };
	reading->source->line = word;
	reading->source->prefix = cut.scheme.len > 0 ? ANCHOR_START : ANCHOR_HOST;
	reading->source->flags = FILTER_MATCH_CASE;
	reading->source->types = ANY_TYPE;
	reading->source->domain_count = 0;
	enum pw_err err = filter_set_add(&reading->set->filters, reading->source,
	    (uint32_t)(reading->set->list_count - 1), lines->line, &fault);
	if (err == PW_ESYNTAX)
		lines_mistake(lines, at, "%s", fault.text);
	else
		reading_list(reading)->filters++;
	return err == PW_ESYNTAX ? PW_OK : err;
}

enum pw_err
list_line_domains(struct reading *reading, struct span line)
{
	struct line_word word;

	return lines_word(&reading->lines, line, &word) ? domain_add(reading, word.at, word.text) : PW_OK;
}

enum pw_err
list_line_urls(struct reading *reading, struct span line)
{
	struct line_word word;

	return lines_word(&reading->lines, line, &word) ? beginning_add(reading, word.at, word.text) : PW_OK;
}

/* --- hosts --- */

static bool
is_address(struct span word)
{
	char		text[64];
	unsigned char	address[16];

	snprintf(text, sizeof(text), "%.*s", (int)(word.len < 63 ? word.len : 63), word.at);
	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

enum pw_err
list_line_hosts(struct reading *reading, struct span line)
{
	struct lines	*lines = &reading->lines;
	size_t		 field = 0;
	enum pw_err	 err = PW_OK;

	line = span_cut(line, 0, span_find_char(line, '#', 0));
	for (size_t at = 0, end; at < line.len && err == PW_OK; at = end) {
		while (at < line.len && ascii_space(line.at[at]))
			at++;
		for (end = at; end < line.len && !ascii_space(line.at[end]);)
			end++;
		struct span word = span_cut(line, at, end);

		if (word.len == 0)
			break;
		if (field++ == 0 && !is_address(word)) {
			lines_mistake(lines, at, "'%.*s' is no address, and line %zu made this a hosts file; write 0.0.0.0 and "
			    "the name, or '#! format: domains' in the first line", SHOWN(word), reading->format_line);
			return PW_OK;
		}
		/* localhost, broadcasthost, ip6-loopback, 0.0.0.0: what such files hold besides. */
		if (field > 1 && memchr(word.at, '.', word.len) != NULL && !is_address(word) &&
		    !span_eq_nocase(word, SPAN("localhost.localdomain")))
			err = domain_add(reading, at, word);
		else if (field > 1)
			reading_list(reading)->web++;
	}
	return err;
}

/* --- CSV (RFC 4180, without line ends in fields) --- */

/* The field at *at, which moves to the next one, or past the line. False: its quote is never closed. */
static bool
field_next(struct span line, char separator, size_t *at, char cell[MOST_CELL_BYTES], struct span *field)
{
	bool	quoted = *at < line.len && line.at[*at] == '"';
	size_t	len = 0, i = *at + quoted;

	for (; i < line.len; i++) {
		if (quoted && line.at[i] == '"') {
			if (i + 1 == line.len || line.at[i + 1] != '"')
				break;
			i++;
		} else if (!quoted && line.at[i] == separator)
			break;
		if (len < MOST_CELL_BYTES)
			cell[len++] = line.at[i];
	}
	if (quoted && i == line.len)
		return false;
	while (i < line.len && line.at[i] != separator)
		i++;
	*at = i + 1;
	*field = span_trim((struct span){ cell, len });
	return true;
}

static char
separator_of(struct span line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == '"')
			quoted = !quoted;
		else if (!quoted && (line.at[i] == ',' || line.at[i] == ';' || line.at[i] == '\t'))
			return line.at[i];
	}
	return ',';
}

/* The first line: a header, where a column is named or its first cell is no name and no URL. True: it was one. */
static bool
header_read(struct reading *reading, struct span line)
{
	char		cell[MOST_CELL_BYTES];
	struct span	field, wanted = span_of(reading->column);
	size_t		column = 0;

	reading->column_known = true;
	reading->separator = separator_of(line);
	for (size_t at = 0; at <= line.len && field_next(line, reading->separator, &at, cell, &field); column++) {
		if (wanted.len == 0)
			return field.len == 0 || memchr(field.at, '.', field.len) == NULL;
		if (span_eq_nocase(field, wanted)) {
			reading->column_at = column;
			return true;
		}
	}
	if (wanted.len > 0) {
		lines_mistake(&reading->lines, 0, "no column is called '%s'; write '#! column: NAME' with a name of this line",
		    reading->column);
		reading->column_at = NO_COLUMN;
	}
	return true;
}

enum pw_err
list_line_csv(struct reading *reading, struct span line)
{
	char		cell[MOST_CELL_BYTES];
	struct span	field = SPAN_NONE;
	size_t		at = 0, begin = 0, column = 0;

	if (span_trim(line).len == 0 || span_trim(line).at[0] == '#')
		return PW_OK;
	for (size_t i = 0; i < line.len; i++)
		if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7f) {
			lines_mistake(&reading->lines, i, "the line holds a control character (0x%02x); write plain text",
			    (unsigned char)line.at[i]);
			return PW_OK;
		}
	if ((!reading->column_known && header_read(reading, line)) || reading->column_at == NO_COLUMN)
		return PW_OK;
	for (; at <= line.len && column <= reading->column_at; column++) {
		begin = at;
		if (!field_next(line, reading->separator, &at, cell, &field)) {
			lines_mistake(&reading->lines, begin, "the quote is never closed on this line; close it");
			return PW_OK;
		}
	}
	if (column <= reading->column_at) {
		lines_mistake(&reading->lines, 0, "the line has %zu fields, and what is listed stands in the %zuth; add the "
		    "fields before it", column, reading->column_at + 1);
		return PW_OK;
	}
	return field.len > 0 ? beginning_add(reading, begin, field) : PW_OK;
}

/* --- Adblock --- */

static const struct {
	const char	*key;
	bool		 is_date;
} metadata[] = { { "Expires:", false }, { "Last modified:", true }, { "TimeUpdated:", true } };

/* "! Expires: 4 days": of lists as published. Directives of our own (#!) win. */
static void
metadata_read(struct reading *reading, struct span text)
{
	struct list *list = reading_list(reading);

	for (size_t i = 0; i < NITEMS(metadata); i++) {
		struct span key = span_of(metadata[i].key);

		if (!span_starts_nocase(text, key))
			continue;
		struct span value = span_trim(span_from(text, key.len));
		if (metadata[i].is_date)
			list->last_modified = list_date(value);
		else if (list->expires_at == 0 && list->expires_after == 0)
			list->expires_after = list_duration(value);
	}
}

/* True: the line speaks to ad blockers about other lines, or stands where one was told to leave it out. */
static bool
is_conditional(struct reading *reading, struct span line)
{
	if (span_starts(line, SPAN("!#if"))) {
		reading->skipping++;
		lines_warning(&reading->lines, 0, "conditions of ad blockers are not followed; what stands up to !#endif is "
		    "skipped");
	} else if (span_starts(line, SPAN("!#endif")))
		reading->skipping -= reading->skipping > 0;
	else if (span_starts(line, SPAN("!#include")))
		lines_warning(&reading->lines, 0, "other files are not included; put the file beside this one");
	else if (reading->skipping > 0 && line.at[0] != '!')
		reading_list(reading)->unsupported++;
	else
		return false;
	return true;
}

enum pw_err
list_line_adblock(struct reading *reading, struct span line)
{
	struct lines		*lines = &reading->lines;
	struct list		*list = reading_list(reading);
	struct filter_fault	 fault;
	struct span		 text = span_trim(line);
	size_t			 at = (size_t)(text.at - line.at);
	enum pw_err		 err;

	if (text.len == 0 || is_conditional(reading, text))
		return PW_OK;
	if (text.at[0] == '!') {
		metadata_read(reading, span_trim(span_from(text, 1)));
		return PW_OK;
	}
	if (span_starts_nocase(text, SPAN("[Adblock")) || span_starts_nocase(text, SPAN("[uBlock")) ||
	    span_starts_nocase(text, SPAN("[AdGuard")))
		return PW_OK;
	switch (filter_parse(text, reading->source, &fault)) {
	case FILTER_COSMETIC:
		list->cosmetic++;
		return PW_OK;
	case FILTER_WEB:
		list->web++;
		return PW_OK;
	case FILTER_UNSUPPORTED:
		list->unsupported++;
		lines_warning(lines, at + fault.at, "%s; the filter is skipped", fault.text);
		return PW_OK;
	case FILTER_BAD:
		list->bad++;
		lines_warning(lines, at + fault.at, "%s; the filter is skipped", fault.text);
		return PW_OK;
	case FILTER_NETWORK:
		break;
	}
	if (text.at[0] == '#')
		return PW_OK;	/* a comment of ours */
	err = filter_set_add(&reading->set->filters, reading->source, (uint32_t)(reading->set->list_count - 1), lines->line,
	    &fault);
	if (err == PW_ESYNTAX) {
		list->bad++;
		lines_warning(lines, at + fault.at, "%s; the filter is skipped", fault.text);
		return PW_OK;
	}
	list->filters++;
	return err;
}

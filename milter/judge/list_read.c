/* The grammar of a list's file. */
#include "list.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LINE_BYTES		1024
#define MOST_DOMAIN_BYTES	253	/* RFC 1035, 3.1, in text */
#define MOST_LABEL_BYTES	63
#define MOST_MISTAKES		100	/* of one file: who gives it something else than a list learns it sooner */

struct reading {
	struct list_set	*set;
	const char	*file;
	struct buf	*report;
	size_t		 line, mistakes;
	enum pw_err	 err;
};

static void
mistake(struct reading *reading, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void
mistake(struct reading *reading, size_t at, const char *format, ...)
{
	char	text[512];
	va_list	arguments;

	if (reading->err == PW_OK)
		reading->err = PW_ECONFIG;
	if (++reading->mistakes > MOST_MISTAKES)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	buf_printf(reading->report, "%s:%zu:%zu: %s\n", reading->file, reading->line, at + 1, text);
}

/* Enough to recognise it. */
#define SHOWN(s)	(int)((s).len < 80 ? (s).len : 80), (s).at

/* Letters, digits, hyphens and underscores between single dots; *bad is the first byte that is none. */
static bool
is_domain(struct span domain, size_t *bad)
{
	size_t label = 0;

	for (*bad = 0; *bad < domain.len; ++*bad) {
		char c = domain.at[*bad];

		if (c == '.' && (label == 0 || domain.at[*bad - 1] == '-'))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > MOST_LABEL_BYTES || (c != '.' && c != '-' && c != '_' && !ascii_alpha(c) && !ascii_digit(c)))
			return false;
	}
	return label > 0 && domain.len <= MOST_DOMAIN_BYTES;
}

/* What people paste instead of a domain. True: it was told. */
static bool
is_something_else(struct reading *reading, size_t at, struct span word)
{
	size_t		scheme = span_find(word, SPAN("://"), 0);
	struct span	rest = scheme < word.len ? span_from(word, scheme + 3) : word;
	size_t		path = span_find_char(rest, '/', 0), mail = span_find_char(word, '@', 0);

	if (scheme < word.len || path < rest.len)
		mistake(reading, at, "'%.*s' is a URL; write its host alone: %.*s", SHOWN(word),
		    SHOWN(span_cut(rest, 0, path)));
	else if (mail < word.len)
		mistake(reading, at, "'%.*s' is an address; write its domain alone: %.*s", SHOWN(word),
		    SHOWN(span_from(word, mail + 1)));
	else if (span_starts(word, SPAN("*.")) || word.at[0] == '.')
		mistake(reading, at, "'%.*s' needs no sign for subdomains, they are meant by themselves; write %.*s",
		    SHOWN(word), SHOWN(span_from(word, word.at[0] == '*' ? 2 : 1)));
	else if (span_find(word, SPAN("[.]"), 0) < word.len)
		mistake(reading, at, "'%.*s' is defanged; write it with plain dots", SHOWN(word));
	else
		return false;
	return true;
}

static void
domain_add(struct reading *reading, size_t at, struct span word)
{
	char	lower[MOST_DOMAIN_BYTES + 1];
	size_t	bad;

	if (is_something_else(reading, at, word))
		return;
	if (word.len > 1 && word.at[word.len - 1] == '.')
		word.len--;
	if (!is_domain(word, &bad)) {
		mistake(reading, at + bad, "'%.*s' is no domain name; write letters, digits, hyphens and single dots, at "
		    "most %d bytes", SHOWN(word), MOST_DOMAIN_BYTES);
		return;
	}
	if (memchr(word.at, '.', word.len) == NULL) {
		mistake(reading, at, "'%.*s' would match a whole top-level domain; write a domain with a dot",
		    SHOWN(word));
		return;
	}
	for (size_t i = 0; i < word.len; i++)
		lower[i] = ascii_lower(word.at[i]);
	enum pw_err err = list_set_add(reading->set, (struct span){ lower, word.len });
	if (err != PW_OK)
		reading->err = err;
}

/* A name in its own script becomes what resolvers and dissections know (RFC 5890: A-labels). */
static void
native_add(struct reading *reading, size_t at, struct span word)
{
	char	*utf8 = g_strndup(word.at, word.len);
	char	*ascii = g_utf8_validate(utf8, -1, NULL) ? g_hostname_to_ascii(utf8) : NULL;

	if (ascii != NULL)
		domain_add(reading, at, span_of(ascii));
	else
		mistake(reading, at, "'%.*s' is no domain name in UTF-8; write it with its xn-- labels", SHOWN(word));
	g_free(ascii);
	g_free(utf8);
}

static const struct {
	const char		*word;
	enum list_action	 action;
} actions[] = {
	{ "hold", LIST_HOLD },
	{ "strip", LIST_STRIP },
};

/* What follows "#!". */
static void
directive(struct reading *reading, size_t at, struct span text)
{
	struct list	*list = &reading->set->lists[reading->set->list_count - 1];
	size_t		 colon = span_find_char(text, ':', 0);
	struct span	 value = span_trim(span_from(text, colon + 1));

	if (!span_eq_nocase(span_trim(span_cut(text, 0, colon)), SPAN("action"))) {
		mistake(reading, at, "unknown directive; write '#! action: hold' or '#! action: strip', and comments "
		    "without the !");
		return;
	}
	if (list->line > 0) {
		mistake(reading, at, "the action stands already at line %zu; keep one of them", list->line);
		return;
	}
	list->line = reading->line;
	for (size_t i = 0; i < NITEMS(actions); i++)
		if (span_eq_nocase(value, span_of(actions[i].word))) {
			list->action = actions[i].action;
			return;
		}
	mistake(reading, at, "'%.*s' is no action; write hold or strip", SHOWN(value));
}

static void
line_read(struct reading *reading, struct span line)
{
	size_t	at = 0, end;
	bool	ascii = true;

	if (line.len > MOST_LINE_BYTES) {
		mistake(reading, MOST_LINE_BYTES, "the line has %zu bytes; write one domain to a line", line.len);
		return;
	}
	for (size_t i = 0; i < line.len; i++)
		if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7f) {
			mistake(reading, i, "the line holds a control character (0x%02x); write plain text",
			    (unsigned char)line.at[i]);
			return;
		}
	while (at < line.len && ascii_space(line.at[at]))
		at++;
	if (at == line.len)
		return;
	if (line.at[at] == '#') {
		if (at + 1 < line.len && line.at[at + 1] == '!')
			directive(reading, at, span_from(line, at + 2));
		return;
	}
	for (end = at; end < line.len && !ascii_space(line.at[end]); end++)
		ascii = ascii && (unsigned char)line.at[end] < 0x80;
	size_t next = end;
	while (next < line.len && ascii_space(line.at[next]))
		next++;
	if (next < line.len && line.at[next] != '#')
		mistake(reading, next, "more than a domain; write one to a line, and # before a comment");
	else if (ascii)
		domain_add(reading, at, span_cut(line, at, end));
	else
		native_add(reading, at, span_cut(line, at, end));
}

static enum pw_err
list_begin(struct list_set *set, struct span name)
{
	struct list *lists = reallocarray(set->lists, set->list_count + 1, sizeof(*lists));

	if (lists == NULL)
		return PW_ENOMEM;
	set->lists = lists;
	lists[set->list_count] = (struct list){ .name = strndup(name.at, name.len), .action = LIST_STRIP };
	if (lists[set->list_count].name == NULL)
		return PW_ENOMEM;
	set->list_count++;
	return PW_OK;
}

enum pw_err
list_set_read(struct list_set *set, const char *file, struct span name, struct span text, struct buf *report)
{
	struct reading reading = { .set = set, .file = file, .report = report };

	reading.err = list_begin(set, name);
	if (span_starts(text, SPAN("\xef\xbb\xbf")))	/* a byte order mark */
		text = span_from(text, 3);
	while (text.len > 0 && reading.err != PW_ENOMEM) {
		size_t		end = span_find_char(text, '\n', 0);
		struct span	line = span_cut(text, 0, end);

		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		reading.line++;
		line_read(&reading, line);
		text = span_from(text, end + 1);
	}
	if (reading.mistakes > MOST_MISTAKES)
		buf_printf(report, "%s:%zu:1: %zu more mistakes; give this file one domain to a line\n", file,
		    reading.line, reading.mistakes - MOST_MISTAKES);
	return reading.err;
}

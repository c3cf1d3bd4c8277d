/* A list's file: its directives, its format, its age. */
#include "list_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_LINE_BYTES	16384	/* of formats whose lines hold URLs */

static const struct {
	const char		*noun;
	enum pw_err		(*line)(struct reading *, struct span);
	bool			 long_lines;
} readers[] = {
	[LIST_DOMAINS] = { "domain", list_line_domains, false },
	[LIST_HOSTS] = { "address with its names", list_line_hosts, false },
	[LIST_URLS] = { "URL", list_line_urls, true },
	[LIST_CSV] = { "record", list_line_csv, true },
	[LIST_ADBLOCK] = { "filter", list_line_adblock, true },
};

/* --- directives --- */

static void
action_set(struct reading *reading, size_t at, struct span value)
{
	struct list *list = reading_list(reading);

	if (span_eq_nocase(value, SPAN("hold")))
		list->action = LIST_HOLD;
	else if (span_eq_nocase(value, SPAN("strip")))
		list->action = LIST_STRIP;
	else if (span_eq_nocase(value, SPAN("keep")))
		list->action = LIST_KEEP;
	else if (span_eq_nocase(value, SPAN("none")))
		list->action = LIST_NONE;
	else
		lines_mistake(&reading->lines, at, "'%.*s' is no action; write hold, strip, keep or none", SHOWN(value));
}

static void
format_set(struct reading *reading, size_t at, struct span value)
{
	struct list		*list = reading_list(reading);
	enum list_format	 format = list_format_named(value);

	if (format == LIST_UNKNOWN)
		lines_mistake(&reading->lines, at, "'%.*s' is no format; write domains, hosts, urls, csv or adblock",
		    SHOWN(value));
	else if (list->format != LIST_UNKNOWN)
		lines_mistake(&reading->lines, at, "the format comes too late, line %zu was read as %s; write it in the first "
		    "line", reading->format_line, list_format_name(list->format));
	else {
		list->format = format;
		reading->format_line = reading->lines.line;
	}
}

static void
expires_set(struct reading *reading, size_t at, struct span value)
{
	struct list *list = reading_list(reading);

	list->expires_at = list_date(value);
	list->expires_after = list->expires_at == 0 ? list_duration(value) : 0;
	if (list->expires_at == 0 && list->expires_after == 0)
		lines_mistake(&reading->lines, at, "'%.*s' is no time; write a day as 2026-12-31, or how long the file is good "
		    "as 30 days or 12 hours", SHOWN(value));
}

static void
on_stale_set(struct reading *reading, size_t at, struct span value)
{
	static const char *const words[] = { [STALE_WARN] = "warn", [STALE_KEEP] = "keep", [STALE_DROP] = "drop" };

	for (size_t i = 0; i < NITEMS(words); i++)
		if (span_is(value, words[i])) {
			reading_list(reading)->on_stale = (enum list_on_stale)i;
			return;
		}
	lines_mistake(&reading->lines, at, "'%.*s' is nothing to do with a stale list; write keep, warn or drop",
	    SHOWN(value));
}

static void
column_set(struct reading *reading, size_t at, struct span value)
{
	if (value.len == 0 || value.len >= sizeof(reading->column) || reading->column_known)
		lines_mistake(&reading->lines, at, "the column's name stands before the first record and has 1 to %zu bytes",
		    sizeof(reading->column) - 1);
	else
		snprintf(reading->column, sizeof(reading->column), "%.*s", SPAN_ARG(value));
}

static const struct {
	const char	*name;
	void		(*set)(struct reading *, size_t at, struct span value);
} directives[DIRECTIVES] = {
	{ "action", action_set },
	{ "format", format_set },
	{ "expires", expires_set },
	{ "on_stale", on_stale_set },
	{ "column", column_set },
};

/* What follows "#!". */
static void
directive(struct reading *reading, struct span line)
{
	struct lines	*lines = &reading->lines;
	size_t		 at = (size_t)(line.at - reading->line.at), colon = span_find_char(line, ':', 0);
	struct span	 name = span_trim(span_cut(line, 2, colon)), value = span_trim(span_from(line, colon + 1));

	for (size_t i = 0; i < NITEMS(directives); i++) {
		if (!span_is(name, directives[i].name))
			continue;
		if (reading->said[i] > 0)
			lines_mistake(lines, at, "the %s stands already at line %zu; keep one of them", directives[i].name,
			    reading->said[i]);
		else {
			reading->said[i] = lines->line;
			directives[i].set(reading, at, value);
		}
		return;
	}
	lines_mistake(lines, at, "unknown directive; write '#! action: hold' or another of action, format, expires, on_stale, "
	    "column, and comments without the !");
}

/* --- age --- */

static void
age_check(struct reading *reading, const struct list_file *file)
{
	static const char *const	 fates[] = { [STALE_WARN] = "it is still in force (on_stale: warn)",
					    [STALE_DROP] = "it is not in force (on_stale: drop)" };
	struct list			*list = reading_list(reading);
	int64_t				 made = list->last_modified > 0 ? list->last_modified : file->modified;
	int64_t				 end = list->expires_at > 0 ? list->expires_at : made + list->expires_after;
	time_t				 ended = (time_t)end;
	struct tm			 day;

	list->stale = (list->expires_at > 0 || list->expires_after > 0) && file->now > end;
	list->dropped = list->stale && list->on_stale == STALE_DROP;
	if (!list->stale || list->on_stale == STALE_KEEP || gmtime_r(&ended, &day) == NULL)
		return;
	buf_printf(reading->lines.report, "%s:1:1: warning: the list expired on %04d-%02d-%02d, and %s; fetch it anew\n",
	    file->path, day.tm_year + 1900, day.tm_mon + 1, day.tm_mday, fates[list->on_stale]);
}

/* --- the file --- */

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

/* False: no line can be read before somebody says what this is. */
static bool
format_find(struct reading *reading, struct span line)
{
	struct list *list = reading_list(reading);

	if (list->format == LIST_UNKNOWN) {
		list->format = list_format_of(line);
		reading->format_line = reading->lines.line;
	}
	if (list->format == LIST_UNKNOWN) {
		lines_mistake(&reading->lines, (size_t)(line.at - reading->line.at), "'%.*s' does not tell what kind of list "
		    "this is; write '#! format: domains' in the first line, or hosts, urls, csv or adblock", SHOWN(line));
		return false;
	}
	reading->lines.noun = readers[list->format].noun;
	reading->lines.most_bytes = readers[list->format].long_lines ? MOST_LINE_BYTES : reading->lines.most_bytes;
	return true;
}

/* Blank lines and comments say nothing of the format. */
static enum pw_err
line_read(struct reading *reading)
{
	struct list	*list = reading_list(reading);
	struct span	 text = span_trim(reading->line);

	if (text.len == 0)
		return PW_OK;
	if (span_starts(text, SPAN("#!"))) {
		directive(reading, text);
		return PW_OK;
	}
	if (list->format == LIST_UNKNOWN && text.at[0] == '#')
		return PW_OK;
	if (reading->format_line == 0 && !format_find(reading, text))
		return PW_ECONFIG;
	if (reading->lines.noun == NULL)
		(void)format_find(reading, text);
	if (reading->line.len > MOST_LINE_BYTES && list->format != LIST_ADBLOCK) {
		lines_mistake(&reading->lines, MOST_LINE_BYTES, "the line has %zu bytes; write one %s to a line",
		    reading->line.len, reading->lines.noun);
		return PW_OK;
	}
	return readers[list->format].line(reading, reading->line);
}

/* What an Adblock list lost on the way. */
static void
summarise(struct reading *reading)
{
	struct list *list = reading_list(reading);

	if (list->unsupported + list->bad > 0)
		buf_printf(reading->lines.report, "%s:%zu:1: warning: %zu filters are in force; skipped: %zu that are not "
		    "supported, %zu that are bad or match everything, %zu about web pages alone, %zu cosmetic ones\n",
		    reading->lines.file, reading->lines.line, list->filters, list->unsupported, list->bad, list->web,
		    list->cosmetic);
}

enum pw_err
list_set_read(struct list_set *set, const struct list_file *file, struct buf *report)
{
	struct reading	 reading = { .set = set, .source = malloc(sizeof(*reading.source)) };
	size_t		 entries = set->entry_count, names = set->names_len, filters = set->filters.count;
	enum pw_err	 err = reading.source != NULL ? list_begin(set, file->name) : PW_ENOMEM;

	lines_init(&reading.lines, file->path, NULL, file->text, report);
	while (err == PW_OK && lines_line(&reading.lines, &reading.line))
		err = line_read(&reading);
	if (err == PW_OK) {
		summarise(&reading);
		age_check(&reading, file);
		if (reading_list(&reading)->dropped) {
			set->entry_count = entries;
			set->names_len = names;
			filter_set_cut(&set->filters, filters);
			reading_list(&reading)->domains = reading_list(&reading)->filters = 0;
		}
	}
	free(reading.source);
	if (err != PW_OK && err != PW_ECONFIG)
		return err;
	reading.lines.noun = reading.lines.noun != NULL ? reading.lines.noun : "domain";
	return lines_end(&reading.lines);
}

/* A list's file being read: what its formats share. */
#ifndef JUDGE_LIST_READ_H
#define JUDGE_LIST_READ_H

#include "lines.h"
#include "list.h"

#define DIRECTIVES	5

struct reading {
	struct list_set		*set;
	struct lines		 lines;
	struct span		 line;		/* that was read last */
	size_t			 format_line;	/* that gave the format away, or said it */
	size_t			 said[DIRECTIVES];	/* the line of each directive; 0: none yet */
	char			 column[64];	/* of CSV, by name; empty: the first */
	size_t			 column_at;
	bool			 column_known;
	char			 separator;
	size_t			 skipping;	/* depth of !#if */
	struct filter_source	*source;	/* room for one filter */
};

static inline struct list *
reading_list(const struct reading *reading)
{
	return &reading->set->lists[reading->set->list_count - 1];
}

/* One line of each format that is no directive. PW_ENOMEM alone is a failure: mistakes are told. */
enum pw_err	list_line_domains(struct reading *, struct span line) PW_MUST_CHECK;
enum pw_err	list_line_hosts(struct reading *, struct span line) PW_MUST_CHECK;
enum pw_err	list_line_urls(struct reading *, struct span line) PW_MUST_CHECK;
enum pw_err	list_line_csv(struct reading *, struct span line) PW_MUST_CHECK;
enum pw_err	list_line_adblock(struct reading *, struct span line) PW_MUST_CHECK;

/* What the line looks like; LIST_UNKNOWN: like nothing. */
enum list_format	list_format_of(struct span line);
const char		*list_format_name(enum list_format);
/* By its name, in any case; LIST_UNKNOWN. */
enum list_format	list_format_named(struct span name);

/* "4 days (update frequency)", "12h": seconds; 0: it is no such thing. */
int64_t		list_duration(struct span);
/* "2026-05-12", "2026-05-12T10:11:12.345Z", "12 May 2026 10:11 UTC": seconds since 1970; 0: it is no such thing. */
int64_t		list_date(struct span);

#endif

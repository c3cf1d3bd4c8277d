/*
 * The lists of a rules directory: domains and filters by the names of their lists, and the question which of them a
 * host or a URL is on. docs/lists.md says what their files may hold.
 */
#ifndef JUDGE_LIST_H
#define JUDGE_LIST_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/span.h>

#include "filter.h"

enum list_action {
	LIST_STRIP,	/* what it matches is made inert, and the hit is recorded */
	LIST_HOLD,	/* and the message is held */
	LIST_KEEP,	/* what other lists' filters say of it does not count */
	LIST_NONE,	/* nothing: rules ask for it */
};

enum list_format {
	LIST_UNKNOWN,
	LIST_DOMAINS,	/* one to a line; a listed domain stands for itself and all its subdomains */
	LIST_HOSTS,	/* an address and its names, as in /etc/hosts */
	LIST_URLS,	/* beginnings of URLs */
	LIST_CSV,	/* a column of domains and beginnings of URLs */
	LIST_ADBLOCK,	/* network filters */
};

enum list_on_stale { STALE_WARN, STALE_KEEP, STALE_DROP };

struct list {
	char			*name;	/* as in the rule's name "list.NAME" */
	enum list_action	 action;
	enum list_format	 format;
	enum list_on_stale	 on_stale;
	bool			 stale, dropped;	/* past its expiry; and therefore not in force */
	int64_t			 last_modified, expires_after, expires_at;	/* seconds; 0: not given */
	size_t			 domains, filters;	/* in force */
	size_t			 cosmetic, web, unsupported, bad;	/* lines that were skipped */
};

struct list_entry {
	uint64_t	hash;
	uint32_t	at, list, line;
	uint8_t		len;
};

/* All lists of one policy. Filled once, then read by any thread. */
struct list_set {
	struct list		*lists;
	size_t			 list_count;
	char			*names;		/* the listed domains, one behind the other */
	size_t			 names_len, names_capacity;
	struct list_entry	*entries;
	size_t			 entry_count, entry_capacity;
	uint32_t		*slots;		/* entry + 1 by hash, 0: free; a power of two of them */
	size_t			 slot_count;
	struct filter_set	 filters;
};

/* A file as found; times in seconds since 1970. */
struct list_file {
	const char	*path;		/* for the report */
	struct span	 name, text;
	int64_t		 modified, now;
};

struct list_hit {
	const struct list	*list;
	struct span		 domain;	/* as listed; lives in the set */
	uint32_t		 line;
};

/* One host is within few listed domains of different lists; the rest of its hits would say no more. */
#define MOST_HITS	8

void		list_set_init(struct list_set *);
void		list_set_fini(struct list_set *);

/*
 * Add a list. Mistakes and warnings go to report ("file:line:column: what; what instead", all in one run).
 *	PW_ECONFIG	the set must not be used
 */
enum pw_err	list_set_read(struct list_set *, const struct list_file *, struct buf *report) PW_MUST_CHECK;
/* One domain, lower case and without a dot at its end, on the list that was begun last. */
enum pw_err	list_set_add(struct list_set *, struct span domain, size_t line) PW_MUST_CHECK;
/* After the last list, before the first question. */
enum pw_err	list_set_index(struct list_set *) PW_MUST_CHECK;

/* The host is, or is within, a domain of that list. */
typedef void	list_taken(const struct list_hit *, void *context);

/*
 * Every entry that the host is or is within, shorter ones first. The cost grows with the host's length, not with the
 * lists'. What URLs are on says filter_set_match(&set->filters, ...); a filter's list is its number in lists.
 */
void		list_set_each(const struct list_set *, struct span host, list_taken *, void *context);
/* At most MOST_HITS lists, each with its longest domain; the number found. */
size_t		list_set_match(const struct list_set *, struct span host, struct list_hit hits[MOST_HITS]);

#endif

/*
 * Plain lists of domains, and the question which of them a host is on.
 *
 * A list's file: one domain to a line, # begins a comment, and "#! action: hold" or "#! action: strip" says
 * what a hit does (strip where nothing is said). A listed domain stands for itself and all its subdomains.
 */
#ifndef JUDGE_LIST_H
#define JUDGE_LIST_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/span.h>

enum list_action {
	LIST_STRIP,	/* references to its hosts are made inert, and the hit is recorded */
	LIST_HOLD,	/* and the message is held */
};

struct list {
	char			*name;	/* as in the rule's name "list.NAME" */
	enum list_action	 action;
	size_t			 line;	/* of its action directive; 0: none yet */
};

struct list_entry {
	uint64_t	hash;
	uint32_t	at, list;
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
};

struct list_hit {
	const struct list	*list;
	struct span		 domain;	/* as listed; lives in the set */
};

/* One host is within few listed domains of different lists; the rest of its hits would say no more. */
#define MOST_HITS	8

void		list_set_init(struct list_set *);
void		list_set_fini(struct list_set *);

/*
 * Add a list. file is for the report ("file:line:column: what; what instead", all mistakes in one run).
 *	PW_ECONFIG	the set must not be used
 */
enum pw_err	list_set_read(struct list_set *, const char *file, struct span name, struct span text,
		    struct buf *report) PW_MUST_CHECK;
/* One domain, lower case and without a dot at its end, on the list that was begun last. */
enum pw_err	list_set_add(struct list_set *, struct span domain) PW_MUST_CHECK;
/* After the last list, before the first question. */
enum pw_err	list_set_index(struct list_set *) PW_MUST_CHECK;

/*
 * The lists that the host is on, each with the longest listed domain that the host is or is within. At most
 * MOST_HITS; the number found. The cost grows with the host's length, not with the lists'.
 */
size_t		list_set_match(const struct list_set *, struct span host, struct list_hit hits[MOST_HITS]);

#endif

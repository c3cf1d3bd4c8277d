/*
 * Groups of recipients: which of them an address is in.
 *
 * A group's file: one user@domain or @domain (everybody at exactly this domain) to a line, # begins a comment.
 * Addresses are compared as those who deliver mail do: without case and quotes, domains in A-labels; what is sent to
 * user+tag@domain is for user@domain, too.
 */
#ifndef JUDGE_GROUP_H
#define JUDGE_GROUP_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/options.h>
#include <pixelward/span.h>

#include <glib.h>

/* Group i of a set is the bit 1 << i. */
typedef uint64_t	groups;
#define MOST_GROUPS	64
_Static_assert(MOST_GROUPS >= MOST_FILES_OF_OPTION, "every group has its bit");

/* All groups of one policy. Filled once, then read by any thread. */
struct group_set {
	char		*names[MOST_GROUPS];
	size_t		 count;
	GHashTable	*members;	/* local@domain or @domain, as compared -> groups */
};

void		group_set_init(struct group_set *);
void		group_set_fini(struct group_set *);

/*
 * Add a group; at most MOST_GROUPS. file is for the report ("file:line:column: what; what instead", all mistakes in
 * one run).
 *	PW_ECONFIG	the set must not be used
 */
enum pw_err	group_set_read(struct group_set *, const char *file, const char *name, struct span text,
		    struct buf *report) PW_MUST_CHECK;

/* The group of that name, whatever its case; none: 0. */
groups		group_set_named(const struct group_set *, const char *name);
/* The groups that a mailbox is in (local@domain, without < >). Three questions to a hash, however long the groups. */
groups		group_set_of(const struct group_set *, struct span mailbox);
/* The name of the first of them, in the order of the configuration; NULL: there is none. */
const char	*group_set_name(const struct group_set *, groups);

#endif

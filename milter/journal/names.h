/* Numbers by name, of a bounded number of names: when it is full, the rarer half goes. */
#ifndef JOURNAL_NAMES_H
#define JOURNAL_NAMES_H

#include <pixelward/journal/counters.h>

struct name {
	uint64_t	of[RULE_COUNTERS];
	int64_t		last_ms;
	bool		dirty;		/* changed since it was published */
	size_t		len;
	char		text[];
};

#define MOST_NAME	255u	/* bytes; longer ones are cut */

struct names {
	struct name	**at;		/* sorted */
	size_t		  count, capacity, most;
};

/* The one of this name, with zeros if it is new. NULL: no memory. */
struct name	*names_get(struct names *, struct span text);
void		 names_clear(struct names *);
/* The most frequent by of[0], the first one first. */
size_t		 names_most(const struct names *, struct named_count *, size_t most);

#endif

/*
 * A bounded map from keys to records: past its bound, the record that was not touched for longest goes. Keys are chosen by
 * senders: they are hashed under a secret of the process.
 */
#ifndef REPUTATION_TABLE_H
#define REPUTATION_TABLE_H

#include <pixelward/span.h>

/* The first member of a record. */
struct entry {
	struct entry	*next;			/* in its bucket */
	struct entry	*older, *younger;
	struct span	 key;			/* lives behind the record */
	uint64_t	 hash;
	size_t		 cost;			/* what it counts against the bound; table_cost() */
};

/*
 * Who goes last: RANK_HIGHEST while any other is left; RANK_HIGH while one of no rank is among the TABLE_MOST_SPARED that were
 * not touched for longest, so that nobody who fills a table with such makes each trim a walk over all of it.
 */
enum table_rank { RANK_NONE, RANK_HIGH, RANK_HIGHEST };

#define TABLE_MOST_SPARED	4096u

struct table {
	size_t		  record_bytes;
	void		(*fini)(struct entry *);	/* what the record holds besides itself */
	enum table_rank	(*rank)(const struct entry *);	/* NULL: none is above others */
	size_t		  most;			/* sum of the costs */
	size_t		  cost, count;
	struct entry	**buckets;
	size_t		  bucket_count;		/* a power of two; 0 before the first record */
	struct entry	 *oldest, *youngest;
	uint64_t	  secret[2];
};

/* Draws the secret. */
void		 table_init(struct table *);
void		 table_fini(struct table *);
/* NULL: not there. */
struct entry	*table_find(const struct table *, struct span key);
/* Found or made (zeroed, of cost 1), and the youngest. NULL: no memory. */
struct entry	*table_touch(struct table *, struct span key);
void		 table_cost(struct table *, struct entry *, size_t cost);
void		 table_remove(struct table *, struct entry *);
/* Back under the bound; one record stays in any case. */
void		 table_trim(struct table *);

#endif

/* Replacements of byte ranges, collected in any order and applied once. */
#ifndef REWRITE_SPLICE_H
#define REWRITE_SPLICE_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

struct splice {
	struct extent	old;
	struct span	fresh;	/* borrowed */
};

struct splices {
	struct splice	*at;
	size_t		 count, capacity;
};

enum pw_err	splices_add(struct splices *, struct arena *, struct splice) PW_MUST_CHECK;
/*
 * Sort, and drop what lies inside another that removes it anyway.
 *	PW_ENOTINERT	two that overlap want different things
 */
enum pw_err	splices_settle(struct splices *) PW_MUST_CHECK;
/* text with all of them applied, in the arena; at is NULL: no memory. They are settled. */
struct span	splices_apply(const struct splices *, struct span text, struct arena *) PW_MUST_CHECK;

#endif

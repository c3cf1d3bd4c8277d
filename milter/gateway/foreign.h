/* X-Pixelward header fields that came with the mail: somebody else's words, removed before ours is added. */
#ifndef PIXELWARD_MILTER_GATEWAY_FOREIGN_H
#define PIXELWARD_MILTER_GATEWAY_FOREIGN_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/* One field in the milter protocol's terms. */
struct foreign_field {
	struct span	name;	/* NUL-terminated, as the sender wrote it */
	uint32_t	index;	/* which field of that name (without case), from 1 */
};

struct foreign {
	struct foreign_field	*fields;
	size_t			 count, capacity;
};

/* X-Pixelward or X-Pixelward-anything, without case. */
bool		foreign_is(struct span name);

/* Remember a field for which foreign_is holds; in the message's order. PW_ENOMEM: the arena is full. */
enum pw_err	foreign_add(struct foreign *, struct span name, struct arena *) PW_MUST_CHECK;

/*
 * Number the fields and bring them into the order in which they can be deleted one by one: of each name the
 * highest index first, because a deletion renumbers those behind it. Once, behind the last foreign_add.
 */
void		foreign_order(struct foreign *);

#endif

/*
 * Many texts looked for at once: an Aho-Corasick automaton. Its cost grows with the text searched, not with
 * the number of texts looked for; a message may have a thousand recipients.
 */
#ifndef JUDGE_NEEDLE_H
#define JUDGE_NEEDLE_H

#include <pixelward/base/arena.h>

struct needle {
	struct span	text;	/* lower case, not empty */
	uint32_t	kind;	/* the caller's */
};

struct needles;

/* The texts must live as long; of equal texts the first counts. NULL: no memory. */
struct needles	*needles_new(struct arena *, const struct needle *, size_t count) PW_MUST_CHECK;

/* Does the needle count where it stands, text[begin, end)? */
typedef bool	 needle_accept(struct span text, size_t begin, size_t end, const struct needle *, const void *context);

/* The first needle in the text, in any case, that accept takes, or NULL. */
const struct needle	*needles_find(const struct needles *, struct span text, needle_accept *,
			    const void *context);

#endif

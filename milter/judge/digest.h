/*
 * Digests of the values that could name a recipient, looked for in binary data at any offset.
 *
 * MD5, SHA-1 and SHA-256, each known by its first 16 bytes: enough to be sure, and a digest that was cut
 * short is found as well.
 */
#ifndef JUDGE_DIGEST_H
#define JUDGE_DIGEST_H

#include <pixelward/base/arena.h>

struct digest {
	uint64_t	key, rest;	/* bytes 0 to 7 and 8 to 15, as big-endian numbers */
	uint32_t	kind;		/* the caller's */
	const char	*name;		/* "SHA-256"; NULL: a free slot */
};

struct digests;

#define DIGEST_BYTES	16	/* what must be there of one */

/* Room for that many values. NULL: no memory. */
struct digests	*digests_new(struct arena *, size_t values) PW_MUST_CHECK;
/* All digests of one value. */
void		 digests_add(struct digests *, struct span value, uint32_t kind);
/* After the last value: frees what does not live in the arena. NULL is fine. */
void		 digests_finish(struct digests *);
/* The first one in data, or NULL. */
const struct digest	*digests_find(const struct digests *, struct span data);

#endif

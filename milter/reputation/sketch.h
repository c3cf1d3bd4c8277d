/*
 * How many different things were seen, roughly: exactly while they are few, then by a HyperLogLog of 128 registers, whose
 * standard error is 9 %. Sketches of the same things merge.
 */
#ifndef REPUTATION_SKETCH_H
#define REPUTATION_SKETCH_H

#include <pixelward/error.h>
#include <pixelward/span.h>

#define SKETCH_FEW		8u
#define SKETCH_REGISTERS	128u

/* All zero is empty. */
struct sketch {
	uint8_t		*registers;	/* NULL while there are few */
	uint32_t	 few[SKETCH_FEW];
	uint32_t	 count;		/* of few */
};

/* PW_ENOMEM: not added. */
enum pw_err	sketch_add(struct sketch *, uint64_t digest) PW_MUST_CHECK;
enum pw_err	sketch_merge(struct sketch *, const struct sketch *from) PW_MUST_CHECK;
uint64_t	sketch_count(const struct sketch *);
void		sketch_fini(struct sketch *);

#endif

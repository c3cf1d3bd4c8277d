/*
 * How many different things were seen, roughly: exactly while they are few, then by a HyperLogLog of 128 registers, whose
 * standard error is 9 %. Sketches of the same things merge.
 */
#ifndef REPUTATION_SKETCH_H
#define REPUTATION_SKETCH_H

#include <pixelward/error.h>
#include <pixelward/span.h>

#define SKETCH_FEW		8u
#define SKETCH_EXACT		21u	/* as in Redis: store.h */
#define SKETCH_REGISTERS	128u

/* All zero is empty. */
struct sketch {
	union {
		uint32_t	*more;		/* behind few, up to SKETCH_EXACT; NULL: none */
		uint8_t		*registers;	/* if estimated */
	};
	uint32_t	few[SKETCH_FEW];
	uint32_t	count;			/* exact */
	bool		estimated;
};

/* One of those that are counted exactly. */
uint32_t	sketch_value(const struct sketch *, uint32_t index);
/* Such a one, as another sketch had it. PW_ENOMEM: not added. */
enum pw_err	sketch_value_add(struct sketch *, uint32_t value) PW_MUST_CHECK;
/* From now on it estimates. PW_ENOMEM. */
enum pw_err	sketch_estimate(struct sketch *) PW_MUST_CHECK;

/* PW_ENOMEM: not added. */
enum pw_err	sketch_add(struct sketch *, uint64_t digest) PW_MUST_CHECK;
enum pw_err	sketch_merge(struct sketch *, const struct sketch *from) PW_MUST_CHECK;
uint64_t	sketch_count(const struct sketch *);
void		sketch_fini(struct sketch *);

#endif

#include "sketch.h"

#include <math.h>
#include <stdlib.h>

#define REGISTER_BITS	7

/* Register by the upper bits; what is kept is the place of the first 1 in the others. */
static void
register_raise(struct sketch *sketch, uint32_t value)
{
	uint32_t	rest = value << REGISTER_BITS;
	uint8_t		rank = rest != 0 ? (uint8_t)(__builtin_clz(rest) + 1) : 32 - REGISTER_BITS + 1;
	uint8_t		*at = &sketch->registers[value >> (32 - REGISTER_BITS)];

	if (*at < rank)
		*at = rank;
}

uint32_t
sketch_value(const struct sketch *sketch, uint32_t index)
{
	return index < SKETCH_FEW ? sketch->few[index] : sketch->more[index - SKETCH_FEW];
}

enum pw_err
sketch_estimate(struct sketch *sketch)
{
	struct sketch exact = *sketch;

	if (sketch->estimated)
		return PW_OK;
	sketch->registers = calloc(SKETCH_REGISTERS, 1);
	if (sketch->registers == NULL) {
		*sketch = exact;
		return PW_ENOMEM;
	}
	sketch->estimated = true;
	sketch->count = 0;
	for (uint32_t i = 0; i < exact.count; i++)
		register_raise(sketch, sketch_value(&exact, i));
	free(exact.more);
	return PW_OK;
}

enum pw_err
sketch_value_add(struct sketch *sketch, uint32_t value)
{
	enum pw_err err;

	for (uint32_t i = 0; i < sketch->count; i++)
		if (sketch_value(sketch, i) == value)
			return PW_OK;
	if (sketch->estimated || sketch->count == SKETCH_EXACT) {
		err = sketch_estimate(sketch);
		if (err == PW_OK)
			register_raise(sketch, value);
		return err;
	}
	if (sketch->count >= SKETCH_FEW && sketch->more == NULL &&
	    (sketch->more = calloc(SKETCH_EXACT - SKETCH_FEW, sizeof(*sketch->more))) == NULL)
		return PW_ENOMEM;
	*(sketch->count < SKETCH_FEW ? &sketch->few[sketch->count] : &sketch->more[sketch->count - SKETCH_FEW]) = value;
	sketch->count++;
	return PW_OK;
}

enum pw_err
sketch_add(struct sketch *sketch, uint64_t digest)
{
	/* Whatever made the digest: the upper bits of a product depend on all of it. */
	return sketch_value_add(sketch, (uint32_t)((digest ^ digest >> 32) * 0x9e3779b97f4a7c15u >> 32));
}

enum pw_err
sketch_merge(struct sketch *sketch, const struct sketch *from)
{
	enum pw_err err = PW_OK;

	for (uint32_t i = 0; i < from->count && err == PW_OK; i++)
		err = sketch_value_add(sketch, sketch_value(from, i));
	if (err == PW_OK && from->estimated)
		err = sketch_estimate(sketch);
	for (size_t i = 0; i < SKETCH_REGISTERS && from->estimated && err == PW_OK; i++)
		if (sketch->registers[i] < from->registers[i])
			sketch->registers[i] = from->registers[i];
	return err;
}

uint64_t
sketch_count(const struct sketch *sketch)
{
	const double	m = SKETCH_REGISTERS;
	double		sum = 0, estimate;
	unsigned	zeros = 0;

	if (!sketch->estimated)
		return sketch->count;
	for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
		sum += 1.0 / (double)((uint64_t)1 << (sketch->registers[i] & 63));
		zeros += sketch->registers[i] == 0;
	}
	estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	/* Few of them leave registers empty: counting those is closer. */
	if (estimate <= 2.5 * m && zeros > 0)
		estimate = m * log(m / zeros);
	return (uint64_t)(estimate + 0.5);
}

void
sketch_fini(struct sketch *sketch)
{
	free(sketch->registers);	/* or more */
	*sketch = (struct sketch){ 0 };
}

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

static enum pw_err
registers_make(struct sketch *sketch)
{
	if (sketch->registers != NULL)
		return PW_OK;
	sketch->registers = calloc(SKETCH_REGISTERS, 1);
	if (sketch->registers == NULL)
		return PW_ENOMEM;
	for (uint32_t i = 0; i < sketch->count; i++)
		register_raise(sketch, sketch->few[i]);
	return PW_OK;
}

static enum pw_err
value_add(struct sketch *sketch, uint32_t value)
{
	enum pw_err err;

	if (sketch->registers == NULL) {
		for (uint32_t i = 0; i < sketch->count; i++)
			if (sketch->few[i] == value)
				return PW_OK;
		if (sketch->count < SKETCH_FEW) {
			sketch->few[sketch->count++] = value;
			return PW_OK;
		}
	}
	err = registers_make(sketch);
	if (err == PW_OK)
		register_raise(sketch, value);
	return err;
}

enum pw_err
sketch_add(struct sketch *sketch, uint64_t digest)
{
	/* Whatever made the digest: the upper bits of a product depend on all of it. */
	return value_add(sketch, (uint32_t)((digest ^ digest >> 32) * 0x9e3779b97f4a7c15u >> 32));
}

enum pw_err
sketch_merge(struct sketch *sketch, const struct sketch *from)
{
	enum pw_err err = PW_OK;

	if (from->registers == NULL) {
		for (uint32_t i = 0; i < from->count && err == PW_OK; i++)
			err = value_add(sketch, from->few[i]);
		return err;
	}
	err = registers_make(sketch);
	for (size_t i = 0; i < SKETCH_REGISTERS && err == PW_OK; i++)
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

	if (sketch->registers == NULL)
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
	free(sketch->registers);
	*sketch = (struct sketch){ 0 };
}

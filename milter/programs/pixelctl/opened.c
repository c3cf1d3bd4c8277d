#include "opened.h"

#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>
#include <pixelward/gateway/size.h>

/* Beside its own bytes: what dissecting may take at the most, and as much again for the rewrite. */
#define FACTOR	40
#define BASE	((size_t)512 << 20)	/* a bound, not memory that is taken: what thousands of rules have to say */

struct arena *
opened_arena(const struct options *options, size_t bytes)
{
	return arena_new(BASE + options->limits.parse_memory + bytes * FACTOR);
}

enum pw_err
opened_dissect(const struct options *options, struct message *message, struct arena *arena, const struct dissection **d)
{
	enum pw_err err = PW_ELIMIT;

	if (size_limit(message->raw, &options->limits) == LIMIT_NONE)
		err = dissect(message->raw, &options->limits, arena, d);
	return err == PW_OK ? pipeline_envelope(*d, arena, message) : err;
}

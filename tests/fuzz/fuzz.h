/* What every fuzz target needs: libFuzzer's entry, a way to say what does not hold, an arena for one input. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <pixelward/base/arena.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);
int	LLVMFuzzerInitialize(int *, char ***);

#define INVARIANT(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition); \
		abort(); \
	} \
} while (0)

/* Is inner a piece of outer's bytes? */
static inline bool
fuzz_is_within(struct span inner, struct span outer)
{
	return inner.len == 0 || (inner.at >= outer.at && inner.at + inner.len <= outer.at + outer.len);
}

/* One input; what it takes is bounded and freed. */
static inline int
fuzz_input(const uint8_t *data, size_t size, void (*check)(struct span, struct arena *))
{
	struct arena *arena = arena_new((size_t)1 << 30);

	INVARIANT(arena != NULL);
	check((struct span){ (const char *)data, size }, arena);
	arena_free(arena);
	return 0;
}

#endif

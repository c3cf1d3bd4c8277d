/* Memory of one message: allocated piece by piece, freed in one call. Not thread-safe. */
#ifndef PIXELWARD_BASE_ARENA_H
#define PIXELWARD_BASE_ARENA_H

#include <pixelward/span.h>

struct arena;

/* max_bytes bounds all that is given out until the next reset. NULL: no memory. */
struct arena	*arena_new(size_t max_bytes);
/* Zeroed, aligned for any type; NULL past max_bytes. A size of 0 gives a valid pointer. */
void		*arena_alloc(struct arena *, size_t bytes) PW_MUST_CHECK;
/* The same without zeroing, for what is written over at once. */
void		*arena_reserve(struct arena *, size_t bytes) PW_MUST_CHECK;
/* count * size with the multiplication checked. */
void		*arena_array(struct arena *, size_t count, size_t size) PW_MUST_CHECK;
/* The copy is followed by a NUL that is not counted. at is NULL past max_bytes. */
struct span	 arena_copy(struct arena *, struct span) PW_MUST_CHECK;
/* The same in lower case. */
struct span	 arena_lower(struct arena *, struct span) PW_MUST_CHECK;
/* As printf; at is NULL past max_bytes. */
struct span	 arena_printf(struct arena *, const char *format, ...)
		    __attribute__((format(printf, 2, 3))) PW_MUST_CHECK;
/* The array, perhaps moved, with room for one more behind its count elements (an array of capacity 0 may be NULL);
 * NULL past max_bytes, and the old array stays. */
void		*arena_larger(struct arena *, void *array, size_t count, size_t *capacity, size_t size) PW_MUST_CHECK;

static inline PW_MUST_CHECK void *
arena_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
	return count < *capacity ? array : arena_larger(arena, array, count, capacity, size);
}

/* Every pointer it gave dies here. */
void		 arena_reset(struct arena *);
void		 arena_free(struct arena *);	/* NULL is fine */
size_t		 arena_used(const struct arena *);

#endif

#include <pixelward/base/arena.h>

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES	((size_t)32 * 1024)
#define ALIGNMENT	alignof(max_align_t)

struct chunk {
	struct chunk	*next;
	size_t		 size, used;
	alignas(ALIGNMENT) char bytes[];
};

struct arena {
	struct chunk	*chunks;	/* the first is the one being filled */
	size_t		 max, used;
};

struct arena *
arena_new(size_t max_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena != NULL)
		arena->max = max_bytes;
	return arena;
}

static struct chunk *
chunk_new(size_t bytes)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + bytes);

	if (chunk == NULL)
		return NULL;
	*chunk = (struct chunk){ .size = bytes };
	return chunk;
}

void *
arena_reserve(struct arena *arena, size_t bytes)
{
	struct chunk	*chunk = arena->chunks;
	size_t		 rounded = ((bytes > 0 ? bytes : 1) + ALIGNMENT - 1) & ~(ALIGNMENT - 1);

	if (rounded < bytes || rounded > arena->max - arena->used)
		return NULL;
	if (chunk == NULL || chunk->size - chunk->used < rounded) {
		struct chunk *fresh = chunk_new(rounded > CHUNK_BYTES / 4 ? rounded : CHUNK_BYTES);

		if (fresh == NULL)
			return NULL;
		if (fresh->size == rounded && chunk != NULL) {
			/* A piece with a chunk of its own goes behind the one being filled. */
			fresh->next = chunk->next;
			chunk->next = fresh;
		} else {
			fresh->next = chunk;
			arena->chunks = fresh;
		}
		chunk = fresh;
	}
	void *piece = chunk->bytes + chunk->used;
	chunk->used += rounded;
	arena->used += rounded;
	return piece;
}

void *
arena_alloc(struct arena *arena, size_t bytes)
{
	void *piece = arena_reserve(arena, bytes);

	if (piece != NULL)
		memset(piece, 0, bytes);
	return piece;
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(arena, bytes);
}

struct span
arena_copy(struct arena *arena, struct span s)
{
	char *copy = s.len < SIZE_MAX ? arena_reserve(arena, s.len + 1) : NULL;

	if (copy == NULL)
		return SPAN_NONE;
	if (s.len > 0)
		memcpy(copy, s.at, s.len);
	copy[s.len] = '\0';
	return (struct span){ copy, s.len };
}

struct span
arena_lower(struct arena *arena, struct span s)
{
	struct span	copy = arena_copy(arena, s);
	char		*at = (char *)(uintptr_t)copy.at;

	for (size_t i = 0; i < copy.len; i++)
		at[i] = ascii_lower(at[i]);
	return copy;
}

struct span
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list	arguments;
	int	len;

	va_start(arguments, format);
	len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	char *text = len >= 0 ? arena_reserve(arena, (size_t)len + 1) : NULL;
	if (text == NULL)
		return SPAN_NONE;
	va_start(arguments, format);
	vsnprintf(text, (size_t)len + 1, format, arguments);
	va_end(arguments);
	return (struct span){ text, (size_t)len };
}

void *
arena_larger(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
	size_t	wanted = *capacity > 0 ? *capacity * 2 : 8;
	char	*larger = arena_array(arena, wanted, size);

	if (larger == NULL)
		return NULL;
	if (count > 0)
		memcpy(larger, array, count * size);
	*capacity = wanted;
	return larger;
}

void
arena_reset(struct arena *arena)
{
	struct chunk *next;

	for (struct chunk *chunk = arena->chunks; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	arena->chunks = NULL;
	arena->used = 0;
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	arena_reset(arena);
	free(arena);
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

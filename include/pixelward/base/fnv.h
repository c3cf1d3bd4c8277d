/*
 * FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv), for tables, checksums and digests in which nobody gains by a
 * collision: whoever chooses the bytes can make one. Snapshots and Redis hold such digests, so that these functions
 * cannot change.
 */
#ifndef PIXELWARD_BASE_FNV_H
#define PIXELWARD_BASE_FNV_H

#include <pixelward/span.h>

#define FNV_BASIS	0xcbf29ce484222325u
#define FNV32_BASIS	0x811c9dc5u

/* value: a byte, or a number taken as one. */
static inline uint64_t
fnv_add(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3u;
}

static inline uint32_t
fnv32_add(uint32_t hash, uint32_t value)
{
	return (hash ^ value) * 0x01000193u;
}

static inline uint64_t
fnv_bytes(uint64_t hash, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		hash = fnv_add(hash, (unsigned char)bytes.at[i]);
	return hash;
}

/* Letters in either case are one. */
static inline uint64_t
fnv_letters(uint64_t hash, struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		hash = fnv_add(hash, (unsigned char)ascii_lower(text.at[i]));
	return hash;
}

#endif

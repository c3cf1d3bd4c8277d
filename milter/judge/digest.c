#include "digest.h"

#include <glib.h>

static const struct {
	GChecksumType	 type;
	const char	*name;
} algorithms[] = {
	{ G_CHECKSUM_MD5, "MD5" },
	{ G_CHECKSUM_SHA1, "SHA-1" },
	{ G_CHECKSUM_SHA256, "SHA-256" },
};

#define LONGEST_DIGEST	32

struct digests {
	GChecksum	*checksums[NITEMS(algorithms)];
	struct digest	*slots;		/* by key; a power of two of them, at most half full */
	size_t		 slot_count, room;
};

struct digests *
digests_new(struct arena *arena, size_t values)
{
	struct digests	*set = arena_alloc(arena, sizeof(*set));
	size_t		 count = 64;

	if (set == NULL || values > SIZE_MAX / 16)
		return NULL;
	set->room = values * NITEMS(algorithms);
	while (count < set->room * 2)
		count *= 2;
	set->slots = arena_array(arena, count, sizeof(*set->slots));
	if (set->slots == NULL)
		return NULL;
	set->slot_count = count;
	for (size_t i = 0; i < NITEMS(algorithms); i++)
		set->checksums[i] = g_checksum_new(algorithms[i].type);
	return set;
}

void
digests_finish(struct digests *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < NITEMS(algorithms); i++)
		g_checksum_free(set->checksums[i]);
}

static uint64_t
big_endian(const unsigned char *bytes)
{
	uint64_t number;

	__builtin_memcpy(&number, bytes, sizeof(number));
	return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(number) : number;
}

static struct digest *
slot_of(const struct digests *set, uint64_t key)
{
	return &set->slots[(key * 0x9e3779b97f4a7c15u >> 32) & (set->slot_count - 1)];
}

static struct digest *
next_slot(const struct digests *set, struct digest *slot)
{
	return slot + 1 < set->slots + set->slot_count ? slot + 1 : set->slots;
}

void
digests_add(struct digests *set, struct span value, uint32_t kind)
{
	for (size_t i = 0; i < NITEMS(algorithms) && set->room > 0; i++, set->room--) {
		guint8	bytes[LONGEST_DIGEST];
		gsize	len = sizeof(bytes);

		g_checksum_reset(set->checksums[i]);
		g_checksum_update(set->checksums[i], (const guchar *)value.at, (gssize)value.len);
		g_checksum_get_digest(set->checksums[i], bytes, &len);
		struct digest digest = { .key = big_endian(bytes), .rest = big_endian(bytes + 8), .kind = kind,
		    .name = algorithms[i].name };
		struct digest *slot = slot_of(set, digest.key);
		while (slot->name != NULL && (slot->key != digest.key || slot->rest != digest.rest))
			slot = next_slot(set, slot);
		if (slot->name == NULL)
			*slot = digest;
	}
}

const struct digest *
digests_find(const struct digests *set, struct span data)
{
	const unsigned char	*bytes = (const unsigned char *)data.at;
	uint64_t		 key;

	if (data.len < DIGEST_BYTES)
		return NULL;
	key = big_endian(bytes);
	for (size_t i = 0;; key = key << 8 | bytes[i + 8], i++) {
		for (struct digest *slot = slot_of(set, key); slot->name != NULL; slot = next_slot(set, slot))
			if (slot->key == key && slot->rest == big_endian(bytes + i + 8))
				return slot;
		if (i + DIGEST_BYTES >= data.len)
			return NULL;
	}
}

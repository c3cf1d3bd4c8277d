#include "list.h"

#include <stdlib.h>
#include <string.h>

#include <pixelward/base/fnv.h>

#include "filter_index.h"

#define MOST_LABELS	128

void
list_set_init(struct list_set *set)
{
	*set = (struct list_set){ 0 };
}

void
list_set_fini(struct list_set *set)
{
	for (size_t i = 0; i < set->list_count; i++)
		free(set->lists[i].name);
	free(set->lists);
	free(set->names);
	free(set->entries);
	free(set->slots);
	filter_set_fini(&set->filters);
	list_set_init(set);
}

/* From the last byte to the first, so that the hashes of all of a host's suffixes come out of one pass. */
static uint64_t
hash_more(uint64_t hash, char c)
{
	return fnv_add(hash, (unsigned char)ascii_lower(c));
}

static uint64_t
hash_of(struct span domain)
{
	uint64_t hash = FNV_BASIS;

	for (size_t i = domain.len; i > 0; i--)
		hash = hash_more(hash, domain.at[i - 1]);
	return hash;
}

/* The low bits of FNV's products know little of the high ones. */
static size_t
slot_of(const struct list_set *set, uint64_t hash)
{
	return (size_t)((hash ^ hash >> 29) * 0x9e3779b97f4a7c15u >> 20) & (set->slot_count - 1);
}

/* Room for the name behind the others. */
static bool
names_grow(struct list_set *set, size_t len)
{
	size_t wanted = set->names_capacity > 0 ? set->names_capacity : 4096;

	while (wanted - set->names_len < len)
		wanted *= 2;
	char *larger = wanted > set->names_capacity ? realloc(set->names, wanted) : set->names;
	if (larger == NULL)
		return false;
	set->names = larger;
	set->names_capacity = wanted;
	return true;
}

enum pw_err
list_set_add(struct list_set *set, struct span domain, size_t line)
{
	struct list_entry *entries = array_grown(set->entries, set->entry_count, &set->entry_capacity, sizeof(*entries));

	if (entries == NULL)
		return PW_ENOMEM;
	set->entries = entries;
	if (set->names_len > UINT32_MAX - domain.len || !names_grow(set, domain.len))
		return PW_ENOMEM;
	set->entries[set->entry_count++] = (struct list_entry){ .hash = hash_of(domain),
	    .at = (uint32_t)set->names_len, .len = (uint8_t)domain.len, .list = (uint32_t)(set->list_count - 1),
	    .line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX };
	memcpy(set->names + set->names_len, domain.at, domain.len);
	set->names_len += domain.len;
	return PW_OK;
}

static struct span
entry_name(const struct list_set *set, const struct list_entry *entry)
{
	return (struct span){ set->names + entry->at, entry->len };
}

enum pw_err
list_set_index(struct list_set *set)
{
	size_t count = 16;

	while (count < set->entry_count * 2)
		count *= 2;
	free(set->slots);
	set->slots = calloc(count, sizeof(*set->slots));
	set->slot_count = set->slots != NULL ? count : 0;
	if (set->slots == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < set->entry_count; i++) {
		const struct list_entry	*entry = &set->entries[i];
		size_t			 slot = slot_of(set, entry->hash);

		for (; set->slots[slot] != 0; slot = (slot + 1) & (set->slot_count - 1)) {
			const struct list_entry *other = &set->entries[set->slots[slot] - 1];

			/* A list that says the same twice must not make a chain. */
			if (other->hash == entry->hash && other->list == entry->list &&
			    span_eq(entry_name(set, other), entry_name(set, entry)))
				break;
		}
		if (set->slots[slot] == 0)
			set->slots[slot] = (uint32_t)(i + 1);
	}
	return filter_set_index(&set->filters);
}

void
list_set_each(const struct list_set *set, struct span host, list_taken *taken, void *context)
{
	uint64_t	hash = FNV_BASIS;
	size_t		labels = 0;

	/* "example.com." is the same host to a resolver. */
	if (host.len > 0 && host.at[host.len - 1] == '.')
		host.len--;
	for (size_t i = host.len; i > 0 && set->entry_count > 0 && labels < MOST_LABELS; i--) {
		hash = hash_more(hash, host.at[i - 1]);
		if (i > 1 && host.at[i - 2] != '.')
			continue;
		struct span suffix = span_from(host, i - 1);
		labels++;
		for (size_t slot = slot_of(set, hash); set->slots[slot] != 0; slot = (slot + 1) & (set->slot_count - 1)) {
			const struct list_entry *entry = &set->entries[set->slots[slot] - 1];

			if (entry->hash == hash && span_eq_nocase(entry_name(set, entry), suffix))
				taken(&(struct list_hit){ &set->lists[entry->list], entry_name(set, entry), entry->line }, context);
		}
	}
}

struct hits {
	struct list_hit	*at;
	size_t		 count;
};

/* The longer of two listed domains of one list says more. */
static void
note_hit(const struct list_hit *hit, void *context)
{
	struct hits *hits = context;

	for (size_t i = 0; i < hits->count; i++)
		if (hits->at[i].list == hit->list) {
			hits->at[i] = *hit;
			return;
		}
	if (hits->count < MOST_HITS)
		hits->at[hits->count++] = *hit;
}

size_t
list_set_match(const struct list_set *set, struct span host, struct list_hit hits[MOST_HITS])
{
	struct hits found = { hits, 0 };

	list_set_each(set, host, note_hit, &found);
	return found.count;
}

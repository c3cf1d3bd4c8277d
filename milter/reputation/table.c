#include "table.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define FIRST_BUCKETS	64u

static uint64_t
rotate(uint64_t x, unsigned by)
{
	return x << by | x >> (64 - by);
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
	v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* SipHash-1-3. */
static uint64_t
key_hash(const uint64_t secret[2], struct span key)
{
	uint64_t	v[4] = { secret[0] ^ 0x736f6d6570736575u, secret[1] ^ 0x646f72616e646f6du,
			    secret[0] ^ 0x6c7967656e657261u, secret[1] ^ 0x7465646279746573u };
	uint64_t	word;
	size_t		i = 0;

	for (; i + 8 <= key.len; i += 8) {
		memcpy(&word, key.at + i, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = (uint64_t)key.len << 56;
	for (size_t j = 0; i + j < key.len; j++)
		word |= (uint64_t)(unsigned char)key.at[i + j] << (8 * j);
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void
table_init(struct table *table)
{
	struct timespec now;

	if (getrandom(table->secret, sizeof(table->secret), 0) == (ssize_t)sizeof(table->secret))
		return;
	/* Only without a kernel that has it: then at least no two processes agree. */
	clock_gettime(CLOCK_REALTIME, &now);
	table->secret[0] = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
	table->secret[1] = (uint64_t)(uintptr_t)table;
}

static void
entry_free(struct table *table, struct entry *entry)
{
	if (table->fini != NULL)
		table->fini(entry);
	free(entry);
}

void
table_fini(struct table *table)
{
	for (struct entry *entry = table->oldest, *next; entry != NULL; entry = next) {
		next = entry->younger;
		entry_free(table, entry);
	}
	free(table->buckets);
	table->buckets = NULL;
	table->oldest = table->youngest = NULL;
	table->bucket_count = table->count = table->cost = 0;
}

static struct entry **
bucket_of(const struct table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->bucket_count - 1)];
}

static struct entry *
entry_find(const struct table *table, uint64_t hash, struct span key)
{
	if (table->bucket_count == 0)
		return NULL;
	for (struct entry *entry = *bucket_of(table, hash); entry != NULL; entry = entry->next)
		if (entry->hash == hash && span_eq(entry->key, key))
			return entry;
	return NULL;
}

struct entry *
table_find(const struct table *table, struct span key)
{
	return entry_find(table, key_hash(table->secret, key), key);
}

static bool
buckets_double(struct table *table)
{
	size_t		 count = table->bucket_count > 0 ? table->bucket_count * 2 : FIRST_BUCKETS;
	struct entry	**buckets = calloc(count, sizeof(*buckets));

	if (buckets == NULL)
		return table->bucket_count > 0;	/* longer chains, then */
	free(table->buckets);
	table->buckets = buckets;
	table->bucket_count = count;
	for (struct entry *entry = table->oldest; entry != NULL; entry = entry->younger) {
		entry->next = *bucket_of(table, entry->hash);
		*bucket_of(table, entry->hash) = entry;
	}
	return true;
}

static void
age_unlink(struct table *table, struct entry *entry)
{
	*(entry->older != NULL ? &entry->older->younger : &table->oldest) = entry->younger;
	*(entry->younger != NULL ? &entry->younger->older : &table->youngest) = entry->older;
}

static void
age_append(struct table *table, struct entry *entry)
{
	entry->younger = NULL;
	entry->older = table->youngest;
	*(table->youngest != NULL ? &table->youngest->younger : &table->oldest) = entry;
	table->youngest = entry;
}

struct entry *
table_touch(struct table *table, struct span key)
{
	uint64_t	 hash = key_hash(table->secret, key);
	struct entry	*entry = entry_find(table, hash, key);
	char		*tail;

	if (entry != NULL) {
		age_unlink(table, entry);
		age_append(table, entry);
		return entry;
	}
	if (table->count >= table->bucket_count && !buckets_double(table))
		return NULL;
	entry = calloc(1, table->record_bytes + key.len);
	if (entry == NULL)
		return NULL;
	tail = (char *)entry + table->record_bytes;
	if (key.len > 0)
		memcpy(tail, key.at, key.len);
	entry->key = (struct span){ tail, key.len };
	entry->hash = hash;
	entry->next = *bucket_of(table, hash);
	*bucket_of(table, hash) = entry;
	age_append(table, entry);
	table->count++;
	entry->cost = 1;
	table->cost++;
	return entry;
}

void
table_cost(struct table *table, struct entry *entry, size_t cost)
{
	table->cost = table->cost - entry->cost + cost;
	entry->cost = cost;
}

void
table_remove(struct table *table, struct entry *entry)
{
	struct entry **link = bucket_of(table, entry->hash);

	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	age_unlink(table, entry);
	table->count--;
	table->cost -= entry->cost;
	entry_free(table, entry);
}

/* Those of a higher rank are passed over, once each. */
static void
rank_trim(struct table *table, enum table_rank rank, size_t passes)
{
	while (table->cost > table->most && table->oldest != table->youngest) {
		struct entry *entry = table->oldest;

		if (table->rank == NULL || table->rank(entry) <= rank) {
			table_remove(table, entry);
			continue;
		}
		if (passes-- == 0)
			return;
		age_unlink(table, entry);
		age_append(table, entry);
	}
}

void
table_trim(struct table *table)
{
	rank_trim(table, RANK_NONE, table->count < TABLE_MOST_SPARED ? table->count : TABLE_MOST_SPARED);
	rank_trim(table, RANK_HIGH, table->count);
	rank_trim(table, RANK_HIGHEST, 0);
}

#include "filter_index.h"

#include <stdlib.h>

#include "filter_token.h"

/* Tokens of so many URLs that a filter under one of them would be tried on each. */
static const char *const common_tokens[] = {
	"http", "https", "www", "com", "net", "org", "gif", "png", "jpg", "jpeg", "php", "html", "img", "image", "images",
	"email", "mail", "link", "click", "cdn", "static", "eu", "de", "uk", "us", "io", "co",
};
#define COMMON	((uint32_t)1 << 24)

#define BITS_OF_TOKEN	16	/* in seen: one in sixteen misses looks into the buckets */

void *
array_grown(void *array, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity > 0 ? *capacity * 2 : 64;

	if (count < *capacity)
		return array;
	void *larger = reallocarray(array, wanted, size);
	if (larger != NULL)
		*capacity = wanted;
	return larger;
}

static size_t
power_of_two(size_t least)
{
	size_t power = 64;

	while (power < least)
		power *= 2;
	return power;
}

/* How many filters have each token; tokens of equal low bits share a counter, which does no harm. */
struct census {
	uint32_t	*counts;
	size_t		 mask;
};

static void
census_count(uint32_t hash, struct span token, void *context)
{
	const struct census *census = context;

	(void)token;
	census->counts[hash & census->mask]++;
}

struct choice {
	const struct census	*census;
	uint32_t		 hash, count;
	size_t			 len;
	bool			 made;
};

static void
choose(uint32_t hash, struct span token, void *context)
{
	struct choice	*choice = context;
	uint32_t	 count = choice->census->counts[hash & choice->census->mask];

	if (choice->made && (count > choice->count || (count == choice->count && token.len <= choice->len)))
		return;
	*choice = (struct choice){ choice->census, hash, count, token.len, true };
}

static int
compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static enum pw_err
buckets_make(struct filter_set *set, const uint64_t *keys, size_t count)
{
	size_t distinct = 0;

	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || keys[i] >> 32 != keys[i - 1] >> 32;
	set->bucket_count = power_of_two(distinct * 2);
	set->seen_bits = power_of_two(distinct * BITS_OF_TOKEN);
	set->buckets = calloc(set->bucket_count, sizeof(*set->buckets));
	set->seen = calloc(set->seen_bits / 32, sizeof(*set->seen));
	if (set->buckets == NULL || set->seen == NULL)
		return PW_ENOMEM;
	for (size_t i = 0, end; i < count; i = end) {
		uint32_t	hash = (uint32_t)(keys[i] >> 32);
		size_t		slot = hash & (set->bucket_count - 1);

		for (end = i + 1; end < count && keys[end] >> 32 == hash;)
			end++;
		while (set->buckets[slot].count > 0)
			slot = (slot + 1) & (set->bucket_count - 1);
		set->buckets[slot] = (struct filter_bucket){ hash, (uint32_t)i, (uint32_t)(end - i) };
		set->seen[(hash & (set->seen_bits - 1)) / 32] |= (uint32_t)1 << hash % 32;
	}
	for (size_t i = 0; i < count; i++)
		set->filed[i] = (uint32_t)keys[i];
	return PW_OK;
}

/* Keys of the filters that have a token, hash before number; the others go to the end of filed. */
static size_t
keys_make(struct filter_set *set, const struct census *census, uint64_t *keys)
{
	size_t count = 0;

	set->unfiled = 0;
	for (size_t i = 0; i < set->count; i++)
		filter_tokens(&set->filters[i], census_count, (void *)(uintptr_t)census);
	for (size_t i = 0; i < NITEMS(common_tokens); i++)
		census->counts[token_hash(span_of(common_tokens[i]), TOKEN_WHOLE) & census->mask] += COMMON;
	for (size_t i = 0; i < set->count; i++) {
		struct choice choice = { .census = census };

		filter_tokens(&set->filters[i], choose, &choice);
		if (choice.made)
			keys[count++] = (uint64_t)choice.hash << 32 | i;
		else
			set->filed[set->count - ++set->unfiled] = (uint32_t)i;
	}
	return count;
}

enum pw_err
filter_set_index(struct filter_set *set)
{
	struct census	 census = { .mask = power_of_two(set->count * 4) - 1 };
	uint64_t	*keys = calloc(set->count + 1, sizeof(*keys));
	enum pw_err	 err = PW_ENOMEM;

	free(set->filed);
	free(set->buckets);
	free(set->seen);
	set->buckets = NULL;
	set->seen = NULL;
	set->filed = calloc(set->count + 1, sizeof(*set->filed));
	census.counts = calloc(census.mask + 1, sizeof(*census.counts));
	set->types = 0;
	for (size_t i = 0; i < set->count; i++)
		set->types |= set->filters[i].types;
	if (keys != NULL && set->filed != NULL && census.counts != NULL) {
		set->filed_count = keys_make(set, &census, keys);
		qsort(keys, set->filed_count, sizeof(*keys), compare_keys);
		err = buckets_make(set, keys, set->filed_count);
	}
	free(census.counts);
	free(keys);
	return err;
}

const struct filter_bucket *
filter_bucket_find(const struct filter_set *set, uint32_t hash)
{
	if ((set->seen[(hash & (set->seen_bits - 1)) / 32] >> hash % 32 & 1) == 0)
		return NULL;
	for (size_t slot = hash & (set->bucket_count - 1); set->buckets[slot].count > 0;
	    slot = (slot + 1) & (set->bucket_count - 1))
		if (set->buckets[slot].hash == hash)
			return &set->buckets[slot];
	return NULL;
}

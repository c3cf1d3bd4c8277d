/* Filters filed under the rarest of their tokens. */
#ifndef JUDGE_FILTER_INDEX_H
#define JUDGE_FILTER_INDEX_H

#include "filter.h"

/* The filters of one hash: filed[begin, begin + count); count 0: none. */
struct filter_bucket {
	uint32_t	hash, begin, count;
};

/* NULL: no filter has that token. */
const struct filter_bucket	*filter_bucket_find(const struct filter_set *, uint32_t hash);
/* Room for one more of size behind count, doubling. NULL: no memory, and the old array stays. */
void				*array_grown(void *array, size_t count, size_t *capacity, size_t size);

#endif

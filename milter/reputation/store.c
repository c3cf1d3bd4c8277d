#include "steady.h"
#include "store.h"

uint64_t *
standing_tally(struct standing *standing, enum tally tally)
{
	static const size_t offsets[TALLIES] = {
		[TALLY_MESSAGES] = offsetof(struct standing, messages),
		[TALLY_ALIGNED] = offsetof(struct standing, aligned),
		[TALLY_UNALIGNED] = offsetof(struct standing, unaligned),
		[TALLY_BULK] = offsetof(struct standing, bulk),
		[TALLY_LEARNED] = offsetof(struct standing, learned),
		[TALLY_FETCHED] = offsetof(struct standing, fetched),
		[TALLY_HIDDEN] = offsetof(struct standing, hidden),
		[TALLY_PERSONAL] = offsetof(struct standing, personal),
		[TALLY_SHOWN] = offsetof(struct standing, shown),
		[TALLY_LISTED] = offsetof(struct standing, listed),
		[TALLY_STRIPPED] = offsetof(struct standing, stripped),
		[TALLY_HELD] = offsetof(struct standing, held),
		[TALLY_WATCHED] = offsetof(struct standing, watched),
	};

	return (uint64_t *)(void *)((char *)standing + offsets[tally]);
}

int64_t
store_time(struct store *store, int64_t time_ms, bool recorded)
{
	return time_believed(time_ms, recorded, store->kind->now != NULL ? store->kind->now(store) : 0);
}

/*
 * What messages teach a store. Many are learned at once, in one conversation, as if they came one after the other.
 */
#ifndef REPUTATION_LEARN_H
#define REPUTATION_LEARN_H

#include "store.h"

/*
 * In their order; of one node. window_ms: option CampaignWindow. All that is needed meanwhile lives in the arena.
 *	PW_EAWAY, PW_ENOMEM	come again, or with fewer
 */
enum pw_err	store_learn(struct store *, int64_t window_ms, struct arena *, struct span node, const struct sighting *,
		    size_t count) PW_MUST_CHECK;

/* To one person: who it is. To several it is nobody's. */
uint64_t	only_recipient(const struct sighting *);

#endif

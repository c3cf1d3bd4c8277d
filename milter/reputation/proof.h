/*
 * What deliveries of a URL's template prove.
 *
 * personal: in at least three messages, to one recipient each and to at least three in all, each had a token of its own.
 * static: the very same URL was in at least three messages to at least three recipients: it tells nobody apart.
 * One message to many recipients proves neither.
 */
#ifndef REPUTATION_PROOF_H
#define REPUTATION_PROOF_H

#include "store.h"

#define PROOF_LEAST	3u

/*
 * Of a URL whose digest is token, in a message that is one more delivery: to that recipient, or to many (0).
 */
enum proof	proof_of(const struct store_template *, uint64_t token, uint64_t message, uint64_t recipient);

#endif

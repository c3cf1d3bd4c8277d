/*
 * What a domain's history is worth: a score from -100 to 100, the sum of a table of terms, each of which can only rise, or
 * only fall, with what it counts. docs/reputation.md has the same table in words.
 *
 * Nothing here is bought cheaply: what grows by mail that comes in grows by the least of days, recipients, authenticated
 * messages and messages that show something; hidden pictures and personal ones earn nothing at all.
 */
#ifndef REPUTATION_STANDING_H
#define REPUTATION_STANDING_H

#include <pixelward/reputation/reputation.h>

#define STANDING_VOUCHED	30	/* from this score on remote content of a domain is allowed */

/* So long a domain that earned its standing by mail that came in is vouched for by what it has shown, and no further. */
#define STANDING_FIRM_DAYS	28

/* Sets score, vouched and firm. news_ms: who came before is not young, for all that the history can tell. */
void	standing_judge(struct standing *, int64_t news_ms);
/* Of a URL of that domain. */
bool	standing_vouches(const struct standing *, enum proof);

#endif

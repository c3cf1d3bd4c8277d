#include "standing.h"

#include <pixelward/base/clock.h>

#include "proof.h"

#define LEAST		(-100)
#define MOST		100
static int64_t
least(uint64_t a, uint64_t b)
{
	return (int64_t)(a < b ? a : b);
}

static int64_t
by_analyst(const struct standing *s)
{
	return s->word == WORD_ALLOW ? MOST : s->word == WORD_DENY ? LEAST : 0;
}

static int64_t
by_campaign(const struct standing *s)
{
	return s->campaign.len > 0 ? LEAST : 0;
}

/* The operator chose the archive: one mail is enough, more make it firm. */
static int64_t
by_old_mail(const struct standing *s)
{
	return s->learned > 0 ? 50 + 2 * least(s->learned, 5) : 0;
}

/*
 * Many mails to one person, one mail to many, many on one day, unauthenticated ones: each is worth its least. Before a mail
 * showed something that is proved to be the same for all, others had shown it.
 */
static int64_t
by_deliveries(const struct standing *s)
{
	int64_t spread = least(s->days, s->recipients);

	spread = least((uint64_t)spread, s->aligned);
	spread = least((uint64_t)spread, s->shown > 0 ? s->shown + PROOF_LEAST : 0);
	return 6 * least((uint64_t)spread, 10);
}

/*
 * One share for both: with two weights, more of the lesser evil would raise the score. Mailing services that keep pictures and
 * counters at one domain stay vouched for by what was learned well.
 */
static int64_t
by_beacons(const struct standing *s)
{
	return s->fetched > 0 ? -30 * least(s->personal + s->listed, s->fetched) / (int64_t)s->fetched : 0;
}

static const struct term {
	int64_t		(*points)(const struct standing *);
	const char	*text;		/* for `pixelctl why` and docs/reputation.md */
} terms[] = {
	{ by_analyst,	 "an analyst's word decides" },
	{ by_campaign,	 "belongs to a campaign: standing withdrawn" },
	{ by_old_mail,	 "shown in old mail that was learned: 50, and 2 for each message, at most 60" },
	{ by_deliveries, "6 for each of the least of days, recipients, authenticated messages, messages that show it; at most 60" },
	{ by_beacons,	 "share of messages in which it is a beacon, or on a list, and nothing else: at most -30" },
};

/* The first two decide alone. */
static int64_t
score_of(const struct standing *standing, int64_t sum)
{
	int64_t decided = by_analyst(standing);

	decided = decided == 0 ? by_campaign(standing) : decided;
	return decided != 0 ? decided : sum < LEAST ? LEAST : sum > MOST ? MOST : sum;
}

static int64_t
sum_of(const struct standing *standing)
{
	int64_t sum = 0;

	for (size_t i = 0; i < NITEMS(terms); i++)
		sum += terms[i].points(standing);
	return sum;
}

size_t
standing_terms(const struct standing *standing, struct standing_term found[STANDING_MOST_TERMS])
{
	int64_t sum = sum_of(standing);

	for (size_t i = 0; i < NITEMS(terms); i++)
		found[i] = (struct standing_term){ (int32_t)terms[i].points(standing), terms[i].text };
	found[NITEMS(terms)] = (struct standing_term){ (int32_t)(score_of(standing, sum) - sum),
	    "what a word or a campaign decides the rest does not change, and 100 is the most" };
	return NITEMS(terms) + 1;
}

void
standing_judge(struct standing *standing, int64_t news_ms)
{
	standing->score = (int32_t)score_of(standing, sum_of(standing));
	standing->vouched = standing->score >= STANDING_VOUCHED;
	/* A picture that is the same for all would else open the door for those that are not. */
	standing->firm = standing->vouched && (standing->word == WORD_ALLOW || standing->learned > 0 ||
	    standing->first_ms < news_ms || standing->last_ms - standing->first_ms >= STANDING_FIRM_DAYS * DAY_MS);
}

bool
standing_vouches(const struct standing *standing, enum proof proof)
{
	return standing->firm || (standing->vouched && proof == PROOF_STATIC);
}

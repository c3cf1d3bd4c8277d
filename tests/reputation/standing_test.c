/* What a domain's history is worth: who is vouched for, who is not, and that no term ever turns round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reputation/standing.h"

#define NEWS_MS	1000000	/* when the history can tell who is new */

/* Of everything n, as an ordinary sender's history is. */
#define SPREAD(n)	.messages = (n), .fetched = (n), .days = (n), .recipients = (n), .aligned = (n), .shown = (n)

static const struct vouch_case {
	const char	*says;
	struct standing	 standing;
	bool		 vouched;
} cases[] = {
	{ "who was never seen is not vouched for", { .days = 0 }, false },
	{ "five people on five days, authenticated, with pictures: vouched for", { SPREAD(5) }, true },
	{ "four are too few", { SPREAD(4) }, false },
	{ "many mails to one person earn nothing", { .messages = 1000, .fetched = 1000, .days = 30, .recipients = 1,
	  .aligned = 1000, .shown = 1000 }, false },
	{ "one mail to many people earns nothing", { .messages = 1, .fetched = 1, .days = 1, .recipients = 1000,
	  .aligned = 1, .shown = 1 }, false },
	{ "many mails to many people on one day earn nothing", { .messages = 1000, .fetched = 1000, .days = 1,
	  .recipients = 400, .aligned = 1000, .shown = 1000 }, false },
	{ "what nobody authenticated earns nothing", { .messages = 1000, .fetched = 1000, .days = 30, .recipients = 400,
	  .unaligned = 1000, .shown = 1000 }, false },
	{ "beacons earn nothing", { .messages = 1000, .fetched = 1000, .days = 30, .recipients = 400, .aligned = 1000,
	  .personal = 1000 }, false },
	{ "mail without pictures earns them nothing", { .messages = 1000, .days = 30, .recipients = 400, .aligned = 1000 },
	  false },
	{ "one old mail that shows it is enough", { .messages = 1, .fetched = 1, .shown = 1, .learned = 1 }, true },
	{ "old mail without pictures is not", { .messages = 50, .days = 20, .recipients = 9 }, false },
	{ "who was learned and sends beacons ever since is not", { .messages = 100, .fetched = 100, .shown = 1,
	  .learned = 1, .personal = 99 }, false },
	{ "who was learned well and sends some is", { .messages = 100, .fetched = 100, .shown = 70, .learned = 10,
	  .personal = 30 }, true },
	{ "an analyst allows", { .word = WORD_ALLOW }, true },
	{ "an analyst denies, whatever the history", { SPREAD(32), .learned = 100, .word = WORD_DENY }, false },
	{ "a campaign takes it all", { SPREAD(32), .learned = 100, .campaign = { "c", 1 } }, false },
	{ "but the analyst's word stands", { .campaign = { "c", 1 }, .word = WORD_ALLOW }, true },
	{ "who is on a list now and then is vouched for by what it shows", { .fetched = 10, .shown = 7, .listed = 3, .days = 7,
	  .recipients = 7, .aligned = 10 }, true },
	{ "a mailing service that was learned well, with its counter at the same domain as its pictures", { .messages = 1000,
	  .fetched = 1000, .shown = 200, .learned = 200, .personal = 800 }, true },
	{ "a host of two old mails, once with a beacon alone, is vouched for", { .messages = 2, .fetched = 2, .shown = 1,
	  .learned = 1, .personal = 1 }, true },
	{ "who is only ever on a list", { .fetched = 10, .listed = 10, .days = 10, .recipients = 10, .aligned = 10 },
	  false },
};

static void
is_vouched(void **state)
{
	const struct vouch_case	*row = *state;
	struct standing		 standing = row->standing;
	struct standing_term	 terms[STANDING_MOST_TERMS];
	size_t			 count = standing_terms(&standing, terms);
	int32_t			 sum = 0;

	standing_judge(&standing, NEWS_MS);
	assert_int_equal(standing.vouched, row->vouched);
	for (size_t i = 0; i < count; i++)
		sum += terms[i].points;
	assert_int_equal(standing.score, sum);
}

#define FOUR_WEEKS_MS	((int64_t)STANDING_FIRM_DAYS * 86400000)

static const struct firm_case {
	const char	*says;
	struct standing	 standing;
	bool		 of_static, of_any;
} firm_cases[] = {
	{ "a young domain that earned it is vouched for by what is the same for all", { SPREAD(20), .first_ms = NEWS_MS,
	  .last_ms = NEWS_MS + FOUR_WEEKS_MS - 1 }, true, false },
	{ "after four weeks by whatever it shows", { SPREAD(20), .first_ms = NEWS_MS, .last_ms = NEWS_MS + FOUR_WEEKS_MS },
	  true, true },
	{ "at once if it was there while the history filled", { SPREAD(20), .first_ms = NEWS_MS - 1, .last_ms = NEWS_MS },
	  true, true },
	{ "four weeks alone earn nothing", { .first_ms = NEWS_MS, .last_ms = 2 * FOUR_WEEKS_MS }, false, false },
	{ "one that old mail shows is not young", { SPREAD(1), .learned = 1 }, true, true },
	{ "nor one that an analyst allows", { .word = WORD_ALLOW }, true, true },
	{ "nothing of a campaign is vouched for, however old", { SPREAD(20), .last_ms = 2 * FOUR_WEEKS_MS, .campaign = { "c", 1 } },
	  false, false },
};

static void
vouches_for(void **state)
{
	const struct firm_case	*row = *state;
	struct standing		 standing = row->standing;

	standing_judge(&standing, NEWS_MS);
	assert_int_equal(standing_vouches(&standing, PROOF_STATIC), row->of_static);
	assert_int_equal(standing_vouches(&standing, PROOF_NONE), row->of_any);
	assert_int_equal(standing_vouches(&standing, PROOF_PERSONAL), row->of_any);
}

static uint64_t seed = 1;

static uint64_t
next(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % below;
}

static int32_t
score_of(struct standing standing)
{
	standing_judge(&standing, NEWS_MS);
	return standing.score;
}

/* More of what is good never lowers the score, more of what is bad never raises it. */
static void
every_term_is_monotone(void **state)
{
	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct standing s = { .days = (uint32_t)next(33), .recipients = next(20), .aligned = next(20),
				    .shown = next(20), .learned = next(10), .listed = next(10), .personal = next(10) };
		struct standing better, worse;

		s.fetched = s.shown + s.listed + s.personal + next(10);
		better = worse = s;
		better.days += 1, better.recipients += next(2), better.aligned += next(3);
		better.learned += next(2);
		assert_true(score_of(better) >= score_of(s));
		worse.listed += 1, worse.fetched += 1;
		assert_true(score_of(worse) <= score_of(s));
		worse = s;
		worse.personal += 1, worse.fetched += 1;
		assert_true(score_of(worse) <= score_of(s));
		worse = s;
		worse.campaign = SPAN("c");
		assert_true(score_of(worse) <= score_of(s));
		worse = s;
		worse.word = WORD_DENY;
		assert_int_equal(score_of(worse), -100);
	}
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(firm_cases) + 1] = { cmocka_unit_test(every_term_is_monotone) };
	size_t			count = 1;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_vouched,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(firm_cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = firm_cases[i].says, .test_func = vouches_for,
		    .initial_state = (void *)(uintptr_t)&firm_cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

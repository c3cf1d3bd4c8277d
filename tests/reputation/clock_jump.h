/* A clock that jumps, and comes back: what each store makes of it. */
#ifndef TESTS_CLOCK_JUMP_H
#define TESTS_CLOCK_JUMP_H

#include <pixelward/base/clock.h>

#include "reputation/campaign.h"
#include "reputation/learn.h"
#include "reputation/store.h"

/* Of a kept store, at now_ms: nothing is forgotten, none is of days to come, windows stay whole. */
static void
a_jump_changes_nothing(struct store *store, int64_t now_ms)
{
	const int64_t			 times[] = { now_ms - DAY_MS, now_ms + 366 * DAY_MS, 0, now_ms };
	struct arena			*arena = arena_new((size_t)16 << 20);
	struct sighting_host		 host = { SPAN("img.a.example"), SPAN("a.example"), APPEARS_FETCHED, 1 };
	struct sighting_recipient	 recipient = { .mailbox = SPAN("r@example.org"), .digest = 7, .watched = true };
	struct sighting_template	 template = { .appearance = APPEARS_FETCHED | APPEARS_HIDDEN | APPEARS_OPAQUE |
					    APPEARS_SUSPECT, .tokens = 1, .digest = 0xabcd, .path = 0xef };
	uint64_t			 keys[STORE_MOST_WINDOWS];
	struct store_answer		 answer;
	struct sighting			 sighting;

	assert_non_null(arena);
	for (uint64_t i = 0; i < NITEMS(times); i++) {
		template.token = i + 1;
		sighting = (struct sighting){ .number = i + 1, .time_ms = times[i], .message = i + 1,
			.sender_domain = SPAN("s.example"), .from = SPAN("u@s.example"), .queue_id = SPAN("Q"),
			.hosts = &host, .host_count = 1, .templates = &template, .template_count = 1,
			.recipients = &recipient, .recipient_count = 1, .recipients_in_all = 1, .watched_count = 1 };
		assert_int_equal(store_learn(store, 21 * DAY_MS, arena, SPAN("mx1"), &sighting, 1), PW_OK);
	}
	const struct store_question question = { .now_ms = store_time(store, now_ms + 366 * DAY_MS, false),
		.domains = &host.domain, .domain_count = 1, .templates = &template.digest, .template_count = 1,
		.windows = keys, .window_count = campaign_keys(&sighting, keys), .window_ms = 21 * DAY_MS };

	assert_in_range(question.now_ms, now_ms - DAY_MS, now_ms + DAY_MS);
	assert_true(question.window_count > 0);
	assert_int_equal(store->kind->ask(store, &question, arena, &answer), PW_OK);
	assert_int_equal(answer.standings[0].messages, NITEMS(times));
	assert_in_range(answer.standings[0].first_ms, now_ms - DAY_MS - 1000, now_ms - DAY_MS);
	assert_in_range(answer.standings[0].last_ms, now_ms - 1000, now_ms + DAY_MS);
	assert_in_range(answer.standings[0].days, 2, 3);
	assert_int_equal(answer.templates[0].messages, NITEMS(times));
	assert_int_equal(answer.began_ms, now_ms - DAY_MS);
	assert_in_range(answer.last_ms, now_ms - 1000, now_ms + DAY_MS);
	for (size_t i = 0; i < question.window_count; i++) {
		assert_int_equal(answer.windows[i].count, NITEMS(times));
		for (size_t k = 0; k < answer.windows[i].count; k++)
			assert_in_range(answer.windows[i].members[k].time_ms, now_ms - DAY_MS, now_ms + DAY_MS);
	}
	arena_free(arena);
}

#endif

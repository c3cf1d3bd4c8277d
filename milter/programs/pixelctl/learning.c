#include "learning.h"

#include <stdio.h>

#include <pixelward/base/clock.h>

#include "mail_time.h"
#include "mailbox.h"
#include "opened.h"

struct learning {
	struct reputation	*reputation;
	const struct options	*options;
	const struct policy	*policy;
	int64_t			 time_ms;	/* of the mail before */
	size_t			 learned, unread;
	enum pw_err		 err;
};

/* A mail that is too large or breaks a parser teaches nothing, and is counted. */
static bool
learn_mail(void *context, const char *name, struct span raw)
{
	struct learning			*learning = context;
	struct arena			*arena = opened_arena(learning->options, raw.len);
	struct message			 message = { .raw = raw, .queue_id = span_of(name) };
	const struct dissection		*d;
	struct verdict			 verdict = { .action = ACTION_DELIVER };

	if (arena == NULL) {
		learning->err = PW_ENOMEM;
		return false;
	}
	if (!mail_time_arrived(raw, &message.arrived_ms))
		message.arrived_ms = learning->time_ms;
	learning->time_ms = message.arrived_ms;
	if (opened_dissect(learning->options, &message, arena, &d) == PW_OK &&
	    judge(&message, d, learning->options, learning->policy, NULL, arena, &verdict) == PW_OK && verdict.sighting != NULL) {
		verdict.sighting->flags |= SIGHTING_LEARNED;
		learning->err = reputation_learn(learning->reputation, SPAN("learn"), verdict.sighting);
		learning->learned++;
	} else
		learning->unread++;
	arena_free(arena);
	return learning->err == PW_OK;
}

bool
learning_read(struct reputation *reputation, const struct options *options, const struct policy *policy,
    const char *const *paths, size_t path_count, size_t *count)
{
	struct learning	learning = { .reputation = reputation, .options = options, .policy = policy, .err = PW_OK,
	    .time_ms = clock_unix_ms() };
	struct mailbox	mailbox = { .what = "learning", .most_bytes = options->limits.message_bytes, .message = learn_mail,
	    .context = &learning };

	mailbox_read(&mailbox, paths, path_count);
	if (learning.unread > 0)
		fprintf(stderr, "pixelctl: %zu messages could not be read; nothing was learned of them\n", learning.unread);
	if (mailbox.no_memory)
		learning.err = PW_ENOMEM;
	if (learning.err != PW_OK)
		fprintf(stderr, "pixelctl: learning: %s\n", pw_strerror(learning.err));
	if (count != NULL)
		*count = learning.learned;
	return learning.err == PW_OK && mailbox.unreadable == 0;
}

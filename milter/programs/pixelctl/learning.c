#include "learning.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <pixelward/base/clock.h>
#include <pixelward/judge/judge.h>

#include "envelope.h"
#include "mail_field.h"
#include "mail_time.h"
#include "mailbox.h"
#include "opened.h"

#define TABLE_BYTES	((size_t)1 << 30)
/* Ten seconds. */
#define MOST_TRIES	50
#define PAUSE_NS	200000000

struct learning {
	struct reputation	*reputation;
	const struct options	*options;
	const struct policy	*policy;
	struct learned		*learned;
	int64_t			 time_ms, now_ms;	/* of the mail before; of today */
	enum pw_err		 err;
};

/* A clock that went wrong must not make tomorrow's mail old. */
static int64_t
past(const struct learning *learning, int64_t time_ms)
{
	return time_ms > 0 && time_ms < learning->now_ms ? time_ms : learning->now_ms;
}

static enum pw_err
learn_message(struct learning *learning, struct message *message, struct arena *arena)
{
	const struct dissection	*d;
	struct verdict		 verdict = { .action = ACTION_DELIVER };
	enum pw_err		 err = opened_dissect(learning->options, message, arena, &d);

	if (err == PW_OK)
		err = judge(message, d, learning->options, learning->policy, NULL, arena, &verdict);
	if (err != PW_OK)
		return err;
	verdict.sighting->flags |= SIGHTING_LEARNED;
	learning->learned->remote += (verdict.sighting->flags & SIGHTING_REMOTE) != 0;
	err = reputation_learn(learning->reputation, SPAN("learn"), verdict.sighting, 1);
	/* A Redis that fails over is back in some seconds; half an archive learned is worse than a pause. */
	for (int tries = 0; err == PW_EAWAY && tries < MOST_TRIES; tries++) {
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
		err = reputation_learn(learning->reputation, SPAN("learn"), verdict.sighting, 1);
	}
	return err;
}

/* A mail that is too large or breaks a parser teaches nothing, and is counted. */
static bool
take_message(struct learning *learning, struct message *message)
{
	struct learned	*learned = learning->learned;
	struct arena	*arena;
	enum pw_err	 err;

	if (!mail_field_any(message->raw)) {
		learned->passed_over++;
		return true;
	}
	arena = opened_arena(learning->options, message->raw.len);
	err = arena != NULL ? learn_message(learning, message, arena) : PW_ENOMEM;
	arena_free(arena);
	if (err == PW_ENOMEM || err == PW_EAWAY) {
		learning->err = err;
		return false;
	}
	if (err != PW_OK) {
		learned->passed_over++;
		return true;
	}
	learned->messages++;
	if (learned->first_ms == 0 || message->arrived_ms < learned->first_ms)
		learned->first_ms = message->arrived_ms;
	if (message->arrived_ms > learned->last_ms)
		learned->last_ms = message->arrived_ms;
	return true;
}

static bool
learn_mail(void *context, const char *name, struct span raw)
{
	struct learning	*learning = context;
	struct message	 message = { .raw = raw, .queue_id = span_of(name) };

	if (!mail_time_arrived(raw, &message.arrived_ms))
		message.arrived_ms = learning->time_ms;
	learning->time_ms = message.arrived_ms = past(learning, message.arrived_ms);
	return take_message(learning, &message);
}

/* --- with a table of envelopes --- */

static bool
read_file(struct learning *learning, struct span path, struct buf *content)
{
	buf_init(content, (size_t)learning->options->limits.message_bytes + 2);
	if (opened_read(path.at, content))
		return true;
	fprintf(stderr, "pixelctl: %.*s: %s\n", SPAN_ARG(path), strerror(errno));
	learning->learned->unreadable++;
	return false;
}

/* When the table's clock began: as the first mail's Date says, and so that none is of tomorrow. */
static int64_t
begin_of(const struct learning *learning, const struct envelopes *table, struct span first_mail)
{
	int64_t latest = learning->now_ms - table->at[table->count - 1].offset_ms, begin_ms;

	if (!mail_time_sent(first_mail, &begin_ms))
		return latest;
	begin_ms -= table->at[0].offset_ms;
	return begin_ms < latest ? begin_ms : latest;
}

static void
learn_table(struct learning *learning, const char *folder, const struct envelopes *table, struct arena *arena)
{
	struct progress	progress;
	int64_t		begin_ms = 0;
	bool		begun = false;

	progress_begin(&progress, "learning", table->count);
	for (size_t i = 0; i < table->count && learning->err == PW_OK; i++) {
		const struct envelope	*envelope = &table->at[i];
		struct span		 path = envelope->file.at[0] == '/' ? envelope->file :
					    arena_printf(arena, "%s/%s", folder, envelope->file.at);
		struct buf		 content;

		if (path.at == NULL) {
			learning->err = PW_ENOMEM;
			break;
		}
		if (read_file(learning, path, &content)) {
			struct message message = { .raw = buf_span(&content), .queue_id = envelope->file,
				.client_address = envelope->client, .helo = envelope->helo, .envelope_sender = envelope->sender,
				.recipients = envelope->recipients, .recipient_count = envelope->recipient_count };

			begin_ms = begun ? begin_ms : begin_of(learning, table, message.raw);
			begun = true;
			message.arrived_ms = past(learning, begin_ms + envelope->offset_ms);
			(void)take_message(learning, &message);
		}
		buf_fini(&content);
		progress_step(&progress, i + 1, i + 1);
	}
	progress_clear(&progress);
}

static enum pw_err
read_table(struct learning *learning, const char *name, const char *folder)
{
	struct arena		*arena = arena_new(TABLE_BYTES);
	struct envelopes	 table = { .count = 0 };
	struct buf		 content, report;
	enum pw_err		 err = PW_ENOMEM;

	buf_init(&content, TABLE_BYTES);
	buf_init(&report, (size_t)1 << 20);
	if (arena != NULL && !opened_read(name, &content)) {
		fprintf(stderr, "pixelctl: %s: %s\n", name, strerror(errno));
		err = PW_ENOTFOUND;
	} else if (arena != NULL)
		err = envelopes_read(name, buf_span(&content), arena, &report, &table);
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	if (err == PW_OK && table.count > 0)
		learn_table(learning, folder, &table, arena);
	buf_fini(&report);
	buf_fini(&content);
	arena_free(arena);
	return err;
}

enum pw_err
learning_read(struct reputation *reputation, const struct options *options, const struct policy *policy, const char *table,
    const char *const *paths, size_t path_count, struct learned *learned)
{
	struct learning	learning = { .reputation = reputation, .options = options, .policy = policy, .learned = learned,
			    .now_ms = clock_unix_ms() };
	struct mailbox	mailbox = { .what = "learning", .most_bytes = options->limits.message_bytes, .message = learn_mail,
			    .context = &learning };
	enum pw_err	err = PW_OK;

	learning.time_ms = learning.now_ms;
	*learned = (struct learned){ 0 };
	if (table != NULL)
		err = read_table(&learning, table, paths[0]);
	else
		mailbox_read(&mailbox, paths, path_count);
	learned->unreadable += mailbox.unreadable;
	if (learned->passed_over > 0)
		fprintf(stderr, "pixelctl: nothing was learned of %zu that are no mail, are beyond a limit or break the parser\n", learned->passed_over);
	if (mailbox.no_memory)
		learning.err = PW_ENOMEM;
	if (err == PW_OK)
		err = learning.err;
	return err;
}

#include "events.h"

#include <pixelward/base/file.h>
#include <pixelward/verdict.h>

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "scripts.h"
#include "tally.h"

#define PATIENCE_MS	2000
#define ARENA_BYTES	((size_t)16 << 20)
#define MOST_HOSTS	8u
#define MOST_RECIPIENTS	16u
#define MOST_TOLD_RULES	16u
/* A domain's index keeps a thousand events: what is before the last 1000 goes. */
#define INDEX_REST	"-1001"
#define PSEUDONYM_DIGITS	16

static const char *const exposures[] = { "none", "inert", "live", "unknown" };
static const char *const modes[] = { "shadow", "tag", "enforce" };

static const char *
word_of(const char *const *words, size_t count, uint32_t number)
{
	return number < count ? words[number] : "unknown";
}

bool
events_init(struct events *events, const struct options *options)
{
	char	path[4096 + 32];
	bool	fine;

	*events = (struct events){ .keep_ms = (int64_t)options->event_keep_ms,
	    .index_keep_ms = (int64_t)options->index_keep_ms, .arena = arena_new(ARENA_BYTES) };
	snprintf(path, sizeof(path), "%s/pseudonym.key", options->state_dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || events->arena == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	errno = 0;
	fine = file_read_at(fd, (char *)events->key, sizeof(events->key), 0);
	if (!fine && errno == 0)
		fine = getrandom(events->key, sizeof(events->key), 0) == (ssize_t)sizeof(events->key) &&
		    file_write_at(fd, (struct span){ (const char *)events->key, sizeof(events->key) }, 0) && fsync(fd) == 0;
	int saved = errno;
	close(fd);
	errno = saved;
	return fine;
}

void
events_fini(struct events *events)
{
	arena_free(events->arena);
	events->arena = NULL;
}

/* Worth an entry: somebody was in danger, or something was done, or a rule spoke. */
static bool
is_event(const struct sighting *s)
{
	return s->action != ACTION_DELIVER || s->rule_count > 0 || s->campaign.len > 0 || s->failure != PW_OK ||
	    (s->exposure == EXPOSURE_LIVE && s->watched_count > 0);
}

static void
pseudonym_add(const struct events *events, struct span mailbox, struct buf *out)
{
	char *digest = g_compute_hmac_for_data(G_CHECKSUM_SHA256, events->key, sizeof(events->key),
	    (const guchar *)mailbox.at, mailbox.len);

	if (digest != NULL)
		buf_printf(out, "%.*s", PSEUDONYM_DIGITS, digest);
	g_free(digest);
}

static struct span
recipients_of(const struct events *events, const struct sighting *s)
{
	struct buf text;

	buf_init(&text, 65536);
	buf_add(&text, SPAN(""));
	for (size_t i = 0; i < s->recipient_count && i < MOST_RECIPIENTS; i++) {
		buf_add(&text, i > 0 ? SPAN(",") : SPAN(""));
		pseudonym_add(events, s->recipients[i].mailbox, &text);
	}
	struct span copy = buf_failed(&text) ? SPAN_NONE : arena_copy(events->arena, buf_span(&text));
	buf_fini(&text);
	return copy;
}

/* Those it would have fetched from; those that were to be stripped first. */
static struct span
hosts_of(const struct events *events, const struct sighting *s)
{
	struct buf	text;
	size_t		told = 0;

	buf_init(&text, 65536);
	buf_add(&text, SPAN(""));
	for (int stripped = 1; stripped >= 0; stripped--)
		for (size_t i = 0; i < s->host_count && told < MOST_HOSTS; i++) {
			uint32_t appearance = s->hosts[i].appearance;

			if ((appearance & APPEARS_FETCHED) == 0 || ((appearance & APPEARS_STRIPPED) != 0) != (stripped != 0))
				continue;
			buf_add(&text, told++ > 0 ? SPAN(",") : SPAN(""));
			buf_add(&text, s->hosts[i].host);
		}
	struct span copy = buf_failed(&text) ? SPAN_NONE : arena_copy(events->arena, buf_span(&text));
	buf_fini(&text);
	return copy;
}

static struct span
rules_of(const struct events *events, const struct sighting *s)
{
	struct buf text;

	buf_init(&text, 65536);
	buf_add(&text, SPAN(""));
	for (size_t i = 0; i < s->rule_count && i < MOST_TOLD_RULES; i++) {
		buf_add(&text, i > 0 ? SPAN(",") : SPAN(""));
		buf_add(&text, s->rules[i]);
	}
	struct span copy = buf_failed(&text) ? SPAN_NONE : arena_copy(events->arena, buf_span(&text));
	buf_fini(&text);
	return copy;
}

static struct span
given(struct span text)
{
	return text.at != NULL ? text : SPAN("");
}

#define WORDS_OF_EVENT	30u

static void
event_add(const struct events *events, struct redis_words *words, const struct sighting *s)
{
	struct arena		*arena = events->arena;
	const struct span	 told[] = {
		arena_printf(arena, "%llu", (unsigned long long)s->number), arena_printf(arena, "%lld", (long long)s->time_ms),
		SPAN("qid"), given(s->queue_id),
		SPAN("node"), stints_name(events->names, s->number),
		SPAN("time"), arena_printf(arena, "%lld", (long long)s->time_ms),
		SPAN("action"), span_of(action_name((enum action)s->action)),
		SPAN("mode"), span_of(word_of(modes, NITEMS(modes), s->mode)),
		SPAN("exposure"), span_of(word_of(exposures, NITEMS(exposures), s->exposure)),
		SPAN("rule"), rules_of(events, s),
		SPAN("host"), hosts_of(events, s),
		SPAN("sender_dom"), given(s->sender_domain),
		SPAN("rcpt"), recipients_of(events, s),
		SPAN("rcpts"), arena_printf(arena, "%zu", s->recipients_in_all),
		SPAN("watched"), arena_printf(arena, "%zu", s->watched_count),
		SPAN("refs"), arena_printf(arena, "%u", s->references),
		SPAN("stripped"), arena_printf(arena, "%u", s->stripped),
		SPAN("campaign"), given(s->campaign),
	};

	_Static_assert(NITEMS(told) == 2 + WORDS_OF_EVENT, "what the script is told");
	for (size_t i = 0; i < NITEMS(told); i++)
		redis_words_add(words, told[i]);
}

/* The member says which event it is: said twice, it is there once. */
static void
index_add(const struct events *events, struct redis_batch *batch, const struct sighting *s, struct span domain)
{
	struct span node = stints_name(events->names, s->number);
	struct arena *arena = events->arena;
	struct span words[] = {
		arena_printf(arena, "pw:i:{%.*s}", SPAN_ARG(domain)),
		arena_printf(arena, "%lld", (long long)s->time_ms),
		arena_printf(arena, "%.*s %.*s %llu", SPAN_ARG(s->queue_id), SPAN_ARG(node), (unsigned long long)s->number),
		arena_printf(arena, "%lld", (long long)events->index_keep_ms),
		SPAN(INDEX_REST),
	};

	for (size_t i = 0; i < NITEMS(words); i++)
		batch->failed = batch->failed || words[i].at == NULL;
	redis_batch_script(batch, &script_index, 1, words, NITEMS(words));
}

/* What is refused for good is not tried again: it would hold up for ever what is behind it. base/redis has said it. */
static enum pw_err
refusals_read(const struct redis_batch *batch, size_t events)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->replies[i].kind != REDIS_ERROR)
			continue;
		if (redis_reply_may_pass(&batch->replies[i]))
			return PW_EAWAY;
		if (events > 1)
			return PW_ELIMIT;
	}
	return PW_OK;
}

static enum pw_err
answers_read(struct events *events, const struct redis_batch *batch, size_t count, uint64_t last)
{
	const struct redis_reply	*reply = &batch->replies[batch->count - 1];
	enum pw_err			 err = refusals_read(batch, count);

	if (err != PW_OK || reply->kind == REDIS_ERROR)
		return err;
	uint64_t has = (uint64_t)redis_reply_number(reply);
	bool lost = has < events->told;
	events->told = lost || has > last ? has : last;
	return lost ? PW_ENOTFOUND : PW_OK;
}

enum pw_err
events_take(struct events *events, struct span identity, const struct sighting *sightings, size_t count)
{
	struct arena		*arena = events->arena;
	struct redis_words	 words = { .arena = arena };
	struct redis_batch	 batch;
	size_t			 found = 0;
	uint64_t		 last = 0;

	arena_reset(arena);
	redis_batch_init(&batch, arena);
	const struct span head[] = {
		SPAN("pw:ev"), SPAN("pw:b:{pw:ev}"), identity, arena_printf(arena, "%llu", (unsigned long long)events->told),
		arena_printf(arena, "%lld", (long long)events->keep_ms), arena_printf(arena, "%u", WORDS_OF_EVENT),
	};
	for (size_t i = 0; i < NITEMS(head); i++)
		redis_words_add(&words, head[i]);
	for (size_t i = 0; i < count; i++) {
		const struct sighting *s = &sightings[i];

		if (!is_event(s))
			continue;
		/* The index first: it may be said again, the event is the end. */
		for (size_t k = 0; k < s->host_count; k++)
			if (sighting_fetches_domain_first(s, k))
				index_add(events, &batch, s, s->hosts[k].domain);
		event_add(events, &words, s);
		last = s->number;
		found++;
	}
	redis_batch_call(&batch, &script_event, 2, &words);
	enum pw_err err = found == 0 ? PW_OK : redis_run(events->redis, &batch, PATIENCE_MS);
	if (err == PW_OK && found > 0)
		err = answers_read(events, &batch, found, last);
	redis_batch_fini(&batch);
	return err;
}

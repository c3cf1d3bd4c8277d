#include <pixelward/journal/journal.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "identity.h"
#include "publisher.h"
#include "reader.h"
#include "record.h"
#include "snapshot.h"
#include "spool.h"

/* A batch that goes to the disk together; and how often who is idle looks around. */
#define BATCH_MS	50
#define IDLE_MS		1000
#define SNAPSHOT_MS	60000
#define SNAPSHOT_BYTES	((size_t)64 << 20)

struct journal {
	char			 directory[4096], node[MOST_NODE_NAME], identity[IDENTITY_BYTES];
	bool			 tempfail_when_full;
	struct spool		*spool;
	struct reader		 learner;	/* the taker of who opened it */
	struct redis		*redis;		/* NULL: none is wanted */
	struct events		 events;
	struct reader		 events_reader;
	struct publisher	 publisher;
	pthread_t		 thread;
	bool			 running;
	bool			 anew;		/* the counters, and not the files */
	bool			 nameless;	/* of a version that had no identities: others know the node by its name */
	bool			 unsaved;	/* of the last snapshot, as the log has it */
	pthread_mutex_t		 mutex;		/* all below; held while a record is written, so that counters follow it */
	pthread_cond_t		 wake;
	struct counters		*counters;
	uint64_t		 snapshot;	/* number of the last one on the disk */
	uint64_t		 unrecorded;	/* as it has it: these are in no record, and soon in it */
	uint64_t		 missed;	/* messages since it opened that it could not take */
	bool			 full, stopping;
};

/* --- the thread that sees to the disk --- */

/* False: it could not; the one before is still there. */
static bool
snapshot_take(struct journal *journal)
{
	struct buf text;

	buf_init(&text, SNAPSHOT_BYTES);
	pthread_mutex_lock(&journal->mutex);
	journal->counters->writes++;
	snapshot_print(journal->counters, &text);
	uint64_t number = journal->counters->number, unrecorded = journal->counters->totals[COUNTER_unrecorded];
	pthread_mutex_unlock(&journal->mutex);
	errno = ENOMEM;
	bool saved = !buf_failed(&text) && snapshot_save(journal->directory, buf_span(&text));
	int error = errno;
	buf_fini(&text);
	errno = error;
	if (saved) {
		journal->snapshot = number;
		journal->unrecorded = unrecorded;
	}
	return saved;
}

/* The same, while it works: said once, until it succeeds again. */
static void
snapshot_keep(struct journal *journal)
{
	bool saved = snapshot_take(journal);

	if (!saved && !journal->unsaved)
		log_warn("journal: cannot save the counters in %s: %s", journal->directory, strerror(errno));
	else if (saved && journal->unsaved)
		log_info("journal: the counters are saved again");
	journal->unsaved = !saved;
}

/* What neither a reader nor the counters need. */
static void
acknowledge(struct journal *journal)
{
	struct reader	*readers[] = { &journal->learner, &journal->events_reader };
	uint64_t	 number = journal->snapshot;

	for (size_t i = 0; i < NITEMS(readers); i++) {
		uint64_t kept = readers[i]->running ? reader_kept(readers[i]) : number;

		if (kept < number)
			number = kept;
	}
	spool_acknowledge(journal->spool, number, clock_unix_ms());
}

static void
sync_log(bool fine)
{
	static bool was_broken;

	if (!fine && !was_broken)
		log_error("journal: fdatasync: %s: a power cut may lose records", strerror(errno));
	else if (fine && was_broken)
		log_info("journal: fdatasync works again");
	was_broken = !fine;
}

static void *
keep(void *context)
{
	struct journal	*journal = context;
	int64_t		 snapshot_ms = clock_ms();

	pthread_mutex_lock(&journal->mutex);
	while (!journal->stopping) {
		bool		idle = spool_last(journal->spool) == spool_synced(journal->spool);
		int64_t		due = clock_ms() + (idle ? IDLE_MS : BATCH_MS);
		struct timespec	until = clock_until(due);

		(void)pthread_cond_timedwait(&journal->wake, &journal->mutex, &until);
		bool missed = journal->counters->totals[COUNTER_unrecorded] != journal->unrecorded;
		pthread_mutex_unlock(&journal->mutex);
		/* To have nothing to do is no success. */
		if (spool_last(journal->spool) != spool_synced(journal->spool))
			sync_log(spool_sync(journal->spool));
		if (journal->learner.running)
			reader_wake(&journal->learner);
		if (journal->events_reader.running)
			reader_wake(&journal->events_reader);
		if (clock_ms() - snapshot_ms >= (missed ? IDLE_MS : SNAPSHOT_MS)) {
			snapshot_keep(journal);
			snapshot_ms = clock_ms();
		}
		acknowledge(journal);
		pthread_mutex_lock(&journal->mutex);
	}
	pthread_mutex_unlock(&journal->mutex);
	return NULL;
}

/* --- opening --- */

/*
 * The counters up to the journal's end. Without a snapshot they begin anew, behind every number that was given: what
 * others know of this node's former life stays true.
 */
static enum pw_err
counters_open(struct journal *journal, struct buf *report)
{
	enum pw_err err = snapshot_load(journal->directory, &journal->counters);

	if (err == PW_ENOTFOUND || err == PW_ESYNTAX) {
		journal->anew = err == PW_ESYNTAX;
		journal->counters = counters_new();
		err = journal->counters == NULL ? PW_ENOMEM : PW_OK;
		if (err == PW_OK) {
			journal->counters->epoch = (uint64_t)clock_unix_ms() * 1000;
			journal->counters->number = journal->counters->epoch;
		}
	} else if (err == PW_OK) {
		journal->nameless = journal->counters->writes == 0;
		err = snapshot_catch_up(journal->directory, journal->counters);
	}
	/* All that is there was counted under the name before. */
	if (err == PW_OK)
		stints_call(&journal->counters->stints, journal->node, journal->counters->number, journal->counters->totals);
	else
		buf_printf(report, "cannot read the counters in %s: %s\n", journal->directory, pw_strerror(err));
	return err;
}

/* The folder first: who had it before may write until it is ours, and what came after the counters would not be in them. */
static enum pw_err
files_open(struct journal *journal, const struct options *options, struct buf *report)
{
	const struct spool_settings settings = {
		.directory = journal->directory, .most_bytes = options->journal_size,
		.keep_ms = (int64_t)options->journal_keep_ms,
	};
	enum pw_err err = spool_open(&settings, report, &journal->spool);

	if (err == PW_OK)
		err = counters_open(journal, report);
	if (err == PW_OK)
		spool_skip(journal->spool, journal->counters->number);
	return err;
}

static void
losses_note(struct journal *journal)
{
	struct torn		*torn = &journal->counters->torn;
	struct spool_losses	 losses;

	spool_losses(journal->spool, &losses);
	if (losses.torn > 0) {
		log_warn("journal: %llu torn bytes at its end were cut off", (unsigned long long)losses.torn_bytes);
		torn->ends += losses.torn;
		torn->bytes += losses.torn_bytes;
		torn->last_ms = clock_unix_ms();
	}
	if (losses.segments > 0)
		log_error("journal: %llu files in %s are no segments any more: renamed to *.bad",
		    (unsigned long long)losses.segments, journal->directory);
}

static enum pw_err
event_take(void *context, struct span identity, uint64_t *after, const struct sighting *sightings, size_t count)
{
	struct journal	*journal = context;
	enum pw_err	 err = events_take(&journal->events, identity, sightings, count);

	/* It has seen events alone, and knows of those. */
	if (err == PW_ENOTFOUND)
		*after = journal->events.told;
	return err;
}

/* Redis began anew, or went back: it gets again what is kept. */
static void
redis_lost(void *context, uint64_t number)
{
	struct journal *journal = context;

	log_warn("journal: Redis knows of records up to %llu only: it is told again", (unsigned long long)number);
	reader_rewind(&journal->events_reader, number);
	if (journal->learner.running)
		reader_rewind(&journal->learner, number);
}

static bool
reader_begin(struct journal *journal, struct reader *reader, const char *name, const struct journal_taker *taker)
{
	*reader = (struct reader){ .name = name, .spool = journal->spool, .identity = span_of(journal->identity), .taker = *taker };
	return reader_start(reader, journal->directory);
}

/* Records that the slower one of the readers has not taken. A journal's first number is behind its epoch. */
static uint64_t
waiting(void *context)
{
	struct journal	*journal = context;
	struct reader	*readers[] = { &journal->learner, &journal->events_reader };
	uint64_t	 last = spool_last(journal->spool), position = last;

	for (size_t i = 0; i < NITEMS(readers); i++)
		if (readers[i]->running && reader_position(readers[i]) < position)
			position = reader_position(readers[i]);
	if (position < journal->counters->epoch)
		position = journal->counters->epoch;
	return last > position ? last - position : 0;
}

static bool
redis_begin(struct journal *journal, const struct options *options)
{
	if (journal->redis == NULL)
		return true;
	if (!events_init(&journal->events, options))
		return false;
	journal->events.redis = journal->redis;
	journal->events.names = &journal->counters->stints;
	/* Who handed records on before should find something there. */
	journal->events.told = reader_saved(journal->directory, "events") > 0 ? 1 : 0;
	if (!reader_begin(journal, &journal->events_reader, "events",
	    &(struct journal_taker){ .take = event_take, .context = journal }))
		return false;
	journal->publisher = (struct publisher){ .redis = journal->redis, .options = options, .node = journal->node,
	    .identity = journal->identity, .mutex = &journal->mutex, .counters = journal->counters, .lost = redis_lost, .waiting = waiting, .context = journal,
	    .published = journal->events_reader.saved.number };
	journal_describe(journal, options, "");
	return publisher_start(&journal->publisher);
}

static enum pw_err
threads_start(struct journal *journal, const struct options *options, const struct journal_taker *taker,
    struct buf *report)
{
	errno = 0;
	if ((taker != NULL && !reader_begin(journal, &journal->learner, "reputation", taker)) ||
	    !redis_begin(journal, options) || (errno = pthread_create(&journal->thread, NULL, keep, journal)) != 0) {
		buf_printf(report, "cannot start the journal in %s: %s\n", journal->directory, strerror(errno));
		return PW_ESYSTEM;
	}
	journal->running = true;
	return PW_OK;
}

static void
node_name(const struct options *options, char node[MOST_NODE_NAME])
{
	if (options->node_name[0] != '\0')
		snprintf(node, MOST_NODE_NAME, "%s", options->node_name);
	else if (gethostname(node, MOST_NODE_NAME - 1) != 0 || node[0] == '\0')
		snprintf(node, MOST_NODE_NAME, "localhost");
}

enum pw_err
journal_open(const struct options *options, const struct journal_taker *taker, struct buf *report, struct journal **out)
{
	struct journal		*journal = calloc(1, sizeof(*journal));
	pthread_condattr_t	 attributes;
	enum pw_err		 err;

	*out = NULL;
	if (journal == NULL)
		return PW_ENOMEM;
	snprintf(journal->directory, sizeof(journal->directory), "%s/journal", options->state_dir);
	node_name(options, journal->node);
	journal->tempfail_when_full = options->on_journal_full == JOURNAL_TEMPFAIL;
	pthread_mutex_init(&journal->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&journal->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	err = redis_is_wanted(options) ? redis_open(options, &journal->redis) : PW_OK;
	if (err != PW_OK)
		buf_printf(report, "Redis %s: %s\n", options->redis, pw_strerror(err));
	else
		err = files_open(journal, options, report);
	if (err == PW_OK)
		losses_note(journal);
	errno = 0;
	uint64_t number = err == PW_OK && !journal->nameless ? journal->counters->epoch : 0;
	if (err == PW_OK && (!identity_open(journal->directory, journal->node, number, journal->identity) ||
	    !snapshot_take(journal))) {
		buf_printf(report, "cannot write in %s: %s\n", journal->directory, strerror(errno));
		err = PW_ESYSTEM;
	}
	if (err == PW_OK)
		err = threads_start(journal, options, taker, report);
	if (err != PW_OK) {
		journal_close(journal, 0);
		return err;
	}
	acknowledge(journal);
	if (journal->anew)
		log_error("journal: no snapshot of the counters in %s is whole: they begin anew", journal->directory);
	*out = journal;
	return PW_OK;
}

/* --- writing --- */

/* What could not be recorded is said once, until something can be again. */
static void
note_full(struct journal *journal, bool full, int error)
{
	if (full == journal->full)
		return;
	journal->full = full;
	if (full)
		log_error("journal: cannot record messages: %s; OnJournalFull %s", strerror(error),
		    journal->tempfail_when_full ? "tempfail" : "accept");
	else
		log_info("journal: records messages again; %llu were not recorded", (unsigned long long)journal->missed);
}

enum pw_err
journal_write(struct journal *journal, struct sighting *sighting)
{
	static const char	room[SEGMENT_RECORD_HEAD];
	struct buf		framed;
	enum pw_err		err = PW_ENOMEM;

	buf_init(&framed, RECORD_MOST_BYTES + SEGMENT_RECORD_HEAD);
	buf_add(&framed, (struct span){ room, sizeof(room) });
	record_write(sighting, &framed);
	errno = ENOMEM;
	pthread_mutex_lock(&journal->mutex);
	bool idle = spool_last(journal->spool) == spool_synced(journal->spool);
	if (!buf_failed(&framed))
		err = spool_append(journal->spool, buf_span(&framed), &sighting->number);
	int error = errno;
	if (err == PW_OK)
		counters_count(journal->counters, sighting);
	else if (!journal->tempfail_when_full) {
		journal->missed++;
		counters_miss(journal->counters, 1, sighting->time_ms);
	}
	note_full(journal, err != PW_OK, error);
	if (idle)
		pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->mutex);
	buf_fini(&framed);
	return err != PW_OK && journal->tempfail_when_full ? PW_EAWAY : PW_OK;
}

void
journal_miss(struct journal *journal, uint64_t messages)
{
	if (messages == 0)
		return;
	pthread_mutex_lock(&journal->mutex);
	counters_miss(journal->counters, messages, clock_unix_ms());
	pthread_mutex_unlock(&journal->mutex);
}

bool
journal_is_lost(struct journal *journal)
{
	return !spool_is_there(journal->spool);
}

void
journal_describe(struct journal *journal, const struct options *options, const char *generation)
{
	static const char *const modes[] = { "shadow", "tag", "enforce" };

	pthread_mutex_lock(&journal->mutex);
	journal->publisher.mode = modes[options->mode % NITEMS(modes)];
	snprintf(journal->publisher.generation, sizeof(journal->publisher.generation), "%s", generation);
	pthread_mutex_unlock(&journal->mutex);
}

/* --- the end --- */

void
journal_close(struct journal *journal, int64_t most_ms)
{
	int64_t end_ms = clock_ms() + most_ms;

	if (journal == NULL)
		return;
	if (journal->running) {
		pthread_mutex_lock(&journal->mutex);
		journal->stopping = true;
		pthread_cond_signal(&journal->wake);
		pthread_mutex_unlock(&journal->mutex);
		pthread_join(journal->thread, NULL);
	}
	if (journal->spool != NULL)
		sync_log(spool_sync(journal->spool));
	/* Both at once, in the same time. */
	if (journal->learner.running)
		reader_stop(&journal->learner, end_ms);
	if (journal->events_reader.running)
		reader_stop(&journal->events_reader, end_ms);
	publisher_stop(&journal->publisher, end_ms);
	if (journal->learner.running)
		reader_join(&journal->learner);
	if (journal->events_reader.running)
		reader_join(&journal->events_reader);
	if (journal->running)
		snapshot_keep(journal);
	events_fini(&journal->events);
	redis_close(journal->redis);
	spool_close(journal->spool);
	counters_free(journal->counters);
	pthread_cond_destroy(&journal->wake);
	pthread_mutex_destroy(&journal->mutex);
	free(journal);
}

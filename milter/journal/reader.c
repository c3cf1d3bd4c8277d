#include "reader.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "record.h"

#define FIRST_PAUSE_MS	50
#define LONGEST_PAUSE_MS	2000
/* While it ends, whoever is away is asked more often. */
#define LAST_PAUSE_MS	100
#define IDLE_MS		1000
/* Who is away for so long is named in the log. */
#define AWAY_MS		1000
#define SAVE_MS		1000
#define MOST_BYTES	((size_t)8 << 20)
/* Handed on together: so many, and of records of usual size so many bytes; the last one may be of any size. */
#define MOST_AT_ONCE	256u
#define BYTES_AT_ONCE	((size_t)256 << 10)

/* Somewhere between half of it and all: two that were refused at once do not come again at once. */
static int64_t
jittered(int64_t pause_ms)
{
	uint32_t chance = 0;

	(void)!getrandom(&chance, sizeof(chance), GRND_NONBLOCK);
	return pause_ms / 2 + (int64_t)(chance % (uint32_t)(pause_ms / 2 + 1));
}

/* For so long at most: less if it is to end or to go back, or, if news count, when there may be something to read. */
static void
rest(struct reader *reader, int64_t pause_ms, bool news_count)
{
	int64_t begun = clock_ms();

	pthread_mutex_lock(&reader->mutex);
	for (;;) {
		int64_t most = begun + pause_ms;

		if (reader->end_ms != INT64_MAX)
			most = reader->end_ms < begun + LAST_PAUSE_MS ? reader->end_ms : begun + LAST_PAUSE_MS;
		struct timespec until = clock_until(most);
		if (reader->rewind != 0 || (news_count && reader->news) || clock_ms() >= most)
			break;
		(void)pthread_cond_timedwait(&reader->wake, &reader->mutex, &until);
	}
	reader->news = false;
	pthread_mutex_unlock(&reader->mutex);
}

enum orders { GO_ON, GO_BACK, END };

static enum orders
orders_of(struct reader *reader)
{
	pthread_mutex_lock(&reader->mutex);
	enum orders orders = clock_ms() >= reader->end_ms ? END : reader->rewind != 0 ? GO_BACK : GO_ON;
	pthread_mutex_unlock(&reader->mutex);
	return orders;
}

static bool
is_ending(struct reader *reader)
{
	pthread_mutex_lock(&reader->mutex);
	bool ending = reader->end_ms != INT64_MAX;
	pthread_mutex_unlock(&reader->mutex);
	return ending;
}

/* What is behind the answer comes next. */
static uint64_t
rewind_take(struct reader *reader)
{
	pthread_mutex_lock(&reader->mutex);
	if (reader->rewind - 1 < reader->position)
		reader->position = reader->rewind - 1;
	uint64_t number = reader->position;
	reader->rewind = 0;
	pthread_mutex_unlock(&reader->mutex);
	return number;
}

static void
note_away(struct reader *reader, bool away)
{
	pthread_mutex_lock(&reader->mutex);
	if (away && !reader->away)
		reader->away_ms = clock_ms();
	reader->away = away;
	reader->refusals += away ? 1 : 0;
	/* That one came late is no news. */
	bool say = away ? !reader->away_said && clock_ms() - reader->away_ms >= AWAY_MS : reader->away_said;
	reader->away_said = say ? away : reader->away_said;
	pthread_mutex_unlock(&reader->mutex);
	if (say && away)
		log_warn("journal: %s is away: records wait", reader->name);
	else if (say)
		log_info("journal: %s takes records again", reader->name);
}

static void
position_set(struct reader *reader, uint64_t number)
{
	pthread_mutex_lock(&reader->mutex);
	reader->position = number;
	pthread_mutex_unlock(&reader->mutex);
}

/* Records that are handed on together. */
struct batch {
	struct sighting	*at;
	size_t		 count;
	uint64_t	 end;	/* the last record that was read for it */
};

/* Nobody has to be away for it. */
static void
note_refused(struct reader *reader, enum pw_err err, uint64_t number)
{
	if (err != PW_OK && reader->refused == PW_OK)
		log_warn("journal: %s cannot take record %llu: %s; it is tried again, and others wait", reader->name,
		    (unsigned long long)number, pw_strerror(err));
	else if (err == PW_OK && reader->refused != PW_OK)
		log_info("journal: %s has taken record %llu", reader->name, (unsigned long long)number);
	reader->refused = err;
}

/* PW_OK: something was read, if only what nobody understands. PW_ENOMEM: not even the first one. */
static enum pw_err
batch_read(struct reader *reader, struct spool_reader *from, struct arena *arena, struct batch *batch)
{
	size_t		bytes = 0, read = 0;
	enum pw_err	err = PW_OK;

	arena_reset(arena);
	*batch = (struct batch){ .at = arena_array(arena, MOST_AT_ONCE, sizeof(*batch->at)) };
	if (batch->at == NULL)
		return PW_ENOMEM;
	for (; read < MOST_AT_ONCE && bytes < BYTES_AT_ONCE && err == PW_OK; read += err == PW_OK) {
		uint64_t	before = from->number;
		struct span	body;

		err = spool_read(reader->spool, from, &body);
		if (err != PW_OK)
			continue;
		struct sighting *sighting = &batch->at[batch->count];
		/* The body is gone with the next one. */
		struct span copy = arena_copy(arena, body);
		err = copy.at != NULL ? record_read(copy, arena, sighting) : PW_ENOMEM;
		if (err == PW_ENOMEM) {
			/* It is the first one of the next batch. */
			spool_reader_fini(from);
			spool_reader_init(from, before);
			continue;
		}
		bytes += body.len;
		batch->end = from->number;
		if (err == PW_OK) {
			sighting->number = from->number;
			batch->count++;
		} else {
			pthread_mutex_lock(&reader->mutex);
			reader->unreadable++;
			pthread_mutex_unlock(&reader->mutex);
		}
		err = PW_OK;
	}
	return read > 0 ? PW_OK : err;
}

/*
 * Again until they are taken; after a failure in smaller pieces, so that those before a record that is refused are taken, and
 * a taker that is slow gets few. One that is refused by itself is tried for ever, and the log says so: who takes them knows
 * best what to leave out. Ends early if there are other orders.
 */
static void
batch_hand_on(struct reader *reader, const struct batch *batch)
{
	int64_t	pause = FIRST_PAUSE_MS;
	size_t	done = 0;

	while (done < batch->count && orders_of(reader) == GO_ON) {
		size_t		left = batch->count - done, count = left < reader->at_once ? left : reader->at_once;
		uint64_t	after = reader_position(reader);
		enum pw_err	err = reader->taker.take(reader->taker.context, reader->identity, &after, &batch->at[done], count);

		if (err == PW_OK) {
			note_away(reader, false);
			note_refused(reader, PW_OK, batch->at[done].number);
			done += count;
			position_set(reader, batch->at[done - 1].number);
			reader->at_once = reader->at_once * 2 > MOST_AT_ONCE ? MOST_AT_ONCE : reader->at_once * 2;
			pause = FIRST_PAUSE_MS;
			continue;
		}
		if (err == PW_ENOTFOUND) {
			log_warn("journal: %s knows of records up to %llu only: what is behind comes again", reader->name,
			    (unsigned long long)after);
			reader_rewind(reader, after);
			break;
		}
		if (err == PW_EAWAY)
			note_away(reader, true);
		else if (count == 1)
			note_refused(reader, err, batch->at[done].number);
		reader->at_once = (count + 1) / 2;
		rest(reader, jittered(pause), false);
		pause = pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
	}
	if (done == batch->count)
		position_set(reader, batch->end);
}

static void
save(struct reader *reader, int64_t *saved_ms, bool now)
{
	uint64_t position = reader_position(reader);

	if (position == reader->saved.number || (!now && clock_ms() - *saved_ms < SAVE_MS))
		return;
	/* What is handed on twice is taken once: a position that is not saved costs work alone. */
	(void)position_save(&reader->saved, position);
	*saved_ms = clock_ms();
}

static void *
run(void *context)
{
	struct reader		*reader = context;
	struct spool_reader	 from;
	struct arena		*arena = arena_new(reader->most_bytes > 0 ? reader->most_bytes : MOST_BYTES);
	int64_t			 saved_ms = clock_ms();
	enum orders		 orders;

	spool_reader_init(&from, reader->position);
	while (arena != NULL && (orders = orders_of(reader)) != END) {
		struct batch batch;

		if (orders == GO_BACK) {
			spool_reader_fini(&from);
			spool_reader_init(&from, rewind_take(reader));
		}
		enum pw_err err = batch_read(reader, &from, arena, &batch);
		if (err == PW_OK) {
			batch_hand_on(reader, &batch);
			save(reader, &saved_ms, false);
			continue;
		}
		save(reader, &saved_ms, true);
		if (err == PW_ENOMEM)
			note_refused(reader, err, from.number + 1);
		if (err == PW_ENOTFOUND && is_ending(reader))
			break;
		rest(reader, IDLE_MS, true);
	}
	save(reader, &saved_ms, true);
	spool_reader_fini(&from);
	arena_free(arena);
	return NULL;
}

static bool
saved_open(const char *directory, const char *name, struct position *position)
{
	char path[4096 + 64];

	snprintf(path, sizeof(path), "%s/position.%s", directory, name);
	return position_open(position, path);
}

uint64_t
reader_saved(const char *directory, const char *name)
{
	struct position	position;
	uint64_t	number = saved_open(directory, name, &position) ? position.number : 0;

	position_close(&position);
	return number;
}

/* What its last life took, and did not keep, comes again. */
static void
position_begin(struct reader *reader)
{
	reader->position = reader->saved.number;
	uint64_t kept = reader_kept(reader);
	if (kept < reader->position)
		log_info("journal: %s has kept records up to %llu of %llu: the others come again", reader->name,
		    (unsigned long long)kept, (unsigned long long)reader->position);
	reader->position = kept;
}

bool
reader_start(struct reader *reader, const char *directory)
{
	pthread_condattr_t attributes;

	if (!saved_open(directory, reader->name, &reader->saved))
		return false;
	reader->end_ms = INT64_MAX;
	reader->at_once = MOST_AT_ONCE;
	pthread_mutex_init(&reader->mutex, NULL);
	position_begin(reader);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&reader->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	errno = pthread_create(&reader->thread, NULL, run, reader);
	reader->running = errno == 0;
	if (!reader->running)
		position_close(&reader->saved);
	return reader->running;
}

void
reader_wake(struct reader *reader)
{
	pthread_mutex_lock(&reader->mutex);
	reader->news = true;
	pthread_cond_signal(&reader->wake);
	pthread_mutex_unlock(&reader->mutex);
}

void
reader_stop(struct reader *reader, int64_t end_ms)
{
	pthread_mutex_lock(&reader->mutex);
	reader->end_ms = end_ms;
	pthread_cond_signal(&reader->wake);
	pthread_mutex_unlock(&reader->mutex);
}

void
reader_join(struct reader *reader)
{
	pthread_join(reader->thread, NULL);
	reader->running = false;
	position_close(&reader->saved);
	pthread_cond_destroy(&reader->wake);
	pthread_mutex_destroy(&reader->mutex);
}

void
reader_rewind(struct reader *reader, uint64_t number)
{
	pthread_mutex_lock(&reader->mutex);
	if (reader->rewind == 0 || number + 1 < reader->rewind)
		reader->rewind = number + 1;
	pthread_cond_signal(&reader->wake);
	pthread_mutex_unlock(&reader->mutex);
}

uint64_t
reader_position(struct reader *reader)
{
	pthread_mutex_lock(&reader->mutex);
	uint64_t position = reader->position;
	pthread_mutex_unlock(&reader->mutex);
	return position;
}

uint64_t
reader_kept(struct reader *reader)
{
	uint64_t	position = reader_position(reader);
	uint64_t	kept = reader->taker.kept != NULL ? reader->taker.kept(reader->taker.context) : position;

	return kept < position ? kept : position;
}

/* Who may ask when: a pool of connections, the thread that makes them, and the breaker. */
#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>
#include <pixelward/base/redis.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "redis_connection.h"
#include "redis_error.h"

/* More threads than these ask one after the other: each takes a tenth of a millisecond. */
#define MOST_CONNECTIONS	8u
/* In a row, until nobody asks any more. */
#define MOST_FAILURES		5u
#define SHORTEST_PAUSE_MS	100
#define LONGEST_PAUSE_MS	5000
#define FIRST_CONNECTION_MS	500
#define END_MS			2000
/* An error of a kind is said again after so long. */
#define ERROR_AGAIN_MS		600000
#define MOST_ERROR_KINDS	32u
#define THREAD_STACK		((size_t)512 << 10)	/* a name server's answers take a part of it */

struct redis {
	struct redis		*next;		/* of those that are open; the registry's lock covers it and users */
	unsigned		 users;
	/* Never changed. */
	char			*address, *user, *password_file;
	int64_t			 deadline_ms;
	struct redis_place	 place;
	pthread_t		 thread;

	pthread_mutex_t		 lock;		/* covers what follows */
	pthread_cond_t		 work;		/* for the thread: a connection is wanted, or the end */
	pthread_cond_t		 ready;		/* for who asks: a connection is idle, or the breaker opened */
	struct redis_connection	*idle;
	unsigned		 connections, wanted, waiting;
	unsigned		 failures;	/* in a row */
	uint64_t		 generation;	/* connections of an older one are not kept */
	bool			 open;		/* the breaker */
	bool			 stumbled;	/* the last attempt to connect failed */
	bool			 tried, closing, ended, abandoned;
	int64_t			 pause_ms, opened_ms;
	uint64_t		 seed, refused_then;
	unsigned		 said;		/* bits: troubles of this outage that the log knows */
	int64_t			 error_said_ms[MOST_ERROR_KINDS];
	struct redis_health	 health;
};

static struct {
	pthread_mutex_t	 lock;
	struct redis	*first;
} registry = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* What the log says of a trouble: who asks for somebody who waits gives up, and does not go on. */
static const char	*consequence = "; going on without it";

/* Of all scripts' sha1. */
static pthread_mutex_t	scripts_lock = PTHREAD_MUTEX_INITIALIZER;

void
redis_will_be_missed(void)
{
	consequence = "";
}

bool
redis_is_wanted(const struct options *options)
{
	return !span_is(span_of(options->redis), "none");
}

static void
idle_free(struct redis *redis)
{
	while (redis->idle != NULL) {
		struct redis_connection *connection = redis->idle;

		redis->idle = connection->next;
		redis->connections--;
		redis_connection_free(connection);
	}
}

/* Locked. The first trouble of its kind in an outage is a line in the log. */
static void
breaker_open(struct redis *redis, enum redis_trouble trouble, const char *why)
{
	snprintf(redis->health.trouble, sizeof(redis->health.trouble), "%s", why);
	if (!redis->open) {
		redis->open = true;
		redis->opened_ms = clock_ms();
		redis->refused_then = redis->health.refused;
		redis->health.opened++;
		redis->said = 0;
		redis->generation++;
		idle_free(redis);
		pthread_cond_broadcast(&redis->ready);
		pthread_cond_signal(&redis->work);
	}
	if ((redis->said & 1u << trouble) == 0)
		log_warn("redis: %s: %s%s", redis->address, why, consequence);
	redis->said |= 1u << trouble;
}

/* Locked. */
static void
breaker_close(struct redis *redis)
{
	if (!redis->open)
		return;
	log_info("redis: %s: answers again after %lld s; %llu questions were not asked", redis->address,
	    (long long)((clock_ms() - redis->opened_ms + 999) / 1000),
	    (unsigned long long)(redis->health.refused - redis->refused_then));
	redis->open = false;
	redis->health.healed++;
	redis->failures = MOST_FAILURES - 1;	/* half open: the next failure opens it again */
}

/* Locked. */
static void
failure_count(struct redis *redis, enum redis_trouble trouble, const char *why)
{
	if (++redis->failures >= MOST_FAILURES)
		breaker_open(redis, trouble, why);
}

/* Locked. Half to one and a half of what it is: many gateways must not come back at once. */
static int64_t
pause_next(struct redis *redis)
{
	int64_t pause = redis->pause_ms;

	redis->seed = redis->seed * 6364136223846793005u + 1442695040888963407u;
	redis->pause_ms = pause * 2 < LONGEST_PAUSE_MS ? pause * 2 : LONGEST_PAUSE_MS;
	return pause / 2 + (int64_t)((redis->seed >> 33) % (uint64_t)pause);
}

/* Locked. */
static void
connection_keep(struct redis *redis, struct redis_connection *connection)
{
	if (connection->generation != redis->generation || redis->closing) {
		redis->connections--;
		redis_connection_free(connection);
		return;
	}
	connection->next = redis->idle;
	redis->idle = connection;
	pthread_cond_signal(&redis->ready);
}

/* Locked, but for the attempt itself. */
static void
connection_make(struct redis *redis)
{
	const struct redis_login login = { .user = redis->user, .password_file = redis->password_file };
	struct redis_connection	*connection;
	enum redis_trouble	 trouble;
	struct buf		 why;

	pthread_mutex_unlock(&redis->lock);
	buf_init(&why, 1024);
	connection = redis_connection_new(&redis->place, &login, redis->deadline_ms * 1000, &trouble, &why);
	pthread_mutex_lock(&redis->lock);
	redis->tried = true;
	redis->stumbled = connection == NULL;
	if (redis->wanted > 0)
		redis->wanted--;
	if (connection != NULL) {
		redis->health.connected++;
		redis->connections++;
		connection->generation = redis->generation;
		breaker_close(redis);
		connection_keep(redis, connection);
	} else if (redis->connections == 0 || redis->open)
		breaker_open(redis, trouble, buf_failed(&why) || why.at == NULL ? "out of memory" : why.at);
	pthread_cond_broadcast(&redis->ready);
	buf_fini(&why);
}

static void
redis_free(struct redis *redis)
{
	idle_free(redis);
	pthread_cond_destroy(&redis->work);
	pthread_cond_destroy(&redis->ready);
	pthread_mutex_destroy(&redis->lock);
	free(redis->address);
	free(redis->user);
	free(redis->password_file);
	free(redis);
}

static void *
redis_serve(void *context)
{
	struct redis	*redis = context;
	bool		 abandoned;

	pthread_mutex_lock(&redis->lock);
	while (!redis->closing) {
		if (!redis->open && redis->wanted == 0) {
			pthread_cond_wait(&redis->work, &redis->lock);
			continue;
		}
		/* Also of a server that takes no more connections while others are fine. */
		if (redis->open || redis->stumbled) {
			struct timespec until = clock_until(clock_ms() + pause_next(redis));

			while (!redis->closing && pthread_cond_timedwait(&redis->work, &redis->lock, &until) == 0)
				continue;
		}
		if (!redis->closing)
			connection_make(redis);
	}
	redis->ended = true;
	abandoned = redis->abandoned;
	pthread_cond_broadcast(&redis->ready);
	pthread_mutex_unlock(&redis->lock);
	if (abandoned)
		redis_free(redis);
	return NULL;
}

static bool
thread_start(struct redis *redis)
{
	pthread_attr_t	attributes;
	sigset_t	all, before;
	int		result;

	/* Signals are for the threads that know what to do with them. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	result = pthread_create(&redis->thread, &attributes, redis_serve, redis);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result == 0;
}

static bool
is_same(const struct redis *redis, const struct options *options)
{
	return strcmp(redis->address, options->redis) == 0 && strcmp(redis->user, options->redis_user) == 0 &&
	    strcmp(redis->password_file, options->redis_password_file) == 0 &&
	    redis->deadline_ms == (int64_t)options->redis_deadline_ms;
}

static enum pw_err
redis_make(const struct options *options, struct redis **made)
{
	struct redis		*redis = calloc(1, sizeof(*redis));
	pthread_condattr_t	 clock;
	struct buf		 why;
	bool			 parsed;

	if (redis == NULL)
		return PW_ENOMEM;
	pthread_mutex_init(&redis->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&redis->work, &clock);
	pthread_cond_init(&redis->ready, &clock);
	pthread_condattr_destroy(&clock);
	redis->address = strdup(options->redis);
	redis->user = strdup(options->redis_user);
	redis->password_file = strdup(options->redis_password_file);
	redis->deadline_ms = (int64_t)options->redis_deadline_ms;
	redis->pause_ms = SHORTEST_PAUSE_MS;
	redis->seed = (uint64_t)clock_us() ^ (uint64_t)getpid() << 32;
	redis->wanted = 1;
	redis->users = 1;
	*made = redis;
	if (redis->address == NULL || redis->user == NULL || redis->password_file == NULL)
		return PW_ENOMEM;
	buf_init(&why, 1024);
	parsed = redis_place_parse(span_of(redis->address), &redis->place, &why);
	buf_fini(&why);
	if (!parsed || redis->place.kind == REDIS_NONE)
		return PW_ECONFIG;
	return thread_start(redis) ? PW_OK : PW_ESYSTEM;
}

enum pw_err
redis_open(const struct options *options, struct redis **opened)
{
	struct timespec	 until = clock_until(clock_ms() + FIRST_CONNECTION_MS);
	struct redis	*redis;
	enum pw_err	 err = PW_OK;

	*opened = NULL;
	pthread_mutex_lock(&registry.lock);
	for (redis = registry.first; redis != NULL && !is_same(redis, options); redis = redis->next)
		continue;
	if (redis != NULL)
		redis->users++;
	else {
		err = redis_make(options, &redis);
		if (err == PW_OK) {
			redis->next = registry.first;
			registry.first = redis;
		} else if (redis != NULL)
			redis_free(redis);
	}
	pthread_mutex_unlock(&registry.lock);
	if (err != PW_OK)
		return err;
	pthread_mutex_lock(&redis->lock);
	while (!redis->tried && pthread_cond_timedwait(&redis->ready, &redis->lock, &until) == 0)
		continue;
	pthread_mutex_unlock(&redis->lock);
	*opened = redis;
	return PW_OK;
}

void
redis_close(struct redis *redis)
{
	struct timespec	 until = clock_until(clock_ms() + END_MS);
	struct redis	**link = &registry.first;
	bool		 last, ended;

	if (redis == NULL)
		return;
	pthread_mutex_lock(&registry.lock);
	last = --redis->users == 0;
	while (last && *link != redis)
		link = &(*link)->next;
	if (last)
		*link = redis->next;
	pthread_mutex_unlock(&registry.lock);
	if (!last)
		return;
	pthread_mutex_lock(&redis->lock);
	redis->closing = true;
	pthread_cond_broadcast(&redis->work);
	while (!redis->ended && pthread_cond_timedwait(&redis->ready, &redis->lock, &until) == 0)
		continue;
	ended = redis->ended;
	redis->abandoned = !ended;	/* it waits for a name server, and will clean up itself */
	if (redis->abandoned)
		pthread_detach(redis->thread);
	pthread_mutex_unlock(&redis->lock);
	if (ended) {
		pthread_join(redis->thread, NULL);
		redis_free(redis);
	}
}

/* An idle connection, or NULL: none in time, or nobody may ask. */
static struct redis_connection *
connection_take(struct redis *redis, int64_t deadline_ms)
{
	struct timespec		 until = clock_until(deadline_ms);
	struct redis_connection	*connection = NULL;
	bool			 late = false;

	pthread_mutex_lock(&redis->lock);
	while (!redis->open && !late) {
		if ((connection = redis->idle) != NULL) {
			redis->idle = connection->next;
			/* It may have been closed meanwhile, by the option timeout or by an end. */
			if (redis_connection_is_quiet(connection))
				break;
			redis->connections--;
			redis_connection_free(connection);
			connection = NULL;
			continue;
		}
		if (redis->connections + redis->wanted < MOST_CONNECTIONS && redis->wanted <= redis->waiting) {
			redis->wanted++;
			pthread_cond_signal(&redis->work);
		}
		redis->waiting++;
		late = pthread_cond_timedwait(&redis->ready, &redis->lock, &until) != 0 && redis->idle == NULL;
		redis->waiting--;
	}
	if (connection == NULL && redis->open)
		redis->health.refused++;
	else if (connection == NULL) {
		redis->health.late++;
		failure_count(redis, TROUBLE_LATE, "no connection in time");
	}
	pthread_mutex_unlock(&redis->lock);
	return connection;
}

/* Locked. A kind of error is a line in the log, not each error. */
static void
error_note(struct redis *redis, const struct redis_reply *reply)
{
	size_t	row = redis_error_find(reply);
	int64_t	now = clock_ms();

	redis->health.errors++;
	redis->health.denied += span_starts(reply->text, SPAN("NOPERM"));
	snprintf(redis->health.trouble, sizeof(redis->health.trouble), "%.*s", SPAN_ARG(reply->text));
	if (redis->error_said_ms[row] != 0 && now - redis->error_said_ms[row] < ERROR_AGAIN_MS)
		return;
	redis->error_said_ms[row] = now;
	log_warn("redis: %s: %.*s (said once; the next ones are counted)", redis->address,
	    SPAN_ARG(span_cut(reply->text, 0, 300)));
}

/* What became of the batch: the connection is kept or not, failures count, errors are noted. */
static void
connection_return(struct redis *redis, struct redis_connection *connection, const struct redis_batch *batch,
    enum redis_trouble trouble)
{
	bool elsewhere = false;

	pthread_mutex_lock(&redis->lock);
	for (size_t i = 0; trouble == TROUBLE_NONE && i < batch->count; i++)
		if (batch->replies[i].kind == REDIS_ERROR) {
			error_note(redis, &batch->replies[i]);
			elsewhere = elsewhere || (redis_errors[redis_error_find(&batch->replies[i])].what &
			    REDIS_ERROR_ELSEWHERE) != 0;
		}
	if (trouble != TROUBLE_NONE || elsewhere) {
		redis->connections--;
		redis_connection_free(connection);
	}
	redis->health.late += trouble == TROUBLE_LATE;
	redis->health.lost += trouble == TROUBLE_LOST || trouble == TROUBLE_MEMORY;
	if (elsewhere) {	/* all of them go to the wrong server */
		redis->generation++;
		idle_free(redis);
		failure_count(redis, TROUBLE_REPLICA, "this server takes no commands now");
	} else if (trouble == TROUBLE_NONE) {
		redis->health.batches++;
		redis->failures = 0;
		redis->pause_ms = SHORTEST_PAUSE_MS;
		connection_keep(redis, connection);
	} else
		failure_count(redis, trouble, trouble == TROUBLE_LATE ? "no answer in time" :
		    trouble == TROUBLE_LOST ? "the connection broke" : "an answer is larger than the memory for it");
	pthread_mutex_unlock(&redis->lock);
}

/* Errors of what is no command of the batch. */
static void
load_note(struct redis *redis, const struct redis_reply *reply)
{
	pthread_mutex_lock(&redis->lock);
	redis->health.scripts++;
	if (reply->kind == REDIS_ERROR)
		error_note(redis, reply);
	pthread_mutex_unlock(&redis->lock);
}

static void
load_add(struct redis_batch *load, const struct redis_script *script, struct arena *arena)
{
	redis_batch_init(load, arena);
	redis_batch_add(load, (const struct span[]){ SPAN("SCRIPT"), SPAN("LOAD"), span_of(script->text) }, 3);
}

/* Tell this server the scripts that nobody knows the name of yet. */
static enum redis_trouble
scripts_load(struct redis *redis, struct redis_connection *connection, const struct redis_batch *batch, int64_t deadline_us)
{
	enum redis_trouble trouble = TROUBLE_NONE;

	for (size_t i = 0; i < batch->count && trouble == TROUBLE_NONE; i++) {
		struct redis_script	*script = batch->commands[i].script;
		struct redis_reply	 reply = { 0 };
		struct redis_batch	 load;
		bool			 wanted;

		if (script == NULL)
			continue;
		pthread_mutex_lock(&scripts_lock);
		wanted = script->sha1[0] == '\0';
		pthread_mutex_unlock(&scripts_lock);
		if (!wanted)
			continue;
		load_add(&load, script, batch->arena);
		trouble = load.failed ? TROUBLE_MEMORY : redis_connection_ask(connection, buf_span(&load.wire), &reply, 1,
		    batch->arena, deadline_us);
		redis_batch_fini(&load);
		pthread_mutex_lock(&scripts_lock);
		if (trouble == TROUBLE_NONE && reply.kind == REDIS_TEXT && reply.text.len == sizeof(script->sha1) - 1)
			memcpy(script->sha1, reply.text.at, sizeof(script->sha1));
		pthread_mutex_unlock(&scripts_lock);
		load_note(redis, &reply);
	}
	return trouble;
}

/* The scripts' names into the commands. */
static void
scripts_name(struct redis_batch *batch)
{
	pthread_mutex_lock(&scripts_lock);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->commands[i].script != NULL && batch->commands[i].script->sha1[0] != '\0')
			memcpy(batch->wire.at + batch->commands[i].sha1_at, batch->commands[i].script->sha1,
			    sizeof(batch->commands[i].script->sha1) - 1);
	pthread_mutex_unlock(&scripts_lock);
}

static bool
is_forgotten(const struct redis_batch *batch, size_t i)
{
	return batch->commands[i].script != NULL && batch->replies[i].kind == REDIS_ERROR &&
	    span_starts(batch->replies[i].text, SPAN("NOSCRIPT"));
}

/* Those commands once more whose script the server has forgotten; both in one breath, or it is forgotten again. */
static enum redis_trouble
forgotten_again(struct redis *redis, struct redis_connection *connection, struct redis_batch *batch, int64_t deadline_us)
{
	enum redis_trouble trouble = TROUBLE_NONE;

	for (size_t i = 0; i < batch->count && trouble == TROUBLE_NONE; i++) {
		const struct redis_command	*command = &batch->commands[i];
		struct redis_reply		 replies[2] = { 0 };
		struct redis_batch		 load;

		if (!is_forgotten(batch, i))
			continue;
		load_add(&load, command->script, batch->arena);
		buf_add(&load.wire, span_cut(buf_span(&batch->wire), command->at, command->at + command->len));
		trouble = load.failed || buf_failed(&load.wire) ? TROUBLE_MEMORY : redis_connection_ask(connection,
		    buf_span(&load.wire), replies, NITEMS(replies), batch->arena, deadline_us);
		redis_batch_fini(&load);
		load_note(redis, &replies[0]);
		batch->replies[i] = replies[1];
	}
	return trouble;
}

enum pw_err
redis_run(struct redis *redis, struct redis_batch *batch, int64_t patience_ms)
{
	int64_t			 most_ms = patience_ms > redis->deadline_ms ? patience_ms : redis->deadline_ms;
	int64_t			 deadline_us = clock_us() + most_ms * 1000;
	struct redis_connection	*connection;
	enum redis_trouble	 trouble;

	batch->replies = arena_array(batch->arena, batch->count, sizeof(*batch->replies));
	if (batch->failed || batch->replies == NULL)
		return PW_ENOMEM;
	if (batch->count == 0)
		return PW_OK;
	connection = connection_take(redis, deadline_us / 1000);
	if (connection == NULL)
		return PW_EAWAY;
	trouble = scripts_load(redis, connection, batch, deadline_us);
	scripts_name(batch);
	if (trouble == TROUBLE_NONE)
		trouble = redis_connection_ask(connection, buf_span(&batch->wire), batch->replies, batch->count,
		    batch->arena, deadline_us);
	if (trouble == TROUBLE_NONE)
		trouble = forgotten_again(redis, connection, batch, deadline_us);
	connection_return(redis, connection, batch, trouble);
	return trouble == TROUBLE_NONE ? PW_OK : PW_EAWAY;
}

void
redis_health(struct redis *redis, struct redis_health *health)
{
	pthread_mutex_lock(&redis->lock);
	*health = redis->health;
	health->up = !redis->open && redis->tried;
	pthread_mutex_unlock(&redis->lock);
}

#include "queue.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/futex.h>
#include <pixelward/job.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define MOST_SLOTS	1024

/* Of one who waits, in this order; the third only if it sleeps while it is called. */
enum { WAITS, CALLED = QUEUE_CALLED, CALLED_ASLEEP, STARTED };

struct waiter {
	struct waiter			*next;
	const struct queue_call		*call;
	_Atomic uint32_t		 state;
	int				 slot;	/* -1: not yet */
};

struct key {
	unsigned char	bytes[16];
};

struct client {
	struct key	 key;
	struct waiter	*first, **last;
	unsigned	 waiting, running;
	int64_t		 offender_until_ms;
};

struct queue {
	pthread_mutex_t	 lock;
	struct client	**clients;	/* those that wait, run or are remembered */
	size_t		 client_count, client_capacity;
	size_t		 turn;		/* of the client that is asked next */
	struct key	 last_key;	/* who asked last */
	int64_t		 change_ms;	/* when that was last somebody else than the time before */
	bool		 seen;		/* anybody */
	unsigned	 slots, free_count, offenders_running, waiting;
	int		 free_slots[MOST_SLOTS];
};

struct queue *
queue_new(unsigned slots)
{
	struct queue *queue = slots > 0 && slots <= MOST_SLOTS ? calloc(1, sizeof(*queue)) : NULL;

	if (queue == NULL)
		return NULL;
	pthread_mutex_init(&queue->lock, NULL);
	queue->slots = queue->free_count = slots;
	queue->change_ms = clock_ms() - QUEUE_OFFENCE_MS;
	for (unsigned i = 0; i < slots; i++)
		queue->free_slots[i] = (int)(slots - 1 - i);
	return queue;
}

void
queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	for (size_t i = 0; i < queue->client_count; i++)
		free(queue->clients[i]);
	free(queue->clients);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

/* The address in 16 bytes, an IPv6 one without its interface; another text by its first bytes. */
static struct key
key_of(struct span client)
{
	struct key	key = { { 0 } };
	char		text[INET6_ADDRSTRLEN];
	unsigned char	address[16];

	client = span_cut(client, 0, sizeof(text) - 1);
	if (client.len > 0)
		memcpy(text, client.at, client.len);
	text[client.len] = '\0';
	if (inet_pton(AF_INET6, text, address) == 1)
		memcpy(key.bytes, address, 8);
	else if (inet_pton(AF_INET, text, address) == 1) {
		memset(key.bytes + 10, 0xff, 2);
		memcpy(key.bytes + 12, address, 4);
	} else
		memcpy(key.bytes, text, client.len < sizeof(key.bytes) ? client.len : sizeof(key.bytes));
	return key;
}

static bool
is_forgotten(const struct client *client, int64_t now)
{
	return client->waiting == 0 && client->running == 0 && client->offender_until_ms <= now;
}

/* NULL: no memory for a new one. */
static struct client *
client_of(struct queue *queue, struct span address, int64_t now)
{
	struct key	 key = key_of(address);
	struct client	*client = NULL;
	size_t		 kept = 0, turn = queue->turn;

	for (size_t i = 0; i < queue->client_count; i++) {
		struct client *other = queue->clients[i];

		if (memcmp(&other->key, &key, sizeof(key)) == 0)
			client = other;
		else if (is_forgotten(other, now)) {
			/* Those behind it move up, and the turn with them. */
			queue->turn -= i < turn;
			free(other);
			continue;
		}
		queue->clients[kept++] = other;
	}
	queue->client_count = kept;
	if (client != NULL)
		return client;
	if (kept == queue->client_capacity) {
		size_t		  capacity = kept > 0 ? kept * 2 : 16;
		struct client	**larger = reallocarray(queue->clients, capacity, sizeof(struct client *));

		if (larger == NULL)
			return NULL;
		queue->clients = larger;
		queue->client_capacity = capacity;
	}
	client = calloc(1, sizeof(*client));
	if (client == NULL)
		return NULL;
	client->key = key;
	client->last = &client->first;
	queue->clients[queue->client_count++] = client;
	return client;
}

/* The next client with a message waiting, behind the one that was asked last. */
static struct client *
next_client(struct queue *queue, bool offenders, int64_t now)
{
	for (size_t i = 0; i < queue->client_count; i++) {
		size_t		 at = (queue->turn + i) % queue->client_count;
		struct client	*client = queue->clients[at];

		if (client->waiting > 0 && (client->offender_until_ms > now) == offenders) {
			queue->turn = (at + 1) % queue->client_count;
			return client;
		}
	}
	return NULL;
}

/* With one slot there is none to spare; with one client, nobody to spare it for. */
static bool
offender_may_run(const struct queue *queue, int64_t now)
{
	return queue->slots == 1 || queue->offenders_running + 1 < queue->slots ||
	    now - queue->change_ms >= QUEUE_OFFENCE_MS;
}

/* Who has a slot now, in a chain; each is to be started outside of the lock. */
static struct waiter *
dispatch(struct queue *queue)
{
	struct waiter	*called = NULL;
	int64_t		 now = clock_ms();

	while (queue->free_count > 0 && queue->waiting > 0) {
		struct client *client = next_client(queue, false, now);

		if (client == NULL && offender_may_run(queue, now))
			client = next_client(queue, true, now);
		if (client == NULL)
			break;
		struct waiter *waiter = client->first;
		client->first = waiter->next;
		if (client->first == NULL)
			client->last = &client->first;
		client->waiting--;
		client->running++;
		queue->waiting--;
		queue->offenders_running += client->offender_until_ms > now;
		waiter->slot = queue->free_slots[--queue->free_count];
		waiter->next = called;
		called = waiter;
		atomic_store(&waiter->state, CALLED);
	}
	return called;
}

static bool
waiter_start(struct waiter *waiter, const _Atomic uint32_t *sleeper)
{
	return waiter->call->start != NULL && waiter->call->start(waiter->call->context, waiter->slot, sleeper);
}

/* self: the calling thread's, or NULL. */
static void
start_all(struct waiter *called, const struct waiter *self)
{
	struct waiter *next;

	for (struct waiter *waiter = called; waiter != NULL; waiter = next) {
		bool passed = waiter_start(waiter, waiter != self ? &waiter->state : NULL);

		next = waiter->next;
		/* From here on it may be gone; to wake nobody at a place that was its own does no harm. */
		if (atomic_exchange(&waiter->state, STARTED) == CALLED_ASLEEP || (!passed && waiter != self))
			futex_wake(&waiter->state, FUTEX_ALL);
	}
}

static void
leave(struct queue *queue, struct client *client, struct waiter *waiter)
{
	for (struct waiter **at = &client->first; *at != NULL; at = &(*at)->next)
		if (*at == waiter) {
			*at = waiter->next;
			if (client->last == &waiter->next)
				client->last = at;
			client->waiting--;
			queue->waiting--;
			return;
		}
}

/* False: nobody called within its time. */
static bool
waiter_sleep(struct queue *queue, struct client *client, struct waiter *waiter)
{
	int64_t		until = clock_ms() + (int64_t)waiter->call->timeout_ms;
	uint32_t	state;

	while ((state = atomic_load(&waiter->state)) != STARTED) {
		int64_t	now = clock_ms(), doze = waiter->call->doze_ms > 0 ? now + (int64_t)waiter->call->doze_ms : until;

		/* The one that wakes it may be a dissector at its desk. */
		if (state == WAITS && now < until)
			(void)futex_wait(&waiter->state, WAITS, DESK_GATEWAY, doze < until ? doze : until);
		else if (state == WAITS) {
			pthread_mutex_lock(&queue->lock);
			bool called = waiter->slot >= 0;
			if (!called)
				leave(queue, client, waiter);
			pthread_mutex_unlock(&queue->lock);
			if (!called)
				return false;
		} else if (state == CALLED_ASLEEP || atomic_compare_exchange_strong(&waiter->state, &state, CALLED_ASLEEP))
			(void)futex_wait(&waiter->state, CALLED_ASLEEP, FUTEX_ALL, INT64_MAX);
	}
	return true;
}

int
queue_take(struct queue *queue, const struct queue_call *call)
{
	struct waiter	waiter = { .call = call, .slot = -1 };
	struct waiter	*called = NULL;

	pthread_mutex_lock(&queue->lock);
	int64_t		now = clock_ms();
	struct client	*client = client_of(queue, call->client, now);
	if (client != NULL) {
		if (memcmp(&client->key, &queue->last_key, sizeof(client->key)) != 0) {
			queue->change_ms = queue->seen ? now : now - QUEUE_OFFENCE_MS;
			queue->last_key = client->key;
			queue->seen = true;
		}
		*client->last = &waiter;
		client->last = &waiter.next;
		client->waiting++;
		queue->waiting++;
		called = dispatch(queue);
	}
	pthread_mutex_unlock(&queue->lock);
	start_all(called, &waiter);
	return client != NULL && waiter_sleep(queue, client, &waiter) ? waiter.slot : -1;
}

void
queue_give(struct queue *queue, int slot, struct span address, bool offence)
{
	int64_t now = clock_ms();

	pthread_mutex_lock(&queue->lock);
	/* It runs, so it is known: nothing is allocated here. */
	struct client *client = client_of(queue, address, now);
	if (client != NULL) {
		client->running--;
		if (offence)
			client->offender_until_ms = now + QUEUE_OFFENCE_MS;
	}
	queue->offenders_running = 0;
	for (size_t i = 0; i < queue->client_count; i++)
		if (queue->clients[i]->offender_until_ms > now)
			queue->offenders_running += queue->clients[i]->running;
	queue->free_slots[queue->free_count++] = slot;
	struct waiter *called = dispatch(queue);
	pthread_mutex_unlock(&queue->lock);
	start_all(called, NULL);
}

unsigned
queue_waiting(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	unsigned waiting = queue->waiting;
	pthread_mutex_unlock(&queue->lock);
	return waiting;
}

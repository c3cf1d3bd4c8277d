#include "queue.h"

#include <pixelward/base/clock.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "load.h"

#define MOST_SLOTS	1024

struct waiter {
	struct waiter	*next;
	pthread_cond_t	 called;
	int		 slot;		/* -1: not yet */
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

static void
dispatch(struct queue *queue)
{
	int64_t now = clock_ms();

	while (queue->free_count > 0 && queue->waiting > 0) {
		struct client *client = next_client(queue, false, now);

		if (client == NULL && offender_may_run(queue, now))
			client = next_client(queue, true, now);
		if (client == NULL)
			return;
		struct waiter *waiter = client->first;
		client->first = waiter->next;
		if (client->first == NULL)
			client->last = &client->first;
		client->waiting--;
		client->running++;
		queue->waiting--;
		queue->offenders_running += client->offender_until_ms > now;
		waiter->slot = queue->free_slots[--queue->free_count];
		pthread_cond_signal(&waiter->called);
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

int
queue_take(struct queue *queue, struct span address, uint64_t timeout_ms)
{
	struct waiter		waiter = { .slot = -1 };
	pthread_condattr_t	monotonic;
	struct timespec		until;
	int			result = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(timeout_ms / 1000);
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&waiter.called, &monotonic);
	pthread_condattr_destroy(&monotonic);

	pthread_mutex_lock(&queue->lock);
	int64_t		now = clock_ms();
	struct client	*client = client_of(queue, address, now);
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
		dispatch(queue);
		while (waiter.slot < 0 && result == 0)
			result = pthread_cond_timedwait(&waiter.called, &queue->lock, &until);
		if (waiter.slot < 0)
			leave(queue, client, &waiter);
	}
	pthread_mutex_unlock(&queue->lock);
	pthread_cond_destroy(&waiter.called);
	return waiter.slot;
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
	dispatch(queue);
	pthread_mutex_unlock(&queue->lock);
}

unsigned
queue_waiting(struct queue *queue)
{
	pthread_mutex_lock(&queue->lock);
	unsigned waiting = queue->waiting;
	pthread_mutex_unlock(&queue->lock);
	return waiting;
}

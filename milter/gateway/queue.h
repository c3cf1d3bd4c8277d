/*
 * Who may use a dissector next. Clients take turns, whatever the number of messages that each has waiting; a client
 * whose mail was dear or deadly a moment ago waits for the others, and never has all of the slots.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_QUEUE_H
#define PIXELWARD_MILTER_GATEWAY_QUEUE_H

#include <pixelward/span.h>

#include <stdatomic.h>

/* How long a client is remembered for what its mail did. */
#define QUEUE_OFFENCE_MS	60000

struct queue;

/* NULL: no memory. Any thread may use it; it is never freed while one does. */
struct queue	*queue_new(unsigned slots);
void		 queue_free(struct queue *);

struct queue_call {
	struct span	 client;	/* an address in text; those of one IPv6 /64 are one client */
	uint64_t	 timeout_ms;	/* to wait for a slot */
	/*
	 * May be NULL. Begin what the slot is taken for: called once, by the thread that takes the slot, or by the one that
	 * gives it, so that the one that waits sleeps on until all is done. sleeper: where it sleeps, if it does, as long as
	 * that is QUEUE_CALLED; NULL: it does not. True: it was passed on (futex_pass) to another word, and is woken there.
	 */
	bool		 (*start)(void *context, int slot, const _Atomic uint32_t *sleeper);
	void		*context;
	uint64_t	 doze_ms;	/* the longest sleep at once, also of one that was passed on; 0: any */
};

/* What a sleeper's word says while start() runs. */
#define QUEUE_CALLED	1u

/* Blocks. -1: no slot within timeout_ms. */
int		 queue_take(struct queue *, const struct queue_call *);
/* The slot is free again. offence: the message cost more than most, or its dissector died. */
void		 queue_give(struct queue *, int slot, struct span client, bool offence);

/* How many wait now. */
unsigned	 queue_waiting(struct queue *);

#endif

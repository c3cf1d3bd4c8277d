/*
 * Who may use a dissector next. Clients take turns, whatever the number of messages that each has waiting; a client
 * whose mail was dear or deadly a moment ago waits for the others, and never has all of the slots.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_QUEUE_H
#define PIXELWARD_MILTER_GATEWAY_QUEUE_H

#include <pixelward/span.h>

/* How long a client is remembered for what its mail did. */
#define QUEUE_OFFENCE_MS	60000

struct queue;

/* NULL: no memory. Any thread may use it; it is never freed while one does. */
struct queue	*queue_new(unsigned slots);
void		 queue_free(struct queue *);

/* client: an address in text; those of one IPv6 /64 are one client. Blocks. -1: no slot within timeout_ms. */
int		 queue_take(struct queue *, struct span client, uint64_t timeout_ms);
/* The slot is free again. offence: the message cost more than most, or its dissector died. */
void		 queue_give(struct queue *, int slot, struct span client, bool offence);

/* How many wait now. */
unsigned	 queue_waiting(struct queue *);

#endif

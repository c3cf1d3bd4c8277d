/* Where a message touches a list of domains: its senders, its envelope, its references. */
#ifndef JUDGE_INDICATOR_H
#define JUDGE_INDICATOR_H

#include <pixelward/message.h>

#include "list.h"
#include "opinion.h"

/* Header and envelope; rules and reasons go into the opinion. True: a list asks to hold the message. */
bool	indicators_of_sender(struct opinion *, const struct list_set *, const struct message *,
	    const struct dissection *);
/* A reference's host, also a link's; grounds say on which list it is. *holds is set if one asks for it. */
bool	indicators_of_reference(struct opinion *, const struct list_set *, const struct dissection *,
	    const struct reference *, struct grounds *, bool *holds);

#endif

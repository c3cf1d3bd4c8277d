/* Where a message touches a list: its senders, its envelope, its references. */
#ifndef JUDGE_INDICATOR_H
#define JUDGE_INDICATOR_H

#include <pixelward/message.h>

#include "list.h"
#include "opinion.h"
#include "regex.h"

/* The lists, and one message before them. */
struct indicators {
	struct opinion		*opinion;
	const struct list_set	*lists;
	const struct dissection	*d;
	struct filter_asker	 asker;
};

void	indicators_init(struct indicators *, struct opinion *, const struct list_set *, const struct dissection *,
	    struct regex_budget *);
/* Header and envelope; rules and reasons go into the opinion. True: a list asks to hold the message. */
bool	indicators_of_sender(struct indicators *, const struct message *);
/* A reference's host and URL, also a link's; grounds say on which list they are. *holds is set if one asks for it. */
bool	indicators_of_reference(struct indicators *, const struct reference *, struct grounds *, bool *holds);

#endif

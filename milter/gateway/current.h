/* The generation that messages beginning now are judged by. Any thread. */
#ifndef PIXELWARD_MILTER_GATEWAY_CURRENT_H
#define PIXELWARD_MILTER_GATEWAY_CURRENT_H

#include <pixelward/gateway/generation.h>

/* Takes a hold of its own; lets the one before go. NULL lets go only. */
void			 current_publish(struct generation *);
/* Held for the caller, who drops it. */
struct generation	*current_hold(void);

#endif

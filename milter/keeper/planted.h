/*
 * Test builds only (make PLANTED=1): a message may tell the dissector to behave as code that was taken over would.
 * "X-Planted: WORD" in its first header field. Any other build ignores it.
 */
#ifndef PIXELWARD_MILTER_KEEPER_PLANTED_H
#define PIXELWARD_MILTER_KEEPER_PLANTED_H

#include <pixelward/job.h>
#include <pixelward/span.h>

#include "result.h"

#ifdef PIXELWARD_PLANTED
/* Does what the message says before it is taken apart ... */
void	planted_run(struct span message);
/* ... does not end after its jobs ... */
bool	planted_lingers(void);
/* ... or spoils the answer. */
void	planted_lie(struct span message, struct job_answer *, const struct result *);
#else
static inline void
planted_run(struct span message)
{
	(void)message;
}

static inline bool
planted_lingers(void)
{
	return false;
}

static inline void
planted_lie(struct span message, struct job_answer *answer, const struct result *result)
{
	(void)message;
	(void)answer;
	(void)result;
}
#endif

#endif

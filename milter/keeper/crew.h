/* The dissectors that the keeper runs: one for each slot, a new one when it ends. */
#ifndef PIXELWARD_MILTER_KEEPER_CREW_H
#define PIXELWARD_MILTER_KEEPER_CREW_H

#include <pixelward/base/buf.h>
#include <pixelward/job.h>
#include <pixelward/options.h>

struct crew;

/*
 * Slots for as many as options say, the sandbox tried. No process yet. *crew may be NULL and true: Dissectors 0.
 * False: why.
 */
bool	crew_new(const struct options *, struct crew **, struct buf *why);
/* Kills and forgets all. NULL is fine, as everywhere here. */
void	crew_free(struct crew *);

/* The gateway's ends; count is 0 without a crew. */
struct slots	crew_slots(const struct crew *);
/* In the gateway's process: what only the keeper and the dissectors need goes. */
void	crew_release_in_child(struct crew *);

/* Start what is missing and due. Returns ms until more is due, -1: nothing is. */
int	crew_fill(struct crew *, int64_t now_ms);
/* After SIGCHLD: take note of who ended. */
void	crew_reap(struct crew *, int64_t now_ms);
/* Of a slot where nobody sits the gateway hears at once that the one it means has ended. */
void	crew_kill(struct crew *, unsigned slot);
/* Kill all and forget what they were asked: who asked is gone. */
void	crew_empty(struct crew *);
/* Memory limits of those that start from now on. */
void	crew_follow(struct crew *, const struct options *);

#endif

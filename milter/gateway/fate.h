/* What becomes of a message that could not be judged, and how its verdict says so. */
#ifndef PIXELWARD_MILTER_GATEWAY_FATE_H
#define PIXELWARD_MILTER_GATEWAY_FATE_H

#include <pixelward/base/arena.h>
#include <pixelward/options.h>
#include <pixelward/verdict.h>

/* Of OnLimit or OnPoison. Accepted is delivered as it is. */
enum action	fate_action(enum on_failure);
/* The first one stays. */
void		fate_add_rule(struct verdict *, const char *rule, struct arena *);
/* It stands first: it decides, and the log has room for one. Where there is no memory for it, the verdict goes without. */
void		fate_add_reason(struct verdict *, struct span reason, struct arena *);

#endif

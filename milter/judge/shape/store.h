/* Which pictures come from one store. */
#ifndef JUDGE_SHAPE_STORE_H
#define JUDGE_SHAPE_STORE_H

#include <pixelward/base/arena.h>

#include "pieces.h"

/*
 * What pictures of one store have in common: host, folders and query, with the form instead of the letters where nobody
 * chose them. Empty: no picture file, or one that speaks of tracking; or no memory.
 */
struct span	shape_store_of(const struct url_pieces *, struct arena *);

#endif

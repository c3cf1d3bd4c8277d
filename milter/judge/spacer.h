/* Which of a message's tiny pictures are layout: they take up room and tell nobody apart. */
#ifndef JUDGE_SPACER_H
#define JUDGE_SPACER_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

struct spacers;

/* Counts where each document uses each tiny picture, and where its other pictures are from. NULL: no memory. */
struct spacers	*spacers_new(const struct dissection *, struct arena *) PW_MUST_CHECK;
/* Why this reference is an innocent spacer, in words; the empty span: it is none. */
struct span	 spacer_reason(const struct spacers *, const struct reference *);

#endif

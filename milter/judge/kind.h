/* What the kinds of references are to a reader: a table. */
#ifndef JUDGE_KIND_H
#define JUDGE_KIND_H

#include <pixelward/dissection.h>

#include "filter.h"

enum shows {
	SHOWS_PICTURE,
	SHOWS_CONTENT,	/* something to read, to play or to act on */
	SHOWS_LOOK,	/* nothing itself: it shapes how the rest looks, wherever it stands */
	SHOWS_NOTHING,
	SHOWS_ASKS,	/* contacts somebody only if the reader's program or another one decides to: noted, kept */
};

struct kind {
	enum shows	 shows;
	uint32_t	 type;	/* enum filter_type: what ad blockers call it; 0: no list speaks of it */
	const char	*noun;
	struct span	 kept;	/* why it is kept when nothing speaks against it */
};

const struct kind	*kind_of(const struct reference *);

#endif

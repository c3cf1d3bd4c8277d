/* The neutral form of each reference: which bytes go, and what stands there instead. */
#ifndef REWRITE_NEUTRAL_H
#define REWRITE_NEUTRAL_H

#include <pixelward/dissection.h>

struct neutral {
	bool		whole_tag;	/* edit tag, else site */
	struct span	fresh;		/* never a character that HTML or CSS would have to escape */
};

/* PW_ENOTINERT: it has none. */
enum pw_err	neutral_of(const struct reference *, struct neutral *) PW_MUST_CHECK;

#endif

/* The neutral form of each reference: which bytes go, and what stands there instead. */
#ifndef REWRITE_NEUTRAL_H
#define REWRITE_NEUTRAL_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

struct neutral {
	bool		whole_tag;	/* edit tag, else site */
	struct span	fresh;		/* never a character that HTML or CSS would have to escape */
};

/* PW_ENOTINERT: it has none. */
enum pw_err	neutral_of(const struct reference *, struct neutral *) PW_MUST_CHECK;

/*
 * The same for a reference whose URL another one replaces. written: its site as it came. url holds nothing that HTML or
 * CSS would have to escape.
 *	PW_ENOTINERT	it has no such form
 */
enum pw_err	neutral_proxied(const struct reference *, struct span written, struct span url, struct arena *,
		    struct neutral *) PW_MUST_CHECK;

#endif

/*
 * Turns decisions into a new message by splices in the parts' own bytes; never a re-serialised tree.
 * The message is not copied: a new body is a list of pieces of the old one and of new bytes.
 */
#ifndef PIXELWARD_REWRITE_REWRITE_H
#define PIXELWARD_REWRITE_REWRITE_H

#include <pixelward/base/arena.h>
#include <pixelward/message.h>
#include <pixelward/rewritten.h>
#include <pixelward/verdict.h>

/*
 * Make every reference with decision.strip inert. Everything lives in arena or is borrowed from message.raw.
 *	PW_ENOTINERT	a reference cannot be edited (NEUTRAL_NONE, or readings contradict each other)
 */
enum pw_err	rewrite(struct span message, const struct dissection *, const struct verdict *, struct arena *,
		    struct rewritten *) PW_MUST_CHECK;

#endif

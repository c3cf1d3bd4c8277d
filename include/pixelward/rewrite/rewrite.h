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

/*
 * For people: the tag that a reference stands in (where there is none, the bytes that an edit replaces) as it came and as
 * rewrite() leaves it, in decoded bytes. after is as before if nothing in it is stripped, or if that cannot be edited.
 *	PW_ENOMEM	neither is set
 */
enum pw_err	rewrite_show(struct span message, const struct dissection *, const struct verdict *, uint32_t reference,
		    struct arena *, struct span *before, struct span *after) PW_MUST_CHECK;

#endif

/*
 * The site's words at the begin of a mail: a box before the page, a line before plain text.
 *
 * In HTML it is ASCII alone, and its look does not depend on what the mail's own sheets say. Where a text has it already,
 * it gets none.
 */
#ifndef REWRITE_NOTICE_H
#define REWRITE_NOTICE_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

/* The box, for any charset that holds ASCII. at is NULL: no memory. */
struct span	notice_box(struct span text, struct arena *) PW_MUST_CHECK;
struct notice_line {
	struct span	fresh;		/* as encoded as the part is; empty: it needs none, or can have none */
	bool		to_utf8;	/* the part's charset is to be called UTF-8 */
	bool		anew;		/* the part must be encoded in base64 with it; it is not encoded yet */
};

/*
 * What stands before a part of plain text; body is encoded as it came. A charset other than UTF-8 and those that hold
 * ASCII as it is cannot have any.
 */
enum pw_err	notice_line(struct span body, const struct part *, struct span charset, struct span text, struct span line_end,
		    struct arena *, struct notice_line *) PW_MUST_CHECK;

#endif

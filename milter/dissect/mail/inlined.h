/* Files that are spelled out in plain text, from before MIME: uuencode, its base64 form, and yEnc. */
#ifndef DISSECT_MAIL_INLINED_H
#define DISSECT_MAIL_INLINED_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

struct inlined {
	size_t		begin, end;	/* in the text: from its first line to behind its last */
	struct span	name;		/* of the file; may be empty */
	struct span	bytes;		/* decoded, in the arena */
};

/*
 * The next file that begins at or behind from, or one with begin = text.len: there is none.
 *	PW_ENOMEM	found is worth nothing
 */
enum pw_err	inlined_next(struct span text, size_t from, struct arena *, struct inlined *found) PW_MUST_CHECK;

#endif

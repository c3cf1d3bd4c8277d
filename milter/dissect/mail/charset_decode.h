/* Bytes of a charset as UTF-8, with the way back. */
#ifndef DISSECT_MAIL_CHARSET_DECODE_H
#define DISSECT_MAIL_CHARSET_DECODE_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

#include "charset.h"

struct charset_text {
	struct span	 text;		/* UTF-8 */
	const uint32_t	*map;		/* offset in the bytes of each byte of text, and one behind; NULL: the same offsets,
					   or none at all for a stateful charset */
};

/*
 * Bytes that are no character become U+FFFD; of UTF-8 all stay as they are. The text is borrowed where nothing had to
 * change, else in the arena. PW_ENOMEM or PW_OK.
 */
enum pw_err	charset_decode(struct charset, struct span bytes, struct arena *, struct charset_text *) PW_MUST_CHECK;

#endif

/* Transfer encodings of new content (RFC 2045, 6.7 and 6.8). */
#ifndef REWRITE_ENCODE_H
#define REWRITE_ENCODE_H

#include <pixelward/base/arena.h>

/* Lines of 76 characters joined by line_end, without one behind the last. at is NULL: no memory. */
struct span	encode_base64(struct span bytes, struct span line_end, struct arena *) PW_MUST_CHECK;
/*
 * A piece for the middle of a quoted-printable text: behind before bytes of its line, with after bytes of the line that
 * goes on behind it. Soft line breaks keep all lines at 76 characters.
 */
struct span	encode_qp_piece(struct span bytes, size_t before, size_t after, struct span line_end, struct arena *)
		    PW_MUST_CHECK;

#endif

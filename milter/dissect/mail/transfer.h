/* Transfer encodings (RFC 2045, 6.7 and 6.8), decoded as leniently as clients do. */
#ifndef DISSECT_MAIL_TRANSFER_H
#define DISSECT_MAIL_TRANSFER_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

struct decoded {
	struct span	 bytes;
	const uint32_t	*map;	/* quoted-printable: offset in the encoded text of each byte, and one behind; else NULL */
	bool		 odd;	/* clients differ: foreign bytes, data behind the padding, malformed escapes */
};

/* Identity gives the text itself. PW_ENOMEM or PW_OK. */
enum pw_err	transfer_decode(struct span encoded, enum transfer_encoding, struct arena *, struct decoded *)
		    PW_MUST_CHECK;
/*
 * Every line that can be one of uuencode's, between "begin" and "end" or not, for as much as it holds, whatever its
 * count says; CR ends lines, too. PW_ENOMEM or PW_OK.
 */
enum pw_err	transfer_decode_uu_lines(struct span text, struct arena *, struct span *bytes) PW_MUST_CHECK;
/* 0 to 63, or -1: no digit of base64. */
int		transfer_base64_digit(char);

#endif

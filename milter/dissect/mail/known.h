/*
 * URLs that the readings found, to tell what a sweep finds beside them. A sweep reads each text once more with and
 * without quoted-printable: the URLs that come out distorted by that are no news.
 */
#ifndef DISSECT_MAIL_KNOWN_H
#define DISSECT_MAIL_KNOWN_H

#include "../block.h"

struct known {
	struct span	*at;	/* sorted */
	size_t		 count;
};

/* The URLs of the first count references that are fetched without a click. PW_ENOMEM or PW_OK. */
enum pw_err	known_init(struct known *, const struct block *, size_t count) PW_MUST_CHECK;
/* PW_ENOMEM: has is worth nothing. */
enum pw_err	known_has(const struct known *, struct span url, struct arena *, bool *has) PW_MUST_CHECK;

#endif

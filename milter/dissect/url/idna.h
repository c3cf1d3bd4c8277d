/* Domain labels by UTS 46 through libidn2. */
#ifndef DISSECT_URL_IDNA_H
#define DISSECT_URL_IDNA_H

#include <pixelward/error.h>
#include "url/text.h"

/* Names with other than ASCII may be this long as written: DNS has no room for the longer ones, and each of
 * their labels costs a call of the library. */
#define URL_IDNA_MAX	4096

/*
 * Append domain, well-formed UTF-8, to out in lower case and A-labels: ToASCII with CheckHyphens, VerifyDnsLength
 * and UseSTD3ASCIIRules off, not transitional.
 *	PW_ESYNTAX	no name; or longer than URL_IDNA_MAX or than out's room, or a label past DNS's 63 characters
 *	PW_ENOMEM
 */
enum pw_err	url_idna_write(struct span domain, struct url_out *) PW_MUST_CHECK;

/* Touch the library's tables. */
void		url_idna_prepare(void);

#endif

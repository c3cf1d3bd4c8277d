/* The host of a URL. (URL, "host parsing") */
#ifndef DISSECT_URL_HOST_H
#define DISSECT_URL_HOST_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/*
 * written: what stands between the slashes and the port, well-formed UTF-8. Of a special scheme it is a
 * domain or an address, never empty; else (opaque) an address in brackets or any text.
 * host: as serialised, in the arena.
 *	PW_ESYNTAX	the standard returns failure
 *	PW_ENOMEM
 */
enum pw_err	url_host_parse(struct span written, bool opaque, struct arena *, struct span *host) PW_MUST_CHECK;

/*
 * A domain name in lower case and A-labels, in the arena; nothing is percent-decoded, numbers are no
 * addresses. (URL, "domain parser", not strict.) Errors as above.
 */
enum pw_err	url_domain_parse(struct span domain, struct arena *, struct span *ascii) PW_MUST_CHECK;

#endif

/* Windows' network paths (\\host\share), plain and inside file: URLs. */
#ifndef DISSECT_URL_UNC_H
#define DISSECT_URL_UNC_H

#include "url/url.h"

/* Slashes of either kind that text begins with. */
size_t		url_unc_slashes(struct span text);

/*
 * text, which begins with slashes, as the file: URL of the host that it names. Percent-encoded slashes count, the
 * device prefixes (\\?\UNC\) are left out, and so is WebDAV's port (\\host@8080\share).
 *	PW_ENOTFOUND	it names no host (a drive letter, localhost, one slash only)
 *	PW_ESYNTAX	it names what cannot be a host
 *	PW_ENOMEM
 */
enum pw_err	url_unc_parse(struct span text, struct arena *, struct url *) PW_MUST_CHECK;

#endif

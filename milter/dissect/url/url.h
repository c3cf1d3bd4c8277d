/*
 * URLs as clients parse them: the WHATWG URL standard's basic parser, for every scheme; plus what
 * mail clients make live beyond it (UNC paths) and the host's registrable domain.
 */
#ifndef DISSECT_URL_URL_H
#define DISSECT_URL_URL_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

#define URL_NO_PART	UINT32_MAX

/* A parsed URL. All text lives in the arena of the call that made it. */
struct url {
	struct span	href;		/* serialised, as the standard does */
	struct span	scheme;		/* lower case, without the colon */
	struct span	host;		/* as serialised: lower case, A-labels, IPv4 dotted, IPv6 in brackets; may be
					   empty. Not special: as written, but see url_classify */
	bool		has_host;	/* the standard's "host is not null" */
	bool		special;	/* http, https, ftp, ws, wss, file */
	bool		opaque_path;
	uint32_t	port;		/* URL_NO_PART: the scheme's default */
	uint32_t	path_at;	/* offset in href; the path is never missing, but may be empty */
	uint32_t	query_at, fragment_at;	/* behind '?' and '#'; URL_NO_PART if missing */
};

/*
 * Parse input (UTF-8; invalid bytes count as U+FFFD) against base, which may be NULL.
 *	PW_ESYNTAX	the standard returns failure (also: a relative reference without a base)
 *	PW_ENOMEM
 * A domain with other than ASCII fails where libidn2 refuses it: by older tables than a browser's, by a label
 * of more than 63 characters, or past 4096 bytes.
 */
enum pw_err	url_parse(struct span input, const struct url *base, struct arena *, struct url *) PW_MUST_CHECK;

/* How a client treats it when it stands where something is fetched. */
enum url_reach {
	URL_INSIDE,	/* cid:, mid:, data:, about:, mailto:, javascript: ...: contacts nobody */
	URL_REMOTE,	/* contacts a host on fetch */
	URL_RELATIVE,	/* relative without any base: contacts nobody */
	URL_BROKEN,	/* no URL by the standard, or one that clients read differently, but some client may try it */
};

/*
 * Classify a reference as written in an attribute or in CSS (character references and escapes undone).
 *
 * UNC paths (\\host\share, also with base NULL) and the schemes of scheme.c (http https ftp ws wss, file with a
 * host, ldap and the like with a host, and feed: view-source: jar: mhtml: webcal: ms-*: with a host inside) are
 * REMOTE; //host without a remote base is REMOTE, read as https.
 *
 * url is what is contacted: the URL inside, https for "//host", file for UNC paths; its host is what DNS is
 * asked for, also where the scheme is not special. Where the whole is INSIDE, url is the whole. Of RELATIVE and
 * BROKEN it has only href: the text (of the URL inside) without what the standard removes.
 *
 * PW_ENOMEM, or PW_OK.
 */
enum pw_err	url_classify(struct span written, const struct url *base, struct arena *, enum url_reach *,
		    struct url *) PW_MUST_CHECK;

/* The registrable domain by the Public Suffix List with its private part (libpsl's built-in list); the host
 * itself where there is none (an address, a bare suffix, a single label). Without the dot at the end of a host
 * that has one. Borrowed from host. */
struct span	url_registrable_domain(struct span host);

/* A domain name as written in a header or a list: lower case, A-labels (UTS 46, libidn2), no dot at the end.
 * at is NULL if it cannot be one. */
struct span	url_domain_to_ascii(struct span domain, struct arena *) PW_MUST_CHECK;

/* Open libpsl's and libidn2's tables; before any thread or sandbox. */
void		url_prepare(void);

#endif

/*
 * Does a URL name one of the message's recipients?
 *
 * Looked for: the address as given and in lower case, with and without its +tag, also as local=domain, and the
 * local part alone if it is long enough to be nobody's word; plain, percent-encoded once or twice, in base64
 * (both alphabets, at any offset), in hexadecimal, in rot13, and as MD5, SHA-1 or SHA-256, in hexadecimal or
 * base64. Salted digests and ciphers look like any other opaque text: no gateway can know them.
 */
#ifndef JUDGE_TOKEN_H
#define JUDGE_TOKEN_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>
#include <pixelward/message.h>

struct token {
	bool		 found;
	bool		 unread;	/* the message has too much URL text: this one was not looked through */
	bool		 local;		/* the local part only */
	const char	*form;		/* "SHA-256", "rot13"; static */
	const char	*inside;	/* what that is wrapped in, "base64"; or NULL */
};

struct tokens;

/* What there is to be found of the message's recipients; lives in arena. NULL: no memory. */
struct tokens	*tokens_new(const struct message *, struct arena *) PW_MUST_CHECK;

/*
 * Look through one URL. host is the URL's, path_at where its path begins (or UINT32_MAX).
 *	PW_ENOMEM	nothing is known of it
 */
enum pw_err	tokens_find(struct tokens *, struct span url, struct span host, uint32_t path_at, struct token *)
		    PW_MUST_CHECK;

#endif

/*
 * The site's own picture proxy: what a picture's URL becomes, in go-camo's signed form.
 *
 *     BASE/HEX(HMAC-SHA1(key, url))/HEX(url)
 *
 * Whoever does not know the key cannot make the proxy fetch anything.
 */
#ifndef JUDGE_IMAGE_PROXY_H
#define JUDGE_IMAGE_PROXY_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/dissection.h>
#include <pixelward/options.h>

#define IMAGE_PROXY_MOST_KEY	1024	/* bytes */

struct image_proxy {
	char	base[1024];		/* without a slash at the end; empty: there is none */
	char	key[IMAGE_PROXY_MOST_KEY];
	size_t	key_bytes;
};

/*
 * Of ImageProxy and ImageProxyKeyFile; without the first there is none. A line end behind the key is not part of it.
 *	PW_ECONFIG	why says what is wrong with the key's file
 */
enum pw_err	image_proxy_load(struct image_proxy *, const struct options *, struct buf *why) PW_MUST_CHECK;
bool		image_proxy_is_there(const struct image_proxy *);	/* NULL: no */
/*
 * Can another URL stand in the place of this one? A picture's of the web, in a place of its own; one of several in a
 * srcset has none.
 */
bool		image_proxy_takes(const struct dissection *, uint32_t reference);
/* at is NULL: no memory. */
struct span	image_proxy_url(const struct image_proxy *, struct span url, struct arena *) PW_MUST_CHECK;
/* Made by us: the signature is that of the URL behind it. */
bool		image_proxy_made(const struct image_proxy *, struct span url, struct arena *);

#endif

#include "image_proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kind.h"

#define DIGEST_CHARS	40

static enum pw_err
refuse(struct buf *why, const char *what)
{
	buf_add(why, span_of(what));
	return PW_ECONFIG;
}

static enum pw_err
key_read(struct image_proxy *proxy, int fd, struct buf *why)
{
	struct stat	status;
	char		text[IMAGE_PROXY_MOST_KEY + 3];
	ssize_t		got;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
		return refuse(why, "the key is no file; let ImageProxyKeyFile name one");
	if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		return refuse(why, "others may read the key, or its group may write it; chmod g-w,o= the file");
	do
		got = read(fd, text, sizeof(text));
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return refuse(why, "the key cannot be read; allow this user to read the file");
	size_t len = (size_t)got;
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0 || len > IMAGE_PROXY_MOST_KEY)
		return refuse(why, "the file holds no key of 1 to 1024 bytes; write the one that the proxy is started with");
	memcpy(proxy->key, text, len);
	proxy->key_bytes = len;
	return PW_OK;
}

enum pw_err
image_proxy_load(struct image_proxy *proxy, const struct options *options, struct buf *why)
{
	enum pw_err	err;
	int		fd;

	memset(proxy, 0, sizeof(*proxy));
	if (options->image_proxy[0] == '\0')
		return PW_OK;
	if (options->image_proxy_key_file[0] == '\0')
		return refuse(why, "ImageProxy needs its key; write ImageProxyKeyFile FILE, too");
	fd = open(options->image_proxy_key_file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		buf_printf(why, "the key cannot be read (%s); let ImageProxyKeyFile name a file that this user may read",
		    strerror(errno));
		return PW_ECONFIG;
	}
	err = key_read(proxy, fd, why);
	close(fd);
	if (err == PW_OK)
		snprintf(proxy->base, sizeof(proxy->base), "%s", options->image_proxy);
	return err;
}

bool
image_proxy_is_there(const struct image_proxy *proxy)
{
	return proxy != NULL && proxy->base[0] != '\0';
}

static bool
is_place_shared(const struct reference *a, const struct reference *b)
{
	return a->document == b->document && a->site.begin == b->site.begin && a->site.end == b->site.end;
}

bool
image_proxy_takes(const struct dissection *d, uint32_t index)
{
	const struct reference	*references = dissection_references(d), *reference = &references[index];
	struct span		 url = dissection_text(d, reference->url);
	/* An attribute's value is written anew in quotes, which another layer's might not bear. */
	bool			 fits = reference->neutral == NEUTRAL_IMAGE || reference->neutral == NEUTRAL_CSS_URL ||
				    (reference->neutral == NEUTRAL_ATTRIBUTE && reference->kind == REFERENCE_BACKGROUND &&
				    (reference->flags & REFERENCE_NESTED) == 0);

	return fits && kind_of(reference)->shows == SHOWS_PICTURE && reference->trigger == TRIGGER_OPEN &&
	    (reference->flags & REFERENCE_LIVE) != 0 &&
	    (span_starts_nocase(url, SPAN("https://")) || span_starts_nocase(url, SPAN("http://"))) &&
	    !(index > 0 && is_place_shared(reference, &references[index - 1])) &&
	    !(index + 1 < d->references.count && is_place_shared(reference, &references[index + 1]));
}

static void
sign(const struct image_proxy *proxy, struct span url, char digest[DIGEST_CHARS + 1])
{
	char *hex = g_compute_hmac_for_data(G_CHECKSUM_SHA1, (const guchar *)proxy->key, proxy->key_bytes,
	    (const guchar *)url.at, url.len);

	snprintf(digest, DIGEST_CHARS + 1, "%s", hex);
	g_free(hex);
}

/* What the proxy would fetch never holds a fragment. */
static struct span
without_fragment(struct span url)
{
	return span_cut(url, 0, span_find_char(url, '#', 0));
}

struct span
image_proxy_url(const struct image_proxy *proxy, struct span url, struct arena *arena)
{
	static const char	 digits[] = "0123456789abcdef";
	char			 digest[DIGEST_CHARS + 1], *hex;

	url = without_fragment(url);
	hex = arena_alloc(arena, 2 * url.len + 1);
	if (hex == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < url.len; i++) {
		hex[2 * i] = digits[(unsigned char)url.at[i] >> 4];
		hex[2 * i + 1] = digits[(unsigned char)url.at[i] & 15];
	}
	sign(proxy, url, digest);
	return arena_printf(arena, "%s/%s/%s", proxy->base, digest, hex);
}

bool
image_proxy_made(const struct image_proxy *proxy, struct span url, struct arena *arena)
{
	struct span	base = span_of(proxy->base), hex = span_from(url, base.len + 1 + DIGEST_CHARS + 1), made;
	char		*original = hex.len > 0 && hex.len % 2 == 0 ? arena_alloc(arena, hex.len / 2) : NULL;

	if (base.len == 0 || original == NULL || !span_starts(url, base))
		return false;
	for (size_t i = 0; i < hex.len; i += 2) {
		if (ascii_hex(hex.at[i]) < 0 || ascii_hex(hex.at[i + 1]) < 0)
			return false;
		original[i / 2] = (char)(ascii_hex(hex.at[i]) << 4 | ascii_hex(hex.at[i + 1]));
	}
	made = image_proxy_url(proxy, (struct span){ original, hex.len / 2 }, arena);
	return made.at != NULL && span_eq(made, url);
}

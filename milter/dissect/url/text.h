/* The text of a URL before and while it is written: what the standard removes from it, what it percent-encodes. */
#ifndef DISSECT_URL_TEXT_H
#define DISSECT_URL_TEXT_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/* The standard's sets of characters; bits of url_classes[]. (URL, "percent-encoded bytes", "host miscellaneous") */
enum url_class {
	URL_ENCODE_C0 = 1,
	URL_ENCODE_FRAGMENT = 2,
	URL_ENCODE_QUERY = 4,
	URL_ENCODE_SPECIAL_QUERY = 8,
	URL_ENCODE_PATH = 16,
	URL_ENCODE_USERINFO = 32,
	URL_NOT_IN_HOST = 64,		/* forbidden host code points */
	URL_NOT_IN_DOMAIN = 128,	/* forbidden domain code points */
};

extern const uint8_t url_classes[256];

static inline bool
url_is(char c, unsigned classes)
{
	return (url_classes[(unsigned char)c] & classes) != 0;
}

/* A URL's input as the state machine reads it: well-formed UTF-8, trimmed, no tab and no line end. */
struct url_text {
	struct span	text;	/* borrowed from the input where nothing had to change, else in the arena */
	size_t		growth;	/* bytes that percent-encoding may add at most */
};

/*
 * The first steps of the basic URL parser. Bytes that are not UTF-8 become U+FFFD.
 *	PW_ENOMEM
 */
enum pw_err	url_text_clean(struct span input, struct arena *, struct url_text *) PW_MUST_CHECK;

/* Percent-decoded; text itself where there is nothing to decode. at is NULL past the arena's end. */
struct span	url_text_decode(struct span text, struct arena *) PW_MUST_CHECK;

/* Text being written into room that was reserved once. Past it overflow is set and nothing is written. */
struct url_out {
	char	*at;
	size_t	 len, capacity;
	bool	 overflow;
};

void		url_out_add(struct url_out *, struct span);
/* In lower case. */
void		url_out_add_lower(struct url_out *, struct span);
void		url_out_insert(struct url_out *, size_t at, struct span);
/* Bytes of the set become %XX. */
void		url_out_encode(struct url_out *, struct span, enum url_class set);

#endif

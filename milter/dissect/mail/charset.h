/* Bytes of a charset as UTF-8, with the way back (WHATWG Encoding, and what mail clients know beside it). */
#ifndef DISSECT_MAIL_CHARSET_H
#define DISSECT_MAIL_CHARSET_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

enum charset_class {
	CHARSET_UTF8,		/* also ASCII, and bytes nobody can name: what is not UTF-8 stays as it is */
	CHARSET_SINGLE,		/* one byte, one character; ASCII is ASCII */
	CHARSET_MULTI,		/* stateless multi-byte: safe to splice at character borders */
	CHARSET_STATEFUL,	/* ISO-2022, UTF-7, HZ: not safe to splice */
	CHARSET_WIDE,		/* UTF-16, UTF-32, EBCDIC: as little, and a '<' is no byte 0x3c of its own */
};

struct charset {
	const char		*name;		/* for iconv */
	enum charset_class	 class;
	bool			 known;
};

struct charset_text {
	struct span	 text;		/* UTF-8 */
	const uint32_t	*map;		/* offset in the bytes of each byte of text, and one behind; NULL: the same offsets,
					   or none at all for a stateful charset */
};

/*
 * By its label, as leniently as programs compare names; unknown ones are read as UTF-8 with known false. A byte order
 * mark goes before every label.
 */
struct charset	charset_of(struct span label, struct span bytes);
/*
 * The charsets that clients take these bytes for: by label, mark or meta elements, where that makes a difference to
 * markup. The first is the one that the label and the mark give. The number written, at least 1.
 */
#define MOST_CHARSETS	12
size_t		charset_choices(struct span label, struct span bytes, struct charset choices[MOST_CHARSETS]);
/* Is there a back slash that may be the second byte of a character? In a sheet it escapes what is behind, or does not. */
bool		charset_has_doubtful_slash(struct span bytes);
/* Bytes that are no character become U+FFFD. PW_ENOMEM or PW_OK. */
enum pw_err	charset_decode(struct charset, struct span bytes, struct arena *, struct charset_text *) PW_MUST_CHECK;
/*
 * UTF-8 without what is none, and without NUL and U+FFFD: some clients drop what others show as a replacement. The
 * text itself if there is nothing to drop; at is NULL without memory.
 */
struct span	charset_drop_malformed(struct span text, struct arena *, bool *malformed);
/* Load every converter that charset_of can name, so that a sandbox may close the file system. */
void		charset_prepare(void);
/* The labels, each in its plain form; NULL behind the last. */
const char	*charset_known(size_t n);

#endif

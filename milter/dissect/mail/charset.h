/* Charsets by their labels, and by the marks that bytes begin with (WHATWG Encoding, and what mail clients know beside it). */
#ifndef DISSECT_MAIL_CHARSET_H
#define DISSECT_MAIL_CHARSET_H

#include <pixelward/span.h>

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

/* ASCII means ASCII in all but these: only they change where a tag begins. */
static inline bool
charset_moves_ascii(struct charset charset)
{
	return charset.class == CHARSET_STATEFUL || charset.class == CHARSET_WIDE;
}

/*
 * By its label, as leniently as programs compare names; unknown ones are read as UTF-8 with known false. A byte order
 * mark goes before every label.
 */
struct charset	charset_of(struct span label, struct span bytes);
/* Load every converter that charset_of can name, so that a sandbox may close the file system. */
void		charset_prepare(void);
/* The labels, each in its plain form; NULL behind the last. */
const char	*charset_known(size_t n);

#endif

/*
 * What a text turns into in clients that know its charset by another name, or not at all: without its NULs, without
 * the escapes of ISO-2022, with those of UTF-7 or HZ undone, and so on. The sweep looks at each.
 */
#ifndef DISSECT_MAIL_GUISES_H
#define DISSECT_MAIL_GUISES_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/* How many there are; the last ones only fit where nobody knows the charset. */
extern const size_t guise_count, guise_count_of_known;

/*
 * The text in guise number i, or at is NULL: it makes no difference here.
 *	PW_ENOMEM
 */
enum pw_err	guise_of(size_t i, struct span text, struct arena *, struct span *other) PW_MUST_CHECK;

/* Without the escapes of ISO-2022; at is NULL if there are none. PW_ENOMEM or PW_OK. */
enum pw_err	guise_without_escapes(struct span text, struct arena *, struct span *other) PW_MUST_CHECK;
/*
 * The text with every tag where a client that begins to read there would see it: what may be open before is closed, and
 * elements and comments whose content is no markup (style sheets only if asked for) are broken up.
 *	PW_ENOMEM
 */
enum pw_err	guise_without_context(struct span text, bool break_style, struct arena *, struct span *other) PW_MUST_CHECK;
/* Does it name a URL in EBCDIC? */
bool		guise_is_ebcdic(struct span text);

#endif

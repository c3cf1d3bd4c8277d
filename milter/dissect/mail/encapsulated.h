/* HTML inside RTF inside winmail.dat: MS-OXRTFCP (the compression) and MS-OXRTFEX (the encapsulation). */
#ifndef DISSECT_MAIL_ENCAPSULATED_H
#define DISSECT_MAIL_ENCAPSULATED_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

/*
 * The next compressed RTF at or behind *at, decompressed; *at moves behind it, to bytes.len if there is none. At most
 * nine times as long as what it is made from.
 *	PW_ENOMEM
 */
enum pw_err	encapsulated_next(struct span bytes, size_t *at, struct arena *, struct span *rtf) PW_MUST_CHECK;
/* The HTML (or the text) that the RTF stands for; at is NULL without memory. */
struct span	encapsulated_html(struct span rtf, struct arena *);

#endif

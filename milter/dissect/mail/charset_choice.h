/* The charsets that one client or another takes a text for. */
#ifndef DISSECT_MAIL_CHARSET_CHOICE_H
#define DISSECT_MAIL_CHARSET_CHOICE_H

#include "charset.h"

#define MOST_CHARSETS	12

/*
 * By label, mark or meta elements, where that makes a difference to markup. The first is the one that the label and the
 * mark give. The number written, at least 1.
 */
size_t	charset_choices(struct span label, struct span bytes, struct charset choices[MOST_CHARSETS]);
/* Is there a back slash that may be the second byte of a character? In a sheet it escapes what is behind, or does not. */
bool	charset_has_doubtful_slash(struct span bytes);

#endif

/* Line ends that only some clients know. */
#ifndef DISSECT_MAIL_LINEENDS_H
#define DISSECT_MAIL_LINEENDS_H

#include <pixelward/span.h>

/* NUL, or CR without LF. */
bool	lineends_are_odd(struct span message);

#endif

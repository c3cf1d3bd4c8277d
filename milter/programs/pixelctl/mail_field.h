/* An archived mail's header, field by field; nothing in it is decoded. */
#ifndef PIXELCTL_MAIL_FIELD_H
#define PIXELCTL_MAIL_FIELD_H

#include <pixelward/span.h>

/* The next field with its continuation lines, and what is left; false behind the last one. */
bool	mail_field_next(struct span *rest, struct span *name, struct span *value);
/* It has a field that mail has. An archive packed by another program, a table, a picture has none. */
bool	mail_field_any(struct span raw);

#endif

/* Which transfer encoding a header means. */
#ifndef DISSECT_MAIL_ENCODING_H
#define DISSECT_MAIL_ENCODING_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

/* *odd is set if clients may differ; else it stays. What nobody knows is ENCODING_IDENTITY. */
enum transfer_encoding	encoding_of(struct span written, struct arena *, bool *odd);

#endif

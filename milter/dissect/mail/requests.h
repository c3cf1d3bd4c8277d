/* Header fields that make a client answer or fetch by itself: read receipts, pictures of the sender, keys. */
#ifndef DISSECT_MAIL_REQUESTS_H
#define DISSECT_MAIL_REQUESTS_H

#include "../block.h"
#include "fields.h"

/* Fields of the header of part, whose text begins at offset in the message, are handed over one by one. */
void	requests_look(struct block *, uint32_t part, const struct field *, size_t offset);
/* message/external-body (RFC 2046, 5.2.3; RFC 2017): the field that names what a client fetches. */
void	requests_look_at_external_body(struct block *, uint32_t part, const struct parameters *);

#endif

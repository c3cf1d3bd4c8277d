/* Header fields that make a client answer or fetch by itself: read receipts, pictures of the sender, keys. */
#ifndef DISSECT_MAIL_REQUESTS_H
#define DISSECT_MAIL_REQUESTS_H

#include "../block.h"
#include "fields.h"

/* Those of the part's own header. */
void	requests_look(struct block *, uint32_t part);
/* message/external-body (RFC 2046, 5.2.3; RFC 2017): the field that names what a client fetches. */
void	requests_look_at_external_body(struct block *, uint32_t part, const struct parameters *);

#endif

/* Mailboxes of an address field, read so leniently that nothing a client could show as an address is missed. */
#ifndef DISSECT_MAIL_ADDRESSES_H
#define DISSECT_MAIL_ADDRESSES_H

#include "../block.h"

/* More mailboxes than this in one field say nothing about a sender. */
#define MOST_ADDRESSES	16

void	addresses_add(struct block *, enum address_role, struct span value);

#endif

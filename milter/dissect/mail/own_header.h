/* What the message's own header says, apart from its structure: who sent it, how, and what a verifier found out. */
#ifndef DISSECT_MAIL_OWN_HEADER_H
#define DISSECT_MAIL_OWN_HEADER_H

#include "../block.h"
#include "fields.h"

struct own_header {
	uint32_t	verifications;	/* Authentication-Results fields so far */
	bool		traced;		/* a Received field was seen: what follows came with the mail */
};

/* Field by field, from the top. */
void	own_header_read(struct own_header *, struct block *, const struct field *);

#endif

/* What clients find in a part that is no multipart and no message: a document, files inside it, or nothing. */
#ifndef DISSECT_MAIL_LEAF_H
#define DISSECT_MAIL_LEAF_H

#include "../block.h"
#include "media.h"
#include "names.h"

struct leaf {
	uint32_t			 part;
	const struct parameters		*type;
	const struct names		*names;
	enum transfer_encoding		 encoding;
	enum media			 media;
	enum document_kind		 kind;		/* of MEDIA_DOCUMENT */
	struct span			 body;		/* encoded */
	struct span			 base;		/* of relative URLs */
};

/* Failures are recorded in the block. */
void	leaf_open(struct block *, struct leaf *);

#endif

/* The documents of a part: its decoded content in every charset that a client takes it for, and all that they refer to. */
#ifndef DISSECT_MAIL_DOCUMENT_H
#define DISSECT_MAIL_DOCUMENT_H

#include "../block.h"
#include "transfer.h"

/* Relative URLs are relative to base, if it is not empty. Its text in the first charset. Failures are recorded in the block. */
struct span	document_add(struct block *, uint32_t part, enum document_kind, const struct decoded *,
		    struct span charset_label, struct span base);

#endif

/*
 * The last net under the readings: where clients may disagree on the structure, any run of bytes may be taken for HTML
 * in any encoding. The sweep looks for references in all of the message, undone in each encoding, and adds those that
 * no reading found. They have no place that could be edited.
 */
#ifndef DISSECT_MAIL_SWEEP_H
#define DISSECT_MAIL_SWEEP_H

#include "../block.h"

/* Failures are recorded in the block. */
void	sweep_message(struct block *);
/* The same for some bytes that belong to a part: the inside of a wrapper that is never rewritten. */
void	sweep_bytes(struct block *, uint32_t part, struct span bytes);
/* Text as another kind of document than its part is read as. true: it shows more. */
bool	sweep_as(struct block *, uint32_t part, struct span text, enum document_kind, struct span base);
/* Only for other charsets, of a part's decoded content. true: some other one shows more. */
bool	sweep_guises(struct block *, uint32_t part, struct span bytes, bool charset_known);

#endif

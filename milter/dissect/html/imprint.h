/*
 * What two pages from one mould have in common, whatever they say: a digest of their blocks in order, with what was chosen
 * for the look of each. Runs of the same block count as one, so that a page with one paragraph more has the same.
 */
#ifndef DISSECT_HTML_IMPRINT_H
#define DISSECT_HTML_IMPRINT_H

#include "lexer.h"

struct imprint {
	uint64_t	digest, last;	/* of all runs so far; of the last block */
	uint32_t	runs;
};

void		imprint_add(struct imprint *, const struct html_tag *);
/* 0: so few blocks that many a page has the same by chance. */
uint64_t	imprint_digest(const struct imprint *);

#endif

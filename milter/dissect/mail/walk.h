/*
 * The MIME structure as clients read it: an iterative walk that adds a part for every entity, and for each one that
 * a client renders, a document with its references.
 */
#ifndef DISSECT_MAIL_WALK_H
#define DISSECT_MAIL_WALK_H

#include "../block.h"

/* Failures are recorded in the block. */
void	walk_message(struct block *);

#endif

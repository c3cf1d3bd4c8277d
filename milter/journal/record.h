/*
 * A sighting as bytes: what a record of the journal holds, without its head (segment.h).
 *
 * A version, then the fields in the order of the tables in record.c: numbers in groups of seven bits, the lowest first;
 * texts and rows of tables with their number before them. Later versions only add behind what is there: who reads an
 * old one finds zeros, who reads a newer one passes over what it does not know.
 */
#ifndef JOURNAL_RECORD_H
#define JOURNAL_RECORD_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/sighting.h>

#define RECORD_VERSION		1u
#define RECORD_MOST_TEXT	1024u		/* bytes of one text; of a longer one so many are kept */
#define RECORD_MOST_RULES	256u
#define RECORD_MOST_BYTES	((size_t)2 << 20)

/* Appends; the number is not part of it. buf_failed() says whether it is whole. */
void		record_write(const struct sighting *, struct buf *);
/*
 * Texts point into bytes, tables live in the arena. host_of and template_of are NULL.
 *	PW_ESYNTAX	no record, or one of an unknown kind
 *	PW_ENOMEM
 */
enum pw_err	record_read(struct span bytes, struct arena *, struct sighting *) PW_MUST_CHECK;

#endif

/* Counters as a file: text, ended by its checksum. Two files are written in turns, so that one is always whole. */
#ifndef JOURNAL_SNAPSHOT_H
#define JOURNAL_SNAPSHOT_H

#include <pixelward/error.h>

#include "tally.h"

/* Append; buf_failed() says whether it is whole. */
void		snapshot_print(const struct counters *, struct buf *);
/* NULL: this is none, or there is no memory. Everything in it is to be published. */
struct counters	*snapshot_parse(struct span text);

/* Over the older of directory/counters.0 and .1; on the disk when it returns. False: errno. */
bool		snapshot_save(const char *directory, struct span text);
/*
 * The younger one that is whole, or NULL.
 *	PW_ENOTFOUND	there are none
 *	PW_ESYNTAX	there are, and neither is whole
 */
enum pw_err	snapshot_load(const char *directory, struct counters **) PW_MUST_CHECK;

/* Count what the folder's records say behind counters->number. */
enum pw_err	snapshot_catch_up(const char *directory, struct counters *) PW_MUST_CHECK;

#endif

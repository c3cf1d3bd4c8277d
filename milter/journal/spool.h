/*
 * The journal's folder: segments named by the number of their first record, the last of which grows.
 *
 * Any thread may append; each reader belongs to one thread. What no power cut can take back (spool_sync) may be read.
 */
#ifndef JOURNAL_SPOOL_H
#define JOURNAL_SPOOL_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>

#include "segment.h"

struct spool;

struct spool_settings {
	const char	*directory;	/* made if it is missing */
	uint64_t	 most_bytes;	/* of all segments */
	uint64_t	 segment_bytes;	/* the next record begins another; 0: chosen by most_bytes */
	int64_t		 keep_ms;	/* how long acknowledged records stay */
};

/* What went wrong, since it was opened. */
struct spool_losses {
	uint64_t	torn;		/* ends that were cut */
	uint64_t	torn_bytes;
	uint64_t	garbage_bytes;	/* passed over by readers */
	uint64_t	segments;	/* files that were none */
};

/*
 * A torn end is cut. report says what to do:
 *	PW_ESYSTEM	the folder cannot be used
 *	PW_EBUSY	another process has it
 *	PW_ENOMEM
 */
enum pw_err	spool_open(const struct spool_settings *, struct buf *report, struct spool **) PW_MUST_CHECK;
void		spool_close(struct spool *);	/* NULL is fine */
/* Before the first record: numbers up to this one were given, whatever the folder knows. */
void		spool_skip(struct spool *, uint64_t number);

/*
 * framed: SEGMENT_RECORD_HEAD bytes of room, then the record. One write().
 *	PW_EAWAY	errno; ENOSPC also if most_bytes are full of what nobody acknowledged. Nothing was written
 */
enum pw_err	spool_append(struct spool *, struct span framed, uint64_t *number) PW_MUST_CHECK;
/* To the disk. False: errno. */
bool		spool_sync(struct spool *);
/* The last number that was appended, and that was synced; 0: none. */
uint64_t	spool_last(struct spool *);
uint64_t	spool_synced(struct spool *);
uint64_t	spool_bytes(struct spool *);
void		spool_losses(struct spool *, struct spool_losses *);

/* False: its folder, or the file that grows, has been taken away: what is written goes nowhere. */
bool		spool_is_there(struct spool *);

/* Records up to this one are needed by nobody; those that are old enough go. now_ms: Unix time. */
void		spool_acknowledge(struct spool *, uint64_t number, int64_t now_ms);

struct spool_reader {
	struct walk	walk;
	uint64_t	segment;	/* first number of the file that is open */
	int		fd;		/* -1: none */
	uint64_t	number;		/* read last */
};

/* The next record will be the first one behind number. */
void		spool_reader_init(struct spool_reader *, uint64_t number);
void		spool_reader_fini(struct spool_reader *);
/*
 * The next record; body is borrowed until the next call.
 *	PW_ENOTFOUND	none yet
 *	PW_EAWAY	errno
 */
enum pw_err	spool_read(struct spool *, struct spool_reader *, struct span *body) PW_MUST_CHECK;

#endif

/*
 * One file of the journal: a head, then records, each with a head of its own that holds its number and two checksums.
 *
 * Whatever bytes are there, a walk gives the records that are whole, in rising numbers, and tells how many bytes it passed
 * over. Checksums begin with a number that is the file's own, so that a sender cannot put a record into a record.
 */
#ifndef JOURNAL_SEGMENT_H
#define JOURNAL_SEGMENT_H

#include <pixelward/base/buf.h>

#define SEGMENT_HEAD		24u	/* bytes */
#define SEGMENT_RECORD_HEAD	24u

struct segment_head {
	uint64_t	first;	/* number of the first record */
	uint32_t	salt;
};

void	segment_head_write(const struct segment_head *, char to[SEGMENT_HEAD]);
/* False: this is no segment, or its head is torn. */
bool	segment_head_read(int fd, struct segment_head *);

/* framed: room for the head, then the body. */
void	segment_record_frame(uint32_t salt, uint64_t number, char *framed, size_t bytes);

struct walk {
	int		 fd;		/* borrowed */
	uint32_t	 salt;
	uint64_t	 at, end;	/* end may be raised while the file grows */
	uint64_t	 number;	/* of the last record; what does not rise is no record */
	uint64_t	 skipped;	/* bytes of no record between records */
	char		*bytes;
	size_t		 capacity;
};

/* From a file's first record on. */
void	walk_init(struct walk *, int fd, uint32_t salt, uint64_t end);
void	walk_fini(struct walk *);
enum walked {
	WALK_RECORD,	/* *body is borrowed until the next step; walk->number is its number */
	WALK_END,	/* no whole record in [at, end) */
	WALK_FAILED,	/* errno */
};
enum walked	walk_next(struct walk *, struct span *body);

#endif

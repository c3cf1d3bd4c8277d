/*
 * Which segments a folder has, and what is in them: by the names of its files alone, whether somebody writes there or not.
 */
#ifndef JOURNAL_FOLDER_H
#define JOURNAL_FOLDER_H

#include <pixelward/error.h>
#include <pixelward/span.h>

#include "segment.h"

#define FOLDER_NAME_BYTES	32u

struct segment {
	uint64_t	first, bytes;
	int64_t		last_ms;	/* when it was written to last, Unix time */
};

/* The file's name of the segment that begins with this record. */
void		folder_name(uint64_t first, char name[FOLDER_NAME_BYTES]);
/* False: no memory, nothing has changed. */
bool		folder_add(struct segment **, size_t *count, size_t *capacity, struct segment);
/* Adds all segments of the folder, in order. */
enum pw_err	folder_list(int directory_fd, struct segment **, size_t *count, size_t *capacity) PW_MUST_CHECK;
/* -1: errno; EBADMSG: it is none, or another one. */
int		folder_open_segment(int directory_fd, uint64_t first, int flags, struct segment_head *);

/* Hands on all records behind number. */
enum pw_err	folder_scan(const char *directory, uint64_t number,
		    void (*record)(void *context, uint64_t number, struct span body), void *context) PW_MUST_CHECK;
/* How much there is, without reading the records. */
enum pw_err	folder_measure(const char *directory, uint64_t *bytes, uint64_t *segments) PW_MUST_CHECK;

#endif

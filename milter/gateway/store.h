/*
 * The bytes of one message as they arrive: a heap buffer while it is small, then a memory file that is written
 * by pwrite, sealed at the end and mapped: the body of a large message is kept once.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_STORE_H
#define PIXELWARD_MILTER_GATEWAY_STORE_H

#include <pixelward/error.h>
#include <pixelward/span.h>

#define STORE_SMALL_BYTES	((size_t)256 * 1024)	/* up to here on the heap */
#define STORE_STAGE_BYTES	((size_t)64 * 1024)	/* gathered before one pwrite */

struct store {
	char		*buffer;	/* all of a small message, or what the file does not have yet */
	size_t		 used, capacity;
	int		 fd;		/* memory file, or -1 */
	uint64_t	 flushed;	/* bytes in the file */
	void		*mapping;	/* of the sealed file, or NULL */
};

void		store_init(struct store *);
/* Releases everything; the store is then as after store_init. */
void		store_fini(struct store *);
uint64_t	store_bytes(const struct store *);

/*
 *	PW_ENOMEM	no memory
 *	PW_ESYSTEM	no memory file (file descriptors, kernel memory); errno says why
 * After a failure the store can only be finished with store_fini.
 */
enum pw_err	store_add(struct store *, struct span) PW_MUST_CHECK;

/*
 * No more bytes come. *whole is borrowed until store_fini. A memory file is sealed against writing and resizing
 * by anybody, this process included. Fails like store_add.
 */
enum pw_err	store_seal(struct store *, struct span *whole) PW_MUST_CHECK;
/* The memory file of a sealed store, owned by it; -1 if the message is on the heap. */
int		store_file(const struct store *);

#endif

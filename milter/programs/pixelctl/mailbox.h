/*
 * Messages of files, folders, Maildirs and mboxes, one after the other: no more than one is in memory.
 *
 * A file that begins with "From " is an mbox: a line "From SENDER DATE" behind a blank one begins the next message, and
 * of lines that begin with ">From ", ">>From " and so on one ">" goes (mboxrd; of mboxo the same is true of ">From ").
 * Folders are read with all below them; of a Maildir cur, new and its subfolders. Other names that begin with a dot are
 * passed over.
 */
#ifndef PIXELCTL_MAILBOX_H
#define PIXELCTL_MAILBOX_H

#include <pixelward/span.h>

#include "progress.h"

struct mailbox {
	const char	*what;		/* for the progress bar */
	uint64_t	 most_bytes;	/* of a message; of a longer one so many and one more are given */
	/* name: "FILE", or "FILE:N" for the Nth of an mbox; both are borrowed for the call. False: stop. */
	bool		(*message)(void *context, const char *name, struct span raw);
	void		*context;
	struct progress	 progress;
	uint64_t	 done;		/* bytes */
	size_t		 count;		/* messages */
	size_t		 unreadable;	/* files and folders; each was told on standard error */
	bool		 stopped, no_memory;
};

/* All messages of the paths, in the order of their names. */
void	mailbox_read(struct mailbox *, const char *const *paths, size_t count);

#endif

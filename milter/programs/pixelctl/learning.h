/* Old mail that teaches a reputation, in its own time. */
#ifndef PIXELCTL_LEARNING_H
#define PIXELCTL_LEARNING_H

#include <pixelward/gateway/pipeline.h>
#include <pixelward/reputation/reputation.h>

struct learned {
	size_t		messages;
	size_t		remote;		/* of these: opening them would contact somebody */
	size_t		passed_over;	/* no mail, beyond a limit, or the parser failed */
	size_t		unreadable;	/* files and folders; each was told on standard error */
	int64_t		first_ms, last_ms;
};

/*
 * Files, folders, Maildirs and mboxes. table: envelopes of the files (envelope.h), below the one path; or NULL.
 * PW_OK, or what stopped it:
 *	PW_ECONFIG, PW_ENOTFOUND	the table, and it was told
 *	others				the caller tells it
 */
enum pw_err	learning_read(struct reputation *, const struct options *, const struct policy *, const char *table,
		    const char *const *paths, size_t path_count, struct learned *) PW_MUST_CHECK;

#endif

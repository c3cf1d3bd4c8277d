/*
 * A table of envelopes for archived mail: tab-separated, its columns named in the first line:
 * file client_ip helo mail_from rcpt t_offset (rcpt: addresses parted by commas; t_offset: seconds).
 */
#ifndef PIXELCTL_ENVELOPE_H
#define PIXELCTL_ENVELOPE_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/error.h>

struct envelope {
	struct span	 file;		/* followed by a NUL */
	struct span	 client, helo, sender;
	struct span	*recipients;
	size_t		 recipient_count;
	int64_t		 offset_ms;
	size_t		 line;
};

struct envelopes {
	struct envelope	*at;		/* by their time, and in the table's order where that is the same */
	size_t		 count;
};

/*
 * text is borrowed; file is its name in mistakes, which go to report as file:line:column, all of them.
 *	PW_ECONFIG	there were mistakes
 *	PW_ENOMEM
 */
enum pw_err	envelopes_read(const char *file, struct span text, struct arena *, struct buf *report, struct envelopes *)
		    PW_MUST_CHECK;

#endif

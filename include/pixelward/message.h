/* A message at end of DATA: its bytes and its envelope. Everything is borrowed from the session. */
#ifndef PIXELWARD_MESSAGE_H
#define PIXELWARD_MESSAGE_H

#include <pixelward/span.h>

struct message {
	struct span	 raw;		/* header fields, blank line, body; fields end in CRLF or LF */
	struct span	 queue_id;	/* or empty */
	struct span	 client_name, client_address, helo;
	struct span	 envelope_sender;	/* without < >; empty for <> */
	const struct span *recipients;	/* envelope recipients, without < >; none: those of the header count */
	size_t		 recipient_count;
	int64_t		 arrived_ms;	/* Unix time; of old mail, when it says that it did */
	bool		 authenticated;	/* SMTP AUTH */
	bool		 internal;	/* the client is one of InternalHosts */
};

#endif

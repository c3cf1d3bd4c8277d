/*
 * One connection of an MTA: who its client is, what was negotiated, the message in flight. libmilter's workers
 * take a session's commands in turns, so everything hangs here and nothing on a thread.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_CONNECTION_H
#define PIXELWARD_MILTER_GATEWAY_CONNECTION_H

#include <pixelward/gateway/generation.h>

#include <sys/socket.h>

#include "mail.h"
#include "negotiate.h"

#define CONNECTION_NAME_MAX	256	/* of a host name with its NUL; RFC 1035 allows 255 bytes */

struct connection {
	struct negotiated	 negotiated;
	struct generation	*promised;	/* of a connection that was told that nothing will change, or NULL */
	bool			 is_local;	/* its client came through a Unix-domain socket */
	char			 client_name[CONNECTION_NAME_MAX], helo[CONNECTION_NAME_MAX];
	char			 client_address[CONNECTION_NAME_MAX];	/* "unknown" if the MTA does not say */
	struct mail		*mail;		/* or NULL */
};

/* Counts in the load. generation: the current one, borrowed. NULL: no memory, or too few descriptors for so many. */
struct connection	*connection_new(struct generation *);
void			 connection_free(struct connection *);	/* NULL is fine */

/* client may be NULL: then the macro {client_addr}, which may be NULL too, says where it is. */
void			 connection_set_client(struct connection *, const char *name, const struct sockaddr *client,
			    const char *client_addr_macro);
void			 connection_set_helo(struct connection *, const char *helo);

/* The client is one of InternalHosts; a local one counts as 127.0.0.1. */
bool			 connection_is_internal(const struct connection *, const struct options *);

/*
 * What the next message is to be judged by, held for the caller: the current generation. Only where the session
 * was negotiated in shadow mode and the mode is another now, the old one: this MTA takes no changes until it
 * connects again.
 */
struct generation	*connection_generation(const struct connection *);

#endif

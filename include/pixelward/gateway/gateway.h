/* libmilter sessions on one listening socket. Called by the keeper in a process of its own. */
#ifndef PIXELWARD_GATEWAY_GATEWAY_H
#define PIXELWARD_GATEWAY_GATEWAY_H

#include <pixelward/gateway/generation.h>
#include <pixelward/job.h>

/* What passes over the control socket (SOCK_SEQPACKET), a packet each: the word alone, with the number of a slot, or
 * with a generation's name. */
enum gateway_word {
	GATEWAY_STARTED	= 's',	/* gateway: serving */
	GATEWAY_PING	= 'p',	/* keeper: are you there?  gateway: the same byte */
	GATEWAY_RELOAD	= 'r',	/* keeper: read configuration and rules again; the generation that was tested follows */
	GATEWAY_YES	= 'y',	/* gateway: done; messages that begin from now on use the new set */
	GATEWAY_NO	= 'n',	/* gateway: they have mistakes, the old set stays */
	GATEWAY_KILL	= 'k',	/* gateway: end the dissector in this slot */
	GATEWAY_DRAIN	= 'd',	/* keeper: no new sessions, finish those open, then exit */
};

#define GATEWAY_PACKET	32	/* bytes, more than any of them has */

/* A drain that is not done by then is cut off: whoever still waits is told by its MTA to try again. */
#define GATEWAY_DRAIN_MS	45000

/*
 * Serve listen_fd until told to drain; end of file on control_fd (a socketpair's end) means that the keeper
 * died: drain, too. Returns the process's exit status: 0, or an EX_ of sysexits.h; the caller must leave by
 * _exit(), since libmilter's threads may still run. The caller's hold of the generation passes to it; slots
 * are those of the dissectors that the keeper runs.
 */
int	gateway_run(int listen_fd, int control_fd, const struct slots *, const char *config_file,
	    struct generation *);

#endif

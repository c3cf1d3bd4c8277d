/* Sandboxed processes that take messages apart, and the gateway's side of asking them. */
#ifndef PIXELWARD_MILTER_GATEWAY_POOL_H
#define PIXELWARD_MILTER_GATEWAY_POOL_H

#include <pixelward/gateway/dissectors.h>
#include <pixelward/job.h>
#include <pixelward/message.h>
#include <pixelward/options.h>

/* Once, before any thread. control_fd: where the keeper is told of a dissector that takes too long. False: no memory. */
bool	pool_start(const struct slots *, int control_fd);

/* One message's visit to the pool. */
struct visit {
	const struct message	*message;
	const struct options	*options;
	int			 raw_fd;	/* the sealed file that message->raw is a mapping of, or -1 */
	uint64_t		 cpu_us;	/* what dissectors say that they spent on it */
	unsigned		 deaths;	/* dissectors that it cost */
	int			 signal;	/* that ended the last of them, or 0 */
};

/*
 * The pool as this message may use it; without slots, the calling thread. A question whose dissector dies is asked
 * once more: PW_EPOISON says that it died again. PW_ETIMEOUT is never asked again.
 */
struct dissectors	pool_dissectors(struct visit *);

#endif

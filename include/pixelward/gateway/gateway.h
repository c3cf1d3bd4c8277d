/* libmilter sessions on one listening socket. Called by the keeper in a process of its own. */
#ifndef PIXELWARD_GATEWAY_GATEWAY_H
#define PIXELWARD_GATEWAY_GATEWAY_H

#include <pixelward/judge/judge.h>
#include <pixelward/options.h>

/*
 * Serve listen_fd until told to drain, then return the process's exit status.
 * control_fd (a socketpair end of the keeper's): one byte per request, 'r' = re-read configuration and rules,
 * 'd' = drain: no new sessions, finish those open. End of file means that the keeper died: drain.
 * The answer to 'r' is one byte: 'y', or 'n' and the old rules stay.
 */
int	gateway_run(int listen_fd, int control_fd, const char *config_file, struct options *, struct policy *);

#endif

/*
 * A connection to ourselves, several times a second, that says nothing and goes.
 *
 * libmilter counts a worker as idle until it wakes up, so two sessions may be left to one worker. If that worker
 * takes the one whose peer stopped in the middle of a packet (or whose mail takes long), the other waits for as
 * long as nothing else happens: MilterTimeout. Every new connection makes libmilter wake or start a worker, and
 * a worker that is done with a connection looks for sessions that were left behind. The probe is that something
 * else. That it is served also proves that libmilter lives.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_PROBE_H
#define PIXELWARD_MILTER_GATEWAY_PROBE_H

#include <stdbool.h>

/* How often one is due, and so how long a session is left behind at most. */
#define PROBE_MS	100
/* None served for so long: libmilter hangs. */
#define PROBE_PATIENCE_MS	10000

/* To whatever address listen_fd has now. Does not block. */
void	probe_send(int listen_fd);

/* libmilter has closed a connection that never spoke. Any thread. */
void	probe_served(void);

/* Probes are served, or cannot be sent from here. */
bool	probe_is_alive(void);

#endif

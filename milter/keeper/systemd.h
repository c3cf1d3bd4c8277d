/* What systemd passes and wants to be told: descriptors and datagrams (sd_listen_fds(3), sd_notify(3)). */
#ifndef PIXELWARD_MILTER_KEEPER_SYSTEMD_H
#define PIXELWARD_MILTER_KEEPER_SYSTEMD_H

#include <stdint.h>

/*
 * Once, in the process that systemd started, before it forks. Without systemd everything here does nothing.
 */
void	systemd_init(void);

/* The first socket that was passed, or -1. */
int	systemd_listen_fd(void);
/* How often WATCHDOG=1 is due: half of what was asked for; 0: never. */
int64_t	systemd_watchdog_ms(void);

/* Newline-separated assignments, e.g. "READY=1". */
void	systemd_notify(const char *state);
/* RELOADING=1 with the time that systemd wants beside it; "READY=1" ends it. */
void	systemd_notify_reloading(void);

#endif

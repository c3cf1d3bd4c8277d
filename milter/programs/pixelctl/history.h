/* What pixelctl learn, why and ioc have in common: the reputation that the configuration names, and domains as it knows them. */
#ifndef PIXELCTL_HISTORY_H
#define PIXELCTL_HISTORY_H

#include <pixelward/reputation/reputation.h>

#include "commands.h"

/* Where the daemon's configuration is, unless -c says otherwise. */

struct history {
	struct options		*options;
	struct reputation	*reputation;
	struct arena		*arena;
};

/* writes: what is taught or said is to last. False: it was told, *status says what to return. history_close() in any case. */
bool		history_open(struct history *, const char *config, bool writes, int *status) PW_MUST_CHECK;
/* The same with options that were read already; they stay the caller's. */
bool		history_open_with(struct history *, struct options *, bool writes, int *status) PW_MUST_CHECK;
void		history_close(struct history *);
/* Saves; the status to return. */
int		history_save(struct history *);

/* The registrable domain of a name, a URL's host or an address, lower case, A-labels; at is NULL: it was told. */
struct span	history_domain(struct history *, const char *name);

/* Below a public suffix each name is somebody else's: no host is ever of the suffix. True: it was told. */
bool		history_is_suffix(struct history *, struct span domain);
long long	history_days(const struct reputation_age *);
/* Why there is no history to judge by, by an age that is not seasoned: what doctor and why say. */
struct span	history_unseasoned(const struct options *, const struct reputation_age *, struct arena *);
/* "2026-03-09", of a time in milliseconds; "2026-03-09T12:00:00Z" with seconds. */
struct span	history_time(struct history *, int64_t time_ms, bool seconds);

#endif

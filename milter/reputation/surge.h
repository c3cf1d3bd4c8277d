/*
 * How many suspect mails came to watched people on each day of four weeks, and how today compares with the days before
 * (rule pw.surge). One for a whole store: what a sudden interest looks like when each host and sender is new.
 */
#ifndef REPUTATION_SURGE_H
#define REPUTATION_SURGE_H

#include <pixelward/span.h>

#define SURGE_DAYS		28	/* before today: the baseline */
#define SURGE_LEAST_DAYS	14	/* of them, before there is one */
#define SURGE_LEAST_MAILS	10u	/* today; fewer are no surge, whatever was before */

/* Days since 1970, UTC. */
struct surge {
	int64_t		since;		/* the first day that was counted; 0: none was */
	int64_t		day;		/* the last one */
	uint64_t	counts[SURGE_DAYS + 1];	/* of the last day, and of those before */
};

/* So many more mails of that day. A day that is four weeks behind the last one: some clock was wrong, it begins anew. */
void	surge_add(struct surge *, int64_t day, uint64_t mails);
void	surge_merge(struct surge *, const struct surge *from);
/* "since day count count …", as a store may keep it; anything else: nothing was counted. */
void	surge_read(struct surge *, struct span text);
/*
 * How many times as many mails as on a mean day of the baseline, with so many more today; 0 while today's are few, -1 while
 * there is no baseline.
 */
int64_t	surge_times(const struct surge *, int64_t today, uint64_t more);

#endif

/* What this filter asks of an MTA before a session, and what it got. */
#ifndef PIXELWARD_MILTER_GATEWAY_NEGOTIATE_H
#define PIXELWARD_MILTER_GATEWAY_NEGOTIATE_H

#include <pixelward/options.h>

#include <libmilter/mfapi.h>

struct negotiated {
	bool	may_change;	/* the MTA was told that messages may be changed */
	bool	header_space;	/* header values carry the space behind the colon, in both directions */
};

/*
 * For xxfi_negotiate. offered_*: the MTA's. *actions and *steps are what to ask for: only what is offered, and
 * in shadow mode no change at all. Macros that are not needed are asked away where the MTA lets us.
 */
void	negotiate(SMFICTX *, enum mode, unsigned long offered_actions, unsigned long offered_steps,
	    unsigned long *actions, unsigned long *steps, struct negotiated *);

#endif

/* The outcome of a message that could not be looked at: a limit, an overload, a failure of the machine. */
#ifndef PIXELWARD_MILTER_GATEWAY_UNJUDGED_H
#define PIXELWARD_MILTER_GATEWAY_UNJUDGED_H

#include <pixelward/gateway/pipeline.h>

#include "mail.h"

/* False: nothing stopped the message, and *outcome is untouched. It lives in the mail's arena. */
bool	unjudged(const struct mail *, struct outcome *);

#endif

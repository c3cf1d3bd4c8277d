/* libmilter's events on one side, a message and its outcome on the other. Translates, decides nothing. */
#ifndef PIXELWARD_MILTER_GATEWAY_CALLBACKS_H
#define PIXELWARD_MILTER_GATEWAY_CALLBACKS_H

#include <libmilter/mfapi.h>

/* For smfi_register; current_publish must have been called before the first session. */
extern const struct smfiDesc callbacks;

#endif

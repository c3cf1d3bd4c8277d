/* What is remembered of a message once its fate is known. */
#ifndef PIXELWARD_GATEWAY_RECORD_H
#define PIXELWARD_GATEWAY_RECORD_H

#include <pixelward/gateway/pipeline.h>

/* The verdict's sighting, completed; of a message that could not be read, its envelope. NULL: no memory. */
struct sighting	*record_of(const struct message *, const struct options *, const struct outcome *, struct arena *)
		    PW_MUST_CHECK;

#endif

/* Tells the MTA what becomes of a message: a verdict in libmilter's words. Decides nothing. */
#ifndef PIXELWARD_MILTER_GATEWAY_REPLY_H
#define PIXELWARD_MILTER_GATEWAY_REPLY_H

#include <pixelward/gateway/pipeline.h>

#include "mail.h"
#include "negotiate.h"

/*
 * At end of message. header is the X-Pixelward value, or empty. Shadow changes nothing; tag adds the header and
 * removes foreign ones; enforce does what the verdict says.
 *
 * If libmilter refuses a change, the message is deferred (in part changed, it must not be delivered): the
 * outcome's action says so afterwards.
 */
sfsistat	reply_send(SMFICTX *, const struct negotiated *, struct mail *, const struct message *,
		    struct outcome *, struct span header);

/* At MAIL: not now. */
sfsistat	reply_overload(SMFICTX *);

#endif

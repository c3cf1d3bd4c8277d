/* Is there a milter on a socket? One connection, one greeting (SMFIC_OPTNEG), no mail. */
#ifndef PIXELCTL_MILTER_ASK_H
#define PIXELCTL_MILTER_ASK_H

#include <pixelward/base/buf.h>

enum milter_answer {
	MILTER_ANSWERS,
	MILTER_SILENT,		/* why says it: nobody is there, or nobody answers within some seconds */
	MILTER_FORBIDDEN,	/* to this user; why says it */
	MILTER_UNKNOWN,		/* fd:N has no address */
};

/* socket: as the option Socket has it. */
enum milter_answer	milter_ask(const char *socket, struct buf *why);

#endif

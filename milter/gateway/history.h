/*
 * What the gateway remembers: the journal that each message is written to, and the reputation that learns from it.
 * One of each in the process; mail flows without them.
 */
#ifndef PIXELWARD_MILTER_GATEWAY_HISTORY_H
#define PIXELWARD_MILTER_GATEWAY_HISTORY_H

#include <pixelward/options.h>
#include <pixelward/reputation/reputation.h>

/*
 * Before the first message. What cannot be opened is logged, and tried again each second; until then mail is judged without
 * it, and counted or deferred as OnJournalFull says.
 */
void			 history_open(const struct options *);
/* The gateway works by another generation now. */
void			 history_describe(void);
/* After the last one: hands on what it can for a short while, and saves. */
void			 history_close(void);
/* StateDir is another folder than at the start, and this process may not use it: the next one may. */
bool			 history_is_stranded(void);
/* NULL: none. */
struct reputation	*history_reputation(void);
/* Of each message: a history that begins or ends is told. */
void			 history_notice(const struct options *, const struct knowledge *);
/* False: it could not be written, and OnJournalFull wants the mail to be deferred then. */
bool			 history_write(struct sighting *);

#endif

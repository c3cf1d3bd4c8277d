/* When an archived mail was sent or came in, as its own header says. */
#ifndef PIXELCTL_MAIL_TIME_H
#define PIXELCTL_MAIL_TIME_H

#include <pixelward/span.h>

/* "Fri, 13 Feb 2026 02:42:36 +0100 (CET)", as RFC 5322 and old programs write it. Unix time in milliseconds. */
bool	mail_time_parse(struct span text, int64_t *time_ms);
/* Of the Date field. */
bool	mail_time_sent(struct span raw, int64_t *time_ms);
/* Of the uppermost Received field that has a date, else of the Date field. */
bool	mail_time_arrived(struct span raw, int64_t *time_ms);

#endif

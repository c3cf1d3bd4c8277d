/* Calendars and contacts: content lines of RFC 5545 and RFC 6350. */
#ifndef DISSECT_MAIL_CONTENTLINES_H
#define DISSECT_MAIL_CONTENTLINES_H

#include "../collector.h"

void	contentlines_collect(struct collector *, const struct layer *);

#endif

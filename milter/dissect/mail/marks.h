/* Header fields that say how a mail was sent: of lists, of programs, of its identifier. */
#ifndef DISSECT_MAIL_MARKS_H
#define DISSECT_MAIL_MARKS_H

#include "../block.h"

/* value is unfolded; other fields add nothing. */
void	marks_add(struct block *, struct span name, struct span value);

#endif

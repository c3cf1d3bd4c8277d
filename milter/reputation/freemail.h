/* Providers whose domain says nothing of who writes: everybody may have a mailbox there. */
#ifndef REPUTATION_FREEMAIL_H
#define REPUTATION_FREEMAIL_H

#include <pixelward/span.h>

bool	is_freemail(struct span domain);

#endif

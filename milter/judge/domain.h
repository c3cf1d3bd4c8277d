/* Names of domains as operators and senders write them. */
#ifndef JUDGE_DOMAIN_H
#define JUDGE_DOMAIN_H

#include <pixelward/span.h>

#define DOMAIN_BYTES	253	/* RFC 1035, 3.1, in text */

/* Letters, digits, hyphens and underscores between single dots; *bad is the first byte that is none. */
bool		domain_is_name(struct span domain, size_t *bad);
/*
 * A name in its own script becomes what resolvers and dissections know (RFC 5890: A-labels), written to ascii, with
 * a NUL. A name in ASCII is returned as it is. at is NULL: no name, or longer than DOMAIN_BYTES.
 */
struct span	domain_to_ascii(struct span domain, char ascii[DOMAIN_BYTES + 1]);
/* What stands behind the mailbox's last @; at is NULL if there is none. */
struct span	domain_of_mailbox(struct span mailbox);

#endif

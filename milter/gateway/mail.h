/* One message in flight: its envelope and its bytes, from MAIL until the verdict. Used by one thread at a time. */
#ifndef PIXELWARD_MILTER_GATEWAY_MAIL_H
#define PIXELWARD_MILTER_GATEWAY_MAIL_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>
#include <pixelward/gateway/generation.h>
#include <pixelward/limits.h>

#include "foreign.h"
#include "store.h"

/* Recipients beyond are counted, not kept: ten times what Postfix lets into one message. */
#define MAIL_RECIPIENTS_MAX	10000
/* Longer addresses are cut: RFC 5321 section 4.5.3.1.3 allows 256 bytes. */
#define MAIL_ADDRESS_MAX	1024

struct mail {
	struct generation	*generation;	/* held: the same from MAIL to the reply */
	struct arena		*arena;
	struct store		 store;
	struct foreign		 foreign;
	struct span		 sender;
	bool			 authenticated;
	struct span		*recipients;
	size_t			 recipient_count, recipient_capacity;
	uint64_t		 recipients_seen;
	uint64_t		 header_bytes, header_lines, taken_bytes;
	bool			 in_body;
	enum limit		 limit;		/* the first that was exceeded: nothing is stored any more */
	enum pw_err		 failure;	/* PW_OK, or why the message could not be stored */
	bool			 has_place;	/* counts towards MaxConnections */
	const char		*overload;	/* the option that was reached while it arrived, or NULL */
};

/* Holds the generation. address: the MAIL argument, with or without < >. NULL: no memory. */
struct mail	*mail_new(struct generation *, const char *address);
void		 mail_free(struct mail *);	/* NULL is fine */

void		 mail_add_recipient(struct mail *, const char *address);

/*
 * A header field as libmilter gives it: lines folded with LF become CRLF. keeps_space: the value begins with
 * what stood behind the colon (SMFIP_HDR_LEADSPC); else one space is put there.
 * Limits and failures are remembered in the mail; nothing more is stored behind one.
 */
void		 mail_add_header(struct mail *, const char *name, const char *value, bool keeps_space);
/* The blank line; once, later calls do nothing. */
void		 mail_end_header(struct mail *);
void		 mail_add_body(struct mail *, struct span chunk);

/* All bytes are there: seal them. *raw is empty if a limit, failure or overload stopped the storing. */
void		 mail_seal(struct mail *, struct span *raw);

#endif

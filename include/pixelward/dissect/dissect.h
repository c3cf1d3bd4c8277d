/* The seam: a message's bytes in, what clients make of them out. Pure: no file, no network, no clock but the budget's. */
#ifndef PIXELWARD_DISSECT_DISSECT_H
#define PIXELWARD_DISSECT_DISSECT_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

/* Open what libraries would load lazily (charsets, tables). Once, before any thread or sandbox. */
void		dissect_prepare(void);

/*
 * message: header and body as the MTA has them, any line ends. Borrowed for the call.
 * The block lives in arena. Malformed mail is no failure: it is read as clients read it.
 *
 *	PW_ELIMIT	a limit was exceeded: the block is there, limit names it
 *	PW_EPARSER	libgumbo asserted or ran over its budget: the block is there
 *	PW_ENOMEM	no block
 */
enum pw_err	dissect(struct span message, const struct limits *, struct arena *,
		    const struct dissection **) PW_MUST_CHECK;

/*
 * The registrable domain of a host as dissections name it: lower case, A-labels, in the arena or borrowed. An IP address,
 * or a suffix under which others register, is itself. at is NULL: it is no host.
 */
struct span	dissect_domain(struct span host, struct arena *) PW_MUST_CHECK;

/* A document that the rewriter made. kept: serialised URLs that policy left alone, once for each place. */
struct changed {
	struct span		 bytes;		/* decoded */
	uint32_t		 kind;		/* enum document_kind */
	struct span		 charset, base;
	const struct span	*kept;
	size_t			 kept_count;
};

/*
 * Does any of the documents contact a host beyond what was kept of it? A linear scan of tokens that asks no parser.
 * first_live names the offender for the log.
 *	PW_ENOTINERT	one does
 */
enum pw_err	dissect_inert(const struct changed *, size_t count, const struct limits *, struct arena *,
		    struct span *first_live) PW_MUST_CHECK;

#endif

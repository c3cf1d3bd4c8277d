/* The bodies between a multipart's boundary lines (RFC 2046, 5.1.1). */
#ifndef DISSECT_MAIL_BOUNDARY_H
#define DISSECT_MAIL_BOUNDARY_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>
#include <pixelward/error.h>

struct bodies {
	struct extent	*at;		/* in the message; the line end before a boundary belongs to the boundary */
	size_t		 count, capacity;
	bool		 closed;	/* the closing boundary was seen */
	bool		 odd;		/* something looks like a boundary line without being one */
	struct extent	 preamble, epilogue;
};

/*
 * Split [body.begin, body.end) of message at the boundary.
 *	PW_ELIMIT	more than most bodies; those before stay
 */
enum pw_err	boundary_split(struct span message, struct extent body, struct span boundary, uint64_t most,
		    struct arena *, struct bodies *) PW_MUST_CHECK;

#endif

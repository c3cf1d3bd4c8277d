/* What the header of an entity says of its content. */
#ifndef DISSECT_MAIL_HEADER_H
#define DISSECT_MAIL_HEADER_H

#include "../block.h"
#include "own_header.h"

/* A header that says a thing more than once gives clients a choice: so many different ones are followed. */
#define MOST_CHOICES	3

/* Values are unfolded. */
struct header {
	struct extent	extent, body;
	struct span	types[MOST_CHOICES], encodings[MOST_CHOICES];	/* in the order of the fields, each once */
	size_t		type_count, encoding_count;
	struct extent	type_field, encoding_field;	/* the last one, with its line end */
	struct span	disposition, content_base, content_location;
	uint32_t	quirks;		/* bits 1 << enum quirk */
};

/* All headers of a message count together: limits are the message's. */
struct header_count {
	uint64_t	bytes, lines;
};

/*
 * The header that the entity begins with. own is given for the message's own header, which goes there as well.
 * is_message: the top level, or what message/rfc822 holds. Failures are recorded in the block.
 */
void	header_read(struct header *, struct block *, struct extent entity, bool is_message, struct header_count *,
	    struct own_header *own);

#endif

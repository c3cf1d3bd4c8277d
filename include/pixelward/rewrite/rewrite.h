/*
 * Turns decisions into a new message by splices in the parts' own bytes; never a re-serialised tree.
 * The message is not copied: a new body is a list of pieces of the old one and of new bytes.
 */
#ifndef PIXELWARD_REWRITE_REWRITE_H
#define PIXELWARD_REWRITE_REWRITE_H

#include <pixelward/base/arena.h>
#include <pixelward/message.h>
#include <pixelward/verdict.h>

/* A change of the message's own header, in the milter protocol's terms. */
struct header_edit {
	struct span	name;
	uint32_t	index;	/* which field of that name, from 1 */
	struct span	value;	/* with its leading space; at is NULL: the field goes */
};

/* A document in its new form: what the verification reads. */
struct changed_document {
	uint32_t	document;	/* index in the dissection */
	struct span	bytes;		/* decoded */
	struct span	charset;	/* its label now */
};

struct rewritten {
	bool			 changed;
	struct header_edit	*header_edits;
	size_t			 header_edit_count;
	struct span		*header_pieces;	/* the new header with its blank line, in order */
	size_t			 header_piece_count;
	struct span		*body_pieces;	/* the new body, in order */
	size_t			 body_piece_count;
	struct changed_document	*documents;
	size_t			 document_count;
};

/*
 * Make every reference with decision.strip inert. Everything lives in arena or is borrowed from message.raw.
 *	PW_ENOTINERT	a reference cannot be edited (NEUTRAL_NONE, or readings contradict each other)
 */
enum pw_err	rewrite(struct span message, const struct dissection *, const struct verdict *, struct arena *,
		    struct rewritten *) PW_MUST_CHECK;

#endif

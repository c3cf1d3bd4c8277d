/* A message in its new form: pieces of the old one and new bytes. Lives in the message's arena. */
#ifndef PIXELWARD_REWRITTEN_H
#define PIXELWARD_REWRITTEN_H

#include <pixelward/span.h>

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

#endif

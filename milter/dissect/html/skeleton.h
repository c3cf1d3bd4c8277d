/*
 * A document reduced to what its tree depends on: tags without attributes, one letter for a run of text, nothing for
 * comments, style sheets and other raw text. libgumbo spends its time on characters; a newsletter's skeleton has a
 * quarter of them, and the same tree.
 *
 * Only for plain documents, in which the token scan and the tree agree on where tags begin. The tokenizer's state depends
 * on the tree inside SVG and MathML, and where a raw text element is ignored: inside select and framesets. Documents
 * with any of these are parsed whole. (The fuzz target holds both trees of plain documents against each other.)
 */
#ifndef DISSECT_HTML_SKELETON_H
#define DISSECT_HTML_SKELETON_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

#include "lexer.h"

struct skeleton {
	char		*text;
	size_t		 len;		/* never more than the document's */
	uint32_t	*inside, *original;	/* where each start tag begins here and there; both rise */
	size_t		 tag_count, capacity, original_capacity;
	size_t		 behind;	/* what of the document was looked at */
	bool		 plain;
	struct arena	*arena;
};

/* Of the whole document. PW_ELIMIT: a tag of more than max_attributes. */
enum pw_err	skeleton_build(struct skeleton *, struct span text, uint64_t max_attributes, struct arena *) PW_MUST_CHECK;
/* Where the start tag at that offset of the skeleton begins in the document; UINT32_MAX if none does. */
uint32_t	skeleton_original(const struct skeleton *, uint32_t inside);

#endif

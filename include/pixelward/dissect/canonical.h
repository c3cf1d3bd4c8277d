/* One reading for all clients: a message with quirks, written again so that nobody can read it differently. */
#ifndef PIXELWARD_DISSECT_CANONICAL_H
#define PIXELWARD_DISSECT_CANONICAL_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>
#include <pixelward/rewritten.h>

/*
 * The message as its plain reading has it: one Content-Type and one encoding for each part, base64 for every leaf,
 * UTF-8 for every document, boundaries of our own, nothing before, between and behind the parts. Other header fields
 * stay byte for byte. Nothing is made inert here. fresh is the whole new message, header_edits say how its header
 * differs in the milter protocol's terms (fields that go first).
 *	PW_ELIMIT	it would be larger than limits->message_bytes
 */
enum pw_err	dissect_canonical(struct span message, const struct dissection *, const struct limits *,
		    struct arena *, struct span *fresh, struct header_edit **header_edits, size_t *header_edit_count)
		    PW_MUST_CHECK;

#endif

/* One reading for all clients: a message with quirks, written again so that nobody can read it differently. */
#ifndef PIXELWARD_DISSECT_CANONICAL_H
#define PIXELWARD_DISSECT_CANONICAL_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>
#include <pixelward/rewritten.h>

/*
 * The message as its plain reading has it: one Content-Type and one encoding for each part, base64 for every leaf,
 * UTF-8 for every document, boundaries of our own, nothing before, between and behind the parts. A message or multipart
 * that was encoded stands as it is inside, which may need another round; files spelled out in plain text become
 * attachments. Other header fields stay byte for byte, but for those that clients cut in different places. Nothing is
 * made inert here. fresh is the whole new message.
 *	PW_ELIMIT	it would be larger than limits->message_bytes
 */
enum pw_err	dissect_canonical(struct span message, const struct dissection *, const struct limits *,
		    struct arena *, struct span *fresh) PW_MUST_CHECK;

/*
 * The same from the message alone, in as many rounds as it takes until one reading is left, and the dissection of what
 * comes out. Both live in arena.
 *	PW_ENOTINERT	there is no end to it
 *	else		what dissect() and dissect_canonical() say
 */
enum pw_err	dissect_anew(struct span message, const struct limits *, struct arena *, struct span *fresh,
		    const struct dissection **) PW_MUST_CHECK;

/*
 * How the header of one message becomes that of another, in the milter protocol's terms: indices count the old fields
 * of a name, so that the highest must go first; an index behind the last one adds a field at the end.
 */
enum pw_err	dissect_header_edits(struct span old_message, struct span new_message, struct arena *,
		    struct header_edit **, size_t *count) PW_MUST_CHECK;

#endif

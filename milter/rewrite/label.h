/* The header fields that name a part's charset and transfer encoding, changed with its content. */
#ifndef REWRITE_LABEL_H
#define REWRITE_LABEL_H

#include <pixelward/rewrite/rewrite.h>

#include "splice.h"

/* type: what the part is taken for, where no field says it. */
enum pw_err	label_charset(struct span message, const struct part *, struct span type, struct span charset, struct span line_end,
		    struct arena *, struct splices *) PW_MUST_CHECK;
enum pw_err	label_encoding(struct span message, const struct part *, struct span encoding, struct span line_end,
		    struct arena *, struct splices *) PW_MUST_CHECK;
/* A message without the field gets one: its header speaks MIME now. */
enum pw_err	label_mime(struct span message, const struct part *, struct span line_end, struct arena *, struct splices *)
		    PW_MUST_CHECK;
/* The splices in the message's own header, as edits by name and index. They replace or remove whole fields, or insert
 * one before the blank line. */
enum pw_err	label_header_edits(struct span message, size_t body_at, const struct splices *, struct arena *,
		    struct rewritten *) PW_MUST_CHECK;

#endif

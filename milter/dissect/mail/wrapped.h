/* Content inside wrappers that are no MIME: S/MIME, winmail.dat, uuencode, yEnc. Looked into, never rewritten. */
#ifndef DISSECT_MAIL_WRAPPED_H
#define DISSECT_MAIL_WRAPPED_H

#include "../block.h"
#include "media.h"

/* A leaf of that type: its decoded content is swept if the type is a wrapper, and the part gets its quirk. */
void	wrapped_look(struct block *, uint32_t part, struct span type, struct span name, struct span bytes);
/* Plain text: files that are spelled out in it. */
void	wrapped_look_in_text(struct block *, uint32_t part, struct span text);
bool	wrapped_is_wrapper(struct span type, struct span name);
/* Does its decoded content begin like one? If not, nobody can open it as such. */
bool	wrapped_is_whole(struct span type, struct span name, struct span bytes);

#endif

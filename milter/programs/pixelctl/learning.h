/* What commands teach a reputation: mail that was judged now, and old mail, in its own time. */
#ifndef PIXELCTL_LEARNING_H
#define PIXELCTL_LEARNING_H

#include <pixelward/gateway/pipeline.h>
#include <pixelward/reputation/reputation.h>

/*
 * Old mail, as `pixelctl learn` reads it: files, folders, Maildirs and mboxes. count, unless NULL: messages that were learned.
 * False: something could not be read or kept, and was told.
 */
bool		learning_read(struct reputation *, const struct options *, const struct policy *, const char *const *paths,
		    size_t path_count, size_t *count) PW_MUST_CHECK;

#endif

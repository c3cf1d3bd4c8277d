/* How layouts call their spacers and lines, and trackers their counters. */
#ifndef JUDGE_SHAPE_SPACER_NAME_H
#define JUDGE_SHAPE_SPACER_NAME_H

#include "pieces.h"

/* A static picture with a name for spacers: "spacer.gif", "pixel_trans.gif"; a short one where pictures are kept. */
bool	shape_is_named_spacer(const struct url_pieces *);
/* Its file, a folder or a label of its host is named for counting, or is a folder in which mailing services count. */
bool	shape_counts(const struct url_pieces *);

#endif

/* Words that somebody chose to be read, and pictures whose URLs are made of such: the same for every reader. */
#ifndef JUDGE_SHAPE_PLAIN_H
#define JUDGE_SHAPE_PLAIN_H

#include "pieces.h"

/* Plain words, small numbers, years, sizes, and no word that speaks of tracking. */
bool	shape_is_plain(struct span piece);
/* A picture file with a plain name, no query but a version, no fragment; whatever stands in front of it. */
bool	shape_is_plain_picture(const struct url_pieces *);
/*
 * A picture file whose URL can say nothing of its reader: plain words in host and path, no query but a version, no
 * fragment, no user information, no port, and no word that speaks of tracking.
 */
bool	shape_is_static_picture(const struct url_pieces *);

#endif

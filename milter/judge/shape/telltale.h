/* Names that say that something counts who opens a mail. */
#ifndef JUDGE_SHAPE_TELLTALE_H
#define JUDGE_SHAPE_TELLTALE_H

#include <pixelward/span.h>

enum telltale { TELLS_NOTHING, TELLS_MAYBE, TELLS_SURELY };

enum telltale	telltale_of_word(struct span word);
/* Does a name say that it counts, and nothing else? */
enum telltale	telltale_of(struct span name);
/* The most that one of them tells. */
enum telltale	telltale_of_folders(struct span folders);
enum telltale	telltale_of_labels(struct span labels);

#endif

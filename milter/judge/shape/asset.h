/* Where pictures are kept. */
#ifndef JUDGE_SHAPE_ASSET_H
#define JUDGE_SHAPE_ASSET_H

#include "pieces.h"

/* A word of it is one for pictures: "images", "static", "cdn", "logo2". */
bool		shape_names_picture(struct span text);
/* "img2", "spacer20", "trans1x1": the word without its number or size. */
struct span	word_without_size(struct span word);
/* A folder or a label of its host is named for pictures. */
bool		shape_is_asset_place(const struct url_pieces *);
/* Host and folders, up to the last slash; empty: there is no folder. */
struct span	shape_folder_of(const struct url_pieces *);

#endif

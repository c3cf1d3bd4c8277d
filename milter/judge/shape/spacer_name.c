#include "spacer_name.h"

#include "asset.h"
#include "plain.h"
#include "telltale.h"
#include "words.h"

static bool
has_spacer_word(struct span stem)
{
	struct span rest = stem, word;

	while (piece_next(&rest, PARTS_NAME, &word))
		if (shape_has(word, SHAPE_SPACER_WORDS) || shape_has(word_without_size(word), SHAPE_SPACER_WORDS))
			return true;
	for (rest = stem; word_next(&rest, &word);)
		if (shape_has(word, SHAPE_SPACER_WORDS))
			return true;
	return false;
}

bool
shape_is_named_spacer(const struct url_pieces *url)
{
	struct span stem = file_stem(url_file(url));

	return shape_is_static_picture(url) && (has_spacer_word(stem) ||
	    (shape_has(stem, SHAPE_SHORT_SPACERS) && shape_is_asset_place(url) && !shape_counts(url)));
}

bool
shape_counts(const struct url_pieces *url)
{
	struct span	stem = file_stem(url_file(url));
	/* "pixel_trans" counts nothing. */
	bool		is_spacer = shape_is_plain(stem) && has_spacer_word(stem);

	return (telltale_of(stem) != TELLS_NOTHING && !is_spacer) || telltale_of_folders(url_folders(url)) != TELLS_NOTHING ||
	    telltale_of_labels(url_labels(url)) != TELLS_NOTHING;
}

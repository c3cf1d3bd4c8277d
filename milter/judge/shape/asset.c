#include "asset.h"

#include "words.h"

struct span
word_without_size(struct span word)
{
	while (word.len > 1 && (ascii_digit(word.at[word.len - 1]) ||
	    (ascii_lower(word.at[word.len - 1]) == 'x' && ascii_digit(word.at[word.len - 2]))))
		word.len--;
	return word;
}

bool
shape_names_picture(struct span text)
{
	struct span word;

	while (piece_next(&text, PARTS_WORDS | PARTS_PATH, &word))
		if (shape_has(word_without_size(word), SHAPE_PICTURE_WORDS))
			return true;
	return false;
}

bool
shape_is_asset_place(const struct url_pieces *url)
{
	return shape_names_picture(url_folders(url)) || shape_names_picture(url_labels(url));
}

struct span
shape_folder_of(const struct url_pieces *url)
{
	struct span folders = url_folders(url);

	if (folders.len <= 1 || url->authority.len == 0)
		return SPAN_NONE;
	/* They stand side by side in the URL. */
	return (struct span){ url->authority.at, (size_t)(folders.at - url->authority.at) + folders.len };
}

#include "telltale.h"

#include "pieces.h"
#include "words.h"

enum telltale
telltale_of_word(struct span word)
{
	if (shape_has(word, SHAPE_SURE_TELLTALES))
		return TELLS_SURELY;
	if (shape_has(word, SHAPE_OTHER_TELLTALES))
		return TELLS_MAYBE;
	return TELLS_NOTHING;
}

enum telltale
telltale_of(struct span name)
{
	enum telltale	tells = TELLS_NOTHING;
	struct span	word;

	while (word_next(&name, &word)) {
		while (word.len > 0 && ascii_digit(word.at[word.len - 1]))
			word.len--;
		enum telltale of_word = telltale_of_word(word);
		if (of_word == TELLS_NOTHING && word.len > 1 && !shape_has(word, SHAPE_TELLTALE_COMPANY))
			return TELLS_NOTHING;
		tells = of_word > tells ? of_word : tells;
	}
	return tells;
}

enum telltale
telltale_of_folders(struct span folders)
{
	enum telltale	tells = TELLS_NOTHING;
	struct span	piece;

	while (piece_next(&folders, PARTS_PATH, &piece)) {
		enum telltale of_piece = telltale_of(piece);

		if (of_piece == TELLS_NOTHING && shape_has(piece, SHAPE_COUNTING_FOLDERS))
			of_piece = TELLS_MAYBE;
		tells = of_piece > tells ? of_piece : tells;
	}
	return tells;
}

enum telltale
telltale_of_labels(struct span labels)
{
	enum telltale	tells = TELLS_NOTHING;
	struct span	label;

	while (piece_next(&labels, PARTS_LABELS, &label)) {
		enum telltale of_label = telltale_of(label);

		tells = of_label > tells ? of_label : tells;
	}
	return tells;
}

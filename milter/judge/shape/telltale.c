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

static enum telltale
of_folder(struct span name)
{
	enum telltale tells = telltale_of(name);

	return tells == TELLS_NOTHING && shape_has(name, SHAPE_COUNTING_FOLDERS) ? TELLS_MAYBE : tells;
}

static enum telltale
most_of(struct span rest, unsigned parts, enum telltale (*of_one)(struct span name))
{
	enum telltale	most = TELLS_NOTHING;
	struct span	piece;

	while (piece_next(&rest, parts, &piece)) {
		enum telltale tells = of_one(piece);

		most = tells > most ? tells : most;
	}
	return most;
}

enum telltale
telltale_of_folders(struct span folders)
{
	return most_of(folders, PARTS_PATH, of_folder);
}

enum telltale
telltale_of_labels(struct span labels)
{
	return most_of(labels, PARTS_LABELS, telltale_of);
}

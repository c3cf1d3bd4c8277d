/* The words by which the shape of a URL is told: each table sorted. */
#ifndef JUDGE_SHAPE_WORDS_H
#define JUDGE_SHAPE_WORDS_H

#include <pixelward/base/words.h>

enum shape_table {
	SHAPE_PICTURE_SUFFIXES,
	SHAPE_ASSET_SUFFIXES,
	SHAPE_VERSION_KEYS,
	SHAPE_SPACER_WORDS, SHAPE_SHORT_SPACERS,
	SHAPE_SURE_TELLTALES,
	SHAPE_OTHER_TELLTALES,
	SHAPE_TELLTALE_COMPANY,
	SHAPE_COUNTING_FOLDERS,
	SHAPE_PICTURE_WORDS,
	SHAPE_WORDS,
};

extern const struct words	shape_words[SHAPE_WORDS];

static inline bool
shape_has(struct span word, enum shape_table table)
{
	return words_have(&shape_words[table], word);
}

#endif

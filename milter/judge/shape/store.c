#include "store.h"

#include <string.h>

#include "opaque.h"
#include "plain.h"
#include "telltale.h"
#include "words.h"

/* A text under construction that is never longer than what it is made of. */
struct mould {
	char	*at;
	size_t	 len;
};

static void
mould_add(struct mould *mould, struct span text)
{
	if (text.len > 0)
		memcpy(mould->at + mould->len, text.at, text.len);
	mould->len += text.len;
}

/* Of what no person chose only the form counts; numbers are of their length. */
static void
mould_add_form(struct mould *mould, struct span text)
{
	char digit = census_of(text).digits == text.len || shape_is_plain(text) ? '0' : 'a';

	for (size_t i = 0; i < text.len; i++)
		mould->at[mould->len++] = ascii_digit(text.at[i]) ? digit :
		    digit == 'a' && ascii_alpha(text.at[i]) ? 'a' : text.at[i];
}

static void
mould_add_query(struct mould *mould, struct span query, struct span file)
{
	struct span pair;

	while (piece_next(&query, PARTS_QUERY, &pair)) {
		size_t		equals = span_find_char(pair, '=', 0);
		struct span	value = span_from(pair, equals < pair.len ? equals + 1 : 0);

		mould_add(mould, span_cut(pair, 0, pair.len - value.len));
		if (value.len > 0 && span_eq(value, file))
			mould->at[mould->len++] = '@';
		else
			mould_add_form(mould, value);
		mould->at[mould->len++] = '&';
	}
}

/* Names shorter than this say nothing: "p", "o", "a1". */
#define LEAST_FILE_NAME	4

struct span
shape_store_of(const struct url_pieces *url, struct arena *arena)
{
	struct span	file = url_file(url), suffix = file_suffix(file), piece;
	struct span	stem = file_stem(file);
	struct span	folders = url_folders(url);
	struct mould	mould = { .at = NULL };

	if (!shape_has(suffix, SHAPE_PICTURE_SUFFIXES) || stem.len < LEAST_FILE_NAME || telltale_of(stem) != TELLS_NOTHING ||
	    telltale_of_folders(folders) != TELLS_NOTHING || url->has_fragment)
		return SPAN_NONE;
	/* Each piece gets one sign more than it has. */
	mould.at = arena_alloc(arena, 2 * (url->authority.len + url->path.len + url->query.len) + 8);
	if (mould.at == NULL)
		return SPAN_NONE;
	mould_add(&mould, url->authority);
	while (piece_next(&folders, PARTS_PATH, &piece)) {
		mould_add_form(&mould, piece);
		mould.at[mould.len++] = '/';
	}
	if (shape_is_opaque(stem))
		mould_add_form(&mould, stem);
	else
		mould.at[mould.len++] = '@';
	mould.at[mould.len++] = '.';
	mould_add(&mould, suffix);
	mould.at[mould.len++] = '?';
	mould_add_query(&mould, url->query, file);
	return (struct span){ mould.at, mould.len };
}

#include "opaque.h"

#include "dates.h"
#include "words.h"

#define LONGEST_VERSION	12

enum { IS_DIGIT = 1, IS_HEX = 2, IS_UPPER = 4, IS_LOWER = 8 };

static const unsigned char classes[256] = {
	['0' ... '9'] = IS_DIGIT | IS_HEX,
	['A' ... 'F'] = IS_UPPER | IS_HEX, ['G' ... 'Z'] = IS_UPPER,
	['a' ... 'f'] = IS_LOWER | IS_HEX, ['g' ... 'z'] = IS_LOWER,
};

static unsigned
class_of(char c)
{
	return classes[(unsigned char)c];
}

struct census
census_of(struct span word)
{
	struct census	census = { 0 };
	unsigned	last = word.len > 0 ? class_of(word.at[0]) : 0;

	for (size_t i = 0; i < word.len; i++) {
		unsigned class = class_of(word.at[i]), turn = class ^ last;

		census.hex += (class & IS_HEX) != 0;
		census.digits += (class & IS_DIGIT) != 0;
		census.uppers += (class & IS_UPPER) != 0;
		census.lowers += (class & IS_LOWER) != 0;
		census.turns += (turn & IS_DIGIT) != 0;
		census.case_turns += (turn & (IS_UPPER | IS_LOWER)) == (IS_UPPER | IS_LOWER);
		last = class;
	}
	census.others = word.len - census.digits - census.uppers - census.lowers;
	return census;
}

enum shape_token
shape_token_of(struct span word)
{
	struct census census = census_of(word);

	if (census.digits == word.len)
		return word.len >= 8 && !digits_are_date(word) ? TOKEN_NUMBER : TOKEN_NONE;
	if (census.hex == word.len)
		return word.len >= 16 || (word.len >= 8 && census.digits >= 2) ? TOKEN_HEX : TOKEN_NONE;
	if (census.digits > 0)
		return word.len >= 8 && census.turns + census.case_turns >= 3 ? TOKEN_MIXED : TOKEN_NONE;
	return word.len >= 12 && census.case_turns >= 4 ? TOKEN_MIXED : TOKEN_NONE;
}

bool
shape_is_opaque(struct span piece)
{
	struct span word;

	while (piece_next(&piece, PARTS_WORDS | PARTS_VALUES, &word))
		if (shape_token_of(word) != TOKEN_NONE)
			return true;
	return false;
}

bool
shape_is_asset(struct span file)
{
	return shape_has(file_suffix(file), SHAPE_ASSET_SUFFIXES);
}

bool
shape_is_version(struct span pair)
{
	size_t equals = span_find_char(pair, '=', 0);

	return shape_has(span_cut(pair, 0, equals), SHAPE_VERSION_KEYS) && pair.len - equals <= LONGEST_VERSION + 1;
}

bool
shape_has_opaque_token(const struct url_pieces *url)
{
	struct span rest = url->path, piece;

	while (piece_next(&rest, PARTS_PATH, &piece))
		if (!(rest.at == NULL && shape_is_asset(piece)) && shape_is_opaque(piece))
			return true;
	rest = url->query;
	while (piece_next(&rest, PARTS_QUERY, &piece))
		if (!shape_is_version(piece) && shape_is_opaque(piece))
			return true;
	return shape_is_opaque(url_labels(url)) || shape_is_opaque(url->fragment);
}

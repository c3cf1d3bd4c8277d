#include "plain.h"

#include <string.h>

#include "dates.h"
#include "opaque.h"
#include "telltale.h"
#include "words.h"

/* Consonants in a row that no name has; "cobaltcrm" and "hsbc" are names. */
#define UNREADABLE	6
#define LONGEST_WORD	20

/* Small numbers in a row make a large one: no more than a date and a size have. */
#define MOST_DIGITS	9

/* Layouts have pixels of their own: "pixel_trans.gif". */
static bool
is_layout_word(struct span word)
{
	return span_eq_nocase(word, SPAN("pixel")) || span_eq_nocase(word, SPAN("pixels"));
}

static bool
is_vowel(char c)
{
	return strchr("aeiouy", ascii_lower(c)) != NULL;
}

/* Could somebody have chosen these letters to be read? */
static bool
is_readable(struct span letters)
{
	size_t	vowels = 0, run = 0, longest = 0, hump = 0;
	bool	cramped = false;

	for (size_t i = 0; i < letters.len; i++) {
		bool upper = letters.at[i] < 'a';

		run = is_vowel(letters.at[i]) ? 0 : run + 1;
		vowels += run == 0;
		longest = run > longest ? run : longest;
		/* "emailImages" has humps, "JNrGd" is cramped. */
		if (upper && i > 0 && letters.at[i - 1] >= 'a') {
			cramped = cramped || hump < 3;
			hump = 0;
		}
		hump++;
	}
	cramped = cramped || (hump < 3 && hump < letters.len);
	if (letters.len < UNREADABLE)
		return !cramped;
	return vowels > 0 && longest < UNREADABLE && letters.len <= LONGEST_WORD && !cramped;
}

/* The digits at the begin of a text. */
static size_t
digits_at(struct span text)
{
	size_t digits = 0;

	while (digits < text.len && ascii_digit(text.at[digits]))
		digits++;
	return digits;
}

/* "600x200", "2x": whole is all of the text. */
static bool
is_size(struct span whole)
{
	size_t first = digits_at(whole);

	if (first == 0 || first > 4 || first == whole.len || ascii_lower(whole.at[first]) != 'x')
		return false;
	struct span second = span_from(whole, first + 1);
	return second.len <= 4 && digits_at(second) == second.len;
}

/* A word, a small number, a year or a day, a word with a small number ("v2", "img01") or a size, or a size. */
static bool
is_plain_word(struct span word)
{
	size_t letters = 0;

	while (letters < word.len && ascii_alpha(word.at[letters]))
		letters++;
	struct span rest = span_from(word, letters);
	/* "1px" */
	if (shape_has(word, SHAPE_SPACER_WORDS))
		return true;
	if (letters == 0 && (digits_are_year(word) || (digits_are_day(word) && digits_are_year(span_cut(word, 0, 4)))))
		return true;
	return is_readable(span_cut(word, 0, letters)) && (is_size(rest) || (rest.len <= 2 && digits_at(rest) == rest.len));
}

bool
shape_is_plain(struct span piece)
{
	struct span word;

	while (piece_next(&piece, PARTS_NAME, &word))
		if (word.len > 0 && (!is_plain_word(word) ||
		    (telltale_of_word(word) != TELLS_NOTHING && !is_layout_word(word))))
			return false;
	return true;
}

/* "v=2", "ver=1.4", "v=20240312": the same for all, and too short to tell anybody apart. */
static bool
is_version(struct span query)
{
	size_t		equals = span_find_char(query, '=', 0);
	struct span	value = span_from(query, equals < query.len ? equals + 1 : query.len);
	struct census	census = census_of(value);

	return shape_has(span_cut(query, 0, equals), SHAPE_VERSION_KEYS) && census.digits > 0 &&
	    census.digits + census.others == value.len && span_find_char(value, '&', 0) == value.len &&
	    (census.digits <= 3 || digits_are_date(value));
}

/* What the digits of a word are worth to who would number readers: years and days are few. */
static size_t
worth_of(struct span word)
{
	if (digits_are_year(word))
		return 1;
	return digits_are_day(word) ? 4 : census_of(word).digits;
}

static size_t
digits_of(struct span text)
{
	size_t		digits = 0;
	struct span	word;

	while (piece_next(&text, PARTS_PATH | PARTS_NAME, &word))
		digits += worth_of(word);
	return digits;
}

bool
shape_is_plain_picture(const struct url_pieces *url)
{
	struct span file = url_file(url);

	return (!url->has_query || is_version(url->query)) && !url->has_fragment &&
	    shape_has(file_suffix(file), SHAPE_PICTURE_SUFFIXES) && shape_is_plain(file) && digits_of(file) <= MOST_DIGITS;
}

bool
shape_is_static_picture(const struct url_pieces *url)
{
	struct span rest = url->path, piece, labels = url_labels(url);

	if (!shape_is_plain_picture(url) || url->host.len == 0 || !span_eq(url->authority, url->host))
		return false;
	/* A host that is its own domain may be an address: nobody keeps layouts there. */
	if (ascii_digit(url->host.at[url->host.len - 1]) || url->host.at[0] == '[')
		return false;
	while (piece_next(&rest, PARTS_PATH, &piece))
		if (!shape_is_plain(piece))
			return false;
	return shape_is_plain(labels) && digits_of(labels) + digits_of(url->path) <= MOST_DIGITS;
}

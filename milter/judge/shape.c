#include "shape.h"

#include <string.h>

#include "shape_words.h"

#define LONGEST_VERSION	12

/* Consonants in a row that no name has; "cobaltcrm" and "hsbc" are names. */
#define UNREADABLE	6
#define LONGEST_WORD	20

/* Small numbers in a row make a large one: no more than a date and a size have. */
#define MOST_DIGITS	9

/* What a character is, and what it separates. */
enum {
	IS_DIGIT = 1, IS_HEX = 2, IS_UPPER = 4, IS_LOWER = 8,
	PARTS_PATH = 16, PARTS_QUERY = 32, PARTS_LABELS = 64, PARTS_NAME = 128, PARTS_WORDS = 256, PARTS_VALUES = 512,
};

#define DIGIT	(IS_DIGIT | IS_HEX)
#define UPPER	(IS_UPPER | IS_HEX)
#define LOWER	(IS_LOWER | IS_HEX)
#define SIGN	PARTS_WORDS

static const uint16_t classes[256] = {
	['0'] = DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT,
	['A'] = UPPER, UPPER, UPPER, UPPER, UPPER, UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER,
	IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER, IS_UPPER,
	IS_UPPER,
	['a'] = LOWER, LOWER, LOWER, LOWER, LOWER, LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER,
	IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER, IS_LOWER,
	IS_LOWER,
	['-'] = SIGN | PARTS_NAME, ['_'] = SIGN | PARTS_NAME, ['@'] = SIGN | PARTS_NAME,
	['.'] = SIGN | PARTS_NAME | PARTS_LABELS,
	['~'] = SIGN, ['+'] = SIGN, [','] = SIGN, [':'] = SIGN, ['|'] = SIGN, ['!'] = SIGN, ['*'] = SIGN, ['\''] = SIGN,
	['('] = SIGN, [')'] = SIGN, [' '] = SIGN,
	[';'] = SIGN | PARTS_QUERY, ['&'] = PARTS_QUERY | PARTS_VALUES, ['%'] = PARTS_VALUES, ['='] = PARTS_VALUES,
	['/'] = PARTS_PATH | PARTS_VALUES,
};

static unsigned
class_of(char c)
{
	return classes[(unsigned char)c];
}

static bool
is_in(struct span word, enum shape_table table)
{
	return words_have(&shape_words[table], word);
}

struct url_pieces
url_pieces_of(const struct dissection *d, const struct reference *reference)
{
	struct span		url = dissection_text(d, reference->url);
	size_t			path_at = reference->path_at, query_at = reference->query_at;
	size_t			fragment_at = reference->fragment_at, begin = span_find(url, SPAN("//"), 0);
	struct url_pieces	pieces = { .host = dissection_text(d, reference->host),
				    .domain = dissection_text(d, reference->domain) };

	/* Offsets of query and fragment point behind their signs; a missing one is past every end. */
	pieces.has_query = query_at <= url.len;
	pieces.has_fragment = fragment_at <= url.len;
	size_t query_end = pieces.has_fragment ? fragment_at - (fragment_at > 0) : url.len;
	size_t path_end = pieces.has_query ? query_at - (query_at > 0) : query_end;
	if (path_at > path_end)
		path_at = path_end;
	pieces.authority = span_cut(url, begin + 2, path_at);
	pieces.path = span_cut(url, path_at, path_end);
	if (pieces.has_query)
		pieces.query = span_cut(url, query_at, query_end);
	if (pieces.has_fragment)
		pieces.fragment = span_from(url, fragment_at);
	return pieces;
}

/* The next piece up to one of the separators (PARTS_); false at the end. *rest is what follows. */
static bool
next_piece(struct span *rest, unsigned separators, struct span *piece)
{
	size_t end = 0;

	if (rest->at == NULL)
		return false;
	while (end < rest->len && (class_of(rest->at[end]) & separators) == 0)
		end++;
	*piece = span_cut(*rest, 0, end);
	*rest = end < rest->len ? span_from(*rest, end + 1) : SPAN_NONE;
	return true;
}

enum telltale { TELLS_NOTHING, TELLS_MAYBE, TELLS_SURELY };

/* Layouts have pixels of their own: "pixel_trans.gif". */
static bool
is_layout_word(struct span word)
{
	return span_eq_nocase(word, SPAN("pixel")) || span_eq_nocase(word, SPAN("pixels"));
}

static enum telltale
telltale_of_word(struct span word)
{
	if (is_in(word, SHAPE_SURE_TELLTALES))
		return TELLS_SURELY;
	if (is_in(word, SHAPE_OTHER_TELLTALES))
		return TELLS_MAYBE;
	return TELLS_NOTHING;
}

struct census {
	size_t	digits, hex, uppers, lowers, others;
	size_t	turns;		/* between letter and digit */
	size_t	case_turns;	/* between lower and upper case */
};

static struct census
count(struct span word)
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

static unsigned
number(struct span digits)
{
	unsigned value = 0;

	for (size_t i = 0; i < digits.len && i < 9; i++)
		value = value * 10 + (unsigned)(digits.at[i] - '0');
	return value;
}

/* 20240321 */
static bool
is_day(struct span digits)
{
	unsigned month = number(span_cut(digits, 4, 6)), day = number(span_cut(digits, 6, 8));

	return digits.len == 8 && (digits.at[0] == '1' || digits.at[0] == '2') && month >= 1 && month <= 12 && day >= 1 &&
	    day <= 31;
}

/* A day, or a Unix time of the years 2001 to 2033: what build systems write. */
static bool
is_date(struct span digits)
{
	return is_day(digits) || (digits.len == 10 && digits.at[0] == '1');
}

static bool
is_year(struct span digits)
{
	return digits.len == 4 && number(digits) >= 1990 && number(digits) < 2050;
}

enum shape_token
shape_token_of(struct span word)
{
	struct census census = count(word);

	if (census.digits == word.len)
		return word.len >= 8 && !is_date(word) ? TOKEN_NUMBER : TOKEN_NONE;
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

	while (next_piece(&piece, PARTS_WORDS | PARTS_VALUES, &word))
		if (shape_token_of(word) != TOKEN_NONE)
			return true;
	return false;
}

static struct span
suffix_of(struct span file)
{
	for (size_t i = file.len; i > 0; i--)
		if (file.at[i - 1] == '.')
			return span_from(file, i);
	return SPAN_NONE;
}

/* Without the suffix and its dot. */
static struct span
stem_of(struct span file)
{
	struct span suffix = suffix_of(file);

	return span_cut(file, 0, file.len - (suffix.at != NULL ? suffix.len + 1 : 0));
}

/* Labels in front of the registrable domain. */
static struct span
labels_of(const struct url_pieces *url)
{
	if (url->host.len <= url->domain.len || !span_ends_nocase(url->host, url->domain))
		return SPAN_NONE;
	return span_cut(url->host, 0, url->host.len - url->domain.len - 1);
}

bool
shape_is_asset(struct span file)
{
	return is_in(suffix_of(file), SHAPE_ASSET_SUFFIXES);
}

bool
shape_is_version(struct span pair)
{
	size_t equals = span_find_char(pair, '=', 0);

	return is_in(span_cut(pair, 0, equals), SHAPE_VERSION_KEYS) && pair.len - equals <= LONGEST_VERSION + 1;
}

bool
shape_has_opaque_token(const struct url_pieces *url)
{
	struct span rest = url->path, piece;

	while (next_piece(&rest, PARTS_PATH, &piece))
		if (!(rest.at == NULL && shape_is_asset(piece)) && shape_is_opaque(piece))
			return true;
	rest = url->query;
	while (next_piece(&rest, PARTS_QUERY, &piece))
		if (!shape_is_version(piece) && shape_is_opaque(piece))
			return true;
	return shape_is_opaque(labels_of(url)) || shape_is_opaque(url->fragment);
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
	if (is_in(word, SHAPE_SPACER_WORDS))
		return true;
	if (letters == 0 && (is_year(word) || (is_day(word) && is_year(span_cut(word, 0, 4)))))
		return true;
	return is_readable(span_cut(word, 0, letters)) && (is_size(rest) || (rest.len <= 2 && digits_at(rest) == rest.len));
}

static bool
is_plain(struct span piece)
{
	struct span word;

	while (next_piece(&piece, PARTS_NAME, &word))
		if (word.len > 0 && (!is_plain_word(word) ||
		    (telltale_of_word(word) != TELLS_NOTHING && !is_layout_word(word))))
			return false;
	return true;
}

static struct span
file_of(struct span path)
{
	size_t begin = path.len;

	while (begin > 0 && path.at[begin - 1] != '/')
		begin--;
	return span_from(path, begin);
}

/* "v=2", "ver=1.4", "v=20240312": the same for all, and too short to tell anybody apart. */
static bool
is_version(struct span query)
{
	size_t		equals = span_find_char(query, '=', 0);
	struct span	value = span_from(query, equals < query.len ? equals + 1 : query.len);
	struct census	census = count(value);

	return is_in(span_cut(query, 0, equals), SHAPE_VERSION_KEYS) && census.digits > 0 &&
	    census.digits + census.others == value.len && span_find_char(value, '&', 0) == value.len &&
	    (census.digits <= 3 || is_date(value));
}

/* What the digits of a word are worth to who would number readers: years and days are few. */
static size_t
worth_of(struct span word)
{
	if (is_year(word))
		return 1;
	return is_day(word) ? 4 : count(word).digits;
}

static size_t
digits_of(struct span text)
{
	size_t		digits = 0;
	struct span	word;

	while (next_piece(&text, PARTS_PATH | PARTS_NAME, &word))
		digits += worth_of(word);
	return digits;
}

bool
shape_is_plain_picture(const struct url_pieces *url)
{
	struct span file = file_of(url->path);

	return (!url->has_query || is_version(url->query)) && !url->has_fragment && is_in(suffix_of(file), SHAPE_PICTURE_SUFFIXES) &&
	    is_plain(file) && digits_of(file) <= MOST_DIGITS;
}

bool
shape_is_static_picture(const struct url_pieces *url)
{
	struct span rest = url->path, piece, labels = labels_of(url);

	if (!shape_is_plain_picture(url) || url->host.len == 0 || !span_eq(url->authority, url->host))
		return false;
	/* A host that is its own domain may be an address: nobody keeps layouts there. */
	if (ascii_digit(url->host.at[url->host.len - 1]) || url->host.at[0] == '[')
		return false;
	while (next_piece(&rest, PARTS_PATH, &piece))
		if (!is_plain(piece))
			return false;
	return is_plain(labels) && digits_of(labels) + digits_of(url->path) <= MOST_DIGITS;
}

/* The next word of a name: humps are words, too ("openTracker"). */
static bool
next_word(struct span *rest, struct span *word)
{
	size_t end = 0;

	if (rest->len == 0)
		return false;
	while (end < rest->len && (class_of(rest->at[end]) & PARTS_WORDS) == 0 &&
	    !(end > 0 && rest->at[end] >= 'A' && rest->at[end] <= 'Z' && rest->at[end - 1] >= 'a'))
		end++;
	*word = span_cut(*rest, 0, end);
	*rest = span_from(*rest, end < rest->len && (class_of(rest->at[end]) & PARTS_WORDS) != 0 ? end + 1 : end);
	return true;
}

/* Does a name say that it counts, and nothing else? */
static enum telltale
telltale_of(struct span name)
{
	enum telltale	tells = TELLS_NOTHING;
	struct span	word;

	while (next_word(&name, &word)) {
		while (word.len > 0 && ascii_digit(word.at[word.len - 1]))
			word.len--;
		enum telltale of_word = telltale_of_word(word);
		if (of_word == TELLS_NOTHING && word.len > 1 && !is_in(word, SHAPE_TELLTALE_COMPANY))
			return TELLS_NOTHING;
		tells = of_word > tells ? of_word : tells;
	}
	return tells;
}

static enum telltale
telltale_of_folders(struct span folders)
{
	enum telltale	tells = TELLS_NOTHING;
	struct span	piece;

	while (next_piece(&folders, PARTS_PATH, &piece)) {
		enum telltale of_piece = telltale_of(piece);

		if (of_piece == TELLS_NOTHING && is_in(piece, SHAPE_COUNTING_FOLDERS))
			of_piece = TELLS_MAYBE;
		tells = of_piece > tells ? of_piece : tells;
	}
	return tells;
}

/* A value in the query that no layout has: not a version, and more than a word. */
static bool
has_told_value(struct span query)
{
	struct span pair;

	while (next_piece(&query, PARTS_QUERY, &pair)) {
		size_t		equals = span_find_char(pair, '=', 0);
		struct span	value = span_from(pair, equals < pair.len ? equals + 1 : 0);

		if (!is_in(span_cut(pair, 0, equals), SHAPE_VERSION_KEYS) && (count(value).digits > 0 || shape_is_opaque(value)))
			return true;
	}
	return false;
}

/* A number in the path that counts something: no year, no page. */
static bool
has_told_folder(struct span path)
{
	struct span piece;

	while (next_piece(&path, PARTS_PATH, &piece))
		if (count(piece).digits > 0 && !is_plain(piece))
			return true;
	return false;
}

/* A file's name that is made, not chosen: a digest, a UUID, base64 with its signs. */
static bool
is_made_name(struct span stem)
{
	struct census census = count(stem);

	if (!shape_is_opaque(stem))
		return false;
	return census.others == 0 || (census.hex + census.others == stem.len && census.digits >= 4) ||
	    (stem.len >= 16 && census.turns + census.case_turns >= 6);
}

/* "img2", "spacer20", "trans1x1": the word without its number or size. */
static struct span
word_alone(struct span word)
{
	while (word.len > 1 && (ascii_digit(word.at[word.len - 1]) ||
	    (ascii_lower(word.at[word.len - 1]) == 'x' && ascii_digit(word.at[word.len - 2]))))
		word.len--;
	return word;
}

static bool
names_picture(struct span text)
{
	struct span word;

	while (next_piece(&text, PARTS_WORDS | PARTS_PATH, &word))
		if (is_in(word_alone(word), SHAPE_PICTURE_WORDS))
			return true;
	return false;
}

/* "=s64", "w=600", "w_600", "600x200": what makes pictures to measure is asked for the measure. */
static bool
asks_for_size(struct span url)
{
	for (size_t i = 1; i + 1 < url.len; i++) {
		char before = ascii_lower(url.at[i - 1]), sign = ascii_lower(url.at[i]);
		bool digit = ascii_digit(url.at[i + 1]);

		if (digit && (sign == '=' || sign == '_' || sign == '-') && strchr("whsx", before) != NULL)
			return true;
		if (digit && strchr("whsx", sign) != NULL && (before == '=' || (sign == 'x' && ascii_digit(before))))
			return true;
	}
	return span_find_nocase(url, SPAN("width="), 0) < url.len || span_find_nocase(url, SPAN("size="), 0) < url.len;
}

enum shape_report
shape_report_of(const struct url_pieces *url)
{
	struct span	file = file_of(url->path), suffix = suffix_of(file), labels = labels_of(url), label;
	struct span	stem = stem_of(file);
	bool		is_asset = is_in(suffix, SHAPE_ASSET_SUFFIXES), is_gif = span_eq_nocase(suffix, SPAN("gif"));
	enum telltale	of_file = telltale_of(stem), of_folders, of_labels = TELLS_NOTHING;
	bool		opaque_file = is_made_name(stem), opaque;

	if (of_file == TELLS_SURELY && has_told_value(url->query))
		return SHAPE_REPORTS;
	/* A folder's name is as good as a file's where the file is no picture, or none that a person named. */
	bool served = !is_asset || (is_gif && (opaque_file || stem.len <= 2 || of_file != TELLS_NOTHING));
	if (!served && !(opaque_file && span_eq_nocase(suffix, SPAN("png"))))
		return SHAPE_IS_SILENT;
	of_folders = telltale_of_folders(span_cut(url->path, 0, url->path.len - file.len));
	opaque = opaque_file || shape_has_opaque_token(url);
	if (served && (of_file == TELLS_SURELY || of_folders == TELLS_SURELY) &&
	    (opaque || has_told_value(url->query) || has_told_folder(url->path)))
		return SHAPE_REPORTS;
	if (!opaque || asks_for_size(url->path) || asks_for_size(url->query))
		return SHAPE_IS_SILENT;
	while (next_piece(&labels, PARTS_LABELS, &label)) {
		enum telltale of_label = telltale_of(label);
		of_labels = of_label > of_labels ? of_label : of_labels;
	}
	if (of_file != TELLS_NOTHING || of_folders != TELLS_NOTHING || of_labels != TELLS_NOTHING)
		return SHAPE_MAY_REPORT;
	return served && !names_picture(url->path) && !names_picture(labels_of(url)) ? SHAPE_TELLS_APART : SHAPE_IS_SILENT;
}

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
	char digit = count(text).digits == text.len || is_plain(text) ? '0' : 'a';

	for (size_t i = 0; i < text.len; i++)
		mould->at[mould->len++] = ascii_digit(text.at[i]) ? digit :
		    digit == 'a' && ascii_alpha(text.at[i]) ? 'a' : text.at[i];
}

static void
mould_add_query(struct mould *mould, struct span query, struct span file)
{
	struct span pair;

	while (next_piece(&query, PARTS_QUERY, &pair)) {
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
	struct span	file = file_of(url->path), suffix = suffix_of(file), piece;
	struct span	stem = stem_of(file);
	struct span	folders = span_cut(url->path, 0, url->path.len - file.len);
	struct mould	mould = { .at = NULL };

	if (!is_in(suffix, SHAPE_PICTURE_SUFFIXES) || stem.len < LEAST_FILE_NAME || telltale_of(stem) != TELLS_NOTHING ||
	    telltale_of_folders(folders) != TELLS_NOTHING || url->has_fragment)
		return SPAN_NONE;
	/* Each piece gets one sign more than it has. */
	mould.at = arena_alloc(arena, 2 * (url->authority.len + url->path.len + url->query.len) + 8);
	if (mould.at == NULL)
		return SPAN_NONE;
	mould_add(&mould, url->authority);
	while (next_piece(&folders, PARTS_PATH, &piece)) {
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

static bool
has_spacer_word(struct span stem)
{
	struct span rest = stem, word;

	while (next_piece(&rest, PARTS_NAME, &word))
		if (is_in(word, SHAPE_SPACER_WORDS) || is_in(word_alone(word), SHAPE_SPACER_WORDS))
			return true;
	for (rest = stem; next_word(&rest, &word);)
		if (is_in(word, SHAPE_SPACER_WORDS))
			return true;
	return false;
}

bool
shape_is_named_spacer(const struct url_pieces *url)
{
	struct span file = file_of(url->path), stem = stem_of(file);

	return shape_is_static_picture(url) && (has_spacer_word(stem) ||
	    (is_in(stem, SHAPE_SHORT_SPACERS) && shape_is_asset_place(url) && !shape_counts(url)));
}

struct span
shape_folder_of(const struct url_pieces *url)
{
	struct span folders = span_cut(url->path, 0, url->path.len - file_of(url->path).len);

	if (folders.len <= 1 || url->authority.len == 0)
		return SPAN_NONE;
	/* They stand side by side in the URL. */
	return (struct span){ url->authority.at, (size_t)(folders.at - url->authority.at) + folders.len };
}

bool
shape_is_asset_place(const struct url_pieces *url)
{
	return names_picture(span_cut(url->path, 0, url->path.len - file_of(url->path).len)) || names_picture(labels_of(url));
}

bool
shape_counts(const struct url_pieces *url)
{
	struct span	file = file_of(url->path), labels = labels_of(url), label;
	struct span	stem = stem_of(file);
	/* "pixel_trans" counts nothing. */
	bool		counts = (telltale_of(stem) != TELLS_NOTHING && !(is_plain(stem) && has_spacer_word(stem))) ||
			    telltale_of_folders(span_cut(url->path, 0, url->path.len - file.len)) != TELLS_NOTHING;

	while (!counts && next_piece(&labels, PARTS_LABELS, &label))
		counts = telltale_of(label) != TELLS_NOTHING;
	return counts;
}

#include "shape.h"

#include <string.h>

static const char *const picture_suffixes[] = { "gif", "png", "jpg", "jpeg", "webp", "bmp", "svg" };
/* Files whose name often holds a digest of their content, so that caches take the new one. */
static const char *const asset_suffixes[] = {
	"css", "woff", "woff2", "ttf", "otf", "eot", "js", "xsl", "dtd", "gif", "png", "jpg", "jpeg", "webp", "bmp",
	"svg",
};
/* Query keys under which such a digest, cut short, or a date stands. */
static const char *const version_keys[] = { "v", "ver", "version", "rev", "build" };
#define LONGEST_VERSION	12

/* Words of files that only take up room or draw a line. */
static const char *const spacer_words[] = {
	"spacer", "space", "spc", "blank", "transparent", "transp", "trans", "transpix", "clear", "cleardot", "clearpix",
	"shim", "empty", "dot", "gap", "pad", "padding", "filler", "1x1", "1px", "border", "line", "rule", "divider",
	"separator", "sep", "hr", "corner", "edge", "shadow", "bullet", "white", "black", "grey", "gray", "gradient",
};
/* Words that say what such a picture is really for; in any piece of the URL. */
static const char *const tracker_words[] = {
	"open", "opens", "opened", "track", "tracks", "tracker", "trackers", "tracking", "trk", "trck", "beacon",
	"beacons", "webbug", "count", "counter", "hit", "hits", "log", "logger", "stat", "stats", "seen",
	"imp", "impression", "impressions", "ping", "collect", "notify", "receipt", "readreceipt", "click", "clicks",
};
/* Consonants in a row that no name has; "cobaltcrm" and "hsbc" are names. */
#define UNREADABLE	6
#define LONGEST_WORD	20

/* Small numbers in a row make a large one: no more than a date has. */
#define MOST_DIGITS	8

#define IN_TABLE(word, table)	is_one_of(word, table, NITEMS(table))

static bool
is_one_of(struct span word, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq_nocase(word, span_of(table[i])))
			return true;
	return false;
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

/* The next piece up to one of the separators; false at the end. *rest is what follows. */
static bool
next_piece(struct span *rest, const char *separators, struct span *piece)
{
	size_t end = 0;

	if (rest->at == NULL)
		return false;
	while (end < rest->len && (rest->at[end] == '\0' || strchr(separators, rest->at[end]) == NULL))
		end++;
	*piece = span_cut(*rest, 0, end);
	*rest = end < rest->len ? span_from(*rest, end + 1) : SPAN_NONE;
	return true;
}

#define WORD_SEPARATORS	"-_.~+,:;|!*'()@ "

struct census {
	size_t	digits, hex, uppers, lowers, others;
	size_t	turns;		/* between letter and digit */
	size_t	case_turns;	/* between lower and upper case */
};

static struct census
count(struct span word)
{
	struct census census = { 0 };

	for (size_t i = 0; i < word.len; i++) {
		char c = word.at[i], last = i > 0 ? word.at[i - 1] : c;

		census.hex += ascii_hex(c) >= 0;
		if (ascii_digit(c))
			census.digits++;
		else if (!ascii_alpha(c))
			census.others++;
		else if (c >= 'a')
			census.lowers++;
		else
			census.uppers++;
		census.turns += ascii_digit(c) != ascii_digit(last);
		census.case_turns += ascii_alpha(c) && ascii_alpha(last) && (c >= 'a') != (last >= 'a');
	}
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

/* 20240321 or a Unix time of the years 2001 to 2033: what build systems write. */
static bool
is_date(struct span digits)
{
	if (digits.len == 8) {
		unsigned month = number(span_cut(digits, 4, 6)), day = number(span_cut(digits, 6, 8));

		return (digits.at[0] == '1' || digits.at[0] == '2') && month >= 1 && month <= 12 && day >= 1 && day <= 31;
	}
	return digits.len == 10 && digits.at[0] == '1';
}

static bool
is_opaque_word(struct span word)
{
	struct census census = count(word);

	if (census.digits == word.len)
		return word.len >= 8 && !is_date(word);
	if (census.hex == word.len)
		return word.len >= 16 || (word.len >= 8 && census.digits >= 2);
	if (census.digits > 0)
		return word.len >= 8 && census.turns + census.case_turns >= 3;
	return word.len >= 12 && census.case_turns >= 4;
}

bool
shape_is_opaque(struct span piece)
{
	struct span word;

	while (next_piece(&piece, WORD_SEPARATORS "%=&/", &word))
		if (is_opaque_word(word))
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

/* Labels in front of the registrable domain. */
static struct span
labels_of(const struct url_pieces *url)
{
	if (url->host.len <= url->domain.len || !span_ends_nocase(url->host, url->domain))
		return SPAN_NONE;
	return span_cut(url->host, 0, url->host.len - url->domain.len - 1);
}

bool
shape_has_opaque_token(const struct url_pieces *url)
{
	struct span rest = url->path, piece;

	while (next_piece(&rest, "/", &piece))
		if (!(rest.at == NULL && IN_TABLE(suffix_of(piece), asset_suffixes)) && shape_is_opaque(piece))
			return true;
	rest = url->query;
	while (next_piece(&rest, "&;", &piece)) {
		size_t equals = span_find_char(piece, '=', 0);

		if (IN_TABLE(span_cut(piece, 0, equals), version_keys) && piece.len - equals <= LONGEST_VERSION + 1)
			continue;
		if (shape_is_opaque(piece))
			return true;
	}
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

/* A word, a small number, a year, a word with a small number ("v2", "img01"), a size ("600x200"). */
static bool
is_plain_word(struct span word)
{
	size_t letters = 0, digits = 0;

	while (letters < word.len && ascii_alpha(word.at[letters]))
		letters++;
	while (letters + digits < word.len && ascii_digit(word.at[letters + digits]))
		digits++;
	if (letters + digits == word.len) {
		if (letters == 0 && digits == 4)
			return number(word) >= 1990 && number(word) < 2050;
		return digits <= 2 && is_readable(span_cut(word, 0, letters));
	}
	if (letters > 0 || digits > 4 || ascii_lower(word.at[digits]) != 'x')
		return false;
	struct span second = span_from(word, digits + 1);
	return second.len > 0 && second.len <= 4 && count(second).digits == second.len;
}

static bool
is_plain(struct span piece)
{
	struct span word;

	while (next_piece(&piece, "-_.", &word))
		if (word.len > 0 && (!is_plain_word(word) || IN_TABLE(word, tracker_words)))
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

bool
shape_is_static_picture(const struct url_pieces *url)
{
	struct span rest = url->path, piece, labels = labels_of(url);

	if (url->has_query || url->has_fragment || url->host.len == 0 || !span_eq(url->authority, url->host))
		return false;
	if (!IN_TABLE(suffix_of(file_of(url->path)), picture_suffixes))
		return false;
	/* A host that is its own domain may be an address: nobody keeps layouts there. */
	if (ascii_digit(url->host.at[url->host.len - 1]) || url->host.at[0] == '[')
		return false;
	while (next_piece(&rest, "/", &piece))
		if (!is_plain(piece))
			return false;
	return is_plain(labels) && count(labels).digits + count(url->path).digits <= MOST_DIGITS;
}

bool
shape_is_named_spacer(const struct url_pieces *url)
{
	struct span file = file_of(url->path), word;
	struct span rest = span_cut(file, 0, file.len - suffix_of(file).len);

	if (!shape_is_static_picture(url))
		return false;
	while (next_piece(&rest, "-_.", &word))
		if (IN_TABLE(word, spacer_words))
			return true;
	return false;
}

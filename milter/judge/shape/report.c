#include "report.h"

#include <string.h>

#include "asset.h"
#include "opaque.h"
#include "plain.h"
#include "telltale.h"
#include "words.h"

/* A value in the query that no layout has: not a version, and more than a word. */
static bool
has_told_value(struct span query)
{
	struct span pair;

	while (piece_next(&query, PARTS_QUERY, &pair)) {
		size_t		equals = span_find_char(pair, '=', 0);
		struct span	value = span_from(pair, equals < pair.len ? equals + 1 : 0);

		if (!shape_has(span_cut(pair, 0, equals), SHAPE_VERSION_KEYS) &&
		    (census_of(value).digits > 0 || shape_is_opaque(value)))
			return true;
	}
	return false;
}

/* A number in the path that counts something: no year, no page. */
static bool
has_told_folder(struct span path)
{
	struct span piece;

	while (piece_next(&path, PARTS_PATH, &piece))
		if (census_of(piece).digits > 0 && !shape_is_plain(piece))
			return true;
	return false;
}

/* A file's name that is made, not chosen: a digest, a UUID, base64 with its signs. */
static bool
is_made_name(struct span stem)
{
	struct census census = census_of(stem);

	if (!shape_is_opaque(stem))
		return false;
	return census.others == 0 || (census.hex + census.others == stem.len && census.digits >= 4) ||
	    (stem.len >= 16 && census.turns + census.case_turns >= 6);
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
	struct span	file = url_file(url), suffix = file_suffix(file), stem = file_stem(file), labels = url_labels(url);
	bool		is_asset = shape_has(suffix, SHAPE_ASSET_SUFFIXES), is_gif = span_eq_nocase(suffix, SPAN("gif"));
	enum telltale	of_file = telltale_of(stem), of_folders;
	bool		opaque_file = is_made_name(stem), opaque;

	if (of_file == TELLS_SURELY && has_told_value(url->query))
		return SHAPE_REPORTS;
	/* A folder's name is as good as a file's where the file is no picture, or none that a person named. */
	bool served = !is_asset || (is_gif && (opaque_file || stem.len <= 2 || of_file != TELLS_NOTHING));
	if (!served && !(opaque_file && span_eq_nocase(suffix, SPAN("png"))))
		return SHAPE_IS_SILENT;
	of_folders = telltale_of_folders(url_folders(url));
	opaque = opaque_file || shape_has_opaque_token(url);
	if (served && (of_file == TELLS_SURELY || of_folders == TELLS_SURELY) &&
	    (opaque || has_told_value(url->query) || has_told_folder(url->path)))
		return SHAPE_REPORTS;
	if (!opaque || asks_for_size(url->path) || asks_for_size(url->query))
		return SHAPE_IS_SILENT;
	if (of_file != TELLS_NOTHING || of_folders != TELLS_NOTHING || telltale_of_labels(labels) != TELLS_NOTHING)
		return SHAPE_MAY_REPORT;
	return served && !shape_names_picture(url->path) && !shape_names_picture(labels) ? SHAPE_TELLS_APART : SHAPE_IS_SILENT;
}

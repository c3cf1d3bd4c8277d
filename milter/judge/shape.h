/*
 * What the look of a URL says: does it carry something that tells readers apart, or is it the same for all?
 * Nothing here knows the recipients (token.h does); these are rules of thumb, and each is a table or a line.
 */
#ifndef JUDGE_SHAPE_H
#define JUDGE_SHAPE_H

#include <pixelward/base/arena.h>
#include <pixelward/dissection.h>

/* A reference's URL, cut up. */
struct url_pieces {
	struct span	authority;	/* between "//" and the path */
	struct span	host, domain;
	struct span	path;		/* with its first slash */
	struct span	query;		/* without '?' */
	struct span	fragment;	/* without '#' */
	bool		has_query, has_fragment;
};

struct url_pieces	url_pieces_of(const struct dissection *, const struct reference *);

/* A word of letters and digits as no person would choose it: of digits, of hexadecimal digits, of any. */
enum shape_token { TOKEN_NONE, TOKEN_NUMBER, TOKEN_HEX, TOKEN_MIXED };

enum shape_token	shape_token_of(struct span word);
/* The last piece of a path: a picture, a sheet, a font or the like, whose name may hold a digest of its content. */
bool	shape_is_asset(struct span file);
/* A piece of a query: "v=1.2", "ver=8f3a9c1d". */
bool	shape_is_version(struct span pair);
/* Any word of the piece is such a token: a digest, a UUID, a long number, base64. */
bool	shape_is_opaque(struct span piece);
/* Any piece of the URL is: a label below the registrable domain, a path segment but for a plain asset's file name,
 * a query's value that is no version number, the fragment. */
bool	shape_has_opaque_token(const struct url_pieces *);

/* A picture file with a name of plain words, no query but a version, no fragment; whatever stands in front of it. */
bool	shape_is_plain_picture(const struct url_pieces *);
/*
 * A picture file whose URL can say nothing of its reader: plain words in host and path, no query but a version, no
 * fragment, no user information, no port, and no word that speaks of tracking.
 */
bool	shape_is_static_picture(const struct url_pieces *);
/* And its name is one that layouts give to their spacers and lines: "spacer.gif", "pixel_trans.gif". */
bool	shape_is_named_spacer(const struct url_pieces *);

/* Its file, a folder or a label of its host is named for counting, or is a folder in which mailing services count. */
bool	shape_counts(const struct url_pieces *);
/* A folder or a label of its host is named for pictures: "images", "static", "cdn". */
bool	shape_is_asset_place(const struct url_pieces *);
/* Host and folders, up to the last slash; empty: there is no folder. */
struct span	shape_folder_of(const struct url_pieces *);

/*
 * What pictures of one store have in common: host, folders and query, with the form instead of the letters where nobody
 * chose them. Empty: no picture file, or one that speaks of tracking; or no memory.
 */
struct span	shape_store_of(const struct url_pieces *, struct arena *);

enum shape_report {
	SHAPE_IS_SILENT,
	SHAPE_TELLS_APART,	/* a token, and nothing that speaks of a picture: no word, no measure, no file */
	SHAPE_MAY_REPORT,	/* so look counters of openings, and a few pictures */
	SHAPE_REPORTS,		/* its names say that it counts who opens the mail */
};

/* Does the URL look as if it were fetched to report the opening? By its names and by what it carries, not by its size. */
enum shape_report	shape_report_of(const struct url_pieces *);

#endif

/* A reference's URL, cut up. */
#ifndef JUDGE_SHAPE_PIECES_H
#define JUDGE_SHAPE_PIECES_H

#include <pixelward/dissection.h>

struct url_pieces {
	struct span	authority;	/* between "//" and the path */
	struct span	host, domain;
	struct span	path;		/* with its first slash */
	struct span	query;		/* without '?' */
	struct span	fragment;	/* without '#' */
	bool		has_query, has_fragment;
};

struct url_pieces	url_pieces_of(const struct dissection *, const struct reference *);

/* The labels in front of the registrable domain, without the last dot. */
struct span	url_labels(const struct url_pieces *);
/* The path up to its last slash, and what is behind it. */
struct span	url_folders(const struct url_pieces *);
struct span	url_file(const struct url_pieces *);
/* "a" and "gif" of "a.gif"; the suffix's at is NULL if there is no dot. */
struct span	file_stem(struct span file);
struct span	file_suffix(struct span file);

/* Which signs separate pieces. */
enum parts {
	PARTS_PATH = 1,		/* folders and the file */
	PARTS_QUERY = 2,	/* name=value */
	PARTS_LABELS = 4,	/* of a host */
	PARTS_NAME = 8,		/* words of a name, with dots between them */
	PARTS_WORDS = 16,	/* words, by any sign that no word has */
	PARTS_VALUES = 32,	/* a URL in a URL, encoded or not */
};

/* The next piece of *rest, which becomes what follows; false at the end. Parts are bits. */
bool		piece_next(struct span *rest, unsigned parts, struct span *piece);
/* The next word of a name: humps are words, too ("openTracker"). */
bool		word_next(struct span *rest, struct span *word);

#endif

/* Words as no person would choose them: digests, UUIDs, long numbers, base64. They may tell readers apart. */
#ifndef JUDGE_SHAPE_OPAQUE_H
#define JUDGE_SHAPE_OPAQUE_H

#include "pieces.h"

struct census {
	size_t	digits, hex, uppers, lowers, others;
	size_t	turns;		/* between letter and digit */
	size_t	case_turns;	/* between lower and upper case */
};

struct census	census_of(struct span word);

/* Of digits, of hexadecimal digits, of letters and digits of any kind. */
enum shape_token { TOKEN_NONE, TOKEN_NUMBER, TOKEN_HEX, TOKEN_MIXED };

enum shape_token	shape_token_of(struct span word);
/* Any word of the piece is such a token. */
bool	shape_is_opaque(struct span piece);
/* The last piece of a path: a picture, a sheet, a font or the like, whose name may hold a digest of its content. */
bool	shape_is_asset(struct span file);
/* A piece of a query: "v=1.2", "ver=8f3a9c1d". */
bool	shape_is_version(struct span pair);
/*
 * Any piece of the URL is opaque: a label below the registrable domain, a path segment but for a plain asset's file name,
 * a query's value that is no version number, the fragment.
 */
bool	shape_has_opaque_token(const struct url_pieces *);

#endif

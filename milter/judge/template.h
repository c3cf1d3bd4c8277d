/*
 * A URL with the form of its tokens instead of them: what the URLs of one service have in common, whoever they are for.
 * "t.example/o/8f3a9c1d2e4b5a67/p.gif?u=48291377" is "t.example/o/{hex}/p.gif?u={number}".
 */
#ifndef JUDGE_TEMPLATE_H
#define JUDGE_TEMPLATE_H

#include <pixelward/base/arena.h>

#include "shape/opaque.h"

/* Bits. */
enum template_token {
	TEMPLATE_NUMBER = 1, TEMPLATE_HEX = 2, TEMPLATE_MIXED = 4,	/* as enum shape_token */
	TEMPLATE_UUID = 8,
	TEMPLATE_ADDRESS = 16,	/* something with an @ */
};

struct template {
	struct span	text;		/* host, path, query and fragment; at is NULL: no memory */
	uint32_t	tokens;		/* enum template_token: those in it */
};

/* What shape_has_opaque_token() takes for none stays as it is: the name of a picture file, a short version. */
struct template	template_of(const struct url_pieces *, struct arena *);

/* The tokens in the name of the file, a picture's too. */
uint32_t	template_file_tokens(const struct url_pieces *);

#endif

/*
 * YAML as rule files use it, read into a tree with places: maps, lists and scalars, and nothing that one line could
 * hide behind another: no anchors, aliases, tags or merge keys, no key twice, no tabs. Documents are separated by a
 * line "---". A mistake does not hide the next one: what it broke is mended for the rest of the reading.
 */
#ifndef JUDGE_RULES_YAML_H
#define JUDGE_RULES_YAML_H

#include "finding.h"

#define YAML_MOST_BYTES	((size_t)256 << 10)	/* of a file */
#define YAML_MOST_DEPTH	16
#define YAML_MOST_NODES	20000			/* of a document */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct node {
	enum node_kind	 kind;
	struct place	 place;
	struct node	*next;		/* of the list or map it is in */
	struct node	*first;		/* LIST, MAP: what it holds */
	struct node	*key;		/* in a MAP: the scalar before it */
	struct span	 text;		/* SCALAR; NUL behind it */
	bool		 plain;		/* SCALAR without quotes: may be a number or a boolean */
	bool		 literal;	/* SCALAR of the form "|": its lines are those of the source */
	bool		 exact;		/* SCALAR on one line, its text as in the source */
	bool		 mended;	/* a document's root: mistakes were told of it */
	size_t		 indent;	/* of what stands behind its place: the quote, or a literal's margin */
};

/* The documents of a source, each a root node in *documents (a list by next). Mistakes go to findings. */
void		 yaml_read(const struct source *, struct findings *, struct node **documents);

/* The value of a map's key; NULL: there is none. */
const struct node	*node_get(const struct node *map, const char *key);
/* A key that was told as a mistake is from now on the one that was meant, so that its value is read, too. */
void		 node_rename(const struct node *key, const char *meant);
/* The place of a byte of a scalar's text; the scalar's own where that cannot be known. */
struct place	 node_place_of(const struct node *scalar, size_t at);

#endif

/*
 * What a document shows, in order: runs of text and pictures, and the table cells that they stand in.
 *
 * Made of the token scan alone, without the tree: a cell ends where the next one, its row or its table does. What an
 * element's own style or attribute hides does not count as text; what sheets hide does.
 */
#ifndef DISSECT_HTML_OUTLINE_H
#define DISSECT_HTML_OUTLINE_H

#include "../collector.h"
#include "lexer.h"

/* A run of text, or an element that shows something. */
struct outline_item {
	uint32_t	at;		/* in the text */
	uint32_t	cell;
	uint32_t	characters;	/* 0: an element */
	bool		hidden;
};

/* A table cell or a table; the first is the document. */
struct outline_cell {
	uint32_t	parent;		/* has a lower index */
	uint32_t	shown;		/* things in it and in what it holds */
	uint32_t	holder;		/* itself; of a table, what shows what stands in it, but in no cell of it */
	bool		is_table;
};

/* An open element that lets letters vanish, or return. */
struct outline_sized {
	struct span	name;
	size_t		depth;		/* elements of that name that are open since */
	bool		gone;
};

#define OUTLINE_MOST_SIZED	16

struct outline {
	struct arena		*arena;
	struct outline_item	*items;
	struct outline_cell	*cells;
	size_t			 count, capacity, cell_count, cell_capacity;
	uint32_t		 cell;		/* the innermost open one */
	size_t			 behind;	/* what of the text was looked at */
	struct span		 hiding;	/* name of the element that hides what is in it */
	size_t			 hiding_depth;	/* elements of that name that are open since; 0: nothing is hidden */
	struct outline_sized	 sized[OUTLINE_MOST_SIZED];	/* those that change something, the innermost last */
	size_t			 sized_count;
};

enum pw_err	outline_init(struct outline *, struct arena *) PW_MUST_CHECK;
/* Tokens of the plain scan, in order, the end of the file included. */
enum pw_err	outline_add(struct outline *, struct span text, const struct html_token *) PW_MUST_CHECK;
/* Characters that a reader sees. */
uint32_t	outline_characters(const struct outline *);
/* Tell the references from first on where they stand. They are those of layer, and of what it holds. */
void		outline_place(struct outline *, struct collector *, const struct layer *, size_t first);

#endif

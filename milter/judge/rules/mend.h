/*
 * A document with mistakes that end its reading, mended just so far that the reading goes on: the next mistake is to be
 * told, too. What was mended is never in force. Lines stay lines; columns are led back to those of the source.
 */
#ifndef JUDGE_RULES_MEND_H
#define JUDGE_RULES_MEND_H

#include "finding.h"

#define MEND_MOST	50	/* mistakes of a document that are mended */

/* Lines and columns from 0, in characters, as libyaml counts them. */
struct spot {
	size_t	line, column;
};

/* Columns of the mended text from this one on stand so many further right than in the source. */
struct bend {
	size_t	from;
	long	by;
};

struct mend {
	struct span	 text;		/* as it stands now; in the arena */
	struct arena	*arena;
	const struct source *source;
	size_t		 lines_before;	/* of the source */
	struct bend	*bends;		/* of each line; NULL while nothing was moved */
	size_t		 line_count;
	size_t		 mended;
	const char	*what;		/* a cure that knows better than libyaml says here what is wrong */
	bool		 no_memory;
};

void		 mend_init(struct mend *, const struct source *, struct span text, size_t lines_before, struct arena *);
/* The place in the source of a spot in the mended text. */
struct place	 mend_place(const struct mend *, struct spot);
/* Behind this byte. */
void		 spot_pass(struct spot *, char);

/* Where the line begins; the text's length past the last. */
size_t		 mend_line_begin(const struct mend *, size_t line);
/* Without the blanks at its end. */
struct span	 mend_line(const struct mend *, size_t line);
size_t		 mend_offset(const struct mend *, struct spot);

/* The text's bytes, to be changed: they are the source's own until then. NULL: no memory. Each call is one mistake. */
char		*mend_own(struct mend *);
/* Behind mend_own(): the whole text becomes what the buffer holds. */
void		 mend_replace(struct mend *, struct buf *fresh);
/* False, here and below: nothing was changed. */
bool		 mend_put(struct mend *, size_t at, char);
bool		 mend_blank_out(struct mend *, size_t from, size_t to);
/* [from, to) of the text, on this line, becomes fresh; the columns behind it move. */
bool		 mend_exchange(struct mend *, size_t line, size_t from, size_t to, struct span fresh);

/* Tells what looks like a blank and is none at the beginning of a line, and puts blanks there. */
void		 mend_blanks(struct mend *, struct findings *);
/* Tells each line that tabs indent, and indents it with blanks. */
void		 mend_tabs(struct mend *, struct findings *);
/* Tells byte order marks behind the file's beginning, and what ends lines to libyaml alone; no line ends there any more. */
void		 mend_signs(struct mend *, struct findings *);

#endif

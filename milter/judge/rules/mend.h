/*
 * A document with mistakes that end its reading, mended just so far that the reading goes on: the next mistake is to be
 * told, too. What was mended is never in force. Lines stay lines; columns are led back to those of the source.
 */
#ifndef JUDGE_RULES_MEND_H
#define JUDGE_RULES_MEND_H

#include "finding.h"

#define MEND_MOST	50	/* mistakes of a document that are mended */

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

/* Lines and columns from 0, in characters, as libyaml counts them. */
struct spot {
	size_t	line, column;
};

/*
 * Mends what libyaml stopped at, and moves *told to where a reader would look for the mistake. context is where it
 * began, as libyaml has it. False: it cannot; told may have moved all the same.
 */
typedef bool	mend_cure(struct mend *, struct findings *, struct spot problem, struct spot context, struct place *told);

void		 mend_init(struct mend *, const struct source *, struct span text, size_t lines_before, struct arena *);
/* The place in the source of a spot in the mended text. */
struct place	 mend_place(const struct mend *, struct spot);
/* Tells what looks like a blank and is none at the beginning of a line, and puts blanks there. */
void		 mend_blanks(struct mend *, struct findings *);
/* Tells each line that tabs indent, and indents it with blanks. */
void		 mend_tabs(struct mend *, struct findings *);
/* Tells byte order marks behind the file's beginning, and what ends lines to libyaml alone; no line ends there any more. */
void		 mend_signs(struct mend *, struct findings *);

/* How many blanks it begins with. */
size_t		 line_margin(struct span line);

mend_cure	 cure_bytes, cure_character, cure_escape, cure_word, cure_colon, cure_margin, cure_quote, cure_bracket, cure_key, cure_line;

#endif

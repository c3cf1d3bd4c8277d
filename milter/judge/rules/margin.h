/* How far lines of YAML are indented, and what the lines above allow the next one. */
#ifndef JUDGE_RULES_MARGIN_H
#define JUDGE_RULES_MARGIN_H

#include <pixelward/span.h>

/* How many blanks it begins with. */
size_t	line_margin(struct span line);
/* It says nothing: no text, or a comment. */
bool	line_is_blank(struct span line);

#define MOST_MARGINS	32
#define MOST_LISTED	(MOST_MARGINS * 2 + 1)

/* Lines above the one that is looked at, each with less margin than the one below it. */
struct margins {
	struct level {
		size_t	margin;
		bool	dash;		/* a list's entry: what it holds may stand two further right */
	}	levels[MOST_MARGINS];
	size_t	count;
	bool	colon;			/* what stands right above ends with one */
};

/* The next line, without the blanks at its end. */
void	margins_note(struct margins *, struct span line);
/* Those that a line below may have, the nearest first; the number. */
size_t	margins_list(const struct margins *, size_t list[MOST_LISTED]);

#endif

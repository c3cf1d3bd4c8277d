/* Where a page's text begins: behind its body tag, or before the first thing that is shown. */
#ifndef DISSECT_HTML_OPENING_H
#define DISSECT_HTML_OPENING_H

#include "lexer.h"

struct opening {
	bool	found;
	size_t	at;		/* in the text, once it is found */
	size_t	behind;		/* what was looked at */
};

/* Tokens of the plain scan, in order, the end of the file included. A frame set has none: text would undo it. */
void	opening_add(struct opening *, struct span text, const struct html_token *);

#endif

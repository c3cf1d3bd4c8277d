/* Declarations of a block, from its statements. */
#ifndef DISSECT_CSS_DECLARATIONS_H
#define DISSECT_CSS_DECLARATIONS_H

#include "css/statements.h"

/* false: no memory. */
bool	css_declarations_add(struct css_declarations *, struct css_lexer *, const struct css_statement *);

#endif

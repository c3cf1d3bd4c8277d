/*
 * The @import rules that a browser's preload scanner sees (CSSPreloadScanner in Blink and WebKit). It asks for sheets
 * before CSS is parsed, and knows no tokens: a rule ends at ";", inside of strings and comments, too, and what its
 * address is runs up to white space.
 */
#ifndef DISSECT_CSS_AHEAD_H
#define DISSECT_CSS_AHEAD_H

#include "css/css.h"

/*
 * Add to the places of a sheet what only such a scanner takes for an address: in the place of an @import that holds it
 * already, else the whole sheet is the place. false: no memory.
 */
bool	css_ahead_add(struct span sheet, struct arena *, struct css_places *);

#endif

/* Texts that can hold no place, told without tokens. */
#ifndef DISSECT_CSS_PREFILTER_H
#define DISSECT_CSS_PREFILTER_H

#include <pixelward/span.h>

/*
 * false: css_find_places would find nothing. What every class of places needs, if it has no escape
 * (any backslash gives true):
 *	a function or url token		its name's last letters before "("
 *	@import, @property, @function	"@" and the first letter
 *	a string in a custom property	"--" and a quote
 *	src= in a legacy filter		"="
 */
bool	css_may_hold_places(struct span text);

#endif

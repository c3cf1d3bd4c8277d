/*
 * Rule files in one form: two blanks for each level, one behind ":" "-" and ",", none within brackets, no blanks at a
 * line's end, at most one empty line in a row. Comments, the order of keys, quotes and lines stay.
 */
#ifndef JUDGE_RULES_FORMAT_H
#define JUDGE_RULES_FORMAT_H

#include "yaml.h"

/*
 * The source's text in that form, appended to out, which is to be used only if this returns true. It was then read again:
 * it says the same, holds the same comments, and has that form. False: mistakes of the file went to findings, or *why
 * says what cannot be kept (NULL: no memory, or findings).
 */
bool	format_source(const struct source *, struct findings *, struct buf *out, const char **why);

#endif

/*
 * Configuration files: `Keyword value` lines, `#` comments, `Include PATTERN`.
 * Mistakes are reported as "file:line:column: what; what instead", all of them in one run.
 */
#ifndef PIXELWARD_BASE_CONFIG_H
#define PIXELWARD_BASE_CONFIG_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/options.h>

/* With all defaults. Free with options_free. NULL: no memory. */
struct options	*options_new(void);
void		 options_free(struct options *);	/* NULL is fine */

/*
 * Read file on top of *options. It may be a pipe; a list in it replaces the default. Mistakes and warnings are
 * appended to report, a line each; warnings begin with "file:line:column: warning:".
 *	PW_ECONFIG	there was at least one mistake; *options must not be used
 */
enum pw_err	 config_read(const char *file, struct options *, struct buf *report) PW_MUST_CHECK;
/*
 * Set one option as if a line of a file said so ("where" stands for file:line:column). A list replaces what
 * it held; options are not compared with each other.
 */
enum pw_err	 config_set(struct options *, const char *where, const char *keyword, const char *value,
		    struct buf *report) PW_MUST_CHECK;
/* The effective set in the file's own grammar, one line per option, for `pixelward -t --defaults`. */
void		 config_print(const struct options *, struct buf *out);
/* Is the option of this name set otherwise in the others? */
bool		 config_differs(const struct options *, const struct options *others, const char *keyword);
/* One row: keyword, type, default, bounds, meaning; for docs and their test. */
void		 config_print_table(struct buf *out);

#endif

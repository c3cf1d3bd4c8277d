/* Regular expressions that an operator's list brings along, matched within bounds: PCRE2. */
#ifndef JUDGE_REGEX_H
#define JUDGE_REGEX_H

#include <pixelward/error.h>
#include <pixelward/span.h>

struct regex;

enum regex_answer {
	REGEX_NO,
	REGEX_YES,
	REGEX_FAILED,	/* a bound was hit: neither yes nor no */
};

/*
 * On the heap. JIT where the system lets code be made (systemd's MemoryDenyWriteExecute does not), else interpreted.
 *	PW_ESYNTAX	*why says what is wrong at byte *at of the source; static text of the library in the caller's room
 */
enum pw_err		regex_new(struct span source, bool match_case, struct regex **, char why[128],
			    size_t *at) PW_MUST_CHECK;
void			regex_free(struct regex *);	/* NULL is fine */
/* Any thread may ask. A failure is counted. */
enum regex_answer	regex_matches(const struct regex *, struct span text);
/* How often it failed since it was made. */
unsigned		regex_failures(const struct regex *);
/* Does it hold code that the processor runs? */
bool			regex_is_compiled(const struct regex *);

#endif

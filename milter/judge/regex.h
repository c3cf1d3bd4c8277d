/*
 * Regular expressions of lists and rules, matched within bounds: PCRE2.
 *
 * Each call has bounds of steps, depth and memory, and each message has bounds of text and time for all of them. Code
 * for the processor is made (JIT) where the process may have memory that is writable and executable at once; the daemon
 * may not, and interprets (policy_interpret).
 */
#ifndef JUDGE_REGEX_H
#define JUDGE_REGEX_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>

#define REGEX_MOST_BYTES	((uint64_t)64 << 20)	/* of text that the expressions of a message may see */
#define REGEX_MOST_US		500000			/* processor time from the first of them on */

struct regex;

enum regex_answer {
	REGEX_NO,
	REGEX_YES,
	REGEX_FAILED,	/* a bound was hit: neither yes nor no */
};

enum regex_flag {
	REGEX_TEXT = 1,		/* of UTF-8, as people write it; else of bytes, as URLs are */
	REGEX_ANY_CASE = 2,
	REGEX_INTERPRETED = 4,	/* no code, also where it could be made */
};

/* What the expressions of one message have cost, and room to match in. Zero but for the arena: a new message. */
struct regex_budget {
	struct arena				*arena;
	struct pcre2_real_match_data_8		*room;		/* made for the first match */
	struct pcre2_real_match_context_8	*bounds;
	uint64_t				 bytes, bytes_at_clock, began_us;
};

/*
 * On the heap.
 *	PW_ESYNTAX	*why says what is wrong at byte *at of the source; static text of the library in the caller's room
 */
enum pw_err		regex_new(struct span source, unsigned flags, struct regex **, char why[128], size_t *at)
			    PW_MUST_CHECK;
void			regex_free(struct regex *);	/* NULL is fine */
/* Any thread may ask, each message within its own budget (NULL: that of one call alone). *why: what failed. */
enum regex_answer	regex_matches(const struct regex *, struct span text, struct regex_budget *, const char **why);
/* Does it hold code that the processor runs? */
bool			regex_is_compiled(const struct regex *);

#endif

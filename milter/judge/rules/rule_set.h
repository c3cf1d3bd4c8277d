/* All rules of one policy: read file by file, then checked together, then asked by any thread. */
#ifndef JUDGE_RULES_RULE_SET_H
#define JUDGE_RULES_RULE_SET_H

#include <pixelward/judge/judge.h>

#include "ruling.h"

/* NULL: no memory. */
struct rule_set	*rule_set_new(void) PW_MUST_CHECK;
void		 rule_set_free(struct rule_set *);	/* NULL is fine */

/* One file's rules. Mistakes go to the set's findings; text is copied. */
void		 rule_set_read(struct rule_set *, const struct list_set *, const char *path, struct span text);
/*
 * After the last file: names, exemptions, tests (run if dissect is not NULL). The findings are then in order.
 *	PW_ECONFIG	there are mistakes
 */
enum pw_err	 rule_set_finish(struct rule_set *, const struct list_set *, dissect_function *) PW_MUST_CHECK;

/* Days from 1970-01-01. */
int64_t		 rule_set_today(void);

#endif

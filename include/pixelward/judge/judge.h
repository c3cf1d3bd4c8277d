/* Decides, by policy and lists, what happens to each reference and to the message. Changes nothing. */
#ifndef PIXELWARD_JUDGE_JUDGE_H
#define PIXELWARD_JUDGE_JUDGE_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/message.h>
#include <pixelward/options.h>
#include <pixelward/verdict.h>

/* Rules and lists as loaded at one moment; immutable, shared by all threads. */
struct policy;

/*
 * Load the lists of options->rules_dir. Mistakes go to report as file:line:column, all in one run.
 *	PW_ECONFIG	*policy is NULL
 */
enum pw_err	policy_load(const struct options *, struct buf *report, struct policy **) PW_MUST_CHECK;
void		policy_free(struct policy *);	/* NULL is fine */
/* Short hash of everything loaded: the generation in log lines. */
const char	*policy_generation(const struct policy *);

/* options is read for remote_content, on_limit and the like; verdict and what it holds live in arena. */
enum pw_err	judge(const struct message *, const struct dissection *, const struct options *,
		    const struct policy *, struct arena *, struct verdict *) PW_MUST_CHECK;

#endif

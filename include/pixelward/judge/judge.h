/* Decides, by policy and lists, what happens to each reference and to the message. Changes nothing. */
#ifndef PIXELWARD_JUDGE_JUDGE_H
#define PIXELWARD_JUDGE_JUDGE_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/message.h>
#include <pixelward/options.h>
#include <pixelward/verdict.h>

/* Rules, lists and groups as loaded at one moment; immutable, shared by all threads. */
struct policy;
struct reputation;

/* As dissect(): takes the mails in rules' tests apart, for whoever may do that. */
typedef enum pw_err	dissect_function(struct span message, const struct limits *, struct arena *,
			    const struct dissection **);

/*
 * From now on this process makes no code of regular expressions: it has no memory that is writable and executable at
 * once, and those that it starts to read hostile mail inherit none. Before the first thread.
 */
void		policy_interpret(void);

/*
 * Load the rule files of options->rules_dir (*.yaml), the lists of its lists.d, and the files of
 * options->groups. dissect runs the tests in the rules; NULL: they are not run. Mistakes and warnings go to report
 * as file:line:column, all in one run. A missing directory is a mistake if the configuration names it, else a warning
 * and no lists; a group's missing file always is one.
 *	PW_ECONFIG	*policy is NULL
 *	PW_ENOMEM	*policy is NULL
 */
enum pw_err	policy_load(const struct options *, dissect_function *dissect, struct buf *report, struct policy **)
		    PW_MUST_CHECK;
/* The same with these rule files in place of those of the directory; file_count 0: those of the directory. */
enum pw_err	policy_load_files(const struct options *, const char *const *files, size_t file_count,
		    dissect_function *dissect, struct buf *report, struct policy **) PW_MUST_CHECK;
void		policy_free(struct policy *);	/* NULL is fine */
/* Short hash of everything loaded: the generation in log lines. */
const char	*policy_generation(const struct policy *);
/* A line for each rule of files that was unknown or failed in messages judged so far, by any thread; perhaps nothing. */
void		policy_report(const struct policy *, struct buf *);

/*
 * Decide on every reference and on the message: what policy wants, whatever the Mode. options is read for
 * remote_content, on_limit and the like; policy may be NULL (no lists, no groups). The reputation is asked for what is
 * known of the message's hosts; NULL: nothing is. The dissection must be sound.
 * Verdict and what it holds live in arena. Every decision has a reason, also those that keep; so has the action.
 *
 * Rules named in the verdict:
 *	builtin.recipient-token	the URL carries a recipient's address, plain, encoded or as a digest
 *	builtin.invisible	a picture that no reader sees
 *	builtin.opaque-token	a style sheet or font for one reader
 *	builtin.open-report	a picture whose URL says that it counts openings
 *	builtin.remote-content	RemoteContent all
 *	builtin.unvouched	RemoteContent unvouched
 *	builtin.denied		an analyst or a campaign speaks against the domain
 *	builtin.campaign	it belongs to one, OnCampaign
 *	builtin.receipt		ReadReceipts
 *	builtin.two-signs, builtin.signed, builtin.poison
 *	builtin.limit, builtin.list-limit	the latter: too much URL text to try the lists on
 *	list.NAME		a file of lists.d
 * and those of the rule files. Notes: "shadow.NAME" of rules in shadow that matched, "failed.NAME (why)" of rules and
 * lists whose regular expressions ran into their limits.
 *	PW_ENOMEM	the verdict must not be used
 */
enum pw_err	judge(const struct message *, const struct dissection *, const struct options *,
		    const struct policy *, struct reputation *, struct arena *, struct verdict *) PW_MUST_CHECK;

#endif

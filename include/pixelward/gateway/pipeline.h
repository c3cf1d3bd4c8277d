/* One message through the house: dissect, judge, rewrite, verify. The daemon and pixelctl both call this. */
#ifndef PIXELWARD_GATEWAY_PIPELINE_H
#define PIXELWARD_GATEWAY_PIPELINE_H

#include <pixelward/base/arena.h>
#include <pixelward/judge/judge.h>
#include <pixelward/gateway/dissectors.h>
#include <pixelward/rewritten.h>

struct outcome {
	const struct dissection	*dissection;	/* NULL if there was no memory for it */
	struct verdict		 verdict;	/* what policy wants, whatever the mode */
	struct rewritten	 rewritten;	/* changed is false if nothing is to be changed */
	enum pw_err		 failure;	/* why it was not read or not changed; PW_OK if it was */
	bool			 skipped;	/* internal or authenticated client: not looked at */
	uint64_t		 cpu_us;	/* CPU time it took */
	const char		*generation;	/* of the rules that judged it; NULL: none did */
};

/*
 * Never fails: a failure becomes a verdict (held, deferred, or delivered where an option wants that; never dropped).
 * All lives in arena. dissectors do the parsing: a thread, or a pool of processes. The reputation, if there is one, is
 * asked, and learns nothing here.
 */
void	pipeline_run(const struct message *, const struct options *, const struct policy *,
	    const struct dissectors *, struct reputation *, struct arena *, struct outcome *);
/*
 * A message without an envelope, from a file: its header says who was to get it. One with recipients stays as it is.
 *	PW_ENOMEM
 */
enum pw_err	pipeline_envelope(const struct dissection *, struct arena *, struct message *) PW_MUST_CHECK;
/* The bytes around a reference as they came and as they are delivered, see rewrite_show(). at is NULL: no memory. */
void	outcome_show(struct span message, const struct outcome *, uint32_t reference, struct arena *, struct span *before,
	    struct span *after);
/* The log line without its queue id: "action=... rules=... refs=..." */
struct span	outcome_log_line(const struct message *, const struct options *, const struct outcome *,
		    struct arena *);
/* The log line of a campaign that shows itself, or grows, with this message; or the empty span. */
struct span	outcome_campaign_line(const struct outcome *, struct arena *);
/* Value of the X-Pixelward field, or the empty span when none is due. */
struct span	outcome_header(const struct message *, const struct options *, const struct outcome *, struct arena *);

#endif

/* One message through the house: dissect, judge, rewrite, verify. The daemon and pixelctl both call this. */
#ifndef PIXELWARD_GATEWAY_PIPELINE_H
#define PIXELWARD_GATEWAY_PIPELINE_H

#include <pixelward/base/arena.h>
#include <pixelward/judge/judge.h>
#include <pixelward/rewritten.h>

struct outcome {
	const struct dissection	*dissection;	/* NULL if there was no memory for it */
	struct verdict		 verdict;	/* what policy wants, whatever the mode */
	struct rewritten	 rewritten;	/* changed is false if nothing is to be changed */
	bool			 skipped;	/* internal or authenticated client: not looked at */
	uint64_t		 cpu_us;	/* CPU time it took */
};

/* Never fails: a failure becomes a verdict (held or deferred, never dropped). All lives in arena. */
void	pipeline_run(const struct message *, const struct options *, const struct policy *, struct arena *,
	    struct outcome *);
/* The log line without its queue id: "action=... rules=... refs=..." */
struct span	outcome_log_line(const struct message *, const struct options *, const struct outcome *,
		    struct arena *);
/* Value of the X-Pixelward field, or the empty span when none is due. */
struct span	outcome_header(const struct options *, const struct outcome *, struct arena *);

#endif

/* What is to be done with a message, and why. Lives in the message's arena. */
#ifndef PIXELWARD_VERDICT_H
#define PIXELWARD_VERDICT_H

#include <pixelward/dissection.h>
#include <pixelward/sighting.h>

struct knowledge;

/* By severity; the names of pixelctl's JSON are action_name(). */
enum action {
	ACTION_DELIVER,
	ACTION_TAG,		/* deliver with an X-Pixelward header field */
	ACTION_NEUTRALISE,
	ACTION_HOLD,		/* the MTA's quarantine, of the neutralised message */
	ACTION_REDIRECT,	/* to verdict.mailbox alone, neutralised */
	ACTION_REJECT,		/* with verdict.reply */
	ACTION_TEMPFAIL,
};

struct decision {
	bool		 strip;
	struct span	 proxied;	/* what stands in the URL's place, which is not stripped then; or empty */
	struct span	*reasons;	/* in words */
	size_t		 reason_count;
};

struct verdict {
	enum action	 action;
	struct decision	*decisions;	/* one for each reference of the dissection */
	size_t		 decision_count, strip_count, proxy_count;
	struct span	*rules;		/* names of what matched */
	size_t		 rule_count;
	struct span	*reasons;	/* of the message's action, in words */
	size_t		 reason_count;
	struct span	 mailbox, reply;	/* of the first rule that wants it */
	struct span	*copies;	/* mailboxes that get the mail, too; each once */
	size_t		 copy_count;
	struct span	 notice;	/* what readers are told at the begin of the mail; or empty */
	uint32_t	 notice_page, notice_plain;	/* the document and the part that it stands before; DISSECTION_NONE */
	bool		 tag;		/* a rule wants the X-Pixelward field, whatever the action */
	struct span	*notes;		/* of rules that change nothing: in shadow, or failed */
	size_t		 note_count;
	struct sighting	*sighting;	/* what is to be remembered; the gateway completes it */
	const struct knowledge *knowledge;	/* what was remembered; NULL: nobody was asked */
};

const char	*action_name(enum action);
/* "keep", "strip", "proxy" */
const char	*decision_name(const struct decision *);

/* Is the mail to be another one? */
static inline bool
verdict_edits(const struct verdict *verdict)
{
	return verdict->strip_count + verdict->proxy_count > 0 || verdict->notice.len > 0;
}

static inline bool
decision_edits(const struct decision *decision)
{
	return decision->strip || decision->proxied.len > 0;
}

#endif

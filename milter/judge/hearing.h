/* One message before the judge: what is known of it so far, and the verdict in the making. */
#ifndef JUDGE_HEARING_H
#define JUDGE_HEARING_H

#include <pixelward/base/arena.h>
#include <pixelward/reputation/reputation.h>

#include "indicator.h"
#include "opinion.h"
#include "policy.h"
#include "rules/evidence.h"
#include "rules/rule_set.h"

/* What lists say of a reference. */
struct listing {
	bool			 listed;
	const struct grounds	*grounds;	/* NULL: none */
};

/* The message, who judges it by what, and what was found out. */
struct hearing {
	const struct message	*message;
	const struct dissection	*d;
	const struct options	*options;
	const struct policy	*policy;
	struct arena		*arena;
	struct opinion		 opinion;
	struct indicators	 indicators;
	struct listing		*listings;	/* of each reference */
	struct evidence		 evidence;
	struct ruling		 ruling;	/* of the rule files; all empty without a policy */
	bool			*is_covered;	/* of each part: a signature stands around it */
	groups			 watched;	/* watched groups that a recipient is in */
	bool			 watched_known;
	bool			 indicated;	/* a list asks to hold the message */
	bool			 holds, defers;	/* limits, failures and signatures ask for it */
	const struct rule	*signs[SIGN_CAMPAIGN + 1];	/* the first rule that is a sign of each kind */
	size_t			 signed_kept;
};

static inline const struct reference *
hearing_reference(const struct hearing *hearing, uint32_t index)
{
	return &dissection_references(hearing->d)[index];
}

/* What the message shows of a campaign, or NULL. */
static inline const struct campaign_sign *
hearing_campaign(const struct hearing *hearing)
{
	const struct knowledge *knowledge = hearing->evidence.knowledge;

	return knowledge != NULL && knowledge->complete && knowledge->campaign.id.len > 0 ? &knowledge->campaign : NULL;
}

#endif

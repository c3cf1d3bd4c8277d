/* A suspect message and the members of its windows: what they have in common, and whether that makes a campaign. */
#ifndef REPUTATION_CAMPAIGN_GROUP_H
#define REPUTATION_CAMPAIGN_GROUP_H

#include "campaign_member.h"

struct campaign_linked {
	struct campaign_member	member;
	uint32_t		links;		/* what it shares with the message: enum in campaign_group.c */
	bool			belongs;	/* so much that what is known of one is true of the other */
	bool			kin;		/* enough that two campaigns that have one of them each are one */
};

struct campaign_shown;

struct campaign_group {
	const struct campaign_member	*self;
	struct campaign_linked		*members;	/* each message once, without self */
	size_t				 count;
	size_t				 recipients, watched;	/* different ones of the message and of those that belong */
	const struct campaign_shown	*shown;		/* what all of them come to */
};

/* False: no memory. self and the windows are borrowed. */
bool	campaign_group_make(const struct campaign_member *self, const struct store_window *, size_t window_count,
	    struct arena *, struct campaign_group *) PW_MUST_CHECK;
/* score: what the terms must come to; more where no history says what is new. */
bool	campaign_group_trips(const struct campaign_group *, int score, bool seasoned);
/* Does a share more with the message than b? */
bool		campaign_group_is_closer(const struct campaign_linked *a, const struct campaign_linked *b);
/* What a member shares with the message, in words; at is NULL: no memory. */
struct span	campaign_group_shares(const struct campaign_linked *, struct arena *);
/* Reasons and counts. False: no memory. */
bool	campaign_group_explain(const struct campaign_group *, struct arena *, struct campaign_sign *) PW_MUST_CHECK;

#endif

/*
 * Does a message belong to a campaign: personal beacons on hosts first seen lately, towards several people, by several
 * senders or through several hosts that have something in common? Pure functions: the store's answers come in, lessons
 * for it go out.
 *
 * Only suspect messages enter windows, so that a newsletter costs nothing; what a member of a window is, its text says
 * (campaign_member.h). Terms and weights: docs/campaigns.md.
 */
#ifndef REPUTATION_CAMPAIGN_H
#define REPUTATION_CAMPAIGN_H

#include <pixelward/options.h>

#include "store.h"

/* The windows to ask for, known from the message alone. 0: nothing in it could be a beacon. */
size_t		campaign_keys(const struct sighting *, uint64_t keys[STORE_MOST_WINDOWS]);

/*
 * hosts and templates are parallel to the sighting's, scored already; the answer's windows are of campaign_keys(). All
 * that the sign holds lives in the arena, or in the sighting.
 *	PW_ENOMEM
 */
enum pw_err	campaign_look(const struct options *, const struct sighting *, const struct standing *hosts,
		    const struct standing *sender, const struct template_history *templates, bool seasoned,
		    const struct store_answer *, size_t window_count, struct arena *, struct campaign_sign *) PW_MUST_CHECK;
/* The campaign that it turned out to be a part of, or itself. */
struct span	campaign_of(const struct store_answer *, struct span id);

/* What reputation_mark() does. */
void		campaign_mark(struct sighting *, const struct campaign_sign *);

struct campaign_lesson {
	struct lesson_window	*windows;	/* this message, and members before that get to know their campaign */
	size_t			 window_count;
	struct store_campaign	 campaign;	/* to add; id empty: none */
	const uint64_t		*recipients;	/* of the campaign */
	size_t			 recipient_count;
	struct store_campaign	*parts;		/* campaigns that turned out to be this one */
	size_t			 part_count;
	struct span		*domains;	/* that lose their standing */
	size_t			 domain_count;
};

/* True of a message that was marked as suspect: there is something to teach. */
bool		campaign_teaches(const struct sighting *);
/*
 * Of such a message. windows: as campaign_look() had them, asked anew; without a campaign none are needed.
 *	PW_ENOMEM
 */
enum pw_err	campaign_teach(const struct sighting *, const struct store_window *, size_t window_count, struct arena *,
		    struct campaign_lesson *) PW_MUST_CHECK;

#endif

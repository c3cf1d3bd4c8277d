/*
 * One suspect message as the campaign's windows remember it: packed into the opaque text of a store's member.
 *
 * The text is one line of words parted by spaces: a version, the words of the message, then a word for each beacon and
 * each recipient. What does not fit is left out from the end.
 */
#ifndef REPUTATION_CAMPAIGN_MEMBER_H
#define REPUTATION_CAMPAIGN_MEMBER_H

#include "store.h"

#define MEMBER_BYTES		1024u	/* of a packed text */
#define MEMBER_MOST_BEACONS	5u
#define MEMBER_MOST_RECIPIENTS	16u

/* Bits. */
enum campaign_member_flag {
	MEMBER_BULK = 1,	/* list headers */
	MEMBER_SHOWN = 2,	/* a beacon is a picture that a reader sees */
	MEMBER_LINKED = 4,	/* a link leads to a beacon's domain, too */
	MEMBER_FOREIGN = 8,	/* no beacon is of the sender's own domain */
	MEMBER_HIDDEN = 16,	/* a beacon that nobody sees, that names its reader, or is no picture */
	MEMBER_NEW_SENDER = 32,	/* the sender's domain was first seen lately */
	MEMBER_REPLY = 64,	/* it says that it answers or forwards another mail */
	MEMBER_POSES = 128,	/* a beacon's domain sounds like news or like a vendor */
	MEMBER_AT_HOME = 512,	/* a link leads to the sender's own domain */
	MEMBER_MIMICS = 1024,	/* of these: the name of an outlet or a vendor that people trust is in it */
};

struct campaign_beacon {
	struct span	host;		/* or its domain, if the host's name carries a token */
	uint32_t	domain_bytes;	/* the last ones of the host: its registrable domain */
	bool		specific;	/* the path template has words enough to be somebody's own */
	bool		unusual;	/* fetched by something else than a picture */
	uint32_t	make;		/* of its first folder; 0: not told */
	uint64_t	path;		/* 0: without a token */
	uint64_t	token;
};

struct campaign_recipient {
	uint64_t	digest;
	bool		watched;
};

struct campaign_member {
	int64_t		 time_ms;
	uint64_t	 message, skeleton;
	uint32_t	 flags;
	uint32_t	 recipients_in_all;
	struct span	 queue_id, from, domain, campaign;
	struct campaign_beacon	  beacons[MEMBER_MOST_BEACONS];
	size_t		 beacon_count;
	struct campaign_recipient recipients[MEMBER_MOST_RECIPIENTS];
	size_t		 recipient_count;
};

/* Of the sighting's templates in the bits of suspects. All is borrowed. */
void		campaign_member_of(const struct sighting *, uint64_t suspects, struct campaign_member *);
/* The registrable domain of a beacon. */
struct span	campaign_beacon_domain(const struct campaign_beacon *);
/* The keys of its windows, and how many. */
size_t		campaign_member_keys(const struct campaign_member *, uint64_t keys[STORE_MOST_WINDOWS]);
/* at is NULL: no memory. */
struct span	campaign_member_pack(const struct campaign_member *, struct arena *);
/* False: the text is not one of ours. Texts are borrowed. */
bool		campaign_member_unpack(const struct member *, struct campaign_member *);

#endif

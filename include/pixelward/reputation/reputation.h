/*
 * What the gateway has learned of hosts, URL templates and senders, and of campaigns among them.
 *
 * Reading (look) happens while a message is judged: one round trip at most, with a deadline, never in the way of mail.
 * Learning happens afterwards, from the journal. Times are the message's own (sighting.time_ms), so that old mail can be
 * judged in its own time.
 */
#ifndef PIXELWARD_REPUTATION_REPUTATION_H
#define PIXELWARD_REPUTATION_REPUTATION_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/options.h>
#include <pixelward/sighting.h>

#define REPUTATION_SEASON_DAYS	14	/* so old a history may vouch, without `pixelctl learn` */
#define REPUTATION_SCHEMA	"1"	/* of the keys in Redis: docs/redis-schema.md */

/* What an analyst said of a domain (pixelctl ioc). */
enum word { WORD_NONE, WORD_ALLOW, WORD_DENY };

/* Of one registrable domain. Numbers are of messages unless they say otherwise. */
struct standing {
	bool		 known;		/* seen before this message */
	int64_t		 first_ms, last_ms;
	uint32_t	 days;		/* different days (UTC) with a message, at most 32 are told apart */
	uint64_t	 messages;	/* with it as a sender or as a host that is fetched from */
	uint64_t	 aligned, unaligned, bulk;	/* of these */
	uint64_t	 fetched;	/* messages that fetch from it without a click; each is at most one of the next four: */
	uint64_t	 shown;		/* one of the fetches shows something that is no beacon */
	uint64_t	 listed;	/* all that is fetched is on a list */
	uint64_t	 personal;	/* with a token or the recipient's address, or reporting the opening, and nothing else */
	uint64_t	 hidden;	/* nothing that a reader sees, nothing personal */
	uint64_t	 learned;	/* shown, in old mail */
	uint64_t	 stripped, held, watched;
	uint64_t	 recipients, templates;	/* different ones, roughly (HyperLogLog) */
	enum word	 word;
	struct span	 note;		/* the analyst's */
	int64_t		 until_ms;	/* of the word; 0: for ever */
	struct span	 campaign;	/* one that it belongs to, or empty */
	int32_t		 score;		/* -100 to 100, docs/reputation.md */
	bool		 vouched;	/* remote content of it is allowed: */
	bool		 firm;		/* all of it; else what is proved to be the same for all */
};

/* What a score is the sum of. */
struct standing_term {
	int32_t		 points;
	const char	*text;
};

#define STANDING_MOST_TERMS	8u

/* All terms, also those of no points. How many. */
size_t		standing_terms(const struct standing *, struct standing_term[STANDING_MOST_TERMS]);

/* What deliveries of a template prove: a token for each of them, or one file for all (docs/reputation.md). */
enum proof { PROOF_NONE, PROOF_PERSONAL, PROOF_STATIC };

struct template_history {
	enum proof	proof;
	bool		vouched;	/* by its domain, firmly, or since it is proved to be the same for all */
	uint64_t	messages, recipients, tokens;	/* different ones, roughly */
};

/* A campaign that this message belongs to, or makes visible. */
struct campaign_sign {
	struct span	 id;		/* empty: none */
	bool		 trips;		/* this message is the one that shows it */
	bool		 joins;		/* a host or a sender of this message is new to it */
	struct span	*reasons;	/* in words */
	size_t		 reason_count;
	uint32_t	 messages, recipients, watched;	/* with this one */
	struct span	*hosts;		/* of beacons; the domain alone of one whose name carries a token */
	struct span	*senders;	/* mailboxes of From */
	struct span	*earlier;	/* queue ids of members before, as far as the windows show them */
	struct span	*parts;		/* campaigns that turn out to be this one */
	size_t		 host_count, sender_count, earlier_count, part_count;
	uint64_t	 suspects;	/* bits: the sighting's templates that are suspect, campaign or not */
	bool		 new_sender;
};

/* All that is known of one message, parallel to its sighting. Lives in the arena. */
struct knowledge {
	int64_t		 time_ms;	/* the message's, as far as it is believed */
	bool		 complete;	/* the store answered in time; else what is missing is unknown */
	bool		 seasoned;	/* history is long enough to vouch: learned, or 14 days old */
	struct standing	*hosts;		/* of each sighting.hosts: of its domain */
	struct standing	 sender;	/* of sighting.sender_domain */
	struct template_history *templates;	/* of each sighting.templates */
	struct campaign_sign campaign;
	int64_t		 surge;		/* suspect mails to watched people: today's, times a usual day's; -1: not known */
};

/* A campaign as the store keeps it. Lists are sets: what is added twice is there once. */
struct store_campaign {
	struct span	 id;
	int64_t		 first_ms, last_ms;
	bool		 closed;
	uint64_t	 messages;
	struct span	 note;		/* why it was found */
	struct span	 part_of, part_why;	/* an older campaign that it turned out to be, and by what; or empty */
	struct span	*hosts, *senders, *members;	/* members: queue ids */
	size_t		 host_count, sender_count, member_count;
	uint64_t	 recipients;	/* different ones, roughly */
};

struct reputation;

enum reputation_kind {
	REPUTATION_EMPTY,	/* in memory; leaves nothing */
	REPUTATION_KEPT,	/* what options name: Redis, or memory that is kept in StateDir */
	REPUTATION_COPY,	/* in memory, beginning with what the same has; leaves nothing */
};

/*
 * A Redis that is away is no error: it is tried again. The options are borrowed for the call: they may be loaded anew.
 *	PW_ECONFIG, PW_ENOMEM	report says what to do
 */
enum pw_err	reputation_open(const struct options *, enum reputation_kind, struct buf *report, struct reputation **)
		    PW_MUST_CHECK;
/* Now, instead of within a minute. What this process taught while a daemon has the store is handed to that. */
enum pw_err	reputation_save(struct reputation *) PW_MUST_CHECK;
void		reputation_close(struct reputation *);	/* saves; NULL is fine */

/*
 * What is known before this message. Any thread. Never late: past the deadline (20 ms) it is incomplete.
 *	PW_ENOMEM
 */
enum pw_err	reputation_look(struct reputation *, const struct options *, const struct sighting *, struct arena *,
		    const struct knowledge **) PW_MUST_CHECK;
/* Note in the sighting what of the look is to be remembered with it: suspect templates, the campaign. */
void		reputation_mark(struct sighting *, const struct knowledge *);
/*
 * Remember them, in their order, as if each came alone. node and sighting.number make it idempotent: what was learned of
 * this node up to a number is not learned again. One thread at a time.
 *	PW_EAWAY (the store is away: come again), PW_ENOMEM
 */
enum pw_err	reputation_learn(struct reputation *, struct span node, const struct sighting *, size_t count) PW_MUST_CHECK;
/*
 * Has it still what was learned of a node up to number? One that comes back empty, or without its last moments, has not.
 *	PW_ENOTFOUND	up to *number, which is less
 *	PW_EAWAY
 */
enum pw_err	reputation_knows(struct reputation *, struct span node, uint64_t *number) PW_MUST_CHECK;
/* Up to which number what was learned of the journal is kept, however this process ends. Any thread. */
uint64_t	reputation_kept(struct reputation *);

/*
 * For pixelctl ioc and why: said and asked by hand. until_ms 0: for ever. WORD_NONE: takes the word back.
 *	PW_EAWAY	of these and all below: the store is away; nothing is to be used
 *	PW_ENOMEM
 */
enum pw_err	reputation_say(struct reputation *, struct span domain, enum word, struct span note, int64_t until_ms)
		    PW_MUST_CHECK;
struct analyst_word {
	struct span	domain, note;
	enum word	word;
	int64_t		until_ms, said_ms;
};

/* All of them, by domain, also those that are over. */
enum pw_err	reputation_words(struct reputation *, struct arena *, struct analyst_word **, size_t *count) PW_MUST_CHECK;

/* How much there is: times of the first and the last message that was learned, 0 if none was. */
struct reputation_age {
	int64_t		first_ms, last_ms;
	uint64_t	learned;	/* messages that `pixelctl learn` gave it */
	bool		seasoned;	/* see struct knowledge */
};

enum pw_err	reputation_age(struct reputation *, const struct options *, int64_t now_ms, struct reputation_age *)
		    PW_MUST_CHECK;
enum pw_err	reputation_ask(struct reputation *, struct span domain, int64_t now_ms, struct arena *, struct standing *)
		    PW_MUST_CHECK;

/* For pixelctl campaign: the last ones, the youngest first; id not empty: that one alone. */
enum pw_err	reputation_campaigns(struct reputation *, struct span id, size_t most, struct arena *,
		    struct store_campaign **, size_t *count) PW_MUST_CHECK;
/* PW_ENOTFOUND: there is no such campaign. */
enum pw_err	reputation_close_campaign(struct reputation *, struct span id) PW_MUST_CHECK;

#endif

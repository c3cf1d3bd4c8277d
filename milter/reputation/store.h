/*
 * Where the reputation is kept: in memory or in Redis, behind one table of functions, with one meaning (store_test runs
 * the same rows against both).
 *
 * Three kinds of records. A domain: counters and a few texts. A template: traces of deliveries. A window: the last suspicious
 * messages that share a key (a host, a path template, a skeleton, a sender), for campaigns. All expire, all are bounded. Times
 * of the first two are whole seconds; how many different ones there are is counted up to 21, then estimated.
 */
#ifndef REPUTATION_STORE_H
#define REPUTATION_STORE_H

#include <pixelward/base/arena.h>
#include <pixelward/error.h>
#include <pixelward/reputation/reputation.h>

#include "surge.h"

/* A delivery of a template: to one recipient; digests as in the sighting. */
struct trace {
	uint64_t	token, recipient, message;
};

/* What was not seen for so long is forgotten; a domain with an analyst's word is not. */
#define STORE_DAYS_OF_DOMAIN	180
#define STORE_DAYS_OF_LEARNED	1096	/* a domain that `pixelctl learn` knows */
#define STORE_DAYS_OF_TEMPLATE	35
#define STORE_DAYS_OF_WINDOW	35

#define STORE_MOST_TRACES	64u	/* of a template; the oldest go */
#define STORE_MOST_TRACES_OF_TOKEN	8u	/* more prove no more: later ones are not kept */
#define STORE_MOST_TRACES_OF_MESSAGE	2u	/* with one token; one message to many recipients proves nothing */
#define STORE_MOST_MEMBERS	64u	/* of a window; the oldest go */
#define STORE_MOST_WINDOWS	16u	/* that one message is in */

struct store_template {
	struct trace	*traces;	/* the oldest first; no two are the same */
	size_t		 trace_count;
	uint64_t	 messages, tokens, recipients;	/* different tokens and recipients: estimates */
};

/* A suspicious message in a window. text: what the campaign's code packs there, opaque here; at most 1024 bytes. */
struct member {
	int64_t		time_ms;
	uint64_t	message;	/* digest: the same message is one member, and its later text counts */
	struct span	text;
};

struct store_window {
	uint64_t	 key;		/* digest of what is shared, its kind included */
	struct member	*members;	/* the oldest first; of the same time in some order that stays */
	size_t		 count;
};

/* A campaign that turned out to be an older one: whoever still bears its name is of that. */
struct store_part {
	struct span	id, of;
};

#define STORE_MOST_PARTS	256	/* that are told; the oldest go */

/* One round trip: what a message asks. Answers live in the arena. */
struct store_question {
	int64_t		 now_ms;
	bool		 patient;	/* no mail waits for the answer */
	const struct span *domains;	/* answered in standings, but for score and vouched */
	size_t		 domain_count;
	const uint64_t	*templates;	/* digests; answered in histories */
	size_t		 template_count;
	const uint64_t	*windows;	/* keys; answered in members no older than window_ms */
	size_t		 window_count;
	int64_t		 window_ms;
};

struct store_answer {
	struct standing		*standings;
	struct store_template	*templates;
	struct store_window	*windows;
	struct store_part	*parts;		/* if a window is asked for */
	size_t			 part_count;
	int64_t			 began_ms, last_ms;	/* of the first and the last message that it learned; 0: none */
	uint64_t		 learned;	/* messages that `pixelctl learn` gave it */
	struct surge		 surge;
};

/* Of domains, by name; added to by a lesson. The order is that of struct standing's counters. */
enum tally {
	TALLY_MESSAGES, TALLY_ALIGNED, TALLY_UNALIGNED, TALLY_BULK, TALLY_LEARNED, TALLY_FETCHED, TALLY_HIDDEN,
	TALLY_PERSONAL, TALLY_SHOWN, TALLY_LISTED, TALLY_STRIPPED, TALLY_HELD, TALLY_WATCHED, TALLIES,
};

/* The counter of that tally. */
uint64_t	*standing_tally(struct standing *, enum tally);

struct lesson_domain {
	struct span	 name;
	uint32_t	 tallies;	/* bits 1u << enum tally: plus one each */
	const uint64_t	*templates;	/* of this domain, for its HyperLogLog */
	size_t		 template_count;
	struct span	 campaign;	/* set if not empty */
};

struct lesson_template {
	uint64_t	 digest;
	struct span	 domain;	/* which bounds how many templates it may have: STORE_MOST_TEMPLATES_OF_DOMAIN */
	uint64_t	 token;
};

#define STORE_MOST_TEMPLATES_OF_DOMAIN	256u

struct lesson_window {
	uint64_t	 key;
	struct member	 member;
};

/* What one message teaches. */
struct lesson {
	struct span	 node;		/* with number: what was learned of it up to number is not learned again */
	uint64_t	 number;	/* 0: no such guard (pixelctl learn) */
	int64_t		 time_ms;
	uint64_t	 message;
	bool		 old;		/* of pixelctl learn */
	bool		 surges;	/* suspect, to somebody who is watched: the surge counts it */
	const uint64_t	*recipients;	/* digests */
	size_t		 recipient_count;
	const struct lesson_domain *domains;
	size_t		 domain_count;
	const struct lesson_template *templates;
	size_t		 template_count;
	const struct lesson_window *windows;
	size_t		 window_count;
	const struct store_campaign *campaign;	/* what is added to it; NULL: it is of none */
	const uint64_t	*campaign_recipients;
	size_t		 campaign_recipient_count;
	const struct store_campaign *parts;	/* of that campaign: part_of and part_why are set in them */
	size_t		 part_count;
};

struct store {
	const struct store_kind *kind;
};

struct store_kind {
	/* PW_EAWAY: away, or late; nothing is known. */
	enum pw_err	(*ask)(struct store *, const struct store_question *, struct arena *, struct store_answer *);
	/* All of them, in their order; of one node. PW_EAWAY: come again, also with others of them together. */
	enum pw_err	(*teach)(struct store *, const struct lesson *, size_t count);
	/* The analyst's word; WORD_NONE takes it back. */
	enum pw_err	(*say)(struct store *, struct span domain, enum word, struct span note, int64_t until_ms);
	/* Domains that an analyst spoke of, by name; until_ms is not looked at. */
	enum pw_err	(*words)(struct store *, struct arena *, struct analyst_word **, size_t *count);
	/*
	 * Add to a campaign, which begins to be by it; closed, note and part_of are set if given. Of two that it is part of
	 * the one whose name sorts first counts.
	 */
	enum pw_err	(*campaign_add)(struct store *, const struct store_campaign *, const uint64_t *recipients, size_t count);
	/* The last ones, the youngest first, of the same time by id backwards; id not empty: that one alone. */
	enum pw_err	(*campaigns)(struct store *, struct span id, size_t most, struct arena *,
			    struct store_campaign **, size_t *count);
	/*
	 * What time it is, whatever the system's clock does (steady.h); of Redis as it was at the last answer. NULL or 0: that
	 * of the messages, in a store for trying out.
	 */
	int64_t		(*now)(struct store *);
	/* Write to disk what is only in memory. */
	enum pw_err	(*save)(struct store *);
	/* The number of the last lesson of a node that it has wholly. NULL: what it was taught in this life it has. */
	enum pw_err	(*known)(struct store *, struct span node, uint64_t *number);
	/* The number up to which lessons outlive this process, however it ends. NULL: all that were taken do. */
	uint64_t	(*kept)(struct store *);
	void		(*close)(struct store *);
};

/* Of a message: as far as it is believed. */
int64_t		store_time(struct store *, int64_t time_ms, bool recorded);

/*
 * directory NULL: begins empty and leaves nothing. Bounded to so many domains; templates and windows in proportion.
 *
 * A directory belongs to one process, by a lock. For another one the store is what was saved last; what it teaches or says
 * there goes to the directory's inbox when it is saved, and the owner adds it to its own within a second or two.
 */
enum pw_err	store_open_memory(const char *directory, size_t most_domains, struct store **) PW_MUST_CHECK;
/* What was saved last in the directory; what this one learns stays in memory, and is gone in the end. */
enum pw_err	store_copy_memory(const char *directory, size_t most_domains, struct store **) PW_MUST_CHECK;
/* As options.redis says. */
enum pw_err	store_open_redis(const struct options *, struct store **) PW_MUST_CHECK;
/* What Redis knows, asked there when it is met first; what this one learns stays in memory, and is gone in the end. */
enum pw_err	store_copy_redis(const struct options *, size_t most_domains, struct store **) PW_MUST_CHECK;

#endif

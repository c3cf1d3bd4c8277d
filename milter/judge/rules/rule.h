/*
 * A rule as read and checked: selections, a condition over them, and what is done where it is true. An exemption is a
 * rule that takes others out of force where it is true; it has an owner and ends on a day.
 */
#ifndef JUDGE_RULES_RULE_H
#define JUDGE_RULES_RULE_H

#include "match.h"

#define RULE_MOST_SELECTIONS	32

enum rule_status { RULE_DRAFT, RULE_SHADOW, RULE_ENFORCE, RULE_RETIRED };

enum rule_hold {
	HOLD_NEVER,
	HOLD_WATCHED,	/* if every recipient is watched, else the mail is tagged */
	HOLD_ALWAYS,	/* asks a list of indicators: structure alone never holds everybody's mail */
};

/* Of which kind a match is a sign. One sign holds nothing; two of different kinds hold the mail. */
enum rule_sign { SIGN_NONE, SIGN_SENDER, SIGN_URL, SIGN_CAMPAIGN };

struct selection {
	struct span	 name;
	struct place	 place;
	enum scope	 scope;
	struct line	*lines;
	size_t		 line_count;
	uint32_t	 id;		/* equal selections of the rules in force have one */
	bool		 on_list;	/* no element is selected that is on no list */
	bool		 forgeable;	/* the sender alone decides whether it matches */
};

struct rule {
	const struct node	*document;
	struct place		 place;
	struct span		 name, title;
	bool			 exempts;
	bool			 sound;		/* no mistake was told of it */
	const char		*degraded;	/* by this list, which is past its expiry; NULL: not so */
	enum rule_status	 status;
	struct selection	*selections;
	size_t			 selection_count;
	struct condition	 condition;
	enum scope		 acting;	/* the condition is asked for each of these */
	/* a detection */
	uint32_t		 strips;	/* bits of selections: what these select is made inert */
	uint32_t		 proxies;	/* pictures that these select come through the site's proxy, the rest is made inert */
	enum rule_hold		 hold;
	struct span		 reject;	/* what the sender is told; empty: not refused */
	struct span		 redirect, copy;	/* mailboxes; empty: none */
	struct span		 notice;	/* what readers are told, if the rule has words of its own */
	bool			 tag, notices;
	enum rule_sign		 sign;
	/* an exemption */
	struct span		*from, *never;	/* rules' names; a * at the end stands for any rest */
	size_t			 from_count, never_count;
	int64_t			 expires;	/* the last day, from 1970-01-01 */
};

/* Does it do something to references, one by one? */
static inline bool
rule_edits(const struct rule *rule)
{
	return (rule->strips | rule->proxies) != 0;
}

static inline bool
rule_is_asked(const struct rule *rule)
{
	return rule->sound && (rule->status == RULE_SHADOW || rule->status == RULE_ENFORCE);
}

/* Read one document. False: mistakes were told, or there is no memory. today: days from 1970-01-01. */
bool		rule_read(struct reading_rules *, const struct node *document, int64_t today, struct rule *);
bool		rule_name_fits(struct span pattern, struct span name);

/* The names of the enums, as files have them. */
extern const char *const rule_status_names[4], *const rule_level_names[5], *const rule_sign_names[4];
/* The built-in rules that an exemption may name. */
extern const char *const rule_exemptible[5];

#endif

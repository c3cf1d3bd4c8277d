/*
 * What a set of rules makes of one message.
 *
 * The condition is asked for each element of the rule's acting scope, all its selections of that scope bound to that
 * element: "tiny and not spacer" is true of the tiny references that are no spacers, whatever else the mail holds.
 * Selections of the message are constants; one of another scope is true if it selects any of that scope's elements.
 * Where the message has no element to act on, what would select one is unknown.
 */
#ifndef JUDGE_RULES_RULING_H
#define JUDGE_RULES_RULING_H

#include "abp.h"
#include "index.h"
#include "rule.h"
#include "tally.h"

struct rule_set {
	struct arena	*arena;		/* of everything below */
	struct rule	*rules;
	size_t		 count, capacity;
	struct rule_regex	*regexes;
	struct rule_filters	*filters;
	struct interned	 interned;
	const struct rule_index	*index;		/* NULL: every rule is asked at every element */
	struct tally	*tally;
	size_t		 exemptions, files, tests;
	bool		 can_proxy, unverified;	/* as of reading_rules: set before files are read */
	struct findings	 findings;	/* while it is loaded */
};

struct strip_hit {
	const struct rule	*rule;
	bool			 proxies;	/* the picture may come through the site's proxy */
	struct strip_hit	*next;
};

/* How a rule met the message; kept for those that matched or failed. */
struct meeting {
	const struct rule	*rule;
	bool			 matched;
	const char		*failure;	/* what one of its regular expressions ran into; NULL: nothing */
	bool			*exempted;	/* an exemption that matched: references, by index; NULL: all */
	struct meeting		*next;
};

struct ruling {
	struct strip_hit	**strips;	/* of each reference, in the order of the rules; rules in force only;
						   what only proxies is among them */
	struct meeting		*met;		/* exemptions, then the others, each in the order of the rules */
	size_t			 rules_asked;	/* conditions; evidence counts lines */
};

/* Does a rule strip the reference? Does one let it come through the proxy? */
bool			 ruling_strips(const struct ruling *, uint32_t reference);
bool			 ruling_proxies(const struct ruling *, uint32_t reference);
/* today: days from 1970-01-01, for exemptions that have ended. False: no memory. */
bool			 rule_set_judge(const struct rule_set *, const struct list_set *, struct evidence *, int64_t today,
			    struct ruling *) PW_MUST_CHECK;
/* One rule by itself, whatever its status. False: no memory. */
bool			 rule_judge(const struct rule *, const struct list_set *, struct evidence *, struct ruling *)
			    PW_MUST_CHECK;
/* What every selection (by its number) and the condition are for one element, or where there is none to act on. */
typedef bool		 rule_witness(void *context, uint32_t element, bool has_element, const enum truth *answers,
			    enum truth condition);
/* One rule asked in full, for who wants to see why; acts on nothing. False: no memory, or the witness said so. */
bool			 rule_testify(const struct rule *, const struct list_set *, struct evidence *,
			    const char **failure, rule_witness *, void *context) PW_MUST_CHECK;
/* failed: its first line that is not true, or makes it false; line_count if it selects the element. */
enum truth		 selection_truth(const struct selection *, const struct list_set *, struct evidence *,
			    uint32_t element, struct strain *, size_t *failed);
/* The exemption in force that takes this reference from that rule; NULL: none. */
const struct rule	*ruling_exempts(const struct ruling *, uint32_t reference, struct span rule);

#endif

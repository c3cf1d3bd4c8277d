/*
 * One line of a selection: a fact, how it is compared, and with what. "url.host|in: [a.example, b.example]".
 *
 * Several values: one of them suffices, or with the modifier "all" each must be found. Regular expressions run with
 * limits for each call and for each message; past one the line is unknown, and the rule's failure is told.
 */
#ifndef JUDGE_RULES_MATCH_H
#define JUDGE_RULES_MATCH_H

#include "../list.h"
#include "../regex.h"

#include "condition.h"
#include "evidence.h"

#define MATCH_MOST_FAILURES	4			/* of a rule in a message; past it its regular expressions rest */
#define MATCH_MOST_VALUES	5000			/* of a line */

/* One expression, for who frees them. */
struct rule_regex {
	struct regex		*regex;
	struct rule_regex	*next;
};

struct wanted;

struct line {
	const struct node	*node;		/* as in the file */
	const struct fact	*fact;
	unsigned		 how;		/* a row of the modifiers */
	bool			 all;
	bool			 on_list;	/* no element matches that is on no list of indicators */
	bool			 blocks;	/* one of its filters is no exception */
	struct wanted		*wanted;
	size_t			 wanted_count;
	uint32_t		 id;		/* equal lines of the rules in force have one */
	const struct filter_set	*filters;	/* those of rules, for "abp" */
};

/* What reading needs beside the YAML. */
struct reading_rules {
	struct findings		*findings;
	const struct list_set	*lists;
	struct rule_regex	*regexes;
	struct rule_filters	*filters;
	bool			 can_proxy;	/* the site has a picture proxy */
	bool			 unverified;	/* the configuration names none of its verifiers */
	const char		*stale;		/* a list past its expiry that was asked for; NULL: none */
};

/* The failures of one rule in one message. */
struct strain {
	const char	*why;		/* the last one; NULL: none */
	unsigned	 failures;
};

/* node: a key and its value in a selection of that scope. False: mistakes were told, or there is no memory. */
bool		line_read(struct reading_rules *, const struct node *, enum scope, struct line *);
enum truth	line_match(const struct line *, const struct list_set *, struct evidence *, enum scope,
		    uint32_t element, struct strain *);
void		rule_regexes_free(struct rule_regex *);

/* A value for a fact, as a test gives it: a scalar, or a list where there may be many. */
bool		value_read(struct reading_rules *, const struct fact *, const struct node *, struct value *);

/* For the schema: the names of modifiers that fit the fact, NULL past the last. */
const char	*modifier_name(const struct fact *, size_t i);

#endif

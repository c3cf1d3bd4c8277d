/*
 * What is wrong with rule files: each mistake and warning with its exact place, all of them in one run.
 *
 * As text: "file:line:column: error PW203: what (did you mean 'x'?)", the source's line, and a caret below the place.
 */
#ifndef JUDGE_RULES_FINDING_H
#define JUDGE_RULES_FINDING_H

#include <pixelward/base/arena.h>
#include <pixelward/base/buf.h>
#include <pixelward/base/nearest.h>

/* Numbers stay what they are: people look them up, and scripts filter by them. docs/rules.md explains each. */
enum finding_code {
	FINDING_FILE = 101,		/* the file cannot be read, or is too large */
	FINDING_SYNTAX = 102,		/* no YAML */
	FINDING_REFUSED = 103,		/* YAML that rule files do without: anchors, aliases, tags, tabs */
	FINDING_DUPLICATE = 104,	/* a key stands twice */
	FINDING_DEPTH = 105,		/* too deep, too many */
	FINDING_KEY = 201,		/* a key that nobody knows */
	FINDING_MISSING = 202,		/* a key that must be there */
	FINDING_VALUE = 203,		/* a value of the wrong kind */
	FINDING_NAME = 204,		/* a name that is none, is reserved, or stands twice */
	FINDING_ACTION = 205,		/* an action that does not fit, or that the site has no means for */
	FINDING_FLOOR = 206,		/* a rule without an indicator would hold everybody's mail */
	FINDING_FACT = 301,		/* a fact that nobody knows, or not of this scope */
	FINDING_MODIFIER = 302,		/* a modifier that nobody knows, or that does not fit the fact */
	FINDING_REGEX = 303,		/* no regular expression */
	FINDING_LIST = 304,		/* a list that is not there */
	FINDING_FILTER = 305,		/* no Adblock filter, or one that is not supported */
	FINDING_LISTED = 306,		/* a line of a list or a group that cannot be read */
	FINDING_CONDITION = 401,	/* a condition that cannot be read */
	FINDING_SELECTION = 402,	/* a selection that is not there, or that the condition does not use */
	FINDING_TEST = 501,		/* a test of a rule fails */
	FINDING_MATCHES_ALL = 601,	/* warning: a regular expression that matches the empty text */
	FINDING_NEVER = 602,		/* warning: a rule that can never match */
	FINDING_EXPIRES = 603,		/* warning: an exemption that ends soon, or has ended */
	FINDING_SHADOW_PAST = 604,	/* warning: shadow past shadow_until */
	FINDING_FORGEABLE = 605,	/* warning: an exemption that anybody can claim */
	FINDING_STALE = 606,		/* warning: a rule asks a list that is past its expiry */
	FINDING_OVERLAP = 607,		/* warning: an exemption that another one covers */
	FINDING_LIST_DOUBT = 608,	/* warning: lines of a list that are not in force, a list past its expiry */
	FINDING_UNVERIFIED = 609,	/* warning: a rule asks verifiers, and the configuration names none */
};

struct source {
	const char	*path;
	struct span	 text;
	size_t		 lines_before;	/* text begins behind them: of a large file one line is kept */
};

/* Lines and columns count from 1; columns are characters. */
struct place {
	const struct source	*source;
	size_t			 line, column;
};

struct finding {
	struct place		 place;
	enum finding_code	 code;
	struct span		 what;
};

#define MOST_FINDINGS	1000	/* of one kind are told; the rest is counted */

/* Lives in the arena; so must the sources. */
struct findings {
	struct arena	*arena;
	struct finding	*at;
	size_t		 count, capacity;
	size_t		 errors, warnings;
	struct place	*doubts;	/* what is told of the rest of these lines comes of an earlier mistake */
	size_t		 doubt_count, doubt_capacity;
	bool		 no_memory;
};

void		finding_add(struct findings *, const struct place *, enum finding_code, const char *format, ...)
		    __attribute__((format(printf, 4, 5)));
bool		finding_is_warning(enum finding_code);
/* From there to the line's end nothing is told but by what reads YAML: a mistake was told there, or it comes of one. */
void		findings_doubt(struct findings *, const struct place *);
/* In the order of files, lines and columns, without what is doubted. */
void		findings_sort(struct findings *);
void		findings_print_text(const struct findings *, struct buf *);
/* {"findings":[{"file","line","column","severity","code","message"}],"errors":N,"warnings":N}, a line. */
void		findings_print_json(const struct findings *, struct buf *);

/* " (did you mean 'x'?)", or "". */
struct span	nearest_words(struct arena *, const char *near);

#endif

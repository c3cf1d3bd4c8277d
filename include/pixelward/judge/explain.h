/* Why a rule matches a message, or does not: every selection, every element, and the first line that failed. */
#ifndef PIXELWARD_JUDGE_EXPLAIN_H
#define PIXELWARD_JUDGE_EXPLAIN_H

#include <pixelward/judge/judge.h>

/* "reference", "link": index is the reference's; "part": the part's; "recipient": the recipient's; "message": 0. */
struct explained_element {
	const char	*scope;
	uint32_t	 index;
};

/* A line of a selection, and what the element has instead. truth: "false" or "unknown". */
struct explained_line {
	const char	*truth;		/* NULL: no line failed */
	const char	*file;
	size_t		 line, column;
	struct span	 text;		/* "width|lte: 3" */
	struct span	 fact, actual;	/* "width", "300"; "unknown" */
	struct explained_element element;
};

struct explained_selection {
	struct span		 name;
	const char		*scope, *file;
	size_t			 line, column;
	size_t			 element_count, unknown_count;	/* that it was asked for; that it is unknown of */
	uint32_t		*selected;
	size_t			 selected_count;
	struct explained_line	 failed;	/* of the element that came furthest, if none is selected */
};

/* One element that the condition was asked for. truth: "true", "unknown" or "false". */
struct explained_case {
	struct explained_element  element;	/* scope "message" where there is no other to act on */
	const char		 *truth;
	const char		**selections;	/* truths, in the order of the rule's selections */
	struct explained_line	 *failed;	/* of selections of this scope that are not true, in the same order */
	struct span		  exempted_by;	/* at is NULL: no exemption */
};

struct explained_rule {
	struct span			 name, title, condition;
	const char			*status, *level, *file;
	size_t				 line;
	bool				 exempts, matches;	/* true of some element, and no exemption takes it out */
	const char			*failure;		/* what a regular expression ran into; NULL: nothing */
	struct explained_selection	*selections;
	size_t				 selection_count;
	struct explained_case		*cases;
	size_t				 case_count;
};

/*
 * Rules that are asked (in force, in shadow, or no exemptions past their end), or the one of that name, whatever its
 * status. *count is 0 for a name that no rule has. What is explained lives in arena. The verdict is that of judge() about
 * this message: rules are told what it had found to be known.
 *	PW_ENOMEM	nothing is to be used
 */
enum pw_err	policy_explain(const struct policy *, const struct options *, const struct message *,
		    const struct dissection *, const struct verdict *, struct span rule, struct arena *,
		    struct explained_rule **, size_t *count) PW_MUST_CHECK;

#endif

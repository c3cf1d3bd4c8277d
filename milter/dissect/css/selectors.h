/* A rule's selector list, as far as a check without a browser can use it. */
#ifndef DISSECT_CSS_SELECTORS_H
#define DISSECT_CSS_SELECTORS_H

#include "css/css.h"

/* Classes of a compound beyond this make it inexact. */
#define CSS_MAX_CLASSES	32

enum css_selectors {
	CSS_SELECTORS_ADDED,
	CSS_SELECTORS_INVALID,	/* clients drop the rule; rules is as before */
	CSS_SELECTORS_NO_MEMORY,
};

/*
 * Append a rule for each selector of the list: element, id, classes, exact, pseudo_element and specificity;
 * the rest as in model. A pseudo-class or pseudo-element unknown to us makes the whole list inexact, since
 * clients that do not know it either drop the rule.
 */
enum css_selectors	css_selectors_add(struct span prelude, const struct css_rule *model, struct arena *,
			    struct css_rules *rules);

#endif

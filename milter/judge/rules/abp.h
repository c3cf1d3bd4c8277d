/*
 * Adblock filters in rules: "url|abp: ['||a.example^', '@@||a.example/logo']", and lists of filters by their names.
 *
 * The filters of all rules are one set with one index, as those of lists.d are; a line, or with "all" each of its
 * values, is a list of it. So a URL is tried once, however many rules there are.
 */
#ifndef JUDGE_RULES_ABP_H
#define JUDGE_RULES_ABP_H

#include "condition.h"
#include "evidence.h"

struct rule_filters {
	struct filter_set	 set;
	struct filter_source	*source;	/* room for one */
	uint32_t		 count;		/* of lists */
};

/* In the arena; its set is on the heap. NULL: no memory. */
struct rule_filters	*rule_filters_new(struct arena *);
void			 rule_filters_free(struct rule_filters *);	/* NULL is fine */

/* A filter to that list (below or at count). *blocks: it is no exception. False: mistakes were told, or no memory. */
bool			 abp_add(struct rule_filters *, const struct node *, enum scope, uint32_t list, struct findings *,
			    bool *blocks);
/* Does that list of the set match the element's URL? Unknown: *why says what failed. */
enum truth		 abp_matches(struct url_asker *, const struct filter_set *, struct evidence *, enum scope,
			    uint32_t element, uint32_t list, const char **why);
struct span		 abp_host(struct evidence *, enum scope, uint32_t element);
/* All of them at once: asker->asker.hits. */
enum pw_err		 abp_ask(struct url_asker *, const struct filter_set *, struct evidence *, enum scope, uint32_t element);

#endif

/* Rule files apart from mail: checked, tested, described. */
#ifndef PIXELWARD_JUDGE_RULES_H
#define PIXELWARD_JUDGE_RULES_H

#include <pixelward/judge/judge.h>

struct rules_summary {
	size_t	files, rules, tests;
	size_t	errors, warnings;
};

/*
 * Check rule files: those named, or all of options->rules_dir; the lists that they ask are in options->rules_dir/lists.d.
 * dissect runs their tests; NULL: they are only read. What is found goes to out, as text or as JSON; mistakes of lists
 * go to report.
 *	PW_ECONFIG	there are mistakes
 */
enum pw_err	rules_check(const struct options *, const char *const *files, size_t file_count, dissect_function *dissect,
		    bool json, struct buf *out, struct buf *report, struct rules_summary *) PW_MUST_CHECK;

/* docs/facts.md and rules/schema.json, made of the program's own tables. */
void		rules_print_facts(struct buf *out);
void		rules_print_schema(struct buf *out);

#endif

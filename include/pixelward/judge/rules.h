/* Rule files apart from mail: found, checked, tested, described. */
#ifndef PIXELWARD_JUDGE_RULES_H
#define PIXELWARD_JUDGE_RULES_H

#include <pixelward/judge/judge.h>

struct dirent;

/* For scandir: the rule files of a directory. */
int		rules_are_in(const struct dirent *);

struct rules_summary {
	size_t	files, rules, tests;
	size_t	errors, warnings;
};

/*
 * Check rule files: those named, or all of options->rules_dir, and the lists that they ask, in its lists.d. dissect runs
 * their tests; NULL: they are only read. of_site: options are those of a configuration, which rules may ask too much
 * of. What is found goes to out, as text or as JSON.
 *	PW_ECONFIG	there are mistakes
 */
enum pw_err	rules_check(const struct options *, bool of_site, const char *const *files, size_t file_count,
		    dissect_function *dissect, bool json, struct buf *out, struct rules_summary *) PW_MUST_CHECK;

/*
 * A rule file's text in the one form that all have (docs/rules.md), appended to out; comments stay, and that it says the
 * same is proven by reading it again.
 *	PW_ECONFIG	out is as it was; report says what cannot be read, or kept
 */
enum pw_err	rules_format(const char *path, struct span text, struct buf *out, struct buf *report) PW_MUST_CHECK;

/* The rules that are asked, as Markdown: what each does, its condition, its tests. */
void		policy_print_page(const struct policy *, struct buf *out);

/* docs/facts.md and rules/schema.json, made of the program's own tables. */
void		rules_print_facts(struct buf *out);
void		rules_print_schema(struct buf *out);

#endif

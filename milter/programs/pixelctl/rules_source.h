/* Where a command's rules are: the configuration's directory, or a directory or files that are named. */
#ifndef PIXELCTL_RULES_SOURCE_H
#define PIXELCTL_RULES_SOURCE_H

#include <pixelward/judge/judge.h>

struct rules_source {
	struct options		*options;
	const char *const	*files;		/* borrowed; NULL: those of options->rules_dir */
	size_t			 file_count;
};

/*
 * config: a file, or NULL. paths: none, one directory, or files, whose lists are those of the first one's directory, if
 * it has some. RULES_GOOD, or the exit status: it was told on standard error. To be closed in any case.
 */
int	rules_source_open(struct rules_source *, const char *config, const char *const *paths, size_t count);
void	rules_source_close(struct rules_source *);

/* Without running tests. NULL: what is wrong was told on standard error. Warnings are not told. */
struct policy	*rules_source_load(const struct rules_source *);
/* Both. */
int	rules_source_take(struct rules_source *, const char *config, const char *const *paths, size_t count,
	    struct policy **);

#endif

#include "rules_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pixelward/base/config.h>
#include <pixelward/gateway/rules_dir.h>

#include "commands.h"

#define REPORT_BYTES	((size_t)16 << 20)

static bool
is_directory(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* As it was typed, so that places are told by the names that the operator knows. */
static bool
take_directory(struct options *options, const char *path, size_t len)
{
	char *copy = strndup(path, len);

	if (copy == NULL)
		return false;
	free(options->rules_dir);
	options->rules_dir = copy;
	return true;
}

/* A file's lists are those of its directory, if it has some. */
static bool
take_lists_beside(struct options *options, const char *file)
{
	char		 path[4096];
	const char	*slash = strrchr(file, '/');
	int		 len = slash != NULL ? (int)(slash - file) : 1;

	snprintf(path, sizeof(path), "%.*s/lists.d", len, slash != NULL ? file : ".");
	return !is_directory(path) || take_directory(options, path, (size_t)len);
}

static bool
find(struct rules_source *source, const char *config, struct buf *report)
{
	struct options *options = source->options = options_new();

	if (options == NULL || (config != NULL && config_read(config, options, report) != PW_OK))
		return false;
	if (source->file_count == 1 && is_directory(source->files[0])) {
		source->file_count = 0;
		return take_directory(options, source->files[0], strlen(source->files[0]));
	}
	return rules_dir_find(options) == PW_OK &&
	    (source->file_count == 0 || take_lists_beside(options, source->files[0]));
}

static void
print(const struct buf *report)
{
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(report)));	/* fwrite wants no null pointer, not even for nothing */
}

int
rules_source_open(struct rules_source *source, const char *config, const char *const *paths, size_t count)
{
	struct buf	report;
	bool		fine;

	*source = (struct rules_source){ .files = paths, .file_count = count };
	for (size_t i = 0; i < count && count > 1; i++)
		if (is_directory(paths[i])) {
			fprintf(stderr, "pixelctl: %s is a directory; name it alone\n", paths[i]);
			return RULES_USAGE;
		}
	buf_init(&report, REPORT_BYTES);
	fine = find(source, config, &report);
	print(&report);
	buf_fini(&report);
	return fine ? RULES_GOOD : RULES_CONFIG;
}

void
rules_source_close(struct rules_source *source)
{
	options_free(source->options);
	source->options = NULL;
}

struct policy *
rules_source_load(const struct rules_source *source)
{
	struct policy	*policy;
	struct buf	 report;

	buf_init(&report, REPORT_BYTES);
	enum pw_err err = policy_load_files(source->options, source->files, source->file_count, NULL, &report, &policy);
	if (err != PW_OK) {
		print(&report);
		fprintf(stderr, "pixelctl: %s\n", pw_strerror(err));
	}
	buf_fini(&report);
	return policy;
}

int
rules_source_take(struct rules_source *source, const char *config, const char *const *paths, size_t count,
    struct policy **policy)
{
	int status = rules_source_open(source, config, paths, count);

	*policy = status == RULES_GOOD ? rules_source_load(source) : NULL;
	return status == RULES_GOOD && *policy == NULL ? RULES_CONFIG : status;
}

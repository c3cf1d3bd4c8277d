/* pixelctl rules: rule files checked and tested before they are in force, and what they may ask. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/rules_dir.h>
#include <pixelward/judge/rules.h>

#include "commands.h"

#define REPORT_BYTES	((size_t)64 << 20)

struct rules_command {
	const char	*config;
	bool		 json, run_tests;
	struct options	*options;
	struct buf	 out, report;
};

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
load(struct rules_command *command, int count, char **paths)
{
	struct options *options = command->options = options_new();

	if (options == NULL)
		return false;
	if (command->config != NULL && config_read(command->config, options, &command->report) != PW_OK)
		return false;
	if (count == 1 && is_directory(paths[0]))
		return take_directory(options, paths[0], strlen(paths[0]));
	return rules_dir_find(options) == PW_OK && (count == 0 || take_lists_beside(options, paths[0]));
}

static int
check(struct rules_command *command, int count, char **paths)
{
	struct rules_summary	 sum;
	bool			 whole = count == 0 || is_directory(paths[0]);
	enum pw_err		 err;

	for (int i = 0; i < count; i++)
		if (count > 1 && is_directory(paths[i])) {
			fprintf(stderr, "pixelctl: %s is a directory; check it by itself\n", paths[i]);
			return RULES_USAGE;
		}
	if (!load(command, count, paths))
		return RULES_CONFIG;
	err = rules_check(command->options, whole ? NULL : (const char *const *)paths, whole ? 0 : (size_t)count,
	    command->run_tests ? dissect : NULL, command->json, &command->out, &command->report, &sum);
	printf("%.*s", SPAN_ARG(buf_span(&command->out)));	/* fwrite wants no null pointer, not even for nothing */
	if (!command->json)
		printf("%zu rules in %zu files, %zu tests%s: %zu errors, %zu warnings\n", sum.rules, sum.files, sum.tests,
		    command->run_tests ? "" : " (not run)", sum.errors, sum.warnings);
	if (err == PW_OK)
		return RULES_GOOD;
	return err == PW_ECONFIG ? RULES_MISTAKES : RULES_SOFTWARE;
}

static int
print(void (*page)(struct buf *))
{
	struct buf out;

	buf_init(&out, REPORT_BYTES);
	page(&out);
	printf("%.*s", SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
	return RULES_GOOD;
}

static int
check_main(bool run_tests, int argc, char **argv)
{
	static const struct option longs[] = { { "format", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 } };
	struct rules_command	 command = { .run_tests = run_tests };
	int			 letter, status;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (letter == 'c')
			command.config = optarg;
		else if (letter == 'f' && (strcmp(optarg, "json") == 0 || strcmp(optarg, "text") == 0))
			command.json = strcmp(optarg, "json") == 0;
		else {
			if (letter == 'f')
				fprintf(stderr, "pixelctl: '%s' is no format; write text or json\n", optarg);
			return RULES_USAGE;
		}
	}
	buf_init(&command.out, REPORT_BYTES);
	buf_init(&command.report, REPORT_BYTES);
	if (run_tests)
		dissect_prepare();
	status = check(&command, argc - optind, argv + optind);
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&command.report)));
	buf_fini(&command.out);
	buf_fini(&command.report);
	options_free(command.options);
	return fflush(stdout) == 0 ? status : RULES_SOFTWARE;
}

int
rules_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "check") == 0 || strcmp(verb, "test") == 0)
		return check_main(strcmp(verb, "test") == 0, argc - 1, argv + 1);
	if (strcmp(verb, "facts") == 0)
		return print(rules_print_facts);
	if (strcmp(verb, "schema") == 0)
		return print(rules_print_schema);
	fprintf(stderr, "pixelctl: rules check, test, facts or schema; there is no 'rules %s'\n", verb);
	return RULES_USAGE;
}

/* pixelctl rules: rule files checked and tested before they are in force, and what they may ask. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <pixelward/dissect/dissect.h>
#include <pixelward/judge/rules.h>

#include "commands.h"
#include "rules_source.h"

#define REPORT_BYTES	((size_t)64 << 20)

struct rules_command {
	const char	*config;
	bool		 json, run_tests;
	struct buf	 out;
};

static int
check(struct rules_command *command, int count, char **paths)
{
	struct rules_source	 source;
	struct rules_summary	 sum;
	enum pw_err		 err;

	int status = rules_source_open(&source, command->config, (const char *const *)paths, (size_t)count);
	if (status != RULES_GOOD) {
		rules_source_close(&source);
		return status;
	}
	err = rules_check(source.options, command->config != NULL, source.files, source.file_count, command->run_tests ? dissect : NULL,
	    command->json, &command->out, &sum);
	rules_source_close(&source);
	printf("%.*s", SPAN_ARG(buf_span(&command->out)));	/* fwrite wants no null pointer, not even for nothing */
	if (!command->json)
		printf("%zu rules in %zu files, %zu tests%s: %zu errors, %zu warnings\n", sum.rules, sum.files, sum.tests,
		    command->run_tests ? "" : " (not run)", sum.errors, sum.warnings);
	if (err == PW_OK)
		return RULES_GOOD;
	return err == PW_ECONFIG ? RULES_MISTAKES : RULES_SOFTWARE;
}

bool
format_read(const char *text, bool *json)
{
	*json = strcmp(text, "json") == 0;
	if (*json || strcmp(text, "text") == 0)
		return true;
	fprintf(stderr, "pixelctl: '%s' is no format; write text or json\n", text);
	return false;
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
		else if (letter != 'f' || !format_read(optarg, &command.json))
			return RULES_USAGE;
	}
	buf_init(&command.out, REPORT_BYTES);
	if (run_tests)
		dissect_prepare();
	status = check(&command, argc - optind, argv + optind);
	buf_fini(&command.out);
	return status;
}

static int
check_command(int argc, char **argv)
{
	return check_main(false, argc, argv);
}

static int
test_command(int argc, char **argv)
{
	return check_main(true, argc, argv);
}

static int
facts_command(int argc, char **argv)
{
	(void)argc, (void)argv;
	return print(rules_print_facts);
}

static int
schema_command(int argc, char **argv)
{
	(void)argc, (void)argv;
	return print(rules_print_schema);
}

static const struct {
	const char	*verb;
	int		(*run)(int argc, char **argv);
} verbs[] = {
	{ "check", check_command }, { "test", test_command }, { "explain", rules_explain }, { "diff", rules_diff },
	{ "bench", rules_bench }, { "fmt", rules_fmt }, { "docs", rules_docs }, { "facts", facts_command },
	{ "schema", schema_command },
};

int
rules_command(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < NITEMS(verbs); i++)
		if (strcmp(verb, verbs[i].verb) == 0) {
			int status = verbs[i].run(argc - 1, argv + 1);

			return fflush(stdout) == 0 ? status : RULES_SOFTWARE;
		}
	fprintf(stderr, "pixelctl: there is no 'rules %s'; there are", verb);
	for (size_t i = 0; i < NITEMS(verbs); i++)
		fprintf(stderr, "%s %s", i > 0 ? "," : "", verbs[i].verb);
	fputc('\n', stderr);
	return RULES_USAGE;
}

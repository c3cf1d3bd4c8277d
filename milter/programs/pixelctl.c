/* pixelctl: the operator's commands. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pixelward/base/redis.h>

#include "pixelctl/commands.h"
#include "pixelctl/opened.h"

static const struct {
	const char	*name, *usage;
	int		(*run)(int argc, char **argv);
} commands[] = {
	{ "scan", "scan [-c FILE] [--json] [--mode M] [--rewrite DIR] [--rcpt ADDRESS]... [--from ADDRESS] [FILE|-]...",
	    scan_command },
	{ "rules", "rules check|test [-c FILE] [--format text|json] [DIR|FILE...]\n"
	    "  pixelctl rules explain [-c FILE] [--rules DIR|FILE]... [--rule NAME] [--rcpt ADDRESS]... [--from ADDRESS]\n"
	    "      [--format text|json] MAIL...\n"
	    "  pixelctl rules diff [-c FILE] [--format text|json] OLD NEW MAIL...\n"
	    "  pixelctl rules bench [-c FILE] [--rules DIR|FILE]... [--format text|json] MAIL...\n"
	    "  pixelctl rules fmt [--check|-w] DIR|FILE...\n"
	    "  pixelctl rules docs [-c FILE] [DIR|FILE...]\n"
	    "  pixelctl rules facts|schema",
	    rules_command },
	{ "learn", "learn [-c FILE] [--envelope FILE.tsv] [--json] MAIL...", learn_command },
	{ "why", "why [-c FILE] [--json] DOMAIN...", why_command },
	{ "ioc", "ioc add [-c FILE] DOMAIN... --allow|--deny [--note TEXT] [--until YYYY-MM-DD]\n"
	    "  pixelctl ioc del [-c FILE] DOMAIN...\n"
	    "  pixelctl ioc show [-c FILE] [--json] [DOMAIN...]", ioc_command },
	{ "campaign", "campaign list|show ID|close ID [-c FILE] [--json]", campaign_command },
	{ "replay", "replay [-c FILE] [--envelope FILE.tsv] [--learn MAIL]... [--empty] DIR|MAIL...", replay_command },
	{ "doctor", "doctor [-c FILE] [--ready] [--json]", doctor_command },
	{ "reload", "reload [-c FILE]", reload_command },
	{ "stats", "stats [-c FILE] [--json]", stats_command },
	{ "top", "top [-c FILE]", top_command },
};

static int
usage(FILE *out, int status)
{
	fprintf(out, "usage:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  pixelctl %s\n", commands[i].usage);
	fprintf(out, "  pixelctl help [COMMAND]\n  pixelctl --version\n"
	    "MAIL is a file, a folder, a Maildir, an mbox, or - for standard input.\n");
	return status;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* "pixelctl COMMAND --help"; what stands behind "--" is a name. */
static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || (i == 1 && strcmp(argv[i], "-h") == 0))
			return true;
	return false;
}

int
main(int argc, char **argv)
{
	redis_will_be_missed();
	if (getenv("CREDENTIALS_DIRECTORY") == NULL && access(OPENED_CREDENTIALS, R_OK | X_OK) == 0)
		(void)setenv("CREDENTIALS_DIRECTORY", OPENED_CREDENTIALS, 0);
	if (argc < 2)
		return usage(stderr, SCAN_USAGE);
	if (is_help(argv[1]) && argc == 2)
		return usage(stdout, 0);
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("pixelctl %s\n", PIXELWARD_VERSION);
		return 0;
	}
	const char *name = is_help(argv[1]) ? argv[2] : argv[1];
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		if (name == argv[1] && !asks_for_help(argc - 1, argv + 1))
			return commands[i].run(argc - 1, argv + 1);
		printf("usage:\n  pixelctl %s\n", commands[i].usage);
		return 0;
	}
	fprintf(stderr, "pixelctl: there is no command '%s'\n", name);
	return usage(stderr, SCAN_USAGE);
}

/* The daemon: arguments, configuration, run. */
#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/keeper/keeper.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#define CONFIG_FILE	PIXELWARD_SYSCONFDIR "/pixelward/pixelward.conf"
#define CONFIG_MISTAKES	2	/* exit status */
#define REPORT_BYTES	((size_t)4 << 20)

static const char usage[] =
    "usage: pixelward [-c FILE] [-f]            serve; -f: in the foreground\n"
    "       pixelward [-c FILE] -t [--defaults] check configuration and rules; print the effective set\n"
    "       pixelward -V                        print the version\n"
    "FILE is " CONFIG_FILE " if not given.\n";

struct arguments {
	const char	*config_file;
	bool		 foreground, check, print, version, help;
};

/* False: unknown usage, and getopt has said why. */
static bool
arguments_read(int argc, char **argv, struct arguments *arguments)
{
	static const struct option longs[] = {
		{ "defaults",	no_argument, NULL, 'd' },
		{ "help",	no_argument, NULL, 'h' },
		{ "version",	no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	*arguments = (struct arguments){ .config_file = CONFIG_FILE };
	while ((letter = getopt_long(argc, argv, "c:ftVh", longs, NULL)) != -1) {
		switch (letter) {
		case 'c': arguments->config_file = optarg; break;
		case 'f': arguments->foreground = true; break;
		case 't': arguments->check = true; break;
		case 'd': arguments->print = true; break;
		case 'V': arguments->version = true; break;
		case 'h': arguments->help = true; break;
		default: return false;
		}
	}
	if (arguments->print && !arguments->check) {
		fputs("pixelward: --defaults goes with -t\n", stderr);
		return false;
	}
	if (optind < argc)
		fprintf(stderr, "pixelward: \"%s\" is no option\n", argv[optind]);
	return optind == argc;
}

static void
effective_set_print(const struct options *options)
{
	struct buf out;

	buf_init(&out, REPORT_BYTES);
	config_print(options, &out);
	printf("%.*s", SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
}

/* Mistakes and warnings go to standard error, whatever the configuration says of logging. */
static struct generation *
generation_read(const char *config_file)
{
	struct generation	*generation;
	struct buf		 report;
	enum pw_err		 err;

	buf_init(&report, REPORT_BYTES);
	err = generation_load(config_file, dissect, &report, &generation);
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	if (err != PW_OK)
		fprintf(stderr, "pixelward: %s: %s\n", config_file, pw_strerror(err));
	buf_fini(&report);
	return generation;
}

static int
serve(const char *config_file, struct generation *generation, bool foreground)
{
	/* A daemon leaves this directory, and reads the file again at every reload. */
	char	*absolute = realpath(config_file, NULL);
	int	 status;

	if (absolute == NULL) {
		perror(config_file);
		generation_drop(generation);
		return EX_OSERR;
	}
	status = keeper_run(absolute, generation, foreground);
	free(absolute);
	return status;
}

int
main(int argc, char **argv)
{
	struct arguments	 arguments;
	struct generation	*generation;

	if (!arguments_read(argc, argv, &arguments)) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	if (arguments.help || arguments.version) {
		fputs(arguments.help ? usage : "pixelward " PIXELWARD_VERSION "\n", stdout);
		return EX_OK;
	}
	log_open("pixelward", false);
	policy_interpret();
	generation = generation_read(arguments.config_file);
	if (generation == NULL)
		return CONFIG_MISTAKES;
	if (!arguments.check)
		return serve(arguments.config_file, generation, arguments.foreground);
	if (arguments.print)
		effective_set_print(generation_options(generation));
	generation_drop(generation);
	return EX_OK;
}

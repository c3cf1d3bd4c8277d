/* pixelctl scan: whole messages from files through exactly the daemon's way. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>
#include <pixelward/reputation/reputation.h>

#include "commands.h"
#include "opened.h"
#include "reach.h"
#include "report.h"

struct scan {
	const char	*config, *rewrite_dir, *mode;
	bool		 json;
	struct span	 from;
	struct span	*recipients;
	size_t		 recipient_count;
	struct options	*options;
	struct policy	*policy;
	struct reputation *reputation;	/* NULL: none */
	int		 status;	/* the highest so far */
};

static void
raise_status(struct scan *scan, int status)
{
	if (status > scan->status)
		scan->status = status;
}

/* The name under which a message's delivered form is written. */
static const char *
base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (strcmp(file, "-") == 0)
		return "stdin";
	return slash != NULL ? slash + 1 : file;
}

static bool
is_foreign_field(struct span line)
{
	struct span name = span_trim(span_cut(line, 0, span_find_char(line, ':', 0)));

	return span_eq_nocase(name, SPAN("X-Pixelward")) || span_starts_nocase(name, SPAN("X-Pixelward-"));
}

/* The header as the daemon lets it pass: without foreign X-Pixelward fields, with our own where one is due. */
static void
write_header(FILE *out, struct span header, struct span field)
{
	size_t end;

	for (size_t at = 0; at < header.len; at = end) {
		end = span_find_char(header, '\n', at);
		end = end < header.len ? end + 1 : end;
		while (end < header.len && (header.at[end] == ' ' || header.at[end] == '\t')) {
			end = span_find_char(header, '\n', end);
			end = end < header.len ? end + 1 : end;
		}
		struct span line = span_cut(header, at, end);
		bool blank = line.at[0] == '\n' || line.at[0] == '\r';
		if (blank && field.len > 0) {
			fprintf(out, "X-Pixelward:%.*s%.*s", SPAN_ARG(field), SPAN_ARG(line));
			field = SPAN_NONE;
		}
		if (blank || !is_foreign_field(line))
			fwrite(line.at, 1, line.len, out);
	}
}

static bool
write_pieces(FILE *out, struct span raw, const struct outcome *outcome, struct span field)
{
	struct buf	header;
	size_t		body_at = outcome->dissection != NULL ? outcome->dissection->body_at : 0;

	buf_init(&header, raw.len * 2 + 65536);
	if (outcome->rewritten.changed)
		for (size_t i = 0; i < outcome->rewritten.header_piece_count; i++)
			buf_add(&header, outcome->rewritten.header_pieces[i]);
	else
		buf_add(&header, span_cut(raw, 0, body_at));
	if (!buf_failed(&header))
		write_header(out, buf_span(&header), field);
	bool fine = !buf_failed(&header);
	buf_fini(&header);
	if (!outcome->rewritten.changed) {
		struct span body = span_from(raw, body_at);
		return fwrite(body.at, 1, body.len, out) == body.len && fine;
	}
	for (size_t i = 0; i < outcome->rewritten.body_piece_count; i++)
		fwrite(outcome->rewritten.body_pieces[i].at, 1, outcome->rewritten.body_pieces[i].len, out);
	return fine;
}

/* What would be delivered; nothing for a message that would not be. */
static void
write_delivered(struct scan *scan, const char *file, struct span whole, struct span raw, const struct outcome *outcome,
    struct arena *arena)
{
	struct span	name = arena_printf(arena, "%s/%s", scan->rewrite_dir, base_name(file));
	bool		fine = false;

	if (outcome->verdict.action >= ACTION_HOLD && scan->options->mode == MODE_ENFORCE)
		return;
	FILE *out = name.at != NULL ? fopen(name.at, "wbe") : NULL;
	if (out != NULL) {
		fwrite(whole.at, 1, whole.len - raw.len, out);
		if (scan->options->mode == MODE_SHADOW)
			fine = fwrite(raw.at, 1, raw.len, out) == raw.len;
		else {
			struct outcome		delivered = *outcome;
			const struct message	message = { .raw = raw };

			if (scan->options->mode == MODE_TAG)
				delivered.rewritten.changed = false;
			fine = write_pieces(out, raw, &delivered, outcome_header(&message, scan->options, outcome, arena));
		}
		fine = !ferror(out) && fine;
		fine = fclose(out) == 0 && fine;
	}
	if (!fine) {
		fprintf(stderr, "pixelctl: %.*s: %s\n", SPAN_ARG(name), strerror(errno));
		raise_status(scan, SCAN_CANNOT_WRITE);
	}
}

static int
status_of(const struct outcome *outcome)
{
	if (outcome->verdict.action >= ACTION_HOLD)
		return SCAN_HELD;
	return outcome->verdict.action == ACTION_DELIVER ? SCAN_CLEAN : SCAN_NEUTRALISED;
}

static void
scan_message(struct scan *scan, const char *file, struct span whole, struct arena *arena)
{
	struct message	message = {
		.raw = whole, .arrived_ms = clock_unix_ms(), .envelope_sender = scan->from, .recipients = scan->recipients,
		.recipient_count = scan->recipient_count,
	};
	struct outcome	outcome;

	opened_judge(&message, scan->options, scan->policy, scan->reputation, arena, &outcome);
	if (scan->rewrite_dir != NULL)
		write_delivered(scan, file, whole, message.raw, &outcome, arena);
	if (scan->json)
		report_json(stdout, file, &outcome);
	else
		report_text(stdout, file, &outcome);
	raise_status(scan, status_of(&outcome));
}

static void
scan_file(struct scan *scan, const char *file)
{
	struct buf	 content;
	struct arena	*arena = NULL;

	/* One byte past the limit, so that a message that is too large is seen as such. */
	buf_init(&content, (size_t)1 << 31);
	if (!opened_read(file, &content)) {
		fprintf(stderr, "pixelctl: %s: %s\n", file, strerror(errno));
		raise_status(scan, SCAN_NO_INPUT);
	} else if ((arena = opened_arena(scan->options, content.len)) == NULL)
		raise_status(scan, SCAN_SOFTWARE);
	else
		scan_message(scan, file, buf_span(&content), arena);
	arena_free(arena);
	buf_fini(&content);
}

/* With --rewrite two inputs of one base name would overwrite each other. */
static bool
names_are_unique(char **files, int count)
{
	for (int i = 0; i < count; i++)
		for (int k = 0; k < i; k++)
			if (strcmp(base_name(files[i]), base_name(files[k])) == 0) {
				fprintf(stderr, "pixelctl: %s and %s have one base name: --rewrite would write one file for "
				    "both; scan them apart\n", files[k], files[i]);
				return false;
			}
	return true;
}

static struct span
address_argument(const char *text)
{
	struct span address = span_trim(span_of(text));

	if (address.len >= 2 && address.at[0] == '<' && address.at[address.len - 1] == '>')
		address = span_cut(address, 1, address.len - 1);
	return address;
}

enum { OPTION_JSON = 256, OPTION_REWRITE, OPTION_RCPT, OPTION_FROM, OPTION_MODE };

static const struct option long_options[] = {
	{ "json", no_argument, NULL, OPTION_JSON }, { "rewrite", required_argument, NULL, OPTION_REWRITE },
	{ "rcpt", required_argument, NULL, OPTION_RCPT }, { "from", required_argument, NULL, OPTION_FROM },
	{ "mode", required_argument, NULL, OPTION_MODE }, { NULL, 0, NULL, 0 },
};

static bool
read_arguments(struct scan *scan, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
		switch (option) {
		case 'c':
			scan->config = optarg;
			break;
		case OPTION_JSON:
			scan->json = true;
			break;
		case OPTION_REWRITE:
			scan->rewrite_dir = optarg;
			break;
		case OPTION_RCPT:
			scan->recipients[scan->recipient_count++] = address_argument(optarg);
			break;
		case OPTION_FROM:
			scan->from = address_argument(optarg);
			break;
		case OPTION_MODE:
			scan->mode = optarg;
			break;
		default:
			return false;
		}
	return true;
}

static int
run(struct scan *scan, int argc, char **argv)
{
	static char	*standard_input[] = { "-" };
	struct stat	 about;

	if (!read_arguments(scan, argc, argv))
		return SCAN_USAGE;
	char **files = optind < argc ? argv + optind : standard_input;
	int count = optind < argc ? argc - optind : 1;
	if (scan->rewrite_dir != NULL) {
		if (!names_are_unique(files, count))
			return SCAN_USAGE;
		if (mkdir(scan->rewrite_dir, 0777) != 0 &&
		    (errno != EEXIST || stat(scan->rewrite_dir, &about) != 0 || !S_ISDIR(about.st_mode))) {
			fprintf(stderr, "pixelctl: %s: %s\n", scan->rewrite_dir, strerror(errno == EEXIST ? ENOTDIR : errno));
			return SCAN_CANNOT_WRITE;
		}
	}
	if (!opened_load(scan->config, scan->mode, &scan->options, &scan->policy))
		return SCAN_CONFIG;
	scan->reputation = reach_to_judge(scan->config, scan->options);
	dissect_prepare();
	for (int i = 0; i < count; i++)
		scan_file(scan, files[i]);
	return scan->status;
}

int
scan_command(int argc, char **argv)
{
	struct scan scan = { .recipients = calloc((size_t)argc + 1, sizeof(struct span)) };

	if (scan.recipients == NULL)
		return SCAN_SOFTWARE;
	int status = run(&scan, argc, argv);
	reputation_close(scan.reputation);
	policy_free(scan.policy);
	options_free(scan.options);
	free(scan.recipients);
	if (fflush(stdout) != 0)
		status = status > SCAN_CANNOT_WRITE ? status : SCAN_CANNOT_WRITE;
	return status;
}

/*
 * pixelctl replay: archived mail through the daemon's judging in the mail's own time, with a reputation of its own that
 * learns from each mail and is thrown away in the end.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <pixelward/base/cidr.h>
#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/record.h>
#include <pixelward/reputation/reputation.h>

#include "commands.h"
#include "envelope.h"
#include "learning.h"
#include "mail_field.h"
#include "mail_time.h"
#include "mailbox.h"
#include "opened.h"
#include "reach.h"
#include "report.h"

#define NODE		SPAN("replay")
#define BASE_BYTES	((size_t)1 << 30)	/* a bound of all envelopes */

/* A mail that waits for its turn. */
struct turn {
	struct envelope	envelope;
	struct span	raw;		/* of an mbox, which has no file of its own for it; at is NULL: it is in the file */
	int64_t		time_ms;
	size_t		order;
};

struct replay {
	const char	*config, *table;
	bool		 empty;
	char		**learn;	/* paths */
	size_t		 learn_count;
	const char	*folder;	/* of the table's files */
	struct options	*options;
	struct policy	*policy;
	struct reputation *reputation;
	struct arena	*arena;		/* of the envelopes */
	struct turn	*turns;
	size_t		 turn_count, turn_room;
	size_t		 passed_over;	/* what is no mail */
	struct progress	 progress;
	uint64_t	 done;
	size_t		 count;
	int		 status;
};

static void
raise_status(struct replay *replay, int status)
{
	if (status > replay->status)
		replay->status = status;
}

/* --- whose turn it is --- */

static bool
add_turn(struct replay *replay, const struct turn *turn)
{
	struct turn *larger = arena_grow(replay->arena, replay->turns, replay->turn_count, &replay->turn_room, sizeof(*larger));

	if (larger == NULL) {
		raise_status(replay, SCAN_SOFTWARE);
		return false;
	}
	replay->turns = larger;
	replay->turns[replay->turn_count] = *turn;
	replay->turns[replay->turn_count].order = replay->turn_count;
	replay->turn_count++;
	return true;
}

static bool
read_table(struct replay *replay)
{
	struct buf		content, report;
	struct envelopes	envelopes;
	enum pw_err		err;

	buf_init(&content, (size_t)1 << 30);
	buf_init(&report, (size_t)1 << 20);
	if (!opened_read(replay->table, &content)) {
		fprintf(stderr, "pixelctl: %s: %s\n", replay->table, strerror(errno));
		buf_fini(&content);
		raise_status(replay, SCAN_NO_INPUT);
		return false;
	}
	struct span text = arena_copy(replay->arena, buf_span(&content));
	err = text.at != NULL ? envelopes_read(replay->table, text, replay->arena, &report, &envelopes) : PW_ENOMEM;
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	for (size_t i = 0; err == PW_OK && i < envelopes.count; i++)
		if (!add_turn(replay, &(struct turn){ .envelope = envelopes.at[i], .time_ms = envelopes.at[i].offset_ms }))
			err = PW_ENOMEM;
	if (err != PW_OK)
		raise_status(replay, err == PW_ECONFIG ? SCAN_CONFIG : SCAN_SOFTWARE);
	buf_fini(&report);
	buf_fini(&content);
	return err == PW_OK;
}

/* The table's file, below the folder unless it says otherwise. */
static struct span
path_of(struct replay *replay, const struct envelope *envelope)
{
	if (replay->folder == NULL || (envelope->file.len > 0 && envelope->file.at[0] == '/'))
		return envelope->file;
	return arena_printf(replay->arena, "%s/%.*s", replay->folder, SPAN_ARG(envelope->file));
}

/* A file that is not there is a mistake of the table: nothing is judged before it is mended. */
static bool
files_are_there(struct replay *replay)
{
	bool fine = true;

	for (size_t i = 0; i < replay->turn_count; i++) {
		const struct envelope	*envelope = &replay->turns[i].envelope;
		struct span		 path = path_of(replay, envelope);
		struct stat		 about;

		if (path.at != NULL && stat(path.at, &about) == 0 && !S_ISDIR(about.st_mode))
			continue;
		fprintf(stderr, "%s:%zu:1: %.*s: %s\n", replay->table, envelope->line, SPAN_ARG(path),
		    path.at == NULL ? "out of memory" : S_ISDIR(about.st_mode) && errno == 0 ? "is a folder" : strerror(errno));
		fine = false;
	}
	if (!fine)
		raise_status(replay, SCAN_CONFIG);
	return fine;
}

static bool
note_mail(void *context, const char *name, struct span raw)
{
	struct replay	*replay = context;
	struct turn	 turn = { .envelope.file = arena_copy(replay->arena, span_of(name)) };
	struct stat	 about;

	if (!mail_field_any(raw)) {
		replay->passed_over++;
		return true;
	}
	if (stat(name, &about) != 0)
		turn.raw = arena_copy(replay->arena, raw);
	if (turn.envelope.file.at == NULL || (stat(name, &about) != 0 && turn.raw.at == NULL)) {
		raise_status(replay, SCAN_SOFTWARE);
		return false;
	}
	/* Without any date it comes behind the one that stands before it. */
	if (!mail_time_arrived(raw, &turn.time_ms))
		turn.time_ms = replay->turn_count > 0 ? replay->turns[replay->turn_count - 1].time_ms : 0;
	return add_turn(replay, &turn);
}

static int
by_time(const void *a, const void *b)
{
	const struct turn *one = a, *other = b;

	if (one->time_ms != other->time_ms)
		return one->time_ms < other->time_ms ? -1 : 1;
	return one->order < other->order ? -1 : one->order > other->order;
}

static bool
read_folders(struct replay *replay, const char *const *paths, size_t count)
{
	struct mailbox mailbox = { .what = "reading", .most_bytes = replay->options->limits.message_bytes, .message = note_mail,
	    .context = replay };

	mailbox_read(&mailbox, paths, count);
	if (replay->passed_over > 0)
		fprintf(stderr, "pixelctl: %zu that are no mail were passed over\n", replay->passed_over);
	if (mailbox.unreadable > 0)
		raise_status(replay, SCAN_NO_INPUT);
	if (mailbox.no_memory)
		raise_status(replay, SCAN_SOFTWARE);
	if (replay->turn_count > 0)
		qsort(replay->turns, replay->turn_count, sizeof(*replay->turns), by_time);
	return replay->status < SCAN_SOFTWARE;
}

static bool
read_turn(struct replay *replay, const struct turn *turn, struct buf *content)
{
	if (turn->raw.at != NULL) {
		buf_add(content, turn->raw);
		return !buf_failed(content);
	}
	struct span path = path_of(replay, &turn->envelope);
	if (path.at != NULL && opened_read(path.at, content))
		return true;
	progress_clear(&replay->progress);
	fprintf(stderr, "pixelctl: %.*s: %s\n", SPAN_ARG(path), strerror(path.at != NULL ? errno : ENOMEM));
	raise_status(replay, SCAN_NO_INPUT);
	return false;
}

/*
 * The clock begins with the first mail's Date, or what its header says of its arrival; never before what was learned, or
 * the learned would be still to come.
 */
static void
set_clock(struct replay *replay)
{
	struct reputation_age	age = { .last_ms = 0 };
	int64_t			learned_ms, base_ms = 0;
	struct buf		content;

	if (replay->turn_count == 0)
		return;
	if (reputation_age(replay->reputation, replay->options, clock_unix_ms(), &age) != PW_OK)
		raise_status(replay, SCAN_SOFTWARE);
	learned_ms = age.last_ms;
	buf_init(&content, (size_t)1 << 31);
	if (replay->table == NULL)
		base_ms = learned_ms > replay->turns[0].time_ms ? learned_ms - replay->turns[0].time_ms : 0;
	else {
		if (!read_turn(replay, &replay->turns[0], &content) || !mail_time_sent(buf_span(&content), &base_ms))
			base_ms = learned_ms > 0 ? learned_ms : clock_unix_ms();
		base_ms -= replay->turns[0].time_ms;
		if (base_ms + replay->turns[0].time_ms < learned_ms)
			base_ms = learned_ms - replay->turns[0].time_ms;
	}
	for (size_t i = 0; i < replay->turn_count; i++)
		replay->turns[i].time_ms += base_ms;
	buf_fini(&content);
}

/* --- one mail --- */

/* Queue ids are numbers of turns here; people know the files. */
static struct span
file_of(const struct replay *replay, struct span queue_id)
{
	size_t number = 0;

	for (size_t i = 0; i < queue_id.len && ascii_digit(queue_id.at[i]) && number < replay->turn_count; i++)
		number = number * 10 + (size_t)(queue_id.at[i] - '0');
	return number > 0 && number <= replay->turn_count ? replay->turns[number - 1].envelope.file : queue_id;
}

static void
report_campaign(struct replay *replay, const struct turn *turn, const struct campaign_sign *sign, struct arena *arena)
{
	struct span	*earlier = arena_array(arena, sign->earlier_count, sizeof(*earlier));
	struct buf	 out;

	if (earlier == NULL) {
		raise_status(replay, SCAN_SOFTWARE);
		return;
	}
	for (size_t i = 0; i < sign->earlier_count; i++)
		earlier[i] = file_of(replay, sign->earlier[i]);
	buf_init(&out, (size_t)1 << 24);
	report_campaign_json(&out, sign, turn->envelope.file, earlier);
	fwrite(out.at, 1, out.len, stdout);
	buf_fini(&out);
}

static void
learn(struct replay *replay, size_t number, const struct message *message, const struct outcome *outcome, struct arena *arena)
{
	struct sighting *sighting = record_of(message, replay->options, outcome, arena);

	if (sighting != NULL)
		sighting->number = number;
	enum pw_err err = sighting == NULL ? PW_ENOMEM : reputation_learn(replay->reputation, NODE, sighting, 1);
	if (err != PW_OK) {
		progress_clear(&replay->progress);
		raise_status(replay, reach_tell(replay->options, err));
	}
}

static void
judge_mail(struct replay *replay, size_t number, const struct turn *turn, struct span raw, struct arena *arena)
{
	struct message	message = {
		.raw = raw, .queue_id = arena_printf(arena, "%zu", number), .client_address = turn->envelope.client,
		.helo = turn->envelope.helo, .envelope_sender = turn->envelope.sender, .recipients = turn->envelope.recipients,
		.recipient_count = turn->envelope.recipient_count, .arrived_ms = turn->time_ms,
	};
	struct outcome	outcome = { .skipped = cidr_list_has(&replay->options->internal_hosts, message.client_address) };
	char		name[4200];

	snprintf(name, sizeof(name), "%.*s", SPAN_ARG(turn->envelope.file));
	if (!outcome.skipped)
		opened_judge(&message, replay->options, replay->policy, replay->reputation, arena, &outcome);
	progress_clear(&replay->progress);
	report_json(stdout, name, &outcome);
	if (outcome.verdict.knowledge != NULL &&
	    (outcome.verdict.knowledge->campaign.trips || outcome.verdict.knowledge->campaign.joins))
		report_campaign(replay, turn, &outcome.verdict.knowledge->campaign, arena);
	if (!outcome.skipped)
		learn(replay, number, &message, &outcome, arena);
}

static void
take_turn(struct replay *replay, size_t number, const struct turn *turn)
{
	struct buf	 content;
	struct arena	*arena = NULL;

	buf_init(&content, (size_t)1 << 31);
	if (read_turn(replay, turn, &content)) {
		arena = opened_arena(replay->options, content.len);
		if (arena != NULL)
			judge_mail(replay, number, turn, buf_span(&content), arena);
		else
			raise_status(replay, SCAN_SOFTWARE);
		replay->done += content.len;
	}
	progress_step(&replay->progress, replay->done, number);
	arena_free(arena);
	buf_fini(&content);
}

/* --- the command --- */

enum { OPTION_ENVELOPE = 256, OPTION_LEARN, OPTION_EMPTY, OPTION_JSON };

static const struct option long_options[] = {
	{ "envelope", required_argument, NULL, OPTION_ENVELOPE }, { "learn", required_argument, NULL, OPTION_LEARN },
	{ "empty", no_argument, NULL, OPTION_EMPTY }, { "json", no_argument, NULL, OPTION_JSON }, { NULL, 0, NULL, 0 },
};

static bool
read_arguments(struct replay *replay, int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
		switch (option) {
		case 'c':
			replay->config = optarg;
			break;
		case OPTION_ENVELOPE:
			replay->table = optarg;
			break;
		case OPTION_LEARN:
			replay->learn[replay->learn_count++] = optarg;
			break;
		case OPTION_EMPTY:
			replay->empty = true;
			break;
		case OPTION_JSON:
			break;
		default:
			return false;
		}
	return optind < argc && (replay->table == NULL || optind + 1 == argc);
}

static bool
open_reputation(struct replay *replay)
{
	struct buf report;

	if (!replay->empty)
		reach_tell_default(replay->config, replay->options);
	buf_init(&report, (size_t)1 << 16);
	/* Half of the mail with what Redis knows, and half without, would be no answer: it is there, or nothing is judged. */
	replay->status = reach_open(replay->options, replay->empty ? REPUTATION_EMPTY : REPUTATION_COPY, false, &report,
	    &replay->reputation);
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	buf_fini(&report);
	return replay->status == HISTORY_DONE;
}

static void
learn_before(struct replay *replay)
{
	struct learned	learned;
	enum pw_err	err = learning_read(replay->reputation, replay->options, replay->policy, NULL,
			    (const char *const *)replay->learn, replay->learn_count, &learned);

	raise_status(replay, reach_tell(replay->options, err));
	if (learned.unreadable > 0)
		raise_status(replay, SCAN_NO_INPUT);
}

static uint64_t
bytes_of_all(struct replay *replay)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < replay->turn_count; i++) {
		struct span	path = path_of(replay, &replay->turns[i].envelope);
		struct stat	about;

		if (replay->turns[i].raw.at != NULL)
			bytes += replay->turns[i].raw.len;
		else if (path.at != NULL && stat(path.at, &about) == 0)
			bytes += (uint64_t)about.st_size;
	}
	return bytes;
}

static int
run(struct replay *replay, int argc, char **argv)
{
	if (!read_arguments(replay, argc, argv)) {
		fprintf(stderr, "usage: pixelctl replay [-c FILE] [--envelope FILE.tsv] [--learn MAIL]... [--empty] DIR|MAIL...\n");
		return SCAN_USAGE;
	}
	replay->folder = replay->table != NULL ? argv[optind] : NULL;
	if (!opened_load(replay->config, NULL, &replay->options, &replay->policy))
		return SCAN_CONFIG;
	if (!open_reputation(replay))
		return replay->status;
	replay->arena = arena_new(BASE_BYTES);
	if (replay->arena == NULL)
		return SCAN_SOFTWARE;
	dissect_prepare();
	if (replay->table != NULL ? !read_table(replay) || !files_are_there(replay) :
	    !read_folders(replay, (const char *const *)argv + optind, (size_t)(argc - optind)))
		return replay->status;
	if (replay->learn_count > 0)
		learn_before(replay);
	set_clock(replay);
	progress_begin(&replay->progress, "judging", bytes_of_all(replay));
	for (size_t i = 0; i < replay->turn_count && replay->status < HISTORY_AWAY; i++)
		take_turn(replay, i + 1, &replay->turns[i]);
	progress_clear(&replay->progress);
	return replay->status;
}

int
replay_command(int argc, char **argv)
{
	struct replay replay = { .config = opened_config(), .learn = calloc((size_t)argc + 1, sizeof(char *)) };

	if (replay.learn == NULL)
		return SCAN_SOFTWARE;
	int status = run(&replay, argc, argv);
	reputation_close(replay.reputation);
	policy_free(replay.policy);
	options_free(replay.options);
	arena_free(replay.arena);
	free(replay.learn);
	if (fflush(stdout) != 0 && status < SCAN_CANNOT_WRITE)
		status = SCAN_CANNOT_WRITE;
	return status;
}

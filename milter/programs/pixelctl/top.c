/* pixelctl top: what happens now, drawn anew every two seconds; q ends it. Not on a terminal: once. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include "commands.h"
#include "numbers.h"
#include "source.h"

#define PERIOD_MS	2000
#define MOST_OUTPUT	((size_t)1 << 20)
#define CLEAR_REST	"\033[K\n"	/* of the line */

static struct numbers before, now;	/* large */
static volatile sig_atomic_t stopped, suspended;

static const enum counter verdicts[] = {
	COUNTER_delivered, COUNTER_tagged, COUNTER_rewritten, COUNTER_held, COUNTER_redirected, COUNTER_rejected,
	COUNTER_deferred,
};
static const enum counter failures[] = {
	COUNTER_limits, COUNTER_timeouts, COUNTER_poison, COUNTER_busy, COUNTER_not_inert,
};

static uint64_t
total(const struct numbers *numbers, enum counter counter)
{
	return numbers->counted ? counters_total(numbers->counters, counter) : 0;
}

/* A second, since the last look; at the first one: of the last whole minute. */
static double
rate(enum counter counter)
{
	uint64_t a = total(&before, counter), b = total(&now, counter);

	if (before.now_ms == 0 || now.now_ms <= before.now_ms)
		return counter == COUNTER_messages ? (double)now.minute / 60 : 0;
	return b > a ? (double)(b - a) * 1000 / (double)(now.now_ms - before.now_ms) : 0;
}

/* Those that there are: a line has no room for all. */
static void
draw_counts(struct buf *out, const char *title, const enum counter *counters, size_t count)
{
	bool any = false;

	buf_printf(out, "%-10s", title);
	for (size_t i = 0; i < count; i++)
		if (total(&now, counters[i]) > 0) {
			buf_printf(out, " %s %llu", counter_name(counters[i]), (unsigned long long)total(&now, counters[i]));
			any = true;
		}
	buf_add(out, any ? SPAN("\n") : SPAN(" none\n"));
}

static void
draw_head(struct buf *out)
{
	char		clock[32] = "";
	time_t		seconds = (time_t)(now.now_ms / 1000);
	struct tm	local;
	uint64_t	messages = total(&now, COUNTER_messages);

	if (localtime_r(&seconds, &local) != NULL)
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	buf_printf(out, "pixelward %s  %s  %s%s\n", PIXELWARD_VERSION, clock,
	    now.running ? "generation " : "the daemon does not run", now.running ? now.keeper.generation : "");
	buf_printf(out, "messages   %llu  %.1f/s  %.2f ms each  %llu watched  %llu unrecorded\n", (unsigned long long)messages,
	    rate(COUNTER_messages), messages > 0 ? (double)total(&now, COUNTER_cpu_us) / 1000 / (double)messages : 0,
	    (unsigned long long)total(&now, COUNTER_watched), (unsigned long long)total(&now, COUNTER_unrecorded));
	draw_counts(out, "verdicts", verdicts, NITEMS(verdicts));
	buf_printf(out, "opening    inert %llu  live %llu  unknown %llu; %llu of %llu references stripped\n",
	    (unsigned long long)total(&now, COUNTER_inert), (unsigned long long)total(&now, COUNTER_live),
	    (unsigned long long)total(&now, COUNTER_unknown), (unsigned long long)total(&now, COUNTER_stripped),
	    (unsigned long long)total(&now, COUNTER_references));
	draw_counts(out, "failures", failures, NITEMS(failures));
}

static void
draw_health(struct buf *out)
{
	double busy = before.now_ms > 0 && now.now_ms > before.now_ms && now.dissector_ms >= before.dissector_ms ?
	    (double)(now.dissector_ms - before.dissector_ms) * 100 / (double)(now.now_ms - before.now_ms) : 0;

	buf_printf(out, "dissectors %u  %.0f %% of a processor\n", now.dissectors, busy);
	buf_printf(out, "journal    %.1f MB in %llu files  %llu records not learned  %llu not told%s\n",
	    (double)now.journal.bytes / 1048576, (unsigned long long)now.journal.segments,
	    (unsigned long long)now.journal.unlearned, (unsigned long long)now.journal.untold,
	    now.journal.bad > 0 ? "  damaged files: see *.bad" : "");
	if (!now.redis_wanted) {
		buf_add(out, SPAN("Redis      none\n"));
		return;
	}
	if (!now.redis_up)
		buf_printf(out, "Redis      away: %s\n", now.redis.trouble);
	else
		buf_printf(out, "Redis      up  %llu messages of all nodes:", (unsigned long long)now.all[COUNTER_messages]);
	for (size_t i = 0; now.redis_up && i < now.node_count; i++) {
		buf_add_char(out, ' ');
		buf_add_plain(out, now.nodes[i].name);
		buf_printf(out, " %llu%s", (unsigned long long)now.nodes[i].messages, now.nodes[i].alive ? "" : " (gone)");
	}
	buf_add(out, now.redis_up ? SPAN("\n") : SPAN(""));
}

static void
draw_campaigns(struct buf *out)
{
	buf_add(out, SPAN("\ncampaigns"));
	if (now.campaign_count == 0)
		buf_add(out, now.campaigns_known ? SPAN("  none") : SPAN("  not known"));
	buf_add_char(out, '\n');
	for (size_t i = 0; i < now.campaign_count && i < 5; i++) {
		const struct store_campaign *campaign = &now.campaigns[i];

		buf_add(out, SPAN("  "));
		buf_add_plain(out, campaign->id);
		buf_printf(out, "  %llu messages to %llu, %zu hosts%s%s\n", (unsigned long long)campaign->messages,
		    (unsigned long long)campaign->recipients, campaign->host_count, campaign->closed ? ", closed" : "",
		    campaign->part_of.len > 0 ? ", part of another" : "");
	}
}

static void
draw_name(struct buf *out, const struct named_count *named, bool there, bool ends)
{
	struct buf name;

	buf_init(&name, 4096);
	buf_add(&name, SPAN(""));
	if (there)
		buf_add_plain(&name, span_cut(named->name, 0, 60));
	if (there)
		buf_printf(out, ends ? "%9llu  %s\n" : "%9llu  %-34.34s", (unsigned long long)named->of[0], name.at);
	else
		buf_printf(out, ends ? "\n" : "%45s", "");
	buf_fini(&name);
}

/* Domains and rules side by side, as many as there is room for. */
static void
draw_tops(struct buf *out, size_t lines)
{
	size_t	hosts = now.top_counts[TOP_HOST], rules = now.rule_count;

	buf_printf(out, "\n%-45s%s\n", "hosts, today", "rules");
	for (size_t i = 0; i < lines && (i < hosts || i < rules); i++) {
		draw_name(out, &now.tops[TOP_HOST][i], i < hosts, false);
		draw_name(out, &now.rules[i], i < rules, true);
	}
}

static void
draw(struct buf *out, size_t lines)
{
	buf_reset(out);
	draw_head(out);
	draw_health(out);
	draw_campaigns(out);
	draw_tops(out, lines);
}

/* --- the terminal --- */

static struct termios	terminal_before;

/* Each of them ends the wait for a key; another size of the screen is seen when it is drawn anew. */
static void
heed(int signal)
{
	if (signal == SIGTSTP)
		suspended = 1;
	else if (signal != SIGWINCH)
		stopped = 1;
}

static void
terminal_take(void)
{
	static const int	signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction	action = { .sa_handler = heed };
	struct termios		raw;

	for (size_t i = 0; i < NITEMS(signals); i++)
		sigaction(signals[i], &action, NULL);
	if (tcgetattr(STDIN_FILENO, &terminal_before) == 0) {
		raw = terminal_before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	}
	/* Another screen, no cursor. */
	printf("\033[?1049h\033[?25l");
}

static void
terminal_leave(void)
{
	printf("\033[?25h\033[?1049l");
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
}

/* Lines longer than the screen would push what is below them out. */
static void
show(const struct buf *out, const struct winsize *size)
{
	struct span rest = buf_span(out);

	printf("\033[H");
	for (unsigned line = 0; rest.len > 0 && line + 1 < size->ws_row; line++) {
		size_t end = span_find_char(rest, '\n', 0);

		printf("%.*s" CLEAR_REST, SPAN_ARG(span_cut(span_cut(rest, 0, end), 0, size->ws_col)));
		rest = span_from(rest, end + 1);
	}
	printf("\033[J");
	(void)fflush(stdout);
}

/* False: who looks has seen enough. */
static bool
wait_for_key(int64_t period_ms)
{
	struct pollfd	keys = { .fd = STDIN_FILENO, .events = POLLIN };
	char		key = 0;

	if (poll(&keys, 1, (int)period_ms) <= 0)
		return stopped == 0;
	return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q' && stopped == 0;
}

static bool
take(struct source *source)
{
	numbers_fini(&before);
	before = now;
	arena_reset(source->arena);
	return numbers_take(&now, source->options, source->redis, source->reputation, source->arena);
}

static bool
can_draw(void)
{
	const char *terminal = getenv("TERM");

	return terminal != NULL && terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
}

static bool
watch(struct source *source, struct buf *out)
{
	bool fine;

	terminal_take();
	/* What is wrong with Redis has its place on the screen. */
	log_least(LOG_LEVEL_ERROR);
	do {
		struct winsize size = { .ws_row = 24, .ws_col = 80 };

		if (suspended != 0) {
			suspended = 0;
			terminal_leave();
			(void)raise(SIGSTOP);
			terminal_take();
		}
		fine = take(source);
		if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
			size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
		draw(out, size.ws_row);
		show(out, &size);
	} while (fine && wait_for_key(PERIOD_MS));
	terminal_leave();
	return fine;
}

int
top_command(int argc, char **argv)
{
	static const struct option	 longs[] = { { NULL, 0, NULL, 0 } };
	const char			*config = NULL;
	struct source			 source;
	struct buf			 out;
	int				 letter, status;
	bool				 fine = true;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (letter != 'c')
			return SOURCE_USAGE;
		config = optarg;
	}
	if (optind < argc) {
		fprintf(stderr, "pixelctl: top takes no '%s'\n", argv[optind]);
		return SOURCE_USAGE;
	}
	bool screen = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && can_draw();
	status = source_open(&source, config);
	buf_init(&out, MOST_OUTPUT);
	if (status == SOURCE_FINE && screen)
		fine = watch(&source, &out);
	else if (status == SOURCE_FINE) {
		fine = take(&source);
		draw(&out, 20);
		printf("%.*s", SPAN_ARG(buf_span(&out)));
	}
	if (!fine) {
		fprintf(stderr, "pixelctl: out of memory\n");
		status = SOURCE_SOFTWARE;
	}
	numbers_fini(&before);
	numbers_fini(&now);
	source_close(&source);
	buf_fini(&out);
	return fflush(stdout) == 0 ? status : SOURCE_SOFTWARE;
}

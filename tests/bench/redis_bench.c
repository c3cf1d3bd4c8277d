/*
 * What a message's question to Redis costs, beside the floor of one round trip.
 *
 *	redis_bench REDIS	prints: ping, a message with hosts nobody asked for lately, the same message again, a lesson;
 *				median and 99th percentile of each in microseconds
 *
 * The message: three hosts and its sender, six URL templates of which one has many traces, four windows.
 */
#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>

#include <stdio.h>
#include <stdlib.h>

#include "reputation/store.h"

#define MESSAGES	400u
#define DOMAINS		4u
#define TEMPLATES	6u
#define WINDOWS		4u
#define NOW		((int64_t)1700000000000)

static struct options	*options;
static struct redis	*redis;
static struct store	*store;
static struct arena	*arena;

static void
must(enum pw_err err, const char *what)
{
	if (err == PW_OK)
		return;
	fprintf(stderr, "redis_bench: %s: %s\n", what, pw_strerror(err));
	exit(1);
}

/* Digests are evenly spread. */
static uint64_t
digest(uint64_t kind, uint64_t i)
{
	return (kind * 1000003 + i + 1) * 0x9e3779b97f4a7c15u;
}

static void
names_make(char names[DOMAINS][64], struct span spans[DOMAINS], unsigned message)
{
	for (unsigned i = 0; i < DOMAINS; i++) {
		snprintf(names[i], sizeof(names[i]), "host-%u-of-%u.example", i, message);
		spans[i] = span_of(names[i]);
	}
}

static void
teach(unsigned message)
{
	char			names[DOMAINS][64];
	struct span		spans[DOMAINS];
	uint64_t		recipient = digest(1, message), templates[TEMPLATES];
	struct lesson_domain	domains[DOMAINS];
	struct lesson_template	taught[TEMPLATES];
	struct lesson_window	windows[WINDOWS];

	names_make(names, spans, message);
	for (unsigned i = 0; i < TEMPLATES; i++) {
		templates[i] = digest(2, i == 0 ? 0 : message * TEMPLATES + i);
		taught[i] = (struct lesson_template){ templates[i], spans[i % 3], digest(3, message) };
	}
	for (unsigned i = 0; i < DOMAINS; i++)
		domains[i] = (struct lesson_domain){ .name = spans[i], .tallies = 0x55, .templates = templates,
		    .template_count = 2 };
	for (unsigned i = 0; i < WINDOWS; i++)
		windows[i] = (struct lesson_window){ digest(4, message / 8 * WINDOWS + i), { NOW, message + 1, SPAN(
		    "what the code of campaigns packs: a queue id, a sender, hosts, and so on, in some tens of bytes") } };
	must(store->kind->teach(store, &(struct lesson){ .node = SPAN("mx1"), .number = message + 1, .time_ms = NOW,
	    .message = message + 1, .recipients = &recipient, .recipient_count = 1, .domains = domains,
	    .domain_count = DOMAINS, .templates = taught, .template_count = TEMPLATES, .windows = windows,
	    .window_count = WINDOWS }, 1), "teach");
}

static void
ask(unsigned message)
{
	char			names[DOMAINS][64];
	struct span		spans[DOMAINS];
	uint64_t		templates[TEMPLATES], windows[WINDOWS];
	struct store_answer	answer;

	names_make(names, spans, message);
	for (unsigned i = 0; i < TEMPLATES; i++)
		templates[i] = digest(2, i == 0 ? 0 : message * TEMPLATES + i);
	for (unsigned i = 0; i < WINDOWS; i++)
		windows[i] = digest(4, message / 8 * WINDOWS + i);
	must(store->kind->ask(store, &(struct store_question){ .now_ms = NOW, .domains = spans, .domain_count = DOMAINS,
	    .templates = templates, .template_count = TEMPLATES, .windows = windows, .window_count = WINDOWS,
	    .window_ms = 86400000 }, arena, &answer), "ask");
	if (!answer.standings[0].known || answer.templates[0].trace_count < 2 || answer.windows[0].count == 0)
		must(PW_ENOTFOUND, "ask");
	arena_reset(arena);
}

static void
ask_the_last(unsigned message)
{
	(void)message;
	ask(MESSAGES - 1);
}

static void
ping(unsigned message)
{
	struct redis_batch batch;

	(void)message;
	redis_batch_init(&batch, arena);
	redis_batch_add(&batch, &SPAN("PING"), 1);
	must(redis_run(redis, &batch, 0), "PING");
	redis_batch_fini(&batch);
	arena_reset(arena);
}

static int
by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
measure(const char *what, void (*run)(unsigned))
{
	static int64_t took[MESSAGES];

	for (unsigned i = 0; i < MESSAGES; i++) {
		int64_t begun = clock_us();

		run(i);
		took[i] = clock_us() - begun;
	}
	qsort(took, MESSAGES, sizeof(took[0]), by_size);
	printf("%s %lld %lld\n", what, (long long)took[MESSAGES / 2], (long long)took[MESSAGES * 99 / 100]);
}

int
main(int argc, char **argv)
{
	struct buf report;

	buf_init(&report, 4096);
	options = options_new();
	arena = arena_new((size_t)64 << 20);
	if (argc != 2 || options == NULL || arena == NULL ||
	    config_set(options, "-", "Redis", argv[1], &report) != PW_OK ||
	    config_set(options, "-", "RedisDeadline", "5s", &report) != PW_OK) {
		fprintf(stderr, "usage: redis_bench unix:/PATH\n");
		return 64;
	}
	must(redis_open(options, &redis), "open");
	must(store_open_redis(options, &store), "open");
	measure("ping", ping);
	measure("teach", teach);
	measure("fresh", ask);
	measure("again", ask_the_last);
	store->kind->close(store);
	redis_close(redis);
	arena_free(arena);
	options_free(options);
	buf_fini(&report);
	return 0;
}

/*
 * A journal on a terminal, for tests that play with its Redis meanwhile (e2e/journal_test.py).
 *
 *	journal_console CONFIG
 *
 * "write N" records N messages, with minutes between them if "step MS" was said, and answers how many it has written.
 * End of file closes it, in ten seconds at most; "end MS" says how long else. "roll WHO MARK [BUCKET VALUE]" tells
 * Redis what a node says of a minute of the stream pw:ts:t; "health TIME ERRORS" of its health in pw:ts:node:t, and answers
 * what that does.
 */
#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/journal/journal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixture.h"
#include "journal/scripts.h"

static unsigned long long	written;
static long long		step_ms;

static bool
write_many(struct journal *journal, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct sighting	sighting = sighting_make();
		struct timespec	now;
		char		queue_id[32];

		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(queue_id, sizeof(queue_id), "Q%llu", ++written);
		sighting.queue_id = span_of(queue_id);
		sighting.time_ms = (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000 - (long long)(count - i) * step_ms;
		if (journal_write(journal, &sighting) != PW_OK)
			return false;
	}
	return true;
}

/* Its answer, if that is an integer; else -1. */
static long long
script_run(const struct options *options, struct redis_script *script, size_t keys, const struct span *words, size_t count)
{
	struct arena		*arena = arena_new(1 << 20);
	struct redis_batch	 batch;
	struct redis		*redis;
	long long		 answer = -1;

	if (redis_open(options, &redis) != PW_OK)
		return -1;
	redis_batch_init(&batch, arena);
	redis_batch_script(&batch, script, keys, words, count);
	if (redis_run(redis, &batch, 5000) == PW_OK) {
		if (batch.replies[0].kind == REDIS_INTEGER)
			answer = batch.replies[0].integer;
		else
			fprintf(stderr, "%.*s\n", SPAN_ARG(batch.replies[0].text));
	}
	redis_batch_fini(&batch);
	redis_close(redis);
	arena_free(arena);
	return answer;
}

static bool
roll(const struct options *options, char *line)
{
	struct span		 words[16] = { SPAN("pw:ts:t"), SPAN("pw:b:{pw:ts:t}"), SPAN("pw:n:{pw:ts:t}") };
	const struct span	 fixed[] = { SPAN("60000"), SPAN("1000"), SPAN("100"), SPAN("messages") };
	size_t			 count = 3;
	char			*rest = NULL;

	(void)strtok_r(line, " \n", &rest);
	for (char *word = strtok_r(NULL, " \n", &rest); word != NULL && count < 11; word = strtok_r(NULL, " \n", &rest)) {
		words[count++] = span_of(word);
		for (size_t i = 0; i < NITEMS(fixed) && count == 5 + i; i++)
			words[count++] = fixed[i];
	}
	return script_run(options, &script_roll, 3, words, count) >= 0;
}

static long long
health(const struct options *options, char *line)
{
	struct span	 words[5] = { SPAN("pw:ts:node:t"), SPAN_NONE, SPAN("100"), SPAN("errors"), SPAN_NONE };
	char		*rest = NULL;

	(void)strtok_r(line, " \n", &rest);
	words[1] = span_of(strtok_r(NULL, " \n", &rest));
	words[4] = span_of(strtok_r(NULL, " \n", &rest));
	return script_run(options, &script_health, 1, words, NITEMS(words));
}

int
main(int argc, char **argv)
{
	struct options	*options = options_new();
	struct journal	*journal;
	struct buf	 report;
	char		 line[256];
	unsigned	 count;
	long long	 end_ms = 10000;

	log_open("journal_console", false);
	buf_init(&report, 65536);
	if (argc != 2 || options == NULL || config_read(argv[1], options, &report) != PW_OK ||
	    journal_open(options, NULL, &report, &journal) != PW_OK) {
		fprintf(stderr, "journal_console: %.*s\n", SPAN_ARG(buf_span(&report)));
		return 64;
	}
	printf("open\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "write %u", &count) == 1)
			printf(write_many(journal, count) ? "%llu\n" : "failed\n", written);
		else if (sscanf(line, "step %lld", &step_ms) == 1 || sscanf(line, "end %lld", &end_ms) == 1)
			printf("ok\n");
		else if (strncmp(line, "roll ", 5) == 0)
			printf(roll(options, line) ? "ok\n" : "failed\n");
		else if (strncmp(line, "health ", 7) == 0)
			printf("%lld\n", health(options, line));
		fflush(stdout);
	}
	journal_close(journal, end_ms);
	options_free(options);
	buf_fini(&report);
	return 0;
}

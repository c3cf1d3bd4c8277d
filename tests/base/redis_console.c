/*
 * The Redis client on a terminal, for tests that play with the server meanwhile (e2e/redis_client_test.py).
 *
 *	redis_console REDIS USER PASSWORD-FILE DEADLINE-MS
 *
 * Each line is a batch of commands with a ; between them; words that begin with = are sent as a script with one key,
 * "return redis.call(unpack(...))" of what follows. "!health" says how the client is; "!storm N M" lets N threads ask M
 * questions each, and says how many answers were those of another question.
 */
#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/base/redis.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS	32
#define ARENA_BYTES	((size_t)64 << 20)

static struct redis_script call = { .text = "return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))" };

static void
print(const struct redis_reply *reply)
{
	switch (reply->kind) {
	case REDIS_NIL:
		printf("nil");
		break;
	case REDIS_INTEGER:
		printf("%" PRId64, reply->integer);
		break;
	case REDIS_LIST:
		printf("[");
		for (size_t i = 0; i < reply->count; i++) {
			printf("%s", i > 0 ? " " : "");
			print(&reply->items[i]);
		}
		printf("]");
		break;
	case REDIS_STATUS:
	case REDIS_ERROR:
	case REDIS_TEXT:
		printf("%s%.*s", reply->kind == REDIS_ERROR ? "-" : "", SPAN_ARG(reply->text));
		break;
	}
}

/* "INCR key" as it is; "=INCR key 1" by the script. */
static void
command_add(struct redis_batch *batch, char *text)
{
	struct span	words[MOST_WORDS];
	size_t		count = 0;
	char		*rest = NULL;

	for (char *word = strtok_r(text, " ", &rest); word != NULL && count < MOST_WORDS; word = strtok_r(NULL, " ", &rest))
		words[count++] = span_of(word);
	if (count > 1 && words[0].at[0] == '=') {
		struct span key = words[1];

		words[1] = span_from(words[0], 1);
		words[0] = key;
		redis_batch_script(batch, &call, 1, words, count);
	} else if (count > 0)
		redis_batch_add(batch, words, count);
}

static void
ask(struct redis *redis, char *line)
{
	struct arena		*arena = arena_new(ARENA_BYTES);
	struct redis_batch	 batch;
	char			*rest = NULL;
	int64_t			 begun = clock_ms();
	enum pw_err		 err;

	redis_batch_init(&batch, arena);
	for (char *text = strtok_r(line, ";", &rest); text != NULL; text = strtok_r(NULL, ";", &rest))
		command_add(&batch, text);
	err = redis_run(redis, &batch, 0);
	printf("%" PRId64 " %s", clock_ms() - begun, err == PW_OK ? "OK" : err == PW_EAWAY ? "AWAY" : "NOMEM");
	for (size_t i = 0; err == PW_OK && i < batch.count; i++) {
		printf("%s", i > 0 ? "; " : ": ");
		print(&batch.replies[i]);
	}
	printf("\n");
	redis_batch_fini(&batch);
	arena_free(arena);
}

struct storm {
	struct redis	*redis;
	unsigned	 questions;
	unsigned	 answered, away, wrong;
	pthread_t	 thread;
};

static void *
storm_run(void *context)
{
	struct storm	*storm = context;
	struct arena	*arena = arena_new(ARENA_BYTES);

	for (unsigned i = 0; i < storm->questions; i++) {
		struct redis_batch	batch;
		char			text[64];
		bool			same = true;

		snprintf(text, sizeof(text), "%p/%u", context, i);
		redis_batch_init(&batch, arena);
		for (int k = 0; k < 5; k++)
			redis_batch_add(&batch, (const struct span[]){ SPAN("ECHO"), span_of(text) }, 2);
		enum pw_err err = redis_run(storm->redis, &batch, 0);
		for (size_t k = 0; err == PW_OK && k < batch.count; k++)
			same = same && span_eq(batch.replies[k].text, span_of(text));
		storm->answered += err == PW_OK;
		storm->away += err != PW_OK;
		storm->wrong += !same;
		redis_batch_fini(&batch);
		arena_reset(arena);
	}
	arena_free(arena);
	return NULL;
}

static void
storm(struct redis *redis, unsigned threads, unsigned questions)
{
	struct storm	*storms = calloc(threads, sizeof(*storms)), sum = { 0 };

	for (unsigned i = 0; i < threads; i++) {
		storms[i] = (struct storm){ .redis = redis, .questions = questions };
		if (pthread_create(&storms[i].thread, NULL, storm_run, &storms[i]) != 0)
			abort();
	}
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(storms[i].thread, NULL);
		sum.answered += storms[i].answered;
		sum.away += storms[i].away;
		sum.wrong += storms[i].wrong;
	}
	printf("answered=%u away=%u wrong=%u\n", sum.answered, sum.away, sum.wrong);
	free(storms);
}

static void
health(struct redis *redis)
{
	struct redis_health h;

	redis_health(redis, &h);
	printf("up=%d batches=%" PRIu64 " late=%" PRIu64 " lost=%" PRIu64 " refused=%" PRIu64 " errors=%" PRIu64
	    " connected=%" PRIu64 " opened=%" PRIu64 " healed=%" PRIu64 " scripts=%" PRIu64 "\n", h.up, h.batches, h.late,
	    h.lost, h.refused, h.errors, h.connected, h.opened, h.healed, h.scripts);
}

int
main(int argc, char **argv)
{
	struct options	*options = options_new();
	struct redis	*redis;
	struct buf	 report;
	char		 line[4096];
	unsigned	 threads, questions;

	buf_init(&report, sizeof(line));
	if (argc != 5 || options == NULL || config_set(options, "-", "Redis", argv[1], &report) != PW_OK ||
	    config_set(options, "-", "RedisUser", argv[2], &report) != PW_OK ||
	    config_set(options, "-", "RedisPasswordFile", argv[3], &report) != PW_OK ||
	    config_set(options, "-", "RedisDeadline", argv[4], &report) != PW_OK || redis_open(options, &redis) != PW_OK) {
		fprintf(stderr, "redis_console: %.*s\n", SPAN_ARG(buf_span(&report)));
		return 64;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "!health") == 0)
			health(redis);
		else if (sscanf(line, "!storm %u %u", &threads, &questions) == 2)
			storm(redis, threads, questions);
		else
			ask(redis, line);
		fflush(stdout);
	}
	redis_close(redis);
	options_free(options);
	buf_fini(&report);
	return 0;
}

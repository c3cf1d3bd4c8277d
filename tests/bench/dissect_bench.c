/*
 * What judging a message costs, against libgumbo's bare parse of the same HTML.
 *
 *	dissect_bench RULES_DIR ROUNDS FILE...
 *
 * Prints a line for each file, tab-separated: its name, its bytes, bytes of its HTML, pipeline us, gumbo us
 * (thread CPU time, best of the rounds; the pipeline dissects, judges, rewrites and verifies).
 */
#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>

#include <gumbo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARENA_BYTES	((size_t)1 << 30)
#define PADDING		64	/* libgumbo reads past a character reference at the very end */

static double
cpu_us(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

/* With the CRLF line ends that an MTA hands over. */
static struct span
message_read(const char *name)
{
	FILE		*file = fopen(name, "r");
	struct buf	 wire;
	int		 c, last = 0;

	buf_init(&wire, (size_t)1 << 30);
	if (file == NULL) {
		perror(name);
		exit(1);
	}
	while ((c = getc(file)) != EOF) {
		if (c == '\n' && last != '\r')
			buf_add_char(&wire, '\r');
		buf_add_char(&wire, (char)c);
		last = c;
	}
	fclose(file);
	if (buf_failed(&wire))
		exit(1);
	return buf_span(&wire);
}

static double
pipeline_time(const struct message *message, const struct options *options, const struct policy *policy,
    struct arena *arena, struct outcome *outcome)
{
	double began = cpu_us();

	arena_reset(arena);
	pipeline_run(message, options, policy, &dissectors_in_thread, NULL, arena, outcome);
	return cpu_us() - began;
}

/* Decoding is not gumbo's: the documents were decoded before. Without its list of errors, it is fastest. */
static double
gumbo_time(const struct span *documents, size_t count)
{
	GumboOptions	options = kGumboDefaultOptions;
	double		began = cpu_us();

	options.max_errors = 0;
	for (size_t i = 0; i < count; i++)
		gumbo_destroy_output(&options, gumbo_parse_with_options(&options, documents[i].at, documents[i].len));
	return cpu_us() - began;
}

static size_t
html_of(struct span raw, const struct outcome *outcome, struct span *documents, size_t most)
{
	const struct dissection	*dissection = outcome->dissection;
	size_t			 count = 0;

	for (uint32_t i = 0; dissection != NULL && i < dissection->documents.count && count < most; i++) {
		const struct document	*document = &dissection_documents(dissection)[i];
		struct span		 bytes;
		char			*copy;

		if (document->kind != DOCUMENT_HTML)
			continue;
		bytes = document_bytes(dissection, document, raw);
		if ((copy = calloc(1, bytes.len + PADDING)) == NULL)
			exit(1);
		if (bytes.len > 0)
			memcpy(copy, bytes.at, bytes.len);
		documents[count++] = (struct span){ copy, bytes.len };
	}
	return count;
}

static void
measure(const char *name, long rounds, const struct options *options, const struct policy *policy,
    struct arena *arena)
{
	static const struct span recipient = { "member@parl.example", 19 };
	struct message	 message = {
		.raw = message_read(name),
		.queue_id = SPAN("BENCH"),
		.client_address = SPAN("203.0.113.9"),
		.envelope_sender = SPAN("sender@news.example"),
		.recipients = &recipient,
		.recipient_count = 1,
	};
	struct span	 documents[16];
	struct outcome	 outcome;
	double		 best = pipeline_time(&message, options, policy, arena, &outcome), best_gumbo = 1e18;
	size_t		 count = html_of(message.raw, &outcome, documents, NITEMS(documents)), html_bytes = 0;

	for (long round = 0; round < rounds; round++) {
		double time = pipeline_time(&message, options, policy, arena, &outcome);
		double gumbo = gumbo_time(documents, count);

		best = time < best ? time : best;
		best_gumbo = gumbo < best_gumbo ? gumbo : best_gumbo;
	}
	for (size_t i = 0; i < count; i++) {
		html_bytes += documents[i].len;
		free((char *)documents[i].at);
	}
	printf("%s\t%zu\t%zu\t%.1f\t%.1f\n", name, message.raw.len, html_bytes, best, count > 0 ? best_gumbo : 0.0);
	free((char *)message.raw.at);
}

int
main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: dissect_bench RULES_DIR ROUNDS FILE...\n");
		return 64;
	}
	struct options	*options = options_new();
	struct arena	*arena = arena_new(ARENA_BYTES);
	struct policy	*policy = NULL;
	struct buf	 report;

	buf_init(&report, 1 << 20);
	if (options == NULL || arena == NULL ||
	    config_set(options, "bench", "Mode", "enforce", &report) != PW_OK ||
	    config_set(options, "bench", "RulesDir", argv[1], &report) != PW_OK ||
	    policy_load(options, NULL, &report, &policy) != PW_OK) {
		fprintf(stderr, "dissect_bench: %.*s\n", SPAN_ARG(buf_span(&report)));
		return 1;
	}
	dissect_prepare();
	for (int i = 3; i < argc; i++)
		measure(argv[i], strtol(argv[2], NULL, 10), options, policy, arena);
	policy_free(policy);
	arena_free(arena);
	options_free(options);
	buf_fini(&report);
	return 0;
}

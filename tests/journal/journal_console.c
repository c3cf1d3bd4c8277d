/*
 * A journal on a terminal, for tests that play with its Redis meanwhile (e2e/journal_test.py).
 *
 *	journal_console CONFIG
 *
 * "write N" records N messages, with minutes between them if "step MS" was said, and answers how many it has written.
 * End of file closes it, in ten seconds at most; "end MS" says how long else.
 */
#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/journal/journal.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixture.h"

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
	    journal_open(options, NULL, NULL, &report, &journal) != PW_OK) {
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
		fflush(stdout);
	}
	journal_close(journal, end_ms);
	options_free(options);
	buf_fini(&report);
	return 0;
}

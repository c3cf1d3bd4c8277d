#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pixelward/base/arena.h>
#include <pixelward/base/config.h>

#include "opened.h"
#include "reach.h"

#define REPORT_BYTES	((size_t)1 << 20)
#define ARENA_BYTES	((size_t)64 << 20)

int
source_open(struct source *source, const char *config)
{
	struct buf	report;
	int		status = SOURCE_SOFTWARE;

	*source = (struct source){ .options = options_new(), .arena = arena_new(ARENA_BYTES) };
	buf_init(&report, REPORT_BYTES);
	if (source->options == NULL || source->arena == NULL)
		fprintf(stderr, "pixelctl: out of memory\n");
	else if (config_read(config != NULL ? config : OPENED_CONFIG_FILE, source->options, &report) != PW_OK)
		status = SOURCE_CONFIG;
	else if (redis_is_wanted(source->options) && redis_open(source->options, &source->redis) != PW_OK)
		status = SOURCE_CONFIG;
	else
		status = reach_state(source->options, REACH_COUNTS, &report) == HISTORY_DONE ? SOURCE_FINE : SOURCE_NOT_ALLOWED;
	if (status == SOURCE_CONFIG || status == SOURCE_NOT_ALLOWED)
		fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	/* A store that is away, or that is not for this user of Redis, is no reason to show nothing. */
	if (status == SOURCE_FINE && reputation_open(source->options, redis_is_wanted(source->options) ? REPUTATION_KEPT :
	    REPUTATION_COPY, &report, &source->reputation) != PW_OK)
		source->reputation = NULL;
	buf_fini(&report);
	return status;
}

void
source_close(struct source *source)
{
	reputation_close(source->reputation);
	redis_close(source->redis);
	arena_free(source->arena);
	options_free(source->options);
}

#include "numbers.h"

#include <pixelward/base/clock.h>

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

#define MINUTE_MS	((int64_t)60000)
#define PATIENCE_MS	1000

/* --- this node --- */

static bool
counters_take(struct numbers *numbers, const char *state_dir)
{
	enum pw_err err = counters_read(state_dir, &numbers->counters);

	if (err == PW_ENOMEM)
		return false;
	numbers->counted = err == PW_OK;
	if (!numbers->counted)
		return true;
	numbers->minute = counters_of_minute(numbers->counters, numbers->now_ms - MINUTE_MS, COUNTER_messages);
	numbers->rule_count = counters_rules(numbers->counters, numbers->rules, NUMBERS_MOST_NAMES);
	for (size_t t = 0; t < TOPS; t++)
		numbers->top_counts[t] = counters_top(numbers->counters, (enum top)t, numbers->now_ms / DAY_MS,
		    numbers->tops[t], NUMBERS_MOST_NAMES);
	return true;
}

static void
processes_take(struct numbers *numbers)
{
	DIR		*directory = opendir("/proc");
	struct dirent	*entry;

	numbers->running = process_is_keeper(numbers->keeper.pid);
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		struct process process;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !process_read((pid_t)strtol(entry->d_name, NULL, 10), &process) ||
		    process.parent != numbers->keeper.pid || strcmp(process.name, "pw-dissector") != 0)
			continue;
		numbers->dissectors++;
		numbers->dissector_ms += process.ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK);
	}
	if (directory != NULL)
		closedir(directory);
}

/* --- Redis --- */

static uint64_t
number_of(struct span text)
{
	uint64_t number = 0;

	for (size_t i = 0; i < text.len && ascii_digit(text.at[i]); i++)
		number = number * 10 + (uint64_t)(text.at[i] - '0');
	return number;
}

static void
all_read(struct numbers *numbers, const struct redis_reply *reply)
{
	for (size_t i = 0; reply->kind == REDIS_LIST && i + 1 < reply->count; i += 2)
		for (size_t c = 0; c < COUNTERS; c++)
			if (span_eq(reply->items[i].text, span_of(counter_name((enum counter)c)))) {
				numbers->all[c] = number_of(reply->items[i + 1].text);
				numbers->all_known = true;
			}
}

static void
node_add(struct numbers *numbers, struct span name)
{
	for (size_t i = 0; i < numbers->node_count; i++)
		if (span_eq(numbers->nodes[i].name, name))
			return;
	if (numbers->node_count < NUMBERS_MOST_NODES)
		numbers->nodes[numbers->node_count++] = (struct numbers_node){ .name = name };
}

/* "@NUMBER messages=… node:NAME node:NAME": under another name a gateway is another node, whose numbers stay. */
static void
nodes_add(struct numbers *numbers, struct span said)
{
	for (size_t end; said.len > 0; said = span_from(said, end + 1)) {
		end = span_find_char(said, ' ', 0);
		if (span_starts(said, SPAN("node:")))
			node_add(numbers, span_cut(said, 5, end));
	}
}

static bool
nodes_take(struct numbers *numbers, struct redis *redis, struct arena *arena)
{
	struct redis_batch batch;

	redis_batch_init(&batch, arena);
	for (size_t i = 0; i < numbers->node_count; i++) {
		struct span	name = numbers->nodes[i].name;
		struct span	beat[] = { SPAN("EXISTS"), arena_printf(arena, "pw:hb:%.*s", SPAN_ARG(name)) };
		struct span	count[] = { SPAN("HGET"), arena_printf(arena, "pw:c:node:%.*s", SPAN_ARG(name)),
				    SPAN("messages") };

		batch.failed = batch.failed || beat[1].at == NULL || count[1].at == NULL;
		redis_batch_add(&batch, beat, NITEMS(beat));
		redis_batch_add(&batch, count, NITEMS(count));
	}
	enum pw_err err = numbers->node_count > 0 ? redis_run(redis, &batch, PATIENCE_MS) : PW_OK;
	for (size_t i = 0; err == PW_OK && i < numbers->node_count; i++) {
		numbers->nodes[i].alive = redis_reply_number(&batch.replies[2 * i]) != 0;
		numbers->nodes[i].messages = number_of(batch.replies[2 * i + 1].text);
	}
	redis_batch_fini(&batch);
	return err != PW_ENOMEM;
}

static bool
redis_take(struct numbers *numbers, struct redis *redis, struct arena *arena)
{
	struct redis_batch	batch;
	bool			fine = true;

	redis_batch_init(&batch, arena);
	redis_batch_add(&batch, (const struct span[]){ SPAN("HGETALL"), SPAN("pw:c:all") }, 2);
	redis_batch_add(&batch, (const struct span[]){ SPAN("HVALS"), SPAN("pw:b:{pw:c:all}") }, 2);
	enum pw_err err = redis_run(redis, &batch, PATIENCE_MS);
	numbers->redis_up = err == PW_OK;
	if (err == PW_OK) {
		all_read(numbers, &batch.replies[0]);
		for (size_t i = 0; batch.replies[1].kind == REDIS_LIST && i < batch.replies[1].count; i++)
			nodes_add(numbers, batch.replies[1].items[i].text);
		fine = nodes_take(numbers, redis, arena);
	}
	redis_batch_fini(&batch);
	redis_health(redis, &numbers->redis);
	return fine && err != PW_ENOMEM;
}

bool
numbers_take(struct numbers *numbers, const struct options *options, struct redis *redis, struct reputation *reputation,
    struct arena *arena)
{
	*numbers = (struct numbers){ .now_ms = clock_unix_ms(), .redis_wanted = redis != NULL };
	if (!counters_take(numbers, options->state_dir) ||
	    journal_state_read(options->state_dir, &numbers->journal) == PW_ENOMEM)
		return false;
	if (keeper_status_read(options->state_dir, &numbers->keeper, NULL))
		processes_take(numbers);
	/* Campaigns are of no use when they cannot be had in time. */
	numbers->campaigns_known = reputation != NULL && reputation_campaigns(reputation, SPAN_NONE, NUMBERS_MOST_CAMPAIGNS,
	    arena, &numbers->campaigns, &numbers->campaign_count) == PW_OK;
	if (!numbers->campaigns_known)
		numbers->campaign_count = 0;
	return redis == NULL || redis_take(numbers, redis, arena);
}

void
numbers_fini(struct numbers *numbers)
{
	counters_free(numbers->counters);
	numbers->counters = NULL;
}

/* pixelctl stats: what was counted, of this node and of all. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "numbers.h"
#include "source.h"

#define MOST_OUTPUT	((size_t)16 << 20)
#define MOST_LISTED	20u

static const char *const counted_words[] = { "no", "yes" };

/* --- JSON --- */

static void
json_name(struct buf *out, const char *name)
{
	buf_printf(out, "\"%s\":", name);
}

static void
json_number(struct buf *out, const char *name, uint64_t number)
{
	json_name(out, name);
	buf_printf(out, "%llu,", (unsigned long long)number);
}

static void
json_bool(struct buf *out, const char *name, bool value)
{
	json_name(out, name);
	buf_add(out, value ? SPAN("true,") : SPAN("false,"));
}

/* Behind the last of something that ends in commas. */
static void
json_end(struct buf *out, char bracket)
{
	if (out->len > 0 && out->at[out->len - 1] == ',')
		out->len--;
	buf_add_char(out, bracket);
	buf_add_char(out, ',');
}

static void
json_totals(struct buf *out, const char *name, const struct numbers *numbers, bool all)
{
	json_name(out, name);
	buf_add_char(out, '{');
	for (size_t c = 0; c < COUNTERS; c++)
		json_number(out, counter_name((enum counter)c), all ? numbers->all[c] :
		    numbers->counted ? counters_total(numbers->counters, (enum counter)c) : 0);
	json_end(out, '}');
}

static void
json_rules(struct buf *out, const struct numbers *numbers)
{
	json_name(out, "rules");
	buf_add_char(out, '[');
	for (size_t i = 0; i < numbers->rule_count; i++) {
		buf_add(out, SPAN("{\"rule\":"));
		buf_add_json(out, numbers->rules[i].name);
		buf_add_char(out, ',');
		for (size_t c = 0; c < RULE_COUNTERS; c++)
			json_number(out, rule_counter_name((enum rule_counter)c), numbers->rules[i].of[c]);
		json_number(out, "last_ms", (uint64_t)numbers->rules[i].last_ms);
		json_end(out, '}');
	}
	json_end(out, ']');
}

static void
json_tops(struct buf *out, const struct numbers *numbers)
{
	json_name(out, "top");
	buf_add_char(out, '{');
	for (size_t t = 0; t < TOPS; t++) {
		json_name(out, top_name((enum top)t));
		buf_add_char(out, '[');
		for (size_t i = 0; i < numbers->top_counts[t]; i++) {
			buf_add(out, SPAN("{\"name\":"));
			buf_add_json(out, numbers->tops[t][i].name);
			buf_add_char(out, ',');
			json_number(out, "messages", numbers->tops[t][i].of[0]);
			json_end(out, '}');
		}
		json_end(out, ']');
	}
	json_end(out, '}');
}

static void
json_redis(struct buf *out, const struct numbers *numbers)
{
	json_name(out, "redis");
	if (!numbers->redis_wanted) {
		buf_add(out, SPAN("null,"));
		return;
	}
	buf_add_char(out, '{');
	json_bool(out, "up", numbers->redis_up);
	json_name(out, "trouble");
	buf_add_json(out, numbers->redis_up ? SPAN_NONE : span_of(numbers->redis.trouble));
	buf_add_char(out, ',');
	if (numbers->all_known)
		json_totals(out, "all", numbers, true);
	json_name(out, "nodes");
	buf_add_char(out, '[');
	for (size_t i = 0; i < numbers->node_count; i++) {
		buf_add(out, SPAN("{\"node\":"));
		buf_add_json(out, numbers->nodes[i].name);
		buf_add_char(out, ',');
		json_bool(out, "alive", numbers->nodes[i].alive);
		json_number(out, "messages", numbers->nodes[i].messages);
		json_end(out, '}');
	}
	json_end(out, ']');
	json_end(out, '}');
}

static void
print_json(struct buf *out, const struct numbers *numbers)
{
	buf_add_char(out, '{');
	json_number(out, "time_ms", (uint64_t)numbers->now_ms);
	json_bool(out, "running", numbers->running);
	json_totals(out, "totals", numbers, false);
	json_number(out, "last_minute", numbers->minute);
	json_number(out, "number", numbers->counted ? counters_number(numbers->counters) : 0);
	json_number(out, "last_ms", numbers->counted ? (uint64_t)counters_last_ms(numbers->counters) : 0);
	json_rules(out, numbers);
	json_tops(out, numbers);
	json_name(out, "journal");
	buf_add_char(out, '{');
	json_number(out, "bytes", numbers->journal.bytes);
	json_number(out, "segments", numbers->journal.segments);
	json_number(out, "unlearned", numbers->journal.unlearned);
	json_number(out, "untold", numbers->journal.untold);
	json_number(out, "bad", numbers->journal.bad);
	json_end(out, '}');
	json_redis(out, numbers);
	json_name(out, "campaigns");
	buf_add_char(out, '[');
	for (size_t i = 0; i < numbers->campaign_count; i++) {
		buf_add_json(out, numbers->campaigns[i].id);
		buf_add_char(out, ',');
	}
	json_end(out, ']');
	json_end(out, '}');
	if (out->len > 0)
		out->at[out->len - 1] = '\n';
}

/* --- text --- */

static void
print_text(struct buf *out, const struct numbers *numbers)
{
	buf_printf(out, "%-14s %14s%s\n", "", "this node", numbers->all_known ? "      all nodes" : "");
	for (size_t c = 0; c < COUNTERS; c++) {
		uint64_t ours = numbers->counted ? counters_total(numbers->counters, (enum counter)c) : 0;

		if (ours == 0 && numbers->all[c] == 0 && c != COUNTER_messages)
			continue;
		buf_printf(out, "%-14s %14llu", counter_name((enum counter)c), (unsigned long long)ours);
		if (numbers->all_known)
			buf_printf(out, " %14llu", (unsigned long long)numbers->all[c]);
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < numbers->rule_count && i < MOST_LISTED; i++) {
		buf_add(out, i == 0 ? SPAN("\nrules:     hits     shadow       held    watched\n") : SPAN(""));
		for (size_t c = 0; c < RULE_COUNTERS; c++)
			buf_printf(out, c == 0 ? "%15llu" : " %10llu", (unsigned long long)numbers->rules[i].of[c]);
		buf_add(out, SPAN("  "));
		buf_add_plain(out, numbers->rules[i].name);
		buf_add_char(out, '\n');
	}
	buf_printf(out, "\njournal        %llu bytes, %llu records not learned, %llu not told to Redis\n",
	    (unsigned long long)numbers->journal.bytes, (unsigned long long)numbers->journal.unlearned,
	    (unsigned long long)numbers->journal.untold);
	buf_printf(out, "daemon         runs: %s\n", counted_words[numbers->running]);
	if (numbers->redis_wanted)
		buf_printf(out, "Redis          %s%s\n", numbers->redis_up ? "up" : "away: ",
		    numbers->redis_up ? "" : numbers->redis.trouble);
}

int
stats_command(int argc, char **argv)
{
	static const struct option	 longs[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	static struct numbers		 numbers;
	const char			*config = NULL;
	struct source			 source;
	struct buf			 out;
	bool				 json = false;
	int				 letter, status;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1)
		switch (letter) {
		case 'c':
			config = optarg;
			break;
		case 'j':
			json = true;
			break;
		default:
			return SOURCE_USAGE;
		}
	if (optind < argc) {
		fprintf(stderr, "pixelctl: stats takes no '%s'\n", argv[optind]);
		return SOURCE_USAGE;
	}
	status = source_open(&source, config);
	buf_init(&out, MOST_OUTPUT);
	if (status == SOURCE_FINE && !numbers_take(&numbers, source.options, source.redis, source.reputation, source.arena)) {
		fprintf(stderr, "pixelctl: out of memory\n");
		status = SOURCE_SOFTWARE;
	}
	if (status == SOURCE_FINE) {
		if (!numbers.counted && !numbers.all_known) {
			fprintf(stderr, "pixelctl: nothing was counted in %s/journal yet\n",
			    source.options->state_dir);
			status = SOURCE_NOTHING;
		}
		(json ? print_json : print_text)(&out, &numbers);
		printf("%.*s", SPAN_ARG(buf_span(&out)));
	}
	numbers_fini(&numbers);
	source_close(&source);
	buf_fini(&out);
	return fflush(stdout) == 0 ? status : SOURCE_SOFTWARE;
}

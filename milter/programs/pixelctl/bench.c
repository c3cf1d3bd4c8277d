/* pixelctl rules bench: what each rule costs on mail that is at hand, and how often it hits. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <pixelward/dissect/dissect.h>
#include <pixelward/judge/measure.h>

#include "commands.h"
#include "mailbox.h"
#include "opened.h"
#include "rules_source.h"

#define OUT_BYTES	((size_t)64 << 20)

struct bench {
	struct rules_source	 source;
	struct policy		*policy;
	struct rule_cost	*costs;
	size_t			 cost_count, judged;
	bool			 json, no_memory;
};

static bool
bench_message(void *context, const char *name, struct span raw)
{
	struct bench		*bench = context;
	const struct options	*options = bench->source.options;
	struct message		 message = { .raw = raw };
	const struct dissection	*d;

	(void)name;
	struct arena *arena = opened_arena(options, raw.len);
	if (arena == NULL)
		return false;
	enum pw_err err = opened_dissect(options, &message, arena, &d);
	if (err == PW_OK) {
		err = policy_measure(bench->policy, &message, d, arena, bench->costs);
		bench->judged++;
	}
	bench->no_memory = err == PW_ENOMEM;
	arena_free(arena);
	return !bench->no_memory;
}

static int
by_cost(const void *a, const void *b)
{
	const struct rule_cost *left = a, *right = b;

	if (left->ns != right->ns)
		return left->ns < right->ns ? 1 : -1;
	return span_order(&left->name, &right->name);
}

static void
print_json(const struct bench *bench, struct buf *out)
{
	buf_printf(out, "{\"messages\":%zu,\"generation\":\"%s\",\"rules\":[", bench->judged,
	    policy_generation(bench->policy));
	for (size_t i = 0; i < bench->cost_count; i++) {
		const struct rule_cost *cost = &bench->costs[i];

		buf_add(out, i > 0 ? SPAN(",\n{\"rule\":") : SPAN("\n{\"rule\":"));
		buf_add_json(out, cost->name);
		buf_printf(out, ",\"status\":\"%s\",\"hits\":%" PRIu64 ",\"failures\":%" PRIu64 ",\"lines\":%" PRIu64
		    ",\"ns\":%" PRIu64 "}", cost->status, cost->hits, cost->failures, cost->lines, cost->ns);
	}
	buf_add(out, SPAN("\n]}\n"));
}

static void
print_text(const struct bench *bench, struct buf *out)
{
	size_t		messages = bench->judged > 0 ? bench->judged : 1;
	uint64_t	all = 0;

	for (size_t i = 0; i < bench->cost_count; i++)
		all += bench->costs[i].ns;
	buf_printf(out, "%10s %6s %10s %8s %8s  %s\n", "us/message", "share", "lines/msg", "hits", "failures", "rule");
	for (size_t i = 0; i < bench->cost_count; i++) {
		const struct rule_cost *cost = &bench->costs[i];

		buf_printf(out, "%10.2f %5.1f%% %10.1f %8" PRIu64 " %8" PRIu64 "  %.*s%s\n",
		    (double)cost->ns / 1000.0 / (double)messages, all > 0 ? 100.0 * (double)cost->ns / (double)all : 0.0,
		    (double)cost->lines / (double)messages, cost->hits, cost->failures, SPAN_ARG(cost->name),
		    cost->status[0] == 's' ? " (shadow)" : "");
	}
	buf_printf(out, "%10.2f 100.0%%: %zu rules, each by itself, on %zu messages\n",
	    (double)all / 1000.0 / (double)messages, bench->cost_count, bench->judged);
}

static int
run(struct bench *bench, int argc, char **argv, const char **rules)
{
	static const struct option longs[] = { { "format", required_argument, NULL, 'f' },
		{ "rules", required_argument, NULL, 'r' }, { NULL, 0, NULL, 0 } };
	const char	*config = NULL;
	size_t		 rules_count = 0;
	struct buf	 out;
	int		 letter;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (letter == 'c')
			config = optarg;
		else if (letter == 'r')
			rules[rules_count++] = optarg;
		else if (letter != 'f' || !format_read(optarg, &bench->json))
			return RULES_USAGE;
	}
	if (optind == argc) {
		fprintf(stderr, "pixelctl: rules bench wants mail: files, folders, Maildirs or mboxes\n");
		return RULES_USAGE;
	}
	int status = rules_source_take(&bench->source, config, rules, rules_count, &bench->policy);
	if (status != RULES_GOOD)
		return status;
	bench->costs = policy_costs_new(bench->policy, &bench->cost_count);
	if (bench->costs == NULL)
		return RULES_SOFTWARE;
	dissect_prepare();
	struct mailbox mailbox = { .what = "measuring", .most_bytes = bench->source.options->limits.message_bytes,
	    .message = bench_message, .context = bench };
	mailbox_read(&mailbox, (const char *const *)argv + optind, (size_t)(argc - optind));
	if (mailbox.stopped)
		return RULES_SOFTWARE;
	if (bench->cost_count > 1)
		qsort(bench->costs, bench->cost_count, sizeof(*bench->costs), by_cost);
	buf_init(&out, OUT_BYTES);
	(bench->json ? print_json : print_text)(bench, &out);
	printf("%.*s", SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
	return mailbox.unreadable > 0 ? RULES_NO_INPUT : RULES_GOOD;
}

int
rules_bench(int argc, char **argv)
{
	struct bench	 bench = { .json = false };
	const char	**rules = calloc((size_t)argc + 1, sizeof(*rules));
	int		 status = rules != NULL ? run(&bench, argc, argv, rules) : RULES_SOFTWARE;

	free(bench.costs);
	policy_free(bench.policy);
	rules_source_close(&bench.source);
	free(rules);
	return status;
}

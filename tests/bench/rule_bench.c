/*
 * What rules cost: mails judged by few rules and lists, and by many, in turns of one run; and regular expressions.
 *
 *	rule_bench RULES_DIR_FEW RULES_DIR_MANY
 *
 * Prints tab-separated lines: "urls COUNT FEW_NS MANY_NS" for a URL of a mail that has so many, then "load SECONDS" of
 * the many, then "regex SOURCE COMPILED_NS INTERPRETED_NS" (0: code cannot be made here). Thread CPU time, best of the
 * rounds.
 */
#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/judge/judge.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "judge/regex.h"

#define ROUNDS		25
#define ARENA_BYTES	((size_t)1 << 30)
#define CALLS		20000

static double
cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static struct options *
options_of(const char *directory, struct buf *report)
{
	struct options *options = options_new();

	if (options == NULL || config_set(options, "bench", "Mode", "enforce", report) != PW_OK ||
	    config_set(options, "bench", "RulesDir", directory, report) != PW_OK) {
		fprintf(stderr, "rule_bench: %.*s\n", SPAN_ARG(buf_span(report)));
		exit(1);
	}
	return options;
}

static struct policy *
policy_of(const struct options *options, struct buf *report)
{
	struct policy *policy;

	if (policy_load(options, NULL, report, &policy) != PW_OK) {
		fprintf(stderr, "rule_bench: %.*s\n", SPAN_ARG(buf_span(report)));
		exit(1);
	}
	return policy;
}

/* Pictures of a newsletter, of which no rule and no list speaks. */
static struct span
mail_of(unsigned urls)
{
	struct buf mail;

	buf_init(&mail, (size_t)1 << 26);
	buf_printf(&mail, "From: Daily <news@daily.example>\r\nTo: member@parl.example\r\nSubject: Today\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n\r\n<p>Today</p>");
	for (unsigned i = 0; i < urls; i++)
		buf_printf(&mail, "<img src='https://img%u.cdn.mailer%u.example/2026/03/campaign-%u/pictures/header_%u.png?w=600&amp;v=%u'"
		    " width=%u height=80>\r\n", i % 7, i, i * 31, i, i, 100 + i % 500);
	return buf_span(&mail);
}

static double
judge_ns(const struct message *message, const struct dissection *d, const struct options *options,
    const struct policy *policy, struct arena *arena)
{
	struct verdict	verdict;
	double		began;

	arena_reset(arena);
	began = cpu_ns();
	if (judge(message, d, options, policy, NULL, arena, &verdict) != PW_OK || verdict.strip_count > 0)
		exit(1);
	return cpu_ns() - began;
}

static void
measure_urls(unsigned urls, struct options *const options[2], struct policy *const policies[2])
{
	static const struct span recipient = { "member@parl.example", 19 };
	struct message		 message = { .raw = mail_of(urls), .recipients = &recipient, .recipient_count = 1 };
	struct arena		*arena = arena_new(ARENA_BYTES), *verdicts = arena_new(ARENA_BYTES);
	const struct dissection	*d;
	double			 best[2] = { 1e18, 1e18 };

	if (arena == NULL || verdicts == NULL || dissect(message.raw, &limits_default, arena, &d) != PW_OK)
		exit(1);
	for (unsigned round = 0; round < ROUNDS * (urls < 100 ? 20 : 1); round++)
		for (int i = 0; i < 2; i++) {
			double time = judge_ns(&message, d, options[i], policies[i], verdicts);

			best[i] = time < best[i] ? time : best[i];
		}
	printf("urls\t%u\t%.0f\t%.0f\n", urls, best[0] / urls, best[1] / urls);
	arena_free(arena);
	arena_free(verdicts);
	free((char *)(uintptr_t)message.raw.at);
}

static double
regex_ns(struct span source, unsigned flags, bool *compiled)
{
	static const struct span url = { "https://img3.cdn.mailer77.example/2026/03/campaign-2387/pictures/header_77.png?w=600&v=77"
	    "&utm_source=newsletter#top", 115 };
	struct regex	*regex;
	char		 why[128];
	const char	*failure;
	size_t		 at;
	double		 best = 1e18;

	if (regex_new(source, REGEX_TEXT | flags, &regex, why, &at) != PW_OK)
		exit(1);
	*compiled = regex_is_compiled(regex);
	for (int round = 0; round < 5; round++) {
		struct regex_budget	budget = { .arena = arena_new(ARENA_BYTES) };
		double			began = cpu_ns();

		for (int i = 0; i < CALLS; i++)
			if (regex_matches(regex, url, &budget, &failure) != REGEX_NO)
				exit(1);
		best = (cpu_ns() - began) / CALLS < best ? (cpu_ns() - began) / CALLS : best;
		arena_free(budget.arena);
	}
	regex_free(regex);
	return best;
}

static void
measure_regexes(void)
{
	static const char *const sources[] = {
		"/track-[0-9]+/", "^https?://[^/]+/(?:o|open|px)/[0-9a-f]{16,}", "(?i)wf/open\\?upn=",
		"[?&](?:uid|rid|mid)=[A-Za-z0-9_-]{12,}(?:&|$)",
	};

	for (size_t i = 0; i < NITEMS(sources); i++) {
		bool	compiled, unused;
		double	code = regex_ns(span_of(sources[i]), 0, &compiled);
		double	interpreted = regex_ns(span_of(sources[i]), REGEX_INTERPRETED, &unused);

		printf("regex\t%s\t%.0f\t%.0f\n", sources[i], compiled ? code : 0, interpreted);
	}
}

int
main(int argc, char **argv)
{
	static const unsigned	 urls[] = { 1, 20, 1000 };
	struct options		*options[2];
	struct policy		*policies[2];
	struct buf		 report;
	double			 began;

	if (argc != 3) {
		fprintf(stderr, "usage: rule_bench RULES_DIR_FEW RULES_DIR_MANY\n");
		return 64;
	}
	buf_init(&report, 1 << 20);
	dissect_prepare();
	for (int i = 0; i < 2; i++)
		options[i] = options_of(argv[i + 1], &report);
	policies[0] = policy_of(options[0], &report);
	began = cpu_ns();
	policies[1] = policy_of(options[1], &report);
	began = cpu_ns() - began;
	for (size_t i = 0; i < NITEMS(urls); i++)
		measure_urls(urls[i], options, policies);
	printf("load\t%.3f\n", began / 1e9);
	measure_regexes();
	for (int i = 0; i < 2; i++) {
		policy_free(policies[i]);
		options_free(options[i]);
	}
	buf_fini(&report);
	return 0;
}

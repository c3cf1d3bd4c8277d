/*
 * What lists cost: a URL against few and many entries, in turns of one run, and reading a million domains.
 *
 *	list_bench
 *
 * Prints tab-separated lines: "url FORMAT FEW_NS MANY_NS" for each format, then "load ENTRIES SECONDS" of domains and
 * "filters ENTRIES SECONDS" of filters. Thread CPU time, best of the rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/list.h"

#define FEW		10u
#define MANY		100000u
#define LOADED		1000000u
#define ROUNDS		15
#define URLS		1000u

static double
cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static const struct format {
	const char *name, *head, *line;
} formats[] = {
	{ "domains", "", "tracker%u.example\n" },
	{ "hosts", "", "0.0.0.0 tracker%u.example\n" },
	{ "urls", "", "https://news%u.example/open/beacon\n" },
	{ "csv", "url,why\n", "https://a.example/lure%07u/x,phishing\n" },
	{ "adblock ||host^", "! x\n", "||tracker%u.example^$third-party\n" },
	{ "adblock paths", "! x\n", "/track/c%ux/*.gif$image\n" },
};

static void
set_fill(struct list_set *set, const struct format *format, unsigned count)
{
	struct buf report, text;

	list_set_init(set);
	buf_init(&report, 1 << 20);
	buf_init(&text, (size_t)1 << 30);
	buf_add(&text, span_of(format->head));
	for (unsigned i = 0; i < count; i++)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(&text, format->line, i);
#pragma GCC diagnostic pop
	if (buf_failed(&text) || list_set_read(set, &(struct list_file){ .path = format->name, .name = SPAN("bench"),
	    .text = buf_span(&text) }, &report) != PW_OK || list_set_index(set) != PW_OK) {
		fprintf(stderr, "list_bench: %.*s\n", SPAN_ARG(buf_span(&report)));
		exit(1);
	}
	buf_fini(&report);
	buf_fini(&text);
}

/* Newsletters' URLs, none of them listed: what nearly all mail has. */
static double
url_time(const struct list_set *set, char urls[URLS][160], struct filter_asker *asker)
{
	struct list_hit		hits[MOST_HITS];
	size_t			found = 0;
	double			began = cpu_ns();

	for (size_t i = 0; i < URLS; i++) {
		struct span url = span_of(urls[i]), host = span_cut(url, 8, span_find_char(url, '/', 8));

		asker->work = FILTER_WORK;
		found += list_set_match(set, host, hits);
		if (filter_set_match(&set->filters, asker, &(struct filter_question){ url, host, host, TYPE_IMAGE }) != PW_OK)
			exit(1);
		found += asker->hit_count;
	}
	if (found > 0)
		exit(1);
	return (cpu_ns() - began) / URLS;
}

static void
measure_urls(const struct format *format, char urls[URLS][160], struct filter_asker *asker)
{
	struct list_set	few, many;
	double		best_few = 1e18, best_many = 1e18;

	set_fill(&few, format, FEW);
	set_fill(&many, format, MANY);
	for (int round = 0; round < ROUNDS; round++) {
		double time = url_time(&few, urls, asker);

		best_few = time < best_few ? time : best_few;
		time = url_time(&many, urls, asker);
		best_many = time < best_many ? time : best_many;
	}
	printf("url\t%s\t%.0f\t%.0f\n", format->name, best_few, best_many);
	list_set_fini(&few);
	list_set_fini(&many);
}

static void
measure_load(const char *name, const struct format *format, unsigned count)
{
	struct buf	report, text;
	double		best = 1e18;

	buf_init(&report, 1 << 20);
	buf_init(&text, (size_t)1 << 30);
	buf_add(&text, span_of(format->head));
	for (unsigned i = 0; i < count; i++)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(&text, format->line, i);
#pragma GCC diagnostic pop
	for (int round = 0; round < 3; round++) {
		struct list_set	set;
		double		began = cpu_ns();

		list_set_init(&set);
		if (list_set_read(&set, &(struct list_file){ .path = format->name, .name = SPAN("bench"),
		    .text = buf_span(&text) }, &report) != PW_OK || list_set_index(&set) != PW_OK)
			exit(1);
		double time = cpu_ns() - began;
		best = time < best ? time : best;
		list_set_fini(&set);
	}
	printf("%s\t%u\t%.3f\n", name, count, best / 1e9);
	buf_fini(&report);
	buf_fini(&text);
}

int
main(void)
{
	static char		urls[URLS][160];
	struct filter_asker	asker = { .arena = arena_new((size_t)1 << 26), .sites = { SPAN("news.example") }, .site_count = 1 };

	if (asker.arena == NULL)
		return 1;
	for (unsigned i = 0; i < URLS; i++)
		snprintf(urls[i], sizeof(urls[i]), "https://img%u.cdn.mailer%u.example/2026/03/campaign-%u/pictures/header_%u.png?w=600"
		    "&v=%u#top", i % 7, i, i * 31, i, i);
	for (size_t i = 0; i < NITEMS(formats); i++)
		measure_urls(&formats[i], urls, &asker);
	measure_load("load", &formats[0], LOADED);
	measure_load("filters", &formats[5], LOADED / 10);
	arena_free(asker.arena);
	return 0;
}

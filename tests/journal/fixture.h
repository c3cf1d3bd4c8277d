/* What tests of the journal share: a folder of their own, and sightings. */
#ifndef TESTS_JOURNAL_FIXTURE_H
#define TESTS_JOURNAL_FIXTURE_H

#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pixelward/journal/counters.h>
#include <pixelward/options.h>
#include <pixelward/verdict.h>

static inline int
entry_remove(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

static inline void
folder_make(char folder[64])
{
	/* In memory where that can be had: these tests sync without end. */
	snprintf(folder, 64, "/dev/shm/pw-journal-XXXXXX");
	if (mkdtemp(folder) != NULL)
		return;
	snprintf(folder, 64, "/tmp/pw-journal-XXXXXX");
	assert_non_null(mkdtemp(folder));
}

static inline void
folder_remove(const char *folder)
{
	(void)nftw(folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* A message with one of everything. Its tables are static. */
static inline struct sighting
sighting_make(void)
{
	static struct sighting_recipient recipients[] = {
		{ { "ann@parl.example", 16 }, 11, true }, { { "bob@parl.example", 16 }, 12, false },
	};
	static struct sighting_host hosts[] = {
		{ { "t.news.example", 14 }, { "news.example", 12 }, APPEARS_FETCHED | APPEARS_HIDDEN | APPEARS_STRIPPED, 2 },
		{ { "u.news.example", 14 }, { "news.example", 12 }, APPEARS_FETCHED | APPEARS_SHOWN | APPEARS_LIVE, 1 },
		{ { "l.example", 9 }, { "l.example", 9 }, APPEARS_LINKED, 0 },
	};
	static struct sighting_template templates[] = {
		{ .host = 0, .appearance = APPEARS_FETCHED, .tokens = 2, .text = { "http://t.news.example/<hex>", 27 }, .digest = 21,
		  .path = 22, .token = UINT64_MAX },
		{ .host = SIGHTING_NONE, .appearance = APPEARS_FETCHED },
	};
	static struct span rules[] = { { "builtin.invisible", 17 }, { "shadow.pw.new", 13 } };

	return (struct sighting){
		.time_ms = 1700000000123, .queue_id = SPAN("4XyZ"), .message_id = SPAN("<1@news.example>"),
		.client_address = SPAN("192.0.2.7"), .helo = SPAN("mx.news.example"), .envelope_sender = SPAN("b@news.example"),
		.from = SPAN("ann@news.example"), .sender_domain = SPAN("news.example"), .message = 31, .skeleton = 32,
		.flags = SIGHTING_HTML | SIGHTING_REMOTE, .recipients = recipients, .recipient_count = 2,
		.recipients_in_all = 2, .watched_count = 1, .hosts = hosts, .host_count = 3, .hosts_in_all = 3,
		.templates = templates, .template_count = 2, .templates_in_all = 2, .action = ACTION_NEUTRALISE,
		.mode = MODE_ENFORCE, .exposure = EXPOSURE_LIVE, .references = 3, .stripped = 2, .bytes = 5000, .cpu_us = 900,
		.rules = rules, .rule_count = 2, .campaign = SPAN("c-1"),
	};
}

/* All of it, as text: two sightings are the same if their texts are. */
static inline void
sighting_print(const struct sighting *s, struct buf *out)
{
	buf_init(out, 1 << 24);
	buf_printf(out, "%lld %.*s %.*s %.*s %.*s %.*s %.*s %.*s %llu %llu %u", (long long)s->time_ms, SPAN_ARG(s->queue_id),
	    SPAN_ARG(s->message_id), SPAN_ARG(s->client_address), SPAN_ARG(s->helo), SPAN_ARG(s->envelope_sender),
	    SPAN_ARG(s->from), SPAN_ARG(s->sender_domain), (unsigned long long)s->message, (unsigned long long)s->skeleton,
	    s->flags);
	buf_printf(out, " %u %u %u %u %u %u %u %u %.*s %zu %zu %zu %zu\n", s->action, s->mode, s->exposure, s->failure,
	    s->references, s->stripped, s->bytes, s->cpu_us, SPAN_ARG(s->campaign), s->recipients_in_all, s->watched_count,
	    s->hosts_in_all, s->templates_in_all);
	for (size_t i = 0; i < s->recipient_count; i++)
		buf_printf(out, "r %.*s %llu %d\n", SPAN_ARG(s->recipients[i].mailbox),
		    (unsigned long long)s->recipients[i].digest, s->recipients[i].watched);
	for (size_t i = 0; i < s->host_count; i++)
		buf_printf(out, "h %.*s %.*s %u %u\n", SPAN_ARG(s->hosts[i].host), SPAN_ARG(s->hosts[i].domain),
		    s->hosts[i].appearance, s->hosts[i].references);
	for (size_t i = 0; i < s->template_count; i++)
		buf_printf(out, "t %u %u %u %.*s %llu %llu %llu\n", s->templates[i].host, s->templates[i].appearance,
		    s->templates[i].tokens, SPAN_ARG(s->templates[i].text), (unsigned long long)s->templates[i].digest,
		    (unsigned long long)s->templates[i].path, (unsigned long long)s->templates[i].token);
	for (size_t i = 0; i < s->rule_count; i++)
		buf_printf(out, "rule %.*s\n", SPAN_ARG(s->rules[i]));
	assert_false(buf_failed(out));
}

#endif

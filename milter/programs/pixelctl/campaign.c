/* pixelctl campaign: what showed itself, and what was sent before it did. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "history.h"
#include "opened.h"
#include "reach.h"

#define MOST_LISTED	1000u

struct campaigns {
	const char		*config;
	bool			 json;
	struct history		 history;
};

/* "2026-02-10T09:15:00Z" */
static void
add_time(struct buf *out, int64_t time_ms)
{
	time_t		seconds = (time_t)(time_ms / 1000);
	struct tm	tm;
	char		text[32] = "-";

	if (time_ms > 0 && gmtime_r(&seconds, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_printf(out, "%s", text);
}

static void
add_list(struct buf *out, const char *key, const struct span *list, size_t count)
{
	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		buf_add_json(out, list[i]);
	}
	buf_add_char(out, ']');
}

/* All that the store has: which of them are parts of one is in theirs. */
struct listed {
	struct store_campaign	*at;
	size_t			 count;
};

static bool
is_part(const struct store_campaign *campaign, struct span of)
{
	return campaign->part_of.len > 0 && span_eq(campaign->part_of, of);
}

static void
add_parts(struct buf *out, const struct listed *all, struct span of)
{
	bool first = true;

	buf_add(out, SPAN(",\"parts\":["));
	for (size_t i = 0; i < all->count; i++)
		if (is_part(&all->at[i], of)) {
			if (!first)
				buf_add_char(out, ',');
			buf_add_json(out, all->at[i].id);
			first = false;
		}
	buf_add_char(out, ']');
}

static void
print_json(const struct store_campaign *campaign, const struct listed *all)
{
	struct buf out;

	buf_init(&out, (size_t)1 << 24);
	buf_add(&out, SPAN("{\"campaign\":"));
	buf_add_json(&out, campaign->id);
	buf_printf(&out, ",\"closed\":%s,\"first\":\"", campaign->closed ? "true" : "false");
	add_time(&out, campaign->first_ms);
	buf_add(&out, SPAN("\",\"last\":\""));
	add_time(&out, campaign->last_ms);
	buf_printf(&out, "\",\"messages\":%llu,\"recipients\":%llu,\"note\":", (unsigned long long)campaign->messages,
	    (unsigned long long)campaign->recipients);
	buf_add_json(&out, campaign->note);
	add_list(&out, "hosts", campaign->hosts, campaign->host_count);
	add_list(&out, "senders", campaign->senders, campaign->sender_count);
	add_list(&out, "members", campaign->members, campaign->member_count);
	buf_add(&out, SPAN(",\"part_of\":"));
	buf_add_json(&out, campaign->part_of);
	buf_add(&out, SPAN(",\"part_why\":"));
	buf_add_json(&out, campaign->part_why);
	add_parts(&out, all, campaign->id);
	buf_add(&out, SPAN("}\n"));
	fwrite(out.at, 1, out.len, stdout);
	buf_fini(&out);
}

static void
print_words(struct buf *out, const char *what, const struct span *list, size_t count)
{
	buf_printf(out, "  %s:\n", what);
	for (size_t i = 0; i < count; i++) {
		buf_add(out, SPAN("    "));
		buf_add_plain(out, list[i]);
		buf_add_char(out, '\n');
	}
}

static void
print_part(struct buf *out, const char *what, struct span id, struct span why)
{
	buf_printf(out, "  %s ", what);
	buf_add_plain(out, id);
	buf_add(out, SPAN(": "));
	buf_add_plain(out, why);
	buf_add_char(out, '\n');
}

static void
print_text(const struct store_campaign *campaign, const struct listed *all, bool whole)
{
	struct buf out;

	buf_init(&out, (size_t)1 << 24);
	buf_add_plain(&out, campaign->id);
	if (campaign->part_of.len > 0) {
		buf_add(&out, SPAN(" part of "));
		buf_add_plain(&out, campaign->part_of);
	}
	buf_printf(&out, " %s ", campaign->closed ? "closed" : "open");
	add_time(&out, campaign->first_ms);
	buf_add(&out, SPAN(" to "));
	add_time(&out, campaign->last_ms);
	buf_printf(&out, ", %llu mails, about %llu recipients, %zu hosts, %zu senders\n", (unsigned long long)campaign->messages,
	    (unsigned long long)campaign->recipients, campaign->host_count, campaign->sender_count);
	if (whole) {
		buf_add(&out, SPAN("  because "));
		buf_add_plain(&out, campaign->note);
		buf_add_char(&out, '\n');
		if (campaign->part_of.len > 0)
			print_part(&out, "part of", campaign->part_of, campaign->part_why);
		for (size_t i = 0; i < all->count; i++)
			if (is_part(&all->at[i], campaign->id))
				print_part(&out, "with", all->at[i].id, all->at[i].part_why);
		print_words(&out, "hosts", campaign->hosts, campaign->host_count);
		print_words(&out, "senders", campaign->senders, campaign->sender_count);
		print_words(&out, "queue ids of its mails", campaign->members, campaign->member_count);
	}
	fwrite(out.at, 1, out.len, stdout);
	buf_fini(&out);
}

static enum pw_err
show(struct campaigns *campaigns, struct span id)
{
	struct reputation	*reputation = campaigns->history.reputation;
	struct arena		*arena = campaigns->history.arena;
	struct listed		 all, found;
	enum pw_err		 err = reputation_campaigns(reputation, SPAN_NONE, MOST_LISTED, arena, &all.at, &all.count);

	found = all;
	if (err == PW_OK && id.len > 0)
		err = reputation_campaigns(reputation, id, 1, arena, &found.at, &found.count);
	for (size_t i = 0; err == PW_OK && i < found.count; i++)
		if (campaigns->json)
			print_json(&found.at[i], &all);
		else
			print_text(&found.at[i], &all, id.len > 0);
	return err == PW_OK && id.len > 0 && found.count == 0 ? PW_ENOTFOUND : err;
}

static enum pw_err
show_all(struct campaigns *campaigns, struct span id)
{
	(void)id;
	return show(campaigns, SPAN_NONE);
}

static enum pw_err
close_one(struct campaigns *campaigns, struct span id)
{
	enum pw_err err = reputation_close_campaign(campaigns->history.reputation, id);

	return err == PW_OK ? reputation_save(campaigns->history.reputation) : err;
}

static const struct {
	const char	*name;
	bool		 takes_id, writes;
	enum pw_err	(*run)(struct campaigns *, struct span id);
} verbs[] = {
	{ "list", false, false, show_all }, { "show", true, false, show }, { "close", true, true, close_one },
};

static int
usage(void)
{
	fprintf(stderr, "usage: pixelctl campaign list|show ID|close ID [-c FILE] [--json]\n");
	return SCAN_USAGE;
}

static int
run(struct campaigns *campaigns, int argc, char **argv)
{
	static const struct option long_options[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	size_t	verb = 0;
	int	option, status;

	while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
		if (option == 'c')
			campaigns->config = optarg;
		else if (option == 'j')
			campaigns->json = true;
		else
			return usage();
	while (verb < NITEMS(verbs) && (optind >= argc || strcmp(verbs[verb].name, argv[optind]) != 0))
		verb++;
	if (verb == NITEMS(verbs) || argc != optind + 1 + verbs[verb].takes_id)
		return usage();
	struct span id = verbs[verb].takes_id ? span_of(argv[optind + 1]) : SPAN_NONE;
	if (verbs[verb].takes_id && id.len == 0)
		return usage();
	if (!history_open(&campaigns->history, campaigns->config, verbs[verb].writes, &status))
		return status;
	enum pw_err err = verbs[verb].run(campaigns, id);
	if (err != PW_ENOTFOUND)
		return reach_tell(campaigns->history.options, err);
	fprintf(stderr, "pixelctl: there is no campaign %.*s\n", SPAN_ARG(id));
	return SCAN_NO_INPUT;
}

int
campaign_command(int argc, char **argv)
{
	struct campaigns	campaigns = { .config = OPENED_CONFIG_FILE };
	int			status = run(&campaigns, argc, argv);

	history_close(&campaigns.history);
	if (fflush(stdout) != 0 && status < SCAN_CANNOT_WRITE)
		status = SCAN_CANNOT_WRITE;
	return status;
}

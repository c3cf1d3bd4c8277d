/* pixelctl campaign: what showed itself, and what was sent before it did. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>
#include <pixelward/reputation/reputation.h>

#include "commands.h"
#include "opened.h"

#define MOST_LISTED	1000u
#define ARENA_BYTES	((size_t)256 << 20)

struct campaigns {
	const char		*config;
	bool			 json;
	struct options		*options;
	struct reputation	*reputation;
	struct arena		*arena;
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

static void
print_json(const struct store_campaign *campaign)
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
print_text(const struct store_campaign *campaign, bool whole)
{
	struct buf out;

	buf_init(&out, (size_t)1 << 24);
	buf_add_plain(&out, campaign->id);
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
	struct store_campaign	*found;
	size_t			 count;
	enum pw_err		 err = reputation_campaigns(campaigns->reputation, id, MOST_LISTED, campaigns->arena, &found, &count);

	for (size_t i = 0; err == PW_OK && i < count; i++)
		if (campaigns->json)
			print_json(&found[i]);
		else
			print_text(&found[i], id.len > 0);
	return err == PW_OK && id.len > 0 && count == 0 ? PW_ENOTFOUND : err;
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
	enum pw_err err = reputation_close_campaign(campaigns->reputation, id);

	return err == PW_OK ? reputation_save(campaigns->reputation) : err;
}

static const struct {
	const char	*name;
	bool		 takes_id, writes;
	enum pw_err	(*run)(struct campaigns *, struct span id);
} verbs[] = {
	{ "list", false, false, show_all }, { "show", true, false, show }, { "close", true, true, close_one },
};

static bool
open_all(struct campaigns *campaigns, bool writes)
{
	struct buf	report;
	enum pw_err	err = PW_ENOMEM;

	buf_init(&report, (size_t)1 << 20);
	campaigns->options = options_new();
	campaigns->arena = arena_new(ARENA_BYTES);
	if (campaigns->options != NULL && campaigns->arena != NULL)
		err = config_read(campaigns->config, campaigns->options, &report);
	if (err == PW_OK && writes && !redis_is_wanted(campaigns->options) && !opened_state_dir(campaigns->options))
		err = PW_ECONFIG;
	if (err == PW_OK)
		err = reputation_open(campaigns->options, writes || strcmp(campaigns->options->redis, "none") != 0 ? REPUTATION_KEPT :
		    REPUTATION_COPY, &report, &campaigns->reputation);
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	if (err != PW_OK)
		fprintf(stderr, "pixelctl: %s\n", pw_strerror(err));
	buf_fini(&report);
	return err == PW_OK;
}

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
	int	option;

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
	if (!open_all(campaigns, verbs[verb].writes))
		return SCAN_CONFIG;
	enum pw_err err = verbs[verb].run(campaigns, id);
	if (err == PW_ENOTFOUND)
		fprintf(stderr, "pixelctl: there is no campaign %.*s\n", SPAN_ARG(id));
	else if (err != PW_OK)
		fprintf(stderr, "pixelctl: %s\n", pw_strerror(err));
	return err == PW_OK ? 0 : err == PW_ENOTFOUND ? SCAN_NO_INPUT : SCAN_SOFTWARE;
}

int
campaign_command(int argc, char **argv)
{
	struct campaigns	campaigns = { .config = OPENED_CONFIG_FILE };
	int			status = run(&campaigns, argc, argv);

	reputation_close(campaigns.reputation);
	options_free(campaigns.options);
	arena_free(campaigns.arena);
	if (fflush(stdout) != 0 && status < SCAN_CANNOT_WRITE)
		status = SCAN_CANNOT_WRITE;
	return status;
}

/* pixelctl why: what is known of a domain, and each term of its score. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>

#include "history.h"
#include "opened.h"
#include "reach.h"

#define OUT_BYTES	((size_t)1 << 20)

static const char *const word_names[] = { [WORD_NONE] = "none", [WORD_ALLOW] = "allow", [WORD_DENY] = "deny" };

static const struct count {
	const char	*name, *text;
	size_t		 at;
} counts[] = {
#define COUNT(field, text)	{ #field, text, offsetof(struct standing, field) }
	COUNT(messages, "messages with it, as sender or as a host"),
	COUNT(aligned, "of these: authenticated, aligned with From"),
	COUNT(unaligned, "not so, says a verifier that is believed"),
	COUNT(bulk, "sent to many"),
	COUNT(fetched, "fetching from it without a click"),
	COUNT(shown, "showing something of it"),
	COUNT(personal, "having but a beacon of it"),
	COUNT(hidden, "having but what nobody sees of it"),
	COUNT(listed, "having of it but what is on a list"),
	COUNT(learned, "old mail that shows it"),
	COUNT(stripped, "in which it was made inert"),
	COUNT(held, "held"),
	COUNT(watched, "to somebody who is watched"),
	COUNT(recipients, "different recipients, roughly"),
	COUNT(templates, "different URL templates, roughly"),
};

static uint64_t
count_at(const struct standing *standing, const struct count *count)
{
	uint64_t value;

	memcpy(&value, (const char *)standing + count->at, sizeof(value));
	return value;
}

static void
text(struct history *history, struct span domain, const struct standing *standing, struct buf *out)
{
	struct standing_term	terms[STANDING_MOST_TERMS];
	size_t			term_count = standing_terms(standing, terms);

	buf_add_plain(out, domain);
	buf_printf(out, ": %d of 100: %s\n", standing->score, standing->firm ? "vouched for, remote content is allowed" :
	    standing->vouched ? "vouched for in what is the same for all, for four weeks" : standing->known ? "not vouched for" : "never seen, not vouched for");
	for (size_t i = 0; i < term_count; i++)
		if (terms[i].points != 0)
			buf_printf(out, "  %+5d  %s\n", terms[i].points, terms[i].text);
	if (standing->word != WORD_NONE) {
		buf_printf(out, "  the analyst's word: %s", word_names[standing->word]);
		if (standing->until_ms != 0)
			buf_printf(out, " until %.*s", SPAN_ARG(history_time(history, standing->until_ms - 1, false)));
		buf_add(out, standing->note.len > 0 ? SPAN(": ") : SPAN(""));
		buf_add_plain(out, standing->note);
		buf_add_char(out, '\n');
	}
	if (standing->campaign.len > 0) {
		buf_add(out, SPAN("  campaign: "));
		buf_add_plain(out, standing->campaign);
		buf_add_char(out, '\n');
	}
	if (!standing->known)
		return;
	buf_printf(out, "  seen from %.*s to %.*s, on %u%s\n", SPAN_ARG(history_time(history, standing->first_ms, false)),
	    SPAN_ARG(history_time(history, standing->last_ms, false)), standing->days,
	    standing->days >= 32 ? " or more days" : standing->days == 1 ? " day" : " days");
	for (size_t i = 0; i < NITEMS(counts); i++)
		if (count_at(standing, &counts[i]) != 0)
			buf_printf(out, "  %7llu  %s\n", (unsigned long long)count_at(standing, &counts[i]), counts[i].text);
}

static void
json(struct span domain, const struct standing *standing, struct buf *out)
{
	struct standing_term	terms[STANDING_MOST_TERMS];
	size_t			term_count = standing_terms(standing, terms);

	buf_add(out, SPAN("{\"domain\":"));
	buf_add_json(out, domain);
	buf_printf(out, ",\"known\":%s,\"score\":%d,\"vouched\":%s,\"firm\":%s,\"terms\":[", standing->known ? "true" : "false",
	    standing->score, standing->vouched ? "true" : "false", standing->firm ? "true" : "false");
	for (size_t i = 0; i < term_count; i++) {
		buf_printf(out, "%s{\"points\":%d,\"text\":", i > 0 ? "," : "", terms[i].points);
		buf_add_json(out, span_of(terms[i].text));
		buf_add_char(out, '}');
	}
	buf_printf(out, "],\"word\":\"%s\",\"note\":", word_names[standing->word]);
	buf_add_json(out, standing->note);
	buf_printf(out, ",\"until_ms\":%lld,\"campaign\":", (long long)standing->until_ms);
	buf_add_json(out, standing->campaign);
	buf_printf(out, ",\"first_ms\":%lld,\"last_ms\":%lld,\"days\":%u", (long long)standing->first_ms,
	    (long long)standing->last_ms, standing->days);
	for (size_t i = 0; i < NITEMS(counts); i++)
		buf_printf(out, ",\"%s\":%llu", counts[i].name, (unsigned long long)count_at(standing, &counts[i]));
	buf_add(out, SPAN("}\n"));
}

/* How much was learned, and how old the copy is that was asked. */
static void
tell_age(struct history *history, struct buf *out)
{
	struct reputation_age	age;
	struct stat		about;
	char			path[4200];

	if (reputation_age(history->reputation, history->options, clock_unix_ms(), &age) != PW_OK)
		return;
	if (age.first_ms != 0)
		buf_printf(out, "the reputation begins on %.*s%s\n", SPAN_ARG(history_time(history, age.first_ms, false)),
		    age.learned > 0 ? ", old mail was learned" : "");
	if (!age.seasoned)
		buf_printf(out, "RemoteContent unvouched acts as trackers: %.*s; see pixelctl learn\n",
		    SPAN_ARG(history_unseasoned(history->options, &age, history->arena)));
	snprintf(path, sizeof(path), "%s/reputation/snapshot", history->options->state_dir);
	if (strcmp(history->options->redis, "none") == 0 && stat(path, &about) == 0)
		buf_printf(out, "as it was saved %lld s ago\n",
		    (long long)((clock_unix_ms() / 1000) - (int64_t)about.st_mtim.tv_sec));
}

static int
why(struct history *history, const char *name, bool as_json)
{
	struct standing	standing;
	struct span	domain = history_domain(history, name);
	struct buf	out;
	enum pw_err	err;

	if (domain.at == NULL || history_is_suffix(history, domain))
		return HISTORY_USAGE;
	err = reputation_ask(history->reputation, domain, clock_unix_ms(), history->arena, &standing);
	if (err != PW_OK)
		return reach_tell(history->options, err);
	buf_init(&out, OUT_BYTES);
	if (as_json)
		json(domain, &standing, &out);
	else
		text(history, domain, &standing, &out);
	printf("%.*s", SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
	return standing.known || standing.word != WORD_NONE ? HISTORY_DONE : HISTORY_UNKNOWN;
}

static int
run(struct history *history, int argc, char **argv)
{
	static const struct option longs[] = { { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	const char	*config = opened_config();
	bool		 as_json = false;
	int		 letter, status = HISTORY_DONE;
	struct buf	 age;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (letter != 'c' && letter != 'j')
			return HISTORY_USAGE;
		if (letter == 'c')
			config = optarg;
		as_json = as_json || letter == 'j';
	}
	if (optind == argc) {
		fprintf(stderr, "pixelctl: why wants a domain\n");
		return HISTORY_USAGE;
	}
	if (!history_open(history, config, false, &status))
		return status;
	for (int i = optind; i < argc; i++) {
		int one = why(history, argv[i], as_json);

		status = one > status ? one : status;
	}
	if (!as_json) {
		buf_init(&age, OUT_BYTES);
		tell_age(history, &age);
		printf("%.*s", SPAN_ARG(buf_span(&age)));
		buf_fini(&age);
	}
	return status;
}

int
why_command(int argc, char **argv)
{
	struct history	history = { .options = NULL };
	int		status = run(&history, argc, argv);

	history_close(&history);
	return fflush(stdout) == 0 ? status : HISTORY_CANNOT_WRITE;
}

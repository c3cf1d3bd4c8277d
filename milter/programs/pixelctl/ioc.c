/* pixelctl ioc: an analyst's word on a domain, with a note and an end. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <pixelward/base/clock.h>

#include "history.h"
#include "opened.h"
#include "reach.h"

#define OUT_BYTES	((size_t)16 << 20)

struct ioc {
	const char	*config, *note;
	bool		 allow, deny;
	int64_t		 until_ms;
	bool		 json;
	struct history	 history;
	char		**names;
	struct span	*domains;	/* registrable ones of the names */
	int		 name_count;
};

/* The end of that day, UTC. */
static bool
until_read(const char *text, int64_t *until_ms)
{
	struct tm	 day = { .tm_isdst = 0 };
	const char	*end = strptime(text, "%Y-%m-%d", &day);
	int		 written = day.tm_mday;
	time_t		 begin = timegm(&day);

	/* The 30th of February is the 2nd of March to timegm(). */
	if (end == NULL || *end != '\0' || day.tm_mday != written) {
		fprintf(stderr, "pixelctl: '%s' is no date; write one such as 2026-12-31\n", text);
		return false;
	}
	*until_ms = ((int64_t)begin + (int64_t)24 * 3600) * 1000;
	if (*until_ms > clock_unix_ms())
		return true;
	fprintf(stderr, "pixelctl: %s is over\n", text);
	return false;
}

/* All names, or HISTORY_USAGE: of a list with a mistake nothing is said. */
static int
domains_read(struct ioc *ioc, enum word word)
{
	ioc->domains = arena_array(ioc->history.arena, (size_t)ioc->name_count, sizeof(*ioc->domains));
	if (ioc->domains == NULL)
		return HISTORY_SOFTWARE;
	for (int i = 0; i < ioc->name_count; i++) {
		ioc->domains[i] = history_domain(&ioc->history, ioc->names[i]);
		if (ioc->domains[i].at == NULL || (word != WORD_NONE && history_is_suffix(&ioc->history, ioc->domains[i])))
			return HISTORY_USAGE;
	}
	return HISTORY_DONE;
}

/* Of each name that was given and that nothing is said of. True: there is none. */
static bool
tell_unsaid(const struct ioc *ioc, const struct analyst_word *words, size_t count)
{
	bool all = true;

	for (int i = 0; i < ioc->name_count; i++) {
		size_t at = 0;

		while (at < count && !span_eq(words[at].domain, ioc->domains[i]))
			at++;
		if (at == count)
			fprintf(stderr, "pixelctl: nothing is said of %.*s\n", SPAN_ARG(ioc->domains[i]));
		all = all && at < count;
	}
	return all;
}

static int
say(struct ioc *ioc, enum word word)
{
	struct analyst_word	*words;
	size_t			 count;
	int			 status = domains_read(ioc, word);

	if (status == HISTORY_DONE && word == WORD_NONE &&
	    reputation_words(ioc->history.reputation, ioc->history.arena, &words, &count) == PW_OK)
		(void)tell_unsaid(ioc, words, count);
	for (int i = 0; i < ioc->name_count && status == HISTORY_DONE; i++) {
		enum pw_err err = reputation_say(ioc->history.reputation, ioc->domains[i], word, span_of(ioc->note), ioc->until_ms);

		if (err != PW_OK)
			return reach_tell(ioc->history.options, err);
		if (!span_is(ioc->domains[i], ioc->names[i]))
			printf("%s: said of %.*s\n", ioc->names[i], SPAN_ARG(ioc->domains[i]));
	}
	return status == HISTORY_DONE ? history_save(&ioc->history) : status;
}

static int
add(struct ioc *ioc)
{
	if (ioc->allow != ioc->deny && ioc->name_count > 0)
		return say(ioc, ioc->allow ? WORD_ALLOW : WORD_DENY);
	fprintf(stderr, "pixelctl: ioc add wants a domain, and either --allow or --deny\n");
	return HISTORY_USAGE;
}

static int
del(struct ioc *ioc)
{
	if (ioc->name_count > 0)
		return say(ioc, WORD_NONE);
	fprintf(stderr, "pixelctl: ioc del wants a domain\n");
	return HISTORY_USAGE;
}

static bool
is_wanted(struct ioc *ioc, struct span domain)
{
	for (int i = 0; i < ioc->name_count; i++)
		if (span_eq(domain, ioc->domains[i]))
			return true;
	return ioc->name_count == 0;
}

static void
show_word(struct ioc *ioc, const struct analyst_word *word, struct buf *out)
{
	const char	*said = word->word == WORD_ALLOW ? "allow" : "deny";
	bool		 over = word->until_ms != 0 && word->until_ms <= clock_unix_ms();

	if (ioc->json) {
		buf_add(out, SPAN("{\"domain\":"));
		buf_add_json(out, word->domain);
		buf_printf(out, ",\"word\":\"%s\",\"note\":", said);
		buf_add_json(out, word->note);
		buf_printf(out, ",\"until_ms\":%lld,\"said_ms\":%lld,\"over\":%s}\n", (long long)word->until_ms,
		    (long long)word->said_ms, over ? "true" : "false");
		return;
	}
	buf_add_plain(out, word->domain);
	buf_printf(out, "\t%s\tsaid %.*s\t", said, SPAN_ARG(history_time(&ioc->history, word->said_ms, false)));
	/* The day that was written is the last one that counts. */
	if (word->until_ms != 0)
		buf_printf(out, "until %.*s%s", SPAN_ARG(history_time(&ioc->history, word->until_ms - 1, false)),
		    over ? ", which is over" : "");
	buf_add_char(out, '\t');
	buf_add_plain(out, word->note);
	buf_add_char(out, '\n');
}

static int
show(struct ioc *ioc)
{
	struct analyst_word	*words;
	struct buf		 out;
	size_t			 count;
	enum pw_err		 err;
	int			 status = domains_read(ioc, WORD_NONE);

	if (status != HISTORY_DONE)
		return status;
	err = reputation_words(ioc->history.reputation, ioc->history.arena, &words, &count);
	if (err != PW_OK)
		return reach_tell(ioc->history.options, err);
	buf_init(&out, OUT_BYTES);
	for (size_t i = 0; i < count; i++)
		if (is_wanted(ioc, words[i].domain))
			show_word(ioc, &words[i], &out);
	printf("%.*s", SPAN_ARG(buf_span(&out)));
	buf_fini(&out);
	return tell_unsaid(ioc, words, count) ? HISTORY_DONE : HISTORY_UNKNOWN;
}

static const struct verb {
	const char	*name;
	bool		 writes;
	int		(*run)(struct ioc *);
} verbs[] = {
	{ "add", true, add }, { "del", true, del }, { "show", false, show },
};

static int
run(struct ioc *ioc, const struct verb *verb, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "allow", no_argument, NULL, 'a' }, { "deny", no_argument, NULL, 'd' }, { "note", required_argument, NULL, 'n' },
		{ "until", required_argument, NULL, 'u' }, { "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 },
	};
	int letter, status;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1)
		switch (letter) {
		case 'c':
			ioc->config = optarg;
			break;
		case 'a':
			ioc->allow = true;
			break;
		case 'd':
			ioc->deny = true;
			break;
		case 'n':
			ioc->note = optarg;
			break;
		case 'u':
			if (!until_read(optarg, &ioc->until_ms))
				return HISTORY_USAGE;
			break;
		case 'j':
			ioc->json = true;
			break;
		default:
			return HISTORY_USAGE;
		}
	ioc->names = argv + optind;
	ioc->name_count = argc - optind;
	if (!history_open(&ioc->history, ioc->config, verb->writes, &status))
		return status;
	return verb->run(ioc);
}

int
ioc_command(int argc, char **argv)
{
	struct ioc	ioc = { .config = opened_config() };
	int		status = HISTORY_USAGE;
	size_t		i = 0;

	while (i < NITEMS(verbs) && (argc < 2 || strcmp(argv[1], verbs[i].name) != 0))
		i++;
	if (i == NITEMS(verbs))
		fprintf(stderr, "pixelctl: ioc knows add, del and show\n");
	else
		status = run(&ioc, &verbs[i], argc - 1, argv + 1);
	history_close(&ioc.history);
	return fflush(stdout) == 0 ? status : HISTORY_CANNOT_WRITE;
}

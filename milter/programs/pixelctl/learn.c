/* pixelctl learn: old mail fills the reputation, so that the hosts of ordinary mail are known from the first day on. */
#include <getopt.h>
#include <stdio.h>

#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>
#include <pixelward/dissect/dissect.h>

#include "history.h"
#include "learning.h"
#include "opened.h"
#include "reach.h"

struct learn {
	const char	*config, *table;
	bool		 json;
	struct options	*options;
	struct policy	*policy;
	struct history	 history;
	struct learned	 learned;
};

static void
tell(struct learn *learn, bool saved)
{
	const struct learned	*l = &learn->learned;
	bool			 redis = redis_is_wanted(learn->options);
	struct span		 first = history_time(&learn->history, l->first_ms, false);
	struct span		 last = history_time(&learn->history, l->last_ms, false);

	if (learn->json)
		printf("{\"messages\":%zu,\"remote\":%zu,\"passed_over\":%zu,\"unreadable\":%zu,\"first_ms\":%lld,\"last_ms\":%lld}\n",
		    l->messages, l->remote, l->passed_over, l->unreadable, (long long)l->first_ms, (long long)l->last_ms);
	else if (l->messages == 0)
		printf("nothing was learned: no mail could be read\n");
	else
		printf("learned %zu messages of %.*s to %.*s, %zu with remote content%s%s%s%s\n", l->messages, SPAN_ARG(first),
		    SPAN_ARG(last), l->remote, l->passed_over > 0 ? "; others were passed over" : "", saved ? "; kept in " : "",
		    !saved ? "" : redis ? learn->options->redis : learn->options->state_dir, saved && !redis ? "/reputation" : "");
}

static int
run(struct learn *learn, int argc, char **argv)
{
	static const struct option longs[] = { { "envelope", required_argument, NULL, 'e' }, { "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 } };
	int letter, status = HISTORY_DONE;

	while ((letter = getopt_long(argc, argv, "c:", longs, NULL)) != -1)
		switch (letter) {
		case 'c':
			learn->config = optarg;
			break;
		case 'e':
			learn->table = optarg;
			break;
		case 'j':
			learn->json = true;
			break;
		default:
			return HISTORY_USAGE;
		}
	if (optind >= argc || (learn->table != NULL && argc - optind != 1)) {
		fprintf(stderr, "pixelctl: learn wants mail: files, folders, Maildirs, mboxes%s\n",
		    learn->table != NULL ? "; with --envelope one folder" : "");
		return HISTORY_USAGE;
	}
	if (!opened_load(learn->config, NULL, &learn->options, &learn->policy))
		return HISTORY_CONFIG;
	reach_tell_default(learn->config, learn->options);
	reach_wait(learn->options);
	if (!history_open_with(&learn->history, learn->options, true, &status))
		return status;
	dissect_prepare();
	enum pw_err err = learning_read(learn->history.reputation, learn->options, learn->policy, learn->table,
	    (const char *const *)argv + optind, (size_t)(argc - optind), &learn->learned);
	status = err == PW_ECONFIG ? HISTORY_CONFIG : err == PW_ENOTFOUND ? HISTORY_NO_INPUT : reach_tell(learn->options, err);
	/* What was learned until then is kept in any case. */
	int saved = history_save(&learn->history);
	if (status == HISTORY_DONE || learn->learned.messages > 0)
		tell(learn, saved == HISTORY_DONE);
	if (status == HISTORY_DONE)
		status = saved;
	return status == HISTORY_DONE && (learn->learned.unreadable > 0 || learn->learned.messages == 0) ? HISTORY_NO_INPUT : status;
}

int
learn_command(int argc, char **argv)
{
	struct learn	learn = { .config = opened_config() };
	int		status = run(&learn, argc, argv);

	history_close(&learn.history);
	policy_free(learn.policy);
	options_free(learn.options);
	return fflush(stdout) == 0 ? status : HISTORY_CANNOT_WRITE;
}

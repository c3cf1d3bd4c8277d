#include "history.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>
#include <pixelward/journal/journal.h>

#include <stdatomic.h>

/* The keeper waits for a gateway that ends, but not for ever. What is left the next one hands on. */
#define CLOSE_MS	3000

static struct {
	struct reputation	*reputation;
	struct journal		*journal;
	_Atomic bool		 seasoned;	/* as the log has it */
} history;

static enum pw_err
learn(void *context, struct span node, uint64_t *after, const struct sighting *sightings, size_t count)
{
	enum pw_err err = history.reputation != NULL ? reputation_knows(history.reputation, node, after) : PW_OK;

	(void)context;
	return err == PW_OK && history.reputation != NULL ?
	    reputation_learn(history.reputation, node, sightings, count) : err;
}

static uint64_t
learned(void *context)
{
	(void)context;
	return history.reputation != NULL ? reputation_kept(history.reputation) : UINT64_MAX;
}

/* What was told of a failure is its cause; the error's own words are for the rest. */
static void
opened(enum pw_err err, const char *what, const struct buf *report)
{
	struct span told = span_trim(buf_span(report));

	if (err == PW_OK)
		log_report(buf_span(report));
	else if (told.len > 0)
		log_error("no %s: %.*s; mail is judged without it", what, SPAN_ARG(told));
	else
		log_error("no %s: %s; mail is judged without it", what, pw_strerror(err));
}

/* What RemoteContent unvouched means now; once. */
static void
tell_season(const struct options *options, bool at_start)
{
	struct reputation_age age;

	if (history.reputation == NULL || options->remote_content != REMOTE_UNVOUCHED ||
	    reputation_age(history.reputation, options, clock_unix_ms(), &age) != PW_OK)
		return;
	if (atomic_exchange(&history.seasoned, age.seasoned) == age.seasoned && !at_start)
		return;
	if (age.seasoned)
		log_info("RemoteContent unvouched is in force%s", age.learned > 0 ? ": old mail was learned" : "");
	else
		log_info("RemoteContent unvouched acts as trackers: pixelctl learn ends that%s",
		    options->trusted_authserv_ids.count > 0 ? ", or 14 days of mail" :
		    "; days of mail would, if TrustedAuthservIDs named a verifier");
}

void
history_open(const struct options *options)
{
	struct buf report;

	buf_init(&report, (size_t)1 << 16);
	opened(reputation_open(options, REPUTATION_KEPT, &report, &history.reputation), "reputation", &report);
	buf_fini(&report);
	tell_season(options, true);
	buf_init(&report, (size_t)1 << 16);
	const struct journal_taker learner = { .take = learn, .kept = learned };
	opened(journal_open(options, &learner, &report, &history.journal), "journal", &report);
	buf_fini(&report);
}

void
history_describe(const struct options *options, const char *generation)
{
	if (history.journal != NULL)
		journal_describe(history.journal, options, generation);
}

void
history_notice(const struct options *options, const struct knowledge *knowledge)
{
	if (knowledge != NULL && knowledge->complete && knowledge->seasoned != history.seasoned)
		tell_season(options, false);
}

void
history_close(void)
{
	journal_close(history.journal, CLOSE_MS);
	reputation_close(history.reputation);
	history.journal = NULL;
	history.reputation = NULL;
}

struct reputation *
history_reputation(void)
{
	return history.reputation;
}

bool
history_write(struct sighting *sighting)
{
	return history.journal == NULL || sighting == NULL || journal_write(history.journal, sighting) != PW_EAWAY;
}

#include "history.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>
#include <pixelward/journal/journal.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "current.h"

/* The keeper waits for a gateway that ends, but not for ever. What is left the next one hands on. */
#define CLOSE_MS	3000
/* How often what could not be opened is tried again. */
#define TEND_MS		1000
#define TROUBLE_BYTES	512u

/* What went wrong when it was opened last, as the log has it; "": nothing. */
struct trouble {
	const char	*what;
	char		 text[TROUBLE_BYTES];
};

static struct {
	_Atomic(struct reputation *) reputation;
	pthread_rwlock_t	lock;		/* of journal: who writes holds it for reading */
	struct journal		*journal;
	bool			tempfail;	/* OnJournalFull */
	_Atomic uint64_t	missed;		/* messages without a journal */
	_Atomic bool		seasoned;	/* as the log has it */
	struct trouble		no_reputation, no_journal;	/* the tender's, once there is one */
	struct stat		state_dir;	/* at the start; zeros: it was not there */
	_Atomic bool		stranded;
	pthread_t		tender;
	bool			tended;
	pthread_mutex_t		mutex;		/* of ends */
	pthread_cond_t		wake;
	bool			ends;
} history = {
	.lock = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP, .mutex = PTHREAD_MUTEX_INITIALIZER,
	.no_reputation = { .what = "reputation" }, .no_journal = { .what = "journal" },
};

/* Without a reputation records wait for it. */
static enum pw_err
learn(void *context, struct span node, uint64_t *after, const struct sighting *sightings, size_t count)
{
	struct reputation	*reputation = history.reputation;
	enum pw_err		 err = reputation != NULL ? reputation_knows(reputation, node, after) : PW_EAWAY;

	(void)context;
	return err == PW_OK ? reputation_learn(reputation, node, sightings, count) : err;
}

static uint64_t
learned(void *context)
{
	struct reputation *reputation = history.reputation;

	(void)context;
	return reputation != NULL ? reputation_kept(reputation) : UINT64_MAX;
}

/* What was told of a failure is its cause; the error's own words are for the rest. Each once. */
static void
note_opened(struct trouble *trouble, enum pw_err err, const struct buf *report)
{
	struct span	told = span_trim(buf_span(report));
	char		text[TROUBLE_BYTES];

	if (err == PW_OK) {
		log_report(buf_span(report));
		trouble->text[0] = '\0';
		return;
	}
	told = told.len > 0 ? told : span_of(pw_strerror(err));
	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(told));
	if (strcmp(text, trouble->text) == 0)
		return;
	memcpy(trouble->text, text, sizeof(text));
	log_error("no %s: %s; mail is judged without it, and it is tried again", trouble->what, text);
}

/* What RemoteContent unvouched means now; once. */
static void
tell_season(const struct options *options, bool at_start)
{
	struct reputation	*reputation = history.reputation;
	struct reputation_age	 age;

	if (reputation == NULL || options->remote_content != REMOTE_UNVOUCHED ||
	    reputation_age(reputation, options, clock_unix_ms(), &age) != PW_OK)
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

/* --- opening --- */

/* Nobody writes to it any more when it is closed. */
static void
journal_end(int64_t most_ms)
{
	pthread_rwlock_wrlock(&history.lock);
	struct journal *journal = history.journal;
	history.journal = NULL;
	pthread_rwlock_unlock(&history.lock);
	journal_close(journal, most_ms);
}

static void
reputation_begin(const struct options *options)
{
	struct reputation	*reputation = NULL;
	struct buf		 report;

	buf_init(&report, (size_t)1 << 16);
	note_opened(&history.no_reputation, reputation_open(options, REPUTATION_KEPT, &report, &reputation), &report);
	buf_fini(&report);
	/* What it keeps decides where the journal begins: one that is open must not hand it what is further on. */
	if (reputation != NULL)
		journal_end(0);
	history.reputation = reputation;
	tell_season(options, true);
}

/* The lock is held: a reload that is under way describes it after us. */
static void
describe(void)
{
	struct generation *generation = current_hold();

	if (history.journal != NULL)
		journal_describe(history.journal, generation_options(generation),
		    policy_generation(generation_policy(generation)));
	generation_drop(generation);
}

static void
journal_begin(const struct options *options)
{
	const struct journal_taker	 learner = { .take = learn, .kept = learned };
	bool				 again = history.no_journal.text[0] != '\0';
	struct journal			*journal = NULL;
	struct buf			 report;

	buf_init(&report, (size_t)1 << 16);
	note_opened(&history.no_journal, journal_open(options, &learner, &report, &journal), &report);
	buf_fini(&report);
	if (journal == NULL)
		return;
	pthread_rwlock_wrlock(&history.lock);
	history.journal = journal;
	describe();
	uint64_t missed = atomic_exchange(&history.missed, 0);
	pthread_rwlock_unlock(&history.lock);
	journal_miss(journal, missed);
	if (again)
		log_info("journal: records messages; %llu were not recorded", (unsigned long long)missed);
}

/* --- what is opened later, and again --- */

/* Landlock lets this process write beneath the folder that StateDir was. */
static void
look_if_stranded(const struct options *options)
{
	struct stat now;

	if (history.journal == NULL && stat(options->state_dir, &now) == 0 &&
	    (now.st_ino != history.state_dir.st_ino || now.st_dev != history.state_dir.st_dev))
		history.stranded = true;
}

static void
tend(const struct options *options)
{
	if (history.reputation == NULL)
		reputation_begin(options);
	if (history.journal != NULL && journal_is_lost(history.journal)) {
		snprintf(history.no_journal.text, TROUBLE_BYTES, "lost");
		log_error("journal: its files in %s/journal were taken away: what they held is lost", options->state_dir);
		journal_end(CLOSE_MS);
	}
	if (history.journal == NULL) {
		journal_begin(options);
		look_if_stranded(options);
	}
}

static void *
tender(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&history.mutex);
	while (!history.ends) {
		int64_t		due = clock_ms() + TEND_MS;
		struct timespec	until = clock_until(due);

		while (!history.ends && clock_ms() < due)
			(void)pthread_cond_clockwait(&history.wake, &history.mutex, CLOCK_MONOTONIC, &until);
		if (history.ends)
			break;
		pthread_mutex_unlock(&history.mutex);
		struct generation *generation = current_hold();
		tend(generation_options(generation));
		generation_drop(generation);
		pthread_mutex_lock(&history.mutex);
	}
	pthread_mutex_unlock(&history.mutex);
	return NULL;
}

void
history_open(const struct options *options)
{
	history.tempfail = options->on_journal_full == JOURNAL_TEMPFAIL;
	if (stat(options->state_dir, &history.state_dir) != 0)
		history.state_dir = (struct stat){ 0 };
	reputation_begin(options);
	journal_begin(options);
	history.tended = pthread_create(&history.tender, NULL, tender, NULL) == 0;
	if (!history.tended)
		log_error("cannot start a thread: what is not opened now never is");
}

bool
history_is_stranded(void)
{
	return history.stranded;
}

void
history_describe(void)
{
	pthread_rwlock_rdlock(&history.lock);
	describe();
	pthread_rwlock_unlock(&history.lock);
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
	pthread_mutex_lock(&history.mutex);
	history.ends = true;
	pthread_cond_signal(&history.wake);
	pthread_mutex_unlock(&history.mutex);
	if (history.tended)
		pthread_join(history.tender, NULL);
	history.tended = false;
	journal_end(CLOSE_MS);
	if (history.missed > 0)
		log_error("%llu messages were not recorded: there was no journal", (unsigned long long)history.missed);
	reputation_close(atomic_exchange(&history.reputation, NULL));
}

struct reputation *
history_reputation(void)
{
	return history.reputation;
}

bool
history_write(struct sighting *sighting)
{
	bool fine = true;

	if (sighting == NULL)
		return true;
	pthread_rwlock_rdlock(&history.lock);
	if (history.journal != NULL)
		fine = journal_write(history.journal, sighting) != PW_EAWAY;
	else if (history.tempfail)
		fine = false;
	else
		history.missed++;
	pthread_rwlock_unlock(&history.lock);
	return fine;
}

/*
 * The gateway's own record of every message: an append-only file of checksummed records in StateDir/journal/, written
 * before the MTA is answered, and shipped from there to whoever counts and learns. What was acknowledged is kept for
 * JournalKeep. One process writes; a torn end is cut and counted.
 */
#ifndef PIXELWARD_JOURNAL_JOURNAL_H
#define PIXELWARD_JOURNAL_JOURNAL_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/options.h>
#include <pixelward/sighting.h>

struct journal;

/* Who gets every record; from threads of the journal's own. */
struct journal_taker {
	/*
	 * In order, some at once, each again until it is taken: PW_EAWAY: not now; PW_ELIMIT: not so many. After a failure
	 * they come again in smaller pieces, also those that were taken in truth. It survives restarts: what was not taken
	 * is handed on by the next process. after: the last one before them. PW_ENOTFOUND: who takes them has lost that; what
	 * it still has, *after says then, and all behind it comes again. node: whose numbers these are; never another one,
	 * whatever the gateway is called.
	 */
	enum pw_err	(*take)(void *context, struct span node, uint64_t *after, const struct sighting *, size_t count);
	/*
	 * Up to which record what was taken outlives this process, however it ends; from any thread. The next one hands
	 * on what is behind, and no record goes before. NULL: all that was taken does.
	 */
	uint64_t	(*kept)(void *context);
	void		*context;
};

/*
 * Threads begin: in the process that uses it. The taker may be NULL: then nobody learns.
 *	PW_EBUSY, PW_ENOMEM, PW_ESYSTEM: report says what to do, a line each
 */
enum pw_err	journal_open(const struct options *, const struct journal_taker *, struct buf *report, struct journal **)
		    PW_MUST_CHECK;
/*
 * Any thread. Gives the sighting its number. When the disk is full or broken, options->on_journal_full decides:
 *	PW_EAWAY	tempfail is wanted
 *	PW_OK		else; what was not recorded is counted
 */
enum pw_err	journal_write(struct journal *, struct sighting *) PW_MUST_CHECK;
/* What the heartbeat says of the node from now on: its mode, and the generation of its rules. Any thread. */
void		journal_describe(struct journal *, const struct options *, const char *generation);
/* Messages that were judged while no journal could be opened. */
void		journal_miss(struct journal *, uint64_t messages);
/* Its files were taken away: it is to be closed, and another one opened. Any thread. */
bool		journal_is_lost(struct journal *);
/* Hands on what it can for at most so long, then closes. NULL is fine. */
void		journal_close(struct journal *, int64_t most_ms);

#endif

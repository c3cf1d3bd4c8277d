/*
 * What a node has counted since it began: absolute values, which follow from the journal's records alone. A snapshot in
 * StateDir/journal/ says up to which record it counts; what is behind it is counted again from the records.
 */
#ifndef PIXELWARD_JOURNAL_COUNTERS_H
#define PIXELWARD_JOURNAL_COUNTERS_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/sighting.h>

/* Name (a stable interface, docs/redis-schema.md), and what a message adds. s: its sighting. */
#define PW_COUNTERS(X) \
	X(messages,	1) \
	X(html,		(s->flags & SIGHTING_HTML) != 0) \
	X(remote,	(s->flags & SIGHTING_REMOTE) != 0) \
	X(bulk,		(s->flags & SIGHTING_BULK) != 0) \
	X(ambiguous,	(s->flags & SIGHTING_AMBIGUOUS) != 0) \
	X(aligned,	(s->flags & SIGHTING_ALIGNED) != 0) \
	X(unaligned,	(s->flags & SIGHTING_UNALIGNED) != 0) \
	X(watched,	s->watched_count > 0) \
	X(campaign,	s->campaign.len > 0) \
	X(hits,		s->rule_count > 0)	/* at least one rule matched */ \
	X(delivered,	s->action == ACTION_DELIVER) \
	X(tagged,	s->action == ACTION_TAG) \
	X(rewritten,	s->action == ACTION_NEUTRALISE) \
	X(held,		s->action == ACTION_HOLD) \
	X(redirected,	s->action == ACTION_REDIRECT) \
	X(rejected,	s->action == ACTION_REJECT) \
	X(deferred,	s->action >= ACTION_TEMPFAIL) \
	X(shadow,	s->mode == MODE_SHADOW)	/* judged, and the verdict not carried out */ \
	X(tag,		s->mode == MODE_TAG) \
	X(enforce,	s->mode == MODE_ENFORCE) \
	X(inert,	s->exposure == EXPOSURE_INERT) \
	X(live,		s->exposure == EXPOSURE_LIVE) \
	X(unknown,	s->exposure == EXPOSURE_UNKNOWN) \
	X(errors,	s->failure != PW_OK) \
	X(limits,	s->failure == PW_ELIMIT) \
	X(timeouts,	s->failure == PW_ETIMEOUT) \
	X(poison,	s->failure == PW_EPOISON || s->failure == PW_EPARSER || s->failure == PW_EBLOCK) \
	X(busy,		s->failure == PW_EBUSY) \
	X(not_inert,	s->failure == PW_ENOTINERT) \
	X(references,	s->references) \
	X(stripped,	s->stripped) \
	X(recipients,	s->recipients_in_all) \
	X(bytes,	s->bytes) \
	X(cpu_us,	s->cpu_us) \
	X(unrecorded,	0)	/* messages that the journal could not take; they are in no other counter */

enum counter {
#define X(name, of) COUNTER_##name,
	PW_COUNTERS(X)
#undef X
	COUNTERS
};

const char	*counter_name(enum counter);

/* Of rules: */
enum rule_counter { RULE_HITS, RULE_SHADOW, RULE_HELD, RULE_WATCHED, RULE_COUNTERS };
const char	*rule_counter_name(enum rule_counter);

/* What top lists are of; their names. */
enum top { TOP_HOST, TOP_DOMAIN, TOP_RULE, TOP_SENDER, TOPS };
const char	*top_name(enum top);

struct named_count {
	struct span	name;		/* borrowed from the counters */
	uint64_t	of[RULE_COUNTERS];	/* of a top list: the first */
	int64_t		last_ms;
};

/* Ends of the journal's files that were cut at a start: a record that was half written, or not yet on the disk. */
struct torn {
	uint64_t	ends, bytes;
	int64_t		last_ms;	/* 0: never */
};

struct counters;

/*
 * Those of the node whose StateDir this is, up to the last record, whether its daemon runs or not.
 *	PW_ENOTFOUND	it has counted nothing yet
 *	PW_ENOMEM
 */
enum pw_err	counters_read(const char *state_dir, struct counters **) PW_MUST_CHECK;
void		counters_free(struct counters *);	/* NULL is fine */

uint64_t	counters_number(const struct counters *);	/* of the last record that is counted */
int64_t		counters_last_ms(const struct counters *);	/* when its message came; 0: none yet */
uint64_t	counters_total(const struct counters *, enum counter);
const struct torn *counters_torn(const struct counters *);
/* Of the minute that began at this time (Unix time), if it is one of the last six hours; else 0. */
uint64_t	counters_of_minute(const struct counters *, int64_t minute_ms, enum counter);
/* The rules that matched most, the first one first. */
size_t		counters_rules(const struct counters *, struct named_count *, size_t most);
/* The most frequent names of that UTC day (days since 1970), the first one first. */
size_t		counters_top(const struct counters *, enum top, int64_t day, struct named_count *, size_t most);

/* The journal's health, as its files show it. */
struct journal_state {
	uint64_t	bytes, segments;
	uint64_t	unlearned, untold;	/* records that the reputation has not taken; that Redis has no events of */
	uint64_t	bad;			/* files that were set aside */
};

/*
 *	PW_ENOTFOUND	there is no journal
 *	PW_ENOMEM
 */
enum pw_err	journal_state_read(const char *state_dir, struct journal_state *) PW_MUST_CHECK;

#endif

/* What is known of a message's hosts, templates and sender; and what it teaches. */
#include <pixelward/base/clock.h>
#include <pixelward/base/redis.h>
#include <pixelward/reputation/reputation.h>
#include <pixelward/verdict.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "campaign.h"
#include "learn.h"
#include "proof.h"
#include "standing.h"
#include "store.h"

#define MOST_DOMAINS	200000u
#define LESSON_BYTES	((size_t)32 << 20)

struct reputation {
	struct store		*store;
	_Atomic int64_t		 window_ms;	/* option CampaignWindow, as it was when last looked at */
	struct arena		*arena;		/* of the lessons at hand */
};

static enum pw_err
store_open(const struct options *options, enum reputation_kind kind, const char *directory, struct store **store)
{
	if (kind == REPUTATION_KEPT && redis_is_wanted(options))
		return store_open_redis(options, store);
	if (kind == REPUTATION_COPY && redis_is_wanted(options))
		return store_copy_redis(options, MOST_DOMAINS, store);
	if (kind == REPUTATION_COPY)
		return store_copy_memory(directory, MOST_DOMAINS, store);
	return store_open_memory(kind == REPUTATION_KEPT ? directory : NULL, MOST_DOMAINS, store);
}

enum pw_err
reputation_open(const struct options *options, enum reputation_kind kind, struct buf *report, struct reputation **opened)
{
	struct reputation	*reputation = calloc(1, sizeof(*reputation));
	char			 directory[4200];
	enum pw_err		 err;

	if (reputation == NULL)
		return PW_ENOMEM;
	reputation->window_ms = (int64_t)options->campaign_window_ms;
	reputation->arena = arena_new(LESSON_BYTES);
	snprintf(directory, sizeof(directory), "%s/reputation", options->state_dir);
	err = reputation->arena == NULL ? PW_ENOMEM : store_open(options, kind, directory, &reputation->store);
	if (err == PW_ESYSTEM)
		buf_printf(report, "%s: %s; StateDir must be a directory that UserID may write to\n", directory,
		    strerror(errno));
	if (err != PW_OK) {
		reputation_close(reputation);
		return err == PW_ESYSTEM ? PW_ECONFIG : err;
	}
	*opened = reputation;
	return PW_OK;
}

enum pw_err
reputation_save(struct reputation *reputation)
{
	return reputation->store->kind->save(reputation->store);
}

void
reputation_close(struct reputation *reputation)
{
	if (reputation == NULL)
		return;
	if (reputation->store != NULL)
		reputation->store->kind->close(reputation->store);
	arena_free(reputation->arena);
	free(reputation);
}

/* --- what is known --- */

/* Without a verifier that is believed nothing that comes in by itself can vouch for anybody: time alone proves nothing. */
static bool
is_seasoned(const struct options *options, const struct store_answer *answer, int64_t now_ms)
{
	return answer->learned > 0 || (options->trusted_authserv_ids.count > 0 && answer->began_ms != 0 &&
	    now_ms - answer->began_ms >= REPUTATION_SEASON_DAYS * DAY_MS);
}

/* Old mail tells who is new from its end on, an empty history when it has filled. */
static int64_t
news_of(const struct store_answer *answer)
{
	return answer->learned > 0 ? 0 : answer->began_ms + REPUTATION_SEASON_DAYS * DAY_MS;
}

static enum pw_err
answer_all(struct reputation *reputation, const struct sighting *sighting, struct arena *arena, struct store_answer *answer,
    size_t *window_count)
{
	size_t		 domain_count = sighting->host_count + 1;
	struct span	*domains = arena_array(arena, domain_count, sizeof(*domains));
	uint64_t	*templates = arena_array(arena, sighting->template_count, sizeof(*templates));
	uint64_t	 windows[STORE_MOST_WINDOWS];

	if (domains == NULL || templates == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < sighting->host_count; i++)
		domains[i] = sighting->hosts[i].domain;
	domains[sighting->host_count] = sighting->sender_domain;
	for (size_t i = 0; i < sighting->template_count; i++)
		templates[i] = sighting->templates[i].digest;
	*window_count = campaign_keys(sighting, windows);
	struct store_question question = { .now_ms = sighting->time_ms, .domains = domains, .domain_count = domain_count,
		.templates = templates, .template_count = sighting->template_count, .windows = windows,
		.window_count = *window_count, .window_ms = reputation->window_ms };

	return reputation->store->kind->ask(reputation->store, &question, arena, answer);
}

enum pw_err
reputation_look(struct reputation *reputation, const struct options *options, const struct sighting *looked,
    struct arena *arena, const struct knowledge **known)
{
	struct sighting		 believed = *looked, *sighting = &believed;
	struct knowledge	*knowledge = arena_alloc(arena, sizeof(*knowledge));
	struct store_answer	 answer;
	size_t			 window_count;
	enum pw_err		 err;

	if (knowledge == NULL)
		return PW_ENOMEM;
	*known = knowledge;
	sighting->time_ms = knowledge->time_ms = store_time(reputation->store, looked->time_ms, looked->number > 0);
	reputation->window_ms = (int64_t)options->campaign_window_ms;
	knowledge->hosts = arena_array(arena, sighting->host_count, sizeof(*knowledge->hosts));
	knowledge->templates = arena_array(arena, sighting->template_count, sizeof(*knowledge->templates));
	if (knowledge->hosts == NULL || knowledge->templates == NULL)
		return PW_ENOMEM;
	err = answer_all(reputation, sighting, arena, &answer, &window_count);
	if (err != PW_OK)
		return err == PW_ENOMEM ? err : PW_OK;
	for (size_t i = 0; i <= sighting->host_count; i++) {
		struct standing *standing = i < sighting->host_count ? &knowledge->hosts[i] : &knowledge->sender;

		*standing = answer.standings[i];
		standing->campaign = campaign_of(&answer, standing->campaign);
		standing_judge(standing, news_of(&answer));
	}
	for (size_t i = 0; i < sighting->template_count; i++) {
		const struct store_template *history = &answer.templates[i];

		/* What is proved of one URL is not proved of another that stands beside it. */
		enum proof proof = proof_of(history, sighting->templates[i].token, sighting->message, only_recipient(sighting));

		knowledge->templates[i] = (struct template_history){ .messages = history->messages,
			.recipients = history->recipients, .tokens = history->tokens,
			.proof = proof == PROOF_STATIC && sighting->templates[i].various ? PROOF_NONE : proof };
		if (sighting->templates[i].host < sighting->host_count)
			knowledge->templates[i].vouched = standing_vouches(&knowledge->hosts[sighting->templates[i].host],
			    knowledge->templates[i].proof);
	}
	knowledge->complete = true;
	knowledge->seasoned = is_seasoned(options, &answer, sighting->time_ms);
	err = campaign_look(options, sighting, knowledge->hosts, &knowledge->sender, knowledge->templates,
	    knowledge->seasoned, &answer, window_count, arena, &knowledge->campaign);
	knowledge->surge = surge_times(&answer.surge, sighting->time_ms / DAY_MS,
	    knowledge->campaign.suspects != 0 && sighting->watched_count > 0);
	return err;
}

void
reputation_mark(struct sighting *sighting, const struct knowledge *knowledge)
{
	campaign_mark(sighting, &knowledge->campaign);
}

/* --- what is learned --- */

enum pw_err
reputation_learn(struct reputation *reputation, struct span node, const struct sighting *sightings, size_t count)
{
	arena_reset(reputation->arena);
	return store_learn(reputation->store, reputation->window_ms, reputation->arena, node, sightings, count);
}

enum pw_err
reputation_knows(struct reputation *reputation, struct span node, uint64_t *number)
{
	const struct store_kind	*kind = reputation->store->kind;
	uint64_t		 known = *number;
	enum pw_err		 err = kind->known != NULL ? kind->known(reputation->store, node, &known) : PW_OK;

	if (err != PW_OK || known >= *number)
		return err;
	*number = known;
	return PW_ENOTFOUND;
}

uint64_t
reputation_kept(struct reputation *reputation)
{
	const struct store_kind *kind = reputation->store->kind;

	return kind->kept != NULL ? kind->kept(reputation->store) : UINT64_MAX;
}

/* --- by hand --- */

enum pw_err
reputation_say(struct reputation *reputation, struct span domain, enum word word, struct span note, int64_t until_ms)
{
	return reputation->store->kind->say(reputation->store, domain, word, note, until_ms);
}

enum pw_err
reputation_words(struct reputation *reputation, struct arena *arena, struct analyst_word **words, size_t *count)
{
	return reputation->store->kind->words(reputation->store, arena, words, count);
}

enum pw_err
reputation_age(struct reputation *reputation, const struct options *options, int64_t now_ms, struct reputation_age *age)
{
	struct store_question	 question = { .now_ms = now_ms };
	struct store_answer	 answer;
	struct arena		*arena = arena_new(1 << 16);
	enum pw_err		 err = PW_ENOMEM;

	if (arena != NULL)
		err = reputation->store->kind->ask(reputation->store, &question, arena, &answer);
	if (err == PW_OK)
		*age = (struct reputation_age){ answer.began_ms, answer.last_ms, answer.learned,
			is_seasoned(options, &answer, now_ms) };
	arena_free(arena);
	return err;
}

enum pw_err
reputation_ask(struct reputation *reputation, struct span domain, int64_t now_ms, struct arena *arena,
    struct standing *standing)
{
	struct store_question	question = { .now_ms = now_ms, .domains = &domain, .domain_count = 1 };
	struct store_answer	answer;
	enum pw_err		err = reputation->store->kind->ask(reputation->store, &question, arena, &answer);

	if (err != PW_OK)
		return err;
	*standing = answer.standings[0];
	standing_judge(standing, news_of(&answer));
	return PW_OK;
}

enum pw_err
reputation_campaigns(struct reputation *reputation, struct span id, size_t most, struct arena *arena,
    struct store_campaign **campaigns, size_t *count)
{
	return reputation->store->kind->campaigns(reputation->store, id, most, arena, campaigns, count);
}

enum pw_err
reputation_close_campaign(struct reputation *reputation, struct span id)
{
	struct store_campaign	*found, closed = { .id = id, .closed = true };
	size_t			 count;
	enum pw_err		 err;

	arena_reset(reputation->arena);
	err = reputation_campaigns(reputation, id, 1, reputation->arena, &found, &count);
	if (err != PW_OK)
		return err;
	return count == 0 ? PW_ENOTFOUND : reputation->store->kind->campaign_add(reputation->store, &closed, NULL, 0);
}

/* What is known of a message's hosts, templates and sender; and what it teaches. */
#include <pixelward/base/clock.h>
#include <pixelward/base/redis.h>
#include <pixelward/reputation/reputation.h>
#include <pixelward/verdict.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "campaign.h"
#include "proof.h"
#include "standing.h"
#include "store.h"

#define MOST_DOMAINS	200000u
#define LESSON_BYTES	((size_t)4 << 20)

struct reputation {
	struct store		*store;
	_Atomic int64_t		 window_ms;	/* option CampaignWindow, as it was when last looked at */
	struct arena		*arena;		/* of the lesson at hand */
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

/* To one person: who it is. To several it is nobody's. */
static uint64_t
only_recipient(const struct sighting *sighting)
{
	return sighting->recipients_in_all == 1 && sighting->recipient_count == 1 ? sighting->recipients[0].digest : 0;
}

/* Without a verifier that is believed nothing that comes in by itself can vouch for anybody: time alone proves nothing. */
static bool
is_seasoned(const struct options *options, const struct store_answer *answer, int64_t now_ms)
{
	return answer->learned > 0 || (options->trusted_authserv_ids.count > 0 && answer->began_ms != 0 &&
	    now_ms - answer->began_ms >= REPUTATION_SEASON_DAYS * DAY_MS);
}

static enum pw_err
answer_all(struct reputation *reputation, const struct sighting *sighting, bool patient, struct arena *arena,
    struct store_answer *answer, size_t *window_count)
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
	/* Who learns looks at the windows only of what is of a campaign. */
	*window_count = !patient || sighting->campaign.len > 0 ? campaign_keys(sighting, windows) : 0;
	struct store_question question = { .now_ms = sighting->time_ms, .patient = patient, .domains = domains,
		.domain_count = domain_count, .templates = templates, .template_count = sighting->template_count,
		.windows = windows, .window_count = *window_count, .window_ms = reputation->window_ms };

	return reputation->store->kind->ask(reputation->store, &question, arena, answer);
}

enum pw_err
reputation_look(struct reputation *reputation, const struct options *options, const struct sighting *sighting,
    struct arena *arena, const struct knowledge **known)
{
	struct knowledge	*knowledge = arena_alloc(arena, sizeof(*knowledge));
	struct store_answer	 answer;
	size_t			 window_count;
	enum pw_err		 err;

	if (knowledge == NULL)
		return PW_ENOMEM;
	*known = knowledge;
	reputation->window_ms = (int64_t)options->campaign_window_ms;
	knowledge->hosts = arena_array(arena, sighting->host_count, sizeof(*knowledge->hosts));
	knowledge->templates = arena_array(arena, sighting->template_count, sizeof(*knowledge->templates));
	if (knowledge->hosts == NULL || knowledge->templates == NULL)
		return PW_ENOMEM;
	err = answer_all(reputation, sighting, false, arena, &answer, &window_count);
	if (err != PW_OK)
		return err == PW_ENOMEM ? err : PW_OK;
	for (size_t i = 0; i <= sighting->host_count; i++) {
		struct standing *standing = i < sighting->host_count ? &knowledge->hosts[i] : &knowledge->sender;

		*standing = answer.standings[i];
		standing_judge(standing);
	}
	for (size_t i = 0; i < sighting->template_count; i++) {
		const struct store_template *history = &answer.templates[i];

		/* What is proved of one URL is not proved of another that stands beside it. */
		enum proof proof = proof_of(history, sighting->templates[i].token, sighting->message, only_recipient(sighting));

		knowledge->templates[i] = (struct template_history){ .messages = history->messages,
			.recipients = history->recipients, .tokens = history->tokens,
			.proof = proof == PROOF_STATIC && sighting->templates[i].various ? PROOF_NONE : proof };
	}
	knowledge->complete = true;
	knowledge->seasoned = is_seasoned(options, &answer, sighting->time_ms);
	err = campaign_look(options, sighting, knowledge->hosts, &knowledge->sender, knowledge->templates,
	    knowledge->seasoned, answer.windows, window_count, arena, &knowledge->campaign);
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

/* What a template shows of its domain in this message. */
enum role { ROLE_HIDDEN, ROLE_PERSONAL, ROLE_LISTED, ROLE_UNPROVED, ROLE_SHOWN, ROLES };

/*
 * A picture may be anybody's eye, also one whose URL is of plain words: words make tokens, too. It earns nothing, and costs
 * nothing. In old mail, or once it is proved to be the same for all, it is a picture.
 */
static enum role
role_of(const struct sighting *sighting, const struct sighting_template *template, enum proof proof)
{
	bool old = (sighting->flags & SIGHTING_LEARNED) != 0;

	if ((template->appearance & APPEARS_LISTED) != 0)
		return ROLE_LISTED;
	if ((template->appearance & (APPEARS_RECIPIENT | APPEARS_REPORTING)) != 0)
		return ROLE_PERSONAL;
	if ((template->appearance & APPEARS_SHOWN) == 0)
		return template->tokens != 0 || template->path != 0 ? ROLE_PERSONAL : ROLE_HIDDEN;
	return old || proof == PROOF_STATIC ? ROLE_SHOWN : ROLE_UNPROVED;
}

static const uint32_t tally_of_role[ROLES] = {
	[ROLE_HIDDEN] = 1u << TALLY_HIDDEN, [ROLE_PERSONAL] = 1u << TALLY_PERSONAL, [ROLE_LISTED] = 1u << TALLY_LISTED,
	[ROLE_UNPROVED] = 0, [ROLE_SHOWN] = 1u << TALLY_SHOWN,
};

static uint32_t
tallies_of_message(const struct sighting *sighting)
{
	uint32_t tallies = 1u << TALLY_MESSAGES;

	if ((sighting->flags & SIGHTING_ALIGNED) != 0)
		tallies |= 1u << TALLY_ALIGNED;
	if ((sighting->flags & SIGHTING_UNALIGNED) != 0)
		tallies |= 1u << TALLY_UNALIGNED;
	if ((sighting->flags & SIGHTING_BULK) != 0)
		tallies |= 1u << TALLY_BULK;
	if (sighting->action == ACTION_HOLD)
		tallies |= 1u << TALLY_HELD;
	if (sighting->watched_count > 0)
		tallies |= 1u << TALLY_WATCHED;
	return tallies;
}

static struct lesson_domain *
domain_find(struct lesson_domain *domains, size_t *count, struct span name, uint32_t tallies)
{
	for (size_t i = 0; i < *count; i++)
		if (span_eq(domains[i].name, name))
			return &domains[i];
	domains[*count] = (struct lesson_domain){ .name = name, .tallies = tallies };
	return &domains[(*count)++];
}

/* One domain, as whom the message fetched from it shows it. */
static enum pw_err
domain_learn(const struct sighting *sighting, const struct store_answer *answer, struct arena *arena,
    struct lesson_domain *domain)
{
	uint64_t	*templates = arena_array(arena, sighting->template_count, sizeof(*templates));
	uint32_t	 appearance = 0;
	int		 role = -1;

	if (templates == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < sighting->host_count; i++)
		if (span_eq(sighting->hosts[i].domain, domain->name))
			appearance |= sighting->hosts[i].appearance;
	for (size_t i = 0; i < sighting->template_count; i++) {
		const struct sighting_template	*template = &sighting->templates[i];
		int				 now;

		if (template->host >= sighting->host_count ||
		    !span_eq(sighting->hosts[template->host].domain, domain->name))
			continue;
		templates[domain->template_count++] = template->digest;
		now = (int)role_of(sighting, template, proof_of(&answer->templates[i], template->token, sighting->message,
		    only_recipient(sighting)));
		role = now > role ? now : role;
	}
	domain->templates = templates;
	if ((appearance & APPEARS_FETCHED) != 0)
		domain->tallies |= 1u << TALLY_FETCHED;
	if ((appearance & APPEARS_STRIPPED) != 0)
		domain->tallies |= 1u << TALLY_STRIPPED;
	if (role >= 0)
		domain->tallies |= tally_of_role[role];
	if (role == ROLE_SHOWN && (sighting->flags & SIGHTING_LEARNED) != 0)
		domain->tallies |= 1u << TALLY_LEARNED;
	return PW_OK;
}

static enum pw_err
lesson_make(const struct sighting *sighting, const struct store_answer *answer, const struct campaign_lesson *campaign,
    struct arena *arena, struct lesson *lesson)
{
	struct lesson_domain	*domains = arena_array(arena, sighting->host_count + 1 + campaign->domain_count,
				    sizeof(*domains));
	struct lesson_template	*templates = arena_array(arena, sighting->template_count, sizeof(*templates));
	uint64_t		*recipients = arena_array(arena, sighting->recipient_count, sizeof(*recipients));
	uint32_t		 tallies = tallies_of_message(sighting);
	enum pw_err		 err = PW_OK;

	if (domains == NULL || templates == NULL || recipients == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < sighting->recipient_count; i++)
		recipients[i] = sighting->recipients[i].digest;
	/* Who is only linked to is not remembered: nothing is asked of it, and there are many. */
	for (size_t i = 0; i < sighting->host_count; i++)
		if ((sighting->hosts[i].appearance & APPEARS_FETCHED) != 0)
			domain_find(domains, &lesson->domain_count, sighting->hosts[i].domain, tallies);
	if (sighting->sender_domain.len > 0)
		domain_find(domains, &lesson->domain_count, sighting->sender_domain, tallies);
	for (size_t i = 0; i < lesson->domain_count && err == PW_OK; i++)
		err = domain_learn(sighting, answer, arena, &domains[i]);
	/* Also of mails before this one. */
	for (size_t i = 0; i < campaign->domain_count; i++)
		domain_find(domains, &lesson->domain_count, campaign->domains[i], 0)->campaign = campaign->campaign.id;
	lesson->windows = campaign->windows;
	lesson->window_count = campaign->window_count;
	if (campaign->campaign.id.len > 0) {
		lesson->campaign = &campaign->campaign;
		lesson->campaign_recipients = campaign->recipients;
		lesson->campaign_recipient_count = campaign->recipient_count;
	}
	for (size_t i = 0; i < sighting->template_count; i++)
		if (sighting->templates[i].host < sighting->host_count)
			templates[lesson->template_count++] = (struct lesson_template){
				.digest = sighting->templates[i].digest, .token = sighting->templates[i].token,
				.domain = sighting->hosts[sighting->templates[i].host].domain };
	lesson->domains = domains;
	lesson->templates = templates;
	lesson->recipients = recipients;
	lesson->recipient_count = sighting->recipient_count;
	return err;
}

enum pw_err
reputation_learn(struct reputation *reputation, struct span node, const struct sighting *sighting)
{
	struct arena		*arena = reputation->arena;
	struct store_answer	 answer;
	struct lesson		 lesson = { .node = node, .number = sighting->number, .time_ms = sighting->time_ms,
				    .message = sighting->message, .old = (sighting->flags & SIGHTING_LEARNED) != 0,
				    .surges = sighting->watched_count > 0 && campaign_teaches(sighting) };
	struct campaign_lesson	 taught = { .window_count = 0 };
	size_t			 window_count;
	enum pw_err		 err;

	arena_reset(arena);
	err = answer_all(reputation, sighting, true, arena, &answer, &window_count);
	if (err == PW_OK && campaign_teaches(sighting))
		err = campaign_teach(sighting, answer.windows, window_count, arena, &taught);
	if (err == PW_OK)
		err = lesson_make(sighting, &answer, &taught, arena, &lesson);
	return err == PW_OK ? reputation->store->kind->teach(reputation->store, &lesson) : err;
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
	standing_judge(standing);
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

#include "learn.h"

#include <pixelward/verdict.h>

#include "campaign.h"
#include "lately.h"
#include "proof.h"

uint64_t
only_recipient(const struct sighting *sighting)
{
	return sighting->recipients_in_all == 1 && sighting->recipient_count == 1 ? sighting->recipients[0].digest : 0;
}

/* --- what one message teaches --- */

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
		lesson->parts = campaign->parts;
		lesson->part_count = campaign->part_count;
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

/* --- all of them --- */

static enum pw_err
sighting_learn(const struct lately *lately, const struct sighting *sighting, struct arena *arena, struct lesson *lesson)
{
	struct campaign_lesson	*taught = arena_alloc(arena, sizeof(*taught));
	struct store_answer	 answer;
	size_t			 window_count;
	enum pw_err		 err = taught != NULL ? PW_OK : PW_ENOMEM;

	lesson->number = sighting->number;
	lesson->time_ms = sighting->time_ms;
	lesson->message = sighting->message;
	lesson->old = (sighting->flags & SIGHTING_LEARNED) != 0;
	lesson->surges = sighting->watched_count > 0 && campaign_teaches(sighting);
	if (err == PW_OK)
		err = lately_answer(lately, sighting, arena, &answer, &window_count);
	if (err == PW_OK && campaign_teaches(sighting))
		err = campaign_teach(sighting, answer.windows, window_count, arena, taught);
	return err == PW_OK ? lesson_make(sighting, &answer, taught, arena, lesson) : err;
}

enum pw_err
store_learn(struct store *store, int64_t window_ms, struct arena *arena, struct span node, const struct sighting *seen,
    size_t count)
{
	struct lesson	*lessons = arena_array(arena, count, sizeof(*lessons));
	struct sighting	*sightings = arena_array(arena, count, sizeof(*sightings));
	struct lately	*lately = lately_new(window_ms);
	enum pw_err	 err = lessons != NULL && sightings != NULL && lately != NULL ? PW_OK : PW_ENOMEM;

	/* An answer first, of nothing else than the time: one that was never asked knows only the system's. */
	if (err == PW_OK && store->kind->now != NULL)
		err = store->kind->ask(store, &(struct store_question){ .patient = true }, arena, &(struct store_answer){ 0 });
	for (size_t i = 0; i < count && err == PW_OK; i++) {
		sightings[i] = seen[i];
		sightings[i].time_ms = store_time(store, seen[i].time_ms, seen[i].number > 0);
	}
	if (err == PW_OK)
		err = lately_ask(lately, store, sightings, count, arena);
	for (size_t i = 0; i < count && err == PW_OK; i++) {
		lessons[i].node = node;
		err = sighting_learn(lately, &sightings[i], arena, &lessons[i]);
		if (err == PW_OK && i + 1 < count)
			err = lately_teach(lately, &lessons[i]);
	}
	lately_free(lately);
	return err == PW_OK ? store->kind->teach(store, lessons, count) : err;
}

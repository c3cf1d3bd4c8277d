/* The records of the memory store: taught, and asked. Knows neither files nor threads. */
#include <pixelward/base/clock.h>
#include "memory.h"

#include <stdlib.h>

#define MOST_NODES		256u
#define MOST_CAMPAIGNS		1024u
#define MOST_CAMPAIGN_TEXTS	4096u
/* Of templates and windows, for each domain that there may be. */
#define TEMPLATE_BYTES		512u
#define WINDOW_BYTES		256u

static void
domain_fini(struct entry *entry)
{
	struct domain *domain = (struct domain *)entry;

	free((char *)domain->note.at);
	free((char *)domain->campaign.at);
	sketch_fini(&domain->recipients);
	sketch_fini(&domain->templates);
}

/* What an analyst said is not lost to a flood of new names, nor whose a campaign was. */
static enum table_rank
domain_rank(const struct entry *entry)
{
	const struct domain *domain = (const struct domain *)entry;

	return domain->word != WORD_NONE ? RANK_HIGHEST : domain->campaign.len > 0 ? RANK_HIGH : RANK_NONE;
}

static void
template_fini(struct entry *entry)
{
	struct template *template = (struct template *)entry;

	sketch_fini(&template->tokens);
	sketch_fini(&template->recipients);
	free(template->traces);
}

static void
window_fini(struct entry *entry)
{
	struct window *window = (struct window *)entry;

	for (size_t i = 0; i < window->count; i++)
		free((char *)window->members[i].text.at);
	free(window->members);
}

static void
campaign_fini(struct entry *entry)
{
	struct campaign *campaign = (struct campaign *)entry;

	free((char *)campaign->note.at);
	free((char *)campaign->part_of.at);
	free((char *)campaign->part_why.at);
	texts_fini(&campaign->hosts);
	texts_fini(&campaign->senders);
	texts_fini(&campaign->members);
	sketch_fini(&campaign->recipients);
}

/* An open one stays while there are closed ones. */
static enum table_rank
campaign_rank(const struct entry *entry)
{
	return ((const struct campaign *)entry)->closed ? RANK_NONE : RANK_HIGHEST;
}

void
memory_data_init(struct memory_data *data, size_t most_domains)
{
	*data = (struct memory_data){
		.domains = { .record_bytes = sizeof(struct domain), .fini = domain_fini, .rank = domain_rank,
		    .most = most_domains },
		.templates = { .record_bytes = sizeof(struct template), .fini = template_fini,
		    .most = most_domains * TEMPLATE_BYTES },
		.windows = { .record_bytes = sizeof(struct window), .fini = window_fini,
		    .most = most_domains * WINDOW_BYTES },
		.campaigns = { .record_bytes = sizeof(struct campaign), .fini = campaign_fini,
		    .rank = campaign_rank, .most = MOST_CAMPAIGNS },
		.nodes = { .record_bytes = sizeof(struct node), .most = MOST_NODES },
	};
	table_init(&data->domains);
	table_init(&data->templates);
	table_init(&data->windows);
	table_init(&data->campaigns);
	table_init(&data->nodes);
}

void
memory_data_fini(struct memory_data *data)
{
	table_fini(&data->domains);
	table_fini(&data->templates);
	table_fini(&data->windows);
	table_fini(&data->campaigns);
	table_fini(&data->nodes);
	texts_fini(&data->merged);
}

struct span
memory_key(const uint64_t *digest)
{
	return (struct span){ (const char *)digest, sizeof(*digest) };
}

/* Of domains and templates: store.h. */
static int64_t
whole_second(int64_t time_ms)
{
	return time_ms - time_ms % 1000;
}

static bool
is_over(int64_t last_ms, int days, int64_t now_ms)
{
	return last_ms != 0 && last_ms < now_ms - days * DAY_MS;
}

static bool
domain_is_over(const struct domain *domain, int64_t now_ms)
{
	return is_over(domain->last_ms, domain->tallies[TALLY_LEARNED] > 0 ? STORE_DAYS_OF_LEARNED : STORE_DAYS_OF_DOMAIN,
	    now_ms);
}

static void
time_widen(int64_t *first_ms, int64_t *last_ms, int64_t time_ms)
{
	if (*first_ms == 0 || time_ms < *first_ms)
		*first_ms = time_ms;
	if (time_ms > *last_ms)
		*last_ms = time_ms;
}

/* Only the analyst's word is left. */
static void
domain_forget(struct domain *domain)
{
	free((char *)domain->campaign.at);
	domain->campaign = SPAN_NONE;
	sketch_fini(&domain->recipients);
	sketch_fini(&domain->templates);
	memset(domain->tallies, 0, sizeof(domain->tallies));
	domain->first_ms = domain->last_ms = domain->minting_ms = 0;
	domain->days = domain->minted = 0;
}

static enum pw_err
domain_teach(struct memory_data *data, const struct lesson *lesson, const struct lesson_domain *taught)
{
	struct domain	*domain = (struct domain *)table_touch(&data->domains, taught->name);
	int64_t		 time_ms = whole_second(lesson->time_ms);
	enum pw_err	 err = PW_OK;

	if (domain == NULL)
		return PW_ENOMEM;
	if (domain_is_over(domain, time_ms))
		domain_forget(domain);
	time_widen(&domain->first_ms, &domain->last_ms, time_ms);
	domain->days |= 1u << (lesson->time_ms / DAY_MS & 31);
	for (unsigned i = 0; i < TALLIES; i++)
		domain->tallies[i] += taught->tallies >> i & 1;
	for (size_t i = 0; i < lesson->recipient_count && err == PW_OK; i++)
		err = sketch_add(&domain->recipients, lesson->recipients[i]);
	for (size_t i = 0; i < taught->template_count && err == PW_OK; i++)
		err = sketch_add(&domain->templates, taught->templates[i]);
	if (err == PW_OK && taught->campaign.len > 0)
		err = text_set(&domain->campaign, taught->campaign);
	table_trim(&data->domains);
	return err;
}

/* Whoever can make up URLs can make up templates: beyond so many, a domain's new ones are not kept. */
static bool
domain_may_mint(struct memory_data *data, struct span name, int64_t now_ms)
{
	struct domain *domain = (struct domain *)table_find(&data->domains, name);

	if (domain == NULL)
		return true;
	if (domain->minting_ms / DAY_MS < now_ms / DAY_MS - STORE_DAYS_OF_TEMPLATE)
		domain->minted = 0;
	if (domain->minted == 0)
		domain->minting_ms = now_ms;
	return domain->minted < STORE_MOST_TEMPLATES_OF_DOMAIN && ++domain->minted > 0;
}

static enum pw_err
template_teach(struct memory_data *data, const struct lesson *lesson, const struct lesson_template *taught)
{
	struct span	 key = memory_key(&taught->digest);
	struct template	*template = (struct template *)table_find(&data->templates, key);
	int64_t		 time_ms = whole_second(lesson->time_ms);
	enum pw_err	 err;

	if (template != NULL && is_over(template->last_ms, STORE_DAYS_OF_TEMPLATE, time_ms)) {
		table_remove(&data->templates, &template->entry);
		template = NULL;
	}
	if (template == NULL && !domain_may_mint(data, taught->domain, time_ms))
		return PW_OK;
	template = (struct template *)table_touch(&data->templates, key);
	if (template == NULL)
		return PW_ENOMEM;
	if (template->last_ms < time_ms)
		template->last_ms = time_ms;
	if (template->messages == 0 || template->last_message != lesson->message)
		template->messages++;
	template->last_message = lesson->message;
	err = sketch_add(&template->tokens, taught->token);
	for (size_t i = 0; i < lesson->recipient_count && err == PW_OK; i++) {
		err = sketch_add(&template->recipients, lesson->recipients[i]);
		if (err == PW_OK)
			err = trace_add(&data->templates, template,
			    (struct trace){ taught->token, lesson->recipients[i], lesson->message });
	}
	table_trim(&data->templates);
	return err;
}

static enum pw_err
window_teach(struct memory_data *data, const struct lesson_window *taught)
{
	struct window	*window = (struct window *)table_touch(&data->windows, memory_key(&taught->key));
	enum pw_err	 err;

	if (window == NULL)
		return PW_ENOMEM;
	err = member_add(&data->windows, window, &taught->member);
	table_trim(&data->windows);
	return err;
}

enum pw_err
memory_data_teach(struct memory_data *data, const struct lesson *lesson)
{
	enum pw_err err = PW_OK;

	if (lesson->number > 0) {
		struct node *node = (struct node *)table_touch(&data->nodes, lesson->node);

		if (node == NULL)
			return PW_ENOMEM;
		if (lesson->number <= node->number)
			return PW_OK;
		/* First: half a lesson is better than one that is learned twice. */
		node->number = lesson->number;
		table_trim(&data->nodes);
	}
	time_widen(&data->began_ms, &data->last_ms, lesson->time_ms);
	data->learned += lesson->old;
	if (lesson->surges || (!lesson->old && data->surge.since == 0))
		surge_add(&data->surge, lesson->time_ms / DAY_MS, lesson->surges);
	for (size_t i = 0; i < lesson->domain_count && err == PW_OK; i++)
		err = domain_teach(data, lesson, &lesson->domains[i]);
	for (size_t i = 0; i < lesson->template_count && err == PW_OK; i++)
		err = template_teach(data, lesson, &lesson->templates[i]);
	for (size_t i = 0; i < lesson->window_count && err == PW_OK; i++)
		err = window_teach(data, &lesson->windows[i]);
	if (err == PW_OK && lesson->campaign != NULL)
		err = memory_data_campaign(data, lesson->campaign, lesson->campaign_recipients,
		    lesson->campaign_recipient_count);
	for (size_t i = 0; i < lesson->part_count && err == PW_OK; i++)
		err = memory_data_campaign(data, &lesson->parts[i], NULL, 0);
	return err;
}

/* Whatever its node was called: a StateDir has one journal, and its numbers only rise. */
uint64_t
memory_data_number(const struct memory_data *data)
{
	uint64_t number = 0;

	for (const struct entry *entry = data->nodes.oldest; entry != NULL; entry = entry->younger)
		if (((const struct node *)entry)->number > number)
			number = ((const struct node *)entry)->number;
	return number;
}

enum pw_err
memory_data_say(struct memory_data *data, struct span name, enum word word, struct span note, int64_t until_ms,
    int64_t said_ms)
{
	struct domain	*domain = (struct domain *)table_touch(&data->domains, name);
	enum pw_err	 err;

	if (domain == NULL)
		return PW_ENOMEM;
	err = text_set(&domain->note, note);
	if (err != PW_OK)
		return err;
	domain->word = word;
	domain->until_ms = until_ms;
	domain->said_ms = said_ms;
	table_trim(&data->domains);
	return PW_OK;
}

enum pw_err
memory_data_campaign(struct memory_data *data, const struct store_campaign *added, const uint64_t *recipients, size_t count)
{
	struct campaign	*campaign = (struct campaign *)table_touch(&data->campaigns, added->id);
	uint64_t	 before = 0;
	enum pw_err	 err = PW_OK;

	if (campaign == NULL)
		return PW_ENOMEM;
	if (added->first_ms != 0)
		time_widen(&campaign->first_ms, &campaign->last_ms, added->first_ms);
	if (added->last_ms != 0)
		time_widen(&campaign->first_ms, &campaign->last_ms, added->last_ms);
	campaign->closed = campaign->closed || added->closed;
	if (added->note.len > 0)
		err = text_set(&campaign->note, added->note);
	if (added->part_of.len > 0 && err == PW_OK &&
	    (campaign->part_of.len == 0 || span_order(&added->part_of, &campaign->part_of) < 0)) {
		err = text_set(&campaign->part_why, added->part_why);
		if (err == PW_OK)
			err = text_set(&campaign->part_of, added->part_of);
	}
	for (size_t i = 0; i < added->host_count && err == PW_OK; i++)
		err = texts_add(&campaign->hosts, added->hosts[i], MOST_CAMPAIGN_TEXTS);
	for (size_t i = 0; i < added->sender_count && err == PW_OK; i++)
		err = texts_add(&campaign->senders, added->senders[i], MOST_CAMPAIGN_TEXTS);
	for (size_t i = 0; i < added->member_count && err == PW_OK; i++) {
		before += texts_have(&campaign->members, added->members[i]);
		err = texts_add(&campaign->members, added->members[i], MOST_CAMPAIGN_TEXTS);
	}
	/* One that it has is not counted again. */
	campaign->messages += added->messages > before ? added->messages - before : 0;
	for (size_t i = 0; i < count && err == PW_OK; i++)
		err = sketch_add(&campaign->recipients, recipients[i]);
	table_trim(&data->campaigns);
	return err;
}

static enum pw_err
domain_ask(const struct memory_data *data, struct span name, int64_t now_ms, struct arena *arena, struct standing *standing)
{
	const struct domain *domain = (const struct domain *)table_find(&data->domains, name);

	if (domain == NULL)
		return PW_OK;
	if (domain->word != WORD_NONE && (domain->until_ms == 0 || domain->until_ms > now_ms)) {
		standing->word = (enum word)domain->word;
		standing->until_ms = domain->until_ms;
		standing->note = arena_copy(arena, domain->note);
		if (standing->note.at == NULL)
			return PW_ENOMEM;
	}
	if (domain_is_over(domain, now_ms))
		return PW_OK;
	standing->campaign = arena_copy(arena, domain->campaign);
	if (standing->campaign.at == NULL)
		return PW_ENOMEM;
	standing->known = domain->tallies[TALLY_MESSAGES] > 0;
	standing->first_ms = domain->first_ms;
	standing->last_ms = domain->last_ms;
	standing->days = (uint32_t)__builtin_popcount(domain->days);
	standing->recipients = sketch_count(&domain->recipients);
	standing->templates = sketch_count(&domain->templates);
	for (unsigned i = 0; i < TALLIES; i++)
		*standing_tally(standing, (enum tally)i) = domain->tallies[i];
	return PW_OK;
}

static enum pw_err
template_ask(const struct memory_data *data, uint64_t digest, int64_t now_ms, struct arena *arena,
    struct store_template *answer)
{
	const struct template *template = (const struct template *)table_find(&data->templates, memory_key(&digest));

	if (template == NULL || is_over(template->last_ms, STORE_DAYS_OF_TEMPLATE, now_ms))
		return PW_OK;
	answer->traces = arena_array(arena, template->trace_count, sizeof(*answer->traces));
	if (answer->traces == NULL)
		return PW_ENOMEM;
	if (template->trace_count > 0)
		memcpy(answer->traces, template->traces, template->trace_count * sizeof(*answer->traces));
	answer->trace_count = template->trace_count;
	answer->messages = template->messages;
	answer->tokens = sketch_count(&template->tokens);
	answer->recipients = sketch_count(&template->recipients);
	return PW_OK;
}

static enum pw_err
window_ask(const struct memory_data *data, uint64_t key, int64_t since_ms, struct arena *arena, struct store_window *answer)
{
	const struct window *window = (const struct window *)table_find(&data->windows, memory_key(&key));

	answer->key = key;
	if (window == NULL)
		return PW_OK;
	answer->members = arena_array(arena, window->count, sizeof(*answer->members));
	if (answer->members == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < window->count; i++) {
		struct member *member = &answer->members[answer->count];

		if (window->members[i].time_ms < since_ms)
			continue;
		*member = window->members[i];
		member->text = arena_copy(arena, member->text);
		if (member->text.at == NULL)
			return PW_ENOMEM;
		answer->count++;
	}
	return PW_OK;
}

/* The youngest records are the last ones that were touched. */
static enum pw_err
parts_ask(const struct memory_data *data, struct arena *arena, struct store_answer *answer)
{
	size_t room = 0;

	for (const struct entry *e = data->campaigns.youngest; e != NULL && answer->part_count < STORE_MOST_PARTS; e = e->older) {
		const struct campaign	*campaign = (const struct campaign *)e;
		struct store_part	 part;

		if (campaign->part_of.len == 0)
			continue;
		part = (struct store_part){ arena_copy(arena, e->key), arena_copy(arena, campaign->part_of) };
		answer->parts = arena_grow(arena, answer->parts, answer->part_count, &room, sizeof(part));
		if (part.id.at == NULL || part.of.at == NULL || answer->parts == NULL)
			return PW_ENOMEM;
		answer->parts[answer->part_count++] = part;
	}
	return PW_OK;
}

enum pw_err
memory_data_ask(const struct memory_data *data, const struct store_question *question, struct arena *arena,
    struct store_answer *answer)
{
	enum pw_err err = PW_OK;

	*answer = (struct store_answer){
		.standings = arena_array(arena, question->domain_count, sizeof(*answer->standings)),
		.templates = arena_array(arena, question->template_count, sizeof(*answer->templates)),
		.windows = arena_array(arena, question->window_count, sizeof(*answer->windows)),
		.began_ms = data->began_ms, .last_ms = data->last_ms, .learned = data->learned,
		.surge = data->surge,
	};
	if (answer->standings == NULL || answer->templates == NULL || answer->windows == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < question->domain_count && err == PW_OK; i++)
		err = domain_ask(data, question->domains[i], question->now_ms, arena, &answer->standings[i]);
	for (size_t i = 0; i < question->template_count && err == PW_OK; i++)
		err = template_ask(data, question->templates[i], question->now_ms, arena, &answer->templates[i]);
	for (size_t i = 0; i < question->window_count && err == PW_OK; i++)
		err = window_ask(data, question->windows[i], question->now_ms - question->window_ms, arena,
		    &answer->windows[i]);
	return err == PW_OK && question->window_count > 0 ? parts_ask(data, arena, answer) : err;
}

static int
by_domain(const void *a, const void *b)
{
	const struct analyst_word *x = a, *y = b;

	return span_order(&x->domain, &y->domain);
}

enum pw_err
memory_data_words(const struct memory_data *data, struct arena *arena, struct analyst_word **words, size_t *count)
{
	size_t room = 0;

	*count = 0;
	*words = NULL;
	for (const struct entry *entry = data->domains.oldest; entry != NULL; entry = entry->younger) {
		const struct domain	*domain = (const struct domain *)entry;
		struct analyst_word	*grown;

		if (domain->word == WORD_NONE)
			continue;
		grown = arena_grow(arena, *words, *count, &room, sizeof(*grown));
		if (grown == NULL)
			return PW_ENOMEM;
		*words = grown;
		grown[*count] = (struct analyst_word){ .domain = arena_copy(arena, entry->key),
			.note = arena_copy(arena, domain->note), .word = (enum word)domain->word,
			.until_ms = domain->until_ms, .said_ms = domain->said_ms };
		if (grown[*count].domain.at == NULL || grown[*count].note.at == NULL)
			return PW_ENOMEM;
		++*count;
	}
	if (*count > 1)
		qsort(*words, *count, sizeof(**words), by_domain);
	return PW_OK;
}

static enum pw_err
texts_copy(const struct texts *texts, struct arena *arena, struct span **at, size_t *count)
{
	*at = arena_array(arena, texts->count, sizeof(**at));
	if (*at == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < texts->count; i++) {
		(*at)[i] = arena_copy(arena, texts->at[i]);
		if ((*at)[i].at == NULL)
			return PW_ENOMEM;
	}
	*count = texts->count;
	return PW_OK;
}

static enum pw_err
campaign_copy(const struct campaign *campaign, struct arena *arena, struct store_campaign *copy)
{
	enum pw_err err;

	*copy = (struct store_campaign){ .id = arena_copy(arena, campaign->entry.key), .first_ms = campaign->first_ms,
	    .last_ms = campaign->last_ms, .closed = campaign->closed, .messages = campaign->messages,
	    .note = arena_copy(arena, campaign->note), .part_of = arena_copy(arena, campaign->part_of),
	    .part_why = arena_copy(arena, campaign->part_why), .recipients = sketch_count(&campaign->recipients) };
	if (copy->id.at == NULL || copy->note.at == NULL || copy->part_of.at == NULL || copy->part_why.at == NULL)
		return PW_ENOMEM;
	err = texts_copy(&campaign->hosts, arena, &copy->hosts, &copy->host_count);
	if (err == PW_OK)
		err = texts_copy(&campaign->senders, arena, &copy->senders, &copy->sender_count);
	if (err == PW_OK)
		err = texts_copy(&campaign->members, arena, &copy->members, &copy->member_count);
	return err;
}

static int
younger_first(const void *a, const void *b)
{
	const struct campaign	*x = *(const struct campaign *const *)a, *y = *(const struct campaign *const *)b;
	struct span		 x_id = x->entry.key, y_id = y->entry.key;

	return x->first_ms != y->first_ms ? (x->first_ms < y->first_ms ? 1 : -1) : span_order(&y_id, &x_id);
}

enum pw_err
memory_data_campaigns(const struct memory_data *data, struct span id, size_t most, struct arena *arena,
    struct store_campaign **campaigns, size_t *count)
{
	const struct campaign	**all = arena_array(arena, data->campaigns.count, sizeof(*all));
	size_t			  found = 0;
	enum pw_err		  err = PW_OK;

	if (all == NULL)
		return PW_ENOMEM;
	for (const struct entry *entry = data->campaigns.oldest; entry != NULL; entry = entry->younger)
		if (id.len == 0 || span_eq(entry->key, id))
			all[found++] = (const struct campaign *)entry;
	qsort(all, found, sizeof(struct campaign *), younger_first);
	*count = found < most ? found : most;
	*campaigns = arena_array(arena, *count, sizeof(**campaigns));
	if (*campaigns == NULL)
		return PW_ENOMEM;
	for (size_t i = 0; i < *count && err == PW_OK; i++)
		err = campaign_copy(all[i], arena, &(*campaigns)[i]);
	return err;
}

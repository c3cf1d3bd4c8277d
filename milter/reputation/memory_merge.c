/* Two sets of records become one, as if all had been taught to the first; and the pieces of a record. */
#include "memory.h"

#include <stdlib.h>

#define MOST_NOTE_BYTES	1024u

enum pw_err
text_set(struct span *slot, struct span text)
{
	char *copy;

	text = span_cut(text, 0, MOST_NOTE_BYTES);
	if (span_eq(*slot, text))
		return PW_OK;
	copy = malloc(text.len + 1);
	if (copy == NULL)
		return PW_ENOMEM;
	if (text.len > 0)
		memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	free((char *)slot->at);
	*slot = (struct span){ copy, text.len };
	return PW_OK;
}

bool
texts_have(const struct texts *texts, struct span text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (span_eq(texts->at[i], text))
			return true;
	return false;
}

enum pw_err
texts_add(struct texts *texts, struct span text, size_t most)
{
	struct span copy = SPAN_NONE;

	if (texts->count >= most || texts_have(texts, text))
		return PW_OK;
	if (texts->count == texts->capacity) {
		size_t		 capacity = texts->capacity > 0 ? texts->capacity * 2 : 4;
		struct span	*larger = realloc(texts->at, capacity * sizeof(*larger));

		if (larger == NULL)
			return PW_ENOMEM;
		texts->at = larger;
		texts->capacity = capacity;
	}
	if (text_set(&copy, text) != PW_OK)
		return PW_ENOMEM;
	texts->at[texts->count++] = copy;
	return PW_OK;
}

void
texts_fini(struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free((char *)texts->at[i].at);
	free(texts->at);
	*texts = (struct texts){ 0 };
}

enum pw_err
trace_add(struct table *table, struct template *template, struct trace trace)
{
	size_t of_token = 0, of_message = 0;

	for (size_t i = 0; i < template->trace_count; i++) {
		const struct trace *before = &template->traces[i];

		if (before->token != trace.token)
			continue;
		if (before->message == trace.message && before->recipient == trace.recipient)
			return PW_OK;
		of_token++;
		of_message += before->message == trace.message;
	}
	if (of_token >= STORE_MOST_TRACES_OF_TOKEN || of_message >= STORE_MOST_TRACES_OF_MESSAGE)
		return PW_OK;
	if (template->trace_count == STORE_MOST_TRACES) {
		template->trace_count--;
		memmove(template->traces, template->traces + 1, template->trace_count * sizeof(trace));
	}
	if (template->trace_count == template->trace_capacity) {
		size_t		 capacity = template->trace_capacity > 0 ? template->trace_capacity * 2 : 2;
		struct trace	*larger = realloc(template->traces, capacity * sizeof(*larger));

		if (larger == NULL)
			return PW_ENOMEM;
		template->traces = larger;
		template->trace_capacity = capacity;
		table_cost(table, &template->entry, sizeof(*template) + capacity * sizeof(trace));
	}
	template->traces[template->trace_count++] = trace;
	return PW_OK;
}

/* Of the same moment: by the bytes of their digests, as Redis has them. */
static bool
is_behind(const struct member *one, const struct member *other)
{
	return one->time_ms != other->time_ms ? one->time_ms > other->time_ms :
	    memcmp(&one->message, &other->message, sizeof(one->message)) > 0;
}

/* By time: old mail may come in any order. What is older than all of a full window is not kept. */
enum pw_err
member_add(struct table *table, struct window *window, const struct member *member)
{
	struct member	copy = *member;
	size_t		at = window->count;

	for (size_t i = 0; i < window->count; i++)
		if (window->members[i].message == member->message)
			return text_set(&window->members[i].text, member->text);
	while (at > 0 && is_behind(&window->members[at - 1], member))
		at--;
	if (at == 0 && window->count == STORE_MOST_MEMBERS)
		return PW_OK;
	if (window->count == window->capacity) {
		size_t		 capacity = window->capacity > 0 ? window->capacity * 2 : 2;
		struct member	*larger = realloc(window->members, capacity * sizeof(*larger));

		if (larger == NULL)
			return PW_ENOMEM;
		window->members = larger;
		window->capacity = capacity;
	}
	copy.text = SPAN_NONE;
	if (text_set(&copy.text, member->text) != PW_OK)
		return PW_ENOMEM;
	if (window->last_ms < copy.time_ms)
		window->last_ms = copy.time_ms;
	if (window->count == STORE_MOST_MEMBERS) {
		free((char *)window->members[0].text.at);
		memmove(window->members, window->members + 1, --at * sizeof(copy));
		window->members[at] = copy;
		return PW_OK;
	}
	memmove(window->members + at + 1, window->members + at, (window->count - at) * sizeof(copy));
	window->members[at] = copy;
	window->count++;
	/* Texts are at most about as long as these. */
	table_cost(table, &window->entry, sizeof(*window) + window->capacity * (sizeof(copy) + copy.text.len));
	return PW_OK;
}

static void
time_merge(int64_t *first_ms, int64_t *last_ms, int64_t from_first_ms, int64_t from_last_ms)
{
	if (*first_ms == 0 || (from_first_ms != 0 && from_first_ms < *first_ms))
		*first_ms = from_first_ms;
	if (from_last_ms > *last_ms)
		*last_ms = from_last_ms;
}

static enum pw_err
domain_merge(struct memory_data *data, struct domain *from)
{
	struct domain	*to = (struct domain *)table_touch(&data->domains, from->entry.key);
	enum pw_err	 err;

	if (to == NULL)
		return PW_ENOMEM;
	time_merge(&to->first_ms, &to->last_ms, from->first_ms, from->last_ms);
	if (from->said_ms != 0 && from->said_ms >= to->said_ms) {
		to->word = from->word;
		to->said_ms = from->said_ms;
		to->until_ms = from->until_ms;
		err = text_set(&to->note, from->note);
		if (err != PW_OK)
			return err;
	}
	to->days |= from->days;
	for (unsigned i = 0; i < TALLIES; i++)
		to->tallies[i] += from->tallies[i];
	if (from->campaign.len > 0 && text_set(&to->campaign, from->campaign) != PW_OK)
		return PW_ENOMEM;
	if (to->minted < from->minted)
		to->minted = from->minted;
	if (to->minting_ms < from->minting_ms)
		to->minting_ms = from->minting_ms;
	err = sketch_merge(&to->recipients, &from->recipients);
	return err == PW_OK ? sketch_merge(&to->templates, &from->templates) : err;
}

static enum pw_err
template_merge(struct memory_data *data, struct template *from)
{
	struct template	*to = (struct template *)table_touch(&data->templates, from->entry.key);
	enum pw_err	 err;

	if (to == NULL)
		return PW_ENOMEM;
	if (to->last_ms < from->last_ms)
		to->last_ms = from->last_ms;
	to->messages += from->messages;
	to->last_message = from->last_message;
	err = sketch_merge(&to->tokens, &from->tokens);
	if (err == PW_OK)
		err = sketch_merge(&to->recipients, &from->recipients);
	for (size_t i = 0; i < from->trace_count && err == PW_OK; i++)
		err = trace_add(&data->templates, to, from->traces[i]);
	return err;
}

static enum pw_err
window_merge(struct memory_data *data, struct window *from)
{
	struct window	*to = (struct window *)table_touch(&data->windows, from->entry.key);
	enum pw_err	 err = to != NULL ? PW_OK : PW_ENOMEM;

	for (size_t i = 0; i < from->count && err == PW_OK; i++)
		err = member_add(&data->windows, to, &from->members[i]);
	return err;
}

static enum pw_err
campaign_merge(struct memory_data *data, struct campaign *from)
{
	struct store_campaign	 added = { .id = from->entry.key, .first_ms = from->first_ms, .last_ms = from->last_ms,
				    .closed = from->closed, .messages = from->messages, .note = from->note,
				    .part_of = from->part_of, .part_why = from->part_why,
				    .hosts = from->hosts.at, .host_count = from->hosts.count,
				    .senders = from->senders.at, .sender_count = from->senders.count,
				    .members = from->members.at, .member_count = from->members.count };
	struct campaign		*to;
	enum pw_err		 err = memory_data_campaign(data, &added, NULL, 0);

	if (err != PW_OK)
		return err;
	to = (struct campaign *)table_find(&data->campaigns, from->entry.key);
	return to != NULL ? sketch_merge(&to->recipients, &from->recipients) : PW_OK;
}

static enum pw_err
node_merge(struct memory_data *data, const struct node *from)
{
	struct node *to = (struct node *)table_touch(&data->nodes, from->entry.key);

	if (to == NULL)
		return PW_ENOMEM;
	if (to->number < from->number)
		to->number = from->number;
	return PW_OK;
}

enum pw_err
memory_data_merge(struct memory_data *data, struct memory_data *from)
{
	enum pw_err	err = PW_OK;

	time_merge(&data->began_ms, &data->last_ms, from->began_ms, from->last_ms);
	data->learned += from->learned;
	surge_merge(&data->surge, &from->surge);
	for (struct entry *e = from->domains.oldest; e != NULL && err == PW_OK; e = e->younger)
		err = domain_merge(data, (struct domain *)e);
	for (struct entry *e = from->templates.oldest; e != NULL && err == PW_OK; e = e->younger)
		err = template_merge(data, (struct template *)e);
	for (struct entry *e = from->windows.oldest; e != NULL && err == PW_OK; e = e->younger)
		err = window_merge(data, (struct window *)e);
	for (struct entry *e = from->campaigns.oldest; e != NULL && err == PW_OK; e = e->younger)
		err = campaign_merge(data, (struct campaign *)e);
	for (struct entry *e = from->nodes.oldest; e != NULL && err == PW_OK; e = e->younger)
		err = node_merge(data, (struct node *)e);
	table_trim(&data->domains);
	table_trim(&data->templates);
	table_trim(&data->windows);
	return err;
}

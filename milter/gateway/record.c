#include <pixelward/gateway/record.h>

#include <pixelward/reputation/reputation.h>

/* Of a message that nobody could read: whom it was for and where it came from. */
static struct sighting *
envelope_of(const struct message *message, struct arena *arena)
{
	struct sighting			*sighting = arena_alloc(arena, sizeof(*sighting));
	size_t				 count = message->recipient_count < SIGHTING_MOST_RECIPIENTS ?
					    message->recipient_count : SIGHTING_MOST_RECIPIENTS;
	struct sighting_recipient	*recipients = arena_array(arena, count, sizeof(*recipients));

	if (sighting == NULL || recipients == NULL)
		return NULL;
	*sighting = (struct sighting){
		.time_ms = message->arrived_ms, .queue_id = message->queue_id, .client_address = message->client_address,
		.helo = message->helo, .envelope_sender = message->envelope_sender, .recipients = recipients,
		.recipient_count = count, .recipients_in_all = message->recipient_count,
		.flags = message->internal || message->authenticated ? SIGHTING_INTERNAL : 0,
		.bytes = (uint32_t)message->raw.len,
	};
	for (size_t i = 0; i < count; i++)
		recipients[i] = (struct sighting_recipient){ .mailbox = message->recipients[i] };
	return sighting;
}

/* Would opening what its recipients get contact somebody? */
static enum exposure
exposure_of(const struct sighting *sighting, const struct options *options, const struct outcome *outcome)
{
	enum action	action = outcome->verdict.action;
	bool		live = false;

	if (options->mode == MODE_ENFORCE && (action == ACTION_REJECT || action == ACTION_TEMPFAIL))
		return EXPOSURE_NONE;
	if (outcome->dissection == NULL || outcome->failure != PW_OK || outcome->dissection->failure != PW_OK)
		return EXPOSURE_UNKNOWN;
	if ((sighting->flags & SIGHTING_REMOTE) == 0)
		return EXPOSURE_NONE;
	if (options->mode != MODE_ENFORCE)
		return EXPOSURE_LIVE;
	for (size_t i = 0; i < sighting->host_count; i++)
		live = live || (sighting->hosts[i].appearance & APPEARS_LIVE) != 0;
	return live || sighting->hosts_in_all > sighting->host_count ? EXPOSURE_LIVE : EXPOSURE_INERT;
}

struct sighting *
record_of(const struct message *message, const struct options *options, const struct outcome *outcome,
    struct arena *arena)
{
	const struct verdict	*verdict = &outcome->verdict;
	struct sighting		*sighting = verdict->sighting != NULL ? verdict->sighting : envelope_of(message, arena);

	if (sighting == NULL)
		return NULL;
	sighting->action = verdict->action;
	sighting->mode = options->mode;
	sighting->failure = outcome->failure;
	sighting->exposure = exposure_of(sighting, options, outcome);
	sighting->cpu_us = outcome->cpu_us < UINT32_MAX ? (uint32_t)outcome->cpu_us : UINT32_MAX;
	sighting->rules = verdict->rules;
	sighting->rule_count = verdict->rule_count;
	if (verdict->knowledge != NULL)
		reputation_mark(sighting, verdict->knowledge);
	return sighting;
}

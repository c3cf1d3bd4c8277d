#include <pixelward/base/clock.h>
#include <pixelward/judge/judge.h>

#include "decide.h"
#include "hearing.h"
#include "notice.h"
#include "rules/element.h"
#include "sighting.h"
#include "signature.h"
#include "weigh.h"

/* --- who is asked --- */

static const struct list_set no_lists;

static const struct list_set *
lists_of(const struct hearing *hearing)
{
	return hearing->policy != NULL ? &hearing->policy->lists : &no_lists;
}

/* What lists say of each reference, and the message would contact of it: before anybody is asked what is known of it. */
static bool
ask_lists(struct hearing *hearing)
{
	const struct dissection *d = hearing->d;

	hearing->listings = arena_array(hearing->arena, d->references.count, sizeof(*hearing->listings));
	indicators_init(&hearing->indicators, &hearing->opinion, lists_of(hearing), d, &hearing->evidence.regexes);
	hearing->indicated = indicators_of_sender(&hearing->indicators, hearing->message);
	for (uint32_t i = 0; hearing->listings != NULL && i < d->references.count && !hearing->opinion.no_memory; i++) {
		struct listing	*listing = &hearing->listings[i];
		struct grounds	 grounds = { .count = 0 };
		bool		 holds = false;

		listing->listed = indicators_of_reference(&hearing->indicators, hearing_reference(hearing, i), &grounds, &holds);
		hearing->indicated = hearing->indicated || holds;
		if (listing->listed && element_is_of_scope(hearing_reference(hearing, i), SCOPE_REFERENCE))
			sighting_list(hearing->opinion.verdict->sighting, i, holds);
		if (grounds.count == 0)
			continue;
		struct grounds *copy = arena_alloc(hearing->arena, sizeof(*copy));
		if (copy == NULL)
			return false;
		*copy = grounds;
		listing->grounds = copy;
	}
	return hearing->listings != NULL;
}

/* What is known of whom the message would contact. */
static bool
remember(struct hearing *hearing, struct reputation *reputation)
{
	struct evidence	*evidence = &hearing->evidence;
	struct verdict	*verdict = hearing->opinion.verdict;

	evidence->sighting = verdict->sighting = sighting_of(evidence);
	if (verdict->sighting == NULL || !ask_lists(hearing))
		return false;
	if (reputation != NULL && reputation_look(reputation, hearing->options, verdict->sighting, hearing->arena,
	    &verdict->knowledge) != PW_OK)
		return false;
	evidence->knowledge = verdict->knowledge;
	return true;
}

/* Old mail is judged by the rules as they were in force in its time. */
static int64_t
today_of(const struct message *message)
{
	return message->arrived_ms > 0 ? message->arrived_ms / DAY_MS : rule_set_today();
}

static bool
ask_rules(struct hearing *hearing)
{
	const struct policy *policy = hearing->policy;

	if (policy == NULL || policy->rules->count == 0)
		return true;
	return rule_set_judge(policy->rules, &policy->lists, &hearing->evidence, today_of(hearing->message), &hearing->ruling);
}

/* --- the verdict --- */

static enum action
action_of(struct hearing *hearing)
{
	const struct verdict *verdict = hearing->opinion.verdict;

	/* A deferral would let the sender try again; what a list knows need not wait for a better moment. */
	if (verdict->reply.len > 0)
		return ACTION_REJECT;
	if (verdict->mailbox.len > 0)
		return ACTION_REDIRECT;
	if (hearing->indicated)
		return ACTION_HOLD;
	if (hearing->defers)
		return ACTION_TEMPFAIL;
	if (hearing->holds)
		return ACTION_HOLD;
	if (verdict_edits(verdict))
		return ACTION_NEUTRALISE;
	return hearing->signed_kept > 0 || verdict->tag ? ACTION_TAG : ACTION_DELIVER;
}

static void
sum_up(struct hearing *hearing)
{
	struct opinion	*opinion = &hearing->opinion;
	struct verdict	*verdict = opinion->verdict;

	if (hearing->signed_kept > 0) {
		opinion_rule(opinion, SPAN("builtin.signed"));
		opinion_reason(opinion, arena_printf(hearing->arena, "%zu references stay live in signed content "
		    "(OnSignedLive tag)", hearing->signed_kept));
	}
	if (verdict->strip_count > 0)
		opinion_reason(opinion, arena_printf(hearing->arena, "%zu of %zu references are to be made inert",
		    verdict->strip_count, verdict->decision_count));
	if (verdict->proxy_count > 0)
		opinion_reason(opinion, arena_printf(hearing->arena, "%zu of %zu references are to come through the picture proxy",
		    verdict->proxy_count, verdict->decision_count));
	notice_place(hearing);
	if (verdict->notice.len > 0)
		opinion_reason(opinion, SPAN("readers are told at the begin of the mail"));
	if (verdict->reason_count == 0)
		opinion_reason(opinion, SPAN("nothing is to be made inert"));
	verdict->action = action_of(hearing);
}

enum pw_err
judge(const struct message *message, const struct dissection *d, const struct options *options,
    const struct policy *policy, struct reputation *reputation, struct arena *arena, struct verdict *verdict)
{
	struct hearing hearing = { .message = message, .d = d, .options = options, .policy = policy, .arena = arena,
	    .opinion = { .arena = arena, .verdict = verdict } };

	*verdict = (struct verdict){ .action = ACTION_DELIVER, .decision_count = d->references.count };
	verdict->decisions = arena_array(arena, verdict->decision_count, sizeof(*verdict->decisions));
	evidence_init(&hearing.evidence, message, d, policy != NULL ? &policy->groups : NULL,
	    policy != NULL ? policy->watched : 0, arena);
	hearing.evidence.verifiers = &options->trusted_authserv_ids;
	if (verdict->decisions == NULL || !signature_find(&hearing) || !remember(&hearing, reputation) || !ask_rules(&hearing))
		return PW_ENOMEM;
	weigh_failures(&hearing);
	weigh_rules(&hearing);
	weigh_campaign(&hearing);
	for (uint32_t i = 0; i < verdict->decision_count && !hearing.opinion.no_memory; i++)
		decide(&hearing, i, &verdict->decisions[i]);
	sum_up(&hearing);
	return hearing.opinion.no_memory ? PW_ENOMEM : PW_OK;
}

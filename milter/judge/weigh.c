#include "weigh.h"

/* --- failures --- */

static void
weigh_failure(struct hearing *hearing, enum on_failure fate, const char *option, struct span rule, struct span what)
{
	static const char *const words[] = { [ON_HOLD] = "hold", [ON_TEMPFAIL] = "tempfail", [ON_ACCEPT] = "accept" };

	opinion_rule(&hearing->opinion, rule);
	opinion_reason(&hearing->opinion, arena_printf(hearing->arena, "%.*s (%s %s)", SPAN_ARG(what), option,
	    words[fate]));
	hearing->holds = hearing->holds || fate == ON_HOLD;
	hearing->defers = hearing->defers || fate == ON_TEMPFAIL;
}

void
weigh_failures(struct hearing *hearing)
{
	const struct dissection	*d = hearing->d;
	enum pw_err		 failure = (enum pw_err)d->failure;
	struct span		 where = dissection_text(d, d->failure_text);

	if (d->limit != LIMIT_NONE)
		weigh_failure(hearing, hearing->options->on_limit, "OnLimit", SPAN("builtin.limit"),
		    arena_printf(hearing->arena, "limit %s exceeded", limit_name((enum limit)d->limit)));
	if (failure == PW_OK || (failure == PW_ELIMIT && d->limit != LIMIT_NONE))
		return;
	struct span what = arena_printf(hearing->arena, "%s%s%.*s", pw_strerror(failure), where.len > 0 ? ": " : "",
	    SPAN_ARG(where));
	if (failure == PW_ELIMIT)
		weigh_failure(hearing, hearing->options->on_limit, "OnLimit", SPAN("builtin.limit"), what);
	else if (pw_fate(failure) == MAIL_HELD)
		weigh_failure(hearing, hearing->options->on_poison, "OnPoison", SPAN("builtin.poison"), what);
	else {
		opinion_reason(&hearing->opinion, what);
		hearing->defers = hearing->defers || pw_fate(failure) == MAIL_DEFERRED;
	}
}

/* --- rule files --- */

#define MOST_DEGRADED_NOTED	8

/* What a rule in force asks for the message. What it strips, the references' grounds tell. */
static void
weigh_rule(struct hearing *hearing, const struct rule *rule)
{
	struct opinion	*opinion = &hearing->opinion;
	bool		 holds = rule->hold == HOLD_ALWAYS ||
			    (rule->hold == HOLD_WATCHED && evidence_watched(&hearing->evidence) == WATCHED_ALL);

	opinion_rule(opinion, rule->name);
	if (holds || rule->tag || rule->hold == HOLD_WATCHED || rule->reject.len + rule->redirect.len + rule->copy.len > 0)
		opinion_reason(opinion, arena_printf(hearing->arena, "rule %.*s: %.*s%s", SPAN_ARG(rule->name),
		    SPAN_ARG(rule->title), rule->hold == HOLD_WATCHED && !holds ?
		    " (not held: not every recipient is watched)" : ""));
	if (rule->reject.len > 0 && opinion->verdict->reply.len == 0)
		opinion->verdict->reply = arena_copy(hearing->arena, rule->reject);
	if (rule->redirect.len > 0 && opinion->verdict->mailbox.len == 0)
		opinion->verdict->mailbox = arena_copy(hearing->arena, rule->redirect);
	if (rule->copy.len > 0)
		opinion_copy(opinion, rule->copy);
	if (rule->notices && opinion->verdict->notice.len == 0)
		opinion->verdict->notice = arena_copy(hearing->arena,
		    rule->notice.len > 0 ? rule->notice : span_of(hearing->options->notice_text));
	hearing->holds = hearing->holds || holds;
	if (hearing->signs[rule->sign] == NULL)
		hearing->signs[rule->sign] = rule;
	opinion->verdict->tag = opinion->verdict->tag || rule->tag || rule->hold == HOLD_WATCHED;
}

/* Rules that ask a list past its expiry: what they say, and what they do not, is worth less. */
static void
note_degraded(struct hearing *hearing)
{
	const struct rule_set *set = hearing->policy != NULL ? hearing->policy->rules : NULL;

	for (size_t i = 0, noted = 0; set != NULL && i < set->count && noted < MOST_DEGRADED_NOTED; i++) {
		const struct rule *rule = &set->rules[i];

		if (rule->degraded == NULL || (rule->status != RULE_SHADOW && rule->status != RULE_ENFORCE) ||
		    (rule->acting != SCOPE_MESSAGE && hearing->d->references.count == 0))
			continue;
		opinion_note(&hearing->opinion, arena_printf(hearing->arena, "degraded.%.*s (the list %s is past its expiry)",
		    SPAN_ARG(rule->name), rule->degraded));
		noted++;
	}
}

/* One sign is in many a newsletter; two that have nothing to do with each other hold the mail. */
static void
weigh_signs(struct hearing *hearing)
{
	const struct rule *first = NULL;

	for (size_t i = SIGN_NONE + 1; i < NITEMS(hearing->signs); i++) {
		const struct rule *rule = hearing->signs[i];

		if (rule != NULL && first != NULL) {
			opinion_rule(&hearing->opinion, SPAN("builtin.two-signs"));
			opinion_reason(&hearing->opinion, arena_printf(hearing->arena, "two signs of different kinds: %s (%.*s) "
			    "and %s (%.*s)", rule_sign_names[first->sign], SPAN_ARG(first->name),
			    rule_sign_names[rule->sign], SPAN_ARG(rule->name)));
			hearing->holds = true;
			return;
		}
		first = first != NULL ? first : rule;
	}
}

void
weigh_rules(struct hearing *hearing)
{
	struct opinion *opinion = &hearing->opinion;

	note_degraded(hearing);
	for (const struct meeting *meeting = hearing->ruling.met; meeting != NULL; meeting = meeting->next) {
		const struct rule *rule = meeting->rule;

		if (meeting->failure != NULL)
			opinion_note(opinion, arena_printf(hearing->arena, "failed.%.*s (%s)", SPAN_ARG(rule->name),
			    meeting->failure));
		if (meeting->matched && rule->status == RULE_SHADOW)
			opinion_note(opinion, arena_printf(hearing->arena, "shadow.%.*s", SPAN_ARG(rule->name)));
		else if (meeting->matched && !rule->exempts)
			weigh_rule(hearing, rule);
	}
	weigh_signs(hearing);
}

/* --- campaigns --- */

void
weigh_campaign(struct hearing *hearing)
{
	const struct campaign_sign	*sign = hearing_campaign(hearing);
	enum on_campaign		 fate = hearing->options->on_campaign;

	if (sign == NULL)
		return;
	opinion_rule(&hearing->opinion, SPAN("builtin.campaign"));
	opinion_reason(&hearing->opinion, arena_printf(hearing->arena, "%s the campaign %.*s%s%.*s",
	    sign->trips ? "it makes visible" : "it belongs to", SPAN_ARG(sign->id), sign->reason_count > 0 ? ": " : "",
	    SPAN_ARG(sign->reason_count > 0 ? sign->reasons[0] : SPAN_NONE)));
	hearing->opinion.verdict->tag = true;
	if (sign->suspects != 0 && (fate == CAMPAIGN_HOLD || (fate == CAMPAIGN_WATCHED &&
	    evidence_watched(&hearing->evidence) == WATCHED_ALL)))
		hearing->holds = true;
}

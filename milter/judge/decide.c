#include "decide.h"

#include "builtin.h"
#include "kind.h"
#include "rules/element.h"
#include "sighting.h"
#include "signature.h"

/* What rule files say; true: they strip it. */
static bool
rules_hit(struct hearing *hearing, uint32_t index, struct grounds *grounds)
{
	const struct strip_hit *hit = hearing->ruling.strips != NULL ? hearing->ruling.strips[index] : NULL;

	for (; hit != NULL; hit = hit->next)
		ground_add(&hearing->opinion, grounds, arena_printf(hearing->arena, "rule %.*s: %.*s",
		    SPAN_ARG(hit->rule->name), SPAN_ARG(hit->rule->title)));
	return ruling_strips(&hearing->ruling, index);
}

/* --- the site's picture proxy --- */

static const struct image_proxy *
proxy_of(const struct hearing *hearing)
{
	return hearing->policy != NULL && image_proxy_is_there(&hearing->policy->proxy) ? &hearing->policy->proxy : NULL;
}

/* A mail that passes twice: what comes through the proxy does so already. */
static bool
comes_through_proxy(struct hearing *hearing, uint32_t index)
{
	const struct image_proxy *proxy = proxy_of(hearing);

	return proxy != NULL && image_proxy_made(proxy, dissection_text(hearing->d, hearing_reference(hearing, index)->url),
	    hearing->arena);
}

/* What stands in the URL's place; empty: nothing can, or no rule wants it. */
static struct span
proxied_url(struct hearing *hearing, uint32_t index)
{
	struct span proxied;

	if (proxy_of(hearing) == NULL || !ruling_proxies(&hearing->ruling, index))
		return SPAN_NONE;
	proxied = image_proxy_url(proxy_of(hearing), dissection_text(hearing->d, hearing_reference(hearing, index)->url),
	    hearing->arena);
	if (proxied.at == NULL)
		hearing->opinion.no_memory = true;
	/* A longer one could not be shown to be the proxy's. */
	return proxied.len <= hearing->options->limits.url_bytes ? proxied : SPAN_NONE;
}

/* --- all that speaks against a live reference --- */

enum fate { FATE_KEEP, FATE_PROXY, FATE_STRIP };

/* Grounds and rules are noted; excuse: why it stays despite some of it; proxied: what the proxy makes of its URL. */
static enum fate
fate_of(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *excuse, struct span *proxied)
{
	struct builtin_word word;

	if (comes_through_proxy(hearing, index)) {
		*excuse = SPAN("it comes through the site's picture proxy");
		return FATE_KEEP;
	}
	word = builtin_weigh(hearing, index, grounds, excuse);
	*proxied = proxied_url(hearing, index);
	if (rules_hit(hearing, index, grounds) || word.strip)
		return FATE_STRIP;
	if (proxied->len > 0)
		return FATE_PROXY;
	return word.elsewhere || ruling_proxies(&hearing->ruling, index) ? FATE_STRIP : FATE_KEEP;
}

/* What OnSignedLive makes of a reference that is to be stripped. */
static bool
strip_despite_signature(struct hearing *hearing, struct grounds *grounds)
{
	switch (hearing->options->on_signed_live) {
	case SIGNED_REWRITE:
		break;
	case SIGNED_TAG:
		ground_add(&hearing->opinion, grounds, SPAN("kept: signed content stays as it is (OnSignedLive tag)"));
		hearing->signed_kept++;
		return false;
	case SIGNED_HOLD:
		opinion_rule(&hearing->opinion, SPAN("builtin.signed"));
		opinion_reason(&hearing->opinion, SPAN("signed content would contact somebody (OnSignedLive hold)"));
		hearing->holds = true;
		break;
	}
	return true;
}

static struct span
why_kept(const struct reference *reference, bool live, struct span excuse)
{
	const struct kind *kind = kind_of(reference);

	if (!live)
		return SPAN("contacts nobody");
	if (reference->trigger == TRIGGER_CLICK)
		return kind->shows == SHOWS_ASKS ? kind->kept : SPAN("a link is followed only on a click");
	return excuse.at != NULL ? excuse : kind->kept;
}

/* --- receipts --- */

/* Watched groups of all recipients: they share one message, and what is stripped for one is stripped for all. */
static groups
watched_groups(struct hearing *hearing)
{
	const struct message	*message = hearing->message;
	const struct policy	*policy = hearing->policy;

	for (size_t i = 0; policy != NULL && !hearing->watched_known && i < message->recipient_count; i++)
		hearing->watched |= group_set_of(&policy->groups, message->recipients[i]) & policy->watched;
	hearing->watched_known = true;
	return hearing->watched;
}

/* What ReadReceipts makes of a request for one: true, and why it is not kept. */
static bool
is_unwanted_receipt(struct hearing *hearing, struct grounds *grounds)
{
	struct opinion	*opinion = &hearing->opinion;
	groups		 watched;

	switch (hearing->options->read_receipts) {
	case RECEIPTS_WATCHED:
		watched = watched_groups(hearing);
		if (watched == 0)
			return false;
		/* The group's name alone: reasons stand in logs, where nobody's address belongs. */
		ground_add(opinion, grounds, arena_printf(hearing->arena, "no read receipts of recipients in the group %s "
		    "(ReadReceipts watched)", group_set_name(&hearing->policy->groups, watched)));
		break;
	case RECEIPTS_KEEP:
		return false;
	case RECEIPTS_STRIP:
		ground_add(opinion, grounds, SPAN("read receipts are not sent (ReadReceipts strip)"));
		break;
	}
	opinion_rule(opinion, SPAN("builtin.receipt"));
	return true;
}

/* --- one reference --- */

void
decide(struct hearing *hearing, uint32_t index, struct decision *decision)
{
	const struct reference	*reference = hearing_reference(hearing, index);
	struct opinion		*opinion = &hearing->opinion;
	const struct listing	*listing = &hearing->listings[index];
	struct grounds		 grounds = { .count = 0 };
	struct span		 excuse = SPAN_NONE;
	bool			 live = (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0;
	bool			 listed = listing->listed;
	bool			 wanted = false, strip = false;
	struct span		 proxied = SPAN_NONE;

	for (size_t i = 0; listing->grounds != NULL && i < listing->grounds->count; i++)
		ground_add(opinion, &grounds, listing->grounds->at[i]);
	if (live && reference->kind == REFERENCE_RECEIPT &&
	    (is_unwanted_receipt(hearing, &grounds) || rules_hit(hearing, index, &grounds)))
		wanted = strip = true;
	else if (live && reference->kind == REFERENCE_PING) {
		ground_add(opinion, &grounds, SPAN("a ping does nothing for who follows the link"));
		opinion_rule(opinion, SPAN("builtin.ping"));
		wanted = strip = true;
	} else if (live && reference->trigger != TRIGGER_CLICK && kind_of(reference)->shows != SHOWS_ASKS) {
		enum fate fate = fate_of(hearing, index, &grounds, &excuse, &proxied);

		wanted = fate != FATE_KEEP || listed;
		/* No signature excuses a listed host. */
		strip = wanted && (listed || !signature_covers(hearing, reference) ||
		    strip_despite_signature(hearing, &grounds));
		if (strip && fate == FATE_PROXY && !listed) {
			decision->proxied = proxied;
			strip = false;
		}
	}
	if (!wanted)
		ground_add(opinion, &grounds, why_kept(reference, live, excuse));
	decision_set(opinion, decision, strip, &grounds);
	if (element_is_of_scope(reference, SCOPE_REFERENCE))
		sighting_decide(hearing->opinion.verdict->sighting, index, live, strip || decision->proxied.len > 0);
}

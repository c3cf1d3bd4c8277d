#include <pixelward/base/clock.h>
#include <pixelward/judge/judge.h>
#include <pixelward/reputation/reputation.h>

#include "hidden.h"
#include "indicator.h"
#include "kind.h"
#include "opinion.h"
#include "policy.h"
#include "rules/element.h"
#include "rules/evidence.h"
#include "rules/rule_set.h"
#include "shape.h"
#include "sighting.h"

/* What lists say of a reference. */
struct listing {
	bool			 listed;
	const struct grounds	*grounds;	/* NULL: none */
};

/* One message before the judge. */
struct hearing {
	const struct message	*message;
	const struct dissection	*d;
	const struct options	*options;
	const struct policy	*policy;
	struct arena		*arena;
	struct opinion		 opinion;
	struct indicators	 indicators;
	struct listing		*listings;	/* of each reference */
	struct evidence		 evidence;
	struct ruling		 ruling;	/* of the rule files; all empty without a policy */
	bool			*is_covered;	/* of each part: a signature stands around it */
	groups			 watched;	/* watched groups that a recipient is in */
	bool			 watched_known;
	bool			 indicated;	/* a list asks to hold the message */
	bool			 holds, defers;	/* limits, failures and signatures ask for it */
	const struct rule	*signs[SIGN_CAMPAIGN + 1];	/* the first rule that is a sign of each kind */
	size_t			 signed_kept;
};

static const struct list_set no_lists;

static const struct list_set *
lists_of(const struct hearing *hearing)
{
	return hearing->policy != NULL ? &hearing->policy->lists : &no_lists;
}

/* --- signatures --- */

static const char *const enveloping_types[] = { "application/pkcs7-mime", "application/x-pkcs7-mime" };

static bool
is_enveloped(const struct dissection *d, const struct part *part)
{
	for (size_t i = 0; i < NITEMS(enveloping_types); i++)
		if (span_is(dissection_text(d, part->type), enveloping_types[i]))
			return true;
	return false;
}

/* Parents come before their children, so one pass will do. */
static bool
find_covered(struct hearing *hearing)
{
	const struct dissection	*d = hearing->d;
	const struct part	*parts = dissection_parts(d);

	hearing->is_covered = arena_array(hearing->arena, d->parts.count, sizeof(*hearing->is_covered));
	if (hearing->is_covered == NULL)
		return false;
	for (uint32_t i = 0; i < d->parts.count; i++) {
		uint32_t parent = parts[i].parent;

		if (parent < i)
			hearing->is_covered[i] = hearing->is_covered[parent] || is_enveloped(d, &parts[parent]) ||
			    span_eq_nocase(dissection_text(d, parts[parent].type), SPAN("multipart/signed"));
	}
	return true;
}

/* A part's own header is not covered by what the part signs. */
static bool
is_signed(const struct hearing *hearing, const struct reference *reference)
{
	const struct document	*document = &dissection_documents(hearing->d)[reference->document];
	const struct part	*part = &dissection_parts(hearing->d)[document->part];

	return hearing->is_covered[document->part] ||
	    (document->kind != DOCUMENT_HEADER && is_enveloped(hearing->d, part));
}

/* --- what makes a tracker --- */

/* Rules of thumb that need no file: each says whether it speaks against a live reference, and why. */
typedef bool	speaks(struct hearing *, uint32_t index, struct grounds *, struct span *spacer);

static const struct reference *
reference_at(const struct hearing *hearing, uint32_t index)
{
	return &dissection_references(hearing->d)[index];
}

static bool
carries_token(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	struct opinion		*opinion = &hearing->opinion;
	const struct token	*token = evidence_token(&hearing->evidence, index);

	(void)spacer;
	if (token == NULL) {
		opinion->no_memory = true;
		return false;
	}
	if (token->unread)
		ground_add(opinion, grounds, SPAN("too much URL text to look for recipients in all of it"));
	if (token->found)
		ground_add(opinion, grounds, arena_printf(hearing->arena, "the URL carries the recipient's %s (%s%s%s)",
		    token->local ? "local part" : "address", token->form, token->inside != NULL ? " in " : "",
		    token->inside != NULL ? token->inside : ""));
	return token->found || token->unread;
}

static bool
is_invisible(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	struct opinion	*opinion = &hearing->opinion;
	struct grounds	 found = { .count = 0 };

	if (!hidden_grounds(opinion, reference_at(hearing, index), &found))
		return false;
	*spacer = evidence_spacer(&hearing->evidence, index);
	if (hearing->evidence.no_memory)
		opinion->no_memory = true;
	if (spacer->at != NULL)
		return false;
	for (size_t i = 0; i < found.count; i++)
		ground_add(opinion, grounds, found.at[i]);
	return true;
}

/* A style sheet or a font shows nothing of its own that a text could not do without: opaque is enough. */
static bool
is_opaque_look(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	const struct kind	*kind = kind_of(reference_at(hearing, index));
	struct url_pieces	 pieces = url_pieces_of(hearing->d, reference_at(hearing, index));

	(void)spacer;
	if (kind->shows != SHOWS_LOOK || !shape_has_opaque_token(&pieces))
		return false;
	ground_add(&hearing->opinion, grounds, arena_printf(hearing->arena, "the %s's URL carries an opaque token",
	    kind->noun));
	return true;
}

static bool
is_at_edge(const struct reference *reference)
{
	return (reference->flags & REFERENCE_IN_FLOW) != 0 &&
	    (reference->flags & (REFERENCE_FIRST | REFERENCE_LAST)) != 0;
}

/* A picture of any size whose URL says what it is for; or almost says it, and readers have nothing of the picture. */
static bool
reports_opening(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	const struct reference	*reference = reference_at(hearing, index);
	bool			 bare = reference->width == REFERENCE_NO_SIZE && reference->height == REFERENCE_NO_SIZE &&
				    (reference->flags & REFERENCE_IN_LINK) == 0 &&
				    span_trim(dissection_text(hearing->d, reference->alt)).len == 0;

	(void)spacer;
	if (reference->kind != REFERENCE_IMAGE && reference->kind != REFERENCE_BACKGROUND &&
	    reference->kind != REFERENCE_CSS)
		return false;
	switch (evidence_report(&hearing->evidence, index)) {
	case SHAPE_IS_SILENT:
		return false;
	case SHAPE_TELLS_APART:
		if (!bare || reference->kind != REFERENCE_IMAGE || !is_at_edge(reference))
			return false;
		ground_add(&hearing->opinion, grounds, SPAN("the picture has no size, no text and no link, stands before or "
		    "behind all that is to be read, and its URL carries an opaque token"));
		return true;
	case SHAPE_MAY_REPORT:
		if (!bare || reference->kind != REFERENCE_IMAGE)
			return false;
		ground_add(&hearing->opinion, grounds, SPAN("the picture has no size, no text and no link, and its URL looks "
		    "like a counter of openings"));
		return true;
	case SHAPE_REPORTS:
		ground_add(&hearing->opinion, grounds, SPAN("the URL says that it counts openings"));
		return true;
	}
	return false;
}

static bool
is_unwanted(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	(void)index, (void)spacer;
	if (hearing->options->remote_content != REMOTE_ALL)
		return false;
	ground_add(&hearing->opinion, grounds, SPAN("remote content is not allowed (RemoteContent all)"));
	return true;
}

/* What is known of the host that is to be contacted, or NULL. */
static const struct standing *
standing_of(const struct hearing *hearing, uint32_t index)
{
	const struct knowledge	*knowledge = hearing->evidence.knowledge;
	uint32_t		 host = hearing->evidence.sighting->host_of[index];

	return knowledge != NULL && knowledge->complete && host != SIGHTING_NONE ? &knowledge->hosts[host] : NULL;
}

/* What the message shows of a campaign, or NULL. */
static const struct campaign_sign *
campaign_of(const struct hearing *hearing)
{
	const struct knowledge *knowledge = hearing->evidence.knowledge;

	return knowledge != NULL && knowledge->complete && knowledge->campaign.id.len > 0 ? &knowledge->campaign : NULL;
}

/* One of the beacons that made the campaign visible: its host may not have lost its standing yet. */
static bool
is_beacon_of(const struct hearing *hearing, uint32_t index, const struct campaign_sign *sign)
{
	uint32_t template = hearing->evidence.sighting->template_of[index];

	return sign != NULL && template < 64 && (sign->suspects >> template & 1) != 0;
}

/* An analyst's word, or a campaign that it belongs to. */
static bool
is_denied(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	const struct standing		*standing = standing_of(hearing, index);
	const struct campaign_sign	*sign = campaign_of(hearing);
	bool				 beacon = is_beacon_of(hearing, index, sign);
	bool				 withdrawn;

	(void)spacer;
	if (standing == NULL)
		return false;
	/* An analyst's word stands against a campaign, too. */
	withdrawn = standing->campaign.len > 0 && standing->word != WORD_ALLOW;
	if (standing->word == WORD_DENY)
		ground_add(&hearing->opinion, grounds, arena_printf(hearing->arena, "an analyst denies its domain%s%.*s",
		    standing->note.len > 0 ? ": " : "", SPAN_ARG(standing->note)));
	if (withdrawn)
		ground_add(&hearing->opinion, grounds, arena_printf(hearing->arena, "its domain belongs to the campaign %.*s",
		    SPAN_ARG(standing->campaign)));
	else if (beacon)
		ground_add(&hearing->opinion, grounds, arena_printf(hearing->arena, "a beacon of the campaign %.*s",
		    SPAN_ARG(sign->id)));
	return standing->word == WORD_DENY || withdrawn || beacon;
}

/* Without a history, or without an answer of the store, nobody is suspected for being unknown. */
static bool
is_unvouched(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *spacer)
{
	const struct knowledge	*knowledge = hearing->evidence.knowledge;
	const struct standing	*standing = standing_of(hearing, index);

	(void)spacer;
	if (hearing->options->remote_content != REMOTE_UNVOUCHED || knowledge == NULL || !knowledge->complete ||
	    !knowledge->seasoned || (standing != NULL && standing->vouched))
		return false;
	/* Of a message's hosts the first ones are asked for: a long list of others is no way around. */
	if (standing == NULL && dissection_references(hearing->d)[index].host.len == 0)
		return false;
	ground_add(&hearing->opinion, grounds, standing == NULL ?
	    SPAN("its host is one of too many to ask for (RemoteContent unvouched)") : standing->known ?
	    arena_printf(hearing->arena, "its domain has no standing yet: %d of 100 (RemoteContent unvouched)", standing->score) :
	    SPAN("its domain was never seen before (RemoteContent unvouched)"));
	return true;
}

static const struct {
	struct span	 rule;
	speaks		*speaks;
	bool		 of_place;	/* only that the host is another one: pictures may come through the site's proxy */
} builtins[] = {
	{ { "builtin.recipient-token", 23 }, carries_token, false },
	{ { "builtin.invisible", 17 }, is_invisible, false },
	{ { "builtin.opaque-token", 20 }, is_opaque_look, false },
	{ { "builtin.open-report", 19 }, reports_opening, false },
	{ { "builtin.remote-content", 22 }, is_unwanted, true },
	{ { "builtin.denied", 14 }, is_denied, false },
	{ { "builtin.unvouched", 17 }, is_unvouched, true },
};

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

	return proxy != NULL && image_proxy_made(proxy, dissection_text(hearing->d, reference_at(hearing, index)->url),
	    hearing->arena);
}

/* What stands in the URL's place; empty: nothing can, or no rule wants it. */
static struct span
proxied_url(struct hearing *hearing, uint32_t index)
{
	struct span proxied;

	if (proxy_of(hearing) == NULL || !ruling_proxies(&hearing->ruling, index))
		return SPAN_NONE;
	proxied = image_proxy_url(proxy_of(hearing), dissection_text(hearing->d, reference_at(hearing, index)->url),
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
	struct opinion	*opinion = &hearing->opinion;
	bool		 strip = false, elsewhere = false;

	if (comes_through_proxy(hearing, index)) {
		*excuse = SPAN("it comes through the site's picture proxy");
		return FATE_KEEP;
	}
	for (size_t i = 0; i < NITEMS(builtins); i++) {
		struct grounds		 found = { .count = 0 };
		const struct rule	*exemption;

		if (!builtins[i].speaks(hearing, index, &found, excuse))
			continue;
		exemption = ruling_exempts(&hearing->ruling, index, builtins[i].rule);
		if (exemption != NULL) {
			*excuse = arena_printf(hearing->arena, "%.*s does not count here: %.*s (%.*s)",
			    SPAN_ARG(builtins[i].rule), SPAN_ARG(exemption->title), SPAN_ARG(exemption->name));
			opinion_rule(opinion, exemption->name);
			continue;
		}
		for (size_t k = 0; k < found.count; k++)
			ground_add(opinion, grounds, found.at[k]);
		opinion_rule(opinion, builtins[i].rule);
		strip = strip || !builtins[i].of_place;
		elsewhere = elsewhere || builtins[i].of_place;
	}
	*proxied = proxied_url(hearing, index);
	if (rules_hit(hearing, index, grounds) || strip)
		return FATE_STRIP;
	if (proxied->len > 0)
		return FATE_PROXY;
	return elsewhere || ruling_proxies(&hearing->ruling, index) ? FATE_STRIP : FATE_KEEP;
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

static void
decide(struct hearing *hearing, uint32_t index, struct decision *decision)
{
	const struct reference	*reference = reference_at(hearing, index);
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
		strip = wanted && (listed || !is_signed(hearing, reference) ||
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

/* --- the message --- */

/* A dissection that is not whole: what OnLimit or OnPoison make of it. */
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

static void
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

static void
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

/* --- the notice --- */

/* A part that readers see as the mail's own text, and that nobody signed. */
static bool
bears_notice(const struct hearing *hearing, uint32_t index, struct span type)
{
	const struct part *parts = dissection_parts(hearing->d), *part = &parts[index];

	for (uint32_t at = part->parent; at < index; at = parts[at].parent)
		if (!span_starts(dissection_text(hearing->d, parts[at].type), SPAN("multipart/")))
			return false;
	return span_eq(dissection_text(hearing->d, part->type), type) && part->reading == 0 && !hearing->is_covered[index] &&
	    part->disposition != DISPOSITION_ATTACHMENT && part->name.len == 0;
}

/* The first page, and the text before it that is shown in its place; or the first text. Without either there is none. */
static void
place_notice(struct hearing *hearing)
{
	const struct dissection	*d = hearing->d;
	struct verdict		*verdict = hearing->opinion.verdict;
	uint32_t		 page_part = DISSECTION_NONE;

	verdict->notice_page = verdict->notice_plain = DISSECTION_NONE;
	if (verdict->notice.len == 0)
		return;
	for (uint32_t i = 0; i < d->documents.count && verdict->notice_page == DISSECTION_NONE; i++) {
		const struct document *document = &dissection_documents(d)[i];

		if (document->kind == DOCUMENT_HTML && dissection_parts(d)[document->part].opening > 0 &&
		    bears_notice(hearing, document->part, SPAN("text/html"))) {
			verdict->notice_page = i;
			page_part = document->part;
		}
	}
	for (uint32_t i = 0; i < d->parts.count && i < page_part && verdict->notice_plain == DISSECTION_NONE; i++)
		if (bears_notice(hearing, i, SPAN("text/plain")))
			verdict->notice_plain = i;
	if (verdict->notice_page == DISSECTION_NONE && verdict->notice_plain == DISSECTION_NONE)
		verdict->notice = SPAN_NONE;
}

/* OnCampaign. A mail without a beacon of its own, with a picture of a campaign's host perhaps, is only made inert. */
static void
weigh_campaign(struct hearing *hearing)
{
	const struct campaign_sign	*sign = campaign_of(hearing);
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
	place_notice(hearing);
	if (verdict->notice.len > 0)
		opinion_reason(opinion, SPAN("readers are told at the begin of the mail"));
	if (verdict->reason_count == 0)
		opinion_reason(opinion, SPAN("nothing is to be made inert"));
	verdict->action = action_of(hearing);
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

		listing->listed = indicators_of_reference(&hearing->indicators, reference_at(hearing, i), &grounds, &holds);
		hearing->indicated = hearing->indicated || holds;
		if (listing->listed && element_is_of_scope(reference_at(hearing, i), SCOPE_REFERENCE))
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
	if (verdict->decisions == NULL || !find_covered(&hearing) || !remember(&hearing, reputation) || !ask_rules(&hearing))
		return PW_ENOMEM;
	weigh_failures(&hearing);
	weigh_rules(&hearing);
	weigh_campaign(&hearing);
	for (uint32_t i = 0; i < verdict->decision_count && !hearing.opinion.no_memory; i++)
		decide(&hearing, i, &verdict->decisions[i]);
	sum_up(&hearing);
	return hearing.opinion.no_memory ? PW_ENOMEM : PW_OK;
}

/* What only the whole rule shows: that it cannot match, that it would take everybody's mail. */
#include "draft.h"

#include "contradiction.h"

#define EXPIRES_SOON	14	/* days */
#define MOST_ENUMERATED	10	/* selections whose combinations are tried one by one */

/* One combination of what selections may be. */
struct combination {
	const struct rule	*rule;
	uint32_t		 truths;
};

static enum truth
ask_combination(void *context, uint32_t selection)
{
	const struct combination *combination = context;

	return (combination->truths & 1u << selection) != 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

/* Can the condition be true with none of the selections in without? */
static bool
can_match(const struct rule *rule, uint32_t without)
{
	struct combination combination = { .rule = rule };

	if (rule->selection_count > MOST_ENUMERATED)
		return true;
	for (uint32_t truths = 0; truths < 1u << rule->selection_count; truths++) {
		combination.truths = truths;
		if ((truths & without) == 0 &&
		    condition_value(&rule->condition, ask_combination, &combination) == TRUTH_TRUE)
			return true;
	}
	return false;
}

static uint32_t
selections_that(const struct rule *rule, bool on_list)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < rule->selection_count; i++)
		if (on_list ? rule->selections[i].on_list : !rule->selections[i].forgeable)
			bits |= 1u << i;
	return bits;
}

static void
check_detection(struct drafting *drafting)
{
	static const char *const takes[] = { "hold", "redirect", "reject" };
	const struct rule	*rule = drafting->rule;
	const struct node	*actions = node_get(drafting->document, "action");
	const bool		 taken[] = { rule->hold == HOLD_ALWAYS, rule->redirect.len > 0, rule->reject.len > 0 };

	/* A pixel alone is never a threat: structure may hold the mail of those who are likely targets, nobody else's. */
	for (size_t i = 0; i < NITEMS(takes); i++)
		if (taken[i] && node_get(actions, takes[i]) != NULL && can_match(rule, selections_that(rule, true)))
			TELL(drafting, node_get(actions, takes[i]), FINDING_FLOOR, "this may %s mail that is on no list; write hold: "
			    "watched (mail of watched recipients is held, other mail tagged), or let the condition need a line with "
			    "'in: list:NAME'", takes[i]);
}

static void
check_exemption(struct drafting *drafting)
{
	const struct rule	*rule = drafting->rule;
	const struct node	*expires = node_get(drafting->document, "expires");
	struct findings		*findings = drafting->reading->findings;

	if (rule->acting != SCOPE_MESSAGE && rule->acting != SCOPE_REFERENCE)
		TELL(drafting, drafting->document, FINDING_ACTION, "an exemption selects messages or references, no %s",
		    scope_name(rule->acting));
	if (expires == NULL || rule->expires < 0)
		expires = NULL;		/* which was told */
	else if (rule->expires < drafting->today)
		finding_add(findings, &expires->place, FINDING_EXPIRES, "the exemption has ended; it is not in force");
	else if (rule->expires < drafting->today + EXPIRES_SOON)
		finding_add(findings, &expires->place, FINDING_EXPIRES, "the exemption ends in %lld days",
		    (long long)(rule->expires - drafting->today));
	if (can_match(rule, selections_that(rule, false)))
		finding_add(findings, &rule->place, FINDING_FORGEABLE, "any sender can claim this exemption: nothing in it is "
		    "seen by the gateway itself; add client.address or a host");
}

/* Facts of what verifiers say are unknown without them. One line stands for all of the rule's. */
static void
tell_unverified(struct drafting *drafting)
{
	const struct rule *rule = drafting->rule;

	for (size_t i = 0; drafting->reading->unverified && i < rule->selection_count; i++)
		for (size_t k = 0; k < rule->selections[i].line_count; k++) {
			const struct line *line = &rule->selections[i].lines[k];

			if (!span_starts(span_of(line->fact->name), SPAN("auth.")))
				continue;
			finding_add(drafting->reading->findings, &line->node->key->place, FINDING_UNVERIFIED, "%s is never known: the "
			    "configuration names no verifier; set TrustedAuthservIDs", line->fact->name);
			return;
		}
}

void
draft_check_whole(struct drafting *drafting)
{
	const struct rule	*rule = drafting->rule;
	const struct node	*until = node_get(drafting->document, "shadow_until");

	if (rule->status != RULE_DRAFT && rule->status != RULE_RETIRED && node_get(drafting->document, "tests") == NULL)
		TELL(drafting, drafting->document, FINDING_MISSING, "'tests' is missing: a rule in force shows what it matches");
	if (rule->exempts ? node_get(drafting->document, "action") != NULL : node_get(drafting->document, "exempt") != NULL)
		TELL(drafting, drafting->document, FINDING_KEY, "an exemption has 'exempt', a detection has 'action'");
	if (rule->status == RULE_SHADOW && until != NULL && drafting->shadow_until < drafting->today)
		finding_add(drafting->reading->findings, &until->place, FINDING_SHADOW_PAST,
		    "the shadow was to end; enforce the rule, or retire it");
	if (!drafting->detects)
		return;
	contradictions_tell(rule, drafting->reading->findings);
	if (rule->status != RULE_RETIRED)
		tell_unverified(drafting);
	if (!can_match(rule, 0))
		finding_add(drafting->reading->findings, &node_get(node_get(drafting->document, "detect"), "condition")->place,
		    FINDING_NEVER, "the condition is never true");
	if (rule->exempts)
		check_exemption(drafting);
	else
		check_detection(drafting);
}

/* Within the rule, until equal ones of other rules are known. */

#include "builtin.h"

#include "hidden.h"
#include "kind.h"
#include "shape/opaque.h"
#include "sighting.h"

/* Each says whether it speaks against a live reference, and why. */
typedef bool	speaks(struct hearing *, uint32_t index, struct grounds *, struct span *spacer);

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

	if (!hidden_grounds(opinion, hearing_reference(hearing, index), &found))
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
	const struct kind	*kind = kind_of(hearing_reference(hearing, index));
	struct url_pieces	 pieces = url_pieces_of(hearing->d, hearing_reference(hearing, index));

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
	const struct reference	*reference = hearing_reference(hearing, index);
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
	const struct campaign_sign	*sign = hearing_campaign(hearing);
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
	    !knowledge->seasoned || evidence_vouches(&hearing->evidence, index))
		return false;
	/* Of a message's hosts the first ones are asked for: a long list of others is no way around. */
	if (standing == NULL && dissection_references(hearing->d)[index].host.len == 0)
		return false;
	ground_add(&hearing->opinion, grounds, standing == NULL ?
	    SPAN("its host is one of too many to ask for (RemoteContent unvouched)") : standing->vouched ?
	    SPAN("its domain is young, and the URL not proved to be the same for all (RemoteContent unvouched)") : standing->known ?
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

struct builtin_word
builtin_weigh(struct hearing *hearing, uint32_t index, struct grounds *grounds, struct span *excuse)
{
	struct builtin_word word = { .strip = false };

	for (size_t i = 0; i < NITEMS(builtins); i++) {
		struct grounds		 found = { .count = 0 };
		const struct rule	*exemption;

		if (!builtins[i].speaks(hearing, index, &found, excuse))
			continue;
		exemption = ruling_exempts(&hearing->ruling, index, builtins[i].rule);
		if (exemption != NULL) {
			*excuse = arena_printf(hearing->arena, "%.*s does not count here: %.*s (%.*s)",
			    SPAN_ARG(builtins[i].rule), SPAN_ARG(exemption->title), SPAN_ARG(exemption->name));
			opinion_rule(&hearing->opinion, exemption->name);
			continue;
		}
		for (size_t k = 0; k < found.count; k++)
			ground_add(&hearing->opinion, grounds, found.at[k]);
		opinion_rule(&hearing->opinion, builtins[i].rule);
		word.strip = word.strip || !builtins[i].of_place;
		word.elsewhere = word.elsewhere || builtins[i].of_place;
	}
	return word;
}

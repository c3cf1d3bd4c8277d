#include "campaign_group.h"

#include <stdlib.h>

#include "freemail.h"

/* --- two messages --- */

static bool
holds_flag(const struct campaign_member *member, uint32_t flag)
{
	return (member->flags & flag) != 0;
}

enum link {
	LINK_DOMAIN = 1,	/* a beacon's domain */
	LINK_SENDER = 2,	/* the mailbox of From */
	LINK_SENDER_DOMAIN = 4,	/* another mailbox of a domain that was first seen lately */
	LINK_PATH = 8,		/* the template of a beacon's path, of words that are somebody's own */
	LINK_SKELETON = 32,	/* the structure of the page */
	LINK_NAME = 64,		/* beacons' domains that sound like news or like a vendor */
};

static const struct {
	uint32_t	link;
	int		weight;
	const char	*says;
} links[] = {
	{ LINK_DOMAIN, 7, "a beacon's domain" },
	{ LINK_SENDER, 4, "a sender" },
	{ LINK_SENDER_DOMAIN, 2, "a sender's new domain" },
	{ LINK_PATH, 2, "a URL template" },
	{ LINK_SKELETON, 2, "the page's structure" },
	{ LINK_NAME, 2, "names that sound like news or like a vendor" },
};

/* How little a mail says of whose its beacon is: with the flag, without it. */
static const struct {
	uint32_t	flag;
	int		with, without;
} traits[] = {
	{ MEMBER_LINKED, -1, 2 }, { MEMBER_FOREIGN, 1, 0 }, { MEMBER_HIDDEN, 1, 0 }, { MEMBER_BULK, -1, 1 },
};

#define BELONGS	6
/* Of two mails that are both of a campaign, whatever they are like: it only remains whether it is the same. */
#define KIN	4

static bool
has_domain(const struct campaign_member *member, struct span domain)
{
	for (size_t i = 0; i < member->beacon_count; i++)
		if (span_eq_nocase(campaign_beacon_domain(&member->beacons[i]), domain))
			return true;
	return false;
}

static bool
share_domain(const struct campaign_member *a, const struct campaign_member *b)
{
	for (size_t i = 0; i < a->beacon_count; i++)
		if (has_domain(b, campaign_beacon_domain(&a->beacons[i])))
			return true;
	return false;
}

static bool
share_path(const struct campaign_member *a, const struct campaign_member *b)
{
	for (size_t i = 0; i < a->beacon_count; i++)
		for (size_t k = 0; a->beacons[i].specific && k < b->beacon_count; k++)
			if (a->beacons[i].path != 0 && a->beacons[i].path == b->beacons[k].path)
				return true;
	return false;
}

static bool
share_skeleton(const struct campaign_member *a, const struct campaign_member *b)
{
	return a->skeleton != 0 && a->skeleton == b->skeleton;
}

/*
 * Names alone connect look-alikes, and hosts that others use. A new paper, or who reads the press for others, sounds like what he
 * is, and fetches from his own house: with those there must be more.
 */
static bool
share_name(const struct campaign_member *a, const struct campaign_member *b)
{
	const uint32_t posing = MEMBER_MIMICS | MEMBER_FOREIGN;

	return holds_flag(a, MEMBER_POSES) && holds_flag(b, MEMBER_POSES) &&
	    ((holds_flag(a, posing) && holds_flag(b, posing)) || share_skeleton(a, b) || share_path(a, b));
}

static uint32_t
links_of(const struct campaign_member *a, const struct campaign_member *b)
{
	uint32_t found = share_path(a, b) ? LINK_PATH : 0;

	if (share_domain(a, b))
		found |= LINK_DOMAIN;
	if (a->from.len > 0 && span_eq_nocase(a->from, b->from))
		found |= LINK_SENDER;
	else if (a->domain.len > 0 && span_eq_nocase(a->domain, b->domain) && (a->flags & b->flags & MEMBER_NEW_SENDER) != 0)
		found |= LINK_SENDER_DOMAIN;
	if (share_skeleton(a, b))
		found |= LINK_SKELETON;
	if (share_name(a, b))
		found |= LINK_NAME;
	return found;
}

static int
traits_of(const struct campaign_member *member)
{
	int sum = 0;

	for (size_t i = 0; i < NITEMS(traits); i++)
		sum += (member->flags & traits[i].flag) != 0 ? traits[i].with : traits[i].without;
	return sum;
}

static int
weight_of(uint32_t shared)
{
	int sum = 0;

	for (size_t i = 0; i < NITEMS(links); i++)
		if ((shared & links[i].link) != 0)
			sum += links[i].weight;
	return sum;
}

static bool
belong_together(const struct campaign_member *a, const struct campaign_member *b, uint32_t shared)
{
	int of_a = traits_of(a), of_b = traits_of(b);

	return (of_a < of_b ? of_a : of_b) + weight_of(shared) >= BELONGS;
}

bool
campaign_group_is_closer(const struct campaign_linked *a, const struct campaign_linked *b)
{
	return weight_of(a->links) > weight_of(b->links);
}

struct span
campaign_group_shares(const struct campaign_linked *linked, struct arena *arena)
{
	struct span text = SPAN("");

	for (size_t i = 0; i < NITEMS(links); i++)
		if ((linked->links & links[i].link) != 0)
			text = arena_printf(arena, "%.*s%s%s", SPAN_ARG(text), text.len > 0 ? ", " : "", links[i].says);
	return text;
}

/* --- the group --- */

/* The members that were looked at, by their messages: a power of two of places, at most half full. */
struct seen {
	const struct member	**places;
	size_t			  count;
};

static const struct member **
seen_place(const struct seen *seen, uint64_t message)
{
	size_t at = message & (seen->count - 1);

	while (seen->places[at] != NULL && seen->places[at]->message != message)
		at = (at + 1) & (seen->count - 1);
	return &seen->places[at];
}

static int
by_digest(const void *a, const void *b)
{
	const struct campaign_recipient *one = a, *other = b;

	return (one->digest > other->digest) - (one->digest < other->digest);
}

/* Different people of the message and of those that belong. */
static bool
count_recipients(struct campaign_group *group, struct arena *arena)
{
	struct campaign_recipient	*all;
	size_t				 count = 0;

	all = arena_array(arena, (group->count + 1) * MEMBER_MOST_RECIPIENTS, sizeof(*all));
	if (all == NULL)
		return false;
	for (size_t k = 0; k < group->self->recipient_count; k++)
		all[count++] = group->self->recipients[k];
	for (size_t i = 0; i < group->count; i++)
		for (size_t k = 0; group->members[i].belongs && k < group->members[i].member.recipient_count; k++)
			all[count++] = group->members[i].member.recipients[k];
	qsort(all, count, sizeof(*all), by_digest);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || all[i].digest != all[i - 1].digest) {
			group->recipients++;
			group->watched += all[i].watched;
		}
	return true;
}

/* Each message of the windows once. */
static bool
collect_members(const struct store_window *windows, size_t window_count, struct arena *arena, struct campaign_group *group)
{
	const struct campaign_member	*self = group->self;
	struct seen			 seen = { .count = 1 };
	size_t				 most = 0;

	for (size_t i = 0; i < window_count; i++)
		most += windows[i].count;
	while (seen.count < 2 * most)
		seen.count *= 2;
	group->members = arena_reserve(arena, most * sizeof(*group->members));
	seen.places = arena_array(arena, seen.count, sizeof(*seen.places));
	if (group->members == NULL || seen.places == NULL)
		return false;
	for (size_t i = 0; i < window_count; i++)
		for (size_t k = 0; k < windows[i].count; k++) {
			const struct member	 *packed = &windows[i].members[k], **place = seen_place(&seen, packed->message);
			struct campaign_linked	 *linked = &group->members[group->count];

			if (*place != NULL || packed->message == self->message ||
			    !campaign_member_unpack(packed, &linked->member))
				continue;
			*place = packed;
			linked->links = links_of(self, &linked->member);
			/* Who answers a mail quotes its beacon. */
			linked->belongs = belong_together(self, &linked->member, linked->links) &&
			    !holds_flag(&linked->member, MEMBER_REPLY);
			linked->kin = weight_of(linked->links) >= KIN && !holds_flag(self, MEMBER_REPLY) &&
			    !holds_flag(&linked->member, MEMBER_REPLY);
			if (linked->links != 0)
				group->count++;
		}
	return true;
}

/* --- what it shows --- */

struct campaign_shown {
	size_t		messages;	/* that speak: those that belong, and all that share a beacon's domain or the sender */
	size_t		linked, at_home, foreign, hidden, seen, bulk, posing, mimicking;	/* of these */
	size_t		belonging, recipients, watched;	/* of those that belong, with this message; people are told apart */
	bool		senders_far, senders_near;	/* several at one domain: of several owners; mailboxes of one domain */
	bool		rotates;	/* one sender, several domains */
	bool		skeleton, name;	/* several senders at several domains share it */
	bool		makes, elements;	/* different ones of beacons at one domain */
	bool		repeated;	/* no beacon that is not in another message, too */
};

static bool
are_one_sender(const struct campaign_member *a, const struct campaign_member *b)
{
	return span_eq_nocase(a->from, b->from) ||
	    (span_eq_nocase(a->domain, b->domain) && holds_flag(a, MEMBER_NEW_SENDER) && !is_freemail(a->domain));
}

static void
tally_traits(struct campaign_shown *shown, const struct campaign_member *member)
{
	shown->messages++;
	shown->linked += holds_flag(member, MEMBER_LINKED);
	shown->at_home += holds_flag(member, MEMBER_AT_HOME);
	shown->foreign += holds_flag(member, MEMBER_FOREIGN);
	shown->hidden += holds_flag(member, MEMBER_HIDDEN);
	shown->seen += holds_flag(member, MEMBER_SHOWN);
	shown->bulk += holds_flag(member, MEMBER_BULK);
	shown->posing += holds_flag(member, MEMBER_POSES);
	shown->mimicking += holds_flag(member, MEMBER_MIMICS) && !holds_flag(member, MEMBER_LINKED);
}

/* Who owns the beacon's domain may send from there: that makes no second sender of what is one service. */
static void
tally_senders(struct campaign_shown *shown, const struct campaign_member *self, const struct campaign_member *other,
    bool one_sender, bool one_domain)
{
	bool foreign = holds_flag(self, MEMBER_FOREIGN) && holds_flag(other, MEMBER_FOREIGN);

	if (one_domain && !span_eq_nocase(self->from, other->from) && span_eq_nocase(self->domain, other->domain) &&
	    !is_freemail(self->domain))
		shown->senders_near = true;
	else if (one_domain && !one_sender)
		shown->senders_far = shown->senders_far || foreign;
	if (one_sender && !one_domain)
		shown->rotates = shown->rotates || foreign;
}

/* Of a mail with several beacons at the domain its first one speaks: they are in each such mail. */
static void
tally_makes(struct campaign_shown *shown, const struct campaign_member *self, const struct campaign_member *other)
{
	for (size_t i = 0; i < self->beacon_count; i++)
		for (size_t k = 0; k < other->beacon_count; k++) {
			const struct campaign_beacon *a = &self->beacons[i], *b = &other->beacons[k];

			if (!span_eq_nocase(campaign_beacon_domain(a), campaign_beacon_domain(b)))
				continue;
			shown->makes = shown->makes || (a->make != 0 && b->make != 0 && a->make != b->make);
			shown->elements = shown->elements || a->unusual != b->unusual;
			return;
		}
}

static void
tally_pair(struct campaign_shown *shown, const struct campaign_member *self, const struct campaign_member *other)
{
	bool one_sender, one_domain;

	/* Who answers a mail quotes its beacon. */
	if (holds_flag(self, MEMBER_REPLY) || holds_flag(other, MEMBER_REPLY))
		return;
	one_sender = are_one_sender(self, other);
	one_domain = share_domain(self, other);
	tally_senders(shown, self, other, one_sender, one_domain);
	tally_makes(shown, self, other);
	if (one_sender || one_domain)
		return;
	shown->name = shown->name || share_name(self, other);
	shown->skeleton = shown->skeleton || share_skeleton(self, other);
}

static bool
token_is_elsewhere(const struct campaign_group *group, uint64_t token)
{
	for (size_t i = 0; i < group->count; i++)
		for (size_t k = 0; k < group->members[i].member.beacon_count; k++)
			if (group->members[i].member.beacons[k].token == token)
				return true;
	return false;
}

#define MOST_PAIRED	32u	/* members that are compared with each other, too: a campaign shows in fewer */

static void
tally_group(struct campaign_shown *shown, const struct campaign_group *group)
{
	*shown = (struct campaign_shown){ .belonging = 1, .recipients = group->recipients, .watched = group->watched };
	tally_traits(shown, group->self);
	for (size_t i = 0; i < group->count; i++) {
		const struct campaign_linked *linked = &group->members[i];

		/* Others at the same host speak even if they do not belong: they say that it is a service. */
		if (linked->belongs || (linked->links & (LINK_DOMAIN | LINK_SENDER)) != 0)
			tally_traits(shown, &linked->member);
		if (linked->belongs) {
			shown->belonging++;
			tally_pair(shown, group->self, &linked->member);
			for (size_t k = 0; k < i && shown->belonging <= MOST_PAIRED; k++)
				if (group->members[k].belongs)
					tally_pair(shown, &linked->member, &group->members[k].member);
		}
	}
	shown->repeated = true;
	for (size_t i = 0; i < group->self->beacon_count; i++)
		if (!token_is_elsewhere(group, group->self->beacons[i].token))
			shown->repeated = false;
}

bool
campaign_group_make(const struct campaign_member *self, const struct store_window *windows, size_t window_count,
    struct arena *arena, struct campaign_group *group)
{
	struct campaign_shown *shown = arena_alloc(arena, sizeof(*shown));

	*group = (struct campaign_group){ .self = self, .shown = shown };
	if (shown == NULL || !collect_members(windows, window_count, arena, group) || !count_recipients(group, arena))
		return false;
	tally_group(shown, group);
	return true;
}

#define MANY_RECIPIENTS	3
#define MANY_WATCHED	2
#define UNSEASONED	4	/* everything is new: more must come together */

#define TERM(name, condition)				\
	static bool					\
	name(const struct campaign_shown *t)		\
	{						\
		return condition;			\
	}

TERM(several_senders, t->senders_far)
TERM(several_mailboxes, t->senders_near && !t->senders_far)
TERM(several_hosts, t->rotates)
TERM(one_skeleton, t->skeleton)
TERM(posing_names, t->name)
TERM(pose, t->posing * 2 > t->messages)
TERM(mimic, t->mimicking * 2 > t->messages)
TERM(several_makes, t->makes)
TERM(several_elements, t->elements)
TERM(many_recipients, t->recipients >= MANY_RECIPIENTS || t->watched >= MANY_WATCHED)
TERM(same_tokens, t->repeated)
TERM(never_linked, t->linked * 2 <= t->messages)
TERM(mostly_linked, t->linked * 2 > t->messages)
TERM(at_home, t->at_home * 2 > t->messages && t->foreign * 2 > t->messages)
TERM(own_hosts, t->foreign * 2 <= t->messages)
TERM(unseen, t->hidden * 2 > t->messages)
TERM(pictures, t->seen * 2 > t->messages)
TERM(no_list, t->bulk * 2 <= t->messages)
TERM(mostly_list, t->bulk * 2 > t->messages)

/*
 * Terms that are of rotation: without any of them each sender keeps to a host of its own, as newsletters and the customers of
 * an agency do, whatever their mails have in common.
 */
static const struct term {
	bool		(*holds)(const struct campaign_shown *);
	int		 weight;
	bool		 rotation;
	const char	*says;	/* NULL: it speaks against a campaign */
} terms[] = {
	{ several_senders, 3, true, "several senders have beacons at one host first seen lately" },
	{ several_mailboxes, 2, true, "several mailboxes of one domain have beacons at one host first seen lately" },
	{ several_hosts, 5, true, "one sender has beacons at several hosts first seen lately" },
	{ several_makes, 3, true, "beacons at one host are at URLs of several makes" },
	{ several_elements, 4, true, "beacons at one host are pictures in some mails, and something else in others" },
	{ posing_names, 5, true, "several hosts first seen lately have names that sound like news or like a vendor" },
	{ pose, 1, false, "the host has a name that sounds like news or like a vendor" },
	{ mimic, 4, false, "the name of an outlet or a vendor is in that of a host that no link leads to" },
	{ one_skeleton, 2, false, "senders and hosts that have nothing else in common have pages of one structure" },
	{ many_recipients, 1, false, "it went to several people" },
	{ never_linked, 1, false, "no link leads to the beacon's host" },
	{ mostly_linked, -2, false, NULL },
	{ unseen, 1, false, "nobody sees the beacon, it names its reader, or is no picture" },
	{ pictures, -2, false, NULL },
	{ no_list, 1, false, "no header says that it is from a list" },
	{ mostly_list, -2, false, NULL },
	{ at_home, -2, false, NULL },
	{ own_hosts, -2, false, NULL },
	{ same_tokens, -3, false, NULL },
};

bool
campaign_group_trips(const struct campaign_group *group, int score, bool seasoned)
{
	const struct campaign_shown	*shown = group->shown;
	int				 sum = 0;
	bool				 rotation = false;

	for (size_t i = 0; i < NITEMS(terms); i++)
		if (terms[i].holds(shown)) {
			sum += terms[i].weight;
			rotation = rotation || terms[i].rotation;
		}
	/* Without a history every service is new; none of them sends as several people through several hosts. */
	if (!seasoned && !(shown->rotates && (shown->senders_far || shown->senders_near)))
		return false;
	return rotation && shown->recipients > 1 && sum >= score + (seasoned ? 0 : UNSEASONED);
}

bool
campaign_group_explain(const struct campaign_group *group, struct arena *arena, struct campaign_sign *sign)
{
	const struct campaign_shown *shown = group->shown;

	sign->messages = (uint32_t)shown->belonging;
	sign->recipients = (uint32_t)shown->recipients;
	sign->watched = (uint32_t)shown->watched;
	sign->reasons = arena_array(arena, NITEMS(terms), sizeof(*sign->reasons));
	if (sign->reasons == NULL)
		return false;
	for (size_t i = 0; i < NITEMS(terms); i++)
		if (terms[i].says != NULL && terms[i].holds(shown))
			sign->reasons[sign->reason_count++] = span_of(terms[i].says);
	return true;
}

#include "campaign.h"

#include <time.h>

#include <pixelward/base/clock.h>

#include "campaign_group.h"
#include "campaign_member.h"

/* --- what is suspect --- */

static bool
is_known_tracker(uint32_t appearance)
{
	return (appearance & (APPEARS_LISTED | APPEARS_INDICATED)) == APPEARS_LISTED;
}

/* A fetch that reads its reader, as far as the message alone shows it. Most pictures with a token show something. */
static bool
may_be_beacon(const struct sighting_template *template)
{
	uint32_t appearance = template->appearance;

	return (appearance & (APPEARS_HIDDEN | APPEARS_RECIPIENT | APPEARS_REPORTING)) != 0 ||
	    (((appearance & APPEARS_OPAQUE) != 0 || template->path != 0) &&
	    ((appearance & APPEARS_SHOWN) == 0 || (appearance & APPEARS_UNUSUAL) != 0));
}

/*
 * Bits: templates that may be beacons of a campaign. What a list of trackers knows is somebody's business. Where there is
 * nothing else, the one picture with a token may be for its reader, and not to be looked at.
 */
static uint64_t
candidates(const struct sighting *sighting)
{
	uint64_t	found = 0, pictures = 0;
	bool		others = false;

	if ((sighting->flags & (SIGHTING_INTERNAL | SIGHTING_LEARNED)) != 0)
		return 0;
	for (size_t i = 0; i < sighting->template_count && i < 64; i++) {
		const struct sighting_template *template = &sighting->templates[i];

		if ((template->appearance & APPEARS_FETCHED) == 0 || template->host >= sighting->host_count)
			continue;
		if (is_known_tracker(template->appearance))
			others = true;
		else if (may_be_beacon(template))
			found |= (uint64_t)1 << i;
		else if (template->path != 0)
			pictures |= (uint64_t)1 << i;
	}
	return found != 0 || others || (pictures & (pictures - 1)) != 0 ? found : pictures;
}

static bool
is_recent(const struct options *options, const struct sighting *sighting, const struct standing *standing)
{
	return !standing->known || sighting->time_ms - standing->first_ms < (int64_t)options->campaign_new_ms;
}

/* Its host has no past, and nobody spoke for it. */
static bool
is_suspect(const struct options *options, const struct sighting *sighting, size_t index, const struct standing *hosts,
    const struct template_history *templates, bool seasoned)
{
	const struct standing *standing = &hosts[sighting->templates[index].host];

	/* Without a history all stores of pictures are new. */
	if (!seasoned && !may_be_beacon(&sighting->templates[index]))
		return false;
	return templates[index].proof != PROOF_STATIC && standing->word != WORD_ALLOW && !standing->firm &&
	    (standing->campaign.len > 0 || is_recent(options, sighting, standing));
}

size_t
campaign_keys(const struct sighting *sighting, uint64_t keys[STORE_MOST_WINDOWS])
{
	struct campaign_member	member;
	uint64_t		suspects = candidates(sighting);

	if (suspects == 0)
		return 0;
	campaign_member_of(sighting, suspects, &member);
	return member.beacon_count > 0 ? campaign_member_keys(&member, keys) : 0;
}

/* --- the sign --- */

static void
add_span(struct span *list, size_t *count, struct span span)
{
	for (size_t i = 0; i < *count; i++)
		if (span_eq_nocase(list[i], span))
			return;
	if (span.len > 0)
		list[(*count)++] = span;
}

static bool
list_names(const struct campaign_group *group, struct arena *arena, struct campaign_sign *sign)
{
	sign->hosts = arena_array(arena, (group->count + 1) * MEMBER_MOST_BEACONS, sizeof(*sign->hosts));
	sign->senders = arena_array(arena, group->count + 1, sizeof(*sign->senders));
	sign->earlier = arena_array(arena, group->count, sizeof(*sign->earlier));
	if (sign->hosts == NULL || sign->senders == NULL || sign->earlier == NULL)
		return false;
	for (size_t i = 0; i < group->count; i++) {
		const struct campaign_member *member = &group->members[i].member;

		if (!group->members[i].belongs)
			continue;
		for (size_t k = 0; k < member->beacon_count; k++)
			add_span(sign->hosts, &sign->host_count, member->beacons[k].host);
		add_span(sign->senders, &sign->sender_count, member->from);
		add_span(sign->earlier, &sign->earlier_count, member->queue_id);
	}
	for (size_t k = 0; k < group->self->beacon_count; k++)
		add_span(sign->hosts, &sign->host_count, group->self->beacons[k].host);
	add_span(sign->senders, &sign->sender_count, group->self->from);
	return true;
}

#define DAY_PARTS	4096	/* of 21 seconds */

/*
 * The day it began, when on that day, and which mail began it: of two the older one's name sorts first, and two gateways that
 * find one at once call it the same.
 */
static struct span
make_id(const struct campaign_group *group, struct arena *arena)
{
	int64_t		time_ms = group->self->time_ms;
	uint64_t	message = group->self->message;
	struct tm	day;

	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].belongs && group->members[i].member.time_ms < time_ms) {
			time_ms = group->members[i].member.time_ms;
			message = group->members[i].member.message;
		}
	time_t seconds = (time_t)(time_ms / 1000);
	if (gmtime_r(&seconds, &day) == NULL)
		day = (struct tm){ .tm_mday = 1 };
	return arena_printf(arena, "%04d%02d%02d-%03x%03x", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday,
	    (unsigned)(time_ms % DAY_MS * DAY_PARTS / DAY_MS), (unsigned)(message & 0xfff));
}

/* The oldest of those that a message has to do with; the others are parts of it. */
struct names {
	struct span	*at;
	size_t		 count;
};

static void
names_add(struct names *names, struct span id)
{
	add_span(names->at, &names->count, id);
	if (names->count > 1 && span_order(&names->at[names->count - 1], &names->at[0]) < 0) {
		struct span oldest = names->at[names->count - 1];

		names->at[names->count - 1] = names->at[0];
		names->at[0] = oldest;
	}
}

/* An older name each time, so that it ends. */
struct span
campaign_of(const struct store_answer *answer, struct span id)
{
	for (size_t i = 0; i < answer->part_count && id.len > 0; i++)
		if (span_eq(answer->parts[i].id, id) && answer->parts[i].of.len > 0 &&
		    span_order(&answer->parts[i].of, &id) < 0) {
			id = answer->parts[i].of;
			i = SIZE_MAX;	/* from the beginning */
		}
	return id;
}

static bool
has_host(const struct campaign_member *member, struct span host)
{
	for (size_t i = 0; i < member->beacon_count; i++)
		if (span_eq_nocase(member->beacons[i].host, host))
			return true;
	return false;
}

/* Does this message bring the campaign a host or a sender that it did not have, as far as its last mails tell? */
static bool
is_new_to_it(const struct campaign_group *group)
{
	const struct campaign_member	*self = group->self;
	bool				 sender_known = false, host_known[MEMBER_MOST_BEACONS] = { false };

	for (size_t i = 0; i < group->count; i++) {
		const struct campaign_member *other = &group->members[i].member;

		if (other->campaign.len == 0)
			continue;
		sender_known = sender_known || span_eq_nocase(other->from, self->from);
		for (size_t k = 0; k < self->beacon_count; k++)
			host_known[k] = host_known[k] || has_host(other, self->beacons[k].host);
	}
	for (size_t k = 0; k < self->beacon_count; k++)
		if (!host_known[k])
			return true;
	return !sender_known;
}

/* The campaigns of its hosts, those that are parts of others as these. */
static void
names_of_hosts(const struct sighting *sighting, const struct standing *hosts, struct names *names)
{
	for (size_t i = 0; i < sighting->host_count; i++)
		if ((sighting->hosts[i].appearance & APPEARS_FETCHED) != 0 && hosts[i].word != WORD_ALLOW)
			names_add(names, hosts[i].campaign);
}

/* The campaigns of members before; if it is of one, also of those that are kin. */
static void
names_of_mails(const struct campaign_group *group, const struct store_answer *answer, bool is_of_one, struct names *names)
{
	for (int kin = 0; kin < 2; kin++)
		for (size_t i = 0; i < group->count; i++)
			if (kin != 0 ? group->members[i].kin && (is_of_one || names->count > 0) : group->members[i].belongs)
				names_add(names, campaign_of(answer, group->members[i].member.campaign));
}

/* The oldest is what it is of. Others are parts of it if mails say so, as who learns does: that it shows both is not enough. */
static void
take_names(const struct names *by_hosts, const struct names *by_mails, bool tells, struct campaign_sign *sign)
{
	bool by_mail = by_mails->count > 0 &&
	    (by_hosts->count == 0 || span_order(&by_mails->at[0], &by_hosts->at[0]) <= 0);

	sign->id = by_mail ? by_mails->at[0] : by_hosts->at[0];
	sign->parts = by_mails->at + by_mail;
	sign->part_count = tells ? by_mails->count - by_mail : 0;
}

enum pw_err
campaign_look(const struct options *options, const struct sighting *sighting, const struct standing *hosts,
    const struct standing *sender, const struct template_history *templates, bool seasoned,
    const struct store_answer *answer, size_t window_count, struct arena *arena, struct campaign_sign *sign)
{
	struct campaign_member	self;
	struct campaign_group	group;
	struct names		by_hosts = { .count = 0 }, by_mails = { .count = 0 };
	uint64_t		found = candidates(sighting);
	bool			trips;

	*sign = (struct campaign_sign){ .messages = 0 };
	if ((sighting->flags & (SIGHTING_INTERNAL | SIGHTING_LEARNED)) != 0)
		return PW_OK;
	for (size_t i = 0; i < sighting->template_count && i < 64; i++)
		if ((found >> i & 1) != 0 && is_suspect(options, sighting, i, hosts, templates, seasoned))
			sign->suspects |= (uint64_t)1 << i;
	sign->new_sender = is_recent(options, sighting, sender);
	campaign_member_of(sighting, sign->suspects, &self);
	if (sign->new_sender)
		self.flags |= MEMBER_NEW_SENDER;
	if (self.beacon_count == 0)
		sign->suspects = 0;
	if (!campaign_group_make(&self, answer->windows, sign->suspects != 0 ? window_count : 0, arena, &group))
		return PW_ENOMEM;
	by_hosts.at = arena_array(arena, sighting->host_count + 1, sizeof(*by_hosts.at));
	by_mails.at = arena_array(arena, group.count + 1, sizeof(*by_mails.at));
	if (by_hosts.at == NULL || by_mails.at == NULL)
		return PW_ENOMEM;
	names_of_hosts(sighting, hosts, &by_hosts);
	trips = sign->suspects != 0 && campaign_group_trips(&group, (int)options->campaign_score, seasoned);
	names_of_mails(&group, answer, trips || by_hosts.count > 0, &by_mails);
	if (by_hosts.count > 0 || by_mails.count > 0) {
		bool tells = sign->suspects != 0 && (self.flags & MEMBER_REPLY) == 0;

		take_names(&by_hosts, &by_mails, tells, sign);
		sign->joins = tells && (is_new_to_it(&group) || sign->part_count > 0);
	} else if (trips) {
		sign->trips = true;
		sign->id = make_id(&group, arena);
	}
	if (sign->trips && sign->id.at == NULL)
		return PW_ENOMEM;
	if ((sign->id.len > 0 || sign->suspects != 0) && !campaign_group_explain(&group, arena, sign))
		return PW_ENOMEM;
	return sign->id.len == 0 || list_names(&group, arena, sign) ? PW_OK : PW_ENOMEM;
}

void
campaign_mark(struct sighting *sighting, const struct campaign_sign *sign)
{
	for (size_t i = 0; i < sighting->template_count && i < 64; i++)
		if ((sign->suspects >> i & 1) != 0)
			sighting->templates[i].appearance |= APPEARS_SUSPECT;
	if (sign->suspects != 0 && sign->new_sender)
		sighting->flags |= SIGHTING_NEW_SENDER;
	sighting->campaign = sign->id;
}

/* --- lessons --- */

static uint64_t
marked(const struct sighting *sighting)
{
	uint64_t suspects = 0;

	for (size_t i = 0; i < sighting->template_count && i < 64; i++)
		if ((sighting->templates[i].appearance & APPEARS_SUSPECT) != 0)
			suspects |= (uint64_t)1 << i;
	return suspects;
}

bool
campaign_teaches(const struct sighting *sighting)
{
	return sighting->campaign.len > 0 || marked(sighting) != 0;
}

/* So many members before learn at once which campaign they were of; the next mail of it tells the others. */
#define MOST_TOLD	32u

struct teaching {
	struct campaign_lesson	*lesson;
	struct arena		*arena;
	uint64_t		*recipients;
	size_t			 windows_room, recipients_room, member_count;
};

static bool
teach_member(struct teaching *teaching, const struct campaign_member *member)
{
	struct campaign_lesson	*lesson = teaching->lesson;
	struct store_campaign	*campaign = &lesson->campaign;
	uint64_t		 keys[STORE_MOST_WINDOWS];
	size_t			 count = campaign_member_keys(member, keys);
	struct span		 text = campaign_member_pack(member, teaching->arena);

	if (text.at == NULL)
		return false;
	/* A mail that only shows a picture of a campaign's host is counted, and proves nothing more. */
	for (size_t i = 0; i < count && member->beacon_count > 0; i++) {
		lesson->windows = arena_grow(teaching->arena, lesson->windows, lesson->window_count, &teaching->windows_room,
		    sizeof(*lesson->windows));
		if (lesson->windows == NULL)
			return false;
		lesson->windows[lesson->window_count++] = (struct lesson_window){
			.key = keys[i], .member = { .time_ms = member->time_ms, .message = member->message, .text = text },
		};
	}
	if (member->campaign.len == 0)
		return true;
	for (size_t i = 0; i < member->beacon_count; i++) {
		add_span(campaign->hosts, &campaign->host_count, member->beacons[i].host);
		add_span(lesson->domains, &lesson->domain_count, campaign_beacon_domain(&member->beacons[i]));
	}
	if (member->beacon_count > 0)
		add_span(campaign->senders, &campaign->sender_count, member->from);
	add_span(campaign->members, &campaign->member_count, member->queue_id);
	for (size_t i = 0; i < member->recipient_count; i++) {
		teaching->recipients = arena_grow(teaching->arena, teaching->recipients, lesson->recipient_count,
		    &teaching->recipients_room, sizeof(*teaching->recipients));
		if (teaching->recipients == NULL)
			return false;
		teaching->recipients[lesson->recipient_count++] = member->recipients[i].digest;
	}
	lesson->recipients = teaching->recipients;
	campaign->messages++;
	if (campaign->first_ms == 0 || member->time_ms < campaign->first_ms)
		campaign->first_ms = member->time_ms;
	if (member->time_ms > campaign->last_ms)
		campaign->last_ms = member->time_ms;
	return true;
}

static bool
make_room(struct campaign_lesson *lesson, struct arena *arena)
{
	struct store_campaign	*campaign = &lesson->campaign;
	size_t			 most = MOST_TOLD + 1;

	campaign->hosts = arena_array(arena, most * MEMBER_MOST_BEACONS, sizeof(*campaign->hosts));
	campaign->senders = arena_array(arena, most, sizeof(*campaign->senders));
	campaign->members = arena_array(arena, most, sizeof(*campaign->members));
	lesson->domains = arena_array(arena, most * MEMBER_MOST_BEACONS, sizeof(*lesson->domains));
	return campaign->hosts != NULL && campaign->senders != NULL && campaign->members != NULL && lesson->domains != NULL;
}

/* Does a member that has a name tell the campaign of a message that has one? */
static bool
is_of_it(const struct campaign_linked *linked)
{
	return linked->member.campaign.len > 0 && (linked->belongs || linked->kin);
}

/* Does anybody of the group know of the campaign already? */
static bool
was_named(const struct campaign_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (is_of_it(&group->members[i]))
			return true;
	return group->self->beacon_count == 0;
}

static struct span
join(const struct span *reasons, size_t count, struct arena *arena)
{
	struct span text = SPAN_NONE;

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(text), i > 0 ? "; " : "", SPAN_ARG(reasons[i]));
	return text;
}

/* Another gateway may have found an older one meanwhile. */
static struct span
oldest_name(const struct campaign_group *group, struct span id)
{
	for (size_t i = 0; i < group->count; i++)
		if (is_of_it(&group->members[i]) && span_order(&group->members[i].member.campaign, &id) < 0)
			id = group->members[i].member.campaign;
	return id;
}

/* What the message shares with mails of that name; empty if with none. */
static bool
shares_with(const struct campaign_group *group, struct span id, struct arena *arena, struct span *shares)
{
	const struct campaign_linked *best = NULL;

	for (size_t i = 0; i < group->count; i++)
		if (is_of_it(&group->members[i]) && span_eq(group->members[i].member.campaign, id) &&
		    (best == NULL || campaign_group_is_closer(&group->members[i], best)))
			best = &group->members[i];
	*shares = best != NULL ? campaign_group_shares(best, arena) : SPAN("");
	return shares->at != NULL;
}

static bool
add_part(struct teaching *teaching, const struct campaign_group *group, struct span id)
{
	struct campaign_lesson	*lesson = teaching->lesson;
	struct span		 whole = lesson->campaign.id, with_whole, with_part;
	struct store_campaign	*part = &lesson->parts[lesson->part_count];

	if (id.len == 0 || span_eq(id, whole))
		return true;
	for (size_t i = 0; i < lesson->part_count; i++)
		if (span_eq(lesson->parts[i].id, id))
			return true;
	if (!shares_with(group, whole, teaching->arena, &with_whole) || !shares_with(group, id, teaching->arena, &with_part))
		return false;
	/* A mail that is of one by its host alone shares that. */
	if (with_whole.len == 0)
		with_whole = SPAN("a beacon's domain");
	if (with_part.len == 0)
		with_part = SPAN("a beacon's domain");
	*part = (struct store_campaign){ .id = id, .part_of = whole, .part_why = arena_printf(teaching->arena,
	    "a mail shares %.*s with %.*s, and %.*s with %.*s", SPAN_ARG(with_whole), SPAN_ARG(whole), SPAN_ARG(with_part),
	    SPAN_ARG(id)) };
	lesson->part_count++;
	return part->part_why.at != NULL;
}

/* Campaigns that turn out to be this one, and by what. */
static bool
teach_parts(struct teaching *teaching, const struct campaign_group *group, struct span own)
{
	teaching->lesson->parts = arena_array(teaching->arena, group->count + 1, sizeof(*teaching->lesson->parts));
	if (teaching->lesson->parts == NULL || !add_part(teaching, group, own))
		return false;
	for (size_t i = 0; i < group->count; i++)
		if (is_of_it(&group->members[i]) && !add_part(teaching, group, group->members[i].member.campaign))
			return false;
	return true;
}

enum pw_err
campaign_teach(const struct sighting *sighting, const struct store_window *windows, size_t window_count,
    struct arena *arena, struct campaign_lesson *lesson)
{
	struct teaching		teaching = { .lesson = lesson, .arena = arena };
	struct campaign_member	self;
	struct campaign_group	group;
	/* Who answers a mail of a campaign is not of it. */
	bool			named = sighting->campaign.len > 0 && (sighting->flags & SIGHTING_REPLY) == 0;

	*lesson = (struct campaign_lesson){ .windows = NULL };
	campaign_member_of(sighting, marked(sighting), &self);
	self.campaign = SPAN_NONE;
	if (!campaign_group_make(&self, windows, named ? window_count : 0, arena, &group) || !make_room(lesson, arena))
		return PW_ENOMEM;
	if (named)
		self.campaign = lesson->campaign.id = oldest_name(&group, sighting->campaign);
	if (!teach_member(&teaching, &self) || (named && !teach_parts(&teaching, &group, sighting->campaign)))
		return PW_ENOMEM;
	if (named && !was_named(&group)) {
		struct campaign_sign sign = { .messages = 0 };

		if (!campaign_group_explain(&group, arena, &sign))
			return PW_ENOMEM;
		lesson->campaign.note = join(sign.reasons, sign.reason_count, arena);
	}
	for (size_t i = 0, told = 0; named && i < group.count && told < MOST_TOLD; i++) {
		struct campaign_linked *linked = &group.members[i];

		if (!(linked->belongs || is_of_it(linked)) || span_eq(linked->member.campaign, self.campaign))
			continue;
		linked->member.campaign = self.campaign;
		if (!teach_member(&teaching, &linked->member))
			return PW_ENOMEM;
		told++;
	}
	return PW_OK;
}

#include "campaign.h"

#include <time.h>

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
	return templates[index].proof != PROOF_STATIC && standing->word != WORD_ALLOW && !standing->vouched &&
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

/* The day it began, and which mail began it: two gateways that find it at once call it the same. */
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
	return arena_printf(arena, "%04d%02d%02d-%06llx", day.tm_year + 1900, day.tm_mon + 1, day.tm_mday,
	    (unsigned long long)(message & 0xffffff));
}

/* Of several the oldest: its name sorts first. */
static void
take_id(struct span *id, struct span other)
{
	if (other.len > 0 && (id->len == 0 || span_order(&other, id) < 0))
		*id = other;
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

enum pw_err
campaign_look(const struct options *options, const struct sighting *sighting, const struct standing *hosts,
    const struct standing *sender, const struct template_history *templates, bool seasoned,
    const struct store_window *windows, size_t window_count, struct arena *arena, struct campaign_sign *sign)
{
	struct campaign_member	self;
	struct campaign_group	group;
	uint64_t		found = candidates(sighting);

	*sign = (struct campaign_sign){ .messages = 0 };
	if ((sighting->flags & (SIGHTING_INTERNAL | SIGHTING_LEARNED)) != 0)
		return PW_OK;
	for (size_t i = 0; i < sighting->host_count; i++)
		if ((sighting->hosts[i].appearance & APPEARS_FETCHED) != 0 && hosts[i].word != WORD_ALLOW)
			take_id(&sign->id, hosts[i].campaign);
	for (size_t i = 0; i < sighting->template_count && i < 64; i++)
		if ((found >> i & 1) != 0 && is_suspect(options, sighting, i, hosts, templates, seasoned))
			sign->suspects |= (uint64_t)1 << i;
	sign->new_sender = is_recent(options, sighting, sender);
	campaign_member_of(sighting, sign->suspects, &self);
	if (sign->new_sender)
		self.flags |= MEMBER_NEW_SENDER;
	if (self.beacon_count == 0)
		sign->suspects = 0;
	if (!campaign_group_make(&self, sign->suspects != 0 ? windows : NULL, sign->suspects != 0 ? window_count : 0, arena,
	    &group))
		return PW_ENOMEM;
	for (size_t i = 0; i < group.count; i++)
		if (group.members[i].belongs)
			take_id(&sign->id, group.members[i].member.campaign);
	if (sign->id.len > 0)
		sign->joins = sign->suspects != 0 && (self.flags & MEMBER_REPLY) == 0 && is_new_to_it(&group);
	else if (sign->suspects != 0 && campaign_group_trips(&group, (int)options->campaign_score, seasoned)) {
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

/* Does anybody of the group know of the campaign already? */
static bool
was_named(const struct campaign_group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->members[i].belongs && group->members[i].member.campaign.len > 0)
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

enum pw_err
campaign_teach(const struct sighting *sighting, const struct store_window *windows, size_t window_count,
    struct arena *arena, struct campaign_lesson *lesson)
{
	struct teaching		teaching = { .lesson = lesson, .arena = arena };
	struct campaign_member	self;
	struct campaign_group	group;
	/* Who answers a mail of a campaign is not of it. */
	bool			named = sighting->campaign.len > 0 && (sighting->flags & SIGHTING_REPLY) == 0;

	*lesson = (struct campaign_lesson){ .campaign.id = named ? sighting->campaign : SPAN_NONE };
	campaign_member_of(sighting, marked(sighting), &self);
	self.campaign = lesson->campaign.id;
	if (!campaign_group_make(&self, named ? windows : NULL, named ? window_count : 0, arena, &group) ||
	    !make_room(lesson, arena) || !teach_member(&teaching, &self))
		return PW_ENOMEM;
	if (named && !was_named(&group)) {
		struct campaign_sign sign = { .messages = 0 };

		if (!campaign_group_explain(&group, arena, &sign))
			return PW_ENOMEM;
		lesson->campaign.note = join(sign.reasons, sign.reason_count, arena);
	}
	for (size_t i = 0, told = 0; named && i < group.count && told < MOST_TOLD; i++)
		if (group.members[i].belongs && group.members[i].member.campaign.len == 0) {
			group.members[i].member.campaign = sighting->campaign;
			if (!teach_member(&teaching, &group.members[i].member))
				return PW_ENOMEM;
			told++;
		}
	return PW_OK;
}

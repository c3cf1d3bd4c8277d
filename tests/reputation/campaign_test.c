/* Small worlds of mail: which of them are campaigns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <cmocka.h>

#include <pixelward/base/config.h>

#include "reputation/campaign.h"
#include "reputation/campaign_member.h"

#define DAY_MS	((int64_t)86400000)
#define NOW_MS	((int64_t)1767225600 * 1000)

enum how {
	HOW_HIDDEN = 1, HOW_LINKED = 2, HOW_BULK = 4, HOW_OLD_HOST = 8, HOW_VOUCHED = 16, HOW_OLD_SENDER = 32, HOW_VISIBLE = 64,
	HOW_SHARED_TOKEN = 128, HOW_ALLOWED = 256, HOW_REPLY = 512, HOW_LISTED = 1024, HOW_INDICATED = 2048,
	HOW_UNUSUAL = 4096,
	HOW_EARNED = 16384,	/* vouched for lately, by mail that came in */
	HOW_SHOWS = 32768,	/* a picture of evil.example, too */
	HOW_AT_HOME = 8192,	/* the link leads to the sender's own domain, not to an outlet */
};

struct mail {
	const char	*from, *host, *domain, *path;	/* path: its template */
	uint32_t	 skeleton, how;
	const char	*to;	/* one letter each; upper case: watched */
};

static uint64_t
digest(const char *text)
{
	uint64_t number = 1469598103934665603u;

	for (; *text != '\0'; text++)
		number = (number ^ (unsigned char)*text) * 1099511628211u;
	return number;
}

/* One message in a world whose windows are lists of lessons. */
struct world {
	struct options		*options;
	struct arena		*arena;
	struct lesson_window	 lessons[4096];
	size_t			 lesson_count;
	struct { struct span domain, campaign; } named[64];
	size_t			 named_count;
	struct store_part	 parts[64];
	size_t			 part_count;
	struct span		 why;		/* of the last part */
	size_t			 number;
};

static struct store_window *
ask(struct world *world, const uint64_t *keys, size_t count)
{
	struct store_window *windows = arena_array(world->arena, count, sizeof(*windows));

	for (size_t i = 0; i < count; i++) {
		windows[i].key = keys[i];
		windows[i].members = arena_array(world->arena, world->lesson_count, sizeof(struct member));
		for (size_t k = 0; k < world->lesson_count; k++)
			if (world->lessons[k].key == keys[i])
				windows[i].members[windows[i].count++] = world->lessons[k].member;
	}
	return windows;
}

static void
teach(struct world *world, const struct lesson_window *lesson)
{
	for (size_t i = 0; i < world->lesson_count; i++)
		if (world->lessons[i].key == lesson->key && world->lessons[i].member.message == lesson->member.message) {
			world->lessons[i] = *lesson;
			return;
		}
	assert_true(world->lesson_count < NITEMS(world->lessons));
	world->lessons[world->lesson_count++] = *lesson;
}

static struct span
after_at(struct span mailbox)
{
	return span_from(mailbox, span_find_char(mailbox, '@', 0) + 1);
}

static void
deliver(struct world *world, const struct mail *mail, bool seasoned, struct campaign_sign *sign)
{
	struct arena			*arena = world->arena;
	struct sighting_recipient	 recipients[16] = { { .watched = false } };
	struct span			 text = arena_printf(arena, "%s%s", mail->host, mail->path);
	bool				 token = strchr(mail->path, '{') != NULL;
	struct sighting_host		 hosts[2] = {
		{ .host = span_of(mail->host), .domain = span_of(mail->domain), .references = 1,
		  .appearance = APPEARS_FETCHED | ((mail->how & HOW_LINKED) != 0 ? APPEARS_LINKED : 0u) },
		{ .host = SPAN("www.outlet.example"), .domain = (mail->how & HOW_AT_HOME) != 0 ? after_at(span_of(mail->from)) :
		  SPAN("outlet.example"), .appearance = APPEARS_LINKED },
	};
	struct sighting_template	 template = {
		.appearance = APPEARS_FETCHED | (token ? APPEARS_OPAQUE : 0u) |
		    ((mail->how & HOW_HIDDEN) != 0 ? APPEARS_HIDDEN : 0u) | ((mail->how & HOW_VISIBLE) != 0 ? APPEARS_SHOWN : 0u) |
		    ((mail->how & (HOW_LISTED | HOW_INDICATED)) != 0 ? APPEARS_LISTED : 0u) |
		    ((mail->how & HOW_INDICATED) != 0 ? APPEARS_INDICATED : 0u) |
		    ((mail->how & HOW_UNUSUAL) != 0 ? APPEARS_UNUSUAL : 0u),
		.tokens = token, .text = text, .digest = digest(text.at), .path = token ? digest(mail->path) : 0,
		.token = (mail->how & HOW_SHARED_TOKEN) != 0 ? 7 : 1000 + world->number,
	};
	struct standing			 standings[2] = { { .known = false }, { .known = true, .first_ms = NOW_MS - 300 * DAY_MS } };
	struct standing			 sender = { .known = (mail->how & HOW_OLD_SENDER) != 0, .first_ms = NOW_MS - 300 * DAY_MS };
	struct template_history		 history = { .proof = PROOF_NONE };
	struct span			 shown = SPAN("evil.example");
	struct sighting			 sighting = {
		.time_ms = NOW_MS + (int64_t)world->number * 3600000, .message = 5000 + world->number, .skeleton = mail->skeleton,
		.queue_id = arena_printf(arena, "Q%zu", world->number), .from = span_of(mail->from),
		.sender_domain = after_at(span_of(mail->from)), .flags = ((mail->how & HOW_BULK) != 0 ? SIGHTING_BULK : 0u) | ((mail->how & HOW_REPLY) != 0 ? SIGHTING_REPLY : 0u),
		.recipients = recipients, .recipient_count = strlen(mail->to), .recipients_in_all = strlen(mail->to),
		.hosts = hosts, .host_count = 2, .templates = &template, .template_count = 1,
	};
	uint64_t			 keys[STORE_MOST_WINDOWS];
	struct campaign_lesson		 lesson;

	world->number++;
	for (size_t i = 0; i < sighting.recipient_count; i++)
		recipients[i] = (struct sighting_recipient){ .digest = (uint64_t)(mail->to[i] | 0x20),
		    .watched = mail->to[i] < 'a' };
	if ((mail->how & HOW_OLD_HOST) != 0)
		standings[0] = (struct standing){ .known = true, .first_ms = NOW_MS - 100 * DAY_MS };
	if ((mail->how & (HOW_VOUCHED | HOW_EARNED)) != 0)
		standings[0] = (struct standing){ .known = true, .first_ms = NOW_MS - 6 * DAY_MS, .vouched = true,
		    .firm = (mail->how & HOW_VOUCHED) != 0 };
	if ((mail->how & HOW_ALLOWED) != 0)
		standings[0].word = WORD_ALLOW;
	if ((mail->how & HOW_SHOWS) != 0)
		hosts[1] = (struct sighting_host){ .host = shown, .domain = shown, .appearance = APPEARS_FETCHED };
	for (size_t i = 0; i < world->named_count; i++)
		for (size_t k = 0; k < NITEMS(hosts); k++)
			if (span_eq(world->named[i].domain, hosts[k].domain))
				standings[k].campaign = world->named[i].campaign;
	size_t count = campaign_keys(&sighting, keys);
	assert_true(count <= STORE_MOST_WINDOWS);
	const struct store_answer answer = { .windows = ask(world, keys, count), .parts = world->parts,
		.part_count = world->part_count };
	for (size_t k = 0; k < NITEMS(hosts); k++)
		standings[k].campaign = campaign_of(&answer, standings[k].campaign);
	assert_int_equal(campaign_look(world->options, &sighting, standings, &sender, &history, seasoned, &answer, count, arena,
	    sign), PW_OK);
	campaign_mark(&sighting, sign);
	if (!campaign_teaches(&sighting))
		return;
	assert_int_equal(campaign_teach(&sighting, answer.windows, count, arena, &lesson), PW_OK);
	for (size_t i = 0; i < lesson.window_count; i++)
		teach(world, &lesson.windows[i]);
	for (size_t i = 0; lesson.campaign.id.len > 0 && i < lesson.domain_count; i++) {
		world->named[world->named_count].domain = lesson.domains[i];
		world->named[world->named_count++].campaign = lesson.campaign.id;
		assert_true(world->named_count < NITEMS(world->named));
	}
	for (size_t i = 0; i < lesson.part_count; i++) {
		assert_true(world->part_count < NITEMS(world->parts));
		world->parts[world->part_count].id = lesson.parts[i].id;
		world->parts[world->part_count++].of = lesson.parts[i].part_of;
		world->why = lesson.parts[i].part_why;
	}
}

#define PX	"/open/track/{hex}.gif"
#define OTHER	"/i/{mixed}.png"
#define SHEET	"/css/{hex}.css"
#define H	HOW_HIDDEN
#define OLD	HOW_OLD_SENDER

static const struct scene {
	const char	*says;
	struct mail	 mails[8];
	bool		 unseasoned;
	size_t		 named_at;	/* from 1; 0: never */
	size_t		 hosts, senders, earlier;	/* when it is named */
} scenes[] = {
	{ "two senders with hidden beacons at one new host are a campaign", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H, "s" } }, false, 2, 1, 2, 1 },
	{ "two accounts of one provider of free mail are two senders", {
	    { "a@gmail.com", "i.bad.example", "bad.example", PX, 0, H | OLD, "r" },
	    { "b@gmail.com", "i.bad.example", "bad.example", OTHER, 0, H | OLD, "s" } }, false, 2, 1, 2, 1 },
	{ "one sender with beacons at two new hosts is a campaign", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | OLD, "r" },
	    { "a@one.example", "evil.example", "evil.example", OTHER, 0, H | OLD, "s" } }, false, 2, 2, 1, 1 },
	{ "senders and hosts share a page and a template, and at last a host, too", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 9, H | HOW_BULK, "r" },
	    { "b@two.example", "evil.example", "evil.example", PX, 9, H | HOW_BULK, "S" },
	    { "c@three.example", "other.example", "other.example", PX, 9, H | HOW_BULK, "T" },
	    { "c@three.example", "evil.example", "evil.example", PX, 9, H | HOW_BULK, "T" } }, false, 4, 3, 3, 3 },
	{ "an agency whose customers each have a host of their own may say nowhere that it is a list", {
	    { "a@one.example", "px.one-mail.example", "one-mail.example", PX, 9, H, "R" },
	    { "b@two.example", "px.two-mail.example", "two-mail.example", PX, 9, H, "S" },
	    { "c@three.example", "px.three-mail.example", "three-mail.example", PX, 9, H, "T" } }, false, 0, 0, 0, 0 },
	{ "a colleague who answers quotes beacons of several services", {
	    { "a@one.example", "px.mailer.example", "mailer.example", PX, 0, H | HOW_REPLY | OLD, "r" },
	    { "a@one.example", "evil.example", "evil.example", PX, 0, H | HOW_REPLY | OLD, "s" } }, false, 0, 0, 0, 0 },
	{ "pictures that lie about their size are beacons, too", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, 0, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, 0, "s" } }, false, 2, 1, 2, 1 },
	{ "hosts that sound like news share that, if nothing else", {
	    { "a@one.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "r" },
	    { "b@two.example", "world-press.example", "world-press.example", OTHER, 0, H, "s" } }, false, 2, 2, 2, 1 },
	{ "a newsletter's host sounds like news by its trade", {
	    { "a@one.example", "i.newsletter.example", "newsletter.example", PX, 0, H, "r" },
	    { "b@two.example", "world-press.example", "world-press.example", OTHER, 0, H, "s" } }, false, 0, 0, 0, 0 },
	{ "one who answers quotes the beacon of a service", {
	    { "no-reply@tool.example", "px.mailer.example", "mailer.example", PX, 0, H, "r" },
	    { "b@two.example", "px.mailer.example", "mailer.example", PX, 0, H | HOW_REPLY, "s" } }, false, 0, 0, 0, 0 },
	{ "whose domain it is may use the host", {
	    { "press@clip.example", "t.clip.example", "clip.example", PX, 0, H, "r" },
	    { "b@two.example", "t.clip.example", "clip.example", PX, 0, H, "s" } }, false, 0, 0, 0, 0 },
	{ "list headers alone do not hide who sends by several names through several hosts", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 4, H | HOW_BULK, "R" },
	    { "b@two.example", "i.bad.example", "bad.example", PX, 4, H | HOW_BULK, "S" },
	    { "b@two.example", "evil.example", "evil.example", PX, 4, H | HOW_BULK, "T" },
	    { "a@one.example", "evil.example", "evil.example", PX, 4, H | HOW_BULK, "U" } }, false, 3, 2, 2, 2 },
	{ "list headers in all mails do not hide that a host's beacons are of many kinds", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_BULK, "R" },
	    { "b@two.example", "i.bad.example", "bad.example", SHEET, 0, H | HOW_BULK | HOW_UNUSUAL, "S" } }, false, 2, 1, 2, 1 },
	{ "nor do list headers and links to the host", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_BULK | HOW_LINKED, "R" },
	    { "b@two.example", "i.bad.example", "bad.example", PX, 0, H | HOW_BULK | HOW_LINKED, "S" },
	    { "c@three.example", "i.bad.example", "bad.example", SHEET, 0, H | HOW_BULK | HOW_LINKED | HOW_UNUSUAL, "T" } },
	  false, 3, 1, 3, 2 },
	{ "accounts at the hosts' own domains change the kind of the beacon, too", {
	    { "a@bad.example", "i.bad.example", "bad.example", PX, 0, H, "r" },
	    { "b@bad.example", "i.bad.example", "bad.example", SHEET, 0, H | HOW_UNUSUAL, "s" } }, false, 2, 1, 2, 1 },
	{ "and hosts that sound like news share that, whoever sends from them", {
	    { "a@bbc-report.example", "i.bbc-report.example", "bbc-report.example", PX, 9, H, "r" },
	    { "b@world-press.example", "world-press.example", "world-press.example", OTHER, 9, H, "s" } }, false, 2, 2, 2, 1 },
	{ "also if nothing else connects them, and both are look-alikes", {
	    { "a@bbc-report.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "r" },
	    { "b@lemonde-live.example", "lemonde-live.example", "lemonde-live.example", OTHER, 0, H, "s" } }, false, 2, 2, 2, 1 },
	{ "but a new paper, or who reads the press for others, sounds like what he is", {
	    { "a@one.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "r" },
	    { "desk@press-pilot.example", "press-pilot.example", "press-pilot.example", OTHER, 0, H, "s" },
	    { "alerts@press-pilot.example", "press-pilot.example", "press-pilot.example", OTHER, 0, H, "t" },
	    { "desk@valley-times.example", "i.valley-times.example", "valley-times.example", SHEET, 0, H, "u" } },
	  false, 0, 0, 0, 0 },
	{ "a host with an outlet's name, and no link to it, is a sign more than one that sounds like the press", {
	    { "a@bbc-report.example", "i.bbc-report.example", "bbc-report.example", PX, 0, HOW_VISIBLE, "r" },
	    { "b@bbc-report.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "s" },
	    { "a@bbc-report.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "t" } }, false, 3, 1, 2, 2 },
	{ "which may be a new paper", {
	    { "a@world-press.example", "i.world-press.example", "world-press.example", PX, 0, HOW_VISIBLE, "r" },
	    { "b@world-press.example", "i.world-press.example", "world-press.example", PX, 0, H, "s" },
	    { "a@world-press.example", "i.world-press.example", "world-press.example", PX, 0, H, "t" } }, false, 0, 0, 0, 0 },
	{ "as may be one that is called as others are", {
	    { "a@guardian-law.example", "i.guardian-law.example", "guardian-law.example", PX, 0, HOW_VISIBLE, "r" },
	    { "b@guardian-law.example", "i.guardian-law.example", "guardian-law.example", PX, 0, H, "s" },
	    { "a@guardian-law.example", "i.guardian-law.example", "guardian-law.example", PX, 0, H, "t" } }, false, 0, 0, 0, 0 },
	{ "a vendor's partner links to his own house", {
	    { "a@adobe-partner.example", "i.adobe-partner.example", "adobe-partner.example", PX, 0, H | HOW_LINKED, "r" },
	    { "b@adobe-partner.example", "i.adobe-partner.example", "adobe-partner.example", PX, 0, H | HOW_LINKED, "s" },
	    { "a@adobe-partner.example", "i.adobe-partner.example", "adobe-partner.example", PX, 0, H | HOW_LINKED, "t" } },
	  false, 0, 0, 0, 0 },
	{ "or says that it is a list", {
	    { "a@adobe-partner.example", "i.adobe-partner.example", "adobe-partner.example", PX, 0, H | HOW_BULK, "r" },
	    { "b@adobe-partner.example", "i.adobe-partner.example", "adobe-partner.example", PX, 0, H | HOW_BULK, "s" },
	    { "a@adobe-partner.example", "i.adobe-partner.example", "adobe-partner.example", PX, 0, H | HOW_BULK, "t" } },
	  false, 0, 0, 0, 0 },
	{ "pictures that are seen are its beacons, too, if they are all that a mail fetches", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, HOW_VISIBLE, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", SHEET, 0, HOW_VISIBLE | HOW_UNUSUAL, "s" } }, false, 2, 1, 2, 1 },
	{ "salesmen who have nothing to do with each other may use the same new counter", {
	    { "a@one.example", "t.counter.example", "counter.example", PX, 0, H, "R" },
	    { "b@two.example", "t.counter.example", "counter.example", PX, 0, H, "S" },
	    { "c@three.example", "t.counter.example", "counter.example", PX, 0, H, "T" },
	    { "a@one.example", "t.counter.example", "counter.example", PX, 0, H, "U" },
	    { "d@gmail.com", "t.counter.example", "counter.example", PX, 0, H | OLD, "V" } }, false, 0, 0, 0, 0 },
	{ "and so may reporters of several papers", {
	    { "a@valley-times.example", "t.counter.example", "counter.example", PX, 0, H, "R" },
	    { "b@harbour-press.example", "t.counter.example", "counter.example", PX, 0, H, "S" },
	    { "c@hill-gazette.example", "t.counter.example", "counter.example", PX, 0, H, "T" } }, false, 0, 0, 0, 0 },
	{ "but not at a host that sounds like a paper", {
	    { "a@one.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "R" },
	    { "b@two.example", "i.bbc-report.example", "bbc-report.example", PX, 0, H, "S" } }, false, 2, 1, 2, 1 },
	{ "and two such counters may be written alike", {
	    { "a@one.example", "t.counter.example", "counter.example", PX, 0, H, "R" },
	    { "b@two.example", "t.tally.example", "tally.example", PX, 0, H, "S" },
	    { "c@three.example", "t.counter.example", "counter.example", PX, 0, H, "T" },
	    { "d@four.example", "t.tally.example", "tally.example", PX, 0, H, "U" } }, false, 0, 0, 0, 0 },
	{ "who links to a domain of his own may use one that sounds like the press", {
	    { "a@valley.example", "t.tallypress.example", "tallypress.example", PX, 0, H | HOW_AT_HOME, "R" },
	    { "b@harbour.example", "t.tallypress.example", "tallypress.example", PX, 0, H | HOW_AT_HOME, "S" },
	    { "c@hill.example", "t.tallypress.example", "tallypress.example", PX, 0, H | HOW_AT_HOME, "T" } }, false, 0, 0, 0, 0 },
	{ "local papers each have a host of their own, and say that it is a list", {
	    { "a@valley-times.example", "t.valley-times.example", "valley-times.example", PX, 9, H | HOW_BULK, "R" },
	    { "b@harbour-press.example", "t.harbour-press.example", "harbour-press.example", PX, 9, H | HOW_BULK, "S" },
	    { "c@hill-gazette.example", "t.hill-gazette.example", "hill-gazette.example", PX, 9, H | HOW_BULK, "T" } },
	  false, 0, 0, 0, 0 },
	{ "or their links lead there", {
	    { "a@valley-times.example", "t.valley-times.example", "valley-times.example", PX, 9, H | HOW_LINKED, "R" },
	    { "b@harbour-press.example", "t.harbour-press.example", "harbour-press.example", PX, 9, H | HOW_LINKED, "S" },
	    { "c@hill-gazette.example", "t.hill-gazette.example", "hill-gazette.example", PX, 9, H | HOW_LINKED, "T" } },
	  false, 0, 0, 0, 0 },
	{ "so may shops whose mails are of one mould", {
	    { "order@one.example", "o.relay.example", "relay.example", PX, 7, H, "R" },
	    { "order@two.example", "o.relay.example", "relay.example", PX, 7, H, "S" },
	    { "order@three.example", "o.relay.example", "relay.example", PX, 7, H, "T" } }, false, 0, 0, 0, 0 },
	{ "customers of a mailing service may each choose the folder of its counter", {
	    { "a@one.example", "px.mailer.example", "mailer.example", PX, 1, H | HOW_BULK, "R" },
	    { "b@two.example", "px.mailer.example", "mailer.example", OTHER, 2, H | HOW_BULK, "S" },
	    { "c@three.example", "px.mailer.example", "mailer.example", "/seen/{hex}", 3, H | HOW_BULK, "T" } }, false, 0, 0, 0, 0 },
	{ "a newsletter may go from one service to another", {
	    { "news@shop.example", "t.first.example", "first.example", PX, 3, H | HOW_BULK, "R" },
	    { "news@shop.example", "t.second.example", "second.example", OTHER, 3, H | HOW_BULK, "S" },
	    { "news@shop.example", "t.second.example", "second.example", OTHER, 3, H | HOW_BULK, "T" } }, false, 0, 0, 0, 0 },
	{ "words that end like a paper's are none", {
	    { "a@one.example", "i.fastexpress.example", "fastexpress.example", PX, 0, H, "r" },
	    { "b@two.example", "wordpress-mail.example", "wordpress-mail.example", OTHER, 0, H, "s" } }, false, 0, 0, 0, 0 },
	{ "where everything is new, it takes more", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H, "s" },
	    { "b@two.example", "evil.example", "evil.example", OTHER, 0, H, "t" },
	    { "a@one.example", "evil.example", "evil.example", OTHER, 0, H, "u" } }, true, 4, 2, 2, 2 },
	{ "a new newsletter has one sender and one host", {
	    { "news@shop.example", "t.shop.example", "shop.example", PX, 3, H | HOW_BULK, "R" },
	    { "news@shop.example", "t.shop.example", "shop.example", PX, 3, H | HOW_BULK, "S" },
	    { "news@shop.example", "t.shop.example", "shop.example", PX, 3, H | HOW_BULK, "T" } }, false, 0, 0, 0, 0 },
	{ "notifications of a new service have no list headers, and one sender", {
	    { "no-reply@tool.example", "px.mailer.example", "mailer.example", PX, 3, H, "R" },
	    { "no-reply@tool.example", "px.mailer.example", "mailer.example", PX, 3, H, "S" },
	    { "billing@tool.example", "px.mailer.example", "mailer.example", PX, 3, H, "T" } }, false, 0, 0, 0, 0 },
	{ "an agency sends for several customers from hosts of theirs", {
	    { "news@a.example", "t.a.example", "a.example", PX, 3, H | HOW_BULK | HOW_LINKED, "R" },
	    { "news@b.example", "t.b.example", "b.example", PX, 3, H | HOW_BULK | HOW_LINKED, "S" },
	    { "news@c.example", "t.c.example", "c.example", PX, 3, H | HOW_BULK, "T" },
	    { "news@d.example", "px-d.example", "px-d.example", PX, 3, H | HOW_BULK, "U" } }, false, 0, 0, 0, 0 },
	{ "a new mailing service has many senders", {
	    { "a@one.example", "px.mailer.example", "mailer.example", PX, 1, H | HOW_BULK, "R" },
	    { "b@two.example", "px.mailer.example", "mailer.example", PX, 1, H | HOW_BULK, "S" },
	    { "c@three.example", "px.mailer.example", "mailer.example", PX, 1, H | HOW_BULK, "T" } }, false, 0, 0, 0, 0 },
	{ "citizens write through a petition's platform, whose link is in each letter", {
	    { "a@gmail.com", "px.petition.example", "petition.example", PX, 1, H | HOW_LINKED | OLD, "R" },
	    { "b@gmx.de", "px.petition.example", "petition.example", PX, 1, H | HOW_LINKED | OLD, "S" },
	    { "c@web.de", "px.petition.example", "petition.example", PX, 1, H | HOW_LINKED | OLD, "T" } }, false, 0, 0, 0, 0 },
	{ "pictures that are seen are no beacons", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, HOW_VISIBLE, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, HOW_VISIBLE, "s" } }, false, 0, 0, 0, 0 },
	{ "the same URL for all tells nobody apart", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_SHARED_TOKEN, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", PX, 0, H | HOW_SHARED_TOKEN, "s" } }, false, 0, 0, 0, 0 },
	{ "one recipient is no campaign", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H, "r" } }, false, 0, 0, 0, 0 },
	{ "hosts that were seen long before are none of it", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_OLD_HOST, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H | HOW_OLD_HOST, "s" } }, false, 0, 0, 0, 0 },
	{ "nor are vouched ones", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_VOUCHED, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H | HOW_VOUCHED, "s" } }, false, 0, 0, 0, 0 },
	{ "but one that earned it in some days is, with what is not the same for all", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_EARNED, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H | HOW_EARNED, "s" } }, false, 2, 1, 2, 1 },
	{ "nor those that an analyst allowed", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_ALLOWED, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H | HOW_ALLOWED, "s" } }, false, 0, 0, 0, 0 },
	{ "nor trackers that a list knows", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_LISTED, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H | HOW_LISTED, "s" } }, false, 0, 0, 0, 0 },
	{ "but indicators are", {
	    { "a@one.example", "i.bad.example", "bad.example", PX, 0, H | HOW_INDICATED, "r" },
	    { "b@two.example", "i.bad.example", "bad.example", OTHER, 0, H | HOW_INDICATED, "s" } }, false, 2, 1, 2, 1 },
};

static struct world *
world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->options = options_new();
	world->arena = arena_new((size_t)256 << 20);
	assert_true(world->options != NULL && world->arena != NULL);
	return world;
}

static void
world_free(struct world *world)
{
	options_free(world->options);
	arena_free(world->arena);
	free(world);
}

static void
play(void **state)
{
	const struct scene	*scene = *state;
	struct world		*world = world_new();
	size_t			 named_at = 0;

	for (size_t i = 0; i < NITEMS(scene->mails) && scene->mails[i].from != NULL; i++) {
		struct campaign_sign sign;

		deliver(world, &scene->mails[i], !scene->unseasoned, &sign);
		if (sign.trips) {
			named_at = i + 1;
			assert_true(sign.id.len == 15 && sign.reason_count > 2);
			assert_int_equal(sign.host_count, scene->hosts);
			assert_int_equal(sign.sender_count, scene->senders);
			assert_int_equal(sign.earlier_count, scene->earlier);
			break;
		}
		assert_int_equal(sign.id.len, 0);
	}
	assert_int_equal(named_at, scene->named_at);
	world_free(world);
}

/* --- once it has a name --- */

static const struct mail first[] = {
	{ "a@gmail.com", "i.bad.example", "bad.example", PX, 0, H | OLD, "r" },
	{ "c@gmx.de", "third.example", "third.example", "/a/{hex}", 0, H | OLD, "x" },
	{ "b@gmail.com", "i.bad.example", "bad.example", OTHER, 0, H | OLD, "s" },
};

static const struct sequel {
	const char	*says;
	struct mail	 mail;
	bool		 is_member, joins;
} sequels[] = {
	{ "its sender brings a new host along", { "b@gmail.com", "evil.example", "evil.example", "/a/{hex}", 0, H | OLD, "t" },
	  true, true },
	{ "its host brings a new sender along", { "d@web.de", "i.bad.example", "bad.example", "/a/{hex}", 0, H | OLD, "t" },
	  true, true },
	{ "its sender brings a new host of a domain along that is known already",
	  { "b@gmail.com", "j.bad.example", "bad.example", "/a/{hex}", 0, H | OLD, "t" }, true, true },
	{ "its template brings both", { "d@web.de", "evil.example", "evil.example", PX, 0, H | OLD, "t" }, true, true },
	{ "the same sender and host are nothing new", { "b@gmail.com", "i.bad.example", "bad.example", PX, 0, H | OLD, "t" },
	  true, false },
	{ "a picture of its host is of it, whatever the picture shows",
	  { "d@web.de", "i.bad.example", "bad.example", "/logo.png", 0, HOW_VISIBLE | OLD, "t" }, true, false },
	{ "who answers one of its mails is no sender of it",
	  { "d@web.de", "i.bad.example", "bad.example", PX, 0, H | OLD | HOW_REPLY, "t" }, true, false },
	{ "a newsletter with the same template is not", { "n@shop.example", "t.shop.example", "shop.example", PX, 0,
	  H | HOW_BULK | HOW_LINKED, "t" }, false, false },
};

static void
follow(void **state)
{
	const struct sequel	*sequel = *state;
	struct world		*world = world_new();
	struct campaign_sign	 before = { .messages = 0 }, sign;

	for (size_t i = 0; i < NITEMS(first); i++)
		deliver(world, &first[i], true, &before);
	assert_true(before.trips);
	deliver(world, &sequel->mail, true, &sign);
	assert_false(sign.trips);
	assert_int_equal(span_eq(sign.id, before.id), sequel->is_member);
	assert_int_equal(sign.joins, sequel->joins);
	world_free(world);
}

static void
a_mail_before_that_only_a_later_one_connects_is_added(void **state)
{
	static const struct mail	later = { "c@gmx.de", "i.bad.example", "bad.example", PX, 0, H | OLD, "t" };
	static const struct mail	last = { "e@web.de", "third.example", "third.example", OTHER, 0, H | OLD, "u" };
	struct world			*world = world_new();
	struct campaign_sign		 before = { .messages = 0 }, sign;

	(void)state;
	for (size_t i = 0; i < NITEMS(first); i++)
		deliver(world, &first[i], true, &before);
	deliver(world, &later, true, &sign);
	assert_true(sign.joins && span_eq(sign.id, before.id));
	assert_int_equal(sign.host_count, 2);
	deliver(world, &last, true, &sign);
	assert_true(sign.joins && span_eq(sign.id, before.id));
	world_free(world);
}

/* --- several that are one --- */

#define SEEN	"/seen/counter/{mixed}.png"
#define SHY	(H | HOW_BULK | HOW_LINKED)	/* what hides most: a host alone makes mails belong together */

/* Two campaigns, each at a host of its own; the second one is named by its last mail if that has nothing of the first. */
static const struct mail two[] = {
	{ "a@one.example", "i.bad.example", "bad.example", PX, 0, SHY, "R" },
	{ "b@two.example", "i.bad.example", "bad.example", PX, 0, SHY, "S" },
	{ "c@three.example", "i.bad.example", "bad.example", SHEET, 0, SHY | HOW_UNUSUAL, "T" },
	{ "d@four.example", "evil.example", "evil.example", SEEN, 8, SHY, "R" },
	{ "e@five.example", "evil.example", "evil.example", SEEN, 8, SHY, "S" },
	{ "f@six.example", "evil.example", "evil.example", SHEET, 8, SHY | HOW_UNUSUAL, "T" },
};

static const struct meeting {
	const char	*says;
	size_t		 before;	/* of the mails above */
	struct mail	 mail;
	bool		 is_of_first, is_of_second, unites;
	const char	*why;
} meetings[] = {
	{ "two campaigns that have a sender in common are one", NITEMS(two),
	  { "a@one.example", "evil.example", "evil.example", SEEN, 8, SHY, "u" }, true, true, true, "a sender" },
	{ "and so are two whose pages and templates are the same", NITEMS(two),
	  { "g@seven.example", "i.bad.example", "bad.example", SEEN, 8, SHY, "u" }, true, true, true,
	  "a beacon's domain" },
	{ "a template alone connects none", NITEMS(two),
	  { "g@seven.example", "i.bad.example", "bad.example", SHEET, 0, SHY | HOW_UNUSUAL, "u" }, true, false, false, NULL },
	{ "nor does a picture that the other one's host shows", NITEMS(two),
	  { "a@one.example", "i.bad.example", "bad.example", PX, 0, SHY | HOW_SHOWS, "u" }, true, false, false, NULL },
	{ "nor does who answers a mail of one", NITEMS(two),
	  { "a@one.example", "evil.example", "evil.example", SEEN, 8, SHY | HOW_REPLY, "u" }, false, true, false, NULL },
	{ "nor does mail that is of neither", NITEMS(two),
	  { "a@one.example", "t.shop.example", "shop.example", "/a/{hex}", 0, SHY, "u" }, false, false, false, NULL },
	{ "what shows itself beside a campaign, by one of its senders, is of it", NITEMS(two) - 1,
	  { "c@three.example", "evil.example", "evil.example", SHEET, 8, SHY | HOW_UNUSUAL, "T" }, true, false, false, NULL },
};

static void
meet(void **state)
{
	static const struct mail	next = { "h@eight.example", "evil.example", "evil.example", SEEN, 0, SHY, "v" };
	const struct meeting		*meeting = *state;
	struct world			*world = world_new();
	struct campaign_sign		 first_sign = { .messages = 0 }, second = { .messages = 0 }, sign;

	for (size_t i = 0; i < meeting->before; i++)
		deliver(world, &two[i], true, i < 3 ? &first_sign : &second);
	assert_true(first_sign.trips && second.trips == (meeting->before == NITEMS(two)));
	deliver(world, &meeting->mail, true, &sign);
	assert_false(sign.trips);
	assert_int_equal(sign.part_count, meeting->unites);
	assert_int_equal(world->part_count, meeting->unites);
	if (meeting->is_of_first || meeting->is_of_second)
		assert_true(span_eq(sign.id, meeting->is_of_first ? first_sign.id : second.id));
	else
		assert_int_equal(sign.id.len, 0);
	if (meeting->unites) {
		assert_true(sign.joins && span_eq(sign.parts[0], second.id));
		assert_true(span_eq(world->parts[0].id, second.id) && span_eq(world->parts[0].of, first_sign.id));
		struct span why = arena_printf(world->arena, "a mail shares %s with %.*s, and ", meeting->why, SPAN_ARG(first_sign.id));
		assert_true(span_eq(span_cut(world->why, 0, why.len), why));
	}
	/* Once is enough: who has only to do with the younger one is of the older one from now on. */
	deliver(world, &next, true, &sign);
	assert_int_equal(sign.part_count, 0);
	if (meeting->is_of_first && meeting->is_of_second)
		assert_true(span_eq(sign.id, first_sign.id));
	world_free(world);
}

static void
an_older_one_that_another_gateway_found_meanwhile_is_the_one(void **state)
{
	struct arena			*arena = arena_new(1 << 20);
	struct campaign_member		 other = { .time_ms = NOW_MS, .message = 1, .from = SPAN("a@one.example"),
					    .domain = SPAN("one.example"), .queue_id = SPAN("Q"), .campaign = SPAN("20250101-aaaaaa"),
					    .beacons = { { SPAN("i.bad.example"), 11, true, true, 9, 5, 6 } }, .beacon_count = 1 };
	struct member			 packed = { .time_ms = NOW_MS, .message = 1, .text = campaign_member_pack(&other, arena) };
	struct store_window		 window = { .members = &packed, .count = 1 };
	struct sighting_host		 host = { .host = SPAN("i.bad.example"), .domain = SPAN("bad.example"),
					    .appearance = APPEARS_FETCHED };
	struct sighting_template	 template = { .appearance = APPEARS_FETCHED | APPEARS_HIDDEN | APPEARS_SUSPECT,
					    .text = SPAN("i.bad.example/x") };
	struct sighting			 sighting = { .time_ms = NOW_MS + 1, .message = 2, .from = SPAN("b@two.example"),
					    .sender_domain = SPAN("two.example"), .queue_id = SPAN("R"),
					    .campaign = SPAN("20250101-bbbbbb"), .hosts = &host, .host_count = 1,
					    .templates = &template, .template_count = 1 };
	struct campaign_lesson		 lesson;

	(void)state;
	assert_int_equal(campaign_teach(&sighting, &window, 1, arena, &lesson), PW_OK);
	assert_true(span_eq(lesson.campaign.id, SPAN("20250101-aaaaaa")));
	assert_int_equal(lesson.part_count, 1);
	assert_true(span_eq(lesson.parts[0].id, SPAN("20250101-bbbbbb")));
	arena_free(arena);
}

/* However they were told, and whatever else was written there. */
static void
parts_of_parts_are_followed_and_end(void **state)
{
	struct store_part		parts[] = { { SPAN("4"), SPAN("2") }, { SPAN("2"), SPAN("1") }, { SPAN("1"), SPAN("1") },
					    { SPAN("1"), SPAN("9") }, { SPAN("9"), SPAN("") } };
	const struct store_answer	answer = { .parts = parts, .part_count = NITEMS(parts) };

	(void)state;
	assert_true(span_eq(campaign_of(&answer, SPAN("4")), SPAN("1")));
	assert_true(span_eq(campaign_of(&answer, SPAN("9")), SPAN("9")));
	assert_true(span_eq(campaign_of(&answer, SPAN("3")), SPAN("3")));
	assert_int_equal(campaign_of(&answer, SPAN_NONE).len, 0);
}

/* --- packing --- */

static void
what_is_packed_comes_back(void **state)
{
	struct arena		*arena = arena_new(1 << 20);
	struct campaign_member	 member = {
		.time_ms = NOW_MS, .message = 77, .skeleton = UINT64_MAX, .flags = 63, .recipients_in_all = 400,
		.queue_id = SPAN("4abc"), .from = SPAN("a@one.example"), .domain = SPAN("one.example"),
		.beacons = { { SPAN("i.bad.example"), 11, true, true, 9, 5, 6 } }, .beacon_count = 1,
		.recipients = { { 3, true }, { UINT64_MAX, false } }, .recipient_count = 2,
	}, back;

	(void)state;
	struct member packed = { .time_ms = NOW_MS, .message = 77, .text = campaign_member_pack(&member, arena) };
	assert_true(campaign_member_unpack(&packed, &back));
	assert_true(span_eq(back.queue_id, member.queue_id) && span_eq(back.from, member.from));
	assert_true(span_eq(back.domain, member.domain) && back.campaign.len == 0);
	assert_true(back.skeleton == UINT64_MAX && back.flags == 63 && back.recipients_in_all == 400);
	assert_true(back.beacon_count == 1 && span_eq(campaign_beacon_domain(&back.beacons[0]), SPAN("bad.example")));
	assert_true(back.beacons[0].specific && back.beacons[0].unusual && back.beacons[0].make == 9 && back.beacons[0].path == 5 && back.beacons[0].token == 6);
	assert_true(back.recipient_count == 2 && back.recipients[0].watched && back.recipients[1].digest == UINT64_MAX);
	arena_free(arena);
}

static void
long_words_are_cut_and_nothing_gets_out_of_its_word(void **state)
{
	static char		 a_lot[5000];
	struct arena		*arena = arena_new(1 << 20);
	struct campaign_member	 member = { .queue_id = { a_lot, sizeof(a_lot) }, .from = SPAN("a b\tc\n@x.example") }, back;

	(void)state;
	memset(a_lot, 'x', sizeof(a_lot));
	for (size_t i = 0; i < MEMBER_MOST_BEACONS; i++)
		member.beacons[member.beacon_count++] = (struct campaign_beacon){ { a_lot, 128 }, 128, true, true, UINT32_MAX, UINT64_MAX - i, 1 };
	for (size_t i = 0; i < MEMBER_MOST_RECIPIENTS; i++)
		member.recipients[member.recipient_count++] = (struct campaign_recipient){ UINT64_MAX - i, true };
	struct member packed = { .text = campaign_member_pack(&member, arena) };
	assert_true(packed.text.len > 800 && packed.text.len <= MEMBER_BYTES);
	assert_true(campaign_member_unpack(&packed, &back));
	assert_true(span_eq(back.from, SPAN("a?b?c?@x.example")));
	assert_true(back.queue_id.len < 200 && back.beacon_count > 3);
	arena_free(arena);
}

static void
texts_of_others_are_no_members(void **state)
{
	static const char *const texts[] = {
		"", "1 q f d - 0 0 0", "2", "2 q f d -", "2 q f d - zz 0 0", "2 q f d - 0 0 0 b", "2 q f d - 0 0 0 b h 5 0 0 0 1 1",
		"2 q f d - 0 0 0 r", "2 q f d - 0 0 0 r 11112222333344445 0", "2 q f d - 0 0 0 x 1", "2 q f d - 111111111 0 0",
	};
	struct campaign_member member;

	(void)state;
	for (size_t i = 0; i < NITEMS(texts); i++) {
		struct member packed = { .text = span_of(texts[i]) };

		assert_false(campaign_member_unpack(&packed, &member));
	}
}

#define SINGLE	6

int
main(void)
{
	static struct CMUnitTest tests[SINGLE + NITEMS(scenes) + NITEMS(sequels) + NITEMS(meetings)] = {
		cmocka_unit_test(what_is_packed_comes_back),
		cmocka_unit_test(long_words_are_cut_and_nothing_gets_out_of_its_word),
		cmocka_unit_test(texts_of_others_are_no_members),
		cmocka_unit_test(a_mail_before_that_only_a_later_one_connects_is_added),
		cmocka_unit_test(an_older_one_that_another_gateway_found_meanwhile_is_the_one),
		cmocka_unit_test(parts_of_parts_are_followed_and_end),
	};
	size_t count = SINGLE;

	for (size_t i = 0; i < NITEMS(scenes); i++)
		tests[count++] = (struct CMUnitTest){ scenes[i].says, play, NULL, NULL, (void *)(uintptr_t)&scenes[i] };
	for (size_t i = 0; i < NITEMS(sequels); i++)
		tests[count++] = (struct CMUnitTest){ sequels[i].says, follow, NULL, NULL, (void *)(uintptr_t)&sequels[i] };
	for (size_t i = 0; i < NITEMS(meetings); i++)
		tests[count++] = (struct CMUnitTest){ meetings[i].says, meet, NULL, NULL, (void *)(uintptr_t)&meetings[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The memory store and Redis, driven by the same long sequence of events: whatever a caller can see is the same in both,
 * after each of them. docs/reputation.md says where they differ on purpose.
 *
 * PW_TEST_REDIS: a server that may be emptied. Arguments: a directory, a seed, how many events. A sequence after which they
 * differ is made as short as leaving events out makes it, and told. Times are the sequence's own, the stores' clock included.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>
#include <pixelward/reputation/reputation.h>
#include <pixelward/verdict.h>

#include "alike.h"
#include "reputation/campaign.h"
#include "reputation/store.h"

#define HOUR_MS		((int64_t)3600 * 1000)
#define BEGIN_MS	((int64_t)1700000000000)
#define HOSTS		24u
#define HOSTS_AT_ONCE	6u
#define SENDERS		10u
#define RECIPIENTS	40u
#define PATHS		4u
#define TOKENS		12u
#define MOST_PENDING	8u
#define KEYS		96u	/* of windows and of minted templates, the last ones */
#define MINTERS		3u	/* hosts behind these, which make up a template for each URL */
#define EVENTS_CHECKED	4u	/* all is compared after so many events */
#define FEW_EVENTS	100u	/* of so many each is looked behind */
#define SHORTEN_MS	60000	/* for making one shorter */
#define NODE		SPAN("mx1.example.org")

enum event_kind { MAIL, MINT, FLUSH, AGAIN, CLOCK, SAY, CLOSE, REOPEN, EVENT_KINDS };

static const struct {
	const char	*name;
	unsigned	 weight;
} kinds[EVENT_KINDS] = {
	[MAIL] = { "mail", 100 }, [MINT] = { "mint", 8 }, [FLUSH] = { "learn", 30 }, [AGAIN] = { "learn again", 4 },
	[CLOCK] = { "clock", 40 }, [SAY] = { "say", 6 }, [CLOSE] = { "close campaign", 2 }, [REOPEN] = { "reopen", 1 },
};

struct event {
	enum event_kind	kind;
	uint64_t	seed;
};

static const char *const store_names[STORES] = { "memory", "Redis" };

static struct {
	struct options		*options[STORES];
	struct reputation	*reputations[STORES];
	struct store_kind	 clocked[STORES];
	const char		*directory;
	int64_t			 clock_ms;
	uint64_t		 number;
	struct sighting		 pending[STORES][MOST_PENDING];
	size_t			 pending_count, learned_count;
	uint64_t		 keys[KEYS];
	size_t			 key_count;
	uint64_t		 minted[KEYS];
	size_t			 mint_count;
	struct arena		*arena, *kept;	/* of a step; of what is pending */
	struct { size_t looks, trips, members, campaigns, vouched; } seen;
} world;

static void
die(const char *what)
{
	fprintf(stderr, "stores_alike: %s\n", what);
	exit(2);
}

static void
must(enum pw_err err, const char *what)
{
	if (err != PW_OK) {
		fprintf(stderr, "stores_alike: %s: %s\n", what, pw_strerror(err));
		exit(2);
	}
}

/* --- chance --- */

static uint64_t
draw(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static unsigned
below(uint64_t *seed, unsigned bound)
{
	return (unsigned)(draw(seed) % bound);
}

static bool
percent(uint64_t *seed, unsigned chance)
{
	return below(seed, 100) < chance;
}

static uint64_t
digest(uint64_t kind, uint64_t number)
{
	uint64_t seed = kind << 32 ^ number;

	return draw(&seed) | 1;
}

static struct span
text(struct arena *arena, const char *format, ...)
{
	va_list		arguments;
	char		buffer[256];
	struct span	copy;

	va_start(arguments, format);
	vsnprintf(buffer, sizeof(buffer), format, arguments);
	va_end(arguments);
	copy = arena_copy(arena, span_of(buffer));
	if (copy.at == NULL)
		die("memory");
	return copy;
}

static struct span
host_domain(unsigned host)
{
	return text(world.kept, "h%u.example", host);
}

static struct span
sender_domain(unsigned sender)
{
	/* Some of those who send are fetched from, too. */
	return sender % 3 == 0 ? host_domain(sender) : text(world.kept, "s%u.example", sender);
}

/* --- what is compared --- */

static struct store *
store_of(unsigned which)
{
	return *(struct store **)(void *)world.reputations[which];	/* its first member */
}

/* Each domain, template and window that there may be, as the store has them. */
static bool
records_alike(void)
{
	const unsigned		most = HOSTS + MINTERS + SENDERS;
	struct span		*domains = arena_array(world.arena, most, sizeof(*domains));
	uint64_t		templates[HOSTS * PATHS + KEYS];
	struct store_answer	answers[STORES];

	for (unsigned i = 0; i < HOSTS + MINTERS; i++)
		domains[i] = text(world.arena, "h%u.example", i);
	for (unsigned i = 0; i < SENDERS; i++)
		domains[HOSTS + MINTERS + i] = text(world.arena, "s%u.example", i);
	for (unsigned i = 0; i < NITEMS(templates); i++)
		templates[i] = i < HOSTS * PATHS ? digest(1, i) : world.minted[i - HOSTS * PATHS];
	const struct store_question question = { .now_ms = world.clock_ms, .patient = true, .domains = domains,
		.domain_count = most, .templates = templates, .template_count = NITEMS(templates), .windows = world.keys,
		.window_count = world.key_count < KEYS ? world.key_count : KEYS, .window_ms = 30 * DAY_MS };

	for (unsigned i = 0; i < STORES; i++)
		must(store_of(i)->kind->ask(store_of(i), &question, world.arena, &answers[i]), store_names[i]);
	for (unsigned i = 0; i < most; i++)
		if (!standings_alike(domains[i], &answers[MEMORY].standings[i], &answers[REDIS].standings[i]))
			return false;
	for (unsigned i = 0; i < NITEMS(templates); i++)
		if (!templates_alike(templates[i], &answers[MEMORY].templates[i], &answers[REDIS].templates[i]))
			return false;
	for (size_t i = 0; i < question.window_count; i++)
		if (!windows_alike(&answers[MEMORY].windows[i], &answers[REDIS].windows[i]))
			return false;
	for (size_t i = 0; i < question.window_count; i++)
		world.seen.members += answers[MEMORY].windows[i].count;
	return true;
}

/* What people see: why, ioc, campaign. */
static bool
consoles_alike(void)
{
	struct reputation_age	 ages[STORES];
	struct analyst_word	*words[STORES];
	struct store_campaign	*campaigns[STORES];
	size_t			 word_counts[STORES], campaign_counts[STORES];
	struct standing		 standings[STORES];
	struct span		 name = text(world.arena, "h%u.example", (unsigned)(world.number % HOSTS)), all = SPAN("all");

	for (unsigned i = 0; i < STORES; i++) {
		must(reputation_age(world.reputations[i], world.options[i], world.clock_ms, &ages[i]), store_names[i]);
		must(reputation_words(world.reputations[i], world.arena, &words[i], &word_counts[i]), store_names[i]);
		must(reputation_campaigns(world.reputations[i], SPAN_NONE, 100, world.arena, &campaigns[i],
		    &campaign_counts[i]), store_names[i]);
		must(reputation_ask(world.reputations[i], name, world.clock_ms, world.arena, &standings[i]), store_names[i]);
	}
	if (!(NUMBER("age of", all, &ages[MEMORY], &ages[REDIS], first_ms) &&
	    NUMBER("age of", all, &ages[MEMORY], &ages[REDIS], last_ms) &&
	    NUMBER("age of", all, &ages[MEMORY], &ages[REDIS], learned) &&
	    NUMBER("age of", all, &ages[MEMORY], &ages[REDIS], seasoned) &&
	    standings_alike(name, &standings[MEMORY], &standings[REDIS]) &&
	    numbers_alike("words of", all, "count", (int64_t)word_counts[MEMORY], (int64_t)word_counts[REDIS]) &&
	    numbers_alike("campaigns of", all, "count", (int64_t)campaign_counts[MEMORY], (int64_t)campaign_counts[REDIS])))
		return false;
	for (size_t i = 0; i < word_counts[MEMORY]; i++) {
		const struct analyst_word *a = &words[MEMORY][i], *b = &words[REDIS][i];

		if (!(TEXT("word", all, a, b, domain) && TEXT("word", a->domain, a, b, note) &&
		    NUMBER("word", a->domain, a, b, word) && NUMBER("word", a->domain, a, b, until_ms)))
			return false;
		if (a->said_ms < b->said_ms - 5000 || a->said_ms > b->said_ms + 5000)
			return NUMBER("word", a->domain, a, b, said_ms);
	}
	world.seen.campaigns = campaign_counts[MEMORY];
	for (size_t i = 0; i < campaign_counts[MEMORY]; i++) {
		const struct store_campaign *a = &campaigns[MEMORY][i], *b = &campaigns[REDIS][i];

		if (!(TEXT("campaign", all, a, b, id) && NUMBER("campaign", a->id, a, b, first_ms) &&
		    NUMBER("campaign", a->id, a, b, last_ms) && NUMBER("campaign", a->id, a, b, closed) &&
		    NUMBER("campaign", a->id, a, b, messages) && TEXT("campaign", a->id, a, b, note) &&
		    TEXT("campaign", a->id, a, b, part_of) && TEXT("campaign", a->id, a, b, part_why) &&
		    LIST("campaign", a->id, a, b, hosts, host_count) && LIST("campaign", a->id, a, b, senders, sender_count) &&
		    LIST("campaign", a->id, a, b, members, member_count) && COUNT("campaign", a->id, a, b, recipients)))
			return false;
	}
	return true;
}

/* --- what happens --- */

static int64_t
time_of_mail(uint64_t *seed)
{
	static const struct {
		unsigned	percent;
		int64_t		ahead_ms;
	} oddities[] = {
		{ 3, 366 * DAY_MS }, { 2, 12 * HOUR_MS }, { 2, -4010 * DAY_MS }, { 4, -HOUR_MS }, { 3, -3 * DAY_MS },
		{ 2, -50 * DAY_MS }, { 2, -300 * DAY_MS },
	};

	for (size_t i = 0; i < NITEMS(oddities); i++)
		if (percent(seed, oddities[i].percent))
			return world.clock_ms + oddities[i].ahead_ms;
	return world.clock_ms;
}

static uint32_t
appearance_of(uint64_t *seed)
{
	static const uint32_t kinds_of[] = {
		APPEARS_HIDDEN | APPEARS_OPAQUE, APPEARS_HIDDEN | APPEARS_OPAQUE, APPEARS_SHOWN, APPEARS_SHOWN | APPEARS_OPAQUE,
		APPEARS_HIDDEN | APPEARS_RECIPIENT, APPEARS_HIDDEN | APPEARS_LISTED, APPEARS_SHOWN | APPEARS_UNUSUAL | APPEARS_OPAQUE,
		APPEARS_HIDDEN,
	};

	return APPEARS_FETCHED | kinds_of[below(seed, NITEMS(kinds_of))] | (percent(seed, 40) ? APPEARS_STRIPPED : 0);
}

static void
templates_make(struct sighting *sighting, uint64_t *seed, unsigned first_host)
{
	unsigned shift = below(seed, PATHS);

	for (size_t i = 0; i < sighting->template_count; i++) {
		/* A template is once in a mail; path and host are its digest. */
		uint32_t	host = (uint32_t)(i % sighting->host_count);
		unsigned	path = (shift + (unsigned)i) % PATHS;
		uint32_t	appearance = appearance_of(seed);
		bool		opaque = (appearance & APPEARS_OPAQUE) != 0;

		sighting->hosts[host].appearance |= appearance;
		sighting->templates[i] = (struct sighting_template){ .host = host, .appearance = appearance,
			.tokens = opaque ? 2 : 0,
			.text = text(world.kept, "%.*s/open/track/%u/*", SPAN_ARG(sighting->hosts[host].host), path),
			.digest = digest(1, (uint64_t)((first_host + host) % HOSTS) * PATHS + path),
			.various = percent(seed, 10), .path = opaque ? digest(2, path) : 0, .token = digest(3, opaque ? draw(seed) : below(seed, TOKENS)) };
	}
}

/* The same for each store, in memory of its own. */
static void
mail_make(uint64_t seed, struct sighting *sighting)
{
	unsigned	first = (unsigned)((world.clock_ms - BEGIN_MS) / (10 * DAY_MS)) * 2 + below(&seed, HOSTS_AT_ONCE);
	unsigned	sender = below(&seed, SENDERS);
	bool		old = percent(&seed, 6);

	*sighting = (struct sighting){ .number = old ? 0 : world.number, .time_ms = time_of_mail(&seed),
		.queue_id = text(world.kept, "Q%" PRIu64, percent(&seed, 3) ? world.number / 2 : world.number),
		.from = text(world.kept, "u%u@s%u.example", below(&seed, 3), sender), .sender_domain = sender_domain(sender),
		.message = digest(4, percent(&seed, 4) ? world.number / 2 : world.number),
		.skeleton = percent(&seed, 60) ? digest(5, below(&seed, 3)) : 0,
		.flags = SIGHTING_REMOTE | SIGHTING_HTML | (old ? SIGHTING_LEARNED : 0) |
		    (percent(&seed, 50) ? SIGHTING_ALIGNED : percent(&seed, 30) ? SIGHTING_UNALIGNED : 0) |
		    (percent(&seed, 20) ? SIGHTING_BULK : 0) | (percent(&seed, 5) ? SIGHTING_REPLY : 0),
		.recipient_count = percent(&seed, 80) ? 1 : 1 + below(&seed, 6), .host_count = 1 + below(&seed, 2),
		.template_count = below(&seed, 4), .action = percent(&seed, 10) ? ACTION_HOLD : ACTION_DELIVER };
	sighting->recipients = arena_array(world.kept, sighting->recipient_count, sizeof(*sighting->recipients));
	sighting->hosts = arena_array(world.kept, sighting->host_count, sizeof(*sighting->hosts));
	sighting->templates = arena_array(world.kept, sighting->template_count, sizeof(*sighting->templates));
	if (sighting->recipients == NULL || sighting->hosts == NULL || sighting->templates == NULL)
		die("memory");
	unsigned recipient = below(&seed, RECIPIENTS);
	for (unsigned i = 0; i < sighting->recipient_count; i++) {
		unsigned number = (recipient + i) % RECIPIENTS;

		sighting->recipients[i] = (struct sighting_recipient){ .mailbox = text(world.kept, "r%u@example.org", number),
			.digest = digest(6, number), .watched = number % 3 == 0 };
		sighting->watched_count += sighting->recipients[i].watched;
	}
	sighting->recipients_in_all = sighting->recipient_count;
	for (unsigned i = 0; i < sighting->host_count; i++) {
		unsigned number = (first + i) % HOSTS;

		sighting->hosts[i] = (struct sighting_host){ .host = text(world.kept, "img.h%u.example", number),
			.domain = host_domain(number), .appearance = percent(&seed, 20) ? APPEARS_LINKED : 0, .references = 1 };
	}
	templates_make(sighting, &seed, first);
}

/* A host that has a template for each of its URLs. */
static void
mint_make(uint64_t seed, struct sighting *sighting)
{
	unsigned host = HOSTS + (unsigned)((world.clock_ms - BEGIN_MS) / (20 * DAY_MS) % MINTERS);

	mail_make(draw(&seed), sighting);
	sighting->host_count = 1;
	sighting->hosts[0] = (struct sighting_host){ .host = host_domain(host), .domain = host_domain(host),
		.appearance = APPEARS_FETCHED, .references = 1 };
	sighting->template_count = SIGHTING_MOST_TEMPLATES;
	sighting->templates = arena_array(world.kept, sighting->template_count, sizeof(*sighting->templates));
	if (sighting->templates == NULL)
		die("memory");
	for (size_t i = 0; i < sighting->template_count; i++)
		sighting->templates[i] = (struct sighting_template){ .appearance = APPEARS_FETCHED | APPEARS_SHOWN,
			.text = SPAN("-"), .digest = draw(&seed) | 1, .token = draw(&seed) | 1 };
}

static bool
flush(void)
{
	for (unsigned i = 0; i < STORES && world.pending_count > 0; i++)
		must(reputation_learn(world.reputations[i], NODE, world.pending[i], world.pending_count), "learn");
	world.learned_count = world.pending_count > 0 ? world.pending_count : world.learned_count;
	world.pending_count = 0;
	return true;
}

static bool
mail_comes(uint64_t seed, void (*make)(uint64_t, struct sighting *))
{
	const struct knowledge	*known[STORES];
	uint64_t		 keys[STORE_MOST_WINDOWS];
	struct sighting		*last;
	size_t			 count;

	if (world.pending_count == MOST_PENDING)
		flush();
	/* What was learned last may come again, until more is learned. */
	if (world.pending_count == 0) {
		arena_reset(world.kept);
		world.learned_count = 0;
	}
	world.number++;
	for (unsigned i = 0; i < STORES; i++) {
		last = &world.pending[i][world.pending_count];
		make(seed, last);
		must(reputation_look(world.reputations[i], world.options[i], last, world.arena, &known[i]), "look");
	}
	count = campaign_keys(last, keys);
	for (size_t i = 0; i < count; i++)
		world.keys[world.key_count++ % KEYS] = keys[i];
	for (size_t i = 0; make == mint_make && i < last->template_count; i += 3)
		world.minted[world.mint_count++ % KEYS] = last->templates[i].digest;
	world.seen.looks++;
	world.seen.trips += known[MEMORY]->campaign.trips;
	for (size_t i = 0; i < last->host_count; i++)
		world.seen.vouched += known[MEMORY]->hosts[i].vouched;
	if (known[MEMORY]->time_ms > world.clock_ms + DAY_MS)
		return differ("mail %.*s is of days to come", SPAN_ARG(last->queue_id));
	if (!knowledge_alike(last, known[MEMORY], known[REDIS]))
		return false;
	for (unsigned i = 0; i < STORES; i++) {
		last = &world.pending[i][world.pending_count];
		reputation_mark(last, known[i]);
		last->campaign = last->campaign.len > 0 ? text(world.kept, "%.*s", SPAN_ARG(last->campaign)) : SPAN_NONE;
	}
	world.pending_count++;
	return true;
}

static bool
mail(uint64_t seed)
{
	return mail_comes(seed, mail_make);
}

static bool
mint(uint64_t seed)
{
	/* Learned alone: of a batch the first one's time says how many templates there may be. */
	flush();
	return mail_comes(seed, mint_make) && flush();
}

/* The answer was lost: what has a number is known already. */
static bool
again(uint64_t seed)
{
	(void)seed;
	for (unsigned i = 0; i < STORES && world.pending_count == 0; i++)
		for (size_t k = 0; k < world.learned_count; k++)
			if (world.pending[i][k].number > 0)
				must(reputation_learn(world.reputations[i], NODE, &world.pending[i][k], 1), "learn again");
	return true;
}

static bool
clock_goes_on(uint64_t seed)
{
	static const int64_t steps[] = { 1, 999, 1000, 60000, HOUR_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, DAY_MS, 5 * DAY_MS };

	world.clock_ms += steps[below(&seed, NITEMS(steps))];
	if (percent(&seed, 3))
		world.clock_ms += (int64_t)(36 + below(&seed, 160)) * DAY_MS;
	return true;
}

static bool
say(uint64_t seed)
{
	struct span	domain = text(world.arena, "h%u.example", below(&seed, HOSTS));
	enum word	word = (enum word)below(&seed, 3);
	struct span	note = percent(&seed, 50) ? text(world.arena, "case %u", below(&seed, 100)) : SPAN("");
	int64_t		until_ms = percent(&seed, 50) ? world.clock_ms + (int64_t)below(&seed, 20) * DAY_MS : 0;

	for (unsigned i = 0; i < STORES; i++)
		must(reputation_say(world.reputations[i], domain, word, note, until_ms), "say");
	return true;
}

static bool
close_campaign(uint64_t seed)
{
	struct store_campaign	*campaigns;
	size_t			 count;

	must(reputation_campaigns(world.reputations[MEMORY], SPAN_NONE, 100, world.arena, &campaigns, &count), "campaigns");
	for (unsigned i = 0; i < STORES && count > 0; i++)
		if (reputation_close_campaign(world.reputations[i], campaigns[seed % count].id) != PW_OK)
			return differ("campaign %.*s cannot be closed in %s", SPAN_ARG(campaigns[seed % count].id), store_names[i]);
	return true;
}

static int64_t
world_now(struct store *store)
{
	(void)store;
	return world.clock_ms;
}

static void
stores_open(void)
{
	struct buf report;

	buf_init(&report, 4096);
	for (unsigned i = 0; i < STORES; i++) {
		must(reputation_open(world.options[i], REPUTATION_KEPT, &report, &world.reputations[i]), store_names[i]);
		world.clocked[i] = *store_of(i)->kind;
		world.clocked[i].now = world_now;
		store_of(i)->kind = &world.clocked[i];
	}
	buf_fini(&report);
}

static void
stores_close(void)
{
	for (unsigned i = 0; i < STORES; i++)
		reputation_close(world.reputations[i]);
}

static bool
reopen(uint64_t seed)
{
	(void)seed;
	flush();
	stores_close();
	stores_open();
	return true;
}

static bool
learn(uint64_t seed)
{
	(void)seed;
	return flush();
}

static bool (*const happen[EVENT_KINDS])(uint64_t) = {
	[MAIL] = mail, [MINT] = mint, [FLUSH] = learn, [AGAIN] = again, [CLOCK] = clock_goes_on, [SAY] = say, [CLOSE] = close_campaign,
	[REOPEN] = reopen,
};

/* --- sequences --- */

static void
redis_empty(void)
{
	struct redis		*redis;
	struct redis_batch	 batch;

	must(redis_open(world.options[REDIS], &redis), "Redis");
	redis_batch_init(&batch, world.arena);
	redis_batch_add(&batch, (const struct span[]){ SPAN("FLUSHALL") }, 1);
	must(redis_run(redis, &batch, 0), "FLUSHALL");
	redis_batch_fini(&batch);
	redis_close(redis);
}

/* Until they differ, which is after how many? count + 1: never. */
static size_t
run(const struct event *events, size_t count, size_t checked)
{
	char	snapshot[4200];
	size_t	i = 0;
	bool	alike = true;

	arena_reset(world.arena);
	arena_reset(world.kept);
	redis_empty();
	snprintf(snapshot, sizeof(snapshot), "%s/reputation/snapshot", world.directory);
	if (remove(snapshot) != 0 && errno != ENOENT)
		die(snapshot);
	world.clock_ms = BEGIN_MS;
	world.number = world.pending_count = world.learned_count = world.key_count = world.mint_count = 0;
	memset(world.minted, 0, sizeof(world.minted));
	stores_open();
	for (; i < count && alike; i++) {
		arena_reset(world.arena);
		alike = happen[events[i].kind](events[i].seed);
		if (alike && (i % checked == 0 || i + 1 == count))
			alike = records_alike() && consoles_alike();
	}
	stores_close();
	return alike ? count + 1 : i;
}

static size_t
without(const struct event *events, size_t count, size_t from, size_t some, struct event *left)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (i < from || i >= from + some)
			left[kept++] = events[i];
	return kept;
}

/* Leaves out ever smaller parts, as long as they still differ. */
static size_t
shorten(struct event *events, size_t count)
{
	struct event	*left = calloc(count, sizeof(*left));
	int64_t		 end_ms = clock_ms() + SHORTEN_MS;

	if (left == NULL)
		die("memory");
	for (size_t some = count / 2; some > 0; some /= 2)
		for (size_t from = 0; from < count && clock_ms() < end_ms;) {
			size_t kept = without(events, count, from, some, left), failed = run(left, kept, kept > FEW_EVENTS ? EVENTS_CHECKED : 1);

			if (failed <= kept) {
				memcpy(events, left, failed * sizeof(*left));
				count = failed;
			} else
				from += some;
		}
	free(left);
	return count;
}

static struct event
event_draw(uint64_t *seed)
{
	unsigned	sum = 0, at;
	enum event_kind	kind = MAIL;

	for (unsigned i = 0; i < EVENT_KINDS; i++)
		sum += kinds[i].weight;
	for (at = below(seed, sum); at >= kinds[kind].weight; kind++)
		at -= kinds[kind].weight;
	return (struct event){ kind, draw(seed) };
}

static void
options_make(unsigned which)
{
	struct buf report;

	buf_init(&report, 4096);
	world.options[which] = options_new();
	if (config_set(world.options[which], "t", "StateDir", world.directory, &report) != PW_OK ||
	    config_set(world.options[which], "t", "TrustedAuthservIDs", "example.org", &report) != PW_OK ||
	    (which == REDIS && (config_set(world.options[which], "t", "Redis", getenv("PW_TEST_REDIS"), &report) != PW_OK ||
	    config_set(world.options[which], "t", "RedisDeadline", "5s", &report) != PW_OK)))
		die("options");
	buf_fini(&report);
}

int
main(int argc, char *argv[])
{
	struct event	*events;
	uint64_t	 seed;
	size_t		 count, failed;

	if (argc != 4 || getenv("PW_TEST_REDIS") == NULL)
		die("usage: PW_TEST_REDIS=... stores_alike DIRECTORY SEED EVENTS");
	world.directory = argv[1];
	seed = strtoull(argv[2], NULL, 10);
	count = (size_t)strtoull(argv[3], NULL, 10);
	world.arena = arena_new((size_t)256 << 20);
	world.kept = arena_new((size_t)16 << 20);
	events = calloc(count, sizeof(*events));
	if (world.arena == NULL || world.kept == NULL || events == NULL)
		die("memory");
	for (unsigned i = 0; i < STORES; i++)
		options_make(i);
	for (size_t i = 0; i < count; i++)
		events[i] = event_draw(&seed);
	failed = run(events, count, EVENTS_CHECKED);
	if (failed <= count) {
		printf("after %zu events: %s\n", failed, difference);
		fflush(stdout);
		count = shorten(events, failed);
		(void)run(events, count, 1);
		for (size_t i = 0; i < count; i++)
			printf("  %s %" PRIu64 "\n", kinds[events[i].kind].name, events[i].seed);
		printf("after these %zu: %s\n", count, difference);
	} else
		printf("%zu events: alike; %zu looks, %zu trips, %zu campaigns, %zu members seen, vouched %zu times\n", count,
		    world.seen.looks, world.seen.trips, world.seen.campaigns, world.seen.members, world.seen.vouched);
	for (unsigned i = 0; i < STORES; i++)
		options_free(world.options[i]);
	arena_free(world.arena);
	arena_free(world.kept);
	free(events);
	return failed <= count ? 1 : 0;
}

#include "campaign_member.h"

#include <string.h>

#include <pixelward/base/buf.h>
#include <pixelward/base/fnv.h>

#define VERSION		"2"
#define MOST_QUEUE_ID	128u
#define MOST_ADDRESS	128u
#define MOST_HOST	128u
#define MOST_ID		40u
#define LETTERS_OF_ONES_OWN	8u	/* "/open/{hex}.gif?user={number}" has so many, "/i/{hex}.gif" has not */

struct span
campaign_beacon_domain(const struct campaign_beacon *beacon)
{
	return span_from(beacon->host, beacon->host.len - beacon->domain_bytes);
}

/* --- names --- */

/* What look-alikes are made of: how papers are called, at the end of a word; names that people trust, anywhere in it. */
static const char *const papers[] = {
	"news", "press", "presse", "times", "herald", "daily", "journal", "tribune", "gazette", "chronicle", "observer", "telegraph",
	"reporter", "headline", "headlines", "newsdesk", "update", "updates",
};
static const char *const trusted[] = {
	"bbc", "cnn", "wsj", "reuters", "nytimes", "washingtonpost", "guardlan", "aljazeera", "apnews", "bloomberg", "figaro",
	"lemonde", "lesoir", "spiegel", "sueddeutsche", "tagesschau", "handelsblatt", "elpais", "elmundo", "corriere", "repubblica",
	"telegraaf", "volkskrant", "politico", "euractiv", "euronews", "deutschewelle", "rferl", "voanews", "scmp", "microsoft",
	"office365", "onedrive", "dropbox", "icloud", "adobe", "netgear", "mikrotik", "synology", "sophos", "fortinet",
};
/* Others are called so, too. */
static const char *const common[] = { "guardian", "independent", "liberation", "economist" };
static const char *const innocent[] = { "express", "wordpress", "impress", "sometimes" };

static bool
ends_with_any(struct span word, const char *const *ends, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_ends_nocase(word, span_of(ends[i])))
			return true;
	return false;
}

static bool
holds_any(struct span name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_find_nocase(name, span_of(words[i]), 0) < name.len)
			return true;
	return false;
}

/* Flags: what a domain sounds like. */
static uint32_t
sound_of(struct span domain)
{
	struct span name = span_cut(domain, 0, span_find_char(domain, '.', 0));

	if (holds_any(name, trusted, NITEMS(trusted)))
		return MEMBER_POSES | MEMBER_MIMICS;
	if (holds_any(name, common, NITEMS(common)))
		return MEMBER_POSES;
	while (name.len > 0) {
		struct span word = span_cut(name, 0, span_find_char(name, '-', 0));

		if (ends_with_any(word, papers, NITEMS(papers)) && !ends_with_any(word, innocent, NITEMS(innocent)))
			return MEMBER_POSES;
		name = span_from(name, word.len + 1);
	}
	return 0;
}

/* --- from a sighting --- */

/* Letters outside of tokens, in what follows the host. */
static bool
is_specific(struct span template)
{
	size_t letters = 0;

	for (size_t i = span_find_char(template, '/', 0); i < template.len; i++) {
		if (template.at[i] == '{')
			i = span_find_char(template, '}', i);
		else if (ascii_alpha(template.at[i]))
			letters++;
	}
	return letters >= LETTERS_OF_ONES_OWN;
}

#define MOST_FOLDER	8u	/* a longer one may be a token of letters alone */

/* Of the first folder: what a service has no reason to change. What may be a token says nothing; lower-case letters do. */
static uint32_t
make_of(struct span template)
{
	struct span	path = span_from(template, span_find_char(template, '/', 0) + 1);
	uint32_t	make = FNV32_BASIS;

	for (size_t i = 0; i < path.len && i <= MOST_FOLDER && strchr("/?.", path.at[i]) == NULL; i++) {
		if (path.at[i] < 'a' || path.at[i] > 'z' || i == MOST_FOLDER)
			return 0;
		make = fnv32_add(make, (unsigned char)path.at[i]);
	}
	return make;
}

static bool
has_beacon(const struct campaign_member *member, struct span domain, uint64_t path)
{
	for (size_t i = 0; i < member->beacon_count; i++)
		if (span_eq(campaign_beacon_domain(&member->beacons[i]), domain) && member->beacons[i].path == path)
			return true;
	return false;
}

static bool
is_linked(const struct sighting *sighting, struct span domain)
{
	for (size_t i = 0; i < sighting->host_count; i++)
		if ((sighting->hosts[i].appearance & APPEARS_LINKED) != 0 && span_eq_nocase(sighting->hosts[i].domain, domain))
			return true;
	return false;
}

static void
add_beacon(struct campaign_member *member, const struct sighting *sighting, const struct sighting_template *template)
{
	const struct sighting_host	*host = &sighting->hosts[template->host];
	struct span			 written = span_cut(template->text, 0, span_find_char(template->text, '/', 0));
	bool				 own = span_eq_nocase(written, host->host) && host->host.len <= MOST_HOST &&
					    span_ends_nocase(host->host, host->domain);
	uint64_t			 path = template->path;

	if (host->domain.len == 0 || host->domain.len > MOST_HOST || has_beacon(member, host->domain, path) ||
	    member->beacon_count == MEMBER_MOST_BEACONS)
		return;
	member->beacons[member->beacon_count++] = (struct campaign_beacon){
		.host = own ? host->host : host->domain, .domain_bytes = (uint32_t)host->domain.len, .path = path,
		.specific = path != 0 && is_specific(template->text), .token = template->token,
		.unusual = (template->appearance & APPEARS_UNUSUAL) != 0, .make = make_of(template->text),
	};
	if (span_eq_nocase(host->domain, sighting->sender_domain))
		member->flags &= ~(uint32_t)MEMBER_FOREIGN;
	if ((template->appearance & (APPEARS_HIDDEN | APPEARS_RECIPIENT | APPEARS_UNUSUAL)) != 0)
		member->flags |= MEMBER_HIDDEN;
	else if ((template->appearance & APPEARS_SHOWN) != 0)
		member->flags |= MEMBER_SHOWN;
	if (is_linked(sighting, host->domain))
		member->flags |= MEMBER_LINKED;
	member->flags |= sound_of(host->domain);
}

void
campaign_member_of(const struct sighting *sighting, uint64_t suspects, struct campaign_member *member)
{
	static const struct {
		uint32_t	from, to;
	} flags[] = {
		{ SIGHTING_BULK, MEMBER_BULK }, { SIGHTING_NEW_SENDER, MEMBER_NEW_SENDER },
		{ SIGHTING_REPLY, MEMBER_REPLY },
	};

	*member = (struct campaign_member){
		.time_ms = sighting->time_ms, .message = sighting->message, .skeleton = sighting->skeleton,
		.flags = MEMBER_FOREIGN, .recipients_in_all = (uint32_t)sighting->recipients_in_all,
		.queue_id = sighting->queue_id, .from = sighting->from, .domain = sighting->sender_domain,
		.campaign = sighting->campaign,
	};
	for (size_t i = 0; i < NITEMS(flags); i++)
		if ((sighting->flags & flags[i].from) != 0)
			member->flags |= flags[i].to;
	if (is_linked(sighting, sighting->sender_domain))
		member->flags |= MEMBER_AT_HOME;
	/* First those that have nothing to do with the rest of the mail: services' own counters must not crowd them out. */
	for (int familiar = 0; familiar < 2; familiar++)
		for (size_t i = 0; i < sighting->template_count && i < 64; i++) {
			struct span domain = sighting->hosts[sighting->templates[i].host].domain;

			if ((suspects >> i & 1) != 0 &&
			    (is_linked(sighting, domain) || span_eq_nocase(domain, sighting->sender_domain)) == (familiar != 0))
				add_beacon(member, sighting, &sighting->templates[i]);
		}
	for (size_t i = 0; i < sighting->recipient_count && i < MEMBER_MOST_RECIPIENTS; i++)
		member->recipients[member->recipient_count++] = (struct campaign_recipient){
			.digest = sighting->recipients[i].digest, .watched = sighting->recipients[i].watched,
		};
}

/* --- windows --- */

/* Words and numbers are long enough apart for 64 bits; what is in a window says again what it shares. */
static uint64_t
key_of(char kind, struct span text)
{
	uint64_t key = fnv_letters(fnv_add(FNV_BASIS, (unsigned char)kind), text);

	key = (key ^ key >> 32) * 0xd6e8feb86659fd93u;
	return key ^ key >> 32;
}

static void
add_key(uint64_t keys[STORE_MOST_WINDOWS], size_t *count, char kind, struct span text)
{
	uint64_t key = key_of(kind, text);

	for (size_t i = 0; i < *count; i++)
		if (keys[i] == key)
			return;
	if (*count < STORE_MOST_WINDOWS && text.len > 0)
		keys[(*count)++] = key;
}

static struct span
number_span(const uint64_t *number)
{
	return (struct span){ (const char *)number, *number != 0 ? sizeof(*number) : 0 };
}

size_t
campaign_member_keys(const struct campaign_member *member, uint64_t keys[STORE_MOST_WINDOWS])
{
	size_t count = 0;

	add_key(keys, &count, 'f', member->from);
	add_key(keys, &count, 's', member->domain);
	add_key(keys, &count, 'k', number_span(&member->skeleton));
	for (size_t i = 0; i < member->beacon_count; i++) {
		add_key(keys, &count, 'h', campaign_beacon_domain(&member->beacons[i]));
		add_key(keys, &count, 'p', number_span(&member->beacons[i].path));
	}
	/* One window for all of them: those whose links lead there, too, would fill it. */
	if ((member->flags & (MEMBER_LINKED | MEMBER_POSES)) == MEMBER_POSES)
		add_key(keys, &count, 'n', SPAN("news"));
	return count;
}

/* --- packing --- */

/* A word of the text: nothing in it may end it. */
static void
add_word(struct buf *out, struct span word, size_t most)
{
	word = span_cut(word, 0, most);
	buf_add_char(out, ' ');
	for (size_t i = 0; i < word.len; i++)
		buf_add_char(out, word.at[i] > ' ' && word.at[i] != 0x7f ? word.at[i] : '?');
	if (word.len == 0)
		buf_add_char(out, '-');
}

/* What fits is added whole. */
static bool
add_whole(struct buf *out, struct buf *piece)
{
	bool fits = !buf_failed(piece) && out->len + piece->len <= MEMBER_BYTES;

	if (fits)
		buf_add(out, buf_span(piece));
	buf_reset(piece);
	return fits;
}

struct span
campaign_member_pack(const struct campaign_member *member, struct arena *arena)
{
	struct buf	out, piece;
	struct span	packed = SPAN_NONE;

	buf_init(&out, MEMBER_BYTES);
	buf_init(&piece, MEMBER_BYTES);
	buf_add(&out, SPAN(VERSION));
	add_word(&out, member->queue_id, MOST_QUEUE_ID);
	add_word(&out, member->from, MOST_ADDRESS);
	add_word(&out, member->domain, MOST_ADDRESS);
	add_word(&out, member->campaign, MOST_ID);
	buf_printf(&out, " %x %llx %x", member->flags, (unsigned long long)member->skeleton, member->recipients_in_all);
	for (size_t i = 0; i < member->beacon_count; i++) {
		const struct campaign_beacon *beacon = &member->beacons[i];

		buf_add(&piece, SPAN(" b"));
		add_word(&piece, beacon->host, MOST_HOST);
		buf_printf(&piece, " %x %x %x %x %llx %llx", beacon->domain_bytes, beacon->specific, beacon->unusual, beacon->make,
		    (unsigned long long)beacon->path, (unsigned long long)beacon->token);
		if (!add_whole(&out, &piece))
			break;
	}
	for (size_t i = 0; i < member->recipient_count; i++) {
		buf_printf(&piece, " r %llx %x", (unsigned long long)member->recipients[i].digest,
		    member->recipients[i].watched);
		if (!add_whole(&out, &piece))
			break;
	}
	if (!buf_failed(&out))
		packed = arena_copy(arena, buf_span(&out));
	buf_fini(&piece);
	buf_fini(&out);
	return packed;
}

/* --- unpacking --- */

static struct span
next_word(struct span *rest)
{
	size_t		end = span_find_char(*rest, ' ', 0);
	struct span	word = span_cut(*rest, 0, end);

	*rest = span_from(*rest, end + 1);
	return word;
}

static struct span
next_text(struct span *rest)
{
	struct span word = next_word(rest);

	return span_eq(word, SPAN("-")) ? SPAN_NONE : word;
}

static bool
next_number(struct span *rest, uint64_t most, uint64_t *number)
{
	size_t	digits = 0;
	bool	whole;

	*number = 0;
	for (int digit; digits < rest->len && digits < 16 && (digit = ascii_hex(rest->at[digits])) >= 0; digits++)
		*number = *number << 4 | (uint64_t)digit;
	whole = digits > 0 && (digits == rest->len || rest->at[digits] == ' ');
	*rest = span_from(*rest, digits + 1);
	return whole && *number <= most;
}

static bool
next_beacon(struct span *rest, struct campaign_member *member)
{
	struct campaign_beacon	*beacon = &member->beacons[member->beacon_count];
	uint64_t		 domain_bytes, specific, unusual, make;

	if (member->beacon_count == MEMBER_MOST_BEACONS)
		return false;
	beacon->host = next_text(rest);
	if (!next_number(rest, beacon->host.len, &domain_bytes) || !next_number(rest, 1, &specific) ||
	    !next_number(rest, 1, &unusual) || !next_number(rest, UINT32_MAX, &make) || !next_number(rest, UINT64_MAX, &beacon->path) ||
	    !next_number(rest, UINT64_MAX, &beacon->token))
		return false;
	beacon->domain_bytes = (uint32_t)domain_bytes;
	beacon->specific = specific != 0;
	beacon->unusual = unusual != 0;
	beacon->make = (uint32_t)make;
	member->beacon_count++;
	return true;
}

static bool
next_recipient(struct span *rest, struct campaign_member *member)
{
	struct campaign_recipient	*recipient = &member->recipients[member->recipient_count];
	uint64_t			 watched;

	if (member->recipient_count == MEMBER_MOST_RECIPIENTS || !next_number(rest, UINT64_MAX, &recipient->digest) ||
	    !next_number(rest, 1, &watched))
		return false;
	recipient->watched = watched != 0;
	member->recipient_count++;
	return true;
}

bool
campaign_member_unpack(const struct member *packed, struct campaign_member *member)
{
	struct span	rest = packed->text;
	uint64_t	flags, recipients;

	*member = (struct campaign_member){ .time_ms = packed->time_ms, .message = packed->message };
	if (!span_eq(next_word(&rest), SPAN(VERSION)))
		return false;
	member->queue_id = next_text(&rest);
	member->from = next_text(&rest);
	member->domain = next_text(&rest);
	member->campaign = next_text(&rest);
	if (!next_number(&rest, UINT32_MAX, &flags) || !next_number(&rest, UINT64_MAX, &member->skeleton) ||
	    !next_number(&rest, UINT32_MAX, &recipients))
		return false;
	member->flags = (uint32_t)flags;
	member->recipients_in_all = (uint32_t)recipients;
	while (rest.len > 0) {
		struct span kind = next_word(&rest);

		if (span_eq(kind, SPAN("b")) ? !next_beacon(&rest, member) :
		    !span_eq(kind, SPAN("r")) || !next_recipient(&rest, member))
			return false;
	}
	return true;
}

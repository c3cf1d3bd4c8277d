/* What two stores answer, compared: false, and the first difference in words. */
#ifndef TESTS_ALIKE_H
#define TESTS_ALIKE_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include <pixelward/reputation/reputation.h>

#include "reputation/store.h"

#define EXACT	21u	/* up to so many different things are counted, more are estimated */

enum { MEMORY, REDIS, STORES };

static char	difference[1024];

static bool
differ(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(difference, sizeof(difference), format, arguments);
	va_end(arguments);
	return false;
}

static bool
numbers_alike(const char *of, struct span name, const char *what, int64_t memory, int64_t redis)
{
	return memory == redis || differ("%s %.*s: %s is %" PRId64 " in memory, %" PRId64 " in Redis", of, SPAN_ARG(name),
	    what, memory, redis);
}

/* Beyond a few both estimate, each in its own way. */
static bool
counts_alike(const char *of, struct span name, const char *what, uint64_t memory, uint64_t redis)
{
	uint64_t less = memory < redis ? memory : redis, more = memory < redis ? redis : memory;

	return more >= EXACT && more - less <= 2 + less / 2 ? true :
	    numbers_alike(of, name, what, (int64_t)memory, (int64_t)redis);
}

static bool
spans_alike(const char *of, struct span name, const char *what, struct span memory, struct span redis)
{
	return span_eq(memory, redis) || differ("%s %.*s: %s is \"%.*s\" in memory, \"%.*s\" in Redis", of, SPAN_ARG(name),
	    what, SPAN_ARG(memory), SPAN_ARG(redis));
}

static bool
lists_alike(const char *of, struct span name, const char *what, const struct span *memory, size_t memory_count,
    const struct span *redis, size_t redis_count)
{
	if (!numbers_alike(of, name, what, (int64_t)memory_count, (int64_t)redis_count))
		return false;
	for (size_t i = 0; i < memory_count; i++)
		if (!spans_alike(of, name, what, memory[i], redis[i]))
			return false;
	return true;
}

#define NUMBER(of, name, a, b, field)	numbers_alike(of, name, #field, (int64_t)(a)->field, (int64_t)(b)->field)
#define COUNT(of, name, a, b, field)	counts_alike(of, name, #field, (a)->field, (b)->field)
#define TEXT(of, name, a, b, field)	spans_alike(of, name, #field, (a)->field, (b)->field)
#define LIST(of, name, a, b, field, count) \
	lists_alike(of, name, #field, (a)->field, (a)->count, (b)->field, (b)->count)

static bool
standings_alike(struct span name, const struct standing *a, const struct standing *b)
{
	struct standing_term	terms[STORES][STANDING_MOST_TERMS];
	size_t			count;

	for (unsigned i = 0; i < TALLIES; i++) {
		struct standing x = *a, y = *b;

		if (*standing_tally(&x, i) != *standing_tally(&y, i))
			return differ("domain %.*s: tally %u is %" PRIu64 " in memory, %" PRIu64 " in Redis", SPAN_ARG(name), i,
			    *standing_tally(&x, i), *standing_tally(&y, i));
	}
	if (!(NUMBER("domain", name, a, b, known) && NUMBER("domain", name, a, b, first_ms) &&
	    NUMBER("domain", name, a, b, last_ms) && NUMBER("domain", name, a, b, days) &&
	    COUNT("domain", name, a, b, recipients) && COUNT("domain", name, a, b, templates) &&
	    NUMBER("domain", name, a, b, word) && TEXT("domain", name, a, b, note) &&
	    NUMBER("domain", name, a, b, until_ms) && TEXT("domain", name, a, b, campaign) &&
	    NUMBER("domain", name, a, b, score) && NUMBER("domain", name, a, b, vouched)))
		return false;
	count = standing_terms(a, terms[MEMORY]);
	if (!numbers_alike("domain", name, "terms", (int64_t)count, (int64_t)standing_terms(b, terms[REDIS])))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!numbers_alike("domain", name, terms[MEMORY][i].text, terms[MEMORY][i].points, terms[REDIS][i].points))
			return false;
	return true;
}

static bool
signs_alike(struct span name, const struct campaign_sign *a, const struct campaign_sign *b)
{
	return TEXT("campaign of", name, a, b, id) && NUMBER("campaign of", name, a, b, trips) &&
	    NUMBER("campaign of", name, a, b, joins) && LIST("campaign of", name, a, b, reasons, reason_count) &&
	    NUMBER("campaign of", name, a, b, messages) && NUMBER("campaign of", name, a, b, recipients) &&
	    NUMBER("campaign of", name, a, b, watched) && LIST("campaign of", name, a, b, hosts, host_count) &&
	    LIST("campaign of", name, a, b, senders, sender_count) &&
	    LIST("campaign of", name, a, b, earlier, earlier_count) &&
	    LIST("campaign of", name, a, b, parts, part_count) && NUMBER("campaign of", name, a, b, suspects) &&
	    NUMBER("campaign of", name, a, b, new_sender);
}

static bool
knowledge_alike(const struct sighting *sighting, const struct knowledge *a, const struct knowledge *b)
{
	struct span name = sighting->queue_id;

	if (!(NUMBER("mail", name, a, b, complete) && NUMBER("mail", name, a, b, time_ms) &&
	    NUMBER("mail", name, a, b, seasoned) && NUMBER("mail", name, a, b, surge) &&
	    standings_alike(sighting->sender_domain, &a->sender, &b->sender)))
		return false;
	for (size_t i = 0; i < sighting->host_count; i++)
		if (!standings_alike(sighting->hosts[i].domain, &a->hosts[i], &b->hosts[i]))
			return false;
	for (size_t i = 0; i < sighting->template_count; i++) {
		const struct template_history *x = &a->templates[i], *y = &b->templates[i];

		if (!(NUMBER("template of", name, x, y, proof) && NUMBER("template of", name, x, y, messages) &&
		    COUNT("template of", name, x, y, tokens) && COUNT("template of", name, x, y, recipients)))
			return false;
	}
	return signs_alike(name, &a->campaign, &b->campaign);
}

static struct span
digest_name(uint64_t digest, char digits[17])
{
	snprintf(digits, 17, "%016" PRIx64, digest);
	return span_of(digits);
}

static bool
templates_alike(uint64_t key, const struct store_template *a, const struct store_template *b)
{
	char		digits[17];
	struct span	name = digest_name(key, digits);

	if (!(NUMBER("template", name, a, b, messages) && COUNT("template", name, a, b, tokens) &&
	    COUNT("template", name, a, b, recipients) && NUMBER("template", name, a, b, trace_count)))
		return false;
	return a->trace_count == 0 || memcmp(a->traces, b->traces, a->trace_count * sizeof(*a->traces)) == 0 ||
	    differ("template %.*s: the traces differ", SPAN_ARG(name));
}

static bool
windows_alike(const struct store_window *a, const struct store_window *b)
{
	char		digits[17];
	struct span	name = digest_name(a->key, digits);

	if (!NUMBER("window", name, a, b, count))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct member *x = &a->members[i], *y = &b->members[i];

		if (!(NUMBER("member of", name, x, y, time_ms) && NUMBER("member of", name, x, y, message) &&
		    TEXT("member of", name, x, y, text)))
			return false;
	}
	return true;
}

#endif

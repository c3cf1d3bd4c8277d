#include "tally.h"

#include <pixelward/error.h>
#include <pixelward/options.h>
#include <pixelward/verdict.h>

#include <stdlib.h>

static const char *const counter_names[] = {
#define X(name, of) #name,
	PW_COUNTERS(X)
#undef X
};
static const char *const rule_names[RULE_COUNTERS] = { "hits", "shadow", "held", "watched" };
static const char *const top_names[TOPS] = { "host", "regdom", "rule", "sender_dom" };

/* How the judge marks a rule that only looks on. */
#define SHADOW_PREFIX	"shadow."

const char *
counter_name(enum counter counter)
{
	return counter_names[counter];
}

const char *
rule_counter_name(enum rule_counter counter)
{
	return rule_names[counter];
}

const char *
top_name(enum top top)
{
	return top_names[top];
}

struct counters *
counters_new(void)
{
	struct counters *counters = calloc(1, sizeof(*counters));

	if (counters == NULL)
		return NULL;
	counters->rules.most = MOST_RULES;
	for (size_t d = 0; d < NITEMS(counters->days); d++) {
		counters->days[d].day = INT64_MIN;
		for (size_t t = 0; t < TOPS; t++)
			counters->days[d].tops[t].most = MOST_TOPS;
	}
	counters->minutes = (struct series){ .bucket_ms = MINUTE_MS, .most = MOST_MINUTES,
	    .most_old = MINUTES_OLD };
	counters->hours = (struct series){ .bucket_ms = HOUR_MS, .most = MOST_HOURS, .most_old = HOURS_OLD };
	return counters;
}

static void
day_clear(struct top_day *day)
{
	for (size_t t = 0; t < TOPS; t++)
		names_clear(&day->tops[t]);
	day->day = INT64_MIN;
}

void
counters_free(struct counters *counters)
{
	if (counters == NULL)
		return;
	names_clear(&counters->rules);
	for (size_t d = 0; d < NITEMS(counters->days); d++)
		day_clear(&counters->days[d]);
	free(counters->minutes.at);
	free(counters->hours.at);
	free(counters);
}

/* The first goes; what nobody has read of it is told with the second, so that sums stay right. */
static void
series_shift(struct series *series)
{
	struct bucket *first = &series->at[0], *second = &series->at[1];

	for (size_t i = 0; i < COUNTERS && first->dirty; i++)
		second->of[i] += first->of[i];
	second->dirty = second->dirty || first->dirty;
	series->count--;
	memmove(series->at, series->at + 1, series->count * sizeof(*series->at));
}

struct bucket *
series_get(struct series *series, int64_t number)
{
	size_t at;

	if (series->at == NULL)
		series->at = calloc(series->most + 1, sizeof(*series->at));
	if (series->at == NULL)
		return NULL;
	/* Nearly always the last one. */
	for (at = series->count; at > 0 && series->at[at - 1].number > number; at--)
		continue;
	if (at > 0 && series->at[at - 1].number == number)
		return &series->at[at - 1];
	memmove(series->at + at + 1, series->at + at, (series->count - at) * sizeof(*series->at));
	series->at[at] = (struct bucket){ .number = number };
	series->count++;
	if (series->count > series->most) {
		series_shift(series);
		at -= at > 0 ? 1 : 0;
	}
	return &series->at[at];
}

struct names *
counters_tops_of_day(struct counters *counters, int64_t day)
{
	struct top_day *older = &counters->days[0];

	for (size_t d = 0; d < NITEMS(counters->days); d++) {
		if (counters->days[d].day == day)
			return counters->days[d].tops;
		if (counters->days[d].day < older->day)
			older = &counters->days[d];
	}
	if (day < older->day)
		return NULL;
	day_clear(older);
	older->day = day;
	return older->tops;
}

static void
name_count(struct names *names, struct span text, enum rule_counter counter, int64_t now_ms)
{
	struct name *name = text.len > 0 ? names_get(names, text) : NULL;

	if (name == NULL)
		return;
	name->of[counter]++;
	name->dirty = true;
	if (now_ms > name->last_ms)
		name->last_ms = now_ms;
}

static void
rules_count(struct counters *counters, const struct sighting *s)
{
	for (size_t i = 0; i < s->rule_count; i++) {
		struct span	rule = s->rules[i];
		bool		looks_on = span_starts(rule, SPAN(SHADOW_PREFIX));

		if (looks_on)
			rule = span_from(rule, sizeof(SHADOW_PREFIX) - 1);
		name_count(&counters->rules, rule, RULE_HITS, s->time_ms);
		if (looks_on || s->mode == MODE_SHADOW)
			name_count(&counters->rules, rule, RULE_SHADOW, s->time_ms);
		if (s->action == ACTION_HOLD)
			name_count(&counters->rules, rule, RULE_HELD, s->time_ms);
		if (s->watched_count > 0)
			name_count(&counters->rules, rule, RULE_WATCHED, s->time_ms);
	}
}

bool
sighting_fetches_domain_first(const struct sighting *s, size_t index)
{
	struct span domain = s->hosts[index].domain;

	for (size_t i = 0; i < index; i++)
		if ((s->hosts[i].appearance & APPEARS_FETCHED) != 0 && span_eq(s->hosts[i].domain, domain))
			return false;
	return (s->hosts[index].appearance & APPEARS_FETCHED) != 0 && domain.len > 0;
}

/* Messages by what they would have fetched from, by rule, by sender. */
static void
tops_count(struct counters *counters, const struct sighting *s)
{
	struct names *tops = counters_tops_of_day(counters, s->time_ms / DAY_MS);

	if (tops == NULL)
		return;
	for (size_t i = 0; i < s->host_count; i++) {
		if ((s->hosts[i].appearance & APPEARS_FETCHED) == 0)
			continue;
		name_count(&tops[TOP_HOST], s->hosts[i].host, 0, s->time_ms);
		if (sighting_fetches_domain_first(s, i))
			name_count(&tops[TOP_DOMAIN], s->hosts[i].domain, 0, s->time_ms);
	}
	for (size_t i = 0; i < s->rule_count; i++)
		name_count(&tops[TOP_RULE], s->rules[i], 0, s->time_ms);
	name_count(&tops[TOP_SENDER], s->sender_domain, 0, s->time_ms);
}

static void
add(struct counters *counters, const uint64_t values[COUNTERS], int64_t time_ms)
{
	struct series	*series[] = { &counters->minutes, &counters->hours };

	for (size_t i = 0; i < COUNTERS; i++)
		counters->totals[i] += values[i];
	stints_count(&counters->stints, values);
	for (size_t s = 0; s < NITEMS(series); s++) {
		struct bucket *bucket = series_get(series[s], time_ms / series[s]->bucket_ms);

		for (size_t i = 0; bucket != NULL && i < COUNTERS; i++)
			bucket->of[i] += values[i];
		if (bucket != NULL)
			bucket->dirty = true;
	}
	if (time_ms > counters->last_ms)
		counters->last_ms = time_ms;
}

void
counters_count(struct counters *counters, const struct sighting *s)
{
	const uint64_t values[COUNTERS] = {
#define X(name, of) (uint64_t)(of),
		PW_COUNTERS(X)
#undef X
	};

	if (s->number <= counters->number)
		return;
	add(counters, values, s->time_ms);
	rules_count(counters, s);
	tops_count(counters, s);
	counters->number = s->number;
}

void
counters_miss(struct counters *counters, uint64_t messages, int64_t now_ms)
{
	uint64_t values[COUNTERS] = { 0 };

	values[COUNTER_unrecorded] = messages;
	add(counters, values, now_ms);
}

static void
names_dirty(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		names->at[i]->dirty = true;
}

static void
series_dirty(struct series *series)
{
	for (size_t i = 0; i < series->count; i++)
		series->at[i].dirty = true;
}

void
counters_all_dirty(struct counters *counters)
{
	names_dirty(&counters->rules);
	series_dirty(&counters->minutes);
	series_dirty(&counters->hours);
	for (size_t i = 0; i < counters->stints.count; i++)
		counters->stints.at[i].dirty = true;
	for (size_t d = 0; d < NITEMS(counters->days); d++)
		for (size_t t = 0; t < TOPS; t++)
			names_dirty(&counters->days[d].tops[t]);
}

/* --- reading --- */

uint64_t
counters_number(const struct counters *counters)
{
	return counters->number;
}

int64_t
counters_last_ms(const struct counters *counters)
{
	return counters->last_ms;
}

uint64_t
counters_total(const struct counters *counters, enum counter counter)
{
	return counters->totals[counter];
}

const struct torn *
counters_torn(const struct counters *counters)
{
	return &counters->torn;
}

uint64_t
counters_of_minute(const struct counters *counters, int64_t minute_ms, enum counter counter)
{
	for (size_t i = counters->minutes.count; i > 0; i--)
		if (counters->minutes.at[i - 1].number == minute_ms / MINUTE_MS)
			return counters->minutes.at[i - 1].of[counter];
	return 0;
}

size_t
counters_rules(const struct counters *counters, struct named_count *to, size_t most)
{
	return names_most(&counters->rules, to, most);
}

size_t
counters_top(const struct counters *counters, enum top top, int64_t day, struct named_count *to, size_t most)
{
	for (size_t d = 0; d < NITEMS(counters->days); d++)
		if (counters->days[d].day == day)
			return names_most(&counters->days[d].tops[top], to, most);
	return 0;
}

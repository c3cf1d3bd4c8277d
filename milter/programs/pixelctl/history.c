#include "history.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/config.h>
#include <pixelward/base/redis.h>
#include <pixelward/dissect/dissect.h>

#include "opened.h"
#include "reach.h"

#define ARENA_BYTES	((size_t)256 << 20)
/* Bytes, as DNS has them. */
#define MOST_NAME	253u
#define MOST_LABEL	63u

bool
history_open_with(struct history *history, struct options *options, bool writes, int *status)
{
	bool		redis = redis_is_wanted(options);
	struct buf	report;

	opened_patiently(options);
	*status = HISTORY_SOFTWARE;
	history->arena = arena_new(ARENA_BYTES);
	buf_init(&report, (size_t)1 << 16);
	/* Who only reads takes no lock, and makes no directory. */
	if (history->arena != NULL)
		*status = reach_open(options, writes || redis ? REPUTATION_KEPT : REPUTATION_COPY, writes, &report,
		    &history->reputation);
	else
		fprintf(stderr, "pixelctl: out of memory\n");
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	buf_fini(&report);
	return *status == HISTORY_DONE;
}

bool
history_open(struct history *history, const char *config, bool writes, int *status)
{
	struct buf	report;
	enum pw_err	err = PW_ENOMEM;

	buf_init(&report, (size_t)1 << 20);
	history->options = options_new();
	if (history->options != NULL)
		err = config != NULL ? config_read(config, history->options, &report) : PW_OK;
	fprintf(stderr, "%.*s", SPAN_ARG(buf_span(&report)));
	buf_fini(&report);
	if (err != PW_OK) {
		fprintf(stderr, "pixelctl: %s: %s\n", config != NULL ? config : "options", pw_strerror(err));
		*status = err == PW_ENOMEM ? HISTORY_SOFTWARE : HISTORY_CONFIG;
		return false;
	}
	reach_tell_default(config, history->options);
	return history_open_with(history, history->options, writes, status);
}

void
history_close(struct history *history)
{
	reputation_close(history->reputation);
	arena_free(history->arena);
	options_free(history->options);
}

int
history_save(struct history *history)
{
	enum pw_err err = reputation_save(history->reputation);

	if (err == PW_OK)
		return HISTORY_DONE;
	fprintf(stderr, "pixelctl: the reputation cannot be saved: %s\n", pw_strerror(err));
	return HISTORY_CANNOT_WRITE;
}

/* Of a registrable domain, in lower case; an IPv6 address has brackets. */
static bool
is_name(struct span domain)
{
	if (domain.len == 0 || domain.len > MOST_NAME)
		return false;
	if (domain.at[0] == '[')
		return true;
	for (size_t at = 0, end; at <= domain.len; at = end + 1) {
		end = span_find_char(domain, '.', at);
		if (end == at || end - at > MOST_LABEL || domain.at[at] == '-' || domain.at[end - 1] == '-')
			return false;
		for (size_t i = at; i < end; i++)
			if (!ascii_alpha(domain.at[i]) && !ascii_digit(domain.at[i]) && domain.at[i] != '-' &&
			    domain.at[i] != '_')
				return false;
	}
	return true;
}

bool
history_is_suffix(struct history *history, struct span domain)
{
	struct span below = arena_printf(history->arena, "x.%.*s", SPAN_ARG(domain));

	if (!ascii_alpha(domain.at[domain.len - 1]) || span_eq(dissect_domain(below, history->arena), domain))
		return false;
	fprintf(stderr, "pixelctl: %.*s is a public suffix: each domain below it is another one; name these\n", SPAN_ARG(domain));
	return true;
}

struct span
history_domain(struct history *history, const char *name)
{
	struct span host = span_trim(span_of(name));
	size_t	    scheme = span_find(host, SPAN("://"), 0), at;

	if (scheme < host.len) {
		host = span_from(host, scheme + 3);
		for (at = 0; at < host.len && strchr("/?#", host.at[at]) == NULL;)
			at++;
		host = span_cut(host, 0, at);
	}
	at = span_find_char(host, '@', 0);
	if (at < host.len)
		host = span_from(host, at + 1);
	host = dissect_domain(host, history->arena);
	if (host.at == NULL || !is_name(host)) {
		fprintf(stderr, "pixelctl: '%s' is no domain; write one such as example.org\n", name);
		return SPAN_NONE;
	}
	return host;
}

long long
history_days(const struct reputation_age *age)
{
	return age->first_ms == 0 ? 0 : (long long)((clock_unix_ms() - age->first_ms) / DAY_MS);
}

/* Without a verifier that is believed days alone do not count. */
struct span
history_unseasoned(const struct options *options, const struct reputation_age *age, struct arena *arena)
{
	if (age->first_ms == 0)
		return SPAN("the reputation is empty");
	if (options->trusted_authserv_ids.count == 0)
		return arena_printf(arena, "%lld days of mail, which do not count while no verifier is believed (TrustedAuthservIDs)",
		    history_days(age));
	return arena_printf(arena, "%lld of %d days of mail", history_days(age), REPUTATION_SEASON_DAYS);
}

struct span
history_time(struct history *history, int64_t time_ms, bool seconds)
{
	time_t		time = (time_t)(time_ms / 1000);
	struct tm	utc;
	char		text[64];

	if (gmtime_r(&time, &utc) == NULL)
		return SPAN("?");
	strftime(text, sizeof(text), seconds ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%d", &utc);
	return arena_copy(history->arena, span_of(text));
}

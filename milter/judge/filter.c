/* Filters kept, and the filters of one URL tried. */
#include "filter.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter_index.h"
#include "filter_token.h"
#include "regex.h"

#define MOST_TEXT_BYTES		((size_t)1 << 30)
#define MOST_LABELS		128
#define MOST_TRIED		64
#define REGEX_WORK		2000

void
filter_set_init(struct filter_set *set)
{
	*set = (struct filter_set){ 0 };
}

void
filter_set_cut(struct filter_set *set, size_t count)
{
	while (set->count > count)
		regex_free(set->filters[--set->count].regex);
}

void
filter_set_fini(struct filter_set *set)
{
	filter_set_cut(set, 0);
	free(set->filters);
	free(set->domains);
	free(set->buckets);
	free(set->filed);
	free(set->seen);
	arena_free(set->arena);
	filter_set_init(set);
}

/* --- adding --- */

static enum pw_err	refused(struct filter_fault *, const char *format, ...) __attribute__((format(printf, 2, 3)));

static enum pw_err
refused(struct filter_fault *fault, const char *format, ...)
{
	va_list arguments;

	fault->at = 0;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return PW_ESYNTAX;
}

/* URLs that have nothing in common but what all of a kind have: who matches all of a row matches too much. */
static const struct probe {
	const char	*text;
	size_t		 host_at, host_end;
} probes[][3] = {
	{ { "https://a.example/", 8, 17 }, { "https://www.b.test/c/d.png?e=f#g", 8, 18 },
	  { "https://z9.k-m.org:8443/q_r;s=1.html", 8, 18 } },
	{ { "http://a.example/", 7, 16 }, { "http://www.b.test/c/d.png?e=f#g", 7, 17 },
	  { "http://z9.k-m.org:8443/q_r;s=1.html", 7, 17 } },
	{ { "https://a.com/", 8, 13 }, { "http://www.b.com/c/d.png?e=f#g", 7, 16 },
	  { "https://z9.k-m.com/q_r;s=1.html", 8, 18 } },
};

static bool
matches_all(const struct filter *filter, const struct probe *row, size_t count)
{
	const char *why;

	for (size_t i = 0; i < count; i++) {
		struct pattern_subject	subject = { span_of(row[i].text), row[i].host_at, row[i].host_end };
		uint64_t		work = (uint64_t)1 << 20;

		if (filter->regex != NULL ? regex_matches(filter->regex, subject.text, NULL, &why) == REGEX_NO :
		    !pattern_matches(&filter->pattern, &subject, &work))
			return false;
	}
	return true;
}

/* A list of a few senders may say so much about each of them. */
static bool
is_for_few(const struct filter_source *source)
{
	for (size_t i = 0; i < source->domain_count; i++)
		if (!source->domains[i].excluded)
			return true;
	return false;
}

static enum pw_err
pattern_set(struct filter_set *set, struct filter *filter, const struct filter_source *source,
    struct filter_fault *fault)
{
	struct span	written = source->pattern;
	char		why[128];
	size_t		at = 0;

	if ((source->flags & FILTER_REGEX) != 0) {
		enum pw_err err = regex_new(written, (source->flags & FILTER_MATCH_CASE) != 0 ? 0 : REGEX_ANY_CASE,
		    &filter->regex, why, &at);

		if (err == PW_ESYNTAX) {
			(void)refused(fault, "no regular expression: %s", why);
			fault->at = (size_t)(written.at - source->line.at) + at;
		}
		/* The expression itself is read again for its tokens. */
		filter->pattern.text = err == PW_OK ? arena_copy(set->arena, written) : SPAN_NONE;
		return err == PW_OK && filter->pattern.text.at == NULL ? PW_ENOMEM : err;
	}
	if (source->prefix != 0) {
		filter->pattern = (struct pattern){ arena_copy(set->arena, written), source->prefix | ANCHOR_LITERAL };
		return filter->pattern.text.at != NULL ? PW_OK : PW_ENOMEM;
	}
	/* Most patterns are in lower case as they are, and then stand in the line that is kept for people. */
	filter->pattern = pattern_of(written);
	size_t	 begin = (size_t)(filter->pattern.text.at - source->line.at);
	bool	 same = true;

	for (size_t i = 0; i < filter->pattern.text.len; i++)
		same = same && filter->pattern.text.at[i] == ascii_lower(filter->pattern.text.at[i]);
	if (same || (source->flags & FILTER_MATCH_CASE) != 0) {
		filter->pattern.text = span_cut(filter->line, begin, begin + filter->pattern.text.len);
		return PW_OK;
	}
	filter->pattern.text = arena_lower(set->arena, filter->pattern.text);
	return filter->pattern.text.at != NULL ? PW_OK : PW_ENOMEM;
}

static void
note_token(uint32_t hash, struct span token, void *context)
{
	bool *found = context;

	(void)hash;
	(void)token;
	*found = true;
}

static enum pw_err
count_unfiled(struct filter_set *set, const struct filter *filter, struct filter_fault *fault)
{
	bool found = false;

	filter_tokens(filter, note_token, &found);
	if (!found && set->unfiled++ >= MOST_UNFILED)
		return refused(fault, "more than %d filters without a word of their own, which cost time on every URL; let "
		    "it hold a run of letters or digits between other signs", MOST_UNFILED);
	return PW_OK;
}

static enum pw_err
domains_set(struct filter_set *set, struct filter *filter, const struct filter_source *source)
{
	filter->first_domain = (uint32_t)set->domain_count;
	filter->domain_count = (uint16_t)source->domain_count;
	for (size_t i = 0; i < source->domain_count; i++) {
		struct filter_domain *domains = array_grown(set->domains, set->domain_count, &set->domain_capacity,
		    sizeof(*domains));

		if (domains == NULL || set->domain_count == UINT32_MAX)
			return PW_ENOMEM;
		set->domains = domains;
		/* The names stand in the line, too. */
		size_t at = (size_t)(source->domains[i].name.at - source->line.at);
		domains[set->domain_count++] = (struct filter_domain){
		    span_cut(filter->line, at, at + source->domains[i].name.len), source->domains[i].excluded };
	}
	return PW_OK;
}

enum pw_err
filter_set_add(struct filter_set *set, const struct filter_source *source, uint32_t list, size_t number,
    struct filter_fault *fault)
{
	struct filter *filters;

	if (set->count == MOST_FILTERS)
		return refused(fault, "more than %d filters", MOST_FILTERS);
	if (set->arena == NULL && (set->arena = arena_new(MOST_TEXT_BYTES)) == NULL)
		return PW_ENOMEM;
	filters = array_grown(set->filters, set->count, &set->capacity, sizeof(*filters));
	if (filters == NULL)
		return PW_ENOMEM;
	set->filters = filters;

	struct filter	filter = { .line = arena_copy(set->arena, source->line), .list = list,
			    .number = number < UINT32_MAX ? (uint32_t)number : UINT32_MAX,
			    .types = (uint16_t)source->types, .flags = (uint16_t)source->flags };
	enum pw_err	err = filter.line.at != NULL ? pattern_set(set, &filter, source, fault) : PW_ENOMEM;

	for (size_t i = 0; i < NITEMS(probes) && err == PW_OK && !is_for_few(source); i++)
		if (matches_all(&filter, probes[i], NITEMS(probes[i])))
			err = refused(fault, "it would match every URL (of a kind); say more of what it is about");
	if (err == PW_OK)
		err = count_unfiled(set, &filter, fault);
	if (err == PW_OK)
		err = domains_set(set, &filter, source);
	if (err != PW_OK) {
		regex_free(filter.regex);
		return err;
	}
	set->filters[set->count++] = filter;
	set->list_count = list >= set->list_count ? list + 1 : set->list_count;
	return PW_OK;
}

/* --- one URL --- */

/* What is known of one list. */
struct filter_standing {
	uint32_t		 list;
	const struct filter	*important, *exception, *plain, *failed;
};

/* A form of the URL: as it is, or percent-decoded. */
struct form {
	struct pattern_subject	lower, exact;
};

struct trial {
	const struct filter_set		*set;
	struct filter_asker		*asker;
	const struct filter_question	*question;
	const struct form		*form;
	const struct filter_bucket	*tried[MOST_TRIED];	/* in this form */
	size_t				 tried_count;
	bool				 third_party, no_memory;
};

static struct filter_standing *
standing_of(struct trial *trial, uint32_t list)
{
	struct filter_asker	*asker = trial->asker;
	struct filter_standing	*standings;

	if (asker->places[list] > 0)
		return &asker->standings[asker->places[list] - 1];
	standings = arena_grow(asker->arena, asker->standings, asker->standing_count, &asker->standing_capacity,
	    sizeof(*standings));
	if (standings == NULL) {
		trial->no_memory = true;
		return NULL;
	}
	asker->standings = standings;
	standings[asker->standing_count++] = (struct filter_standing){ .list = list };
	asker->places[list] = (uint32_t)asker->standing_count;
	return &standings[asker->standing_count - 1];
}

/* domain=: the longest name that a sender is within decides; if there is none, only a filter without plain names. */
static bool
is_for_site(const struct filter_set *set, const struct filter *filter, const struct filter_asker *asker)
{
	size_t	longest = 0;
	bool	included = true;

	for (size_t i = 0; i < filter->domain_count; i++) {
		const struct filter_domain *domain = &set->domains[filter->first_domain + i];

		if (longest == 0 && !domain->excluded)
			included = false;
		for (size_t k = 0; k < asker->site_count; k++)
			if (domain->name.len > longest && span_is_within_domain(asker->sites[k], domain->name)) {
				longest = domain->name.len;
				included = !domain->excluded;
			}
	}
	return included;
}

static bool
options_match(const struct trial *trial, const struct filter *filter)
{
	return (filter->types & trial->question->type) != 0 &&
	    ((filter->flags & FILTER_THIRD_PARTY) == 0 || trial->third_party) &&
	    ((filter->flags & FILTER_FIRST_PARTY) == 0 || !trial->third_party);
}

static enum regex_answer
text_matches(const struct trial *trial, const struct filter *filter)
{
	const struct form	*form = trial->form;
	uint64_t		*work = &trial->asker->work;
	const char		*why;

	if (filter->regex == NULL)
		return pattern_matches(&filter->pattern, (filter->flags & FILTER_MATCH_CASE) != 0 ? &form->exact :
		    &form->lower, work) ? REGEX_YES : REGEX_NO;
	*work = *work > REGEX_WORK ? *work - REGEX_WORK : 0;
	return *work > 0 ? regex_matches(filter->regex, form->exact.text, trial->asker->regexes, &why) : REGEX_NO;
}

static void
try(struct trial *trial, const struct filter *filter)
{
	struct filter_standing		*standing;
	const struct filter	**place;

	if (trial->asker->work < 2) {
		trial->asker->work = 0;
		return;
	}
	trial->asker->work--;
	/* An expression costs more than its senders, a pattern less. */
	if (!options_match(trial, filter) ||
	    (filter->regex != NULL && !is_for_site(trial->set, filter, trial->asker)))
		return;
	enum regex_answer answer = text_matches(trial, filter);
	if (answer == REGEX_NO || (filter->regex == NULL && !is_for_site(trial->set, filter, trial->asker)) ||
	    (standing = standing_of(trial, filter->list)) == NULL)
		return;
	place = answer == REGEX_FAILED ? &standing->failed :
	    (filter->flags & FILTER_EXCEPTION) != 0 ? &standing->exception :
	    (filter->flags & FILTER_IMPORTANT) != 0 ? &standing->important : &standing->plain;
	if (*place == NULL)
		*place = filter;
}

static void
try_token(struct trial *trial, struct span token, enum token_kind kind)
{
	const struct filter_set		*set = trial->set;
	const struct filter_bucket	*bucket = filter_bucket_find(set, token_hash(token, kind));

	if (bucket == NULL)
		return;
	/* A URL may say the same thing a thousand times. */
	for (size_t i = 0; i < trial->tried_count; i++)
		if (trial->tried[i] == bucket)
			return;
	if (trial->tried_count < MOST_TRIED)
		trial->tried[trial->tried_count++] = bucket;
	for (size_t i = 0; i < bucket->count; i++)
		try(trial, &set->filters[set->filed[bucket->begin + i]]);
}

/* Up to what no name has and ^ may stand for: what passes for a host in a broken URL. */
static struct span
host_name(struct span suffix)
{
	size_t end = 0;

	while (end < suffix.len && !pattern_is_separator(suffix.at[end]))
		end++;
	return span_cut(suffix, 0, end);
}

static void
try_form(struct trial *trial, const struct form *form)
{
	const struct filter_set	*set = trial->set;
	struct span		 text = form->lower.text, host;
	size_t			 labels = 0;

	trial->form = form;
	trial->tried_count = 0;
	host = span_cut(text, form->lower.host_at, form->lower.host_end);
	for (size_t i = 0; i < host.len && labels < MOST_LABELS; i++)
		if (i == 0 || host.at[i - 1] == '.') {
			try_token(trial, host_name(span_from(host, i)), TOKEN_HOST);
			labels++;
		}
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		for (end = at; end < text.len && token_has(text.at[end]);)
			end++;
		struct span token = span_cut(text, at, end);

		if (token.len >= 2)
			try_token(trial, token, TOKEN_WHOLE);
		if (token.len < LONG_TOKEN)
			continue;
		try_token(trial, span_cut(token, 0, LONG_TOKEN), TOKEN_BEGINNING);
		try_token(trial, span_from(token, token.len - LONG_TOKEN), TOKEN_ENDING);
	}
	for (size_t i = 0; i < set->unfiled; i++)
		try(trial, &set->filters[set->filed[set->filed_count + i]]);
}

/* --- forms --- */

/* Where the URL's host stands in it; no host: both 0. */
static void
host_find(struct span url, struct span host, size_t *begin, size_t *end)
{
	size_t authority = span_find(url, SPAN("://"), 0) + 3, stop = authority;

	*begin = *end = 0;
	if (authority >= url.len || host.len == 0)
		return;
	while (stop < url.len && url.at[stop] != '/' && url.at[stop] != '?' && url.at[stop] != '#')
		stop++;
	for (size_t i = authority; i < stop; i++)
		if (url.at[i] == '@')
			authority = i + 1;
	if (span_starts_nocase(span_cut(url, authority, stop), host)) {
		*begin = authority;
		*end = authority + host.len;
	}
}

static size_t
decode(struct span url, size_t from, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < url.len; i++) {
		int high, low;

		if (i >= from && url.at[i] == '%' && i + 2 < url.len && (high = ascii_hex(url.at[i + 1])) >= 0 &&
		    (low = ascii_hex(url.at[i + 2])) >= 0) {
			out[len++] = (char)(high << 4 | low);
			i += 2;
		} else
			out[len++] = url.at[i];
	}
	return len;
}

static void
form_set(struct form *form, char *lower, struct span exact, size_t host_at, size_t host_end)
{
	for (size_t i = 0; i < exact.len; i++)
		lower[i] = ascii_lower(exact.at[i]);
	form->exact = (struct pattern_subject){ exact, host_at, host_end };
	form->lower = (struct pattern_subject){ { lower, exact.len }, host_at, host_end };
}

/* As it is; decoded behind the host, if that is another text. The number; 0: no memory. */
static size_t
forms_make(struct filter_asker *asker, const struct filter_question *question, struct form forms[2])
{
	struct span	url = question->url;
	size_t		begin, end;

	if (url.len > asker->capacity || asker->scratch == NULL) {
		asker->capacity = url.len * 2 + 1024;
		asker->scratch = arena_array(asker->arena, asker->capacity, 4);
		if (asker->scratch == NULL)
			return 0;
	}
	char *exact = asker->scratch, *lower = exact + url.len, *decoded = lower + url.len;

	if (url.len > 0)
		memcpy(exact, url.at, url.len);
	host_find(url, question->host, &begin, &end);
	/* "t.example." is t.example to a resolver, and no list says it that way. */
	if (end > begin && exact[end - 1] == '.') {
		memmove(exact + end - 1, exact + end, url.len - end);
		url.len--;
		end--;
	}
	url.at = exact;
	form_set(&forms[0], lower, url, begin, end);
	size_t len = decode(url, end, decoded);
	if (len == url.len)
		return 1;
	form_set(&forms[1], decoded + len, (struct span){ decoded, len }, begin, end);
	return 2;
}

/* --- the question --- */

static bool
is_third_party(const struct filter_asker *asker, const struct filter_question *question)
{
	for (size_t i = 0; i < asker->site_count; i++)
		if (!span_is_within_domain(asker->sites[i], question->domain))
			return true;
	return asker->site_count == 0;
}

static const struct filter *
filter_that_decides(const struct filter_standing *standing)
{
	if (standing->important != NULL)
		return standing->important;
	return standing->exception == NULL ? standing->plain : NULL;
}

/* What was said of the URL before is forgotten. */
static bool
begin(struct filter_asker *asker, const struct filter_set *set)
{
	asker->hit_count = 0;
	for (size_t i = 0; i < asker->standing_count; i++)
		asker->places[asker->standings[i].list] = 0;
	asker->standing_count = 0;
	if (asker->place_count >= set->list_count)
		return true;
	asker->places = arena_array(asker->arena, set->list_count, sizeof(*asker->places));
	asker->place_count = asker->places != NULL ? set->list_count : 0;
	return asker->places != NULL;
}

/* False: no memory. */
static bool
sum_up(struct filter_asker *asker)
{
	for (size_t i = 0; i < asker->standing_count; i++) {
		const struct filter_standing	*standing = &asker->standings[i];
		const struct filter		*decides = filter_that_decides(standing);
		struct filter_hit		*hits;

		if (decides == NULL && standing->failed == NULL)
			continue;
		hits = arena_grow(asker->arena, asker->hits, asker->hit_count, &asker->hit_capacity, sizeof(*hits));
		if (hits == NULL)
			return false;
		asker->hits = hits;
		hits[asker->hit_count++] = decides != NULL ? (struct filter_hit){ decides, false } :
		    (struct filter_hit){ standing->failed, true };
	}
	return true;
}

enum pw_err
filter_set_match(const struct filter_set *set, struct filter_asker *asker, const struct filter_question *question)
{
	struct trial	trial = { .set = set, .asker = asker, .question = question };
	struct form	forms[2];
	size_t		form_count;
	uint64_t	cost = question->url.len;

	if (!begin(asker, set))
		return PW_ENOMEM;
	if ((set->types & question->type) == 0)
		return PW_OK;
	form_count = forms_make(asker, question, forms);
	if (form_count == 0)
		return PW_ENOMEM;
	asker->work = asker->work > cost ? asker->work - cost : 0;
	trial.third_party = is_third_party(asker, question);
	for (size_t i = 0; i < form_count && asker->work > 0; i++)
		try_form(&trial, &forms[i]);
	if (trial.no_memory || !sum_up(asker)) {
		asker->hit_count = 0;
		return PW_ENOMEM;
	}
	return asker->work > 0 ? PW_OK : PW_ELIMIT;
}

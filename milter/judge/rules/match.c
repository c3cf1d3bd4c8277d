#include "modifier.h"

#include "abp.h"

#include <string.h>

/* --- one text against one value --- */

static enum truth
truth_of(bool is)
{
	return is ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth
text_equals(struct asking *asking, const struct wanted *wanted, struct span text)
{
	(void)asking;
	return truth_of(span_eq_nocase(text, wanted->text));
}

static enum truth
text_contains(struct asking *asking, const struct wanted *wanted, struct span text)
{
	(void)asking;
	return truth_of(span_find_nocase(text, wanted->text, 0) < text.len);
}

static enum truth
text_starts(struct asking *asking, const struct wanted *wanted, struct span text)
{
	(void)asking;
	return truth_of(span_starts_nocase(text, wanted->text));
}

static enum truth
text_ends(struct asking *asking, const struct wanted *wanted, struct span text)
{
	(void)asking;
	return truth_of(span_ends_nocase(text, wanted->text));
}

static enum truth
address_is_in(struct asking *asking, const struct wanted *wanted, struct span text)
{
	(void)asking;
	return truth_of(cidr_has(&wanted->block, text));
}

/* --- lists --- */

static enum truth
fail(struct strain *strain, const char *why)
{
	strain->why = why;
	strain->failures++;
	return TRUTH_UNKNOWN;
}

struct search {
	const struct list	*list;
	bool			 found;
};

static void
note_listed(const struct list_hit *hit, void *context)
{
	struct search *search = context;

	search->found = search->found || hit->list == search->list;
}

static bool
is_listed(const struct asking *asking, uint32_t list, struct span host)
{
	struct search search = { .list = &asking->lists->lists[list] };

	if (search.list->domains > 0)
		list_set_each(asking->lists, host, note_listed, &search);
	return search.found;
}

/* Past its expiry, with on_stale: drop. "Not on the list" would be as wrong as "on it". */
static bool
is_dropped(const struct asking *asking, const struct wanted *wanted)
{
	return asking->lists->lists[wanted->list].dropped;
}

static enum truth
domain_is_in(struct asking *asking, const struct wanted *wanted, struct span text)
{
	if (wanted->on_list)
		return is_dropped(asking, wanted) ? TRUTH_UNKNOWN : truth_of(is_listed(asking, wanted->list, text));
	return truth_of(span_is_within_domain(text, wanted->text));
}

/* A URL is on a list if its host is, or if a filter or a beginning there matches it. */
static enum truth
url_is_listed(struct asking *asking, const struct wanted *wanted)
{
	const char	*why;
	enum truth	 truth;

	if (is_dropped(asking, wanted))
		return TRUTH_UNKNOWN;
	if (is_listed(asking, wanted->list, abp_host(asking->evidence, asking->scope, asking->element)))
		return TRUTH_TRUE;
	truth = abp_matches(&asking->evidence->by_lists, &asking->lists->filters, asking->evidence, asking->scope,
	    asking->element, wanted->list, &why);
	return truth != TRUTH_UNKNOWN ? truth : fail(asking->strain, why);
}

static enum truth
text_is_in(struct asking *asking, const struct wanted *wanted, struct span text)
{
	return wanted->on_list ? url_is_listed(asking, wanted) : truth_of(span_eq_nocase(text, wanted->text));
}

static enum truth
url_is_filtered(struct asking *asking, const struct wanted *wanted, struct span text)
{
	const char	*why;
	enum truth	 truth;

	(void)text;
	if (wanted->on_list)
		return url_is_listed(asking, wanted);
	truth = abp_matches(&asking->evidence->by_rules, asking->line->filters, asking->evidence, asking->scope,
	    asking->element, wanted->list, &why);
	return truth != TRUTH_UNKNOWN ? truth : fail(asking->strain, why);
}

/* --- other facts --- */

/* Names below each other belong together: From says mail.a.example, the picture is at img.a.example's a.example. */
static bool
domains_share(struct span a, struct span b)
{
	struct span outer = a.len < b.len ? a : b;

	return memchr(outer.at != NULL ? outer.at : "", '.', outer.len) != NULL &&
	    (span_is_within_domain(a, b) || span_is_within_domain(b, a));
}

static enum truth
text_is_shared(struct asking *asking, const struct wanted *wanted, struct span text)
{
	struct value other;

	fact_get(wanted->other, asking->evidence, asking->scope, asking->element, &other);
	if (!other.known)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < other.count; i++)
		if (text.len > 0 && (wanted->other->type == FACT_DOMAIN ? domains_share(text, other.texts[i]) :
		    span_eq_nocase(text, other.texts[i])))
			return TRUTH_TRUE;
	return TRUTH_FALSE;
}

/* --- regular expressions --- */

static enum truth
text_is_like(struct asking *asking, const struct wanted *wanted, struct span text)
{
	const char *why;

	/* Told once already; a sender must not choose how often it is tried. */
	if (asking->strain->failures >= MATCH_MOST_FAILURES)
		return TRUTH_UNKNOWN;
	switch (regex_matches(wanted->regex, text, &asking->evidence->regexes, &why)) {
	case REGEX_YES:
		return TRUTH_TRUE;
	case REGEX_NO:
		return TRUTH_FALSE;
	case REGEX_FAILED:
		break;
	}
	return fail(asking->strain, why);
}

/* --- the modifiers --- */

static bool	is_less(int64_t a, int64_t b) { return a < b; }
static bool	is_at_most(int64_t a, int64_t b) { return a <= b; }
static bool	is_more(int64_t a, int64_t b) { return a > b; }
static bool	is_at_least(int64_t a, int64_t b) { return a >= b; }
static bool	is_same(int64_t a, int64_t b) { return a == b; }

/* The first row of a name that fits the type counts; "" is a line without a modifier. */
const struct modifier modifiers[] = {
	{ "", TYPE(FACT_BOOLEAN) | TYPE(FACT_NUMBER), TAKES_VALUE, FINDS_NOTHING, NULL, is_same },
	{ "", TYPE(FACT_TEXT), TAKES_VALUE, FINDS_LITERAL, text_equals, NULL },
	{ "", TYPE(FACT_DOMAIN), TAKES_VALUE, FINDS_DOMAIN, text_equals, NULL },
	{ "", TYPE(FACT_WORD), TAKES_VALUE, FINDS_NOTHING, text_equals, NULL },
	{ "", TYPE(FACT_ADDRESS), TAKES_BLOCK, FINDS_NOTHING, address_is_in, NULL },
	{ "lt", TYPE(FACT_NUMBER), TAKES_VALUE, FINDS_NOTHING, NULL, is_less },
	{ "lte", TYPE(FACT_NUMBER), TAKES_VALUE, FINDS_NOTHING, NULL, is_at_most },
	{ "gt", TYPE(FACT_NUMBER), TAKES_VALUE, FINDS_NOTHING, NULL, is_more },
	{ "gte", TYPE(FACT_NUMBER), TAKES_VALUE, FINDS_NOTHING, NULL, is_at_least },
	{ "in", TYPE(FACT_DOMAIN), TAKES_DOMAIN, FINDS_DOMAIN, domain_is_in, NULL },
	{ "in", TYPE(FACT_WORD), TAKES_VALUE, FINDS_NOTHING, text_equals, NULL },
	{ "in", TYPE(FACT_TEXT), TAKES_LISTED, FINDS_LITERAL, text_is_in, NULL },
	{ "contains", TEXTS, TAKES_TEXT, FINDS_LITERAL, text_contains, NULL },
	{ "startswith", TEXTS, TAKES_TEXT, FINDS_LITERAL, text_starts, NULL },
	{ "endswith", TEXTS, TAKES_TEXT, FINDS_LITERAL, text_ends, NULL },
	{ "re", TEXTS, TAKES_REGEX, FINDS_REGEX, text_is_like, NULL },
	{ "cidr", TYPE(FACT_ADDRESS), TAKES_BLOCK, FINDS_NOTHING, address_is_in, NULL },
	{ "shares", TEXTS, TAKES_FACT, FINDS_NOTHING, text_is_shared, NULL },
	{ "abp", TYPE(FACT_TEXT), TAKES_FILTER, FINDS_FILTER, url_is_filtered, NULL },
};
const size_t modifier_count = NITEMS(modifiers);

bool
fact_is_url(const struct fact *fact)
{
	return strcmp(fact->name, "url") == 0;
}

static bool
fits(const struct modifier *modifier, const struct fact *fact)
{
	return (modifier->types & TYPE(fact->type)) != 0 && (modifier->takes != TAKES_FILTER || fact_is_url(fact));
}

unsigned
modifier_find(struct span name, const struct fact *fact)
{
	unsigned i = 0;

	while (i < modifier_count && !(span_eq(name, span_of(modifiers[i].name)) && fits(&modifiers[i], fact)))
		i++;
	return i;
}

const char *
modifier_name(const struct fact *fact, size_t wanted)
{
	size_t seen = 0;

	for (size_t i = 0; i < modifier_count; i++)
		if (fits(&modifiers[i], fact) && seen++ == wanted)
			return modifiers[i].name;
	return NULL;
}

/* --- the value of a line --- */

static enum truth
ask_one(struct asking *asking, const struct modifier *modifier, const struct fact *fact, const struct value *value,
    const struct wanted *wanted)
{
	enum truth best = TRUTH_FALSE;

	if (fact->type == FACT_BOOLEAN)
		return truth_of(value->truth == wanted->truth);
	if (fact->type == FACT_NUMBER)
		return truth_of(modifier->is(value->number, wanted->number));
	for (size_t i = 0; i < value->count && best != TRUTH_TRUE; i++) {
		enum truth truth = modifier->compare(asking, wanted, value->texts[i]);

		best = truth > best ? truth : best;
	}
	return best;
}

enum truth
line_match(const struct line *line, const struct list_set *lists, struct evidence *evidence, enum scope scope,
    uint32_t element, struct strain *strain)
{
	struct asking	asking = { line, lists, evidence, strain, scope, element };
	enum truth	all = TRUTH_TRUE, any = TRUTH_FALSE;
	struct value	value;

	evidence->lines_asked++;
	fact_get(line->fact, evidence, scope, element, &value);
	if (!value.known)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < line->wanted_count; i++) {
		enum truth truth = ask_one(&asking, &modifiers[line->how], line->fact, &value, &line->wanted[i]);

		all = truth < all ? truth : all;
		any = truth > any ? truth : any;
		if (line->all ? all == TRUTH_FALSE : any == TRUTH_TRUE)
			break;
	}
	return line->all ? all : any;
}

#include "modifier.h"

#include "../domain.h"

#include "abp.h"

#include <string.h>

#define MOST_PATTERN_BYTES	4096

#define TOLD(reading, node, code, ...)	(finding_add((reading)->findings, &(node)->place, code, __VA_ARGS__), false)

static bool
read_number(struct reading_rules *reading, const struct node *node, int64_t *number)
{
	struct span text = node->text;

	*number = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_digit(text.at[i]) || i == 15)
			return TOLD(reading, node, FINDING_VALUE, "'%.*s' is no number; write digits, at most 15",
			    (int)(text.len < 80 ? text.len : 80), text.at);
		*number = *number * 10 + (text.at[i] - '0');
	}
	return text.len > 0 || TOLD(reading, node, FINDING_VALUE, "a number is wanted here");
}

static bool
read_truth(struct reading_rules *reading, const struct node *node, bool *truth)
{
	*truth = span_eq(node->text, SPAN("true"));
	return *truth || span_eq(node->text, SPAN("false")) ||
	    TOLD(reading, node, FINDING_VALUE, "'%.*s' is neither true nor false", (int)(node->text.len < 80 ?
	    node->text.len : 80), node->text.at);
}

static bool
read_word(struct reading_rules *reading, const struct fact *fact, const struct node *node, struct span *text)
{
	struct nearest nearest = { .word = node->text };

	*text = node->text;
	for (uint32_t i = 0; fact->word != NULL && fact->word(i) != NULL; i++) {
		if (span_eq(node->text, span_of(fact->word(i))))
			return true;
		nearest_try(&nearest, fact->word(i));
	}
	return fact->word == NULL || TOLD(reading, node, FINDING_VALUE, "'%.*s' is no word of %s%.*s",
	    (int)(node->text.len < 80 ? node->text.len : 80), node->text.at, fact->name,
	    SPAN_ARG(nearest_words(reading->findings->arena, nearest.best)));
}

static bool
read_value(struct reading_rules *reading, const struct fact *fact, const struct node *node, struct wanted *wanted)
{
	if (fact->type == FACT_NUMBER)
		return read_number(reading, node, &wanted->number);
	if (fact->type == FACT_BOOLEAN)
		return read_truth(reading, node, &wanted->truth);
	return read_word(reading, fact, node, &wanted->text);
}

static bool
read_text(struct reading_rules *reading, const struct node *node, struct wanted *wanted)
{
	wanted->text = node->text;
	return node->text.len > 0 || TOLD(reading, node, FINDING_VALUE, "an empty text is in every text; write what is "
	    "looked for");
}

/* on_stale: keep is a word of who knows it. */
static void
note_stale(struct reading_rules *reading, const struct list *list, const struct place *place)
{
	if (!list->stale || list->on_stale == STALE_KEEP)
		return;
	reading->stale = list->name;
	finding_add(reading->findings, place, FINDING_STALE, "the list %s is past its expiry%s: the rule is degraded; fetch the "
	    "list anew", list->name, list->dropped ? " and not in force, so that what it would say is unknown" : "");
}

/* Some lists are but for rules, or keep what others would strip: to be on one of them is no guilt. */
static bool
names_culprits(const struct list *list)
{
	return list->action == LIST_STRIP || list->action == LIST_HOLD;
}

/* Behind "list:"; the list's number. */
static bool
read_list(struct reading_rules *reading, const struct node *node, struct wanted *wanted)
{
	const struct list_set	*lists = reading->lists;
	struct nearest		 nearest = { .word = span_from(node->text, 5) };
	struct place		 place = node_place_of(node, 5);

	for (uint32_t i = 0; i < lists->list_count; i++) {
		if (span_eq(nearest.word, span_of(lists->lists[i].name))) {
			wanted->list = i;
			wanted->on_list = true;
			note_stale(reading, &lists->lists[i], &place);
			return true;
		}
		nearest_try(&nearest, lists->lists[i].name);
	}
	finding_add(reading->findings, &place, FINDING_LIST, "there is no list '%.*s' in lists.d%.*s",
	    (int)(nearest.word.len < 80 ? nearest.word.len : 80), nearest.word.at,
	    SPAN_ARG(nearest_words(reading->findings->arena, nearest.best)));
	return false;
}

static bool
is_list(const struct node *node)
{
	return span_starts(node->text, SPAN("list:"));
}

static bool
read_domain(struct reading_rules *reading, const struct node *node, struct wanted *wanted)
{
	const struct list	*lists = reading->lists->lists;
	size_t			 bad;

	wanted->text = node->text;
	if (is_list(node))
		return read_list(reading, node, wanted) && (lists[wanted->list].domains > 0 ||
		    lists[wanted->list].filters == 0 || TOLD(reading, node, FINDING_LIST, "the list %s holds filters of URLs, and "
		    "no domain to be in; write url|in: list:%s", lists[wanted->list].name, lists[wanted->list].name));
	return (memchr(node->text.at, '.', node->text.len) != NULL && domain_is_name(node->text, &bad)) ||
	    TOLD(reading, node, FINDING_VALUE, "'%.*s' is no domain; write a.example for it and all its subdomains, or "
	    "list:NAME", (int)(node->text.len < 80 ? node->text.len : 80), node->text.at);
}

/* A list of URLs; Adblock filters do not speak about links. */
static bool
read_url_list(struct reading_rules *reading, const struct node *node, enum scope scope, struct wanted *wanted)
{
	const struct list *list;

	if (!read_list(reading, node, wanted))
		return false;
	list = &reading->lists->lists[wanted->list];
	return scope != SCOPE_LINK || list->format != LIST_ADBLOCK || TOLD(reading, node, FINDING_LIST,
	    "the list %s holds Adblock filters, which do not speak about links", list->name);
}

static bool
read_listed(struct reading_rules *reading, const struct node *node, enum scope scope, const struct fact *fact,
    struct wanted *wanted)
{
	wanted->text = node->text;
	if (!is_list(node))
		return true;
	if (fact_is_url(fact))
		return read_url_list(reading, node, scope, wanted);
	return TOLD(reading, node, FINDING_LIST, "lists hold domains and URLs, and %s is neither; ask for a domain, or for url",
	    fact->name);
}

static bool
read_block(struct reading_rules *reading, const struct node *node, struct wanted *wanted)
{
	struct buf why;

	buf_init(&why, 1024);
	bool is_block = cidr_parse(node->text, &wanted->block, &why);
	if (!is_block)
		finding_add(reading->findings, &node->place, FINDING_VALUE, "%.*s", SPAN_ARG(buf_span(&why)));
	buf_fini(&why);
	return is_block;
}

static bool
read_fact(struct reading_rules *reading, const struct node *node, const struct line *line, enum scope scope,
    struct wanted *wanted)
{
	struct nearest nearest = { .word = node->text };

	wanted->other = fact_named(node->text);
	if (wanted->other != NULL && (wanted->other->scopes & ((unsigned)scope | SCOPE_MESSAGE)) != 0 &&
	    wanted->other->type == line->fact->type)
		return true;
	if (wanted->other != NULL)
		return TOLD(reading, node, FINDING_FACT, "%s is no %s that a %s has", wanted->other->name,
		    fact_type_name(line->fact->type), scope_name(scope));
	for (size_t i = 0; i < fact_count; i++)
		nearest_try(&nearest, facts[i].name);
	return TOLD(reading, node, FINDING_FACT, "'%.*s' is no fact, and shares wants one%.*s",
	    (int)(node->text.len < 80 ? node->text.len : 80), node->text.at,
	    SPAN_ARG(nearest_words(reading->findings->arena, nearest.best)));
}

static bool
read_regex(struct reading_rules *reading, const struct node *node, struct wanted *wanted)
{
	struct rule_regex	*kept = arena_alloc(reading->findings->arena, sizeof(*kept));
	char			 message[128];
	const char		*why;
	size_t			 at = 0;
	enum pw_err		 err;

	if (node->text.len == 0 || node->text.len > MOST_PATTERN_BYTES)
		return TOLD(reading, node, FINDING_REGEX, "a regular expression has 1 to %d bytes", MOST_PATTERN_BYTES);
	err = kept != NULL ? regex_new(node->text, REGEX_TEXT, &wanted->regex, message, &at) : PW_ENOMEM;
	if (err == PW_ESYNTAX) {
		struct place place = node_place_of(node, at);

		finding_add(reading->findings, &place, FINDING_REGEX, "no regular expression: %s", message);
		return false;
	}
	if (err != PW_OK) {
		reading->findings->no_memory = true;
		return false;
	}
	*kept = (struct rule_regex){ wanted->regex, reading->regexes };
	reading->regexes = kept;
	wanted->text = node->text;
	if (regex_matches(wanted->regex, SPAN(""), NULL, &why) == REGEX_YES)
		finding_add(reading->findings, &node->place, FINDING_MATCHES_ALL,
		    "this matches the empty text, and with it every text; write what must be there");
	return true;
}

void
rule_regexes_free(struct rule_regex *regexes)
{
	for (; regexes != NULL; regexes = regexes->next)
		regex_free(regexes->regex);
}

/*
 * The filters of a line are one list, so that its exceptions take back what its others match; with "all", each stands
 * for itself.
 */
static bool
read_filter(struct reading_rules *reading, const struct node *node, enum scope scope, struct line *line,
    struct wanted *wanted)
{
	struct rule_filters	*filters = reading->filters;
	const struct list	*list;
	bool			 first = line->filters == NULL || line->all, blocks = false;
	uint32_t		 number = filters->count - !first;

	if (is_list(node)) {
		if (!read_url_list(reading, node, scope, wanted))
			return false;
		list = &reading->lists->lists[wanted->list];
		return list->filters > 0 || list->domains == 0 || TOLD(reading, node, FINDING_LIST,
		    "the list %s holds domains, and no filter; write url.host|in: list:%s", list->name, list->name);
	}
	if (!abp_add(filters, node, scope, number, reading->findings, &blocks))
		return false;
	if (!blocks && line->all)
		return TOLD(reading, node, FINDING_FILTER, "an exception takes back what other filters of the line match, and "
		    "with 'all' each stands for itself");
	line->filters = &filters->set;
	line->blocks = line->blocks || blocks;
	wanted->list = number;
	return true;
}

static bool
read_wanted(struct reading_rules *reading, const struct node *node, enum scope scope, struct line *line,
    struct wanted *wanted)
{
	if (node->kind != NODE_SCALAR)
		return TOLD(reading, node, FINDING_VALUE, "a value, or a list of values, is wanted here");
	switch (modifiers[line->how].takes) {
	case TAKES_VALUE:
		return read_value(reading, line->fact, node, wanted);
	case TAKES_TEXT:
		return read_text(reading, node, wanted);
	case TAKES_REGEX:
		return read_regex(reading, node, wanted);
	case TAKES_DOMAIN:
		return read_domain(reading, node, wanted);
	case TAKES_LISTED:
		return read_listed(reading, node, scope, line->fact, wanted);
	case TAKES_BLOCK:
		return read_block(reading, node, wanted);
	case TAKES_FACT:
		return read_fact(reading, node, line, scope, wanted);
	case TAKES_FILTER:
		return read_filter(reading, node, scope, line, wanted);
	}
	return false;
}

static size_t
count_of(const struct node *value)
{
	size_t count = 0;

	if (value->kind != NODE_LIST)
		return 1;
	for (const struct node *node = value->first; node != NULL; node = node->next)
		count++;
	return count;
}

static bool
read_values(struct reading_rules *reading, const struct node *value, enum scope scope, struct line *line)
{
	size_t	count = count_of(value), listed = 0;
	bool	fine = true;

	if (count == 0)
		return TOLD(reading, value, FINDING_VALUE, "an empty list matches nothing; write a value");
	if (count > MATCH_MOST_VALUES)
		return TOLD(reading, value, FINDING_VALUE, "%zu values are too many for one line (%d); make a list file of "
		    "them", count, MATCH_MOST_VALUES);
	line->wanted = arena_array(reading->findings->arena, count, sizeof(*line->wanted));
	if (line->wanted == NULL) {
		reading->findings->no_memory = true;
		return false;
	}
	for (const struct node *node = value->kind == NODE_LIST ? value->first : value; node != NULL;
	    node = value->kind == NODE_LIST ? node->next : NULL) {
		struct wanted *wanted = &line->wanted[line->wanted_count++];

		fine = read_wanted(reading, node, scope, line, wanted) && fine;
		listed += wanted->on_list && names_culprits(&reading->lists->lists[wanted->list]);
	}
	line->on_list = line->all ? listed > 0 : listed == count;
	if (fine && line->filters != NULL && !line->blocks)
		return TOLD(reading, value, FINDING_FILTER, "exceptions alone match nothing; write the filter that they are from");
	return fine;
}

/* The fact's name is the key up to the first "|". */
static const struct fact *
read_name(struct reading_rules *reading, const struct node *key, struct span name, enum scope scope)
{
	const struct fact	*fact = fact_named(name);
	struct nearest		 nearest = { .word = name };

	if (fact != NULL && (fact->scopes & ((unsigned)scope | SCOPE_MESSAGE)) != 0)
		return fact;
	if (fact != NULL) {
		finding_add(reading->findings, &key->place, FINDING_FACT, "a %s has no '%s'; it is a fact of each: %s",
		    scope_name(scope), fact->name, scope_name((enum scope)(fact->scopes & -fact->scopes)));
		return NULL;
	}
	for (size_t i = 0; i < fact_count; i++)
		nearest_try(&nearest, facts[i].name);
	finding_add(reading->findings, &key->place, FINDING_FACT, "unknown fact '%.*s'%.*s",
	    (int)(name.len < 80 ? name.len : 80), name.at,
	    SPAN_ARG(nearest_words(reading->findings->arena, nearest.best)));
	return NULL;
}

static bool
tell_modifier(struct reading_rules *reading, const struct node *key, size_t at, struct span name,
    const struct fact *fact)
{
	struct place	place = node_place_of(key, at);
	struct nearest	nearest = { .word = name };

	for (size_t i = 0; i < modifier_count; i++) {
		if (span_eq(name, span_of(modifiers[i].name))) {
			finding_add(reading->findings, &place, FINDING_MODIFIER, "'%s' does not fit %s, which is a %s",
			    modifiers[i].name, fact->name, fact_type_name(fact->type));
			return false;
		}
		nearest_try(&nearest, modifiers[i].name);
	}
	finding_add(reading->findings, &place, FINDING_MODIFIER, "unknown modifier '%.*s'%.*s",
	    (int)(name.len < 80 ? name.len : 80), name.at,
	    SPAN_ARG(nearest_words(reading->findings->arena, nearest.best)));
	return false;
}

static bool
read_modifiers(struct reading_rules *reading, const struct node *key, size_t at, struct line *line)
{
	struct span	text = key->text, how = SPAN("");
	size_t		how_at = at;

	while (at < text.len) {
		size_t		begin = at + 1, end = span_find_char(text, '|', begin);
		struct span	name = span_cut(text, begin, end);

		at = end;
		if (span_eq(name, SPAN("all")) && !line->all)
			line->all = true;
		else if (how.len == 0 && name.len > 0) {
			how = name;
			how_at = begin;
		} else
			return tell_modifier(reading, key, begin, name, line->fact);
	}
	line->how = modifier_find(how, line->fact);
	return line->how < modifier_count || tell_modifier(reading, key, how_at, how, line->fact);
}

bool
line_read(struct reading_rules *reading, const struct node *node, enum scope scope, struct line *line)
{
	const struct node	*key = node->key;
	size_t			 bar = span_find_char(key->text, '|', 0);

	*line = (struct line){ .node = node, .fact = read_name(reading, key, span_cut(key->text, 0, bar), scope) };
	if (line->fact == NULL || !read_modifiers(reading, key, bar, line))
		return false;
	return read_values(reading, node, scope, line);
}

bool
value_read(struct reading_rules *reading, const struct fact *fact, const struct node *node, struct value *value)
{
	size_t		 count = count_of(node);
	struct span	*texts = arena_array(reading->findings->arena, count, sizeof(*texts));
	struct wanted	 wanted = { 0 };

	if (texts == NULL) {
		reading->findings->no_memory = true;
		return false;
	}
	*value = (struct value){ .known = true, .texts = texts };
	if (node->kind == NODE_MAP || (node->kind == NODE_LIST && !fact->many))
		return TOLD(reading, node, FINDING_VALUE, "%s has one value", fact->name);
	for (const struct node *one = node->kind == NODE_LIST ? node->first : node; one != NULL;
	    one = node->kind == NODE_LIST ? one->next : NULL) {
		if (one->kind != NODE_SCALAR)
			return TOLD(reading, one, FINDING_VALUE, "a value is wanted here");
		if (!read_value(reading, fact, one, &wanted))
			return false;
		texts[value->count++] = wanted.text;
	}
	value->number = wanted.number;
	value->truth = wanted.truth;
	return true;
}

#define PCRE2_CODE_UNIT_WIDTH 8
#include "match.h"

#include "../domain.h"

#include <pixelward/base/cidr.h>

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of one call. Depth and heap bound what a long text costs, matches what a bad expression does. */
#define MOST_MATCHES		50000
#define MOST_DEPTH		20000
#define MOST_HEAP_KIB		4096
#define MOST_PATTERN_BYTES	4096
/* The clock is read so often, in bytes of text seen. */
#define BYTES_TO_CLOCK		((uint64_t)32 << 10)
#define BYTES_OF_CALL		256

struct wanted {
	struct span		 text;
	int64_t			 number;
	bool			 truth;
	struct cidr		 block;
	pcre2_code		*code;
	const struct fact	*other;
	const char		*list;
};

/* --- one text against one value --- */

struct asking {
	const struct list_set	*lists;
	struct evidence		*evidence;
	struct strain		*strain;
	enum scope		 scope;
	uint32_t		 element;
};

typedef enum truth	compare(struct asking *, const struct wanted *, struct span);

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

static enum truth
domain_is_in(struct asking *asking, const struct wanted *wanted, struct span text)
{
	struct list_hit hits[MOST_HITS];

	if (wanted->list == NULL)
		return truth_of(span_is_within_domain(text, wanted->text));
	size_t count = list_set_match(asking->lists, text, hits);
	for (size_t i = 0; i < count; i++)
		if (strcmp(hits[i].list->name, wanted->list) == 0)
			return TRUTH_TRUE;
	return TRUTH_FALSE;
}

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

static uint64_t
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

/* False: the message has cost enough. */
static bool
spend(struct evidence *evidence, size_t len)
{
	uint64_t bytes = len + BYTES_OF_CALL;

	if (evidence->began_us == 0) {
		evidence->began_us = cpu_us();
		evidence->bytes_to_clock = BYTES_TO_CLOCK;
	}
	if (bytes > evidence->bytes_left) {
		evidence->bytes_left = 0;
		return false;
	}
	evidence->bytes_left -= bytes;
	if (bytes < evidence->bytes_to_clock) {
		evidence->bytes_to_clock -= bytes;
		return true;
	}
	evidence->bytes_to_clock = BYTES_TO_CLOCK;
	if (cpu_us() - evidence->began_us > MATCH_MOST_US)
		evidence->bytes_left = 0;
	return evidence->bytes_left > 0;
}

static void *
take(PCRE2_SIZE bytes, void *arena)
{
	return arena_alloc(arena, bytes);
}

static void
give(void *piece, void *arena)
{
	(void)piece, (void)arena;
}

/* Room to match in, once for each message. */
static bool
prepare(struct evidence *evidence)
{
	pcre2_general_context *memory;

	if (evidence->match_data != NULL)
		return true;
	memory = pcre2_general_context_create(take, give, evidence->arena);
	evidence->match_context = memory != NULL ? pcre2_match_context_create(memory) : NULL;
	evidence->match_data = memory != NULL ? pcre2_match_data_create(1, memory) : NULL;
	if (evidence->match_context == NULL || evidence->match_data == NULL) {
		evidence->no_memory = true;
		evidence->match_data = NULL;
		return false;
	}
	pcre2_set_match_limit(evidence->match_context, MOST_MATCHES);
	pcre2_set_depth_limit(evidence->match_context, MOST_DEPTH);
	pcre2_set_heap_limit(evidence->match_context, MOST_HEAP_KIB);
	return true;
}

static const struct {
	int		 error;
	const char	*why;
} failures[] = {
	{ PCRE2_ERROR_MATCHLIMIT, "a regular expression took too many steps" },
	{ PCRE2_ERROR_DEPTHLIMIT, "a regular expression went too deep" },
	{ PCRE2_ERROR_HEAPLIMIT, "a regular expression took too much memory" },
	{ PCRE2_ERROR_NOMEMORY, "there was no memory for a regular expression" },
};

static enum truth
fail(struct strain *strain, const char *why)
{
	strain->why = why;
	strain->failures++;
	return TRUTH_UNKNOWN;
}

static enum truth
text_is_like(struct asking *asking, const struct wanted *wanted, struct span text)
{
	struct evidence *evidence = asking->evidence;

	/* Told once already; a sender must not choose how often it is tried. */
	if (asking->strain->failures >= MATCH_MOST_FAILURES)
		return TRUTH_UNKNOWN;
	if (!spend(evidence, text.len))
		return fail(asking->strain, "the message has cost all time that regular expressions have");
	if (!prepare(evidence))
		return TRUTH_UNKNOWN;
	int result = pcre2_match(wanted->code, (PCRE2_SPTR)(text.at != NULL ? text.at : ""), text.len, 0, 0,
	    evidence->match_data, evidence->match_context);
	if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
		return truth_of(result >= 0);
	for (size_t i = 0; i < NITEMS(failures); i++)
		if (failures[i].error == result)
			return fail(asking->strain, failures[i].why);
	return fail(asking->strain, "a regular expression failed");
}

/* --- the modifiers --- */

#define TYPE(type)	(1u << (type))
#define TEXTS		(TYPE(FACT_TEXT) | TYPE(FACT_DOMAIN))
#define ANY_TEXT	(TEXTS | TYPE(FACT_WORD) | TYPE(FACT_ADDRESS))

enum takes { TAKES_VALUE, TAKES_TEXT, TAKES_REGEX, TAKES_DOMAIN, TAKES_BLOCK, TAKES_FACT, TAKES_FILTER };

struct modifier {
	const char	*name;
	unsigned	 types;
	enum takes	 takes;
	compare		*compare;	/* of texts */
	bool		(*is)(int64_t fact, int64_t wanted);
};

static bool	is_less(int64_t a, int64_t b) { return a < b; }
static bool	is_at_most(int64_t a, int64_t b) { return a <= b; }
static bool	is_more(int64_t a, int64_t b) { return a > b; }
static bool	is_at_least(int64_t a, int64_t b) { return a >= b; }
static bool	is_same(int64_t a, int64_t b) { return a == b; }

/* The first row of a name that fits the type counts; "" is a line without a modifier. */
static const struct modifier modifiers[] = {
	{ "", TYPE(FACT_BOOLEAN) | TYPE(FACT_NUMBER), TAKES_VALUE, NULL, is_same },
	{ "", TEXTS | TYPE(FACT_WORD), TAKES_VALUE, text_equals, NULL },
	{ "", TYPE(FACT_ADDRESS), TAKES_BLOCK, address_is_in, NULL },
	{ "lt", TYPE(FACT_NUMBER), TAKES_VALUE, NULL, is_less },
	{ "lte", TYPE(FACT_NUMBER), TAKES_VALUE, NULL, is_at_most },
	{ "gt", TYPE(FACT_NUMBER), TAKES_VALUE, NULL, is_more },
	{ "gte", TYPE(FACT_NUMBER), TAKES_VALUE, NULL, is_at_least },
	{ "in", TYPE(FACT_DOMAIN), TAKES_DOMAIN, domain_is_in, NULL },
	{ "in", TYPE(FACT_TEXT) | TYPE(FACT_WORD), TAKES_VALUE, text_equals, NULL },
	{ "contains", TEXTS, TAKES_TEXT, text_contains, NULL },
	{ "startswith", TEXTS, TAKES_TEXT, text_starts, NULL },
	{ "endswith", TEXTS, TAKES_TEXT, text_ends, NULL },
	{ "re", TEXTS, TAKES_REGEX, text_is_like, NULL },
	{ "cidr", TYPE(FACT_ADDRESS), TAKES_BLOCK, address_is_in, NULL },
	{ "shares", TEXTS, TAKES_FACT, text_is_shared, NULL },
	{ "abp", TEXTS, TAKES_FILTER, NULL, NULL },
};

const char *
modifier_name(enum fact_type type, size_t wanted)
{
	size_t seen = 0;

	for (size_t i = 0; i < NITEMS(modifiers); i++)
		if ((modifiers[i].types & TYPE(type)) != 0 && modifiers[i].takes != TAKES_FILTER && seen++ == wanted)
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
	struct asking	asking = { lists, evidence, strain, scope, element };
	enum truth	all = TRUTH_TRUE, any = TRUTH_FALSE;
	struct value	value;

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

/* --- reading --- */

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

static bool
read_domain(struct reading_rules *reading, const struct node *node, struct line *line, struct wanted *wanted)
{
	const struct list_set	*lists = reading->lists;
	struct nearest		 nearest = { 0 };
	size_t			 bad;

	wanted->text = node->text;
	if (!span_starts(node->text, SPAN("list:"))) {
		if (memchr(node->text.at, '.', node->text.len) == NULL || !domain_is_name(node->text, &bad))
			return TOLD(reading, node, FINDING_VALUE, "'%.*s' is no domain; write a.example for it and all its "
			    "subdomains, or list:NAME", (int)(node->text.len < 80 ? node->text.len : 80), node->text.at);
		return true;
	}
	line->on_list = true;
	nearest.word = span_from(node->text, 5);
	for (size_t i = 0; i < lists->list_count; i++) {
		if (span_eq(nearest.word, span_of(lists->lists[i].name))) {
			wanted->list = lists->lists[i].name;
			return lists->lists[i].domains > 0 || lists->lists[i].filters == 0 || TOLD(reading, node, FINDING_LIST,
			    "the list %s holds filters of URLs, and no domain to be in", wanted->list);
		}
		nearest_try(&nearest, lists->lists[i].name);
	}
	struct place place = node_place_of(node, 5);
	finding_add(reading->findings, &place, FINDING_LIST, "there is no list '%.*s' in lists.d%.*s",
	    (int)(nearest.word.len < 80 ? nearest.word.len : 80), nearest.word.at,
	    SPAN_ARG(nearest_words(reading->findings->arena, nearest.best)));
	return false;
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
matches_nothing(const pcre2_code *code)
{
	pcre2_match_data	*data = pcre2_match_data_create(1, NULL);
	bool			 does = data != NULL && pcre2_match(code, (PCRE2_SPTR)"", 0, 0, 0, data, NULL) >= 0;

	pcre2_match_data_free(data);
	return does;
}

/* The interpreter, not the JIT: the gateway has no memory that is writable and executable at once. */
static bool
read_regex(struct reading_rules *reading, const struct node *node, struct wanted *wanted)
{
	struct rule_regex	*regex = arena_alloc(reading->findings->arena, sizeof(*regex));
	unsigned char	 message[256];
	PCRE2_SIZE	 at;
	int		 error;

	if (regex == NULL) {
		reading->findings->no_memory = true;
		return false;
	}
	if (node->text.len == 0 || node->text.len > MOST_PATTERN_BYTES)
		return TOLD(reading, node, FINDING_REGEX, "a regular expression has 1 to %d bytes", MOST_PATTERN_BYTES);
	wanted->code = pcre2_compile((PCRE2_SPTR)node->text.at, node->text.len,
	    PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE, &error, &at, NULL);
	if (wanted->code == NULL) {
		struct place place = node_place_of(node, at);

		pcre2_get_error_message(error, message, sizeof(message));
		finding_add(reading->findings, &place, FINDING_REGEX, "no regular expression: %s", (const char *)message);
		return false;
	}
	*regex = (struct rule_regex){ wanted->code, reading->regexes };
	reading->regexes = regex;
	if (matches_nothing(wanted->code))
		finding_add(reading->findings, &node->place, FINDING_MATCHES_ALL,
		    "this matches the empty text, and with it every text; write what must be there");
	return true;
}

void
rule_regexes_free(struct rule_regex *regexes)
{
	for (; regexes != NULL; regexes = regexes->next)
		pcre2_code_free(regexes->code);
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
		return read_domain(reading, node, line, wanted);
	case TAKES_BLOCK:
		return read_block(reading, node, wanted);
	case TAKES_FACT:
		return read_fact(reading, node, line, scope, wanted);
	case TAKES_FILTER:
		break;
	}
	return TOLD(reading, node, FINDING_MODIFIER, "this version does not read filter lists; write in, contains or re");
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
	size_t	count = count_of(value);
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
	    node = value->kind == NODE_LIST ? node->next : NULL)
		fine = read_wanted(reading, node, scope, line, &line->wanted[line->wanted_count++]) && fine;
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
modifier_find(struct span name, enum fact_type type, unsigned *how)
{
	for (unsigned i = 0; i < NITEMS(modifiers); i++)
		if (span_eq(name, span_of(modifiers[i].name)) && (modifiers[i].types & TYPE(type)) != 0) {
			*how = i;
			return true;
		}
	return false;
}

static bool
tell_modifier(struct reading_rules *reading, const struct node *key, size_t at, struct span name,
    const struct fact *fact)
{
	struct place	place = node_place_of(key, at);
	struct nearest	nearest = { .word = name };

	for (size_t i = 0; i < NITEMS(modifiers); i++) {
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
	return modifier_find(how, line->fact->type, &line->how) || tell_modifier(reading, key, how_at, how, line->fact);
}

bool
line_read(struct reading_rules *reading, const struct node *node, enum scope scope, struct line *line)
{
	const struct node	*key = node->key;
	size_t			 bar = span_find_char(key->text, '|', 0);

	*line = (struct line){ .fact = read_name(reading, key, span_cut(key->text, 0, bar), scope) };
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

#include "rule_set.h"

#include <pixelward/judge/rules.h>

#include <stdlib.h>
#include <time.h>

#include "format.h"
#include "overlap.h"
#include "trial.h"

#define SET_ARENA_BYTES	((size_t)1 << 30)
#define MOST_RULES	5000

struct rule_set *
rule_set_new(void)
{
	struct rule_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return NULL;
	set->arena = arena_new(SET_ARENA_BYTES);
	set->findings.arena = set->arena;
	set->filters = set->arena != NULL ? rule_filters_new(set->arena) : NULL;
	if (set->filters == NULL) {
		rule_set_free(set);
		return NULL;
	}
	return set;
}

void
rule_set_free(struct rule_set *set)
{
	if (set == NULL)
		return;
	rule_regexes_free(set->regexes);
	rule_filters_free(set->filters);
	arena_free(set->arena);
	free(set);
}

int64_t
rule_set_today(void)
{
	return (int64_t)time(NULL) / 86400;
}

static void
add_rule(struct rule_set *set, const struct list_set *lists, const struct node *document)
{
	struct reading_rules	 reading = { .findings = &set->findings, .lists = lists, .regexes = set->regexes,
				    .filters = set->filters, .can_proxy = set->can_proxy, .unverified = set->unverified };
	struct rule		*larger = arena_grow(set->arena, set->rules, set->count, &set->capacity, sizeof(*larger));

	if (larger == NULL) {
		set->findings.no_memory = true;
		return;
	}
	set->rules = larger;
	if (set->count == MOST_RULES) {
		finding_add(&set->findings, &document->place, FINDING_DEPTH, "more than %d rules", MOST_RULES);
		return;
	}
	struct rule *rule = &set->rules[set->count++];
	rule->sound = rule_read(&reading, document, rule_set_today(), rule) && !document->mended;
	set->exemptions += rule->exempts;
	set->regexes = reading.regexes;
}

static bool
file_is_too_large(const struct source *source, struct findings *findings)
{
	struct place place = { source, 1, 1 };

	if (source->text.len <= YAML_MOST_BYTES)
		return false;
	finding_add(findings, &place, FINDING_FILE, "the file is larger than %zu KiB; split it, or make a list file of its "
	    "names", YAML_MOST_BYTES / 1024);
	return true;
}

void
rule_set_read(struct rule_set *set, const struct list_set *lists, const char *path, struct span text)
{
	struct source	*source = arena_alloc(set->arena, sizeof(*source));
	struct span	 name = arena_copy(set->arena, span_of(path)), copy = SPAN_NONE;
	struct node	*documents;

	if (text.len <= YAML_MOST_BYTES)
		copy = arena_copy(set->arena, text);
	if (source == NULL || name.at == NULL || (copy.at == NULL && text.len <= YAML_MOST_BYTES)) {
		set->findings.no_memory = true;
		return;
	}
	*source = (struct source){ .path = name.at, .text = text.len <= YAML_MOST_BYTES ? copy : text };
	set->files++;
	if (file_is_too_large(source, &set->findings)) {
		source->text = SPAN_NONE;	/* not copied */
		return;
	}
	yaml_read(source, &set->findings, &documents);
	for (const struct node *document = documents; document != NULL; document = document->next)
		add_rule(set, lists, document);
}

/* --- all of them together --- */

static int
compare_names(const void *a, const void *b)
{
	const struct rule	*left = *(const struct rule *const *)a, *right = *(const struct rule *const *)b;
	int			 by = span_order(&left->name, &right->name);

	/* Of one name, in the order of reading: the later one is the mistake. */
	return by != 0 ? by : (left > right) - (left < right);
}

static void
check_names(struct rule_set *set)
{
	const struct rule **sorted = arena_array(set->arena, set->count, sizeof(*sorted));

	if (sorted == NULL) {
		set->findings.no_memory = true;
		return;
	}
	for (size_t i = 0; i < set->count; i++)
		sorted[i] = &set->rules[i];
	if (set->count > 1)
		qsort(sorted, set->count, sizeof(*sorted), compare_names);
	for (size_t i = 1; i < set->count; i++)
		if (sorted[i]->name.len > 0 && span_eq(sorted[i]->name, sorted[i - 1]->name))
			finding_add(&set->findings, &sorted[i]->place, FINDING_NAME, "a rule of the name %.*s stands already at "
			    "%s:%zu", SPAN_ARG(sorted[i]->name), sorted[i - 1]->place.source->path, sorted[i - 1]->place.line);
}

static bool
fits_any(const struct rule_set *set, struct span pattern)
{
	for (size_t i = 0; i < NITEMS(rule_exemptible); i++)
		if (rule_name_fits(pattern, span_of(rule_exemptible[i])))
			return true;
	for (size_t i = 0; i < set->count; i++)
		if (!set->rules[i].exempts && rule_name_fits(pattern, set->rules[i].name))
			return true;
	return false;
}

static void
check_exemption(struct rule_set *set, const struct rule *rule)
{
	const struct node *from = node_get(node_get(rule->document, "exempt"), "from");

	for (size_t i = 0; i < rule->from_count; i++) {
		struct nearest nearest = { .word = rule->from[i] };

		if (fits_any(set, rule->from[i]))
			continue;
		for (size_t k = 0; k < NITEMS(rule_exemptible); k++)
			nearest_try(&nearest, rule_exemptible[k]);
		for (size_t k = 0; k < set->count; k++)
			if (set->rules[k].name.at != NULL)
				nearest_try(&nearest, set->rules[k].name.at);
		finding_add(&set->findings, &from->place, FINDING_NAME, "no rule is called '%.*s'%.*s",
		    SPAN_ARG(rule->from[i]), SPAN_ARG(nearest_words(set->arena, nearest.best)));
	}
}

static void
check_tests(struct rule_set *set, const struct list_set *lists, const struct rule *rule, dissect_function *dissect)
{
	struct reading_rules	reading = { .findings = &set->findings, .lists = lists, .regexes = set->regexes,
				    .filters = set->filters };
	bool			in_force = rule->status == RULE_SHADOW || rule->status == RULE_ENFORCE;

	/* What a draft does not do yet, it may still say; and so may a rule with mistakes. */
	set->tests += trial_run(&reading, rule, in_force && rule->sound ? dissect : NULL);
}

enum pw_err
rule_set_finish(struct rule_set *set, const struct list_set *lists, dissect_function *dissect)
{
	check_names(set);
	if (filter_set_index(&set->filters->set) != PW_OK || !intern(set->arena, set->rules, set->count, &set->interned) ||
	    (set->index = rule_index_new(set->arena, set->rules, set->count, &set->interned, &set->filters->set)) == NULL ||
	    (set->tally = tally_new(set->arena, set->count)) == NULL)
		set->findings.no_memory = true;
	for (size_t i = 0; i < set->count && !set->findings.no_memory; i++) {
		if (set->rules[i].exempts)
			check_exemption(set, &set->rules[i]);
		check_tests(set, lists, &set->rules[i], dissect);
	}
	if (!set->findings.no_memory)
		overlaps_tell(set, rule_set_today());
	findings_sort(&set->findings);
	if (set->findings.no_memory)
		return PW_ENOMEM;
	return set->findings.errors > 0 ? PW_ECONFIG : PW_OK;
}

enum pw_err
rules_format(const char *path, struct span text, struct buf *out, struct buf *report)
{
	struct arena	*arena = arena_new(SET_ARENA_BYTES);
	struct findings	 findings = { .arena = arena };
	struct source	 source = { .path = path, .text = text };
	const char	*why = NULL;
	bool		 fine = false;

	if (arena != NULL && !file_is_too_large(&source, &findings))
		fine = format_source(&source, &findings, out, &why);
	bool no_memory = arena == NULL || findings.no_memory || (!fine && findings.errors == 0 && why == NULL);
	findings_print_text(&findings, report);
	if (why != NULL)
		buf_printf(report, "%s:1:1: it is left as it is: %s\n", path, why);
	arena_free(arena);
	return fine ? PW_OK : no_memory ? PW_ENOMEM : PW_ECONFIG;
}

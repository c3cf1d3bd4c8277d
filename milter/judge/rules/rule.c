#include "draft.h"

#include <string.h>

#define MOST_TITLE	100

const char *const rule_status_names[] = { "draft", "shadow", "enforce", "retired" };
const char *const rule_level_names[] = { "info", "low", "medium", "high", "critical" };
const char *const rule_sign_names[] = { "none", "sender", "url", "campaign" };
const char *const rule_exemptible[] = {
	"builtin.recipient-token", "builtin.invisible", "builtin.opaque-token", "builtin.open-report",
	"builtin.remote-content",
};
static const char *const kind_names[] = { "detection", "exemption" };

/* --- names --- */

/* "pw.pixel.hidden", "parl-list.vips": words of letters and digits, joined by dots and hyphens; two at least. */
static bool
is_rule_name(struct span name)
{
	size_t joints = 0;

	for (size_t i = 0; i < name.len; i++) {
		bool joint = name.at[i] == '.' || name.at[i] == '-';

		if (joint ? i == 0 || i + 1 == name.len || name.at[i - 1] == '.' || name.at[i - 1] == '-' :
		    !ascii_digit(name.at[i]) && !(name.at[i] >= 'a' && name.at[i] <= 'z'))
			return false;
		joints += joint;
	}
	return joints > 0 && name.len <= 64;
}

static void
read_name(struct drafting *drafting, const struct node *node)
{
	static const char *const reserved[] = { "builtin.", "list.", "shadow.", "failed." };

	if (!draft_is_scalar(drafting, node, "a name"))
		return;
	drafting->rule->name = node->text;
	drafting->rule->place = node->place;
	if (!is_rule_name(node->text))
		TELL(drafting, node, FINDING_NAME, "'%.*s' is no name for a rule; write small letters and digits in words joined "
		    "by . or -, as pw.hidden-pixel", SHOWN_OF(node->text));
	for (size_t i = 0; i < NITEMS(reserved); i++)
		if (span_starts(node->text, span_of(reserved[i])))
			TELL(drafting, node, FINDING_NAME, "names that begin with '%s' are the program's own", reserved[i]);
}

static void
read_title(struct drafting *drafting, const struct node *node)
{
	if (!draft_is_scalar(drafting, node, "a text"))
		return;
	drafting->rule->title = node->text;
	if (node->text.len == 0 || node->text.len > MOST_TITLE || memchr(node->text.at, '\n', node->text.len) != NULL)
		TELL(drafting, node, FINDING_VALUE, "a title is one line of 1 to %d bytes", MOST_TITLE);
}

static void
read_text(struct drafting *drafting, const struct node *node)
{
	(void)draft_is_scalar(drafting, node, "a text");
}

static void
read_version(struct drafting *drafting, const struct node *node)
{
	if (!draft_is_scalar(drafting, node, "a number"))
		return;
	for (size_t i = 0; i < node->text.len; i++)
		if (!ascii_digit(node->text.at[i])) {
			TELL(drafting, node, FINDING_VALUE, "'%.*s' is no number", SHOWN_OF(node->text));
			return;
		}
}

static void
read_kind(struct drafting *drafting, const struct node *node)
{
	drafting->rule->exempts = draft_choice(drafting, node, kind_names, NITEMS(kind_names)) == 1;
}

static void
read_status(struct drafting *drafting, const struct node *node)
{
	drafting->rule->status = (enum rule_status)draft_choice(drafting, node, rule_status_names,
	    NITEMS(rule_status_names));
}

static void
read_level(struct drafting *drafting, const struct node *node)
{
	(void)draft_choice(drafting, node, rule_level_names, NITEMS(rule_level_names));
}

static void
read_expires(struct drafting *drafting, const struct node *node)
{
	drafting->rule->expires = draft_day(drafting, node);
}

static void
read_shadow_until(struct drafting *drafting, const struct node *node)
{
	drafting->shadow_until = draft_day(drafting, node);
}

static void
read_tags(struct drafting *drafting, const struct node *node)
{
	const struct node	*texts[64];
	size_t			 count = draft_texts(drafting, node, texts, NITEMS(texts));

	for (size_t i = 0; i < count; i++)
		if (memchr(texts[i]->text.at, '.', texts[i]->text.len) == NULL)
			TELL(drafting, texts[i], FINDING_VALUE, "'%.*s' is no tag; write two words with a dot, as "
			    "attack.t1598.003", SHOWN_OF(texts[i]->text));
}

static void
read_references(struct drafting *drafting, const struct node *node)
{
	const struct node	*texts[64];
	size_t			 count = draft_texts(drafting, node, texts, NITEMS(texts));

	for (size_t i = 0; i < count; i++)
		if (!span_starts(texts[i]->text, SPAN("https://")) && !span_starts(texts[i]->text, SPAN("http://")))
			TELL(drafting, texts[i], FINDING_VALUE, "'%.*s' is no web address", SHOWN_OF(texts[i]->text));
}

/* --- detect --- */

static const enum scope scopes[] = { SCOPE_MESSAGE, SCOPE_PART, SCOPE_REFERENCE, SCOPE_LINK, SCOPE_RECIPIENT };

static bool
read_each(struct drafting *drafting, const struct node *map, struct selection *selection)
{
	const struct node	*each = node_get(map, "each");
	const char		*names[NITEMS(scopes)];

	if (each == NULL) {
		TELL(drafting, map->key, FINDING_MISSING, "the selection '%.*s' does not say what it selects; write "
		    "each: reference, message, part, link or recipient", SHOWN_OF(map->key->text));
		return false;
	}
	for (size_t i = 0; i < NITEMS(scopes); i++)
		names[i] = scope_name(scopes[i]);
	bool before = drafting->failed;
	drafting->failed = false;
	selection->scope = scopes[draft_choice(drafting, each, names, NITEMS(names))];
	bool fine = !drafting->failed;
	drafting->failed = drafting->failed || before;
	/* So that nothing else is told of what it selects. */
	selection->scope = fine ? selection->scope : SCOPE_REFERENCE;
	return fine;
}

static void
read_selection(struct drafting *drafting, const struct node *map, struct selection *selection)
{
	size_t count = 0;

	*selection = (struct selection){ .name = map->key->text, .place = map->key->place, .scope = SCOPE_REFERENCE,
	    .forgeable = true };
	if (map->kind == NODE_MAP)
		draft_find_meant(drafting, map, "each");
	else {
		TELL(drafting, map, FINDING_VALUE, "a selection is a map: each: reference, and a line for each fact");
		return;
	}
	if (condition_is_reserved(map->key->text))
		TELL(drafting, map->key, FINDING_NAME, "'%.*s' is a word of conditions; call the selection otherwise",
		    SHOWN_OF(map->key->text));
	/* Of what nobody knows, each line may be a fact of anything. */
	enum scope scope = read_each(drafting, map, selection) ? selection->scope : SCOPE_ANY;
	for (const struct node *node = map->first; node != NULL; node = node->next)
		count++;
	selection->lines = arena_array(draft_arena(drafting), count, sizeof(*selection->lines));
	if (selection->lines == NULL) {
		drafting->reading->findings->no_memory = true;
		return;
	}
	for (const struct node *node = map->first; node != NULL; node = node->next) {
		struct line *line = &selection->lines[selection->line_count];

		if (span_eq(node->key->text, SPAN("each")) || node == drafting->condition)
			continue;
		if (!line_read(drafting->reading, node, scope, line)) {
			drafting->failed = true;
			continue;
		}
		selection->on_list = selection->on_list || line->on_list;
		selection->forgeable = selection->forgeable && line->fact->forgeable;
		selection->line_count++;
	}
	if (count == 1 && scope != SCOPE_ANY)
		TELL(drafting, map->key, FINDING_MISSING, "the selection '%.*s' has no line but each; it would select everything",
		    SHOWN_OF(map->key->text));
}

/* Which elements a condition is asked for: what it strips, else the first scope that is not the message. */
static enum scope
acting_scope(const struct rule *rule)
{
	enum scope acting = SCOPE_MESSAGE;

	for (size_t i = 0; i < rule->selection_count; i++) {
		if (rule->selections[i].scope == SCOPE_REFERENCE)
			return SCOPE_REFERENCE;
		if (acting == SCOPE_MESSAGE)
			acting = rule->selections[i].scope;
	}
	return acting;
}

/* Also one that was indented into a selection, which is told. */
static const struct node *
find_condition(struct drafting *drafting, const struct node *detect)
{
	const struct node *condition = node_get(detect, "condition");

	for (const struct node *map = detect->first; map != NULL && condition == NULL; map = map->next) {
		condition = node_get(map, "condition");
		if (condition != NULL)
			TELL(drafting, condition->key, FINDING_KEY, "the condition stands within the selection '%.*s'; indent it as "
			    "the selections are", SHOWN_OF(map->key->text));
	}
	return condition;
}

static void
read_condition(struct drafting *drafting, const struct node *detect)
{
	const struct node	*node = drafting->condition;
	struct rule		*rule = drafting->rule;
	bool			 used[RULE_MOST_SELECTIONS] = { false };

	if (node == NULL) {
		TELL(drafting, detect->key, FINDING_MISSING, "there is no condition; write condition: and a selection's name");
		return;
	}
	if (!draft_is_scalar(drafting, node, "a condition"))
		return;
	if (!condition_read(node, drafting->names, rule->selection_count, used, drafting->reading->findings,
	    &rule->condition)) {
		drafting->failed = true;
		return;
	}
	for (size_t i = 0; i < rule->selection_count; i++)
		if (!used[i]) {
			finding_add(drafting->reading->findings, &rule->selections[i].place, FINDING_SELECTION,
			    "the condition does not ask for the selection '%.*s'; use it, or take it out",
			    SHOWN_OF(rule->selections[i].name));
			drafting->failed = true;
		}
}

static void
read_selections(struct drafting *drafting, const struct node *detect)
{
	struct rule *rule = drafting->rule;

	if (detect->kind != NODE_MAP) {
		TELL(drafting, detect, FINDING_VALUE, "detect is a map of selections and a condition");
		return;
	}
	draft_find_meant(drafting, detect, "condition");
	drafting->condition = find_condition(drafting, detect);
	rule->selections = arena_array(draft_arena(drafting), RULE_MOST_SELECTIONS, sizeof(*rule->selections));
	if (rule->selections == NULL) {
		drafting->reading->findings->no_memory = true;
		return;
	}
	for (const struct node *node = detect->first; node != NULL; node = node->next) {
		if (span_eq(node->key->text, SPAN("condition")))
			continue;
		if (rule->selection_count == RULE_MOST_SELECTIONS) {
			TELL(drafting, node->key, FINDING_DEPTH, "a rule has at most %d selections; split it",
			    RULE_MOST_SELECTIONS);
			break;
		}
		drafting->names[rule->selection_count] = node->key->text;
		read_selection(drafting, node, &rule->selections[rule->selection_count++]);
	}
	read_condition(drafting, detect);
	rule->acting = acting_scope(rule);
}

static void
read_detect(struct drafting *drafting, const struct node *detect)
{
	drafting->detects = draft_reads_well(drafting, read_selections, detect);
}

/* --- exempt --- */

static void
read_patterns(struct drafting *drafting, const struct node *node, struct span **patterns, size_t *pattern_count)
{
	const struct node	*texts[64];
	size_t			 count = draft_texts(drafting, node, texts, NITEMS(texts));

	*patterns = arena_array(draft_arena(drafting), count, sizeof(**patterns));
	if (*patterns == NULL) {
		drafting->reading->findings->no_memory = true;
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct span text = texts[i]->text;

		if (span_starts(text, SPAN("list.")))
			TELL(drafting, texts[i], FINDING_ACTION, "what a list says is not for rules to take back; take the entry "
			    "off the list");
		else if (text.len == 0 || text.at[0] == '*')
			TELL(drafting, texts[i], FINDING_ACTION, "an exemption from every rule hides what no rule knows yet; write "
			    "pw.hidden-pixel, or pw.*");
		(*patterns)[(*pattern_count)++] = text;
	}
}

static void
read_from(struct drafting *drafting, const struct node *node)
{
	read_patterns(drafting, node, &drafting->rule->from, &drafting->rule->from_count);
}

static void
read_never(struct drafting *drafting, const struct node *node)
{
	read_patterns(drafting, node, &drafting->rule->never, &drafting->rule->never_count);
}

bool
rule_name_fits(struct span pattern, struct span name)
{
	if (pattern.len > 0 && pattern.at[pattern.len - 1] == '*')
		return span_starts(name, span_cut(pattern, 0, pattern.len - 1));
	return span_eq(pattern, name);
}

/* --- maps of known keys --- */

static const struct key exempt_keys[] = {
	{ "from", read_from, NEEDED_BY_EXEMPTION },
	{ "never", read_never, NEEDED_NEVER },
};

static void
read_exempt(struct drafting *drafting, const struct node *node)
{
	draft_keys(drafting, node, exempt_keys, NITEMS(exempt_keys));
}

static void
read_tests(struct drafting *drafting, const struct node *node)
{
	if (node->kind != NODE_LIST || node->first == NULL)
		TELL(drafting, node, FINDING_VALUE, "tests are a list, an entry for each: - name: what it shows");
}

/* In this order, whatever the file's: an action names selections. */
static const struct key rule_keys[] = {
	{ "rule", read_name, NEEDED_ALWAYS },
	{ "title", read_title, NEEDED_ALWAYS },
	{ "status", read_status, NEEDED_ALWAYS },
	{ "kind", read_kind, NEEDED_NEVER },
	{ "id", read_text, NEEDED_NEVER },
	{ "version", read_version, NEEDED_NEVER },
	{ "description", read_text, NEEDED_NEVER },
	{ "level", read_level, NEEDED_BY_DETECTION },
	{ "tags", read_tags, NEEDED_NEVER },
	{ "references", read_references, NEEDED_NEVER },
	{ "shadow_until", read_shadow_until, NEEDED_NEVER },
	{ "owner", read_text, NEEDED_BY_EXEMPTION },
	{ "expires", read_expires, NEEDED_BY_EXEMPTION },
	{ "detect", read_detect, NEEDED_ALWAYS },
	{ "action", draft_read_action, NEEDED_BY_DETECTION },
	{ "exempt", read_exempt, NEEDED_BY_EXEMPTION },
	{ "tests", read_tests, NEEDED_NEVER },
};

static bool
is_needed(const struct drafting *drafting, const struct key *key)
{
	return key->needed == NEEDED_ALWAYS || (key->needed == NEEDED_BY_DETECTION && !drafting->rule->exempts) ||
	    (key->needed == NEEDED_BY_EXEMPTION && drafting->rule->exempts);
}

void
draft_keys(struct drafting *drafting, const struct node *map, const struct key *keys, size_t count)
{
	if (map->kind != NODE_MAP) {
		TELL(drafting, map, FINDING_VALUE, "a map is wanted here: 'key: value' lines");
		return;
	}
	for (const struct node *node = map->first; node != NULL; node = node->next) {
		struct nearest	nearest = { .word = node->key->text };
		bool		known = false;

		for (size_t i = 0; i < count && !known; i++) {
			known = span_eq(node->key->text, span_of(keys[i].name));
			nearest_try(&nearest, keys[i].name);
		}
		if (!known)
			draft_tell_key(drafting, map, node, nearest.best);
	}
	for (size_t i = 0; i < count; i++) {
		const struct node *value = node_get(map, keys[i].name);

		if (value != NULL)
			keys[i].read(drafting, value);
		else if (is_needed(drafting, &keys[i]))
			TELL(drafting, map, FINDING_MISSING, "'%s' is missing", keys[i].name);
	}
}

static void
number_selections(struct rule *rule)
{
	uint32_t lines = 0;

	for (uint32_t i = 0; i < rule->selection_count; i++) {
		rule->selections[i].id = i;
		for (size_t k = 0; k < rule->selections[i].line_count; k++)
			rule->selections[i].lines[k].id = lines++;
	}
}

bool
rule_read(struct reading_rules *reading, const struct node *document, int64_t today, struct rule *rule)
{
	struct drafting drafting = { .reading = reading, .document = document, .rule = rule, .today = today,
	    .shadow_until = today };
	const struct node *kind = node_get(document, "kind");

	*rule = (struct rule){ .document = document, .place = document->place };
	if (document->kind == NODE_MAP && kind != NULL && kind->kind == NODE_SCALAR)
		rule->exempts = span_eq(kind->text, SPAN("exemption"));	/* it says which keys are needed */
	draft_keys(&drafting, document, rule_keys, NITEMS(rule_keys));
	rule->degraded = reading->stale;
	if (document->kind == NODE_MAP)
		draft_check_whole(&drafting);
	number_selections(rule);
	return !drafting.failed && !reading->findings->no_memory;
}

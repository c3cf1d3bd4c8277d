#include "rule.h"

#include "contradiction.h"

#include <string.h>
#include <time.h>

#define EXPIRES_SOON	14	/* days */
#define MOST_TITLE	100
#define MOST_ENUMERATED	10	/* selections whose combinations are tried one by one */
#define SHOWN_OF(s)	(int)((s).len < 80 ? (s).len : 80), (s).at

const char *const rule_status_names[] = { "draft", "shadow", "enforce", "retired" };
const char *const rule_level_names[] = { "info", "low", "medium", "high", "critical" };
const char *const rule_sign_names[] = { "none", "sender", "url", "campaign" };
const char *const rule_exemptible[] = {
	"builtin.recipient-token", "builtin.invisible", "builtin.opaque-token", "builtin.open-report",
	"builtin.remote-content",
};
static const char *const kind_names[] = { "detection", "exemption" };
static const char *const hold_names[] = { "false", "watched", "true" };

/* What is read beside the rule itself. */
struct drafting {
	struct reading_rules	*reading;
	const struct node	*document;
	struct rule		*rule;
	int64_t			 today, shadow_until;
	bool			 failed;
	const struct node	*condition;
	bool			 detects;	/* what is selected, and when, is known */
	struct span		 names[RULE_MOST_SELECTIONS];
};

#define TELL(drafting, node, code, ...)						\
	(finding_add((drafting)->reading->findings, &(node)->place, code, __VA_ARGS__), (drafting)->failed = true)

/* Does reading this tell a mistake, whatever was told before? */
static bool
reads_well(struct drafting *drafting, void (*read)(struct drafting *, const struct node *), const struct node *node)
{
	bool before = drafting->failed, fine;

	drafting->failed = false;
	read(drafting, node);
	fine = !drafting->failed;
	drafting->failed = before || !fine;
	return fine;
}

static struct arena *
arena_of(const struct drafting *drafting)
{
	return drafting->reading->findings->arena;
}

/* An unknown key: the rest of the rule is read as if it were the one that was meant. */
static void
tell_key(struct drafting *drafting, const struct node *map, const struct node *node, const char *meant)
{
	TELL(drafting, node->key, FINDING_KEY, "unknown key '%.*s'%.*s", SHOWN_OF(node->key->text),
	    SPAN_ARG(nearest_words(arena_of(drafting), meant)));
	if (meant != NULL && node_get(map, meant) == NULL)
		node_rename(node->key, meant);
}

/* The key of that name is not there; is there one that nearly is? */
static void
find_meant(struct drafting *drafting, const struct node *map, const char *name)
{
	for (const struct node *node = map->first; node != NULL && node_get(map, name) == NULL; node = node->next)
		if (node->kind == NODE_SCALAR && nearest_of(node->key->text, &name, 1) != NULL &&
		    fact_named(node->key->text) == NULL)
			tell_key(drafting, map, node, name);
}

static bool
is_scalar(struct drafting *drafting, const struct node *node, const char *wanted)
{
	if (node->kind == NODE_SCALAR)
		return true;
	TELL(drafting, node, FINDING_VALUE, "%s is wanted here, no %s", wanted, node->kind == NODE_MAP ? "map" : "list");
	return false;
}

/* The index of a word of few; the first where it is none. */
static unsigned
read_choice(struct drafting *drafting, const struct node *node, const char *const *words, size_t count)
{
	if (!is_scalar(drafting, node, "a word"))
		return 0;
	for (unsigned i = 0; i < count; i++)
		if (span_eq(node->text, span_of(words[i])))
			return i;
	struct buf all;
	buf_init(&all, 512);
	for (size_t i = 0; i < count; i++)
		buf_printf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
	TELL(drafting, node, FINDING_VALUE, "'%.*s' is none of %.*s%.*s", SHOWN_OF(node->text), SPAN_ARG(buf_span(&all)),
	    SPAN_ARG(nearest_words(arena_of(drafting), nearest_of(node->text, words, count))));
	buf_fini(&all);
	return 0;
}

/* "2027-12-31" -> days; -1: a mistake was told. */
static int64_t
read_day(struct drafting *drafting, const struct node *node)
{
	struct tm	day = { 0 }, normal;
	const char	*rest;

	if (!is_scalar(drafting, node, "a date"))
		return -1;
	rest = node->text.len == 10 ? strptime(node->text.at, "%Y-%m-%d", &day) : NULL;
	normal = day;
	time_t seconds = timegm(&normal);
	/* strptime takes the 31st of any month. */
	if (rest == NULL || *rest != '\0' || normal.tm_mday != day.tm_mday) {
		TELL(drafting, node, FINDING_VALUE, "'%.*s' is no date; write it as 2027-12-31", SHOWN_OF(node->text));
		return -1;
	}
	return (int64_t)seconds / 86400;
}

/* A text, or a list of texts. */
static size_t
read_texts(struct drafting *drafting, const struct node *node, const struct node **at, size_t most)
{
	size_t count = 0;

	for (const struct node *one = node->kind == NODE_LIST ? node->first : node; one != NULL;
	    one = node->kind == NODE_LIST ? one->next : NULL) {
		if (!is_scalar(drafting, one, "a text"))
			return count;
		if (count == most) {
			TELL(drafting, one, FINDING_DEPTH, "too many; at most %zu", most);
			return count;
		}
		at[count++] = one;
	}
	return count;
}

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

	if (!is_scalar(drafting, node, "a name"))
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
	if (!is_scalar(drafting, node, "a text"))
		return;
	drafting->rule->title = node->text;
	if (node->text.len == 0 || node->text.len > MOST_TITLE || memchr(node->text.at, '\n', node->text.len) != NULL)
		TELL(drafting, node, FINDING_VALUE, "a title is one line of 1 to %d bytes", MOST_TITLE);
}

static void
read_text(struct drafting *drafting, const struct node *node)
{
	(void)is_scalar(drafting, node, "a text");
}

static void
read_version(struct drafting *drafting, const struct node *node)
{
	if (!is_scalar(drafting, node, "a number"))
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
	drafting->rule->exempts = read_choice(drafting, node, kind_names, NITEMS(kind_names)) == 1;
}

static void
read_status(struct drafting *drafting, const struct node *node)
{
	drafting->rule->status = (enum rule_status)read_choice(drafting, node, rule_status_names,
	    NITEMS(rule_status_names));
}

static void
read_level(struct drafting *drafting, const struct node *node)
{
	(void)read_choice(drafting, node, rule_level_names, NITEMS(rule_level_names));
}

static void
read_expires(struct drafting *drafting, const struct node *node)
{
	drafting->rule->expires = read_day(drafting, node);
}

static void
read_shadow_until(struct drafting *drafting, const struct node *node)
{
	drafting->shadow_until = read_day(drafting, node);
}

static void
read_tags(struct drafting *drafting, const struct node *node)
{
	const struct node	*texts[64];
	size_t			 count = read_texts(drafting, node, texts, NITEMS(texts));

	for (size_t i = 0; i < count; i++)
		if (memchr(texts[i]->text.at, '.', texts[i]->text.len) == NULL)
			TELL(drafting, texts[i], FINDING_VALUE, "'%.*s' is no tag; write two words with a dot, as "
			    "attack.t1598.003", SHOWN_OF(texts[i]->text));
}

static void
read_references(struct drafting *drafting, const struct node *node)
{
	const struct node	*texts[64];
	size_t			 count = read_texts(drafting, node, texts, NITEMS(texts));

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
	selection->scope = scopes[read_choice(drafting, each, names, NITEMS(names))];
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
		find_meant(drafting, map, "each");
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
	selection->lines = arena_array(arena_of(drafting), count, sizeof(*selection->lines));
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
	if (!is_scalar(drafting, node, "a condition"))
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
	find_meant(drafting, detect, "condition");
	drafting->condition = find_condition(drafting, detect);
	rule->selections = arena_array(arena_of(drafting), RULE_MOST_SELECTIONS, sizeof(*rule->selections));
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
	drafting->detects = reads_well(drafting, read_selections, detect);
}

/* --- action --- */

static void
read_strip(struct drafting *drafting, const struct node *node)
{
	const struct node	*texts[RULE_MOST_SELECTIONS];
	size_t			 count = read_texts(drafting, node, texts, NITEMS(texts));
	struct rule		*rule = drafting->rule;

	for (size_t i = 0; i < count; i++) {
		struct nearest	nearest = { .word = texts[i]->text };
		size_t		found = rule->selection_count;

		for (size_t k = 0; k < rule->selection_count; k++) {
			nearest_try(&nearest, rule->selections[k].name.at);
			if (span_eq(rule->selections[k].name, texts[i]->text))
				found = k;
		}
		if (found == rule->selection_count)
			TELL(drafting, texts[i], FINDING_SELECTION, "strip names a selection; there is no '%.*s'%.*s",
			    SHOWN_OF(texts[i]->text), SPAN_ARG(nearest_words(arena_of(drafting), nearest.best)));
		else if (rule->selections[found].scope != SCOPE_REFERENCE)
			TELL(drafting, texts[i], FINDING_ACTION, "'%.*s' is each: %s; only references can be made inert",
			    SHOWN_OF(texts[i]->text), scope_name(rule->selections[found].scope));
		else
			rule->strips |= 1u << found;
	}
}

static void
read_hold(struct drafting *drafting, const struct node *node)
{
	static const enum rule_hold values[] = { HOLD_NEVER, HOLD_WATCHED, HOLD_ALWAYS };

	drafting->rule->hold = values[read_choice(drafting, node, hold_names, NITEMS(hold_names))];
}

static void
read_tag(struct drafting *drafting, const struct node *node)
{
	static const char *const truths[] = { "false", "true" };

	drafting->rule->tag = read_choice(drafting, node, truths, NITEMS(truths)) == 1;
}

static void
read_sign(struct drafting *drafting, const struct node *node)
{
	drafting->rule->sign = (enum rule_sign)read_choice(drafting, node, rule_sign_names, NITEMS(rule_sign_names));
}

/* What stands behind "550 5.7.1": one line, without the "%" that some libraries take for a format. */
#define LONGEST_REPLY	200
#define DEFAULT_REPLY	SPAN("Message refused by policy")

static void
read_reject(struct drafting *drafting, const struct node *node)
{
	if (!is_scalar(drafting, node, "true, or what the sender is told"))
		return;
	bool printable = node->text.len > 0 && node->text.len <= LONGEST_REPLY && !span_eq(node->text, SPAN("false"));

	for (size_t i = 0; i < node->text.len && printable; i++)
		printable = node->text.at[i] >= ' ' && node->text.at[i] <= '~' && node->text.at[i] != '%';
	if (!printable)
		TELL(drafting, node, FINDING_VALUE, "write true, or what the sender is told: up to %d printable ASCII characters "
		    "without %%", LONGEST_REPLY);
	drafting->rule->reject = span_eq(node->text, SPAN("true")) ? DEFAULT_REPLY : node->text;
}

/* An address as commands of SMTP have it, without what would need quotes. */
#define LONGEST_ADDRESS	254

static bool
is_address(struct span text)
{
	size_t at = span_find_char(text, '@', 0);

	if (at == 0 || at + 1 >= text.len || text.len > LONGEST_ADDRESS || span_find_char(text, '@', at + 1) < text.len)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] <= ' ' || text.at[i] > '~' || strchr("<>()[]\\\",;:", text.at[i]) != NULL)
			return false;
	return text.at[at + 1] != '.' && text.at[text.len - 1] != '.';
}

static struct span
read_address(struct drafting *drafting, const struct node *node)
{
	if (!is_scalar(drafting, node, "a mailbox"))
		return SPAN_NONE;
	if (!is_address(node->text))
		TELL(drafting, node, FINDING_VALUE, "'%.*s' is no mailbox; write security@parl.example", SHOWN_OF(node->text));
	return node->text;
}

static void
read_redirect(struct drafting *drafting, const struct node *node)
{
	drafting->rule->redirect = read_address(drafting, node);
}

static void
read_copy(struct drafting *drafting, const struct node *node)
{
	drafting->rule->copy = read_address(drafting, node);
}

static void
refuse_action(struct drafting *drafting, const struct node *node)
{
	TELL(drafting, node->key, FINDING_ACTION, "this version cannot %.*s; it can strip, tag, hold, copy, redirect and reject",
	    SHOWN_OF(node->key->text));
}

/* --- exempt --- */

static void
read_patterns(struct drafting *drafting, const struct node *node, struct span **patterns, size_t *pattern_count)
{
	const struct node	*texts[64];
	size_t			 count = read_texts(drafting, node, texts, NITEMS(texts));

	*patterns = arena_array(arena_of(drafting), count, sizeof(**patterns));
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

enum needed { NEEDED_NEVER, NEEDED_ALWAYS, NEEDED_BY_DETECTION, NEEDED_BY_EXEMPTION };

struct key {
	const char	*name;
	void		(*read)(struct drafting *, const struct node *value);
	enum needed	 needed;
};

static const struct key action_keys[] = {
	{ "strip", read_strip, NEEDED_NEVER },
	{ "hold", read_hold, NEEDED_NEVER },
	{ "tag", read_tag, NEEDED_NEVER },
	{ "sign", read_sign, NEEDED_NEVER },
	{ "proxy", refuse_action, NEEDED_NEVER },
	{ "notice", refuse_action, NEEDED_NEVER },
	{ "redirect", read_redirect, NEEDED_NEVER },
	{ "copy", read_copy, NEEDED_NEVER },
	{ "reject", read_reject, NEEDED_NEVER },
};

static const struct key exempt_keys[] = {
	{ "from", read_from, NEEDED_BY_EXEMPTION },
	{ "never", read_never, NEEDED_NEVER },
};

static void	keys_read(struct drafting *, const struct node *map, const struct key *, size_t count);

static void
read_actions(struct drafting *drafting, const struct node *node)
{
	keys_read(drafting, node, action_keys, NITEMS(action_keys));
}

static void
read_action(struct drafting *drafting, const struct node *node)
{
	const struct rule *rule = drafting->rule;

	if (reads_well(drafting, read_actions, node) && rule->strips == 0 && rule->hold == HOLD_NEVER && !rule->tag &&
	    rule->sign == SIGN_NONE && rule->reject.len == 0 && rule->redirect.len == 0 && rule->copy.len == 0)
		TELL(drafting, node, FINDING_ACTION, "the rule does nothing; write strip, tag or hold");
}

static void
read_exempt(struct drafting *drafting, const struct node *node)
{
	keys_read(drafting, node, exempt_keys, NITEMS(exempt_keys));
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
	{ "action", read_action, NEEDED_BY_DETECTION },
	{ "exempt", read_exempt, NEEDED_BY_EXEMPTION },
	{ "tests", read_tests, NEEDED_NEVER },
};

static bool
is_needed(const struct drafting *drafting, const struct key *key)
{
	return key->needed == NEEDED_ALWAYS || (key->needed == NEEDED_BY_DETECTION && !drafting->rule->exempts) ||
	    (key->needed == NEEDED_BY_EXEMPTION && drafting->rule->exempts);
}

static void
keys_read(struct drafting *drafting, const struct node *map, const struct key *keys, size_t count)
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
			tell_key(drafting, map, node, nearest.best);
	}
	for (size_t i = 0; i < count; i++) {
		const struct node *value = node_get(map, keys[i].name);

		if (value != NULL)
			keys[i].read(drafting, value);
		else if (is_needed(drafting, &keys[i]))
			TELL(drafting, map, FINDING_MISSING, "'%s' is missing", keys[i].name);
	}
}

/* --- what the whole rule says --- */

/* One combination of what selections may be. */
struct combination {
	const struct rule	*rule;
	uint32_t		 truths;
};

static enum truth
ask_combination(void *context, uint32_t selection)
{
	const struct combination *combination = context;

	return (combination->truths & 1u << selection) != 0 ? TRUTH_TRUE : TRUTH_FALSE;
}

/* Can the condition be true with none of the selections in without? */
static bool
can_match(const struct rule *rule, uint32_t without)
{
	struct combination combination = { .rule = rule };

	if (rule->selection_count > MOST_ENUMERATED)
		return true;
	for (uint32_t truths = 0; truths < 1u << rule->selection_count; truths++) {
		combination.truths = truths;
		if ((truths & without) == 0 &&
		    condition_value(&rule->condition, ask_combination, &combination) == TRUTH_TRUE)
			return true;
	}
	return false;
}

static uint32_t
selections_that(const struct rule *rule, bool on_list)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < rule->selection_count; i++)
		if (on_list ? rule->selections[i].on_list : !rule->selections[i].forgeable)
			bits |= 1u << i;
	return bits;
}

static void
check_detection(struct drafting *drafting)
{
	static const char *const takes[] = { "hold", "redirect", "reject" };
	const struct rule	*rule = drafting->rule;
	const struct node	*actions = node_get(drafting->document, "action");
	const bool		 taken[] = { rule->hold == HOLD_ALWAYS, rule->redirect.len > 0, rule->reject.len > 0 };

	/* A pixel alone is never a threat: structure may hold the mail of those who are likely targets, nobody else's. */
	for (size_t i = 0; i < NITEMS(takes); i++)
		if (taken[i] && node_get(actions, takes[i]) != NULL && can_match(rule, selections_that(rule, true)))
			TELL(drafting, node_get(actions, takes[i]), FINDING_FLOOR, "this may %s mail that is on no list; write hold: "
			    "watched (mail of watched recipients is held, other mail tagged), or let the condition need a line with "
			    "'in: list:NAME'", takes[i]);
}

static void
check_exemption(struct drafting *drafting)
{
	const struct rule	*rule = drafting->rule;
	const struct node	*expires = node_get(drafting->document, "expires");
	struct findings		*findings = drafting->reading->findings;

	if (rule->acting != SCOPE_MESSAGE && rule->acting != SCOPE_REFERENCE)
		TELL(drafting, drafting->document, FINDING_ACTION, "an exemption selects messages or references, no %s",
		    scope_name(rule->acting));
	if (expires == NULL || rule->expires < 0)
		expires = NULL;		/* which was told */
	else if (rule->expires < drafting->today)
		finding_add(findings, &expires->place, FINDING_EXPIRES, "the exemption has ended; it is not in force");
	else if (rule->expires < drafting->today + EXPIRES_SOON)
		finding_add(findings, &expires->place, FINDING_EXPIRES, "the exemption ends in %lld days",
		    (long long)(rule->expires - drafting->today));
	if (can_match(rule, selections_that(rule, false)))
		finding_add(findings, &rule->place, FINDING_FORGEABLE, "any sender can claim this exemption: nothing in it is "
		    "seen by the gateway itself; add client.address or a host");
}

static void
check_whole(struct drafting *drafting)
{
	const struct rule	*rule = drafting->rule;
	const struct node	*until = node_get(drafting->document, "shadow_until");

	if (rule->status != RULE_DRAFT && rule->status != RULE_RETIRED && node_get(drafting->document, "tests") == NULL)
		TELL(drafting, drafting->document, FINDING_MISSING, "'tests' is missing: a rule in force shows what it matches");
	if (rule->exempts ? node_get(drafting->document, "action") != NULL : node_get(drafting->document, "exempt") != NULL)
		TELL(drafting, drafting->document, FINDING_KEY, "an exemption has 'exempt', a detection has 'action'");
	if (rule->status == RULE_SHADOW && until != NULL && drafting->shadow_until < drafting->today)
		finding_add(drafting->reading->findings, &until->place, FINDING_SHADOW_PAST,
		    "the shadow was to end; enforce the rule, or retire it");
	if (!drafting->detects)
		return;
	contradictions_tell(rule, drafting->reading->findings);
	if (!can_match(rule, 0))
		finding_add(drafting->reading->findings, &node_get(node_get(drafting->document, "detect"), "condition")->place,
		    FINDING_NEVER, "the condition is never true");
	if (rule->exempts)
		check_exemption(drafting);
	else
		check_detection(drafting);
}

/* Within the rule, until equal ones of other rules are known. */
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
	keys_read(&drafting, document, rule_keys, NITEMS(rule_keys));
	rule->degraded = reading->stale;
	if (document->kind == NODE_MAP)
		check_whole(&drafting);
	number_selections(rule);
	return !drafting.failed && !reading->findings->no_memory;
}

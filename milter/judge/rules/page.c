/* The rules in force as a page that people read: Markdown, made of the rule files. */
#include <pixelward/judge/rules.h>

#include <stdlib.h>
#include <string.h>

#include "../policy.h"

#include "rule_set.h"

/* --- Markdown --- */

/* What a page would take for its own signs. Lines become one. */
static void
add_text(struct buf *out, struct span text)
{
	text = span_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		if (memchr("\\`*_<>[]|#", text.at[i], 10) != NULL)
			buf_add_char(out, '\\');
		buf_add_char(out, text.at[i] == '\n' ? ' ' : text.at[i]);
	}
}

/* In a fence of more backticks than the text has in a row. */
static void
add_code(struct buf *out, struct span text)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.len; i++) {
		run = text.at[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (size_t i = 0; i <= longest; i++)
		buf_add_char(out, '`');
	buf_add(out, longest > 0 ? SPAN(" ") : SPAN(""));
	for (size_t i = 0; i < text.len; i++)
		buf_add_char(out, text.at[i] == '\n' ? ' ' : text.at[i]);
	buf_add(out, longest > 0 ? SPAN(" ") : SPAN(""));
	for (size_t i = 0; i <= longest; i++)
		buf_add_char(out, '`');
}

/* A scalar, or each of a list, in code, joined by commas. */
static void
add_codes(struct buf *out, const struct node *node)
{
	for (const struct node *one = node->kind == NODE_LIST ? node->first : node; one != NULL;
	    one = node->kind == NODE_LIST ? one->next : NULL) {
		buf_add(out, node->kind == NODE_LIST && one != node->first ? SPAN(", ") : SPAN(""));
		add_code(out, one->text);
	}
}

/* --- the parts of a rule --- */

static void
add_selection(struct buf *out, const struct selection *selection)
{
	buf_add(out, SPAN("- "));
	add_code(out, selection->name);
	buf_printf(out, ", each %s:\n", scope_name(selection->scope));
	for (size_t i = 0; i < selection->line_count; i++) {
		const struct node *node = selection->lines[i].node;

		buf_add(out, SPAN("  - "));
		add_code(out, node->key->text);
		buf_add(out, node->kind == NODE_LIST && node->first != NULL && node->first->next != NULL &&
		    !selection->lines[i].all ? SPAN(" one of ") : SPAN(" "));
		add_codes(out, node);
		buf_add_char(out, '\n');
	}
}

static const struct {
	const char	*map, *key, *value;	/* value: NULL for any, which is then written out */
	const char	*words;
} doings[] = {
	{ "action", "strip", NULL, "makes inert what it selects by " },
	{ "action", "proxy", NULL, "brings pictures through the site's proxy that it selects by " },
	{ "action", "notice", NULL, "tells readers at the begin of the mail " },
	{ "action", "tag", "true", "marks the mail with an X-Pixelward field" },
	{ "action", "sign", NULL, "holds the mail together with a sign of another kind than " },
	{ "action", "hold", "watched", "holds the mail if every recipient is watched, else marks it" },
	{ "action", "hold", "true", "holds the mail" },
	{ "action", "copy", NULL, "also sends the mail to " },
	{ "action", "redirect", NULL, "sends the mail to nobody but " },
	{ "action", "reject", NULL, "refuses the mail: " },
	{ "exempt", "from", NULL, "takes out of force " },
	{ "exempt", "never", NULL, "but never " },
};

static void
add_doings(struct buf *out, const struct node *document)
{
	bool any = false;

	for (size_t i = 0; i < NITEMS(doings); i++) {
		const struct node *value = node_get(node_get(document, doings[i].map), doings[i].key);

		if (value == NULL || (doings[i].value != NULL && !span_eq(value->text, span_of(doings[i].value))))
			continue;
		buf_printf(out, "%s%s", any ? ", " : "It ", doings[i].words);
		if (doings[i].value == NULL)
			add_codes(out, value);
		any = true;
	}
	buf_add(out, any ? SPAN(".\n\n") : SPAN(""));
}

/* "status `enforce`, level `high`": keys that are there. */
static void
add_facts(struct buf *out, const struct node *document)
{
	static const char *const keys[] = { "status", "level", "shadow_until", "owner", "expires", "tags", "version", "id" };

	for (size_t i = 0; i < NITEMS(keys); i++) {
		const struct node *value = node_get(document, keys[i]);

		if (value == NULL)
			continue;
		buf_printf(out, "%s%s ", i > 0 ? ", " : "", keys[i]);
		add_codes(out, value);
	}
	buf_add(out, SPAN("\n\n"));
}

static void
add_tests(struct buf *out, const struct node *tests)
{
	if (tests == NULL || tests->first == NULL)
		return;
	buf_add(out, SPAN("\nTests:\n\n"));
	for (const struct node *test = tests->first; test != NULL; test = test->next) {
		const struct node *name = node_get(test, "name"), *expect = node_get(test, "expect");

		buf_add(out, SPAN("- "));
		add_text(out, name != NULL ? name->text : SPAN("?"));
		buf_add(out, SPAN(":"));
		for (const struct node *one = expect != NULL ? expect->first : NULL; one != NULL; one = one->next) {
			buf_printf(out, "%s %.*s ", one == expect->first ? "" : ",", SPAN_ARG(one->key->text));
			add_codes(out, one);
		}
		buf_add_char(out, '\n');
	}
}

static void
add_references(struct buf *out, const struct node *references)
{
	if (references == NULL)
		return;
	buf_add(out, SPAN("\nReferences:\n\n"));
	for (const struct node *one = references->kind == NODE_LIST ? references->first : references; one != NULL;
	    one = references->kind == NODE_LIST ? one->next : NULL) {
		buf_add(out, SPAN("- <"));
		for (size_t i = 0; i < one->text.len; i++)
			buf_printf(out, memchr("<> \\", one->text.at[i], 4) != NULL ? "%%%02x" : "%c",
			    (unsigned)(unsigned char)one->text.at[i]);
		buf_add(out, SPAN(">\n"));
	}
}

static void
add_rule(struct buf *out, const struct rule *rule)
{
	const struct node *document = rule->document, *description = node_get(document, "description");

	buf_printf(out, "\n## %.*s\n\n", SPAN_ARG(rule->name));
	add_text(out, rule->title);
	buf_add(out, rule->exempts ? SPAN(" (exemption)\n\n") : SPAN("\n\n"));
	add_facts(out, document);
	if (description != NULL) {
		add_text(out, description->text);
		buf_add(out, SPAN("\n\n"));
	}
	add_doings(out, document);
	buf_add(out, SPAN("Condition: "));
	add_code(out, span_trim(node_get(node_get(document, "detect"), "condition")->text));
	buf_add(out, SPAN("\n\n"));
	for (size_t i = 0; i < rule->selection_count; i++)
		add_selection(out, &rule->selections[i]);
	add_tests(out, node_get(document, "tests"));
	add_references(out, node_get(document, "references"));
}

static int
by_name(const void *a, const void *b)
{
	return span_order(&(*(const struct rule *const *)a)->name, &(*(const struct rule *const *)b)->name);
}

static void
add_overview(struct buf *out, const struct rule *const *rules, size_t count)
{
	buf_add(out, SPAN("| rule | status | level | |\n|---|---|---|---|\n"));
	for (size_t i = 0; i < count; i++) {
		const struct node *level = node_get(rules[i]->document, "level");

		if (!rule_is_asked(rules[i]))
			continue;
		buf_printf(out, "| [%.*s](#", SPAN_ARG(rules[i]->name));
		for (size_t k = 0; k < rules[i]->name.len; k++)
			if (rules[i]->name.at[k] != '.')	/* as pages make anchors of headings */
				buf_add_char(out, rules[i]->name.at[k]);
		buf_printf(out, ") | %s | %s | ", rule_status_names[rules[i]->status], rules[i]->exempts ? "exemption" :
		    level != NULL ? level->text.at : "");
		add_text(out, rules[i]->title);
		buf_add(out, SPAN(" |\n"));
	}
	size_t others = 0;
	for (size_t i = 0; i < count; i++)
		if (!rule_is_asked(rules[i]))
			buf_printf(out, "%s%.*s (%s)", others++ == 0 ? "\nNot asked: " : ", ", SPAN_ARG(rules[i]->name),
			    rule_status_names[rules[i]->status]);
	buf_add(out, others > 0 ? SPAN("\n") : SPAN(""));
}

void
policy_print_page(const struct policy *policy, struct buf *out)
{
	const struct rule_set	 *set = policy->rules;
	const struct rule	**sorted = calloc(set->count + 1, sizeof(*sorted));

	if (sorted == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < set->count; i++)
		sorted[i] = &set->rules[i];
	if (set->count > 1)
		qsort(sorted, set->count, sizeof(*sorted), by_name);
	buf_printf(out, "# Rules\n\nGeneration %s. Made of the rule files by `pixelctl rules docs`.\n\n", policy->generation);
	add_overview(out, sorted, set->count);
	for (size_t i = 0; i < set->count; i++)
		if (rule_is_asked(sorted[i]))
			add_rule(out, sorted[i]);
	free(sorted);
}

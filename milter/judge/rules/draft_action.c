/* What a rule does where it matches. */
#include "draft.h"

#include <string.h>

static const char *const hold_names[] = { "false", "watched", "true" };

static void
read_names(struct drafting *drafting, const struct node *node, const char *action, uint32_t *selections)
{
	const struct node	*texts[RULE_MOST_SELECTIONS];
	size_t			 count = draft_texts(drafting, node, texts, NITEMS(texts));
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
			TELL(drafting, texts[i], FINDING_SELECTION, "%s names a selection; there is no '%.*s'%.*s",
			    action, SHOWN_OF(texts[i]->text), SPAN_ARG(nearest_words(draft_arena(drafting), nearest.best)));
		else if (rule->selections[found].scope != SCOPE_REFERENCE)
			TELL(drafting, texts[i], FINDING_ACTION, "'%.*s' is each: %s; only references can be made inert",
			    SHOWN_OF(texts[i]->text), scope_name(rule->selections[found].scope));
		else
			*selections |= 1u << found;
	}
}

static void
read_strip(struct drafting *drafting, const struct node *node)
{
	read_names(drafting, node, "strip", &drafting->rule->strips);
}

static void
read_proxy(struct drafting *drafting, const struct node *node)
{
	if (drafting->reading->can_proxy)
		read_names(drafting, node, "proxy", &drafting->rule->proxies);
	else
		TELL(drafting, node->key, FINDING_ACTION, "there is no picture proxy to let pictures come through; set ImageProxy and "
		    "ImageProxyKeyFile in the configuration, or write strip");
}

static void
read_hold(struct drafting *drafting, const struct node *node)
{
	static const enum rule_hold values[] = { HOLD_NEVER, HOLD_WATCHED, HOLD_ALWAYS };

	drafting->rule->hold = values[draft_choice(drafting, node, hold_names, NITEMS(hold_names))];
}

static void
read_tag(struct drafting *drafting, const struct node *node)
{
	static const char *const truths[] = { "false", "true" };

	drafting->rule->tag = draft_choice(drafting, node, truths, NITEMS(truths)) == 1;
}

static void
read_sign(struct drafting *drafting, const struct node *node)
{
	drafting->rule->sign = (enum rule_sign)draft_choice(drafting, node, rule_sign_names, NITEMS(rule_sign_names));
}

/* What stands behind "550 5.7.1": one line, without the "%" that some libraries take for a format. */
#define LONGEST_REPLY	200
#define DEFAULT_REPLY	SPAN("Message refused by policy")

static void
read_reject(struct drafting *drafting, const struct node *node)
{
	if (!draft_is_scalar(drafting, node, "true, or what the sender is told"))
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
	if (!draft_is_scalar(drafting, node, "a mailbox"))
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

/* Readers read it: a line or a few. */
#define LONGEST_NOTICE	500

static void
read_notice(struct drafting *drafting, const struct node *node)
{
	if (!draft_is_scalar(drafting, node, "true, or what readers are told"))
		return;
	bool fine = node->text.len > 0 && node->text.len <= LONGEST_NOTICE && !span_eq(node->text, SPAN("false"));

	for (size_t i = 0; i < node->text.len && fine; i++)
		fine = (unsigned char)node->text.at[i] >= ' ' && node->text.at[i] != 0x7f;
	if (!fine)
		TELL(drafting, node, FINDING_VALUE, "write true (the words of NoticeText), or what readers are told: one line of up to "
		    "%d bytes", LONGEST_NOTICE);
	drafting->rule->notices = true;
	drafting->rule->notice = span_eq(node->text, SPAN("true")) ? SPAN_NONE : node->text;
}

static const struct key action_keys[] = {
	{ "strip", read_strip, NEEDED_NEVER },
	{ "hold", read_hold, NEEDED_NEVER },
	{ "tag", read_tag, NEEDED_NEVER },
	{ "sign", read_sign, NEEDED_NEVER },
	{ "proxy", read_proxy, NEEDED_NEVER },
	{ "notice", read_notice, NEEDED_NEVER },
	{ "redirect", read_redirect, NEEDED_NEVER },
	{ "copy", read_copy, NEEDED_NEVER },
	{ "reject", read_reject, NEEDED_NEVER },
};

static void
read_actions(struct drafting *drafting, const struct node *node)
{
	draft_keys(drafting, node, action_keys, NITEMS(action_keys));
}

void
draft_read_action(struct drafting *drafting, const struct node *node)
{
	const struct rule *rule = drafting->rule;

	if (draft_reads_well(drafting, read_actions, node) && !rule_edits(rule) && !rule->notices && rule->hold == HOLD_NEVER && !rule->tag &&
	    rule->sign == SIGN_NONE && rule->reject.len == 0 && rule->redirect.len == 0 && rule->copy.len == 0)
		TELL(drafting, node, FINDING_ACTION, "the rule does nothing; write strip, tag or hold");
}

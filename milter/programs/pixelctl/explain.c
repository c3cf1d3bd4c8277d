/* pixelctl rules explain: which rules match a mail, on which bytes, and where the others failed. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pixelward/base/utf8.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/gateway/pipeline.h>
#include <pixelward/gateway/size.h>
#include <pixelward/judge/explain.h>
#include <pixelward/reputation/reputation.h>

#include "commands.h"
#include "mailbox.h"
#include "opened.h"
#include "reach.h"
#include "rules_source.h"

#define OUT_BYTES	((size_t)1 << 30)
#define MOST_SELECTED	20	/* elements of a selection, or of a condition, that the text tells of */
#define MOST_BYTES	400	/* of an element that the text shows */
#define MOST_BYTES_JSON	65536

struct explain {
	struct rules_source	 source;
	struct policy		*policy;
	struct reputation	*reputation;	/* NULL: nothing is remembered */
	struct span		 rule, from;
	struct span		*recipients;
	size_t			 recipient_count;
	bool			 json, unknown_rule;
	/* the message at hand */
	const struct message	*message;
	struct outcome		 outcome;
	struct arena		*arena;
	struct buf		 out;
};

/* --- where an element stands --- */

struct stand {
	struct span	 part, kind, text;	/* "1.2", "image", the URL */
	struct span	 where;			/* "img src" */
	bool		 has_place, in_message;	/* else in the decoded part */
	size_t		 line, column;		/* characters, from 1 */
	struct span	 before, after;		/* at is NULL: it has no bytes of its own */
};

static void
count_lines(struct span text, size_t at, size_t *line, size_t *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < at && i < text.len; i++)
		if (text.at[i] == '\n') {
			++*line;
			*column = 1;
		} else if (!utf8_goes_on(text.at[i]))
			++*column;
}

static void
stand_reference(struct explain *explain, uint32_t index, struct stand *standing)
{
	const struct dissection	*d = explain->outcome.dissection;
	const struct reference	*reference = &dissection_references(d)[index];
	const struct document	*document = &dissection_documents(d)[reference->document];
	bool			 tag = reference->tag.begin < reference->tag.end;
	struct extent		 raw = tag ? reference->tag_raw : reference->site_raw;
	struct span		 source = explain->message->raw;

	standing->kind = span_of(reference_kind_name(reference->kind));
	standing->text = dissection_text(d, reference->url);
	standing->where = dissection_text(d, reference->place);
	standing->part = dissection_text(d, dissection_parts(d)[document->part].path);
	standing->has_place = true;
	standing->in_message = raw.begin < raw.end;
	if (!standing->in_message) {
		source = document_bytes(d, document, explain->message->raw);
		raw = tag ? reference->tag : reference->site;
	}
	count_lines(source, raw.begin, &standing->line, &standing->column);
	outcome_show(explain->message->raw, &explain->outcome, index, explain->arena, &standing->before,
	    &standing->after);
}

static void
stand(struct explain *explain, const struct explained_element *element, struct stand *standing)
{
	const struct dissection *d = explain->outcome.dissection;

	*standing = (struct stand){ .kind = span_of(element->scope) };
	if (strcmp(element->scope, "reference") == 0 || strcmp(element->scope, "link") == 0)
		stand_reference(explain, element->index, standing);
	else if (strcmp(element->scope, "recipient") == 0)
		standing->text = explain->message->recipients[element->index];
	else if (strcmp(element->scope, "part") == 0) {
		const struct part *part = &dissection_parts(d)[element->index];

		standing->part = dissection_text(d, part->path);
		standing->text = dissection_text(d, part->type);
		standing->has_place = standing->in_message = true;
		count_lines(explain->message->raw, part->header.begin, &standing->line, &standing->column);
	}
}

/* --- as text --- */

static void
add_cut(struct buf *out, struct span text)
{
	buf_add_plain(out, span_cut(text, 0, MOST_BYTES));
	if (text.len > MOST_BYTES)
		buf_printf(out, " ... (%zu bytes)", text.len);
}

static void
add_standing(struct buf *out, const struct stand *standing)
{
	buf_add(out, standing->kind);
	if (standing->part.at != NULL)
		buf_printf(out, " in part %s%.*s", standing->part.len > 0 ? "" : "0", SPAN_ARG(standing->part));
	if (standing->has_place)
		buf_printf(out, ", %s%zu:%zu", standing->in_message ? "" : "decoded ", standing->line, standing->column);
	if (standing->where.len > 0) {
		buf_add(out, SPAN(", "));
		buf_add_plain(out, standing->where);
	}
	if (standing->text.len > 0) {
		buf_add(out, SPAN(": "));
		add_cut(out, standing->text);
	}
}

static void
text_failed(struct buf *out, const struct explained_line *failed)
{
	buf_printf(out, "%s:%zu:%zu: ", failed->file, failed->line, failed->column);
	add_cut(out, failed->text);
	buf_printf(out, " is %s; %.*s is ", failed->truth, SPAN_ARG(failed->fact));
	add_cut(out, failed->actual);
}

static void
text_selection(struct explain *explain, const struct explained_selection *selection)
{
	struct buf	*out = &explain->out;
	struct stand	 standing;

	buf_printf(out, "  %.*s (each %s): selects %zu of %zu", SPAN_ARG(selection->name), selection->scope,
	    selection->selected_count, selection->element_count);
	if (selection->unknown_count > 0)
		buf_printf(out, ", unknown of %zu", selection->unknown_count);
	buf_add_char(out, '\n');
	for (size_t i = 0; i < selection->selected_count && strcmp(selection->scope, "message") != 0; i++) {
		if (i == MOST_SELECTED) {
			buf_printf(out, "    and %zu more\n", selection->selected_count - i);
			break;
		}
		stand(explain, &(struct explained_element){ selection->scope, selection->selected[i] }, &standing);
		buf_add(out, SPAN("    "));
		add_standing(out, &standing);
		buf_add_char(out, '\n');
	}
	if (selection->failed.truth == NULL)
		return;
	buf_add(out, SPAN("    failed at "));
	text_failed(out, &selection->failed);
	if (selection->element_count > 1) {
		stand(explain, &selection->failed.element, &standing);
		buf_add(out, SPAN("\n      of the one that came furthest, "));
		add_standing(out, &standing);
	}
	buf_add_char(out, '\n');
}

/* Of those that the condition is not true of, the ones that some selection of theirs selects. */
static bool
is_told(const struct explained_rule *rule, const struct explained_case *one)
{
	if (strcmp(one->truth, "true") == 0)
		return true;
	for (size_t i = 0; i < rule->selection_count; i++)
		if (strcmp(rule->selections[i].scope, one->element.scope) == 0 && strcmp(one->selections[i], "true") == 0)
			return true;
	return false;
}

static void
text_case(struct explain *explain, const struct explained_rule *rule, const struct explained_case *one)
{
	struct buf	*out = &explain->out;
	struct stand	 standing;

	stand(explain, &one->element, &standing);
	buf_printf(out, "  condition is %s of ", one->truth);
	add_standing(out, &standing);
	buf_add(out, SPAN("\n    "));
	for (size_t i = 0; i < rule->selection_count; i++)
		buf_printf(out, "%s%.*s %s", i > 0 ? ", " : "", SPAN_ARG(rule->selections[i].name), one->selections[i]);
	buf_add_char(out, '\n');
	for (size_t i = 0; i < rule->selection_count && strcmp(one->truth, "true") != 0; i++)
		if (one->failed[i].truth != NULL) {
			buf_printf(out, "    %.*s failed at ", SPAN_ARG(rule->selections[i].name));
			text_failed(out, &one->failed[i]);
			buf_add_char(out, '\n');
		}
	if (one->exempted_by.at != NULL && strcmp(one->truth, "true") == 0)
		buf_printf(out, "    exempted by %.*s\n", SPAN_ARG(one->exempted_by));
	if (standing.before.at == NULL)
		return;
	buf_add(out, SPAN("    before  "));
	add_cut(out, standing.before);
	buf_add(out, SPAN("\n    after   "));
	if (span_eq(standing.before, standing.after))
		buf_add(out, SPAN("(the same)"));
	else if (standing.after.len == 0)
		buf_add(out, SPAN("(nothing)"));
	else
		add_cut(out, standing.after);
	buf_add_char(out, '\n');
}

static void
text_rule(struct explain *explain, const struct explained_rule *rule)
{
	struct buf	*out = &explain->out;
	size_t		 told = 0, left = 0;

	buf_printf(out, "%s:%zu: %.*s (%s%s): %s\n", rule->file, rule->line, SPAN_ARG(rule->name), rule->status,
	    rule->exempts ? ", exemption" : "", rule->matches ? "matches" : "does not match");
	if (rule->failure != NULL)
		buf_printf(out, "  failed: %s\n", rule->failure);
	for (size_t i = 0; i < rule->selection_count; i++)
		text_selection(explain, &rule->selections[i]);
	buf_add(out, SPAN("  condition: "));
	buf_add_plain(out, span_trim(rule->condition));
	buf_add_char(out, '\n');
	for (size_t i = 0; i < rule->case_count; i++) {
		if (rule->case_count > 1 && !is_told(rule, &rule->cases[i]))
			continue;
		if (told++ < MOST_SELECTED)
			text_case(explain, rule, &rule->cases[i]);
		else
			left++;
	}
	if (told == 0)
		buf_printf(out, "  no selection selects any of the %zu that the condition is asked for\n", rule->case_count);
	if (left > 0)
		buf_printf(out, "  and %zu more\n", left);
}

/* --- as JSON --- */

static void
json_text(struct buf *out, const char *key, struct span value)
{
	buf_printf(out, ",\"%s\":", key);
	buf_add_json(out, value);
}

static void
json_element(struct explain *explain, const struct explained_element *element, bool bytes)
{
	struct buf	*out = &explain->out;
	struct stand	 standing;

	stand(explain, element, &standing);
	buf_printf(out, "{\"scope\":\"%s\",\"index\":%u", element->scope, element->index);
	json_text(out, "kind", standing.kind);
	if (standing.part.at != NULL)
		json_text(out, "part", standing.part);
	if (standing.has_place)
		buf_printf(out, ",\"line\":%zu,\"column\":%zu,\"in\":\"%s\"", standing.line, standing.column,
		    standing.in_message ? "message" : "decoded part");
	if (standing.where.len > 0)
		json_text(out, "place", standing.where);
	if (standing.text.at != NULL)
		json_text(out, standing.before.at != NULL ? "url" : "text", standing.text);
	if (bytes && standing.before.at != NULL) {
		json_text(out, "before", span_cut(standing.before, 0, MOST_BYTES_JSON));
		json_text(out, "after", span_cut(standing.after, 0, MOST_BYTES_JSON));
	}
	buf_add_char(out, '}');
}

static void
json_failed(struct explain *explain, const struct explained_line *failed)
{
	struct buf *out = &explain->out;

	if (failed->truth == NULL) {
		buf_add(out, SPAN("null"));
		return;
	}
	buf_add(out, SPAN("{\"file\":"));
	buf_add_json(out, span_of(failed->file));
	buf_printf(out, ",\"line\":%zu,\"column\":%zu,\"truth\":\"%s\"", failed->line, failed->column, failed->truth);
	json_text(out, "text", failed->text);
	json_text(out, "fact", failed->fact);
	json_text(out, "actual", failed->actual);
	buf_add(out, SPAN(",\"element\":"));
	json_element(explain, &failed->element, false);
	buf_add_char(out, '}');
}

static void
json_selection(struct explain *explain, const struct explained_selection *selection)
{
	struct buf *out = &explain->out;

	buf_add(out, SPAN("{\"name\":"));
	buf_add_json(out, selection->name);
	buf_printf(out, ",\"each\":\"%s\",\"line\":%zu,\"column\":%zu,\"elements\":%zu,\"unknown\":%zu,\"selected\":[",
	    selection->scope, selection->line, selection->column, selection->element_count, selection->unknown_count);
	for (size_t i = 0; i < selection->selected_count; i++) {
		buf_add(out, i > 0 ? SPAN(",") : SPAN(""));
		json_element(explain, &(struct explained_element){ selection->scope, selection->selected[i] }, true);
	}
	buf_add(out, SPAN("],\"failed\":"));
	json_failed(explain, &selection->failed);
	buf_add_char(out, '}');
}

static void
json_case(struct explain *explain, const struct explained_rule *rule, const struct explained_case *one)
{
	struct buf *out = &explain->out;

	buf_add(out, SPAN("{\"element\":"));
	json_element(explain, &one->element, true);
	buf_printf(out, ",\"condition\":\"%s\",\"exempted_by\":", one->truth);
	if (one->exempted_by.at != NULL)
		buf_add_json(out, one->exempted_by);
	else
		buf_add(out, SPAN("null"));
	buf_add(out, SPAN(",\"selections\":{"));
	for (size_t i = 0; i < rule->selection_count; i++) {
		buf_add(out, i > 0 ? SPAN(",") : SPAN(""));
		buf_add_json(out, rule->selections[i].name);
		buf_printf(out, ":{\"truth\":\"%s\",\"failed\":", one->selections[i]);
		json_failed(explain, &one->failed[i]);
		buf_add_char(out, '}');
	}
	buf_add(out, SPAN("}}"));
}

static void
json_rule(struct explain *explain, const struct explained_rule *rule)
{
	struct buf *out = &explain->out;

	buf_add(out, SPAN("{\"rule\":"));
	buf_add_json(out, rule->name);
	json_text(out, "title", rule->title);
	json_text(out, "file", span_of(rule->file));
	buf_printf(out, ",\"line\":%zu,\"status\":\"%s\",\"kind\":\"%s\",\"matches\":%s,\"failure\":", rule->line, rule->status,
	    rule->exempts ? "exemption" : "detection", rule->matches ? "true" : "false");
	if (rule->failure != NULL)
		buf_add_json(out, span_of(rule->failure));
	else
		buf_add(out, SPAN("null"));
	json_text(out, "condition", rule->condition);
	buf_add(out, SPAN(",\"selections\":["));
	for (size_t i = 0; i < rule->selection_count; i++) {
		buf_add(out, i > 0 ? SPAN(",") : SPAN(""));
		json_selection(explain, &rule->selections[i]);
	}
	buf_add(out, SPAN("],\"elements\":["));
	for (size_t i = 0; i < rule->case_count; i++) {
		buf_add(out, i > 0 ? SPAN(",") : SPAN(""));
		json_case(explain, rule, &rule->cases[i]);
	}
	buf_add(out, SPAN("]}"));
}

/* --- one message --- */

static void
print_rules(struct explain *explain, const char *name, const struct explained_rule *rules, size_t count)
{
	const struct verdict	*verdict = &explain->outcome.verdict;
	struct buf		*out = &explain->out;

	if (explain->json) {
		buf_add(out, SPAN("{\"file\":"));
		buf_add_json(out, span_of(name));
		buf_printf(out, ",\"action\":\"%s\",\"generation\":\"%s\",\"rules\":[", action_name(verdict->action),
		    policy_generation(explain->policy));
	} else {
		buf_add_plain(out, span_of(name));
		buf_printf(out, ": %s\n", action_name(verdict->action));
	}
	for (size_t i = 0; i < count; i++) {
		if (explain->json) {
			buf_add(out, i > 0 ? SPAN(",") : SPAN(""));
			json_rule(explain, &rules[i]);
		} else
			text_rule(explain, &rules[i]);
	}
	buf_add(out, explain->json ? SPAN("]}\n") : SPAN(""));
}

static bool
explain_message(void *context, const char *name, struct span raw)
{
	struct explain		*explain = context;
	struct message		 message = { .raw = raw, .envelope_sender = explain->from, .recipients = explain->recipients,
				    .recipient_count = explain->recipient_count };
	struct explained_rule	*rules;
	size_t			 count;
	enum limit		 limit = size_limit(raw, &explain->source.options->limits);

	explain->arena = opened_arena(explain->source.options, raw.len);
	if (explain->arena == NULL)
		return false;
	explain->message = &message;
	buf_reset(&explain->out);
	if (limit == LIMIT_NONE)
		pipeline_run(&message, explain->source.options, explain->policy, &dissectors_in_thread, explain->reputation,
		    explain->arena, &explain->outcome);
	if (limit != LIMIT_NONE || explain->outcome.dissection == NULL)
		fprintf(stderr, "pixelctl: %s: it cannot be taken apart%s%s\n", name, limit != LIMIT_NONE ? ": " : "",
		    limit != LIMIT_NONE ? limit_name(limit) : "");
	else if (pipeline_envelope(explain->outcome.dissection, explain->arena, &message) == PW_OK &&
	    policy_explain(explain->policy, explain->source.options, &message, explain->outcome.dissection,
	    &explain->outcome.verdict, explain->rule, explain->arena, &rules, &count) == PW_OK) {
		explain->unknown_rule = explain->rule.len > 0 && count == 0;
		print_rules(explain, name, rules, count);
		printf("%.*s", SPAN_ARG(buf_span(&explain->out)));
	} else
		fprintf(stderr, "pixelctl: %s: there is no memory to explain it\n", name);
	arena_free(explain->arena);
	return !explain->unknown_rule;
}

/* --- arguments --- */

enum { OPTION_RULES = 256, OPTION_RULE, OPTION_FORMAT, OPTION_RCPT, OPTION_FROM };

static const struct option long_options[] = {
	{ "rules", required_argument, NULL, OPTION_RULES }, { "rule", required_argument, NULL, OPTION_RULE },
	{ "format", required_argument, NULL, OPTION_FORMAT }, { "rcpt", required_argument, NULL, OPTION_RCPT },
	{ "from", required_argument, NULL, OPTION_FROM }, { NULL, 0, NULL, 0 },
};

static int
run(struct explain *explain, int argc, char **argv, const char **rules)
{
	const char	*config = NULL;
	size_t		 rules_count = 0;
	int		 option;

	while ((option = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
		switch (option) {
		case 'c':
			config = optarg;
			break;
		case OPTION_RULES:
			rules[rules_count++] = optarg;
			break;
		case OPTION_RULE:
			explain->rule = span_of(optarg);
			break;
		case OPTION_FORMAT:
			if (!format_read(optarg, &explain->json))
				return RULES_USAGE;
			break;
		case OPTION_RCPT:
			explain->recipients[explain->recipient_count++] = span_of(optarg);
			break;
		case OPTION_FROM:
			explain->from = span_of(optarg);
			break;
		default:
			return RULES_USAGE;
		}
	if (optind == argc) {
		fprintf(stderr, "pixelctl: rules explain wants a message\n");
		return RULES_USAGE;
	}
	int status = rules_source_take(&explain->source, config, rules, rules_count, &explain->policy);
	if (status != RULES_GOOD)
		return status;
	opened_patiently(explain->source.options);
	explain->reputation = reach_to_judge(config, explain->source.options);
	dissect_prepare();
	struct mailbox mailbox = { .what = "explaining", .most_bytes = explain->source.options->limits.message_bytes,
	    .message = explain_message, .context = explain };
	mailbox_read(&mailbox, (const char *const *)argv + optind, (size_t)(argc - optind));
	if (explain->unknown_rule) {
		fprintf(stderr, "pixelctl: there is no rule '%.*s'\n", SPAN_ARG(explain->rule));
		return RULES_USAGE;
	}
	if (mailbox.no_memory)
		return RULES_SOFTWARE;
	return mailbox.unreadable > 0 ? RULES_NO_INPUT : RULES_GOOD;
}

int
rules_explain(int argc, char **argv)
{
	struct explain	 explain = { .recipients = calloc((size_t)argc + 1, sizeof(struct span)) };
	const char	**rules = calloc((size_t)argc + 1, sizeof(*rules));
	int		 status = RULES_SOFTWARE;

	buf_init(&explain.out, OUT_BYTES);
	if (explain.recipients != NULL && rules != NULL)
		status = run(&explain, argc, argv, rules);
	reputation_close(explain.reputation);
	policy_free(explain.policy);
	rules_source_close(&explain.source);
	buf_fini(&explain.out);
	free(explain.recipients);
	free(rules);
	return status;
}

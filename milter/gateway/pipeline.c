#include <pixelward/base/clock.h>
#include <pixelward/gateway/pipeline.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <pixelward/base/buf.h>
#include <pixelward/dissect/canonical.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/reputation/reputation.h>
#include <pixelward/rewrite/rewrite.h>

#include "fate.h"

/* What one run through the house needs beside the message. */
struct house {
	const struct options	*options;
	const struct policy	*policy;
	const struct dissectors	*dissectors;
	struct reputation	*reputation;	/* NULL: none */
	struct arena		*arena;
};

/* Failures whose fate an option decides, where the message could not be read at all. */
static const struct failure {
	enum pw_err	 err;
	size_t		 option;	/* of an enum on_failure in struct options */
	const char	*name, *rule;
} failures[] = {
	{ PW_ELIMIT,	offsetof(struct options, on_limit),	"OnLimit",	"builtin.limit" },
	{ PW_ETIMEOUT,	offsetof(struct options, on_limit),	"OnLimit",	"builtin.limit" },
	{ PW_EPARSER,	offsetof(struct options, on_poison),	"OnPoison",	"builtin.poison" },
	{ PW_EPOISON,	offsetof(struct options, on_poison),	"OnPoison",	"builtin.poison" },
	{ PW_EBLOCK,	offsetof(struct options, on_poison),	"OnPoison",	"builtin.poison" },
};

/* Something failed on the way: what options and the table of errors say becomes of the mail. */
static void
fail(const struct house *house, struct outcome *outcome, enum pw_err err, const char *where, struct span detail)
{
	static const enum action of_fate[] = {
		[MAIL_GOES_ON] = ACTION_DELIVER, [MAIL_HELD] = ACTION_HOLD, [MAIL_DEFERRED] = ACTION_TEMPFAIL,
	};
	enum action	 action = of_fate[pw_fate(err)];
	const char	*option = "";

	for (size_t i = 0; i < NITEMS(failures); i++)
		if (failures[i].err == err) {
			enum on_failure fate;

			memcpy(&fate, (const char *)house->options + failures[i].option, sizeof(fate));
			action = fate_action(fate);
			option = failures[i].name;
			fate_add_rule(&outcome->verdict, failures[i].rule, house->arena);
		}
	outcome->rewritten.changed = false;
	outcome->failure = err;
	/* What could not be made inert is held, not sent to somebody else. */
	if (action > outcome->verdict.action || (action == ACTION_HOLD && outcome->verdict.action == ACTION_REDIRECT))
		outcome->verdict.action = action;
	fate_add_reason(&outcome->verdict, arena_printf(house->arena, "%s: %s%s%.*s%s%s%s", where, pw_strerror(err),
	    detail.len > 0 ? ": " : "", SPAN_ARG(detail), option[0] != '\0' ? " (" : "", option,
	    option[0] != '\0' ? ")" : ""), house->arena);
}

/* What a place refers to behind the judge. Stripped: nothing, and nobody asks. */
static struct span
url_left(const struct outcome *outcome, uint32_t reference)
{
	struct span proxied = outcome->verdict.decisions[reference].proxied;

	return proxied.len > 0 ? proxied :
	    dissection_text(outcome->dissection, dissection_references(outcome->dissection)[reference].url);
}

/*
 * URLs of the document that stay, and those of the picture proxy: of each place one. *next is a reference of this document or of an earlier one, and
 * becomes the first of a later one.
 */
static enum pw_err
kept_urls(const struct outcome *outcome, uint32_t document, uint32_t *next, struct arena *arena, struct changed *changed)
{
	const struct dissection	*d = outcome->dissection;
	const struct reference	*references = dissection_references(d);
	uint32_t		 begin = *next;

	while (begin < d->references.count && references[begin].document < document)
		begin++;
	for (*next = begin; *next < d->references.count && references[*next].document == document;)
		++*next;
	struct span *urls = arena_array(arena, *next - begin, sizeof(*urls));
	if (urls == NULL)
		return PW_ENOMEM;
	changed->kept = urls;
	for (uint32_t i = begin; i < *next; i++)
		if (references[i].trigger != TRIGGER_CLICK && !outcome->verdict.decisions[i].strip)
			urls[changed->kept_count++] = url_left(outcome, i);
	return PW_OK;
}

static enum pw_err
verify(const struct house *house, const struct outcome *outcome, struct span *live)
{
	const struct dissection	*d = outcome->dissection;
	const struct rewritten	*rewritten = &outcome->rewritten;
	struct changed		*changed = arena_array(house->arena, rewritten->document_count, sizeof(*changed));
	enum pw_err		 err = changed != NULL ? PW_OK : PW_ENOMEM;
	uint32_t		 next = 0;

	for (size_t i = 0; err == PW_OK && i < rewritten->document_count; i++) {
		const struct changed_document	*fresh = &rewritten->documents[i];
		const struct document		*document = &dissection_documents(d)[fresh->document];

		changed[i] = (struct changed){ .bytes = fresh->bytes, .kind = document->kind,
		    .charset = fresh->charset, .base = dissection_text(d, document->base) };
		err = kept_urls(outcome, fresh->document, &next, house->arena, &changed[i]);
	}
	if (err == PW_OK && rewritten->document_count > 0)
		err = house->dissectors->inert(house->dissectors->context, changed, rewritten->document_count,
		    &house->options->limits, house->arena, live);
	return err;
}

enum pw_err
pipeline_envelope(const struct dissection *d, struct arena *arena, struct message *message)
{
	struct span *recipients;

	if (message->recipient_count > 0)
		return PW_OK;
	recipients = arena_array(arena, d->addresses.count, sizeof(*recipients));
	if (recipients == NULL)
		return PW_ENOMEM;
	message->recipients = recipients;
	for (uint32_t i = 0; i < d->addresses.count; i++)
		if (dissection_addresses(d)[i].role == ADDRESS_TO)
			recipients[message->recipient_count++] = dissection_text(d, dissection_addresses(d)[i].mailbox);
	return PW_OK;
}

/* Splice what the verdict strips, and prove each changed document inert. live names what is left otherwise. */
static enum pw_err
make_inert(const struct house *house, struct span raw, struct outcome *outcome, struct span *live)
{
	enum pw_err err = rewrite(raw, outcome->dissection, &outcome->verdict, house->arena, &outcome->rewritten);

	if (err == PW_OK)
		err = verify(house, outcome, live);
	return err;
}

/* A dissection that stopped at a limit or in the parser is one: it is judged by OnLimit and OnPoison. */
static enum pw_err
take_apart(const struct house *house, struct span message, const struct dissection **d)
{
	enum pw_err err = house->dissectors->dissect(house->dissectors->context, message, &house->options->limits,
	    house->arena, d);

	if (*d != NULL)
		err = dissection_check(*d, (*d)->bytes, message.len, &house->options->limits);
	return err;
}

static struct span
join(const struct rewritten *rewritten, struct arena *arena)
{
	struct buf	out;
	struct span	copy;

	buf_init(&out, SIZE_MAX / 4);
	for (size_t i = 0; i < rewritten->header_piece_count; i++)
		buf_add(&out, rewritten->header_pieces[i]);
	for (size_t i = 0; i < rewritten->body_piece_count; i++)
		buf_add(&out, rewritten->body_pieces[i]);
	copy = buf_failed(&out) ? SPAN_NONE : arena_copy(arena, buf_span(&out));
	buf_fini(&out);
	return copy;
}

/* The URLs that were kept, in order; NULL: no memory. */
static struct span *
all_kept(const struct outcome *outcome, struct arena *arena, size_t *count)
{
	const struct dissection	*d = outcome->dissection;
	struct span		*kept = arena_array(arena, d->references.count, sizeof(*kept));

	*count = 0;
	for (uint32_t i = 0; kept != NULL && i < d->references.count; i++)
		if (!outcome->verdict.decisions[i].strip)
			kept[(*count)++] = url_left(outcome, i);
	if (*count > 1)
		qsort(kept, *count, sizeof(*kept), span_order);
	return kept;
}

/* A message with more than one reading is taken apart once more: nothing may be live in any of them that was not kept. */
static enum pw_err
look_again(const struct house *house, const struct outcome *outcome, struct span *live)
{
	struct span		 fresh = join(&outcome->rewritten, house->arena);
	size_t			 kept_count;
	const struct span	*kept = all_kept(outcome, house->arena, &kept_count);
	const struct dissection	*d;
	enum pw_err		 err = fresh.at == NULL || kept == NULL ? PW_ENOMEM : take_apart(house, fresh, &d);

	for (uint32_t i = 0; err == PW_OK && i < d->references.count; i++) {
		const struct reference *reference = &dissection_references(d)[i];

		if (reference->trigger == TRIGGER_CLICK || (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) == 0)
			continue;
		*live = dissection_text(d, reference->url);
		size_t at = span_lower_bound(kept, kept_count, *live);
		if (at == kept_count || !span_eq(kept[at], *live))
			return PW_ENOTINERT;
	}
	return err;
}

/* Splices cannot make every reading inert: leave one reading only, then make that one inert. */
static enum pw_err
start_anew(const struct house *house, const struct message *message, struct outcome *outcome, struct span *live)
{
	struct message		 anew = *message;
	struct outcome		 second = { .dissection = NULL };
	enum pw_err		 err = house->dissectors->anew(house->dissectors->context, message->raw,
				    &house->options->limits, house->arena, &anew.raw, &second.dissection);

	if (err == PW_OK)
		err = dissection_check(second.dissection, second.dissection->bytes, anew.raw.len,
		    &house->options->limits);
	if (err == PW_OK)
		err = judge(&anew, second.dissection, house->options, house->policy, house->reputation, house->arena,
		    &second.verdict);
	if (err == PW_OK)
		err = make_inert(house, anew.raw, &second, live);
	if (err != PW_OK)
		return err == PW_ENOMEM ? err : PW_ENOTINERT;
	struct span fresh = join(&second.rewritten, house->arena);
	if (fresh.at == NULL)
		return PW_ENOMEM;
	outcome->rewritten = second.rewritten;
	outcome->rewritten.changed = true;
	return dissect_header_edits(message->raw, fresh, house->arena, &outcome->rewritten.header_edits,
	    &outcome->rewritten.header_edit_count);
}

static void
run(const struct house *house, const struct message *message, struct outcome *outcome)
{
	struct message	envelope = *message;
	struct span	live = SPAN_NONE;
	enum pw_err	err = take_apart(house, message->raw, &outcome->dissection);

	if (err != PW_OK) {
		outcome->dissection = NULL;
		fail(house, outcome, err, "dissecting", SPAN_NONE);
		return;
	}
	err = pipeline_envelope(outcome->dissection, house->arena, &envelope);
	if (err == PW_OK)
		err = judge(&envelope, outcome->dissection, house->options, house->policy, house->reputation, house->arena,
		    &outcome->verdict);
	if (err != PW_OK) {
		fail(house, outcome, err, "judging", SPAN_NONE);
		return;
	}
	if (!verdict_edits(&outcome->verdict))
		return;
	err = make_inert(house, message->raw, outcome, &live);
	/* What was found only once may have stood in two places. */
	if (err == PW_OK && (dissection_is_ambiguous(outcome->dissection) || dissection_is_guised(outcome->dissection)))
		err = look_again(house, outcome, &live);
	if (err == PW_ENOTINERT && outcome->dissection->failure == PW_OK)
		err = start_anew(house, &envelope, outcome, &live);
	if (err != PW_OK)
		fail(house, outcome, pw_fate(err) == MAIL_DEFERRED ? err : PW_ENOTINERT, "rewriting",
		    live.len > 0 || err == PW_ENOTINERT ? live : span_of(pw_strerror(err)));
}

void
pipeline_run(const struct message *message, const struct options *options, const struct policy *policy,
    const struct dissectors *dissectors, struct reputation *reputation, struct arena *arena, struct outcome *outcome)
{
	struct house	house = { options, policy, dissectors, reputation, arena };
	uint64_t	before = clock_thread_ns();

	*outcome = (struct outcome){ .generation = policy != NULL ? policy_generation(policy) : NULL };
	run(&house, message, outcome);
	outcome->cpu_us = (clock_thread_ns() - before) / 1000;
}

void
outcome_show(struct span message, const struct outcome *outcome, uint32_t reference, struct arena *arena,
    struct span *before, struct span *after)
{
	if (rewrite_show(message, outcome->dissection, &outcome->verdict, reference, arena, before, after) != PW_OK)
		*before = *after = SPAN_NONE;
}

/* A log value is one word: what would end it becomes '?'. */
static void
add_word(struct buf *buf, struct span word, size_t most)
{
	word = span_cut(word, 0, most);
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.at[i];

		buf_add_char(buf, c <= ' ' || c == 0x7f || c == ',' || c == '"' ? '?' : word.at[i]);
	}
	if (word.len == 0)
		buf_add_char(buf, '-');
}

/* Hosts of stripped references, each once. */
#define MOST_HOSTS_LOGGED	5

static void
add_hosts(struct buf *buf, const struct outcome *outcome)
{
	struct span	shown[MOST_HOSTS_LOGGED];
	size_t		count = 0;

	for (uint32_t i = 0; outcome->dissection != NULL && i < outcome->verdict.decision_count; i++) {
		struct span	host = dissection_text(outcome->dissection, dissection_references(outcome->dissection)[i].host);
		bool		known = !outcome->verdict.decisions[i].strip || host.len == 0;

		for (size_t k = 0; k < count && !known; k++)
			known = span_eq(shown[k], host);
		if (known)
			continue;
		if (count == MOST_HOSTS_LOGGED) {
			buf_add(buf, SPAN(",..."));
			return;
		}
		if (count > 0)
			buf_add_char(buf, ',');
		add_word(buf, host, 100);
		shown[count++] = host;
	}
	if (count == 0)
		buf_add_char(buf, '-');
}

static void
add_names(struct buf *buf, const struct span *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(buf, ',');
		add_word(buf, names[i], 60);
	}
	if (count == 0)
		buf_add_char(buf, '-');
}

static const char *const mode_names[] = { [MODE_SHADOW] = "shadow", [MODE_TAG] = "tag", [MODE_ENFORCE] = "enforce" };

struct span
outcome_campaign_line(const struct outcome *outcome, struct arena *arena)
{
	const struct knowledge	*knowledge = outcome->verdict.knowledge;
	struct buf		 line;

	if (knowledge == NULL || (!knowledge->campaign.trips && !knowledge->campaign.joins))
		return SPAN_NONE;
	const struct campaign_sign *sign = &knowledge->campaign;
	buf_init(&line, 65536);
	buf_printf(&line, "campaign=%.*s %s hosts=", SPAN_ARG(sign->id), sign->trips ? "shows itself" : "grows");
	add_names(&line, sign->hosts, sign->host_count);
	buf_add(&line, SPAN(" senders="));
	for (size_t i = 0; i < sign->sender_count; i++) {
		if (i > 0)
			buf_add_char(&line, ',');
		add_word(&line, sign->senders[i], 254);
	}
	buf_printf(&line, " mails=%u recipients=%u watched=%u earlier=", sign->messages, sign->recipients, sign->watched);
	add_names(&line, sign->earlier, sign->earlier_count);
	buf_add(&line, SPAN(" parts="));
	add_names(&line, sign->parts, sign->part_count);
	struct span copy = arena_copy(arena, buf_span(&line));
	buf_fini(&line);
	return copy;
}

struct span
outcome_log_line(const struct message *message, const struct options *options, const struct outcome *outcome,
    struct arena *arena)
{
	struct buf		 line;
	const struct verdict	*verdict = &outcome->verdict;
	const struct dissection	*d = outcome->dissection;

	buf_init(&line, 4096);
	buf_printf(&line, "action=%s rules=", outcome->skipped ? "skip" : action_name(verdict->action));
	add_names(&line, verdict->rules, verdict->rule_count);
	buf_printf(&line, " refs=%u stripped=%zu hosts=", d != NULL ? d->references.count : 0, verdict->strip_count);
	add_hosts(&line, outcome);
	buf_add(&line, SPAN(" from="));
	add_word(&line, message->envelope_sender, 100);
	buf_printf(&line, " rcpts=%zu mode=%s generation=%s ms=%.1f size=%zu mid=", message->recipient_count,
	    mode_names[options->mode], outcome->generation != NULL ? outcome->generation : "-", (double)outcome->cpu_us / 1000.0, message->raw.len);
	add_word(&line, d != NULL ? dissection_text(d, d->message_id) : SPAN_NONE, 200);
	if (verdict->proxy_count > 0)
		buf_printf(&line, " proxied=%zu", verdict->proxy_count);
	/* Rules in shadow, and those that failed; why they did is in what pixelctl scan prints. */
	for (size_t i = 0; i < verdict->note_count; i++) {
		buf_add(&line, i == 0 ? SPAN(" notes=") : SPAN(","));
		add_word(&line, span_cut(verdict->notes[i], 0, span_find_char(verdict->notes[i], ' ', 0)), 80);
	}
	if (verdict->reason_count > 0) {
		buf_add(&line, SPAN(" reason=\""));
		for (size_t i = 0; i < verdict->reasons[0].len && i < 200; i++)
			buf_add_char(&line, verdict->reasons[0].at[i] == '"' ? '\'' : verdict->reasons[0].at[i]);
		buf_add_char(&line, '"');
	}
	struct span copy = arena_copy(arena, buf_span(&line));
	buf_fini(&line);
	return copy;
}

#define MOST_RECIPIENTS_TOLD	20

struct span
outcome_header(const struct message *message, const struct options *options, const struct outcome *outcome,
    struct arena *arena)
{
	const struct verdict	*verdict = &outcome->verdict;
	const struct dissection	*d = outcome->dissection;
	bool			 live = verdict->action == ACTION_HOLD && !outcome->rewritten.changed &&
				    (d == NULL || d->failure != PW_OK || verdict->strip_count + verdict->proxy_count > 0);
	struct buf		 line;

	if (outcome->skipped || options->mode == MODE_SHADOW || verdict->action == ACTION_DELIVER)
		return SPAN_NONE;
	/* What was neutralised needs no mark, unless a rule asks for one: the other header fields stay as they came. */
	if (options->mode == MODE_ENFORCE && verdict->action != ACTION_TAG && verdict->action != ACTION_REDIRECT &&
	    !verdict->tag && !live)
		return SPAN_NONE;
	buf_init(&line, 16384);
	buf_printf(&line, " %saction=%s; stripped=%zu; rules=", live ? "live; " : "", action_name(verdict->action),
	    verdict->strip_count);
	add_names(&line, verdict->rules, verdict->rule_count);
	/* Whom it was meant for, the envelope says no more. */
	for (size_t i = 0; verdict->action == ACTION_REDIRECT && i < message->recipient_count && i < MOST_RECIPIENTS_TOLD; i++) {
		buf_add(&line, i == 0 ? SPAN(";\n\tfor=") : SPAN(",\n\t"));
		add_word(&line, message->recipients[i], 254);
	}
	struct span copy = arena_copy(arena, buf_span(&line));
	buf_fini(&line);
	return copy;
}

#include <pixelward/gateway/pipeline.h>

#include <string.h>
#include <time.h>

#include <pixelward/base/buf.h>
#include <pixelward/dissect/canonical.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/rewrite/rewrite.h>

static uint64_t
cpu_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

static void
add_reason(struct verdict *verdict, struct span reason, struct arena *arena)
{
	struct span *larger = arena_array(arena, verdict->reason_count + 1, sizeof(*larger));

	if (larger == NULL)
		return;
	if (verdict->reason_count > 0)
		memcpy(larger, verdict->reasons, verdict->reason_count * sizeof(*larger));
	verdict->reasons = larger;
	larger[verdict->reason_count++] = reason;
}

/* Something failed on the way: what the table of errors says becomes of the mail. */
static void
fail(struct outcome *outcome, enum pw_err err, const char *where, struct span detail, struct arena *arena)
{
	static const enum action actions[] = {
		[MAIL_GOES_ON] = ACTION_DELIVER, [MAIL_HELD] = ACTION_HOLD, [MAIL_DEFERRED] = ACTION_TEMPFAIL,
	};
	enum action action = actions[pw_fate(err)];

	outcome->rewritten.changed = false;
	if (action > outcome->verdict.action)
		outcome->verdict.action = action;
	add_reason(&outcome->verdict, arena_printf(arena, "%s: %s%s%.*s", where, pw_strerror(err),
	    detail.len > 0 ? ": " : "", SPAN_ARG(detail)), arena);
}

/* URLs of the document that stay: of each place one. */
static enum pw_err
kept_urls(const struct outcome *outcome, uint32_t document, struct arena *arena, struct span **urls, size_t *count)
{
	const struct dissection	*d = outcome->dissection;

	*count = 0;
	*urls = arena_array(arena, d->references.count, sizeof(**urls));
	if (*urls == NULL)
		return PW_ENOMEM;
	for (uint32_t i = 0; i < d->references.count; i++) {
		const struct reference *reference = &dissection_references(d)[i];

		if (reference->document == document && reference->trigger != TRIGGER_CLICK &&
		    !outcome->verdict.decisions[i].strip)
			(*urls)[(*count)++] = dissection_text(d, reference->url);
	}
	return PW_OK;
}

static enum pw_err
verify(const struct outcome *outcome, const struct limits *limits, struct arena *arena, struct span *live)
{
	for (size_t i = 0; i < outcome->rewritten.document_count; i++) {
		const struct changed_document	*changed = &outcome->rewritten.documents[i];
		const struct document		*document = &dissection_documents(outcome->dissection)[changed->document];
		struct span			*urls;
		size_t				 count;
		enum pw_err			 err = kept_urls(outcome, changed->document, arena, &urls, &count);

		if (err == PW_OK)
			err = dissect_is_inert(changed->bytes, document->kind, changed->charset,
			    dissection_text(outcome->dissection, document->base), urls, count, limits, arena, live);
		if (err != PW_OK)
			return err;
	}
	return PW_OK;
}

/* A message without an envelope, from a file: its header says who was to get it. */
static enum pw_err
recipients_of_header(const struct dissection *d, struct arena *arena, struct message *message)
{
	struct span *recipients = arena_array(arena, d->addresses.count, sizeof(*recipients));

	if (recipients == NULL)
		return PW_ENOMEM;
	message->recipients = recipients;
	for (uint32_t i = 0; i < d->addresses.count; i++)
		if (dissection_addresses(d)[i].role == ADDRESS_TO)
			recipients[message->recipient_count++] = dissection_text(d, dissection_addresses(d)[i].mailbox);
	return PW_OK;
}

/* What one run through the house needs beside the message. */
struct house {
	const struct options	*options;
	const struct policy	*policy;
	struct arena		*arena;
};

/* Splice what the verdict strips, and prove each changed document inert. live names what is left otherwise. */
static enum pw_err
make_inert(const struct house *house, struct span raw, struct outcome *outcome, struct span *live)
{
	enum pw_err err = rewrite(raw, outcome->dissection, &outcome->verdict, house->arena, &outcome->rewritten);

	if (err == PW_OK)
		err = verify(outcome, &house->options->limits, house->arena, live);
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

static bool
is_kept(const struct outcome *outcome, struct span url)
{
	for (uint32_t i = 0; i < outcome->dissection->references.count; i++)
		if (!outcome->verdict.decisions[i].strip &&
		    span_eq(dissection_text(outcome->dissection, dissection_references(outcome->dissection)[i].url), url))
			return true;
	return false;
}

/* A message with more than one reading is taken apart once more: nothing may be live in any of them that was not kept. */
static enum pw_err
look_again(const struct house *house, const struct outcome *outcome, struct span *live)
{
	struct span		 fresh = join(&outcome->rewritten, house->arena);
	const struct dissection	*d;
	enum pw_err		 err = fresh.at == NULL ? PW_ENOMEM : dissect(fresh, &house->options->limits, house->arena, &d);

	for (uint32_t i = 0; err == PW_OK && i < d->references.count; i++) {
		const struct reference *reference = &dissection_references(d)[i];

		*live = dissection_text(d, reference->url);
		if (reference->trigger != TRIGGER_CLICK &&
		    (reference->flags & (REFERENCE_LIVE | REFERENCE_INVALID_URL)) != 0 && !is_kept(outcome, *live))
			return PW_ENOTINERT;
	}
	return err;
}

/* One reading may hide in another: an encoded message in an encoded message. */
#define MOST_ROUNDS	4

/* Splices cannot make every reading inert: leave one reading only, then make that one inert. */
static enum pw_err
start_anew(const struct house *house, const struct message *message, struct outcome *outcome, struct span *live)
{
	const struct limits	*limits = &house->options->limits;
	struct message		 anew = *message;
	struct outcome		 second = { .dissection = outcome->dissection };
	enum pw_err		 err = PW_OK;
	unsigned		 round = 0;

	do {
		err = dissect_canonical(anew.raw, second.dissection, limits, house->arena, &anew.raw);
		if (err == PW_OK)
			err = dissect(anew.raw, limits, house->arena, &second.dissection);
	} while (err == PW_OK && dissection_is_ambiguous(second.dissection) && ++round < MOST_ROUNDS);
	if (err == PW_OK && dissection_is_ambiguous(second.dissection))
		err = PW_ENOTINERT;
	if (err == PW_OK)
		err = judge(&anew, second.dissection, house->options, house->policy, house->arena, &second.verdict);
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
run(const struct message *message, const struct options *options, const struct policy *policy, struct arena *arena,
    struct outcome *outcome)
{
	struct house	house = { options, policy, arena };
	struct message	envelope = *message;
	struct span	live = SPAN_NONE;
	enum pw_err	err = dissect(message->raw, &options->limits, arena, &outcome->dissection);

	/* A dissection that stopped at a limit or in the parser is judged by OnLimit and OnPoison. */
	if (outcome->dissection != NULL)
		err = dissection_check(outcome->dissection, outcome->dissection->bytes, message->raw.len);
	if (err != PW_OK) {
		outcome->dissection = NULL;
		fail(outcome, err, "dissecting", SPAN_NONE, arena);
		return;
	}
	if (envelope.recipient_count == 0)
		err = recipients_of_header(outcome->dissection, arena, &envelope);
	if (err == PW_OK)
		err = judge(&envelope, outcome->dissection, options, policy, arena, &outcome->verdict);
	if (err != PW_OK) {
		fail(outcome, err, "judging", SPAN_NONE, arena);
		return;
	}
	if (outcome->verdict.strip_count == 0)
		return;
	err = make_inert(&house, message->raw, outcome, &live);
	if (err == PW_OK && dissection_is_ambiguous(outcome->dissection))
		err = look_again(&house, outcome, &live);
	if (err == PW_ENOTINERT && outcome->dissection->failure == PW_OK)
		err = start_anew(&house, &envelope, outcome, &live);
	if (err != PW_OK)
		fail(outcome, err == PW_ENOMEM ? err : PW_ENOTINERT, "rewriting", live, arena);
}

void
pipeline_run(const struct message *message, const struct options *options, const struct policy *policy,
    struct arena *arena, struct outcome *outcome)
{
	uint64_t before = cpu_now_us();

	*outcome = (struct outcome){ 0 };
	run(message, options, policy, arena, outcome);
	outcome->cpu_us = cpu_now_us() - before;
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
	buf_printf(&line, " rcpts=%zu mode=%s ms=%.1f size=%zu mid=", message->recipient_count,
	    mode_names[options->mode], (double)outcome->cpu_us / 1000.0, message->raw.len);
	add_word(&line, d != NULL ? dissection_text(d, d->message_id) : SPAN_NONE, 200);
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

struct span
outcome_header(const struct options *options, const struct outcome *outcome, struct arena *arena)
{
	const struct verdict	*verdict = &outcome->verdict;
	const struct dissection	*d = outcome->dissection;
	bool			 live = verdict->action == ACTION_HOLD && !outcome->rewritten.changed &&
				    (d == NULL || d->failure != PW_OK || verdict->strip_count > 0);
	struct buf		 line;

	if (outcome->skipped || options->mode == MODE_SHADOW || verdict->action == ACTION_DELIVER)
		return SPAN_NONE;
	/* What was neutralised needs no mark: the other header fields stay as they came. */
	if (options->mode == MODE_ENFORCE && verdict->action != ACTION_TAG && !live)
		return SPAN_NONE;
	buf_init(&line, 998);
	buf_printf(&line, " %saction=%s; stripped=%zu; rules=", live ? "live; " : "", action_name(verdict->action),
	    verdict->strip_count);
	add_names(&line, verdict->rules, verdict->rule_count);
	struct span copy = arena_copy(arena, buf_span(&line));
	buf_fini(&line);
	return copy;
}

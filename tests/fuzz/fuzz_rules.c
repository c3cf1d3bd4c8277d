/*
 * Any bytes are a rule file: what is wrong with it is told with its places, and whatever of it is sound judges a mail
 * without harm, by the index as by asking all rules. What can be formatted stays the same when it is formatted again.
 */
#include <pixelward/dissect/dissect.h>
#include <pixelward/judge/rules.h>

#include <string.h>

#include "judge/rules/rule_set.h"

#include "fuzz.h"

static const char mail[] = "Received: from a by b; Mon, 6 Apr 2026 08:00:00 +0000\r\n"
    "From: \"Ann\" <ann@sender.example>, bob@other.example\r\nReply-To: x@reply.example\r\nSubject: Hello you\r\n"
    "List-Id: <l.sender.example>\r\nMessage-ID: <1@sender.example>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<img src='https://a.example/open?u=1&x=2' width=1 height=1><img src='http://img.b.example/logo.png'>"
    "<img src='http://x.bad.example/track-17/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac' width=3>"
    "<a href='https://lure.example/lure/x'>read</a><iframe src='https://t.example/One/9e107d9d372bb6826bd81d3542a419d6'></iframe>"
    "<div style='display:none;background:url(//b.example/spacer.gif)'>x</div>\r\n"
    "--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n";

static struct list_set		 lists;
static struct arena		*mail_arena;
static const struct dissection	*d;

static void
add_list(const char *name, const char *text)
{
	struct buf report;

	buf_init(&report, 65536);
	INVARIANT(list_set_read(&lists, &(struct list_file){ .path = name, .name = span_of(name), .text = span_of(text) },
	    &report) == PW_OK);
	buf_fini(&report);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	dissect_prepare();
	list_set_init(&lists);
	add_list("suspects", "bad.example\nworse.example\n");
	add_list("beacons", "! x\n||t.example/One^\n@@/nix^\n/track-[0-9]+/$image\n");
	add_list("starts", "https://lure.example/lure\nlures.example\n");
	INVARIANT(list_set_index(&lists) == PW_OK);
	mail_arena = arena_new((size_t)1 << 28);
	INVARIANT(mail_arena != NULL && dissect(span_of(mail), &limits_default, mail_arena, &d) == PW_OK);
	return 0;
}

/* True: nothing ran into a limit, so that the order of asking does not matter. */
static bool
judge_by(const struct rule_set *set, struct arena *arena, struct buf *out)
{
	static const struct span recipients[] = { { "ann@parl.example", 16 }, { "bob@parl.example", 16 } };
	struct message		 message = { .raw = span_of(mail), .recipients = recipients, .recipient_count = 2,
				    .client_address = SPAN("192.0.2.9"), .envelope_sender = SPAN("x@bounce.example") };
	struct evidence		 evidence;
	struct ruling		 ruling;
	bool			 failed = false;

	evidence_init(&evidence, &message, d, NULL, 0, arena);
	INVARIANT(rule_set_judge(set, &lists, &evidence, 20000, &ruling));
	for (const struct meeting *meeting = ruling.met; meeting != NULL; meeting = meeting->next) {
		buf_printf(out, "%td %d", meeting->rule - set->rules, meeting->matched);
		for (uint32_t i = 0; meeting->exempted != NULL && i < d->references.count; i++)
			buf_printf(out, " %d", meeting->exempted[i]);
		buf_add_char(out, '\n');
		failed = failed || meeting->failure != NULL;
	}
	for (uint32_t i = 0; i < d->references.count; i++) {
		for (const struct strip_hit *hit = ruling.strips[i]; hit != NULL; hit = hit->next)
			buf_printf(out, " %td", hit->rule - set->rules);
		buf_add_char(out, '\n');
	}
	INVARIANT(!buf_failed(out));
	return !failed;
}

static void
check_answers(const struct rule_set *set, struct arena *arena)
{
	struct rule_set	plain = *set;
	struct buf	indexed, all;

	buf_init(&indexed, (size_t)1 << 24);
	buf_init(&all, (size_t)1 << 24);
	plain.index = NULL;
	if (judge_by(set, arena, &indexed) && judge_by(&plain, arena, &all) && !span_eq(buf_span(&indexed), buf_span(&all))) {
		fprintf(stderr, "indexed:\n%.*sall:\n%.*s", SPAN_ARG(buf_span(&indexed)), SPAN_ARG(buf_span(&all)));
		INVARIANT(false);
	}
	buf_fini(&indexed);
	buf_fini(&all);
}

static void
check_findings(const struct findings *findings)
{
	struct buf text, json;

	buf_init(&text, (size_t)1 << 24);
	buf_init(&json, (size_t)1 << 24);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->at[i];

		INVARIANT(finding->place.source != NULL && finding->place.line > 0 && finding->place.column > 0);
		INVARIANT(finding->what.len > 0);
	}
	findings_print_text(findings, &text);
	findings_print_json(findings, &json);
	INVARIANT(!buf_failed(&text) && !buf_failed(&json) && (findings->errors == 0 || text.len > 0));
	buf_fini(&text);
	buf_fini(&json);
}

static void
check_format(struct span input)
{
	struct buf once, twice, report;

	buf_init(&once, (size_t)1 << 24);
	buf_init(&twice, (size_t)1 << 24);
	buf_init(&report, (size_t)1 << 24);
	if (rules_format("r.yaml", input, &once, &report) == PW_OK) {
		INVARIANT(rules_format("r.yaml", buf_span(&once), &twice, &report) == PW_OK);
		INVARIANT(span_eq(buf_span(&once), buf_span(&twice)));
	}
	buf_fini(&once);
	buf_fini(&twice);
	buf_fini(&report);
}

static void
check(struct span input, struct arena *arena)
{
	struct rule_set *set = rule_set_new();

	INVARIANT(set != NULL);
	rule_set_read(set, &lists, "r.yaml", input);
	/* What has no tests yet judges here all the same. */
	for (size_t i = 0; i < set->count; i++)
		if (set->rules[i].sound && set->rules[i].status == RULE_DRAFT)
			set->rules[i].status = RULE_ENFORCE;
	enum pw_err err = rule_set_finish(set, &lists, dissect);
	INVARIANT(err == PW_OK || err == PW_ECONFIG || err == PW_ENOMEM);
	INVARIANT((err == PW_ECONFIG) == (err != PW_ENOMEM && set->findings.errors > 0));
	check_findings(&set->findings);
	if (err != PW_ENOMEM)
		check_answers(set, arena);
	rule_set_free(set);
	check_format(input);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_input(data, size, check);
}

/* What becomes of a mail by rules from files: real HTML, dissected, judged. */
#include "support.h"

#include <pixelward/base/config.h>
#include <pixelward/judge/judge.h>

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static struct options	*options;
static char		 scratch[] = "/tmp/pixelward-ruling-XXXXXX";

#define HEAD(name, status) "rule: " name "\ntitle: T\nstatus: " status "\nlevel: low\n"
#define TESTS		"tests:\n- {name: none, html: '<p>x</p>', expect: {match: false}}\n"
#define RULE(detect, action) HEAD("pw.a", "enforce") "detect:\n" detect "action: {" action "}\n" TESTS
/* Not hidden, so that no built-in rule has a word in it. */
#define PICTURE(url)	"<img src='" url "' width=40 height=40>"
#define EXEMPTION(expires, detect, from) "---\nrule: pw.e\ntitle: Ours\nstatus: enforce\nkind: exemption\nowner: o\n" \
	"expires: " expires "\ndetect:\n" detect "exempt: {" from "}\n" TESTS
#define TINY_NOT_SPACER "  tiny: {each: reference, width|lte: 60, height|lte: 60}\n" \
	"  spacer: {each: reference, url.path|contains: spacer}\n  condition: tiny and not spacer\n"
#define AT_T	"  s: {each: reference, url.host: t.example}\n  condition: s\n"
#define SUBJECT	"  s: {each: message, subject: Hello}\n  condition: s\n"
#define SLOW	"  s: {each: reference, url|re: '(a+)+[bd]$'}\n  condition: s\n"
#define AS	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct ruling_case {
	const char	*says, *rules, *html;
	enum action	 action;
	const char	*stripped;	/* hosts and paths, sorted as found */
	const char	*names, *notes;
	const char	*rcpt;		/* NULL: ann@parl.example, who is not watched */
	bool		 tag;
} cases[] = {
	{ "the tracker goes and the spacer stays", RULE(TINY_NOT_SPACER, "strip: tiny"),
	  PICTURE("http://a.example/pixel") PICTURE("http://a.example/spacer"), ACTION_NEUTRALISE, "http://a.example/pixel",
	  "pw.a", .notes = "" },
	{ "in whatever order they stand", RULE(TINY_NOT_SPACER, "strip: tiny"),
	  PICTURE("http://a.example/spacer") PICTURE("http://a.example/pixel"), ACTION_NEUTRALISE, "http://a.example/pixel",
	  "pw.a", .notes = "" },
	{ "a spacer alone is no match", RULE(TINY_NOT_SPACER, "strip: tiny"), PICTURE("http://a.example/spacer"),
	  ACTION_DELIVER, "", "", .notes = "" },
	{ "two lines of a selection are about one reference",
	  RULE("  s: {each: reference, width: 40, url.host: t.example}\n  condition: s\n", "strip: s"),
	  PICTURE("http://a.example/1") "<img src='http://t.example/2' width=50 height=50>", ACTION_DELIVER, "", "", .notes = "" },
	{ "two selections in one condition, too",
	  RULE("  a: {each: reference, width: 40}\n  b: {each: reference, url.host: t.example}\n  condition: a and b\n",
	  "strip: a"), PICTURE("http://a.example/1") "<img src='http://t.example/2' width=50 height=50>", ACTION_DELIVER, "",
	  "", .notes = "" },
	{ "only what is named is stripped",
	  RULE("  a: {each: reference, url.host: a.example}\n  b: {each: reference, url.host: b.example}\n"
	  "  condition: a or b\n", "strip: b"), PICTURE("http://a.example/1") PICTURE("http://b.example/2"),
	  ACTION_NEUTRALISE, "http://b.example/2", "pw.a", .notes = "" },
	{ "a selection of the message is true for all its references",
	  RULE("  m: {each: message, subject: Hello}\n  a: {each: reference, url.host: a.example}\n  condition: m and a\n",
	  "strip: a"), PICTURE("http://a.example/1") PICTURE("http://b.example/2"), ACTION_NEUTRALISE, "http://a.example/1",
	  "pw.a", .notes = "" },
	{ "a selection of links is true if it selects any",
	  RULE("  a: {each: reference, url.host: a.example}\n  l: {each: link, url.host: l.example}\n  condition: a and l\n",
	  "strip: a"), PICTURE("http://a.example/1") "<a href='http://l.example/'>x</a><a href='http://m.example/'>x</a>",
	  ACTION_NEUTRALISE, "http://a.example/1", "pw.a", .notes = "" },
	{ "and its negation if it selects none",
	  RULE("  a: {each: reference, url.host: a.example}\n  l: {each: link, url.host: l.example}\n  condition: a and not l\n",
	  "strip: a"), PICTURE("http://a.example/1") "<a href='http://l.example/'>x</a><a href='http://m.example/'>x</a>",
	  ACTION_DELIVER, "", "", .notes = "" },
	{ "an unknown width is not less than anything", RULE("  s: {each: reference, width|lt: 60}\n  condition: s\n", "strip: s"),
	  "<img src='http://a.example/1'>", ACTION_DELIVER, "", "", .notes = "" },
	{ "nor is it not less", RULE("  s: {each: reference, width|lt: 60}\n  t: {each: reference, url.host: a.example}\n"
	  "  condition: t and not s\n", "strip: t"), "<img src='http://a.example/1'>", ACTION_DELIVER, "", "", .notes = "" },
	{ "a negation matches no mail without references", RULE("  s: {each: reference, url.host: a.example}\n"
	  "  condition: not s\n", "tag: true"), "<p>x</p>", ACTION_DELIVER, "", "", .notes = "" },
	{ "a rule may ask for the message alone", RULE(SUBJECT, "tag: true"), "<p>x</p>", ACTION_TAG, "", "pw.a", "",
	  .tag = true },
	{ "a link is no reference", RULE(AT_T, "tag: true"), "<a href='http://t.example/'>x</a>", ACTION_DELIVER, "", "", .notes = "" },
	{ "an embedded picture is none", RULE("  s: {each: reference, kind: image}\n  condition: s\n", "tag: true"),
	  "<img src='cid:a@b'>", ACTION_DELIVER, "", "", .notes = "" },
	{ "a listed host is found on its list", RULE("  s: {each: reference, url.host|in: list:suspects}\n  condition: s\n",
	  "hold: true"), PICTURE("http://x.bad.example/1"), ACTION_HOLD, "http://x.bad.example/1", "list.suspects, pw.a", "",
	  .tag = false },
	/* the floor */
	{ "structure holds the mail of a watched recipient", RULE(AT_T, "strip: s, hold: watched"),
	  PICTURE("http://t.example/1"), ACTION_HOLD, "http://t.example/1", "pw.a", "", "eve@parl.example", true },
	{ "not of anybody else: it is stripped and tagged", RULE(AT_T, "strip: s, hold: watched"),
	  PICTURE("http://t.example/1"), ACTION_NEUTRALISE, "http://t.example/1", "pw.a", "", .tag = true },
	{ "not even if one of two is watched", RULE(AT_T, "hold: watched"), PICTURE("http://t.example/1"), ACTION_TAG, "",
	  "pw.a", "", "eve@parl.example ann@parl.example", true },
	/* shadow */
	{ "a rule in shadow changes nothing and is noted", HEAD("pw.a", "shadow") "detect:\n" AT_T "action: {strip: s, tag: true}\n"
	  TESTS, PICTURE("http://t.example/1"), ACTION_DELIVER, "", "", .notes = "shadow.pw.a" },
	{ "a draft is not asked", HEAD("pw.a", "draft") "detect:\n" AT_T "action: {strip: s, tag: true}\n", PICTURE("http://t.example/1"),
	  ACTION_DELIVER, "", "", .notes = "" },
	{ "nor is a retired rule", HEAD("pw.a", "retired") "detect:\n" AT_T "action: {strip: s, tag: true}\n",
	  PICTURE("http://t.example/1"), ACTION_DELIVER, "", "", .notes = "" },
	/* exemptions */
	{ "an exemption takes a rule out of force", RULE(AT_T, "strip: s, tag: true")
	  EXEMPTION("2999-01-01", "  m: {each: message, subject: Hello}\n  condition: m\n", "from: pw.a"),
	  PICTURE("http://t.example/1"), ACTION_DELIVER, "", "", .notes = "" },
	{ "for the references that it selects", RULE("  s: {each: reference, width: 40}\n  condition: s\n", "strip: s")
	  EXEMPTION("2999-01-01", AT_T, "from: 'pw.*'"), PICTURE("http://t.example/1") PICTURE("http://u.example/2"),
	  ACTION_NEUTRALISE, "http://u.example/2", "pw.a", .notes = "" },
	{ "not from what it names as never", RULE(AT_T, "strip: s")
	  EXEMPTION("2999-01-01", AT_T, "from: 'pw.*', never: pw.a"), PICTURE("http://t.example/1"), ACTION_NEUTRALISE,
	  "http://t.example/1", "pw.a", .notes = "" },
	{ "not when it has ended", RULE(AT_T, "strip: s") EXEMPTION("2020-01-01", AT_T, "from: pw.a"),
	  PICTURE("http://t.example/1"), ACTION_NEUTRALISE, "http://t.example/1", "pw.a", .notes = "" },
	{ "a built-in rule can be exempted from", RULE("  s: {each: message, subject: Nix}\n  condition: s\n", "tag: true")
	  EXEMPTION("2999-01-01", AT_T, "from: builtin.invisible"),
	  "<img src='http://t.example/1' width=1 height=1><img src='http://u.example/2' width=1 height=1>", ACTION_NEUTRALISE,
	  "http://u.example/2", "pw.e, builtin.invisible", .notes = "" },
	/* budgets */
	{ "an expression that explodes is a failure, no match and no silence", RULE(SLOW, "strip: s"),
	  PICTURE("http://t.example/" AS "c"), ACTION_DELIVER, "", "",
	  .notes = "failed.pw.a (a regular expression took too many steps)" },
	{ "other rules judge on", RULE(SLOW, "strip: s") "---\n" HEAD("pw.b", "enforce") "detect:\n" AT_T "action: {strip: s}\n"
	  TESTS, PICTURE("http://t.example/" AS "c"), ACTION_NEUTRALISE, "http://t.example/" AS "c", "pw.b",
	  .notes = "failed.pw.a (a regular expression took too many steps)" },
	/* modifiers */
#define MATCH(line)	RULE("  s: {each: reference, " line "}\n  condition: s\n", "strip: s"), PICTURE("http://t.example/One/two?x=1")
#define IS		ACTION_NEUTRALISE, "http://t.example/One/two?x=1", "pw.a", .notes = ""
#define IS_NOT		ACTION_DELIVER, "", "", .notes = ""
	{ "equal is without case", MATCH("url.path: /one/TWO"), IS },
	{ "equal is whole", MATCH("url.path: /one"), IS_NOT },
	{ "contains", MATCH("url.path|contains: ONE/"), IS },
	{ "startswith", MATCH("url.path|startswith: /one"), IS },
	{ "startswith is no contains", MATCH("url.path|startswith: one"), IS_NOT },
	{ "endswith", MATCH("url.path|endswith: [/x, /two]"), IS },
	{ "one of several values suffices", MATCH("url.path|contains: [nix, two]"), IS },
	{ "with all, each must be there", MATCH("url.path|contains|all: [nix, two]"), IS_NOT },
	{ "with all, and each is there", MATCH("url.path|contains|all: [one, two]"), IS },
	{ "re has case", MATCH("url.path|re: '^/one'"), IS_NOT },
	{ "re without case is said so", MATCH("url.path|re: '(?i)^/one'"), IS },
	{ "a domain is in itself", MATCH("url.host|in: t.example"), IS },
	{ "and in what it is below", MATCH("url.domain|in: [a.example, t.example]"), IS },
	{ "not in its neighbour", MATCH("url.host|in: xt.example"), IS_NOT },
	/* filters; lists.d makes inert what is on it, so these only tag */
#define ABP(line)	RULE("  s: {each: reference, " line "}\n  condition: s\n", "tag: true"), PICTURE("http://t.example/One/two?x=1")
#define TAGGED		ACTION_TAG, "", "pw.a", "", .tag = true
	{ "a filter for the host", ABP("url|abp: '||t.example^'"), TAGGED },
	{ "a filter without case", ABP("url|abp: '/one/*?x='"), TAGGED },
	{ "a filter with case", ABP("url|abp: '/one/*$match-case'"), IS_NOT },
	{ "one of several filters", ABP("url|abp: [/nix/, '|http://t.example/']"), TAGGED },
	{ "an exception among them wins", ABP("url|abp: ['||t.example^', '@@/two?']"), IS_NOT },
	{ "what is important wins over it", ABP("url|abp: ['||t.example^$important', '@@/two?']"), TAGGED },
	{ "exceptions of another rule do not count", ABP("url|abp: '||t.example^'"), TAGGED },
	{ "with all, each filter must match", ABP("url|abp|all: ['||t.example^', /nix/nix]"), IS_NOT },
	{ "with all, and each matches", ABP("url|abp|all: ['||t.example^', /two^]"), TAGGED },
	{ "an expression", ABP("url|abp: '/o[mn]e/'"), TAGGED },
	{ "a filter for pictures", ABP("url|abp: '||t.example^$image'"), TAGGED },
	{ "a filter for style sheets", ABP("url|abp: '||t.example^$stylesheet'"), IS_NOT },
	{ "a filter for mail from elsewhere", ABP("url|abp: '||t.example^$domain=other.example'"), IS_NOT },
	{ "a filter for mail from there", ABP("url|abp: '||t.example^$domain=sender.example,third-party'"), TAGGED },
	{ "a link, too, is asked by a filter", RULE("  s: {each: link, url|abp: '||l.example^*/open?'}\n  condition: s\n",
	  "tag: true"), "<a href='http://l.example/x/open?a'>x</a>", TAGGED },
	{ "a filter that explodes is a failure", RULE("  s: {each: reference, url|abp: '/(a+)+[bd]$/'}\n  condition: s\n",
	  "tag: true"), PICTURE("http://t.example/" AS "c"), ACTION_DELIVER, "", "",
	  .notes = "failed.pw.a (a filter's regular expression could not be tried within its bounds)" },
	{ "a link's URL begins as one of a list", RULE("  s: {each: link, url|in: list:starts}\n  condition: s\n", "tag: true"),
	  "<a href='https://lure.example/lure/x'>x</a>", ACTION_TAG, "", "list.starts, pw.a", "", .tag = true },
	{ "a URL is in a list by its host", RULE("  s: {each: link, url|in: list:starts}\n  condition: s\n", "tag: true"),
	  "<a href='https://www.lures.example/'>x</a>", ACTION_TAG, "", "list.starts, pw.a", "", .tag = true },
	{ "and is not where it is not", RULE("  s: {each: link, url|in: list:starts}\n  condition: s\n", "tag: true"),
	  "<a href='https://k.lure.example/lure'>x</a>", ACTION_DELIVER, "", "", .notes = "" },
	{ "a filter of a list", RULE("  s: {each: reference, url|abp: list:beacons}\n  condition: s\n", "tag: true"),
	  PICTURE("http://beacon.example/one/2"), ACTION_NEUTRALISE, "http://beacon.example/one/2", "list.beacons, pw.a", "", .tag = true },
	{ "the list's exception is one here, too", RULE("  s: {each: reference, url|in: list:beacons}\n  condition: s\n",
	  "tag: true"), PICTURE("http://beacon.example/one/three/2"), ACTION_DELIVER, "", "", .notes = "" },
	{ "a host is on the last of a dozen lists", RULE("  s: {each: link, url.host|in: list:many11}\n  condition: s\n",
	  "hold: true"), "<a href='http://many.example/'>x</a>", ACTION_HOLD, "", "list.many00, list.many01, list.many02, "
	  "list.many03, list.many04, list.many05, list.many06, list.many07, pw.a", "", .tag = false },
	{ "lt", MATCH("width|lt: 40"), IS_NOT }, { "lte", MATCH("width|lte: 40"), IS },
	{ "gt", MATCH("width|gt: 40"), IS_NOT }, { "gte", MATCH("width|gte: 40"), IS }, { "number", MATCH("width: 40"), IS },
	{ "a boolean", MATCH("url.opaque: false"), IS }, { "its other value", MATCH("url.opaque: true"), IS_NOT },
	{ "a word", MATCH("kind: [font, image]"), IS }, { "a set without the word", MATCH("hidden: [size]"), IS_NOT },
	{ "the query", MATCH("url.query: x=1"), IS }, { "the scheme", MATCH("url.scheme: http"), IS },
	{ "the part that it stands in", MATCH("part.type: text/html"), IS },
	{ "a domain shared with the sender", MATCH("url.domain|shares: from.domain"), IS_NOT },
	{ "a host shared with all hosts", MATCH("url.host|shares: references.hosts"), IS },
	{ "an address in a block", MATCH("client.address|cidr: [192.0.2.0/24, '2001:db8::/32']"), IS },
	{ "an address outside of it", MATCH("client.address|cidr: 192.0.3.0/24"), IS_NOT },
	{ "counts", MATCH("references.count: 1, links.count: 0, recipients.count: 1, parts.count: 1"), IS },
	{ "the envelope", MATCH("envelope.domain: bounce.example"), IS },
};

static void
write_file(const char *name, const char *text)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct policy *
policy_of(const char *rules)
{
	struct policy	*policy;
	struct buf	 report;

	write_file("r.yaml", rules);
	buf_init(&report, 1 << 20);
	enum pw_err err = policy_load(options, dissect, &report, &policy);
	if (err != PW_OK)
		fail_msg("%.*s", SPAN_ARG(buf_span(&report)));
	buf_fini(&report);
	return policy;
}

static struct span
joined_texts(struct arena *arena, const struct span *texts, size_t count)
{
	struct span all = SPAN("");

	for (size_t i = 0; i < count; i++)
		all = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(all), i > 0 ? ", " : "", SPAN_ARG(texts[i]));
	return all;
}

static void
is_judged(void **state)
{
	const struct ruling_case *row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct policy		*policy = policy_of(row->rules);
	struct span		 recipients[2] = { span_of(row->rcpt != NULL ? row->rcpt : "ann@parl.example") };
	struct message		 message = { .recipients = recipients, .recipient_count = 1,
				    .client_address = SPAN("192.0.2.7"), .envelope_sender = SPAN("x@bounce.example") };
	struct verdict		 verdict;
	struct buf		 stripped;

	size_t blank = span_find_char(recipients[0], ' ', 0);
	if (blank < recipients[0].len) {
		recipients[1] = span_from(recipients[0], blank + 1);
		recipients[0] = span_cut(recipients[0], 0, blank);
		message.recipient_count = 2;
	}
	message.raw = arena_printf(arena, "From: a@sender.example\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n\r\n%s", row->html);
	const struct dissection *d = dissect_or_fail(message.raw, arena);
	assert_int_equal(judge(&message, d, options, policy, NULL, arena, &verdict), PW_OK);
	buf_init(&stripped, 1 << 16);
	buf_add(&stripped, SPAN(""));
	for (uint32_t i = 0; i < d->references.count; i++)
		if (verdict.decisions[i].strip)
			buf_printf(&stripped, "%s%.*s", stripped.len > 0 ? ", " : "",
			    SPAN_ARG(dissection_text(d, dissection_references(d)[i].url)));
	assert_string_equal(stripped.at, row->stripped);
	assert_string_equal(joined_texts(arena, verdict.rules, verdict.rule_count).at, row->names);
	assert_string_equal(joined_texts(arena, verdict.notes, verdict.note_count).at, row->notes);
	assert_int_equal(verdict.action, row->action);
	assert_int_equal(verdict.tag, row->tag);
	buf_fini(&stripped);
	policy_free(policy);
	arena_free(arena);
}

/* A sender can repeat what makes an expression explode: the cost has a bound of its own. */
static void
many_exploding_urls_cost_little(void **state)
{
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);
	struct policy	*policy = policy_of(RULE(SLOW, "strip: s"));
	struct message	 message = { 0 };
	struct verdict	 verdict;
	struct buf	 html;
	clock_t		 before;

	(void)state;
	buf_init(&html, 1 << 24);
	for (int i = 0; i < 5000; i++)
		buf_printf(&html, PICTURE("http://t.example/%d" AS "c"), i);
	message.raw = mail_of_html(arena, html.at);
	const struct dissection *d = dissect_or_fail(message.raw, arena);
	before = clock();
	assert_int_equal(judge(&message, d, options, policy, NULL, arena, &verdict), PW_OK);
	assert_true(clock() - before < 2 * CLOCKS_PER_SEC);
	assert_int_equal(verdict.note_count, 1);
	buf_fini(&html);
	policy_free(policy);
	arena_free(arena);
}

static void *
judge_often(void *context)
{
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);
	struct message	 message = { .raw = mail_of_html(arena, "<img src='http://t.example/" AS "c'>"
			     "<img src='http://t.example/2' width=1 height=40>") };
	struct verdict	 verdict;

	const struct dissection *d = dissect_or_fail(message.raw, arena);
	for (int i = 0; i < 50; i++)
		assert_int_equal(judge(&message, d, options, context, NULL, arena, &verdict), PW_OK);
	arena_free(arena);
	return NULL;
}

/* The first picture has no width: a.1 matches all the same, a.2 cannot be said. */
static void
unknowns_and_failures_are_counted(void **state)
{
	struct policy	*policy = policy_of(HEAD("pw.a1", "enforce") "detect:\n  s: {each: reference, width: 1}\n  condition: s\n"
			     "action: {tag: true}\n" TESTS "---\n"
			     HEAD("pw.a2", "shadow") "detect:\n  s: {each: reference, width: 2}\n  condition: s\naction: {tag: true}\n" TESTS
			     "---\n" HEAD("pw.a3", "enforce") "detect:\n" SLOW "action: {strip: s}\n" TESTS
			     "---\n" HEAD("pw.a4", "enforce") "detect:\n" AT_T "action: {tag: true}\n" TESTS
			     "---\n" HEAD("pw.a5", "enforce") "detect:\n  s: {each: message, client.address: 192.0.2.1, subject: Hi}\n"
			     "  condition: s\naction: {tag: true}\n" TESTS
			     "---\n" HEAD("pw.a6", "enforce") "detect:\n  s: {each: link, url: x}\n  condition: not s\naction: {tag: true}\n"
			     TESTS);
	pthread_t	 threads[4];
	struct buf	 report;

	(void)state;
	buf_init(&report, 1 << 16);
	policy_report(policy, &report);
	assert_int_equal(report.len, 0);
	for (size_t i = 0; i < NITEMS(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, judge_often, policy), 0);
	for (size_t i = 0; i < NITEMS(threads); i++)
		pthread_join(threads[i], NULL);
	policy_report(policy, &report);
	assert_string_equal(report.at, "rule pw.a2: of 200 messages matched 0, unknown in 200, failed in 0\n"
	    "rule pw.a3: of 200 messages matched 0, unknown in 200, failed in 200\n");
	buf_fini(&report);
	policy_free(policy);
}

/* A test that does not hold is a mistake: the rule is not put in force. */
static void
a_failing_test_keeps_the_rules_out(void **state)
{
	struct policy	*policy;
	struct buf	 report;

	(void)state;
	write_file("r.yaml", HEAD("pw.a", "enforce") "detect:\n" AT_T "action: {strip: s}\ntests:\n- name: it strips\n"
	    "  html: '<img src=\"http://u.example/p\">'\n  expect: {match: true, strips: u.example}\n");
	buf_init(&report, 1 << 20);
	assert_int_equal(policy_load(options, NULL, &report, &policy), PW_OK);
	policy_free(policy);
	assert_int_equal(report.len, 0);
	assert_int_equal(policy_load(options, dissect, &report, &policy), PW_ECONFIG);
	assert_null(policy);
	assert_non_null(strstr(report.at, "r.yaml:12:19: error PW501: test 'it strips': the rule does not match\n"));
	assert_non_null(strstr(report.at, "r.yaml:12:33: error PW501: test 'it strips': 'u.example' is kept\n"));
	buf_fini(&report);
}

static int
begin(void **state)
{
	char command[128], config[256];

	(void)state;
	options = options_new();
	if (mkdtemp(scratch) == NULL || options == NULL)
		return 1;
	snprintf(command, sizeof(command), "mkdir %s/lists.d", scratch);
	if (system(command) != 0)
		return 1;
	write_file("lists.d/suspects.txt", "bad.example\n");
	write_file("lists.d/beacons.txt", "! x\n||beacon.example/One^$image\n@@||beacon.example/one/three^\n");
	write_file("lists.d/starts.txt", "https://lure.example/lure\nlures.example\n");
	for (int i = 0; i < 12; i++) {
		char name[64];

		snprintf(name, sizeof(name), "lists.d/many%02d.txt", i);
		write_file(name, "many.example\n");
	}
	write_file("targets", "eve@parl.example\n");
	snprintf(config, sizeof(config), "RulesDir %s\nGroup watch %s/targets\nWatchGroups watch\n", scratch, scratch);
	write_file("conf", config);
	snprintf(config, sizeof(config), "%s/conf", scratch);
	struct buf report;
	buf_init(&report, 4096);
	enum pw_err err = config_read(config, options, &report);
	buf_fini(&report);
	return err != PW_OK;
}

static int
end(void **state)
{
	char command[128];

	(void)state;
	options_free(options);
	snprintf(command, sizeof(command), "rm -r %s", scratch);
	return system(command);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(many_exploding_urls_cost_little),
		cmocka_unit_test(a_failing_test_keeps_the_rules_out),
		cmocka_unit_test(unknowns_and_failures_are_counted),
	};
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(others)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_judged,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, begin, end);
}

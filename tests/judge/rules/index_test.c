/* The index asks fewer rules, and gets the same answers as asking all of them. */
#include "support.h"

#include "judge/rules/loaded.h"

#define TESTS	"tests:\n- {name: none, html: '<p>x</p>', expect: {match: false}}\n"
#define ROUNDS	120
#define RULES	40
#define AS	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* --- rules and mails by chance, the same ones each time --- */

static const char *const of_message[] = {
	"subject|contains: hello", "subject|re: '^He.*o$'", "subject: Nix", "from.domain|in: sender.example",
	"from.domain|in: [other.example, list:suspects]", "from.address|startswith: ann@", "references.count|gte: 3",
	"references.hosts|in: a.example", "links.domains: c.example", "client.address|cidr: 192.0.2.0/24",
	"recipients.watched: all", "message.ambiguous: false", "from.domain|endswith: .example", "client.helo: ''",
};
static const char *const of_url[] = {
	"url.host|in: a.example", "url.host: img.b.example", "url.host: B.Example", "url.domain|in: [b.example, list:suspects]",
	"url.host|in: [list:suspects]", "url|contains: /open", "url|contains: [nix, LOGO]", "url|contains|all: [b.example, pen]",
	"url|startswith: https://c", "url.path|endswith: [.gif, .png]", "url|re: 'track-[0-9]+'", "url|re: '(?i)OPEN|px$'",
	"url|re: '[0-9]{3}'", "url|re|all: [open, 'a.*e']", "url|abp: '||a.example^*/open?'", "url|abp: ['||b.example^', '@@/logo']",
	"url|abp|all: ['||c.example^', /px]", "url|abp: ['/track-[12]/', '||nix.example^', list:beacons]", "url|in: list:beacons",
	"url|in: list:suspects", "url|in: [list:suspects, 'https://c.example/px']", "url.opaque: true", "url.static: false",
	"url.domain|shares: from.domain", "url.query|contains|all: [u=, x=]", "url.query: ''", "url.host|endswith: .example",
	"url.host|contains: [img, cdn]", "url.scheme: https", "place|startswith: img", "part.type: text/html", "nested: false",
	"url.path: /LOGO.png", "url.host|re: '^img\\.'", "kind: [image, frame]",
};
static const char *const of_reference[] = {
	"width|lte: 3", "width: 1", "height|gt: 20", "hidden: size", "spacer: true", "spacer: false", "hidden: [display, offscreen]",
};
static const char *const of_recipient[] = { "recipient.domain|in: parl.example", "recipient.address|startswith: ann",
	"recipient.watched: false" };
static const char *const of_part[] = { "part.type|startswith: text/", "part.name|endswith: .html", "part.encoding: base64" };

static const struct pool {
	const char		*scope;
	const char *const	*lines;
	size_t			 count;
	const char		*wrong;		/* these filters do not fit */
} pools[] = {
	{ "reference", of_url, NITEMS(of_url), NULL }, { "reference", of_reference, NITEMS(of_reference), NULL },
	{ "reference", of_message, NITEMS(of_message), NULL }, { "reference", of_url, NITEMS(of_url), NULL },
	{ "link", of_url, NITEMS(of_url), "list:beacons" }, { "message", of_message, NITEMS(of_message), NULL },
	{ "recipient", of_recipient, NITEMS(of_recipient), NULL }, { "part", of_part, NITEMS(of_part), NULL },
};

static const char *const conditions[] = {
	"a", "a and b", "a or b", "a and not b", "not a", "not (a or b)", "not (not a or b)", "a or not b", "(a or b) and c",
	"(a and b) or (a and c)", "1 of them", "all of them", "not a and (b or c)", "a and not (b and c)", "not (not a and not b)",
};
static const char *const urls[] = {
	"https://a.example/open?u=1&x=2", "https://img.b.example/logo.png", "http://b.example/track-17", "https://c.example/px",
	"https://c.example/", "https://x.bad.example/a", "https://worse.example/open", "http://t.example/open?x",
	"https://cdn.sender.example/spacer.gif", "https://img.a.example/9e107d9d372bb6826bd81d3542a419d6/o.gif", "http://notbad.example/",
	"https://d.example/LOGO.PNG?u=&x=", "http://t.example/nix/open?", "https://e.example/abc",
};
static const char *const sizes[] = { "", "width=1 height=1", "width=3", "width=200 height=80", "style='display:none'" };

static uint32_t seed;

static uint32_t
any(size_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % (uint32_t)below;
}

static const char *
any_line(const struct pool *pool)
{
	const char *line;

	do
		line = pool->lines[any(pool->count)];
	while (pool->wrong != NULL && strstr(line, pool->wrong) != NULL);
	return line;
}

static void
add_rule(struct buf *out, int number)
{
	const char	*condition = conditions[any(NITEMS(conditions))], *strips = NULL;
	bool		 exempts = any(6) == 0, is_message = true;
	struct buf	 detect;

	buf_init(&detect, 1 << 16);
	for (char name = 'a'; name <= 'c'; name++) {
		const struct pool *pool = &pools[any(exempts ? 4 : NITEMS(pools))];

		if (strchr(condition, name) == NULL && strstr(condition, "them") == NULL)
			continue;
		buf_printf(&detect, "  %c: {each: %s, %s}\n", name, pool->scope, any_line(pool));
		if (strcmp(pool->scope, "reference") == 0)
			strips = name == 'a' ? "a" : name == 'b' ? "b" : "c";
		is_message = is_message && strcmp(pool->scope, "message") == 0;
	}
	buf_printf(out, "---\nrule: pw.r%d\ntitle: T\nstatus: %s\n", number, any(8) == 0 ? "shadow" : "enforce");
	if (exempts)
		buf_printf(out, "kind: exemption\nowner: o\nexpires: %s\n", any(5) == 0 ? "2020-01-01" : "2999-01-01");
	buf_printf(out, "level: low\ndetect:\n%.*s  condition: %s\n", SPAN_ARG(buf_span(&detect)), condition);
	if (exempts)
		buf_printf(out, "exempt: {from: pw.r%d*}\n", 1 + any(3));
	else if (strips != NULL && any(3) > 0)
		buf_printf(out, "action: {strip: %s}\n", strips);
	else
		buf_printf(out, "action: {tag: true}\n");
	buf_printf(out, TESTS);
	buf_fini(&detect);
}

static struct span
any_mail(struct arena *arena)
{
	struct span html = SPAN("<p>Dear all</p>");

	for (uint32_t i = 0, n = any(12); i < n; i++)
		html = any(3) == 0 ? arena_printf(arena, "%.*s<a href='%s'>read</a>", SPAN_ARG(html), urls[any(NITEMS(urls))]) :
		    arena_printf(arena, "%.*s<img src='%s' %s>", SPAN_ARG(html), urls[any(NITEMS(urls))], sizes[any(NITEMS(sizes))]);
	return arena_printf(arena, "From: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
	    "%.*s\r\n", any(2) == 0 ? "ann@sender.example" : "bob@other.example", any(2) == 0 ? "Hello" : "Nothing", SPAN_ARG(html));
}

/* --- what all rules make of a mail, in words --- */

static void
tell(const struct rule_set *set, const struct loaded *loaded, const struct message *message, const struct dissection *d,
    struct arena *arena, struct buf *out, struct ruling *ruling)
{
	struct evidence evidence;

	evidence_init(&evidence, message, d, NULL, 0, arena);
	assert_true(rule_set_judge(set, &loaded->lists, &evidence, rule_set_today(), ruling));
	for (const struct meeting *meeting = ruling->met; meeting != NULL; meeting = meeting->next) {
		buf_printf(out, "%.*s%s%s%s", SPAN_ARG(meeting->rule->name), meeting->matched ? " matched" : "",
		    meeting->failure != NULL ? " " : "", meeting->failure != NULL ? meeting->failure : "");
		for (uint32_t i = 0; meeting->exempted != NULL && i < d->references.count; i++)
			buf_printf(out, "%s", meeting->exempted[i] ? " x" : " -");
		buf_printf(out, "\n");
	}
	for (uint32_t i = 0; i < d->references.count; i++) {
		buf_printf(out, "%u:", i);
		for (const struct strip_hit *hit = ruling->strips[i]; hit != NULL; hit = hit->next)
			buf_printf(out, " %.*s", SPAN_ARG(hit->rule->name));
		buf_printf(out, "\n");
	}
	buf_add_char(out, '\0');
}

static void
the_answers_are_those_of_asking_all(void **state)
{
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);
	size_t		 matches = 0, asked = 0, asked_all = 0;

	(void)state;
	seed = 17;
	for (int round = 0; round < ROUNDS; round++) {
		struct loaded	 loaded;
		struct buf	 rules;
		struct span	 recipients[] = { SPAN("ann@parl.example"), SPAN("bob@parl.example") };

		buf_init(&rules, 1 << 20);
		for (int i = 0; i < RULES; i++)
			add_rule(&rules, i + 1);
		buf_add_char(&rules, '\0');
		loaded_init(&loaded, rules.at, NULL);
		if (loaded.err != PW_OK)
			fail_msg("%s\n%s", loaded.found.at, rules.at);
		for (int mail = 0; mail < 20; mail++) {
			struct message		 message = { .recipients = recipients, .recipient_count = any(3),
						    .client_address = any(2) == 0 ? SPAN("192.0.2.9") : SPAN_NONE };
			struct rule_set		 plain = *loaded.set;
			struct buf		 indexed, all;
			struct ruling		 ruling;

			arena_reset(arena);
			buf_init(&indexed, 1 << 20);
			buf_init(&all, 1 << 20);
			message.raw = any_mail(arena);
			const struct dissection *d = dissect_or_fail(message.raw, arena);
			tell(loaded.set, &loaded, &message, d, arena, &indexed, &ruling);
			asked += ruling.rules_asked;
			matches += ruling.met != NULL;
			plain.index = NULL;
			tell(&plain, &loaded, &message, d, arena, &all, &ruling);
			asked_all += ruling.rules_asked;
			if (strcmp(indexed.at, all.at) != 0)
				fail_msg("indexed:\n%s\nall:\n%s\n%.*s\n%s", indexed.at, all.at, SPAN_ARG(message.raw), rules.at);
			buf_fini(&indexed);
			buf_fini(&all);
		}
		buf_fini(&rules);
		loaded_fini(&loaded);
	}
	assert_true(matches > ROUNDS * 10);
	assert_true(asked * 4 < asked_all * 3);
	arena_free(arena);
}

/* What one rule makes of a mail by itself, it makes of it among all the others. */
static void
a_rule_alone_says_the_same(void **state)
{
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);

	(void)state;
	seed = 23;
	for (int round = 0; round < ROUNDS; round++) {
		struct loaded	loaded;
		struct buf	rules;
		struct evidence	evidence;
		struct ruling	ruling, alone;

		arena_reset(arena);
		buf_init(&rules, 1 << 20);
		for (int i = 0; i < RULES; i++)
			add_rule(&rules, i + 1);
		buf_add_char(&rules, '\0');
		loaded_init(&loaded, rules.at, NULL);
		struct message message = { .raw = any_mail(arena) };
		const struct dissection *d = dissect_or_fail(message.raw, arena);
		evidence_init(&evidence, &message, d, NULL, 0, arena);
		assert_true(rule_set_judge(loaded.set, &loaded.lists, &evidence, rule_set_today(), &ruling));
		for (size_t i = 0; i < loaded.set->count; i++) {
			const struct rule	*rule = &loaded.set->rules[i];
			const struct meeting	*meeting = ruling.met;

			evidence_init(&evidence, &message, d, NULL, 0, arena);
			assert_true(rule_judge(rule, &loaded.lists, &evidence, &alone));
			while (meeting != NULL && meeting->rule != rule)
				meeting = meeting->next;
			if (rule->exempts && rule->expires < rule_set_today())
				continue;
			/* Another one may have exempted from it. */
			if (meeting != NULL)
				assert_true(alone.met != NULL && alone.met->matched == meeting->matched);
			else if (rule->exempts)
				assert_null(alone.met);
		}
		buf_fini(&rules);
		loaded_fini(&loaded);
	}
	arena_free(arena);
}

/* --- what is asked --- */

/* So many rules, each about something else, that a mail has nothing of. */
static struct span
many_rules(struct buf *out, int count)
{
	static const char *const shapes[] = {
		"  s: {each: reference, url.host|in: h%d.example}\n", "  s: {each: reference, url|contains: /beacon%d/, url.opaque: true}\n",
		"  s: {each: reference, url|re: '/tr%d-[0-9]+'}\n", "  s: {each: reference, url|abp: '||abp%d.example^$image'}\n",
		"  s: {each: reference, url.path|endswith: /open%d.gif, width|lte: 3}\n",
		"  s: {each: message, from.domain|in: from%d.example}\n", "  s: {each: link, url.domain: l%d.example}\n",
	};

	for (int i = 0; i < count; i++) {
		buf_printf(out, "---\nrule: pw.r%d\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n", i);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(out, shapes[i % (int)NITEMS(shapes)], i);
#pragma GCC diagnostic pop
		buf_printf(out, "  tiny: {each: reference, width|lte: 3}\n  spacer: {each: reference, spacer: true}\n"
		    "  condition: s and tiny and not spacer\naction: {tag: true}\n" TESTS);
	}
	buf_add_char(out, '\0');
	return buf_span(out);
}

static void
judge_many(int rules, const char *html, struct ruling *ruling, uint64_t *lines)
{
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);
	struct message	 message = { .raw = mail_of_html(arena, html) };
	struct evidence	 evidence;
	struct loaded	 loaded;
	struct buf	 text;

	buf_init(&text, (size_t)1 << 24);
	/* A file has a bound. */
	loaded_init(&loaded, "", NULL);
	rule_set_free(loaded.set);
	loaded.set = rule_set_new();
	many_rules(&text, rules);
	for (const char *at = text.at; at != NULL && *at != '\0';) {
		const char *end = at;

		for (int i = 0; i < 100 && end != NULL; i++)
			end = strstr(end + 1, "---\n");
		rule_set_read(loaded.set, &loaded.lists, "r.yaml", end != NULL ? (struct span){ at, (size_t)(end - at) } : span_of(at));
		at = end;
	}
	assert_int_equal(rule_set_finish(loaded.set, &loaded.lists, NULL), PW_OK);
	assert_int_equal(loaded.set->count, rules);
	evidence_init(&evidence, &message, dissect_or_fail(message.raw, arena), NULL, 0, arena);
	assert_true(rule_set_judge(loaded.set, &loaded.lists, &evidence, rule_set_today(), ruling));
	*lines = evidence.lines_asked;
	buf_fini(&text);
	loaded_fini(&loaded);
	arena_free(arena);
}

static void
the_work_does_not_grow_with_the_rules(void **state)
{
	struct ruling	few, many;
	uint64_t	few_lines, many_lines;
	struct buf	html;

	(void)state;
	buf_init(&html, 1 << 20);
	for (int i = 0; i < 100; i++)
		buf_printf(&html, "<img src='https://cdn%d.mailer.example/2026/header-%d.png?v=%d' width=%d>", i, i, i, 1 + i % 10);
	buf_add_char(&html, '\0');
	judge_many(14, html.at, &few, &few_lines);
	judge_many(1400, html.at, &many, &many_lines);
	assert_int_equal(few.rules_asked, 0);
	assert_int_equal(many.rules_asked, 0);
	assert_int_equal(few_lines, many_lines);
	buf_fini(&html);
}

/* Of a rule that always must be asked, what others have asked is known. */
static void
equal_lines_are_asked_once(void **state)
{
	struct buf	text;
	struct ruling	ruling;
	struct evidence	evidence;
	struct loaded	loaded;
	struct arena	*arena = arena_new(TEST_ARENA_BYTES);
	struct message	 message = { .raw = mail_of_html(arena, "<img src='http://a.example/1' width=9><img src='http://b.example/2'>") };

	(void)state;
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 50; i++)
		buf_printf(&text, "---\nrule: pw.r%d\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n  s: {each: reference, spacer: true}\n"
		    "  t: {each: reference, width|lte: 3}\n  condition: not s and not t\naction: {strip: s}\n" TESTS, i);
	buf_add_char(&text, '\0');
	loaded_init(&loaded, text.at, NULL);
	assert_int_equal(loaded.err, PW_OK);
	evidence_init(&evidence, &message, dissect_or_fail(message.raw, arena), NULL, 0, arena);
	assert_true(rule_set_judge(loaded.set, &loaded.lists, &evidence, rule_set_today(), &ruling));
	assert_int_equal(ruling.rules_asked, 100);
	assert_int_equal(evidence.lines_asked, 4);
	loaded_fini(&loaded);
	buf_fini(&text);
	arena_free(arena);
}

/* The failure of a line that two rules share is a failure of both, also when the line has come to rest. */
static void
a_shared_failure_is_told_of_each_rule(void **state)
{
	static const char	 rules[] = "rule: pw.a\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n"
				    "  s: {each: reference, url|re: '(a+)+[bd]$'}\n  condition: s\naction: {strip: s}\n" TESTS
				    "---\nrule: pw.b\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n"
				    "  s: {each: reference, url|re: '(a+)+[bd]$'}\n  t: {each: reference, url.host|in: z.example}\n"
				    "  condition: t and s\naction: {strip: s}\n" TESTS;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct evidence		 evidence;
	struct ruling		 ruling;
	struct loaded		 loaded;
	struct message		 message = { 0 };
	struct buf		 html;

	(void)state;
	buf_init(&html, 1 << 20);
	for (int i = 0; i < 20; i++)
		buf_printf(&html, "<img src='http://t.example/%d" AS "c'>", i);
	buf_printf(&html, "<img src='http://z.example/" AS "c'>");
	buf_add_char(&html, '\0');
	message.raw = mail_of_html(arena, html.at);
	loaded_init(&loaded, rules, NULL);
	evidence_init(&evidence, &message, dissect_or_fail(message.raw, arena), NULL, 0, arena);
	assert_true(rule_set_judge(loaded.set, &loaded.lists, &evidence, rule_set_today(), &ruling));
	assert_non_null(ruling.met);
	assert_non_null(ruling.met->next);
	for (const struct meeting *meeting = ruling.met; meeting != NULL; meeting = meeting->next)
		assert_string_equal(meeting->failure, "a regular expression took too many steps");
	loaded_fini(&loaded);
	buf_fini(&html);
	arena_free(arena);
}

/* Once the work for filters is spent, each rule that asks them is told, also one that would find nothing. */
static void
spent_filters_are_told_of_each_rule(void **state)
{
	static const char	 rules[] = "rule: pw.a\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n"
				    "  s: {each: reference, url|abp: ['aaaaaaaaaaaaaaaaaaaa^b', 'aaaaaaaaaaaaaaaaaaaa^c', 'aaaaaaaaaaaaaaaaaaaa^d',"
				    " 'aaaaaaaaaaaaaaaaaaaa^e', 'aaaaaaaaaaaaaaaaaaaa^f', 'aaaaaaaaaaaaaaaaaaaa^g']}\n  condition: s\naction: {strip: s}\n" TESTS
				    "---\nrule: pw.b\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n"
				    "  s: {each: reference, url|abp: '||nowhere.example^'}\n  condition: s\naction: {tag: true}\n" TESTS
				    "---\nrule: pw.c\ntitle: T\nstatus: enforce\nlevel: low\ndetect:\n"
				    "  s: {each: link, url|abp: '||nowhere.example^'}\n  condition: s\naction: {tag: true}\n" TESTS;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct evidence		 evidence;
	struct ruling		 ruling;
	struct loaded		 loaded;
	struct message		 message = { 0 };
	struct buf		 html;
	size_t			 told = 0;

	(void)state;
	buf_init(&html, 1 << 25);
	for (int i = 0; i < 400; i++) {
		buf_printf(&html, "<img src='http://t.example/%d", i);
		for (int k = 0; k < 70; k++)
			buf_printf(&html, AS);
		buf_printf(&html, "'>");
	}
	buf_printf(&html, "<a href='http://t.example/'>x</a>");
	buf_add_char(&html, '\0');
	message.raw = mail_of_html(arena, html.at);
	loaded_init(&loaded, rules, NULL);
	assert_int_equal(loaded.err, PW_OK);
	evidence_init(&evidence, &message, dissect_or_fail(message.raw, arena), NULL, 0, arena);
	assert_true(rule_set_judge(loaded.set, &loaded.lists, &evidence, rule_set_today(), &ruling));
	for (const struct meeting *meeting = ruling.met; meeting != NULL; meeting = meeting->next, told++) {
		assert_false(meeting->matched);
		assert_non_null(strstr(meeting->failure, "too much URL text"));
	}
	assert_int_equal(told, 3);
	loaded_fini(&loaded);
	buf_fini(&html);
	arena_free(arena);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_answers_are_those_of_asking_all),
		cmocka_unit_test(a_rule_alone_says_the_same),
		cmocka_unit_test(the_work_does_not_grow_with_the_rules),
		cmocka_unit_test(equal_lines_are_asked_once),
		cmocka_unit_test(a_shared_failure_is_told_of_each_rule),
		cmocka_unit_test(spent_filters_are_told_of_each_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

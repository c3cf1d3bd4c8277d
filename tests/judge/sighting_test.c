/* What is remembered of a message: its sender, its recipients, whom it would contact and what pages like it share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/config.h>
#include <pixelward/dissect/dissect.h>
#include <pixelward/judge/judge.h>

#define HEAD "From: News <Desk@Mail.News.example>\r\nMessage-ID: <1@news.example>\r\nMIME-Version: 1.0\r\n"
#define HTML HEAD "Content-Type: text/html\r\n\r\n"

static struct options	*options;
static struct arena	*arena;

static const struct span recipients[] = { { "Ann@Parl.example", 16 }, { "bob@parl.example", 16 } };

static const struct sighting *
see(const char *mail)
{
	struct message		 message = { .raw = span_of(mail), .recipients = recipients, .recipient_count = 2,
				     .queue_id = SPAN("4ABC"), .arrived_ms = 1700000000000, .envelope_sender = SPAN("B@x.example") };
	const struct dissection	*d;
	struct verdict		 verdict;

	assert_int_equal(dissect(message.raw, &options->limits, arena, &d), PW_OK);
	assert_int_equal(judge(&message, d, options, NULL, NULL, arena, &verdict), PW_OK);
	assert_non_null(verdict.sighting);
	return verdict.sighting;
}

static bool
text_is(struct span text, const char *wanted)
{
	return span_eq(text, span_of(wanted));
}

static void
envelope_and_sender_are_remembered(void **state)
{
	const struct sighting *sighting = see(HEAD "List-Id: <a.example>\r\n\r\nx");

	(void)state;
	assert_true(text_is(sighting->from, "desk@mail.news.example"));
	assert_true(text_is(sighting->sender_domain, "news.example"));
	assert_true(text_is(sighting->envelope_sender, "b@x.example"));
	assert_true(text_is(sighting->queue_id, "4ABC"));
	assert_true(sighting->time_ms == 1700000000000);
	assert_int_equal(sighting->recipient_count, 2);
	assert_true(text_is(sighting->recipients[0].mailbox, "ann@parl.example"));
	assert_true(sighting->recipients[0].digest != sighting->recipients[1].digest);
	assert_int_equal(sighting->flags, SIGHTING_BULK);
	assert_int_equal(sighting->host_count, 0);
}

/* Without From the envelope tells. */
static void
a_sender_without_a_header_is_the_envelopes(void **state)
{
	(void)state;
	assert_true(text_is(see("Subject: x\r\n\r\nx")->sender_domain, "x.example"));
}

static void
what_would_be_fetched_is_remembered_by_host_and_template(void **state)
{
	const struct sighting *sighting = see(HTML
	    "<img src=\"http://a.b.example/o/8f3a9c1d2e4b5a67/p.gif\" width=1 height=1>"
	    "<img src=\"http://a.b.example/o/1122334455667788/p.gif\" width=1 height=1>"
	    "<img src=\"http://cdn.example/logo.png\" width=200 height=50>"
	    "<img src=\"http://cdn.example/x?u=bob@parl.example\" width=200 height=50>"
	    "<a href=\"http://link.example/8f3a9c1d2e4b5a67\">x</a>");

	(void)state;
	assert_int_equal(sighting->flags & (SIGHTING_REMOTE | SIGHTING_HTML), SIGHTING_REMOTE | SIGHTING_HTML);
	assert_int_equal(sighting->references, 4);
	assert_int_equal(sighting->stripped, 3);
	assert_int_equal(sighting->host_count, 3);
	assert_true(text_is(sighting->hosts[0].host, "a.b.example"));
	assert_true(text_is(sighting->hosts[0].domain, "b.example"));
	assert_int_equal(sighting->hosts[0].appearance & (APPEARS_HIDDEN | APPEARS_SHOWN | APPEARS_OPAQUE | APPEARS_STRIPPED |
	    APPEARS_LIVE), APPEARS_HIDDEN | APPEARS_OPAQUE | APPEARS_STRIPPED);
	assert_int_equal(sighting->hosts[0].references, 2);
	assert_int_equal(sighting->hosts[1].appearance & (APPEARS_HIDDEN | APPEARS_RECIPIENT | APPEARS_STRIPPED |
	    APPEARS_LIVE), APPEARS_RECIPIENT | APPEARS_STRIPPED | APPEARS_LIVE);
	assert_int_equal(sighting->hosts[2].appearance, APPEARS_LINKED);
	/* Both pixels have one template; the link has none. */
	assert_int_equal(sighting->template_count, 3);
	assert_true(text_is(sighting->templates[0].text, "a.b.example/o/{hex}/p.gif"));
	assert_true(sighting->templates[0].path != 0);
	assert_true(sighting->templates[1].path == 0);
	assert_int_equal(sighting->template_of[1], 0);
}

static void
hosts_share_the_form_of_a_path(void **state)
{
	(void)state;
	const struct sighting *a = see(HTML "<img src=\"http://a.example/o/8f3a9c1d2e4b5a67/p.gif\">");
	const struct sighting *b = see(HTML "<img src=\"http://b.example/o/1122334455667788/p.gif\">");

	assert_true(a->templates[0].path == b->templates[0].path);
	assert_true(a->templates[0].digest != b->templates[0].digest);
	assert_true(a->templates[0].token != b->templates[0].token);
}

static void
what_no_picture_fetches_is_unusual(void **state)
{
	const struct sighting *sighting = see(HTML
	    "<img src=\"http://a.example/o/8f3a9c1d2e4b5a67.gif\"><img srcset=\"http://b.example/o/8f3a9c1d2e4b5a67.gif 1x\">"
	    "<link rel=stylesheet href=\"http://c.example/o/8f3a9c1d2e4b5a67.css\">"
	    "<p style=\"background:url(http://d.example/o/8f3a9c1d2e4b5a67.png)\">"
	    "<video poster=\"http://e.example/o/8f3a9c1d2e4b5a67.jpg\"></video>");

	(void)state;
	assert_int_equal(sighting->template_count, 5);
	for (size_t i = 0; i < sighting->template_count; i++)
		assert_int_equal((sighting->templates[i].appearance & APPEARS_UNUSUAL) != 0, i >= 2);
}

/* Base64 falls into words at its signs, or does not. */
static void
the_kind_of_a_token_makes_no_other_template(void **state)
{
	static const char *const mails[] = {
		HTML "<img src=\"http://a.example/o/Zm9vYmFyMTIz-x_QUJDREVGMDEy.gif?u=a8Kd93Lsx0Pq2\">",
		HTML "<img src=\"http://a.example/o/aGVsbG9xdXV4OTk5Zm9vYmFy.gif?u=12345678901\">",
		HTML "<img src=\"http://a.example/o/0123456789abcdef0123456789abcdef.gif?u=8f3a9c1d2e4b5a67\">",
	};
	const struct sighting *first = see(mails[0]);

	(void)state;
	for (size_t i = 1; i < NITEMS(mails); i++) {
		assert_true(see(mails[i])->templates[0].digest == first->templates[0].digest);
		assert_true(see(mails[i])->templates[0].path == first->templates[0].path);
	}
	assert_true(see(HTML "<img src=\"http://a.example/o/8f3a9c1d2e4b5a67.png?u=a8Kd93Lsx0Pq2\">")->templates[0].path !=
	    first->templates[0].path);
}

static void
of_too_many_hosts_the_number_is_remembered(void **state)
{
	struct buf mail;

	(void)state;
	buf_init(&mail, 1 << 20);
	buf_add(&mail, SPAN(HTML));
	for (int i = 0; i < 400; i++)
		buf_printf(&mail, "<img src=\"http://h%d.example/%d/x%d.png\">", i, i, i);
	buf_add_char(&mail, '\0');
	const struct sighting *sighting = see(buf_span(&mail).at);
	assert_int_equal(sighting->host_count, SIGHTING_MOST_HOSTS);
	assert_int_equal(sighting->hosts_in_all, 400);
	buf_fini(&mail);
}

#define PAGE(width, text, more) HTML "<table width=" width "><tr><td class=a><h1>" text "</h1></td></tr><tr><td>" \
	"<p>" text "</p>" more "<p>x</p></td></tr></table><div class=foot><p>y</p></div>"

static void
pages_of_one_mould_share_a_skeleton(void **state)
{
	uint64_t skeleton = see(PAGE("600", "one", ""))->skeleton;

	(void)state;
	assert_true(skeleton != 0);
	assert_true(see(PAGE("600", "another <b>text</b>", "<p>one more</p>"))->skeleton == skeleton);
	assert_true(see(PAGE("600", "one", "<img src=\"http://a.example/\">"))->skeleton == skeleton);
	assert_true(see(PAGE("580", "one", ""))->skeleton != skeleton);
	assert_true(see(PAGE("600", "one", "<ul><li>z</ul>"))->skeleton != skeleton);
	/* What any person's mail may look like is no mould. */
	assert_true(see(HTML "<div><p>Dear Ann,</p><p>x</p></div>")->skeleton == 0);
}

static int
begin(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return arena != NULL && (options = options_new()) != NULL ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	options_free(options);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(envelope_and_sender_are_remembered),
		cmocka_unit_test(a_sender_without_a_header_is_the_envelopes),
		cmocka_unit_test(what_would_be_fetched_is_remembered_by_host_and_template),
		cmocka_unit_test(hosts_share_the_form_of_a_path),
		cmocka_unit_test(what_no_picture_fetches_is_unusual),
		cmocka_unit_test(the_kind_of_a_token_makes_no_other_template),
		cmocka_unit_test(of_too_many_hosts_the_number_is_remembered),
		cmocka_unit_test(pages_of_one_mould_share_a_skeleton),
	};

	return cmocka_run_group_tests(tests, begin, end);
}

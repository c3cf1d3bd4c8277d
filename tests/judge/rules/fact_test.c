/* What facts say of real mail. */
#include "support.h"

#include "judge/rules/element.h"

static const struct fact_case {
	const char	*says, *fact;
	const char	*header;	/* fields above From */
	const char	*html;
	const char	*is;		/* "?": unknown; texts joined by blanks */
	const char	*verifiers;	/* NULL: mx.example; joined by blanks */
	const char	*from, *sender;	/* NULL: joe@mail.a.example, nobody */
} cases[] = {
#define AR	"Authentication-Results: mx.example; "
	{ "no verifier spoke", "auth.dkim", "", "", .is = "?" },
	{ "one spoke of something else", "auth.dkim", AR "spf=pass smtp.mailfrom=a.example\r\n", "", .is = "?" },
	{ "one did", "auth.dkim", AR "dkim=fail header.d=a.example\r\n", "", .is = "fail" },
	{ "in whatever case its name is", "auth.dkim", "Authentication-Results: MX.Example; dkim=pass header.d=a.example\r\n",
	  "", .is = "pass" },
	{ "of several signatures the best counts", "auth.dkim",
	  AR "dkim=fail header.d=b.example; dkim=pass header.d=a.example; dkim=none\r\n", "", .is = "pass" },
	{ "no verifier is declared", "auth.dkim", AR "dkim=pass header.d=a.example\r\n", "", .is = "?", "" },
	{ "another one is", "auth.dkim", AR "dkim=pass header.d=a.example\r\n", "", .is = "?", "other.example mx.example.org" },
	{ "one that is declared for its method", "auth.dkim", AR "dkim=pass header.d=a.example\r\n", "", .is = "pass",
	  "mx.example/spf mx.example/dkim" },
	{ "one that is declared for another method", "auth.dmarc", AR "dmarc=pass header.from=a.example\r\n", "", .is = "?",
	  "mx.example/dkim" },
	{ "the topmost field counts", "auth.dkim",
	  AR "dkim=none\r\n" AR "dkim=pass header.d=a.example\r\n", "", .is = "none" },
	{ "of those that are trusted", "auth.dkim",
	  "Authentication-Results: x.example; dkim=none\r\n" AR "dkim=pass header.d=a.example\r\n", "", .is = "pass" },
	{ "for each method", "auth.dkim",
	  AR "dmarc=pass header.from=a.example\r\n" AR "dkim=pass header.d=a.example\r\n", "", .is = "pass" },
	{ "a field that cannot be read hides what is below it", "auth.dkim",
	  AR "dkim=fail header.d=a.example dns.sec=yes\r\n" AR "dkim=pass header.d=a.example\r\n", "", .is = "?" },
	{ "also for a verifier that is declared for its method", "auth.dkim",
	  AR "dkim=fail header.d=a.example dns.sec=yes\r\n" AR "dkim=pass header.d=a.example\r\n", "", .is = "?", "mx.example/dkim" },
	{ "not if it is somebody else's", "auth.dkim", "Authentication-Results: x.example; dkim(x)=fail\r\n"
	  AR "dkim=pass header.d=a.example\r\n", "", .is = "pass" },
	{ "nor what is above it", "auth.dkim", AR "dkim=pass header.d=a.example\r\n" AR "dkim=fail dns.sec=yes\r\n", "",
	  .is = "pass" },
	{ "a word that nobody knows is no pass, and hides what is below it", "auth.dkim",
	  AR "dkim=fine header.d=a.example\r\n" AR "dkim=pass header.d=a.example\r\n", "", .is = "none" },
	{ "what came with the mail does not", "auth.dkim", "Received: from x by y; now\r\n" AR "dkim=pass header.d=a.example\r\n",
	  "", .is = "?" },
	{ "who signed", "auth.dkim.domains",
	  AR "dkim=pass header.d=a.example; dkim=fail header.d=b.example; dkim=pass header.i=@c.example\r\n", "",
	  .is = "a.example c.example" },
	{ "nobody signed", "auth.dkim.domains", AR "dkim=none\r\n", "", .is = "" },
	{ "who sent", "auth.spf.domains", AR "spf=pass smtp.mailfrom=joe@b.a.example\r\n", "", .is = "b.a.example" },
	{ "SPF of a name in HELO is that of a bounce", "auth.spf", AR "spf=pass smtp.helo=a.example\r\n", "", .is = "pass" },
	{ "and says nothing of a sender", "auth.spf", AR "spf=pass smtp.helo=a.example\r\n", "", .is = "?", .sender = "x@b.example" },
	{ "and hides what is below it", "auth.spf", AR "spf=fail smtp.helo=a.example\r\n" AR "spf=pass smtp.mailfrom=a.example\r\n",
	  "", .is = "?", .sender = "x@b.example" },
	{ "DMARC", "auth.dmarc", AR "dmarc=fail (p=reject dis=none) header.from=a.example\r\n", "", .is = "fail" },
	{ "its policy", "auth.dmarc.policy", AR "dmarc=fail (p=reject dis=none) header.from=a.example\r\n", "", .is = "reject" },
	{ "its policy, untold", "auth.dmarc.policy", AR "dmarc=fail header.from=a.example\r\n", "", .is = "?" },
	{ "aligned by DKIM", "auth.aligned", AR "dkim=pass header.d=a.example\r\n", "", .is = "true" },
	{ "aligned by SPF", "auth.aligned", AR "spf=pass smtp.mailfrom=bounce.a.example\r\n", "", .is = "true" },
	{ "aligned by DMARC", "auth.aligned", AR "dmarc=pass header.from=mail.a.example\r\n", "", .is = "true" },
	{ "passed, but somebody else's", "auth.aligned", AR "dkim=pass header.d=b.example\r\n", "", .is = "false" },
	{ "a neighbour below one public suffix", "auth.aligned", AR "dkim=pass header.d=b.co.uk\r\n", "", .is = "false",
	  .from = "joe@a.co.uk" },
	{ "the public suffix itself", "auth.aligned", AR "dkim=pass header.d=co.uk\r\n", "", .is = "false", .from = "joe@a.co.uk" },
	{ "not passed", "auth.aligned", AR "dkim=fail header.d=a.example\r\n", "", .is = "false" },
	{ "aligned with one of two in From", "auth.aligned", AR "dkim=pass header.d=a.example\r\n", "", .is = "false",
	  .from = "joe@a.example, joe@b.example" },
	{ "aligned with both", "auth.aligned", AR "dkim=pass header.d=a.example; dkim=pass header.d=b.example\r\n", "", .is = "true",
	  .from = "joe@a.example, joe@b.example" },
	{ "alignment if nobody spoke", "auth.aligned", "", "", .is = "?" },
	{ "alignment if no verifier is declared", "auth.aligned", AR "dkim=pass header.d=a.example\r\n", "", .is = "?", "" },

	{ "a list", "list.id", "List-Id: \"News, daily\" <news.a.example>\r\n", "", .is = "news.a.example" },
	{ "a list without brackets", "list.id", "List-Id: news.a.example\r\n", "", .is = "news.a.example" },
	{ "no list", "list.id", "", "", .is = "" },
	{ "how to leave it", "list.unsubscribe",
	  "List-Unsubscribe: <mailto:out@m.example?subject=x@y>,\r\n <https://u.example/out?u=1>\r\n", "", .is = "m.example u.example" },
	{ "nowhere to leave it", "list.unsubscribe", "List-Unsubscribe: NO\r\n", "", .is = "" },
	{ "how to write to it", "list.post", "List-Post: <mailto:list@m.example>\r\n", "", .is = "m.example" },
	{ "bulk", "precedence", "Precedence: bulk (mass)\r\n", "", .is = "bulk" },
	{ "an automatic reply", "auto_submitted", "Auto-Submitted: auto-replied; owner=x\r\n", "", .is = "auto-replied" },
	{ "who wrote it", "mailer", "X-Mailer: =?utf-8?Q?Mass=20Mail?= 1.2\r\nUser-Agent: Thing\r\n", "", .is = "Mass Mail 1.2 Thing" },
	{ "where it was named", "message_id.domain", "Message-ID: <1@x@Mail.A.example>\r\n", "", .is = "mail.a.example" },
};

#define PIXEL	"<img src='http://t.example/p' width=1 height=1>"
#define PICTURE	"<img src='http://a.example/p' width=300 height=80>"
#define TABLE(cells) "<table><tr>" cells "</tr></table>"
#define PART(type, text) "--b\r\n" type "\r\n\r\n" text "\r\n"

/* Of each element, in the order of the document. */
static const struct fact_case element_cases[] = {
	{ "text without blanks", "text.length", "", "<p>Hello, <b>world</b></p>", .is = "11" },
	{ "references to blanks are blanks", "text.length", "", "a&nbsp;&#160;&#xA0;&zwnj;&shy;&amp;&lt;b& &", .is = "6" },
	{ "blanks that look like nothing, too", "text.length", "",
	  "a\xc2\xa0\xe2\x80\x8b\xcd\x8f\xef\xbb\xbf\xe3\x80\x80\xc3\xa9\xf0\x9f\x99\x82", .is = "3" },
	{ "titles, sheets, scripts and comments are no text", "text.length", "",
	  "<title>abc</title><style>p{}</style><script>x()</script><!-- c -->d", .is = "1" },
	{ "nor what its element hides", "text.length", "", "<div style='Display : NONE'>abc<div>d</div>e</div>f<span hidden>g</span>"
	  "<p style='color:red;max-height:0px'>h</p><p style='font-size:0.9em'>i</p><p style='visibility:hidden'>j</p>k",
	  .is = "3" },
	{ "a name that only ends like a property hides nothing", "text.length", "", "<p style='x-display:none;font:0'>abc</p>",
	  .is = "3" },
	{ "of alternatives, the longer", "text.length", "", PART("Content-Type: text/plain", "Hello") PART("Content-Type: text/html",
	  "<p>Hello</p><p>world</p>") "--b--", .is = "10" },
	{ "an attachment is no text of the mail", "text.length", "", PART("Content-Type: text/plain", "Hello")
	  PART("Content-Type: text/html\r\nContent-Disposition: attachment", "<p>Hello world</p>") "--b--", .is = "5" },
	{ "of each part", "part.text_length", "", PART("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", "SGVsbG8=")
	  PART("Content-Type: text/html", "<p>Hello world</p>") PART("Content-Type: image/png", "xyz") "--b--", .is = "5, 10, ?" },
	{ "what parts are said to be", "part.disposition", "", PART("Content-Type: text/plain", "x")
	  PART("Content-Type: text/plain\r\nContent-Disposition: inline; filename=a", "x")
	  PART("Content-Type: text/plain\r\nContent-Disposition: Attachment (x); filename=a", "x")
	  PART("Content-Type: text/plain\r\nContent-Disposition: form-data", "x") "--b--", .is = "none, inline, attachment, other" },
	{ "attachments", "attachments.count", "", PART("Content-Type: text/plain", "x")
	  PART("Content-Type: image/png\r\nContent-Disposition: inline; filename=a", "x")
	  PART("Content-Type: text/plain\r\nContent-Disposition: attachment", "x")
	  PART("Content-Type: application/pdf; name=a.pdf", "x") "--b--", .is = "2" },

	{ "alone in its cell", "alone", "", TABLE("<td>Hello</td><td> &nbsp; " PIXEL "\r\n</td>"), .is = "true" },
	{ "beside a word", "alone", "", TABLE("<td>Hello</td><td>x" PIXEL "</td>"), .is = "false" },
	{ "beside a picture", "alone", "", TABLE("<td>" PICTURE PIXEL "</td>"), .is = "true, false" },
	{ "beside what is not seen", "alone", "", TABLE("<td>" PIXEL PIXEL "<p style='display:none'>x</p></td>"), .is = "true, true" },
	{ "in a cell that nothing closes", "alone", "", "<table><tr><td>Hello<td>" PIXEL "<tr><td>world</table>", .is = "true" },
	{ "before a cell that nothing closes", "alone", "", "<table><tr><td>" PIXEL "<td>Hello<tr><td>world</table>", .is = "true" },
	{ "in a table inside of a cell with text", "alone", "", TABLE("<td>" TABLE("<td>" PIXEL "</td>") "x</td>"), .is = "true" },
	{ "in a cell with a table with text", "alone", "", TABLE("<td>" TABLE("<td>x</td>") PIXEL "</td>"), .is = "false" },
	{ "in a table, but in no cell of it", "alone", "", TABLE("<td>x" "<table><table>" PIXEL "</table></table>" "</td>"), .is = "false" },
	{ "outside of tables, beside text", "alone", "", "<div>x</div><div>" PIXEL "</div>", .is = "false" },
	{ "alone in the document", "alone", "", "<title>x</title><div>" PIXEL "</div>", .is = "true" },
	{ "a cell outside of tables is none", "alone", "", "x<td>" PIXEL "</td>", .is = "false" },
	{ "where that cannot be said", "alone", "", "<style>p{background:url(http://t.example/b)}</style>"
	  "<!--[if mso]>" PIXEL "<![endif]--><p background=http://t.example/c>x</p>", .is = "?, ?, ?" },

	{ "the first, the last and the middle", "position", "", PIXEL "Hello" PIXEL "world" PIXEL, .is = "first, , last" },
	{ "what a reader does not see takes no place", "position", "", "<p style='display:none'>x</p>" PIXEL PIXEL "x"
	  PIXEL "<p hidden>x</p>" PIXEL, .is = "first, first, last, last" },
	{ "letters of no size take no place", "position", "", "<p style='font-size:0'>x</p>" PIXEL "x" PIXEL, .is = "first, last" },
	{ "letters that have a size again do", "position", "", "<div style='font-size:0px'><p style='font-size: 13px'>x</p>" PIXEL
	  "<p style='font-size:13px'>x" PIXEL "</div>", .is = ", last" },
	{ "a share of nothing is no size", "position", "", "<div style='font-size:0'><p style='font-size:2em'>x</p>" PIXEL "</div>x",
	  .is = "first" },
	{ "the size ends with its element", "position", "", "<div style='font-size:0'>" PIXEL "<b style='font-size:9pt'></b>x</div>",
	  .is = "first last" },
	{ "elements that are left open end with what is around them", "position", "",
	  "<div style='font-size:0'><p style='font-size:9pt'></div><div style='font-size:0'>x" PIXEL "</div>", .is = "first last" },
	{ "pictures need no letters", "position", "", "<div style='font-size:0'>" PICTURE "</div>" PIXEL, .is = "first last, last" },
	{ "nothing else", "position", "", PIXEL, .is = "first last" },
	{ "a visible picture takes a place", "position", "", PICTURE PIXEL PICTURE, .is = "first, , last" },
	{ "an embedded one, too", "position", "", "<img src=cid:a@b>" PIXEL, .is = "last" },
	{ "each URL of a tag has its place", "position", "", "<img src=http://a.example/1 srcset='http://a.example/2 2x'>x",
	  .is = "first, first" },

	{ "a URL's template", "url.template", "", "<img src='http://T.example/o/8f3a9c1d2e4b5a67/p.gif?u=48291377&v=1.2#x'>",
	  .is = "t.example/o/{hex}/p.gif?u={number}&v=1.2#x" },
	{ "a template of other tokens", "url.template", "",
	  "<img src='http://a.example/5b40ad63-abba-e2bb-492d-a4f1cf8c9e81_x/QWxhZGRpbjpvcGVuIHNl/%3d8f3a9c1d2e4b5a67'>",
	  .is = "a.example/{uuid}_x/{mixed}/%3d{hex}" },
	{ "a template of addresses", "url.template", "", "<img src='http://a.example/i?joe%40b.example&e=ann@b.example&x=a'>",
	  .is = "a.example/i?{address}&e={address}&x=a" },
	{ "a token in the host", "url.template", "", "<img src='http://8f3a9c1d2e4b5a67.mail.a.example/'>",
	  .is = "{hex}.mail.a.example/" },
	{ "a picture file's digest stays", "url.template", "", "<img src='http://a.example/i/8f3a9c1d2e4b5a67.png'>",
	  .is = "a.example/i/8f3a9c1d2e4b5a67.png" },
	{ "a picture that words name", "url.template", "", "<img src='http://a.example/mail/logo-2.png?size=small'>",
	  .is = "a.example/mail/logo-2.png?size=small" },
	{ "kinds of tokens", "url.token", "", "<img src=http://a.example/8f3a9c1d2e4b5a67?u=48291377&a=b@c>"
	  "<img src=http://a.example/5b40ad63-abba-e2bb-492d-a4f1cf8c9e81><img src=http://a.example/x>",
	  .is = "number hex address opaque, uuid opaque, none" },
	{ "a picture file's name as a token", "url.token", "", "<img src=http://a.example/o/9e107d9d372bb6826bd81d3542a419d6.gif>"
	  "<img src=http://a.example/i/7f3kq9zt2m.png><img src=http://a.example/i/hero-1200x630@2x.png>",
	  .is = "hex opaque, mixed opaque, none" },
	{ "a recipient as a token", "url.token", "", "<img src=http://a.example/?u=ann@b.example>", .is = "address" },
	{ "reputation is unknown where nobody was asked", "reputation.known", "", "<img src=http://a.example/1>", .is = "?" },
	{ "so is what deliveries prove", "url.proof", "", "<img src=http://a.example/1>", .is = "?" },
	{ "and the sender's score", "sender.reputation.score", "", "<img src=http://a.example/1>", .is = "?" },

	{ "no alternative text", "alt", "", "<img src=http://a.example/1>", .is = "?" },
	{ "an empty one", "alt", "", "<img src=http://a.example/1 alt>", .is = "" },
	{ "a written one", "alt", "", "<img alt=' A &amp; B ' src=http://a.example/1>", .is = "A & B" },
	{ "sizes that are declared", "size.declared", "", "<img src=http://a.example/1><img src=http://a.example/2 width=7>"
	  "<img src=http://a.example/3 style='height:7px'>", .is = "false, true, true" },
	{ "URLs of each host, once", "host.references", "", "<img src=http://a.example/1><img src=http://b.example/1>"
	  "<img src=http://a.example/2><img src=http://a.example/1><a href=http://a.example/3>x</a>", .is = "2, 1, 2, 2" },
};

/* Texts joined by blanks, truths and numbers as they are written. */
static struct span
words_of(const struct fact *fact, const struct value *value, struct arena *arena)
{
	struct span words = SPAN("");

	if (!value->known)
		return SPAN("?");
	if (fact->type == FACT_BOOLEAN)
		return span_of(value->truth ? "true" : "false");
	if (fact->type == FACT_NUMBER)
		return arena_printf(arena, "%lld", (long long)value->number);
	for (size_t i = 0; i < value->count; i++)
		words = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(words), i > 0 ? " " : "", SPAN_ARG(value->texts[i]));
	return words;
}

static struct option_list
verifiers_of(const char *words, struct arena *arena)
{
	struct option_list list = { .at = arena_array(arena, 8, sizeof(char *)) };

	assert_non_null(list.at);
	for (struct span rest = span_of(words); rest.len > 0;) {
		size_t end = span_find_char(rest, ' ', 0);

		list.at[list.count++] = (char *)(uintptr_t)arena_copy(arena, span_cut(rest, 0, end)).at;
		rest = span_from(rest, end + 1);
	}
	return list;
}

static enum scope
scope_of(const struct fact *fact)
{
	for (unsigned scope = SCOPE_MESSAGE; scope <= SCOPE_RECIPIENT; scope *= 2)
		if ((fact->scopes & scope) != 0 && scope != SCOPE_LINK)
			return (enum scope)scope;
	return SCOPE_LINK;
}

/* Of each element that the fact is of, a line each. */
static void
is_said(void **state)
{
	const struct fact_case	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct fact	*fact = fact_named(span_of(row->fact));
	struct option_list	 verifiers = verifiers_of(row->verifiers != NULL ? row->verifiers : "mx.example", arena);
	struct message		 message = { .envelope_sender = span_of(row->sender) };
	struct span		 said = SPAN("");
	struct evidence		 evidence;
	uint32_t		*elements, whole = 0;
	size_t			 count = 1;

	assert_non_null(fact);
	message.raw = arena_printf(arena, "%sFrom: %s\r\nMIME-Version: 1.0\r\nContent-Type: %s\r\n\r\n%s\r\n", row->header,
	    row->from != NULL ? row->from : "joe@mail.a.example", strncmp(row->html, "--b", 3) == 0 ?
	    "multipart/mixed; boundary=b" : "text/html; charset=utf-8", row->html);
	evidence_init(&evidence, &message, dissect_or_fail(message.raw, arena), NULL, 0, arena);
	evidence.verifiers = &verifiers;
	if (scope_of(fact) == SCOPE_MESSAGE)
		elements = &whole;
	else
		assert_true(elements_of(&evidence, scope_of(fact), &elements, &count));
	for (size_t i = 0; i < count; i++) {
		struct value value;

		fact_get(fact, &evidence, scope_of(fact), elements[i], &value);
		said = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(said), i > 0 ? ", " : "",
		    SPAN_ARG(words_of(fact, &value, arena)));
	}
	assert_false(evidence.no_memory);
	assert_string_equal(said.at, row->is);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(element_cases)] = { 0 };
	size_t			count = 0;

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_said,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(element_cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = element_cases[i].says, .test_func = is_said,
		    .initial_state = (void *)(uintptr_t)&element_cases[i] };
	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}

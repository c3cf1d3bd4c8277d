/* What happens to each reference and to the message, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/config.h>
#include <pixelward/judge/judge.h>

#include <stdio.h>
#include <unistd.h>

#include "judge/fixture.h"

#define LIVE	REFERENCE_LIVE
#define NO_SIZE	REFERENCE_NO_SIZE
#define SPAN_LITERAL(literal)	{ (literal), sizeof(literal) - 1 }
#define OPEN	TRIGGER_OPEN
#define CLICK	TRIGGER_CLICK

/* The rules that the cases below are judged by: a directory of lists. */
static struct policy	*policy;
static struct options	*options;
static char		 scratch[] = "/tmp/pixelward-judge-XXXXXX";

static const struct span recipient = { "Ann.Lee@Parl.example", 20 };

static struct span
all_reasons(struct arena *arena, const struct span *reasons, size_t count)
{
	struct span text = SPAN("");

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(text), i > 0 ? "; " : "", SPAN_ARG(reasons[i]));
	return text;
}

static void
assert_text(struct span found, const char *wanted)
{
	char text[4096];

	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(found));
	assert_string_equal(text, wanted);
}

/* One reference in a message of its own. */
static const struct reference_case {
	const char			*says;
	struct fixture_reference	 reference;
	bool				 strip, all;	/* all: under RemoteContent all */
	const char			*reasons, *rules;
} references[] = {
	/* --- what is kept --- */
	{ "a visible picture is kept",
	  { .url = "https://t.example/a.png", .flags = LIVE, .width = 600, .height = 200 }, false, false,
	  "a visible picture without a personal token", "" },
	{ "a picture of unknown size is kept",
	  { .url = "https://t.example/a.png", .flags = LIVE, .width = NO_SIZE, .height = NO_SIZE }, false, false,
	  "a visible picture without a personal token", "" },
	{ "what contacts nobody is kept",
	  { .url = "cid:a@b", .hidden = HIDDEN_SIZE, .width = 1, .height = 1 }, false, true, "contacts nobody", "" },
	{ "a link is kept",
	  { .url = "https://t.example/?u=ann.lee@parl.example", .kind = REFERENCE_LINK, .trigger = CLICK, .flags = LIVE },
	  false, true, "a link is followed only on a click", "" },
	{ "a form is kept",
	  { .url = "https://t.example/", .kind = REFERENCE_FORM, .trigger = CLICK, .flags = LIVE }, false, true,
	  "a link is followed only on a click", "" },
	{ "a receipt is only noted",
	  { .url = "mailto:a@b.example", .kind = REFERENCE_RECEIPT, .trigger = TRIGGER_MUA, .flags = LIVE }, false, true,
	  "a receipt is sent only if the reader's program agrees; noted only", "" },
	{ "a certificate's address is only noted",
	  { .url = "http://ocsp.example/", .kind = REFERENCE_CRYPTO, .trigger = TRIGGER_MUA, .flags = LIVE }, false, true,
	  "part of a signature or a key; noted only", "" },
	{ "web fonts are kept",
	  { .url = "https://fonts.googleapis.com/css?family=Nunito+Sans:400,700&display=swap", .kind = REFERENCE_IMPORT,
	    .flags = LIVE, .width = NO_SIZE, .height = NO_SIZE }, false, false,
	  "it shapes the text's look and carries no personal token", "" },
	{ "a style sheet in a hidden box is kept",
	  { .url = "https://t.example/mail.css", .kind = REFERENCE_STYLESHEET, .flags = LIVE, .hidden = HIDDEN_DISPLAY },
	  false, false, "it shapes the text's look and carries no personal token", "" },
	/* --- innocent spacers --- */
	{ "a spacer by its name is kept",
	  { .url = "https://static.shop.example/mail/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, false, false, "a spacer by its name, the same for every reader", "" },
	{ "a spacer of two words is kept",
	  { .url = "https://www.shop.example/catalog/images/pixel_trans.gif", .flags = LIVE, .hidden = HIDDEN_SIZE,
	    .width = 1, .height = 1 }, false, false, "a spacer by its name, the same for every reader", "" },
	{ "the corner of a box is kept",
	  { .url = "https://static.shop.example/mail/border-left.png", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 2,
	    .height = 2 }, false, false, "a spacer by its name, the same for every reader", "" },
	{ "a spacer may have a version",
	  { .url = "https://static.shop.example/mail/spacer.gif?v=20240321", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, false, false, "a spacer by its name, the same for every reader", "" },
	{ "no spacer has another query",
	  { .url = "https://static.shop.example/mail/spacer.gif?u=1", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, false, "the picture is declared 1 x 1", "builtin.invisible" },
	{ "nor an opaque folder",
	  { .url = "https://static.shop.example/8f3a9c1d/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, false, "the picture is declared 1 x 1", "builtin.invisible" },
	{ "nor an opaque host",
	  { .url = "https://x7k2p9.shop.example/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, false, "the picture is declared 1 x 1", "builtin.invisible" },
	{ "nor a style that hides it",
	  { .url = "https://static.shop.example/mail/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE | HIDDEN_DISPLAY,
	    .width = 1, .height = 1 }, true, false,
	  "the picture is declared 1 x 1; the picture is not displayed (display: none)", "builtin.invisible" },
	{ "nor no size at all",
	  { .url = "https://static.shop.example/mail/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE }, true, false,
	  "the picture is declared 0 x 0", "builtin.invisible" },
	{ "nor the recipient's name",
	  { .url = "https://static.shop.example/ann.lee/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, false, "the URL carries the recipient's local part (plain)", "builtin.recipient-token" },
	{ "all remote content means spacers too",
	  { .url = "https://static.shop.example/mail/spacer.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, true, "remote content is not allowed (RemoteContent all)", "builtin.remote-content" },
	/* --- invisible --- */
	{ "a lone pixel is a tracker, token or not",
	  { .url = "https://t.example/p.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1, .height = 1 }, true, false,
	  "the picture is declared 1 x 1", "builtin.invisible" },
	{ "a width alone may make it tiny",
	  { .url = "https://t.example/p.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1, .height = NO_SIZE }, true,
	  false, "the picture is declared 1 wide", "builtin.invisible" },
	{ "a height alone too",
	  { .url = "https://t.example/p.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = NO_SIZE, .height = 0 }, true,
	  false, "the picture is declared 0 high", "builtin.invisible" },
	{ "every way of hiding is named",
	  { .url = "https://t.example/p", .flags = LIVE, .hidden = HIDDEN_VISIBILITY | HIDDEN_OPACITY | HIDDEN_OFFSCREEN |
	    HIDDEN_CLIPPED | HIDDEN_FONT, .width = 60, .height = 60 }, true, false,
	  "the picture is invisible (visibility: hidden); the picture is transparent (opacity: 0); the picture stands "
	  "outside the page; the picture is clipped away; the picture is hidden from word processors (mso-hide)",
	  "builtin.invisible" },
	{ "a sound shows nothing",
	  { .url = "https://t.example/p.mid", .kind = REFERENCE_MEDIA, .flags = LIVE, .hidden = HIDDEN_BY_NATURE }, true,
	  false, "the medium shows nothing to a reader", "builtin.invisible" },
	{ "a look-up ahead for a font is kept",
	  { .url = "https://fonts.gstatic.com/", .kind = REFERENCE_HINT, .trigger = TRIGGER_DNS, .flags = LIVE }, false, false,
	  "a hint without a personal token", "" },
	{ "one of a name made for the reader is not",
	  { .url = "https://x7k2p9d41q.t.example/", .host = "x7k2p9d41q.t.example", .kind = REFERENCE_HINT,
	    .trigger = TRIGGER_DNS, .flags = LIVE }, true, false, "the hint's URL carries an opaque token",
	  "builtin.opaque-token" },
	{ "a ping is never kept",
	  { .url = "https://t.example/p", .kind = REFERENCE_PING, .trigger = CLICK, .flags = LIVE }, true, true,
	  "a ping does nothing for who follows the link", "builtin.ping" },
	{ "what is no URL may be one to some client",
	  { .url = "http://[t.example/p", .host = "", .flags = REFERENCE_INVALID_URL, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, false, "the picture is declared 1 x 1", "builtin.invisible" },
	/* --- tokens --- */
	{ "a visible picture with the recipient's address is a tracker",
	  { .url = "https://t.example/logo.png?u=ANN.LEE%40parl.example", .flags = LIVE, .width = 600, .height = 200 }, true,
	  false, "the URL carries the recipient's address (percent-encoded)", "builtin.recipient-token" },
	{ "a digest in base64 is named as such",
	  { .url = "https://t.example/logo.png?u=0uIwtEM7TaKQvw-_f3cVAg", .flags = LIVE, .width = 600,
	    .height = 200 }, true, false, "the URL carries the recipient's address (MD5 in base64)",
	  "builtin.recipient-token" },
	{ "a style sheet may know its reader too",
	  { .url = "https://t.example/mail.css?u=8f3a9c1d2e4b5a67", .kind = REFERENCE_STYLESHEET, .flags = LIVE }, true,
	  false, "the style sheet's URL carries an opaque token", "builtin.opaque-token" },
	{ "a version is no token",
	  { .url = "https://t.example/mail.css?v=1712345678", .kind = REFERENCE_STYLESHEET, .flags = LIVE }, false, false,
	  "it shapes the text's look and carries no personal token", "" },
	{ "all that speaks against it is told",
	  { .url = "https://t.example/p?ann.lee@parl.example", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1,
	    .height = 1 }, true, true,
	  "the URL carries the recipient's address (plain); the picture is declared 1 x 1; remote content is not "
	  "allowed (RemoteContent all)", "builtin.recipient-token, builtin.invisible, builtin.remote-content" },
	/* --- what counts openings, whatever its size --- */
	{ "a counter of openings may claim a size",
	  { .url = "https://t.example/wf/open?upn=8f3a9c1d2e4b5a67", .flags = LIVE, .width = 600, .height = 200 }, true, false,
	  "the URL says that it counts openings", "builtin.open-report" },
	{ "or none",
	  { .url = "https://t.example/pixel.gif?id=4711", .flags = LIVE, .width = NO_SIZE, .height = NO_SIZE }, true, false,
	  "the URL says that it counts openings", "builtin.open-report" },
	{ "a background may count",
	  { .url = "https://t.example/e/beacon/4711", .kind = REFERENCE_BACKGROUND, .flags = LIVE, .width = NO_SIZE,
	    .height = NO_SIZE }, true, false, "the URL says that it counts openings", "builtin.open-report" },
	{ "what may count and shows nothing of itself does",
	  { .url = "https://t.example/t/8f3a9c1d2e4b5a67", .flags = LIVE, .width = NO_SIZE, .height = NO_SIZE }, true, false,
	  "the picture has no size, no text and no link, and its URL looks like a counter of openings",
	  "builtin.open-report" },
	{ "a token at the end of the mail does without a word",
	  { .url = "https://t.example/8f3a9c1d2e4b5a67", .flags = LIVE | REFERENCE_IN_FLOW | REFERENCE_LAST, .width = NO_SIZE,
	    .height = NO_SIZE }, true, false, "the picture has no size, no text and no link, stands before or behind all that "
	  "is to be read, and its URL carries an opaque token", "builtin.open-report" },
	{ "one in the middle is kept",
	  { .url = "https://t.example/8f3a9c1d2e4b5a67", .flags = LIVE | REFERENCE_IN_FLOW, .width = NO_SIZE,
	    .height = NO_SIZE }, false, false, "a visible picture without a personal token", "" },
	{ "what may count and has a size is kept",
	  { .url = "https://t.example/t/8f3a9c1d2e4b5a67", .flags = LIVE, .width = 300, .height = NO_SIZE }, false, false,
	  "a visible picture without a personal token", "" },
	{ "what may count and is a link's picture is kept",
	  { .url = "https://t.example/t/8f3a9c1d2e4b5a67", .flags = LIVE | REFERENCE_IN_LINK, .width = NO_SIZE,
	    .height = NO_SIZE }, false, false, "a visible picture without a personal token", "" },
	{ "a style sheet counts nothing by its name",
	  { .url = "https://t.example/open/mail.css", .kind = REFERENCE_STYLESHEET, .flags = LIVE }, false, false,
	  "it shapes the text's look and carries no personal token", "" },
	/* --- policy all --- */
	{ "all remote content is all of it",
	  { .url = "https://t.example/a.png", .flags = LIVE, .width = 600, .height = 200 }, true, true,
	  "remote content is not allowed (RemoteContent all)", "builtin.remote-content" },
	{ "all means style sheets",
	  { .url = "https://t.example/mail.css", .kind = REFERENCE_STYLESHEET, .flags = LIVE }, true, true,
	  "remote content is not allowed (RemoteContent all)", "builtin.remote-content" },
	{ "all means what the client fetches by itself",
	  { .url = "https://t.example/face.png", .kind = REFERENCE_HEADER, .trigger = TRIGGER_MUA, .flags = LIVE }, true,
	  true, "remote content is not allowed (RemoteContent all)", "builtin.remote-content" },
	/* --- lists --- */
	{ "a listed host is stripped",
	  { .url = "https://img.tracker.example/a.png", .flags = LIVE, .width = 600, .height = 200 }, true, false,
	  "its host img.tracker.example (within tracker.example) is on the list soft", "list.soft" },
	{ "a link to a listed host is told",
	  { .url = "https://tracker.example/", .kind = REFERENCE_LINK, .trigger = CLICK, .flags = LIVE }, false, false,
	  "its host tracker.example is on the list soft; a link is followed only on a click", "list.soft" },
	{ "a name that only ends alike is not listed",
	  { .url = "https://nottracker.example/a.png", .flags = LIVE, .width = 600, .height = 200 }, false, false,
	  "a visible picture without a personal token", "" },
};

static void
judge_it(const struct dissection *d, struct arena *arena, struct verdict *verdict, const char *envelope_sender)
{
	struct message message = { .recipients = &recipient, .recipient_count = 1,
	    .envelope_sender = span_of(envelope_sender) };

	assert_int_equal(judge(&message, d, options, policy, NULL, arena, verdict), PW_OK);
	assert_int_equal(verdict->decision_count, d->references.count);
	for (size_t i = 0; i < verdict->decision_count; i++)
		assert_true(verdict->decisions[i].reason_count > 0);
	assert_true(verdict->reason_count > 0);
}

static void
reference_is_judged(void **state)
{
	const struct reference_case	*row = *state;
	struct fixture			 fixture;
	struct arena			*arena = arena_new(16 << 20);
	struct verdict			 verdict;

	fixture_begin(&fixture);
	fixture_parts(&fixture, NULL, 0);
	fixture_references(&fixture, &row->reference, 1);
	options->remote_content = row->all ? REMOTE_ALL : REMOTE_TRACKERS;
	judge_it(fixture_finish(&fixture), arena, &verdict, "");
	options->remote_content = REMOTE_TRACKERS;
	assert_text(all_reasons(arena, verdict.decisions[0].reasons, verdict.decisions[0].reason_count), row->reasons);
	assert_int_equal(verdict.decisions[0].strip, row->strip);
	assert_int_equal(verdict.strip_count, row->strip);
	struct span rules = SPAN("");
	for (size_t i = 0; i < verdict.rule_count; i++)
		rules = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(rules), i > 0 ? ", " : "", SPAN_ARG(verdict.rules[i]));
	assert_text(rules, row->rules);
	assert_int_equal(verdict.action, row->strip ? ACTION_NEUTRALISE : ACTION_DELIVER);
	arena_free(arena);
	free(fixture.d);
}

/* --- whole messages --- */

static const struct fixture_part mixed[] = {
	{ DISSECTION_NONE, "multipart/mixed", false }, { 0, "text/html", false }, { 0, "multipart/signed", false },
	{ 2, "text/html", false }, { 2, "application/pgp-signature", false }, { 0, "application/pkcs7-mime", false },
	{ 2, "multipart/alternative", false }, { 6, "text/html", false }, { 0, "application/x-pkcs7-mime", true },
};

#define FILE_1	"5b40ad63-abba-e2bb-492d-a4f1cf8c9e81"
#define FILE_2	"51536671-e51c-2805-534f-6432a148492b"
#define SEEN(name)	{ .url = name, .flags = LIVE, .width = 180, .height = NO_SIZE, .document = 1, .tag = 70 }
#define PIXEL(name, in)	{ .url = name, .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1, .height = 1, .document = in }
#define AMID(name)	{ .url = name, .flags = LIVE | REFERENCE_IN_FLOW, .hidden = HIDDEN_SIZE, .width = 1, .height = 1, \
	.document = 1 }
#define NEWS_LINK(name)	{ .url = name, .kind = REFERENCE_LINK, .trigger = CLICK, .flags = LIVE }

static const struct message_case {
	const char			*says;
	struct fixture_reference	 references[3];
	size_t				 reference_count;
	struct fixture_address		 address;	/* mailbox NULL: none */
	const char			*envelope_sender;
	enum limit			 limit;
	enum pw_err			 failure;
	const char			*option, *value;	/* set for this case */
	enum action			 action;
	unsigned			 stripped;	/* bits of the references */
	const char			*reasons, *rules;
} messages[] = {
	{ "a message without references is delivered", .reference_count = 0, .action = ACTION_DELIVER,
	  .reasons = "nothing is to be made inert", .rules = "" },
	{ "a message with a tracker is neutralised", { PIXEL("https://t.example/p", 1) }, 1,
	  .action = ACTION_NEUTRALISE, .stripped = 1, .reasons = "1 of 1 references are to be made inert",
	  .rules = "builtin.invisible" },
	/* lists that hold */
	{ "a listed From holds", .address = { ADDRESS_FROM, "desk@nropnews.com", "nropnews.com" }, .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: nropnews.com is the domain of From (desk@nropnews.com)", .rules = "list.apt31-ipac" },
	{ "a subdomain of it too", .address = { ADDRESS_FROM, "desk@mail.nropnews.com", "mail.nropnews.com" },
	  .action = ACTION_HOLD, .reasons = "list apt31-ipac: mail.nropnews.com (within nropnews.com) is the domain of From "
	  "(desk@mail.nropnews.com)", .rules = "list.apt31-ipac" },
	{ "a listed Sender holds", .address = { ADDRESS_SENDER, "a@nropnews.com", "nropnews.com" }, .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: nropnews.com is the domain of Sender (a@nropnews.com)", .rules = "list.apt31-ipac" },
	{ "a listed Reply-To holds", .address = { ADDRESS_REPLY_TO, "a@nropnews.com", "nropnews.com" },
	  .action = ACTION_HOLD, .reasons = "list apt31-ipac: nropnews.com is the domain of Reply-To (a@nropnews.com)",
	  .rules = "list.apt31-ipac" },
	{ "a listed envelope sender holds", .envelope_sender = "bounce@NROPnews.com", .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: NROPnews.com is the domain of the envelope's sender (bounce@NROPnews.com)",
	  .rules = "list.apt31-ipac" },
	{ "an envelope sender in its own script is known by its A-labels", .envelope_sender = "a@b\xc3\xbc" "cher.example",
	  .action = ACTION_HOLD, .reasons = "list apt31-ipac: xn--bcher-kva.example is the domain of the envelope's sender "
	  "(a@b\xc3\xbc" "cher.example)", .rules = "list.apt31-ipac" },
	{ "a link to a listed host holds", { NEWS_LINK("https://www.nropnews.com/story") }, 1, .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: www.nropnews.com (within nropnews.com) is the host of a link (img src)",
	  .rules = "list.apt31-ipac" },
	{ "a host with a dot at its end is the same host", { NEWS_LINK("https://nropnews.com./story") }, 1,
	  .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: nropnews.com. (within nropnews.com) is the host of a link (img src)",
	  .rules = "list.apt31-ipac" },
	{ "a picture of a listed host holds and is stripped",
	  { { .url = "https://nropnews.com/a.png", .flags = LIVE, .width = 600, .height = 200 } }, 1,
	  .action = ACTION_HOLD, .stripped = 1,
	  .reasons = "list apt31-ipac: nropnews.com is the host of a reference (img src); 1 of 1 references are to be made "
	  "inert", .rules = "list.apt31-ipac" },
	{ "a listed name in somebody else's path is no hit",
	  { { .url = "https://t.example/nropnews.com/a.png", .flags = LIVE, .width = 600, .height = 200 } }, 1,
	  .action = ACTION_DELIVER, .reasons = "nothing is to be made inert", .rules = "" },
	{ "a parent of a listed name is no hit", .address = { ADDRESS_FROM, "a@com", "com" }, .action = ACTION_DELIVER,
	  .reasons = "nothing is to be made inert", .rules = "" },
	{ "a list that strips does not hold for its sender", .address = { ADDRESS_FROM, "a@tracker.example",
	  "tracker.example" }, .action = ACTION_DELIVER,
	  .reasons = "list soft: tracker.example is the domain of From (a@tracker.example)", .rules = "list.soft" },
	{ "a hundred hits are told once", { NEWS_LINK("https://nropnews.com/1"), NEWS_LINK("https://nropnews.com/2"),
	  NEWS_LINK("https://nropnews.com/3") }, 3, .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: nropnews.com is the host of a link (img src)", .rules = "list.apt31-ipac" },
	/* limits and failures */
	{ "a limit holds, and what was found is stripped", { PIXEL("https://t.example/p", 1) }, 1, .limit = LIMIT_parts,
	  .failure = PW_ELIMIT, .action = ACTION_HOLD, .stripped = 1,
	  .reasons = "limit MaxParts exceeded (OnLimit hold); 1 of 1 references are to be made inert",
	  .rules = "builtin.limit, builtin.invisible" },
	{ "OnLimit accept delivers what is left", { PIXEL("https://t.example/p", 1) }, 1, .limit = LIMIT_parts,
	  .failure = PW_ELIMIT, .option = "OnLimit", .value = "accept", .action = ACTION_NEUTRALISE, .stripped = 1,
	  .reasons = "limit MaxParts exceeded (OnLimit accept); 1 of 1 references are to be made inert",
	  .rules = "builtin.limit, builtin.invisible" },
	{ "OnLimit tempfail asks to come again", .limit = LIMIT_depth, .failure = PW_ELIMIT, .option = "OnLimit",
	  .value = "tempfail", .action = ACTION_TEMPFAIL, .reasons = "limit MaxNesting exceeded (OnLimit tempfail)",
	  .rules = "builtin.limit" },
	{ "a limit without a name is one too", .failure = PW_ELIMIT, .option = "OnLimit", .value = "accept",
	  .action = ACTION_DELIVER, .reasons = "a configured limit was exceeded (OnLimit accept)",
	  .rules = "builtin.limit" },
	{ "what a list knows is not put off", .address = { ADDRESS_FROM, "a@nropnews.com", "nropnews.com" },
	  .limit = LIMIT_depth, .failure = PW_ELIMIT, .option = "OnLimit", .value = "tempfail", .action = ACTION_HOLD,
	  .reasons = "list apt31-ipac: nropnews.com is the domain of From (a@nropnews.com); limit MaxNesting exceeded "
	  "(OnLimit tempfail)", .rules = "list.apt31-ipac, builtin.limit" },
	{ "poison holds", .failure = PW_EPARSER, .action = ACTION_HOLD,
	  .reasons = "the HTML parser gave up (OnPoison hold)", .rules = "builtin.poison" },
	{ "OnLimit says nothing of poison", .failure = PW_EPARSER, .option = "OnLimit", .value = "accept",
	  .action = ACTION_HOLD, .reasons = "the HTML parser gave up (OnPoison hold)", .rules = "builtin.poison" },
	{ "OnPoison accept delivers", .failure = PW_EPARSER, .option = "OnPoison", .value = "accept",
	  .action = ACTION_DELIVER, .reasons = "the HTML parser gave up (OnPoison accept)", .rules = "builtin.poison" },
	{ "a lack of memory is the sender's time, not his loss", .failure = PW_ENOMEM, .action = ACTION_TEMPFAIL,
	  .reasons = "out of memory", .rules = "" },
	/* signatures */
	{ "a signature is no free pass", { PIXEL("https://t.example/p", 3) }, 1, .action = ACTION_NEUTRALISE, .stripped = 1,
	  .reasons = "1 of 1 references are to be made inert", .rules = "builtin.invisible" },
	{ "OnSignedLive tag leaves signed content alone", { PIXEL("https://t.example/p", 3) }, 1, .option = "OnSignedLive",
	  .value = "tag", .action = ACTION_TAG,
	  .reasons = "1 references stay live in signed content (OnSignedLive tag)",
	  .rules = "builtin.invisible, builtin.signed" },
	{ "what is deeper inside is signed too", { PIXEL("https://t.example/p", 7) }, 1, .option = "OnSignedLive",
	  .value = "tag", .action = ACTION_TAG,
	  .reasons = "1 references stay live in signed content (OnSignedLive tag)",
	  .rules = "builtin.invisible, builtin.signed" },
	{ "a signed part's own header is not signed", { PIXEL("https://t.example/p", 8) }, 1, .option = "OnSignedLive",
	  .value = "tag", .action = ACTION_NEUTRALISE, .stripped = 1,
	  .reasons = "1 of 1 references are to be made inert", .rules = "builtin.invisible" },
	{ "OnSignedLive tag strips what is not signed", { PIXEL("https://t.example/q", 1), PIXEL("https://t.example/p", 3) },
	  2, .option = "OnSignedLive", .value = "tag", .action = ACTION_NEUTRALISE, .stripped = 1,
	  .reasons = "1 references stay live in signed content (OnSignedLive tag); 1 of 2 references are to be made inert",
	  .rules = "builtin.invisible, builtin.signed" },
	{ "S/MIME is signed content", { PIXEL("https://t.example/p", 5) }, 1, .option = "OnSignedLive", .value = "tag",
	  .action = ACTION_TAG, .reasons = "1 references stay live in signed content (OnSignedLive tag)",
	  .rules = "builtin.invisible, builtin.signed" },
	{ "no signature excuses a listed host", { PIXEL("https://tracker.example/p", 3) }, 1, .option = "OnSignedLive",
	  .value = "tag", .action = ACTION_NEUTRALISE, .stripped = 1,
	  .reasons = "list soft: tracker.example is the host of a reference (img src); 1 of 1 references are to be made inert",
	  .rules = "list.soft, builtin.invisible" },
	{ "OnSignedLive hold holds", { PIXEL("https://t.example/p", 3) }, 1, .option = "OnSignedLive", .value = "hold",
	  .action = ACTION_HOLD, .stripped = 1,
	  .reasons = "signed content would contact somebody (OnSignedLive hold); 1 of 1 references are to be made inert",
	  .rules = "builtin.invisible, builtin.signed" },
	{ "OnSignedLive hold holds nothing else", { PIXEL("https://t.example/p", 1) }, 1, .option = "OnSignedLive",
	  .value = "hold", .action = ACTION_NEUTRALISE, .stripped = 1, .reasons = "1 of 1 references are to be made inert",
	  .rules = "builtin.invisible" },
	/* spacers of a whole document */
	{ "a tiny picture used twice is a spacer", { PIXEL("https://t.example/p.gif", 1),
	  { .url = "https://t.example/p.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1, .height = 1, .document = 1,
	    .tag = 50 } }, 2, .action = ACTION_DELIVER, .reasons = "nothing is to be made inert", .rules = "" },
	{ "a tiny picture used in another size, too, is a spacer", { PIXEL("https://t.example/p.gif", 1),
	  { .url = "https://t.example/p.gif", .flags = LIVE, .width = 10, .height = 30, .document = 1, .tag = 50 } }, 2,
	  .action = ACTION_DELIVER, .reasons = "nothing is to be made inert", .rules = "" },
	{ "twice in one tag is once", { PIXEL("https://t.example/p.gif", 1), PIXEL("https://t.example/p.gif", 1) }, 2,
	  .action = ACTION_NEUTRALISE, .stripped = 3, .reasons = "2 of 2 references are to be made inert",
	  .rules = "builtin.invisible" },
	{ "once in each of two documents is once", { PIXEL("https://t.example/p.gif", 1),
	  { .url = "https://t.example/p.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1, .height = 1, .document = 3,
	    .tag = 50 } }, 2, .action = ACTION_NEUTRALISE, .stripped = 3,
	  .reasons = "2 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "a beacon by its name stays one when it is used twice", { PIXEL("https://t.example/open.gif", 1),
	  { .url = "https://t.example/open.gif", .flags = LIVE, .hidden = HIDDEN_SIZE, .width = 1, .height = 1, .document = 1,
	    .tag = 50 } }, 2, .action = ACTION_NEUTRALISE, .stripped = 3,
	  .reasons = "2 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "a tiny picture from the store of the mail's pictures is a spacer", { SEEN("https://c.example/lib/fe9a/m/1/" FILE_1 ".png"),
	  PIXEL("https://c.example/lib/fe9a/m/1/" FILE_2 ".png", 1) }, 2, .action = ACTION_DELIVER,
	  .reasons = "nothing is to be made inert", .rules = "" },
	{ "its account may have a folder for each day", { SEEN("https://c.example/k5S0j/2022/03/18/" FILE_1 ".png"),
	  PIXEL("https://c.example/JNrGd/2024/03/21/" FILE_2 ".png", 1) }, 2, .action = ACTION_DELIVER,
	  .reasons = "nothing is to be made inert", .rules = "" },
	{ "a query of the same form is the store's", { SEEN("https://c.example/hubfs/278/team.png?width=1120&name=team.png"),
	  PIXEL("https://c.example/hubfs/278/beacon-hill-office.png?width=1120&name=beacon-hill-office.png", 1) }, 2,
	  .action = ACTION_DELIVER, .reasons = "nothing is to be made inert", .rules = "" },
	{ "a query of its own is not", { SEEN("https://c.example/hubfs/278/team.png?width=1120"),
	  PIXEL("https://c.example/hubfs/278/blossom.png?u=8812", 1) }, 2, .action = ACTION_NEUTRALISE, .stripped = 2,
	  .reasons = "1 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "another folder is no store", { SEEN("https://c.example/lib/" FILE_1 ".png"),
	  PIXEL("https://c.example/img/" FILE_2 ".png", 1) }, 2, .action = ACTION_NEUTRALISE, .stripped = 2,
	  .reasons = "1 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "nor is another host", { SEEN("https://c.example/lib/" FILE_1 ".png"), PIXEL("https://d.example/lib/" FILE_2 ".png", 1) },
	  2, .action = ACTION_NEUTRALISE, .stripped = 2, .reasons = "1 of 2 references are to be made inert",
	  .rules = "builtin.invisible" },
	{ "a short name beside a logo is no spacer", { SEEN("https://c.example/mail/header.gif"),
	  PIXEL("https://c.example/mail/p.gif", 1) }, 2, .action = ACTION_NEUTRALISE, .stripped = 2,
	  .reasons = "1 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "amid what is read, it is one", { SEEN("https://c.example/mail/header.gif"), AMID("https://c.example/mail/p.gif") }, 2,
	  .action = ACTION_DELIVER, .reasons = "nothing is to be made inert", .rules = "" },
	{ "a place for pictures will do as well", { AMID("https://img.c.example/mail/p.gif") }, 1, .action = ACTION_DELIVER,
	  .reasons = "nothing is to be made inert", .rules = "" },
	{ "any other will not", { AMID("https://c.example/mail/p.gif") }, 1, .action = ACTION_NEUTRALISE, .stripped = 1,
	  .reasons = "1 of 1 references are to be made inert", .rules = "builtin.invisible" },
	{ "the token of a logo's folder tells no more beside the logo", { SEEN("https://c.example/8f3a9c1d2e4b5a67/header.jpg"),
	  AMID("https://c.example/8f3a9c1d2e4b5a67/dot.gif") }, 2, .action = ACTION_DELIVER,
	  .reasons = "nothing is to be made inert", .rules = "" },
	{ "another token does", { SEEN("https://c.example/8f3a9c1d2e4b5a67/header.jpg"),
	  AMID("https://c.example/8f3a9c1d2e4b5a68/dot.gif") }, 2, .action = ACTION_NEUTRALISE, .stripped = 2,
	  .reasons = "1 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "and so does what a query adds", { SEEN("https://c.example/mail/header.gif"), AMID("https://c.example/mail/dot.gif?8812") },
	  2, .action = ACTION_NEUTRALISE, .stripped = 2, .reasons = "1 of 2 references are to be made inert",
	  .rules = "builtin.invisible" },
	{ "a name that counts is none amid anything", { SEEN("https://c.example/mail/header.gif"),
	  AMID("https://c.example/mail/pixel.gif") }, 2, .action = ACTION_NEUTRALISE, .stripped = 2,
	  .reasons = "1 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "a name that counts beside a logo is none either", { SEEN("https://c.example/mail/header.gif"),
	  PIXEL("https://c.example/mail/mail-open.gif", 1) }, 2, .action = ACTION_NEUTRALISE, .stripped = 2,
	  .reasons = "1 of 2 references are to be made inert", .rules = "builtin.invisible" },
	{ "tiny pictures are no store for each other", { PIXEL("https://c.example/lib/" FILE_1 ".png", 1),
	  PIXEL("https://c.example/lib/" FILE_2 ".png", 1) }, 2, .action = ACTION_NEUTRALISE, .stripped = 3,
	  .reasons = "2 of 2 references are to be made inert", .rules = "builtin.invisible" },
};

static void
message_is_judged(void **state)
{
	const struct message_case	*row = *state;
	struct fixture			 fixture;
	struct arena			*arena = arena_new(16 << 20);
	struct verdict			 verdict;
	struct buf			 report;
	unsigned			 stripped = 0;

	buf_init(&report, 4096);
	fixture_begin(&fixture);
	fixture_parts(&fixture, mixed, NITEMS(mixed));
	fixture_references(&fixture, row->references, row->reference_count);
	fixture_addresses(&fixture, &row->address, row->address.mailbox != NULL);
	fixture.d->limit = row->limit;
	fixture.d->failure = row->failure;
	if (row->option != NULL)
		assert_int_equal(config_set(options, "t", row->option, row->value, &report), PW_OK);
	judge_it(fixture_finish(&fixture), arena, &verdict, row->envelope_sender != NULL ? row->envelope_sender : "");
	assert_text(all_reasons(arena, verdict.reasons, verdict.reason_count), row->reasons);
	struct span rules = SPAN("");
	for (size_t i = 0; i < verdict.rule_count; i++)
		rules = arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(rules), i > 0 ? ", " : "", SPAN_ARG(verdict.rules[i]));
	assert_text(rules, row->rules);
	for (size_t i = 0; i < verdict.decision_count; i++)
		stripped |= (unsigned)verdict.decisions[i].strip << i;
	assert_int_equal(stripped, row->stripped);
	assert_string_equal(action_name(verdict.action), action_name(row->action));
	assert_int_equal(config_set(options, "t", "OnLimit", "hold", &report), PW_OK);
	assert_int_equal(config_set(options, "t", "OnPoison", "hold", &report), PW_OK);
	assert_int_equal(config_set(options, "t", "OnSignedLive", "rewrite", &report), PW_OK);
	buf_fini(&report);
	arena_free(arena);
	free(fixture.d);
}

/* --- receipts: the group press has press@parl.example, Targets eve@parl.example and all of board.example --- */

#define WATCHED	"no read receipts of recipients in the group Targets (ReadReceipts watched)"
#define KEPT	"a receipt is sent only if the reader's program agrees; noted only"

static const struct receipt_case {
	const char	*says, *value;		/* of ReadReceipts */
	struct span	 recipients[2];
	const char	*reasons;
	bool		 strip;
} receipts[] = {
	{ "a receipt is kept for who is in no group", "watched", { SPAN_LITERAL("ann@parl.example") }, KEPT, false },
	{ "a receipt is kept for a group that is not watched", "watched", { SPAN_LITERAL("press@parl.example") }, KEPT, false },
	{ "a receipt of a watched recipient is not sent", "watched", { SPAN_LITERAL("Eve@Parl.example") }, WATCHED, true },
	{ "a receipt of a watched domain is not sent", "watched", { SPAN_LITERAL("x@board.example") }, WATCHED, true },
	{ "one watched recipient of two is enough", "watched",
	  { SPAN_LITERAL("ann@parl.example"), SPAN_LITERAL("eve+x@parl.example") }, WATCHED, true },
	{ "a receipt is kept for nobody's mail", "watched", { { NULL, 0 } }, KEPT, false },
	{ "keep keeps the receipts of watched recipients", "keep", { SPAN_LITERAL("eve@parl.example") }, KEPT, false },
	{ "strip strips everybody's receipts", "strip", { SPAN_LITERAL("ann@parl.example") },
	  "read receipts are not sent (ReadReceipts strip)", true },
};

static void
receipt_is_judged(void **state)
{
	static const struct fixture_reference	 asked[] = {
		{ .url = "mailto:a@b.example", .kind = REFERENCE_RECEIPT, .trigger = TRIGGER_MUA, .flags = LIVE },
		{ .url = "mailto:c@b.example", .kind = REFERENCE_RECEIPT, .trigger = TRIGGER_MUA, .flags = LIVE },
	};
	const struct receipt_case		*row = *state;
	struct message				 message = { .recipients = row->recipients };
	struct arena				*arena = arena_new(16 << 20);
	struct fixture				 fixture;
	struct verdict				 verdict;
	struct buf				 report;

	while (message.recipient_count < NITEMS(row->recipients) && row->recipients[message.recipient_count].len > 0)
		message.recipient_count++;
	buf_init(&report, 4096);
	fixture_begin(&fixture);
	fixture_parts(&fixture, NULL, 0);
	fixture_references(&fixture, asked, NITEMS(asked));
	assert_int_equal(config_set(options, "t", "ReadReceipts", row->value, &report), PW_OK);
	assert_int_equal(judge(&message, fixture_finish(&fixture), options, policy, NULL, arena, &verdict), PW_OK);
	assert_int_equal(config_set(options, "t", "ReadReceipts", "watched", &report), PW_OK);
	for (size_t i = 0; i < NITEMS(asked); i++) {
		assert_text(all_reasons(arena, verdict.decisions[i].reasons, verdict.decisions[i].reason_count),
		    row->reasons);
		assert_int_equal(verdict.decisions[i].strip, row->strip);
	}
	assert_int_equal(verdict.rule_count, row->strip);
	if (row->strip)
		assert_text(verdict.rules[0], "builtin.receipt");
	buf_fini(&report);
	arena_free(arena);
	free(fixture.d);
}

static void
without_a_policy_the_builtin_rules_judge(void **state)
{
	static const struct fixture_reference	 pixel = PIXEL("https://nropnews.com/p", 0);
	struct fixture				 fixture;
	struct arena				*arena = arena_new(16 << 20);
	struct message				 message = { .recipients = &recipient, .recipient_count = 1 };
	struct verdict				 verdict;

	(void)state;
	fixture_begin(&fixture);
	fixture_parts(&fixture, NULL, 0);
	fixture_references(&fixture, &pixel, 1);
	assert_int_equal(judge(&message, fixture_finish(&fixture), options, NULL, NULL, arena, &verdict), PW_OK);
	assert_int_equal(verdict.action, ACTION_NEUTRALISE);
	arena_free(arena);
	free(fixture.d);
}

/* What was not looked through is not clean. */
static void
a_flood_of_url_text_is_stripped(void **state)
{
	struct fixture		 fixture;
	struct arena		*arena = arena_new(64 << 20);
	struct verdict		 verdict;
	const size_t		 len = (4 << 20) + 1;
	char			*url = malloc(len + 1);

	(void)state;
	memset(url, 'a', len);
	memcpy(url, "https://t.example/", 18);
	url[len] = '\0';
	struct fixture_reference flood = { .url = url, .flags = LIVE, .width = 600, .height = 200 };
	fixture_begin(&fixture);
	fixture_parts(&fixture, NULL, 0);
	fixture_references(&fixture, &flood, 1);
	judge_it(fixture_finish(&fixture), arena, &verdict, "");
	assert_true(verdict.decisions[0].strip);
	assert_text(all_reasons(arena, verdict.decisions[0].reasons, verdict.decisions[0].reason_count),
	    "too much URL text to look for recipients in all of it");
	arena_free(arena);
	free(fixture.d);
	free(url);
}

/* Whatever the ceiling, the answer is right or PW_ENOMEM. */
static void
a_lack_of_memory_is_told(void **state)
{
	static const struct fixture_reference	 rows[] = { PIXEL("https://t.example/p?x=1", 0),
						    PIXEL("https://nropnews.com/q.gif", 0), NEWS_LINK("https://tracker.example/") };
	struct message				 message = { .recipients = &recipient, .recipient_count = 1 };
	struct fixture				 fixture;
	struct verdict				 verdict;
	size_t					 failures = 0;

	(void)state;
	fixture_begin(&fixture);
	fixture_parts(&fixture, NULL, 0);
	fixture_references(&fixture, rows, NITEMS(rows));
	const struct dissection *d = fixture_finish(&fixture);
	for (size_t bytes = 0; bytes < 64 * 1024; bytes += 16) {
		struct arena	*arena = arena_new(bytes);
		enum pw_err	 err = judge(&message, d, options, policy, NULL, arena, &verdict);

		failures += err != PW_OK;
		if (err == PW_OK) {
			assert_int_equal(verdict.action, ACTION_HOLD);
			assert_int_equal(verdict.strip_count, 2);
		} else
			assert_int_equal(err, PW_ENOMEM);
		arena_free(arena);
	}
	assert_true(failures > 100 && failures < 4096);
	free(fixture.d);
}

static void
every_action_has_its_name(void **state)
{
	(void)state;
	assert_string_equal(action_name(ACTION_DELIVER), "deliver");
	assert_string_equal(action_name(ACTION_TAG), "tag");
	assert_string_equal(action_name(ACTION_NEUTRALISE), "neutralise");
	assert_string_equal(action_name(ACTION_HOLD), "hold");
	assert_string_equal(action_name(ACTION_REDIRECT), "redirect");
	assert_string_equal(action_name(ACTION_REJECT), "reject");
	assert_string_equal(action_name(ACTION_TEMPFAIL), "tempfail");
}

static void
list_write(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/lists.d/%s", scratch, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int
policy_make(void **state)
{
	char		command[128], config[512];
	struct buf	report;

	(void)state;
	options = options_new();
	if (mkdtemp(scratch) == NULL || options == NULL)
		return 1;
	snprintf(command, sizeof(command), "mkdir %s/lists.d", scratch);
	if (system(command) != 0)
		return 1;
	list_write("apt31-ipac.txt", "#! action: hold\nnropnews.com\nb\xc3\xbc" "cher.example\n");
	list_write("soft.txt", "#! action: strip\ntracker.example\n");
	list_write("../press", "press@parl.example\n");
	list_write("../targets", "eve@parl.example\n@board.example\n");
	snprintf(config, sizeof(config), "RulesDir %s\nGroup press %s/press\nGroup Targets %s/targets\nWatchGroups targets\n",
	    scratch, scratch, scratch);
	list_write("../conf", config);
	snprintf(config, sizeof(config), "%s/conf", scratch);
	buf_init(&report, 4096);
	bool made = config_read(config, options, &report) == PW_OK &&
	    policy_load(options, NULL, &report, &policy) == PW_OK;
	buf_fini(&report);
	return !made;
}

static int
policy_drop(void **state)
{
	char command[128];

	(void)state;
	policy_free(policy);
	options_free(options);
	snprintf(command, sizeof(command), "rm -r %s", scratch);
	return system(command);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(without_a_policy_the_builtin_rules_judge),
		cmocka_unit_test(a_flood_of_url_text_is_stripped),
		cmocka_unit_test(a_lack_of_memory_is_told),
		cmocka_unit_test(every_action_has_its_name),
	};
	struct CMUnitTest	tests[NITEMS(references) + NITEMS(messages) + NITEMS(receipts) + NITEMS(others)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(references); i++)
		tests[count++] = (struct CMUnitTest){ .name = references[i].says, .test_func = reference_is_judged,
		    .initial_state = (void *)(uintptr_t)&references[i] };
	for (size_t i = 0; i < NITEMS(messages); i++)
		tests[count++] = (struct CMUnitTest){ .name = messages[i].says, .test_func = message_is_judged,
		    .initial_state = (void *)(uintptr_t)&messages[i] };
	for (size_t i = 0; i < NITEMS(receipts); i++)
		tests[count++] = (struct CMUnitTest){ .name = receipts[i].says, .test_func = receipt_is_judged,
		    .initial_state = (void *)(uintptr_t)&receipts[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, policy_make, policy_drop);
}

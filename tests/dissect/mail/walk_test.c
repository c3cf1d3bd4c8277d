/* Which parts a client renders, in which encoding and charset. Header lines here end in LF; so may mail in files. */
#include "support.h"

#define HTML_MAIL(fields)	"From: a@example.org\n" fields "\n"
#define PIXEL			"<img src=http://t.example/a>"
#define FOUND			"image open http://t.example/a"

static const struct row {
	const char	*says, *mail, *found;
	const char	*path;	/* of the part with the first reference, or NULL */
} rows[] = {
	{ "an empty message", "", "", NULL },
	{ "a header alone", "From: a@example.org\n", "", NULL },
	{ "plain text with markup in it", HTML_MAIL("") "see " PIXEL, "", NULL },
	{ "declared plain text", HTML_MAIL("Content-Type: text/plain\n") PIXEL, "", NULL },
	{ "HTML", HTML_MAIL("Content-Type: text/html\n") PIXEL, FOUND, "1" },
	{ "upper case and comments in the type", HTML_MAIL("CONTENT-TYPE: (x) TEXT/HTML (y); charset=x\n") PIXEL, FOUND, "1" },
	{ "a folded field", HTML_MAIL("Content-Type:\n text/html;\n charset=utf-8\n") PIXEL, FOUND, "1" },
	{ "a blank before the colon", HTML_MAIL("Content-Type : text/html\n") PIXEL, FOUND, "1" },
	{ "base64", HTML_MAIL("Content-Type: text/html\nContent-Transfer-Encoding: base64\n")
	    "PGltZyBzcmM9aHR0cDovL3Qu\nZXhhbXBsZS9hPg==\n", FOUND, "1" },
	{ "base64 with a comment behind its name", HTML_MAIL("Content-Type: text/html\n"
	    "Content-Transfer-Encoding: BASE64 (x)\n") "PGltZyBzcmM9aHR0cDovL3QuZXhhbXBsZS9hPg==\n", FOUND, "1" },
	{ "base64 with foreign bytes in it", HTML_MAIL("Content-Type: text/html\nContent-Transfer-Encoding: base64\n")
	    "PGlt!ZyBz*cmM9aHR0cDovL3QuZXhhbXBsZS9hPg==\n", FOUND, "1" },
	{ "quoted-printable", HTML_MAIL("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n")
	    "<im=\ng src=3Dhttp://t.exa=6D=70le/a>", FOUND, "1" },
	{ "the second part of two", HTML_MAIL("Content-Type: multipart/alternative; boundary=\"x y\"\n")
	    "pre\n--x y\n\ntext\n--x y\nContent-Type: text/html\n\n" PIXEL "\n--x y--\n", FOUND, "2" },
	{ "a multipart that is never closed", HTML_MAIL("Content-Type: multipart/mixed; boundary=b\n")
	    "--b\nContent-Type: text/html\n\n" PIXEL, FOUND, "1" },
	{ "a longer boundary is another one, but not to every client", HTML_MAIL("Content-Type: multipart/mixed; boundary=AA\n")
	    "--AAB\nContent-Type: text/html\n\n" PIXEL "\n--AA\n\nx\n--AA--\n", FOUND, NULL },
	{ "a boundary beside a type that is none: a client may see one text", HTML_MAIL("Content-Type: multipartx; boundary=b\n")
	    "--b\n\nsee " PIXEL "\n--b--\n", FOUND, NULL },
	{ "a type that is there but empty", HTML_MAIL("Content-Type: \n") "see " PIXEL, FOUND, NULL },
	{ "nested multiparts", HTML_MAIL("Content-Type: multipart/mixed; boundary=a\n")
	    "--a\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n" PIXEL "\n--b--\n--a--\n",
	    FOUND, "1.1" },
	{ "the outer boundary ends the inner multipart", HTML_MAIL("Content-Type: multipart/mixed; boundary=a\n")
	    "--a\nContent-Type: multipart/related; boundary=b\n\n--b\n\nx\n--a\nContent-Type: text/html\n\n" PIXEL "\n--a--\n",
	    FOUND, "2" },
	{ "a forwarded message", HTML_MAIL("Content-Type: multipart/mixed; boundary=a\n")
	    "--a\n\nsee below\n--a\nContent-Type: message/rfc822\n\nSubject: x\nContent-Type: text/html\n\n" PIXEL "\n--a--\n",
	    FOUND, "2.1" },
	{ "a digest's parts are messages", HTML_MAIL("Content-Type: multipart/digest; boundary=a\n")
	    "--a\n\nSubject: x\nContent-Type: text/html\n\n" PIXEL "\n--a--\n", FOUND, "1.1" },
	{ "an attachment that opens in a browser", HTML_MAIL("Content-Type: application/octet-stream\n"
	    "Content-Disposition: attachment; filename=\"=?utf-8?Q?inv=6Fice.html?=\"\n") "x" PIXEL, FOUND, "1" },
	{ "one whose name comes in pieces", HTML_MAIL("Content-Type: application/octet-stream\n"
	    "Content-Disposition: attachment; filename*0=inv; filename*1*=oice.ht%6Dl\n") "x" PIXEL, FOUND, "1" },
	{ "one that looks like HTML", HTML_MAIL("Content-Type: application/octet-stream\n") "  <!DOCTYPE HTML>" PIXEL, FOUND, "1" },
	{ "an attached SVG", HTML_MAIL("Content-Type: image/svg+xml\n") "<svg><image href='http://t.example/a'/></svg>",
	    "svg open http://t.example/a", "1" },
	{ "an XML document's external subset and entities", HTML_MAIL("Content-Type: image/svg+xml\n")
	    "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/x.dtd\" ["
	    "<!ENTITY a SYSTEM 'http://t.example/a'>]><svg/>", "xml open http://t.example/a", "1" },
	{ "an XML document's style sheet", HTML_MAIL("Content-Type: application/xhtml+xml\n")
	    "<?xml-stylesheet type='text/css' href='http://t.example/a'?><html/>", "xml open http://t.example/a", "1" },
	{ "an archive is none of these", HTML_MAIL("Content-Type: application/zip\n") PIXEL, "", NULL },
	{ "a style sheet part", HTML_MAIL("Content-Type: text/css\n") "p{background:url(http://t.example/a)}",
	    "css open http://t.example/a", "1" },
	{ "UTF-16 by its mark", HTML_MAIL("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n")
	    "//48AGkAbQBnACAAcwByAGMAPQBoAHQAdABwADoALwAvAHQALgBlAHgAYQBtAHAAbABlAC8AYQA+AA==\n", FOUND, "1" },
	{ "UTF-7", HTML_MAIL("Content-Type: text/html; charset=utf-7\n") "+ADw-img src=http://t.example/a+AD4-", FOUND, "1" },
	{ "ISO-2022-JP", HTML_MAIL("Content-Type: text/html; charset=iso-2022-jp\n") "\033$B$\"\033(B" PIXEL, FOUND, "1" },
	{ "a Shift-JIS letter with a back slash in it", HTML_MAIL("Content-Type: text/html; charset=shift_jis\n")
	    "\x83\x5c" PIXEL, FOUND, "1" },
	{ "an international host in Latin-1", HTML_MAIL("Content-Type: text/html; charset=iso-8859-1\n")
	    "<img src=http://m\xfc""ller.example/a>", "image open http://xn--mller-kva.example/a", "1" },
	{ "a base in the header", HTML_MAIL("Content-Type: text/html\nContent-Base: http://t.example/\n") "<img src=a>", FOUND,
	    "1" },
	{ "a receipt is asked for", HTML_MAIL("Disposition-Notification-To: <r@T.example>\nContent-Type: text/plain\n") "x",
	    "receipt mua mailto:<r@T.example>", "1" },
	{ "a picture in the header", HTML_MAIL("X-Image-URL: http://t.example/a\n") "x", "header mua http://t.example/a", "1" },
	{ "a body elsewhere", HTML_MAIL("Content-Type: message/external-body; access-type=URL; URL=\"http://t.example/a\"\n")
	    "Content-Type: text/html\n\n", "external-body mua http://t.example/a", "1" },
	{ "a calendar's HTML", HTML_MAIL("Content-Type: text/calendar\n") "BEGIN:VEVENT\nX-ALT-DESC;FMTTYPE=text/html:<b>x</b><i\n"
	    " mg src=\"http://t.example/a\">\nEND:VEVENT\n", FOUND, "1" },
	{ "a calendar's attachment and link", HTML_MAIL("Content-Type: text/calendar\n")
	    "ATTACH;X=\"a:b\":http://t.example/a\nURL:http://l.example/\n",
	    "calendar open http://t.example/a\ncalendar click http://l.example/", "1" },
	{ "a contact's picture", HTML_MAIL("Content-Type: text/vcard\n") "BEGIN:VCARD\nitem1.PHOTO;VALUE=uri:http://t.example/a\n",
	    "calendar open http://t.example/a", "1" },
	{ "a picture field in RTF", HTML_MAIL("Content-Type: application/rtf\n")
	    "{\\rtf1{\\field{\\*\\fldinst { INCLUDEPICTURE \"http://t.example/a\" }}}}", "image open http://t.example/a", "1" },
	{ "a page in uuencode", HTML_MAIL("") "see\nbegin 644 x.html\n</&EM9R!S<F,]:'1T<#HO+W0N97AA;7!L92]A/@  \n`\nend\n", FOUND,
	    "1" },
	{ "a page in yEnc", HTML_MAIL("") "=ybegin line=128 size=27 name=x.html\nf\x93\x97\x91"
	    "J\x9d\x9c\x8dg\x92\x9e\x9e\x9a" "dYY\x9eX\x8f\xa2\x8b\x97\x9a\x96\x8fY\x8bh\n=yend size=27\n", FOUND, "1" },
	{ "content inside S/MIME", HTML_MAIL("Content-Type: application/pkcs7-mime\n")
	    "\x30\x1e\x24\x1c\x04\x06<img s\x04\x16rc=http://t.example/a>", FOUND, NULL },
	{ "content inside winmail.dat", HTML_MAIL("Content-Type: application/ms-tnef\n") "\x78\x9f\x3e\x22" PIXEL, FOUND, NULL },
	{ "of two types, either", HTML_MAIL("Content-Type: text/plain\nContent-Type: text/html\n") PIXEL, FOUND, "1" },
	{ "of two types, either, the other way round", HTML_MAIL("Content-Type: text/html\nContent-Type: text/plain\n") PIXEL,
	    FOUND, "1" },
	{ "of two encodings, either", HTML_MAIL("Content-Type: text/html\nContent-Transfer-Encoding: base64\n"
	    "Content-Transfer-Encoding: 7bit\n") "PGltZyBzcmM9aHR0cDovL3QuZXhhbXBsZS9hPg==\n", FOUND, "1" },
};

static void
finds(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d = dissect_or_fail(span_of(row->mail), arena);
	struct buf		 out;

	assert_string_equal(found_in(d, &out), row->found);
	buf_fini(&out);
	if (row->path != NULL) {
		const struct document *document = &dissection_documents(d)[dissection_references(d)[0].document];
		assert_string_equal(dissection_text(d, dissection_parts(d)[document->part].path).at, row->path);
	}
	arena_free(arena);
}

static void
reads_senders(void **state)
{
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d = dissect_or_fail(SPAN("From: \"Desk, Foreign\" <A.b@NEWS.Example>, x@y.example\n"
	    "Sender: <s@z.example>\nReply-To: =?utf-8?Q?J=C3=B6rg?= <r@q.example>\nTo: <t@p.example>\n"
	    "Subject: =?utf-8?B?SMOpbGxv?=\nMessage-ID: <1@x>\n\n"), arena);
	static const struct { uint32_t role; const char *mailbox, *domain, *display; } wanted[] = {
		{ ADDRESS_FROM, "a.b@news.example", "news.example", "Desk, Foreign" },
		{ ADDRESS_FROM, "x@y.example", "y.example", "" },
		{ ADDRESS_SENDER, "s@z.example", "z.example", "" },
		{ ADDRESS_REPLY_TO, "r@q.example", "q.example", "J\xc3\xb6rg" },
		{ ADDRESS_TO, "t@p.example", "p.example", "" },
	};

	(void)state;
	assert_int_equal(d->addresses.count, NITEMS(wanted));
	for (size_t i = 0; i < NITEMS(wanted); i++) {
		const struct address *address = &dissection_addresses(d)[i];
		assert_int_equal(address->role, wanted[i].role);
		assert_string_equal(dissection_text(d, address->mailbox).at, wanted[i].mailbox);
		assert_string_equal(dissection_text(d, address->domain).at, wanted[i].domain);
		assert_string_equal(dissection_text(d, address->display).at, wanted[i].display);
	}
	assert_string_equal(dissection_text(d, d->subject).at, "H\xc3\xa9llo");
	assert_string_equal(dissection_text(d, d->message_id).at, "<1@x>");
	arena_free(arena);
}

/* A message of one piece, repeated: what a sender may choose without end has a limit with a name. */
static const struct limit_row {
	const char	*says, *head, *piece;
	size_t		 times;
	enum limit	 limit;	/* LIMIT_NONE: within bounds, however often */
} limit_rows[] = {
	{ "a million header lines", "", "X: y\n", 1000000, LIMIT_header_lines },
	{ "a header without end", "X: ", "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", 40000,
	    LIMIT_header_bytes },
	{ "a hundred thousand levels", "", "Content-Type: message/rfc822\n\n", 100000, LIMIT_depth },
	{ "more parts than any mail", "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", 5000, LIMIT_parts },
	{ "a tag of attributes", "Content-Type: text/html\n\n<p ", "a=b ", 5000, LIMIT_attributes },
	{ "too many references", "Content-Type: text/html\n\n", "<img src=http://t.example/a>", 20000, LIMIT_references },
	{ "open tags without end", "Content-Type: text/html\n\n<img src=http://t.example/a>", "<div>", 5000, LIMIT_tree_depth },
	{ "NULs", "Content-Type: text/html\n\n", "\0", 100000, LIMIT_NONE },
	{ "line ends", "Content-Type: multipart/mixed; boundary=b\n\n", "\n", 1000000, LIMIT_NONE },
	{ "parameters", "Content-Type: text/html", "; a=b", 20000, LIMIT_NONE },
	{ "comments in comments", "Content-Type: ", "(", 100000, LIMIT_NONE },
	{ "addresses in groups", "To: ", "g:", 45000, LIMIT_NONE },
	{ "boundaries that are none", "Content-Type: multipart/mixed; boundary=b\n\n", "\n--bx", 200000, LIMIT_NONE },
};

static void
stays_bounded(void **state)
{
	const struct limit_row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection	*d;
	struct buf		 mail;
	size_t			 piece = row->piece[0] == '\0' ? 1 : strlen(row->piece);

	buf_init(&mail, (size_t)1 << 30);
	buf_add(&mail, span_of(row->head));
	for (size_t i = 0; i < row->times; i++)
		buf_add(&mail, (struct span){ row->piece, piece });
	enum pw_err err = dissect(buf_span(&mail), &limits_default, arena, &d);
	assert_int_equal(err, row->limit == LIMIT_NONE ? PW_OK : PW_ELIMIT);
	assert_int_equal(d->limit, row->limit);
	assert_int_equal(dissection_check(d, d->bytes, mail.len, &limits_default), PW_OK);
	/* Proportional to the mail, whatever it holds. */
	assert_true(arena_used(arena) < mail.len * 60 + (64 << 20));
	buf_fini(&mail);
	arena_free(arena);
}

/* Two documents of 39 bytes end a process that calls libgumbo without care (libgumbo 0.10.1, parser.c:714, 1538). */
static void
survives_assertions(void **state)
{
	static const char *const documents[] = {
		"<table><svg><select><title><select><tr>", "<table><tr><svg><td><desc><select></tr>",
	};

	(void)state;
	for (size_t i = 0; i < NITEMS(documents); i++) {
		struct arena		*arena = arena_new(TEST_ARENA_BYTES);
		struct span		 html = arena_printf(arena, "%s<img src=http://t.example/a>", documents[i]);
		const struct dissection	*d;

		assert_int_equal(dissect(mail_of_html(arena, html.at), &limits_default, arena, &d), PW_EPARSER);
		assert_int_equal(d->failure, PW_EPARSER);
		/* What the tokens say is known all the same. */
		assert_int_equal(d->references.count, 1);
		/* The next one is none the worse for it. */
		assert_int_equal(dissect_or_fail(mail_of_html(arena, PIXEL), arena)->references.count, 1);
		arena_free(arena);
	}
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(rows) + NITEMS(limit_rows) + 2] = { 0 };
	size_t			count = 0;

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].says, .test_func = finds,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < NITEMS(limit_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = limit_rows[i].says, .test_func = stays_bounded,
		    .initial_state = (void *)(uintptr_t)&limit_rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(reads_senders);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(survives_assertions);
	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}

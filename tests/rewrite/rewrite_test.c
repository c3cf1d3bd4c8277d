/* What is left of a mail when everything in it was made inert, byte for byte. */
#include "support.h"

#define GIF	"data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

static const struct row {
	const char	*says, *before, *after;
} html_rows[] = {
	{ "a visible picture keeps its place", "<p><img  src=\"http://t.example/a\" width=20 alt=x></p>",
	    "<p><img  src=\"" GIF "\" width=20 alt=x></p>" },
	{ "an unquoted source", "<img src=http://t.example/a width=20>", "<img src=" GIF " width=20>" },
	{ "a picture without a box goes as a whole", "a<img src=http://t.example/a style='display:none'>b", "ab" },
	{ "a pixel keeps its line", "a<img src=http://t.example/a width=1 height=1>b", "a<img src=" GIF " width=1 height=1>b" },
	{ "candidates go with their attribute", "<img srcset='http://t.example/a 2x' src='cid:a'>", "<img src='cid:a'>" },
	{ "a background goes, the colour stays", "<td background=\"http://t.example/a\" bgcolor=red>",
	    "<td bgcolor=red>" },
	{ "a url in a style attribute", "<p style=\"color:red;background:url('http://t.example/a') no-repeat\">",
	    "<p style=\"color:red;background:url(data:,) no-repeat\">" },
	{ "behind references", "<p style='background:url(&quot;http://t.example/a&quot;) red'>",
	    "<p style='background:url(data:,) red'>" },
	{ "a sheet keeps what needs no network", "<style>@import \"http://t.example/a\";p{color:red}</style>",
	    "<style>@import url(data:,);p{color:red}</style>" },
	{ "a style sheet's tag goes", "<head><link rel=stylesheet href=http://t.example/a><title>x</title></head>",
	    "<head><title>x</title></head>" },
	{ "a frame loses its source", "<iframe src=http://t.example/a width=1></iframe>", "<iframe width=1></iframe>" },
	{ "both duplicates go", "<img src=http://t.example/a src=http://t.example/b width=9>",
	    "<img src=" GIF " src=" GIF " width=9>" },
	{ "Outlook's document", "<!--[if mso]><v:fill src=\"http://t.example/a\" color=\"red\"/><![endif]-->",
	    "<!--[if mso]><v:fill color=\"red\"/><![endif]-->" },
	{ "a document in an attribute is edited in place", "<iframe srcdoc=\"&lt;img src='http://t.example/a' width=9&gt;\">",
	    "<iframe srcdoc=\"&lt;img src='" GIF "' width=9&gt;\">" },
	{ "a data URL with something live inside goes", "<iframe src='data:text/html,<img src=http://t.example/a>'></iframe>",
	    "<iframe></iframe>" },
	{ "a data sheet with something live inside goes", "<link rel=stylesheet href='data:text/css,p{background:url(http://t.e"
	    "xample/a)}'>x", "x" },
	{ "so does an imported one, alone", "<style>@import 'data:text/css,@import%20%22http://t.example/a%22';p{}</style>",
	    "<style>@import url(data:,);p{}</style>" },
	{ "a drawing with something live inside is an empty picture", "<img width=9 src=\"data:image/svg+xml,<svg><image href='"
	    "http://t.example/a'/></svg>\">", "<img width=9 src=\"" GIF "\">" },
	{ "entities that spell a URL go", "<iframe src='data:image/svg+xml,<!DOCTYPE s [<!ENTITY a \"http://t.example/a\">]>"
	    "<image href=\"&amp;a;\"/>'></iframe>", "<iframe></iframe>" },
	{ "a sheet in SVG that comments cut goes as a whole", "<svg><style>p{background:u<!-- -->rl(http://t.example/a)}</style>"
	    "</svg>", "<svg><style></style></svg>" },
	{ "a link stays", "<a href=http://l.example/>x</a><img src=http://t.example/a hidden>",
	    "<a href=http://l.example/>x</a>" },
	{ "nothing live, nothing changed", "<p><img src=cid:a><a href=http://l.example/>x</a>",
	    "<p><img src=cid:a><a href=http://l.example/>x</a>" },
};

static const struct row mail_rows[] = {
	{ "quoted-printable changes only where the reference stands",
	    "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "<p>caf=C3=A9 =\nand <im=\ng src=3D\"http://t.example/a\" hid=\nden title=3Dx>more</p>=20\nnext=\n",
	    "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "<p>caf=C3=A9 =\nand more</p>=20\nnext=\n" },
	{ "base64 is encoded anew, line ends as they were",
	    "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	    "YWI8aW1nIHNyYz1odHRwOi8vdC5leGFtcGxlL2EgaGlkZGVuPmNk\r\n",
	    "Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJjZA==\r\n" },
	{ "the other parts stay as they are, odd line ends and all",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\n--b\r\n\r\nx \t\n\ry\r\n--b\r\nContent-Type: text/html\r\n\r\n"
	    "1<img src=http://t.example/a hidden>2\r\n--b--  \r\nepilogue",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\npre\n--b\r\n\r\nx \t\n\ry\r\n--b\r\nContent-Type: text/html\r\n\r\n"
	    "12\r\n--b--  \r\nepilogue" },
	{ "a stateful charset becomes UTF-8 under its new label",
	    "Content-Type: text/html; charset=\"iso-2022-jp\"; x=y\nSubject: z\n\n\033$B$\"\033(B<img src=http://t.example/a "
	    "hidden>\n",
	    "Content-Type: text/html; charset=utf-8; x=y\nSubject: z\nContent-Transfer-Encoding: base64\n\n44GCCg==\n" },
	{ "a stateless one keeps its bytes",
	    "Content-Type: text/html; charset=shift_jis\n\n\x83\x5c<img src=http://t.example/a hidden>\x83\x5c\n",
	    "Content-Type: text/html; charset=shift_jis\n\n\x83\x5c\x83\x5c\n" },
	{ "a request in the header goes, whatever the body's encoding",
	    "Disposition-Notification-To: <r@t.example>,\n <s@t.example>\nContent-Type: text/plain\n"
	    "Content-Transfer-Encoding: base64\n\nYWJj\n",
	    "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYWJj\n" },
	{ "a body elsewhere is no longer named",
	    "Subject: x\nContent-Type: message/external-body; access-type=URL;\n URL=\"http://t.example/a\"\n\n"
	    "Content-Type: text/html\n\n",
	    "Subject: x\n\nContent-Type: text/html\n\n" },
	{ "a calendar loses the line, not the event",
	    "Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:x\nATTACH:http://t.exa\n mple/a\nEND:VEVENT\n",
	    "Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\n" },
	{ "a nested part's label changes in the body",
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-7\n\n+ADw-img "
	    "src=http://t.example/a hidden+AD4-x\n--b--\n",
	    "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\n\neA==\n--b--\n" },
};

static void
rewrites_html(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 fresh = neutralised(mail_of_html(arena, row->before), arena);

	assert_string_equal(fresh.at, mail_of_html(arena, row->after).at);
	arena_free(arena);
}

static void
rewrites_mail(void **state)
{
	const struct row	*row = *state;
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);

	assert_string_equal(neutralised(span_of(row->before), arena).at, row->after);
	arena_free(arena);
}

/* The MTA changes its own copy of the header: by name and index. */
static void
names_header_edits(void **state)
{
	struct arena		*arena = arena_new(TEST_ARENA_BYTES);
	struct span		 mail = SPAN("Content-Type: text/plain\nX: y\nContent-Type: text/html;\n charset=utf-7\n\n"
				    "+ADw-img src=http://t.example/a+AD4-");
	const struct dissection	*d = dissect_or_fail(mail, arena);
	struct verdict		 verdict;
	struct rewritten	 r;

	(void)state;
	strip_all(d, arena, &verdict);
	assert_int_equal(rewrite(mail, d, &verdict, arena, &r), PW_OK);
	assert_int_equal(r.header_edit_count, 2);
	assert_true(span_eq(r.header_edits[0].name, SPAN("Content-Type")));
	assert_int_equal(r.header_edits[0].index, 2);
	assert_true(span_eq(r.header_edits[0].value, SPAN(" text/html;\n charset=utf-8")));
	assert_true(span_eq(r.header_edits[1].name, SPAN("Content-Transfer-Encoding")));
	assert_int_equal(r.header_edits[1].index, 1);
	arena_free(arena);
}

/* 76 characters a line at the most, wherever the edit stands. */
static void
keeps_quoted_printable_lines_short(void **state)
{
	(void)state;
	for (size_t column = 0; column < 70; column++) {
		struct arena	*arena = arena_new(TEST_ARENA_BYTES);
		struct buf	 mail;

		buf_init(&mail, 1 << 20);
		buf_add(&mail, SPAN("Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n"));
		for (size_t i = 0; i < column; i++)
			buf_add_char(&mail, 'x');
		buf_add(&mail, SPAN("=\n<img src=3D\"http://t.example/aaaaaaaaaaaa=\naaaaaaaaa\" width=3D20 style=3D\"back"
		    "ground:url(http://t.example/b)\"> and so on until the end of the line=\n of it\n"));
		struct span fresh = neutralised(buf_span(&mail), arena);
		for (size_t at = 0, end; at < fresh.len; at = end + 1) {
			end = span_find_char(fresh, '\n', at);
			assert_true(end - at <= 76);
		}
		buf_fini(&mail);
		arena_free(arena);
	}
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(html_rows) + NITEMS(mail_rows) + 2] = { 0 };
	size_t			count = 0;

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(html_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = html_rows[i].says, .test_func = rewrites_html,
		    .initial_state = (void *)(uintptr_t)&html_rows[i] };
	for (size_t i = 0; i < NITEMS(mail_rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = mail_rows[i].says, .test_func = rewrites_mail,
		    .initial_state = (void *)(uintptr_t)&mail_rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(names_header_edits);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(keeps_quoted_printable_lines_short);
	return cmocka_run_group_tests_name("rewrite", tests, NULL, NULL);
}

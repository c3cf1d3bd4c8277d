/* Which URLs say something of their reader, and which are the same for all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "judge/fixture.h"
#include "judge/shape/opaque.h"
#include "judge/shape/plain.h"
#include "judge/shape/report.h"
#include "judge/shape/spacer_name.h"

static const struct picture_case {
	const char	*says, *url;
	bool		 is_static, is_spacer;
} pictures[] = {
	{ "spacer.gif is a spacer", "https://static.shop.example/mail/spacer.gif", true, true },
	{ "a spacer in any case", "https://static.shop.example/Mail/SPACER.GIF", true, true },
	{ "blank.png is one", "https://static.shop.example/mail/blank.png", true, true },
	{ "clear.gif is one", "https://static.shop.example/mail/clear.gif", true, true },
	{ "pixel_trans.gif is one", "https://www.shop.example/catalog/images/pixel_trans.gif", true, true },
	{ "a line is one", "https://shop.example/img/grey-line.png", true, true },
	{ "1x1.gif is one", "https://shop.example/1x1.gif", true, true },
	{ "a dated folder is plain", "https://shop.example/2024/03/21/spacer.gif", true, true },
	{ "a folder of a day is plain", "https://shop.example/nl/20240321/spacer.gif", true, true },
	{ "a day and a size are plain", "https://img2.shop.example/2024/03/21/spacer_10x1.gif", true, true },
	{ "pictures for sharp screens are plain", "https://shop.example/img/spacer@2x.png", true, true },
	{ "a word may have a size", "https://shop.example/trans1x1.gif", true, true },
	{ "1px.png is one", "https://shop.example/1px.png", true, true },
	{ "spacers have humps", "https://shop.example/emailSpacer.gif", true, true },
	{ "other languages have spacers", "https://shop.example/platzhalter.gif", true, true },
	{ "short names are spacers where pictures are kept", "https://shop.example/img/t.gif", true, true },
	{ "a host for pictures is such a place", "https://static2.shop.example/mail/s.gif", true, true },
	{ "short names elsewhere are none", "https://shop.example/mail/t.gif", true, false },
	{ "a folder that counts is no such place", "https://img.shop.example/o/t.gif", true, false },
	{ "a number of eight digits is no day", "https://shop.example/20241321/spacer.gif", false, false },
	{ "a size may be too long", "https://shop.example/12345x1/spacer.gif", false, false },
	{ "numbered hosts are plain", "https://i7.createsend.example/spacer.gif", true, true },
	{ "humps are plain", "https://shop.example/emailImages/spacer.gif", true, true },
	{ "brands may be hard to say", "https://static.cobaltcrm.shop.example/hsbc/spacer.gif", true, true },
	{ "p.gif is a picture and no spacer", "https://shop.example/p.gif", true, false },
	{ "pixel.png is no spacer", "https://shop.example/pixel.png", true, false },
	{ "open.gif speaks of tracking", "https://shop.example/open.gif", false, false },
	{ "a spacer in a tracker's folder does too", "https://shop.example/track/spacer.gif", false, false },
	{ "a spacer on a tracker's host does too", "https://open.shop.example/spacer.gif", false, false },
	{ "a query tells readers apart", "https://shop.example/spacer.gif?1", false, false },
	{ "a small version does not", "https://shop.example/spacer.gif?v=2", true, true },
	{ "nor does a date", "https://shop.example/spacer.gif?v=20240321", true, true },
	{ "a long version does", "https://shop.example/spacer.gif?v=482913", false, false },
	{ "and so does what stands beside it", "https://shop.example/spacer.gif?v=2&u=7", false, false },
	{ "an empty version may", "https://shop.example/spacer.gif?v=", false, false },
	{ "spacers are numbered", "https://shop.example/spacer20.gif", true, true },
	{ "transparent-pixel.png is one", "https://shop.example/transparent-pixel.png", true, true },
	{ "an empty query may", "https://shop.example/spacer.gif?", false, false },
	{ "a fragment may", "https://shop.example/spacer.gif#a", false, false },
	{ "user information does", "https://ann@shop.example/spacer.gif", false, false },
	{ "a port may", "https://shop.example:8443/spacer.gif", false, false },
	{ "a script is no picture", "https://shop.example/spacer.php", false, false },
	{ "a file without a suffix is none", "https://shop.example/spacer", false, false },
	{ "an address is no host for layouts", "https://192.0.2.1/spacer.gif", false, false },
	{ "nor is one of IPv6", "https://[2001:db8::1]/spacer.gif", false, false },
	{ "letters and digits mixed tell apart", "https://shop.example/a7f3/spacer.gif", false, false },
	{ "a long number tells apart", "https://shop.example/482913/spacer.gif", false, false },
	{ "a number in the file's name tells apart", "https://shop.example/spacer-4821.gif", false, false },
	{ "small numbers in a row tell apart", "https://shop.example/48/29/13/77/21/spacer.gif", false, false },
	{ "a UUID tells apart", "https://shop.example/5b40ad63-abba-e2bb-492d-a4f1cf8c9e81/spacer.gif", false, false },
	{ "consonants tell apart", "https://shop.example/xkcdqz/spacer.gif", false, false },
	{ "letters in mixed case tell apart", "https://shop.example/JNrGd/spacer.gif", false, false },
	{ "letters in mixed case tell apart, vowels or not", "https://shop.example/eXaMiNe/spacer.gif", false, false },
	{ "base64 tells apart", "https://shop.example/YW5uLmxlZQ/spacer.gif", false, false },
	{ "an escape tells apart", "https://shop.example/%61nn/spacer.gif", false, false },
	{ "an opaque label tells apart", "https://x7k2p9.shop.example/spacer.gif", false, false },
	{ "the registrable domain may be odd", "https://www.4x7q2.example/spacer.gif", true, true },
};

static struct url_pieces
pieces(struct fixture *fixture, const char *url)
{
	struct fixture_reference row = { .url = url, .flags = REFERENCE_LIVE };

	fixture_begin(fixture);
	fixture_parts(fixture, NULL, 0);
	fixture_references(fixture, &row, 1);
	const struct dissection *d = fixture_finish(fixture);
	return url_pieces_of(d, dissection_references(d));
}

static void
picture_is_judged(void **state)
{
	const struct picture_case	*row = *state;
	struct fixture			 fixture;
	struct url_pieces		 url = pieces(&fixture, row->url);

	assert_int_equal(shape_is_static_picture(&url), row->is_static);
	assert_int_equal(shape_is_named_spacer(&url), row->is_spacer);
	free(fixture.d);
}

static const struct token_case {
	const char	*says, *url;
	bool		 opaque;
} tokens[] = {
	{ "web fonts have no token", "https://fonts.googleapis.com/css?family=Nunito+Sans:400,700&display=swap", false },
	{ "web fonts with axes have none",
	  "https://fonts.googleapis.com/css2?family=Inter:ital,wght@0,400;1,700&display=swap", false },
	{ "a font file's digest is no token", "https://fonts.gstatic.com/s/inter/v13/UcCO3FwrK3iLTeHuS.woff2", false },
	{ "a style sheet's digest is no token", "https://cdn.shop.example/assets/main.8f3a9c1d2e4b.css", false },
	{ "a version is no token", "https://shop.example/mail.css?v=1712345678", false },
	{ "a short version digest is no token", "https://shop.example/mail.css?ver=8f3a9c1d", false },
	{ "a date is no token", "https://shop.example/20240321/mail.css", false },
	{ "words are no token", "https://shop.example/newsletter/spring-sale/mail.css", false },
	{ "the standard's document type has none", "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd", false },
	{ "a digest in the query is one", "https://shop.example/mail.css?u=8f3a9c1d2e4b5a67", true },
	{ "a digest as the whole query is one", "https://shop.example/mail.css?8f3a9c1d2e4b5a67", true },
	{ "a long version is one", "https://shop.example/mail.css?v=8f3a9c1d2e4b5a678f3a9c1d2e4b5a67", true },
	{ "a digest in the path is one", "https://shop.example/8f3a9c1d2e4b5a67/mail.css", true },
	{ "a digest as a file without suffix is one", "https://shop.example/css/8f3a9c1d2e4b5a67", true },
	{ "a digest in the host is one", "https://8f3a9c1d2e4b5a67.shop.example/mail.css", true },
	{ "a UUID is one", "https://shop.example/c/5b40ad63-abba-e2bb-492d-a4f1cf8c9e81/mail.css", true },
	{ "a long number is one", "https://shop.example/mail.css?u=48291377", true },
	{ "base64 is one", "https://shop.example/mail.css?u=QWxhZGRpbjpvcGVuIHNl", true },
	{ "a digest in the fragment is one", "https://shop.example/mail.css#8f3a9c1d2e4b5a67", true },
	{ "an escaped one is one", "https://shop.example/mail.css?q=u%3D8f3a9c1d2e4b5a67", true },
};

static void
token_is_judged(void **state)
{
	const struct token_case	*row = *state;
	struct fixture		 fixture;
	struct url_pieces	 url = pieces(&fixture, row->url);

	assert_int_equal(shape_has_opaque_token(&url), row->opaque);
	free(fixture.d);
}

static const struct report_case {
	const char		*says, *url;
	enum shape_report	 report;
} reports[] = {
	/* names that say it */
	{ "a script named open", "https://news.example/open.php?u=4711", SHAPE_REPORTS },
	{ "a folder named open", "https://news.example/wf/open?upn=8f3a9c1d2e4b5a67", SHAPE_REPORTS },
	{ "a folder in front of the token", "https://news.example/track/open/8f3a9c1d2e4b5a67", SHAPE_REPORTS },
	{ "a pixel with a query", "https://news.example/media/pixel.gif?c=12&u=8812", SHAPE_REPORTS },
	{ "a PNG may be one, too", "https://news.example/media/pixel.png?c=12&u=8812", SHAPE_REPORTS },
	{ "a beacon with a token", "https://news.example/v1/beacon/5b40ad63-abba-e2bb-492d-a4f1cf8c9e81", SHAPE_REPORTS },
	{ "words in company", "https://news.example/api/track_email_open/4711-8f3a9c1d2e4b5a67", SHAPE_REPORTS },
	{ "words in humps", "https://news.example/m/openTracker?id=4711", SHAPE_REPORTS },
	{ "words in one", "https://news.example/emailopened?id=4711", SHAPE_REPORTS },
	{ "capitals", "https://news.example/OPEN.ASPX?tp=8f3a9c1d2e4b5a67", SHAPE_REPORTS },
	{ "a number behind the word", "https://news.example/pixel2.gif?m=8812", SHAPE_REPORTS },
	/* names that almost say it */
	{ "a short folder and a long token", "https://news.example/e/o/8f3a9c1d2e4b5a67", SHAPE_MAY_REPORT },
	{ "a tracking host and a token", "https://track.news.example/8f3a9c1d2e4b5a67", SHAPE_MAY_REPORT },
	{ "a one-letter picture behind a token", "https://news.example/oo/8f3a9c1d2e4b5a67/e.gif", SHAPE_MAY_REPORT },
	{ "a token for a picture's name", "https://news.example/q/8f3a9c1d2e4b5a67.png", SHAPE_MAY_REPORT },
	{ "a token and no word of any kind", "https://news.example/8f3a9c1d2e4b5a67", SHAPE_TELLS_APART },
	{ "a script's name says nothing", "https://news.example/x9.aspx?u=8f3a9c1d2e4b5a67", SHAPE_TELLS_APART },
	/* near misses */
	{ "a word of pictures", "https://email-images.news.example/8f3a9c1d2e4b5a67/original", SHAPE_IS_SILENT },
	{ "a measure", "https://faces.example/8f3a9c1d2e4b5a67=w600-h300", SHAPE_IS_SILENT },
	{ "a clock", "https://news.example/countdown/8f3a9c1d2e4b5a67.gif", SHAPE_IS_SILENT },
	{ "open without anything to tell", "https://news.example/open", SHAPE_IS_SILENT },
	{ "open in company that it does not keep when it counts", "https://news.example/open-house/photo?id=12345678",
	  SHAPE_IS_SILENT },
	{ "a file of words", "https://news.example/icon-track-parcel.png", SHAPE_IS_SILENT },
	{ "a file of words with a size", "https://news.example/beacon-hill-office.png?width=1120", SHAPE_IS_SILENT },
	{ "a telephone", "https://news.example/google-pixel-9-hero.jpg", SHAPE_IS_SILENT },
	{ "a photograph in a folder that counts", "https://news.example/open/summer.jpg", SHAPE_IS_SILENT },
	{ "a store's file", "https://news.example/lib/fe9a/m/1/5b40ad63-abba-e2bb-492d-a4f1cf8c9e81.png", SHAPE_IS_SILENT },
	{ "a signed picture", "https://media.example/dms/image/D4E03AQlb52Kbi2S9NW/logo/0/57.png?e=3594628326&v=beta&t=Uwt8kr30ekw8nD",
	  SHAPE_IS_SILENT },
	{ "a resized one", "https://media.example/resize/600x400/8f3a9c1d2e4b5a67.jpg?sig=QWxhZGRpbjpvcGVu", SHAPE_IS_SILENT },
	{ "a barcode", "https://shop.example/barcode.php?code=004012345123", SHAPE_IS_SILENT },
	{ "a map", "https://weather.example/map?city=Tallinn&zoom=13", SHAPE_IS_SILENT },
	{ "a face", "https://faces.example/avatar/9e107d9d372bb6826bd81d3542a419d6?s=80", SHAPE_IS_SILENT },
};

static void
report_is_judged(void **state)
{
	const struct report_case	*row = *state;
	struct fixture			 fixture;
	struct url_pieces		 url = pieces(&fixture, row->url);

	assert_int_equal(shape_report_of(&url), row->report);
	free(fixture.d);
}

static void
a_url_is_cut_at_its_signs(void **state)
{
	struct fixture		fixture;
	struct url_pieces	url = pieces(&fixture, "https://u@www.a.example:81/p/q.gif?x=1#f");

	(void)state;
	assert_true(span_eq(url.authority, SPAN("u@www.a.example:81")));
	assert_true(span_eq(url.host, SPAN("www.a.example")));
	assert_true(span_eq(url.domain, SPAN("a.example")));
	assert_true(span_eq(url.path, SPAN("/p/q.gif")));
	assert_true(span_eq(url.query, SPAN("x=1")));
	assert_true(span_eq(url.fragment, SPAN("f")));
	free(fixture.d);
	url = pieces(&fixture, "mailto:a@b.example");
	assert_false(url.has_query || url.has_fragment);
	assert_int_equal(url.path.len, 0);
	free(fixture.d);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(pictures) + NITEMS(tokens) + NITEMS(reports) + 1] = {
		cmocka_unit_test(a_url_is_cut_at_its_signs) };
	size_t			count = 1;

	for (size_t i = 0; i < NITEMS(pictures); i++)
		tests[count++] = (struct CMUnitTest){ .name = pictures[i].says, .test_func = picture_is_judged,
		    .initial_state = (void *)(uintptr_t)&pictures[i] };
	for (size_t i = 0; i < NITEMS(tokens); i++)
		tests[count++] = (struct CMUnitTest){ .name = tokens[i].says, .test_func = token_is_judged,
		    .initial_state = (void *)(uintptr_t)&tokens[i] };
	for (size_t i = 0; i < NITEMS(reports); i++)
		tests[count++] = (struct CMUnitTest){ .name = reports[i].says, .test_func = report_is_judged,
		    .initial_state = (void *)(uintptr_t)&reports[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

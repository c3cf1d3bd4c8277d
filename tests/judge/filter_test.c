/* Which URLs an Adblock network filter speaks about: its pattern, its options, and other filters of its list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pixelward/base/buf.h>

#include "judge/filter.h"
#include "judge/regex.h"

struct bench {
	struct filter_set	 set;
	struct filter_asker	 asker;
	struct filter_source	*source;
};

#define MOST_LISTS	40

static void
bench_begin(struct bench *bench)
{
	filter_set_init(&bench->set);
	bench->source = malloc(sizeof(*bench->source));
	bench->asker = (struct filter_asker){ .arena = arena_new((size_t)1 << 26), .work = FILTER_WORK };
	assert_non_null(bench->source);
}

static void
bench_end(struct bench *bench)
{
	filter_set_fini(&bench->set);
	arena_free(bench->asker.arena);
	free(bench->source);
}

/* The lines become filters of one list, or of several: "---" begins the next one. */
static void
bench_fill(struct bench *bench, const char *lines)
{
	struct filter_fault	fault;
	struct span		rest = span_of(lines);
	uint32_t		list = 0, number = 0;

	while (rest.len > 0) {
		size_t		end = span_find_char(rest, '\n', 0);
		struct span	line = span_cut(rest, 0, end);

		rest = span_from(rest, end + 1);
		number++;
		if (span_eq(line, SPAN("---"))) {
			list++;
			continue;
		}
		assert_int_equal(filter_parse(line, bench->source, &fault), FILTER_NETWORK);
		assert_int_equal(filter_set_add(&bench->set, bench->source, list, number, &fault), PW_OK);
	}
	assert_int_equal(filter_set_index(&bench->set), PW_OK);
}

/* Hosts of tests have their registrable domain at the last two labels. */
static size_t
bench_ask(struct bench *bench, struct span url, const char *from, uint32_t type,
    struct filter_hit hits[MOST_LISTS])
{
	struct span	rest = span_from(url, span_find(url, SPAN("//"), 0) + 2), host, domain;
	size_t		end = 0, dots = 0;

	while (end < rest.len && rest.at[end] != '/' && rest.at[end] != '?' && rest.at[end] != '#')
		end++;
	for (size_t i = 0; i < end; i++)
		if (rest.at[i] == '@') {
			rest = span_from(rest, i + 1);
			end -= i + 1;
			i = 0;
		}
	host = span_cut(rest, 0, span_find_char(span_cut(rest, 0, end), ':', 0));
	size_t begin = host.len;
	while (begin > 0 && (host.at[begin - 1] != '.' || ++dots < 2))
		begin--;
	domain = span_from(host, begin);
	bench->asker.site_count = from != NULL;
	if (from != NULL)
		bench->asker.sites[0] = span_of(from);
	struct filter_question question = { url, host, domain, type != 0 ? type : TYPE_IMAGE };
	assert_int_equal(filter_set_match(&bench->set, &bench->asker, &question), PW_OK);
	assert_true(bench->asker.hit_count <= MOST_LISTS);
	for (size_t i = 0; i < bench->asker.hit_count; i++)
		hits[i] = bench->asker.hits[i];
	return bench->asker.hit_count;
}

/* --- filter x URL --- */

static const struct row {
	const char	*says, *filters, *url;
	bool		 matches;
	const char	*from;	/* the domain of From; NULL: there is none */
	uint32_t	 type;	/* 0: a picture */
} rows[] = {
	/* substrings */
	{ "a plain filter is a substring", "/banner/img", "https://a.example/x/banner/img1", true, NULL, 0 },
	{ "of the host, too", "track.a.example", "https://xtrack.a.example/", true, NULL, 0 },
	{ "and of the query", "&uid=", "https://a.example/?a=b&uid=c", true, NULL, 0 },
	{ "what is not there is not matched", "/banner/img", "https://a.example/banner/jpg", false, NULL, 0 },
	{ "case does not matter in the URL", "/open.gif?", "https://a.example/OPEN.gif?x", true, NULL, 0 },
	{ "case does not matter in the filter", "/OPEN.gif?", "https://a.example/open.GIF?x", true, NULL, 0 },
	{ "but for match-case", "/OPEN.gif?$match-case", "https://a.example/open.gif?x", false, NULL, 0 },
	{ "which matches what is the same", "/OPEN.gif?$match-case", "https://a.example/OPEN.gif?x", true, NULL, 0 },
	{ "a filter may be longer than the URL", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "https://a.example/a", false, NULL, 0 },
	{ "a filter without any whole word is found", "ackpixe", "https://a.example/trackpixel", true, NULL, 0 },
	{ "a filter of one letter and signs is found", "/~~x/", "https://a.example/~~x/", true, NULL, 0 },
	{ "a filter that begins within a word is found", "puttrack.example", "https://outputtrack.example/", true, NULL, 0 },
	{ "a filter that ends within a word is found", "/trackabc", "https://a.example/trackabcdef", true, NULL, 0 },
	{ "a filter that is within a word is found", "rackabcde", "https://a.example/trackabcdef", true, NULL, 0 },
	/* stars */
	{ "a star is any text", "/oo/*/e.gif", "https://a.example/oo/1/2/3/e.gif", true, NULL, 0 },
	{ "also none", "/oo/*.gif", "https://a.example/oo/.gif", true, NULL, 0 },
	{ "a star keeps the order", "/oo/*/e.gif", "https://a.example/e.gif/oo/", false, NULL, 0 },
	{ "a star does not let pieces overlap", "/aba*aba?", "https://a.example/ababa?", false, NULL, 0 },
	{ "two stars are two texts", "/a1/*/b2/*/c3", "https://x.example/a1/x/b2/y/c3", true, NULL, 0 },
	{ "stars at both ends say nothing", "*/track/*", "https://a.example/track/", true, NULL, 0 },
	{ "a star at the end keeps a path from being an expression", "/track/*", "https://a.example/track/", true, NULL, 0 },
	{ "stars in a row are one", "/a1/***/b2", "https://x.example/a1/x/b2", true, NULL, 0 },
	{ "a star splits a word", "/op*en", "https://a.example/opxen", true, NULL, 0 },
	/* separators */
	{ "a separator is a slash", "^track^", "https://a.example/track/", true, NULL, 0 },
	{ "or a question mark, or the equals sign", "^track^x^", "https://a.example/track?x=1", true, NULL, 0 },
	{ "or a colon", "a.example^8000^", "https://a.example:8000/", true, NULL, 0 },
	{ "or the URL's end", "/track^", "https://a.example/track", true, NULL, 0 },
	{ "a letter is none", "/track^", "https://a.example/tracks", false, NULL, 0 },
	{ "a digit is none", "/track^", "https://a.example/track1", false, NULL, 0 },
	{ "a dot is none", "/track^", "https://a.example/track.gif", false, NULL, 0 },
	{ "a hyphen is none", "/track^", "https://a.example/track-1", false, NULL, 0 },
	{ "an underscore is none", "/track^", "https://a.example/track_1", false, NULL, 0 },
	{ "a percent sign is none", "/track^x", "https://a.example/track%x", false, NULL, 0 },
	{ "the end is not in the middle", "/track^x", "https://a.example/track", false, NULL, 0 },
	{ "two separators are two signs", "/track^^x", "https://a.example/track/x", false, NULL, 0 },
	{ "two at the end are one end", "/track^^", "https://a.example/track", true, NULL, 0 },
	{ "a separator before a star", "/pstmrk.it/open^*x", "https://a.example/pstmrk.it/open/1x", true, NULL, 0 },
	/* anchors */
	{ "a bar begins the URL", "|https://a.example/x", "https://a.example/xyz", true, NULL, 0 },
	{ "and nothing else", "|https://a.example/x", "https://b.example/?https://a.example/x", false, NULL, 0 },
	{ "a bar ends the URL", "/pixel.gif|", "https://a.example/pixel.gif", true, NULL, 0 },
	{ "and nothing else", "/pixel.gif|", "https://a.example/pixel.gif?x", false, NULL, 0 },
	{ "the last of several counts for the end", "/pixel.gif|", "https://a.example/pixel.gif/pixel.gif", true, NULL, 0 },
	{ "both ends may be said", "|https://a.example/p|", "https://a.example/p", true, NULL, 0 },
	{ "and then it is all", "|https://a.example/p|", "https://a.example/pp", false, NULL, 0 },
	{ "an end behind a star", "/track/*.gif|", "https://a.example/track/a.gif.gif", true, NULL, 0 },
	{ "an end behind a separator", "/track^|", "https://a.example/track/", true, NULL, 0 },
	{ "a bar in the middle is a bar", "/x|track", "https://a.example/x|track", true, NULL, 0 },
	/* hosts */
	{ "two bars are a host", "||a.example^", "https://a.example/", true, NULL, 0 },
	{ "and its subdomains", "||a.example^", "http://x.y.a.example/z", true, NULL, 0 },
	{ "and its ports", "||a.example^", "https://a.example:8443/", true, NULL, 0 },
	{ "not one that ends in the same letters", "||a.example^", "https://ba.example/", false, NULL, 0 },
	{ "nor one that goes on", "||a.example^", "https://a.example.org/", false, NULL, 0 },
	{ "nor one in a path", "||a.example^", "https://b.example/a.example/", false, NULL, 0 },
	{ "nor one in a query", "||a.example^", "https://b.example/?https://a.example/", false, NULL, 0 },
	{ "nor a user's name", "||a.example^", "https://a.example@b.example/", false, NULL, 0 },
	{ "but a host behind a user's name", "||a.example^", "https://ann:b@a.example/", true, NULL, 0 },
	{ "a dot at the host's end hides nothing", "||a.example^", "https://a.example./x", true, NULL, 0 },
	{ "nor before a path", "||a.example/x", "https://a.example./x", true, NULL, 0 },
	{ "a host and a path", "||a.example/tr/*/o.gif", "https://x.a.example/tr/1/o.gif", true, NULL, 0 },
	{ "a host and another path", "||a.example/tr/*/o.gif", "https://x.a.example/tx/1/o.gif", false, NULL, 0 },
	{ "a host without its end", "||track.", "https://track.a.example/", true, NULL, 0 },
	{ "at a label's beginning", "||track.", "https://xtrack.a.example/", false, NULL, 0 },
	{ "at any label's beginning", "||track.", "https://x.track.a.example/", true, NULL, 0 },
	{ "a host with a star", "||mail.*/open^", "https://mail.a.example/open?x", true, NULL, 0 },
	{ "a later label may be the one", "||e.example/y", "https://e.example.e.example/y", true, NULL, 0 },
	{ "case of a host does not matter", "||A.Example^", "https://a.example/", true, NULL, 0 },
	{ "what ends a host in a broken URL ends it here", "||a.example^", "https://x.a.example^y/", true, NULL, 0 },
	{ "an address is a host", "||192.0.2.1^", "https://192.0.2.1/x", true, NULL, 0 },
	/* percent signs */
	{ "an encoded URL is decoded", "/event.gif?", "https://p.example/?u=https%3A%2F%2Ft.example%2Fevent.gif%3Fx", true, NULL, 0 },
	{ "and matched as it is", "%2Fevent.gif%3F", "https://p.example/?u=https%3A%2F%2Ft.example%2Fevent.gif%3Fx", true, NULL, 0 },
	{ "in either case of its digits", "%2fevent.gif%3f", "https://p.example/?u=https%3A%2F%2Ft.example%2Fevent.gif%3Fx", true, NULL, 0 },
	{ "letters may be encoded", "/track/open", "https://a.example/%74rack/op%65n", true, NULL, 0 },
	{ "a decoded host is no host", "||t.example^", "https://p.example/?u=https%3A%2F%2Ft.example%2F", false, NULL, 0 },
	{ "it is decoded once", "/event.gif?", "https://p.example/?u=%252Fevent.gif%253F", false, NULL, 0 },
	{ "a broken encoding stays", "/x%zz", "https://p.example/x%zz%", true, NULL, 0 },
	/* expressions */
	{ "an expression is matched", "/\\/track-[0-9]+\\.gif/", "https://a.example/track-17.gif", true, NULL, 0 },
	{ "or not", "/\\/track-[0-9]+\\.gif/", "https://a.example/track-x.gif", false, NULL, 0 },
	{ "without case", "/\\/TRACK-[0-9]+\\.gif/", "https://a.example/track-17.gif", true, NULL, 0 },
	{ "unless it is said", "/\\/TRACK-[0-9]+\\.gif/$match-case", "https://a.example/track-17.gif", false, NULL, 0 },
	{ "with alternatives", "/tra(ck|il)\\/|pixie/", "https://a.example/trail/", true, NULL, 0 },
	{ "anchored", "/^https:\\/\\/t\\./", "https://t.a.example/", true, NULL, 0 },
	{ "anchored elsewhere", "/^https:\\/\\/t\\./", "https://a.example/https://t.", false, NULL, 0 },
	{ "with options behind", "/\\/track-[0-9]+/$script", "https://a.example/track-17", false, NULL, 0 },
	{ "with a dollar of its own", "/track-[0-9]+$/", "https://a.example/track-17", true, NULL, 0 },
	{ "with a word that need not be there", "/\\/x\\/(track\\/)?open7/", "https://a.example/x/open7", true, NULL, 0 },
	{ "with a letter that need not be there", "/\\/tracks?\\/op/", "https://a.example/track/op", true, NULL, 0 },
	{ "with a sign that need not be there", "/\\/track\\/?x7/", "https://a.example/trackx7", true, NULL, 0 },
	{ "with a sign that may repeat none", "/\\-*track\\-{0,1}7/", "https://a.example/xtrack7", true, NULL, 0 },
	{ "with a sign before a word that need not be there", "/x\\/?track7\\//", "https://a.example/xtrack7/", true, NULL, 0 },
	{ "with a quoted piece", "/\\Qtrack.7\\E/", "https://a.example/xtrack.7x", true, NULL, 0 },
	{ "a path between slashes is an expression", "/track/", "https://a.example/xtrackx", true, NULL, 0 },
	/* types */
	{ "a picture is a picture", "/track.$image", "https://a.example/track.gif", true, NULL, TYPE_IMAGE },
	{ "a font is none", "/track.$image", "https://a.example/track.gif", false, NULL, TYPE_FONT },
	{ "without a type all are meant", "/track.", "https://a.example/track.gif", true, NULL, TYPE_FONT },
	{ "all but links", "/track.", "https://a.example/track.gif", false, NULL, TYPE_LINK },
	{ "two types are two", "/track.$image,font", "https://a.example/track.gif", true, NULL, TYPE_FONT },
	{ "what is not meant is left out", "/track.$~image", "https://a.example/track.gif", false, NULL, TYPE_IMAGE },
	{ "and the others are meant", "/track.$~image", "https://a.example/track.gif", true, NULL, TYPE_MEDIA },
	{ "a style sheet has two names", "/track.$css", "https://a.example/track.gif", true, NULL, TYPE_STYLESHEET },
	{ "so has a frame", "/track.$frame", "https://a.example/track.gif", true, NULL, TYPE_SUBDOCUMENT },
	{ "an object", "/track.$object", "https://a.example/track.gif", true, NULL, TYPE_OBJECT },
	{ "a medium", "/track.$media", "https://a.example/track.gif", true, NULL, TYPE_MEDIA },
	{ "a ping", "/track.$ping", "https://a.example/track.gif", true, NULL, TYPE_PING },
	{ "something else", "/track.$other", "https://a.example/track.gif", true, NULL, TYPE_OTHER },
	{ "scripts", "/track.$script,xmlhttprequest", "https://a.example/track.gif", true, NULL, TYPE_SCRIPT },
	{ "all of them", "/track.$all", "https://a.example/track.gif", true, NULL, TYPE_FONT },
	{ "names of options have no case", "/track.$Image", "https://a.example/track.gif", true, NULL, TYPE_IMAGE },
	{ "a dollar that begins no options is a dollar", "/track$/x", "https://a.example/track$/x", true, NULL, 0 },
	{ "the last dollar begins them", "/track$x$image", "https://a.example/track$x", true, NULL, 0 },
	/* parties */
	{ "a third party is one", "/track.$third-party", "https://a.example/track.gif", true, "b.example", 0 },
	{ "the sender is none", "/track.$third-party", "https://x.a.example/track.gif", false, "a.example", 0 },
	{ "nor a host beside his", "/track.$3p", "https://x.a.example/track.gif", false, "news.a.example", 0 },
	{ "without a sender all are", "/track.$third-party", "https://a.example/track.gif", true, NULL, 0 },
	{ "the sender's own", "/track.$~third-party", "https://x.a.example/track.gif", true, "a.example", 0 },
	{ "and nobody else's", "/track.$~third-party", "https://x.a.example/track.gif", false, "b.example", 0 },
	{ "the first party by its other name", "/track.$1p", "https://x.a.example/track.gif", true, "a.example", 0 },
	{ "who is not the first is third", "/track.$~first-party", "https://x.a.example/track.gif", true, "b.example", 0 },
	/* senders */
	{ "a filter for a sender", "/track.$domain=b.example", "https://a.example/track.gif", true, "b.example", 0 },
	{ "is for his subdomains", "/track.$domain=b.example", "https://a.example/track.gif", true, "x.b.example", 0 },
	{ "is for no others", "/track.$domain=b.example", "https://a.example/track.gif", false, "bb.example", 0 },
	{ "is not for nobody", "/track.$domain=b.example", "https://a.example/track.gif", false, NULL, 0 },
	{ "one of two is enough", "/track.$domain=b.example|c.example", "https://a.example/track.gif", true, "c.example", 0 },
	{ "one is left out", "/track.$domain=~b.example", "https://a.example/track.gif", false, "b.example", 0 },
	{ "and all others are meant", "/track.$domain=~b.example", "https://a.example/track.gif", true, "c.example", 0 },
	{ "also who is nobody", "/track.$domain=~b.example", "https://a.example/track.gif", true, NULL, 0 },
	{ "a subdomain is left out", "/track.$domain=b.example|~x.b.example", "https://a.example/track.gif", false, "x.b.example", 0 },
	{ "in either order", "/track.$domain=~x.b.example|b.example", "https://a.example/track.gif", false, "y.x.b.example", 0 },
	{ "a subdomain of it is meant again", "/track.$domain=~b.example|x.b.example", "https://a.example/track.gif", true, "x.b.example", 0 },
	{ "senders have no case", "/track.$domain=B.Example", "https://a.example/track.gif", true, "b.example", 0 },
	{ "all of a sender's", "*$domain=b.example", "https://a.example/", true, "b.example", 0 },
	{ "all of a sender's pictures alone", "$image,domain=b.example", "https://a.example/", true, "b.example", 0 },
	{ "the other name of domain", "/track.$from=b.example", "https://a.example/track.gif", true, "b.example", 0 },
	/* exceptions */
	{ "an exception wins", "/track.\n@@||a.example^", "https://a.example/track.gif", false, NULL, 0 },
	{ "in either order", "@@||a.example^\n/track.", "https://a.example/track.gif", false, NULL, 0 },
	{ "elsewhere it does not", "/track.\n@@||a.example^", "https://b.example/track.gif", true, NULL, 0 },
	{ "of another type it does not", "/track.\n@@||a.example^$font", "https://a.example/track.gif", true, NULL, 0 },
	{ "what is important wins over it", "/track.$important\n@@||a.example^", "https://a.example/track.gif", true, NULL, 0 },
	{ "if it matches", "/track.$important\n/pixel.\n@@||a.example^", "https://a.example/pixel.gif", false, NULL, 0 },
	{ "an exception alone matches nothing", "@@||a.example^", "https://a.example/", false, NULL, 0 },
	{ "an exception of another list does not count", "/track.\n---\n@@||a.example^", "https://a.example/track.gif", true, NULL, 0 },
	{ "an exception for a sender", "/track.\n@@/track.$domain=b.example", "https://a.example/track.gif", false, "b.example", 0 },
};

static void
is_matched(void **state)
{
	const struct row	*row = *state;
	struct filter_hit	 hits[MOST_LISTS];
	struct bench		 bench;

	bench_begin(&bench);
	bench_fill(&bench, row->filters);
	assert_int_equal(bench_ask(&bench, span_of(row->url), row->from, row->type, hits), row->matches);
	if (row->matches)
		assert_false(hits[0].failed);
	bench_end(&bench);
}

/* --- what a line is --- */

static const struct kind_case {
	const char		*says, *line;
	enum filter_kind	 kind;
	size_t			 at;
} kinds[] = {
	{ "a hiding rule", "example.org##.ad", FILTER_COSMETIC, 0 },
	{ "one for all sites", "##.ad", FILTER_COSMETIC, 0 },
	{ "an exception to one", "a.example,b.example#@#.ad", FILTER_COSMETIC, 0 },
	{ "an extended one", "a.example#?#div:has(.x)", FILTER_COSMETIC, 0 },
	{ "a snippet", "a.example#$#log x", FILTER_COSMETIC, 0 },
	{ "a script of AdGuard", "a.example#%#//scriptlet('x')", FILTER_COSMETIC, 0 },
	{ "a fragment in a filter is none", "||a.example/#x##y", FILTER_NETWORK, 0 },
	{ "a filter for windows", "||a.example^$popup", FILTER_WEB, 0 },
	{ "a filter that turns hiding off", "@@||a.example^$generichide", FILTER_WEB, 0 },
	{ "a filter for sockets and pictures", "||a.example^$websocket,image", FILTER_NETWORK, 0 },
	{ "a filter for all but what mail has", "||a.example^$~image,~stylesheet,~script,~font,~media,~object,~subdocument,"
	  "~ping,~other", FILTER_WEB, 0 },
	{ "an unknown option", "||a.example^$image,csp=x", FILTER_UNSUPPORTED, 19 },
	{ "an option that takes no value", "||a.example^$image=x", FILTER_UNSUPPORTED, 13 },
	{ "an option that takes one", "||a.example^$domain", FILTER_UNSUPPORTED, 13 },
	{ "a domain without its value", "||a.example^$domain=", FILTER_UNSUPPORTED, 20 },
	{ "a domain that is an expression", "||a.example^$domain=/x/", FILTER_UNSUPPORTED, 20 },
	{ "no option is important not", "||a.example^$~important", FILTER_UNSUPPORTED, 13 },
	{ "a blank", "0.0.0.0 a.example", FILTER_BAD, 7 },
	{ "a NUL byte", NULL, FILTER_BAD, 2 },
	{ "a broken character", "||a\xc3(.example^", FILTER_BAD, 3 },
};

static void
is_a_kind(void **state)
{
	const struct kind_case	*row = *state;
	struct filter_source	*source = malloc(sizeof(*source));
	struct filter_fault	 fault = { .at = 0 };
	struct span		 line = row->line != NULL ? span_of(row->line) : SPAN("||\0a.example^");

	assert_int_equal(filter_parse(line, source, &fault), row->kind);
	assert_int_equal(fault.at, row->at);
	free(source);
}

static const char *const too_much[] = {
	"*", "||", "|", "^", "/./", "/.*/", "/https?:/", "|https://", "|http:", "://", "/", ".", "*$image", "@@*", "$third-party",
	".com/", "||com^", "/^https/", "/x*/", "*$domain=~a.example", "e",
};

static void
what_would_match_everything_is_refused(void **state)
{
	struct filter_fault	fault;
	struct bench		bench;

	(void)state;
	bench_begin(&bench);
	for (size_t i = 0; i < NITEMS(too_much); i++) {
		assert_int_equal(filter_parse(span_of(too_much[i]), bench.source, &fault), FILTER_NETWORK);
		if (filter_set_add(&bench.set, bench.source, 0, 1, &fault) != PW_ESYNTAX && strcmp(too_much[i], "e") != 0)
			fail_msg("%s is taken", too_much[i]);
	}
	bench_end(&bench);
}

/* --- many --- */

static void
each_of_many_filters_is_found_and_told(void **state)
{
	struct filter_hit	hits[MOST_LISTS];
	struct filter_fault	fault;
	struct bench		bench;
	char			text[128];

	(void)state;
	bench_begin(&bench);
	for (uint32_t i = 0; i < 30000; i++) {
		snprintf(text, sizeof(text), i % 3 == 0 ? "||t%u.example^" : i % 3 == 1 ? "/px%u/*$image" : ".h%u.example/o?", i);
		assert_int_equal(filter_parse(span_of(text), bench.source, &fault), FILTER_NETWORK);
		assert_int_equal(filter_set_add(&bench.set, bench.source, 0, i + 1, &fault), PW_OK);
	}
	assert_int_equal(filter_set_index(&bench.set), PW_OK);
	assert_int_equal(bench.set.unfiled, 0);
	for (uint32_t i = 0; i < 60000; i += 7) {
		snprintf(text, sizeof(text), i % 3 == 0 ? "https://x.t%u.example/" : i % 3 == 1 ? "https://a.example/px%u/1.gif" :
		    "https://a.h%u.example/o?x", i);
		assert_int_equal(bench_ask(&bench, span_of(text), NULL, 0, hits), i < 30000);
		if (i < 30000)
			assert_int_equal(hits[0].filter->number, i + 1);
	}
	bench_end(&bench);
}

static void
several_lists_are_told_each_once(void **state)
{
	struct filter_hit	hits[MOST_LISTS];
	struct bench		bench;

	(void)state;
	bench_begin(&bench);
	bench_fill(&bench, "/track.\n/track.\n---\n||a.example^\n@@/nothing.\n---\n||a.example^\n@@/track.\n---\n||b.example^");
	assert_int_equal(bench_ask(&bench, SPAN("https://a.example/track.gif?track.=/track."), NULL, 0, hits), 2);
	bench_end(&bench);
}

/* --- bounds --- */

static void
an_expression_past_its_bounds_is_neither_match_nor_none(void **state)
{
	static const char	catastrophe[] = "/([a-z]+)*\\1(x+x+)+y\\//";
	struct filter_hit	hits[MOST_LISTS];
	struct bench		bench;
	struct buf		url;

	(void)state;
	bench_begin(&bench);
	bench_fill(&bench, catastrophe);
	buf_init(&url, 65536);
	buf_add(&url, SPAN("https://a.example/"));
	for (int i = 0; i < 4000; i++)
		buf_add_char(&url, 'x');
	buf_add(&url, SPAN("z/y/"));
	assert_int_equal(bench_ask(&bench, buf_span(&url), NULL, 0, hits), 1);
	assert_true(hits[0].failed);
	buf_fini(&url);
	bench_end(&bench);
}

static void
a_message_has_so_much_work_and_no_more(void **state)
{
	static const char	filters[] = "a*a*a*a*a*b*c|\n*x1x*$domain=b.example";
	struct bench		bench;
	struct buf		url;
	enum pw_err		err = PW_OK;

	(void)state;
	bench_begin(&bench);
	bench_fill(&bench, filters);
	buf_init(&url, 1 << 20);
	buf_add(&url, SPAN("https://t.test/"));
	for (int i = 0; i < 60000; i++)
		buf_add_char(&url, 'a');
	struct filter_question question = { buf_span(&url), SPAN("t.test"), SPAN("t.test"), TYPE_IMAGE };
	for (int i = 0; i < 100000 && err == PW_OK; i++)
		err = filter_set_match(&bench.set, &bench.asker, &question);
	assert_int_equal(err, PW_ELIMIT);
	assert_int_equal(bench.asker.hit_count, 0);
	buf_fini(&url);
	bench_end(&bench);
}

static void
filters_without_a_word_are_few(void **state)
{
	struct filter_fault	fault;
	struct bench		bench;
	char			text[32];
	size_t			refused = 0;

	(void)state;
	bench_begin(&bench);
	for (int i = 0; i < MOST_UNFILED + 10; i++) {
		snprintf(text, sizeof(text), "q%dx", i);
		assert_int_equal(filter_parse(span_of(text), bench.source, &fault), FILTER_NETWORK);
		refused += filter_set_add(&bench.set, bench.source, 0, 1, &fault) == PW_ESYNTAX;
	}
	assert_int_equal(refused, 10);
	assert_non_null(strstr(fault.text, "without a word of their own"));
	bench_end(&bench);
}

int
main(void)
{
	static const struct CMUnitTest	own[] = {
		cmocka_unit_test(what_would_match_everything_is_refused),
		cmocka_unit_test(each_of_many_filters_is_found_and_told),
		cmocka_unit_test(several_lists_are_told_each_once),
		cmocka_unit_test(an_expression_past_its_bounds_is_neither_match_nor_none),
		cmocka_unit_test(a_message_has_so_much_work_and_no_more),
		cmocka_unit_test(filters_without_a_word_are_few),
	};
	struct CMUnitTest		tests[NITEMS(rows) + NITEMS(kinds) + NITEMS(own)];
	size_t				count = 0;

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].says, .test_func = is_matched,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < NITEMS(kinds); i++)
		tests[count++] = (struct CMUnitTest){ .name = kinds[i].says, .test_func = is_a_kind,
		    .initial_state = (void *)(uintptr_t)&kinds[i] };
	for (size_t i = 0; i < NITEMS(own); i++)
		tests[count++] = own[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}

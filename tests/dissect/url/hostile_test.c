/* Large and senseless input: the work grows with the length alone, and what comes out is a URL all the same. */
#include "dissect/url/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define INPUT_BYTES	((size_t)1 << 20)
/* A linear parse takes a few ms, a quadratic one minutes; this leaves room for sanitizers and busy machines. */
#define SECONDS_MAX	2.0

static const struct repeat_case {
	const char	*says, *before, *again, *behind;
} repeats[] = {
	{ "a million letters of a scheme", "", "a", ":" },
	{ "a million letters and no scheme", "", "a", "" },
	{ "a million slashes", "http:", "/", "h" },
	{ "a million back slashes without a scheme", "", "\\", "h" },
	{ "at signs", "http://", "@", "h/" },
	{ "colons in userinfo", "http://", ":", "@h/" },
	{ "colons for a host", "http://", ":", "" },
	{ "brackets", "http://", "[]", ":80/" },
	{ "zeros in a port", "http://h:", "0", "80/" },
	{ "zeros in an address", "http://", "0", "1/" },
	{ "parts of an address", "http://", "1.", "1/" },
	{ "pieces of an IPv6 address", "http://[", "1:", "]/" },
	{ "labels", "http://", "a.", "example/" },
	{ "A-labels", "http://", "xn--a.", "example/" },
	{ "labels with umlauts", "http://", "\xc3\xbc.", "example/" },
	{ "umlauts in one label", "http://", "\xc3\xbc", ".example/" },
	{ "combining marks", "http://a", "\xcc\x81\xcc\xa3", ".example/" },
	{ "soft hyphens", "http://a", "\xc2\xad", ".example/" },
	{ "percent signs in a host", "http://", "%41", "/" },
	{ "double dots", "http://h/", "../", "a" },
	{ "folders and back", "http://h/", "a/../", "a" },
	{ "deep folders and as many back", "http://h/", "a/%2e%2e/b/c/../", "a" },
	{ "drive letters", "file:///", "C|/../", "a" },
	{ "slashes in a path without a host", "x:/a/..", "/", "?q#f" },
	{ "spaces in an opaque path", "x:a", " ", "#f" },
	{ "quotes in a query", "http://h/?", "\"", "" },
	{ "fragments", "http://h/", "#", "" },
	{ "tabs", "ht", "\t", "tp://h/" },
	{ "blanks around", "", " \t", "http://h/" },
	{ "bytes that are not UTF-8", "http://h/", "\xff", "" },
	{ "sequences cut short", "http://h/", "\xf0\x9f\x98", "" },
	{ "prefixes", "", "feed:", "http://h/" },
	{ "prefixes that end", "", "jar:", "http://h/!/a" },
	{ "prefixes of nothing", "", "view-source:", "" },
	{ "commands", "", "ms-word:", "http://h/" },
	{ "slashes in a command", "ms-word:", "a//", "" },
	{ "bad URLs in a command", "ms-word:", "http://|", "" },
	{ "schemes in a command", "ms-word:", "http:http:http://:", "" },
	{ "UNC paths in a command", "ms-word:", "\\\\|a", "" },
	{ "percent-encoded slashes", "file:///", "%5c", "srv/a" },
	{ "devices", "\\\\", "?\\UNC\\", "srv\\a" },
	{ "junk before a URL", "", "\xc2\xa0", "http://h/" },
	{ "data", "data:image/png;base64,", "AAAA", "" },
};

static char *
repeat(const struct repeat_case *row, size_t *len)
{
	size_t	 before = strlen(row->before), again = strlen(row->again), behind = strlen(row->behind);
	size_t	 count = INPUT_BYTES / again;
	char	*text = malloc(before + count * again + behind + 1);

	assert_non_null(text);
	memcpy(text, row->before, before);
	for (size_t i = 0; i < count; i++)
		memcpy(text + before + i * again, row->again, again);
	memcpy(text + before + count * again, row->behind, behind);
	*len = before + count * again + behind;
	return text;
}

static double
seconds_since(clock_t begin)
{
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

static void
takes_little_time(void **state)
{
	const struct repeat_case	*row = *state;
	struct arena			*arena = arena_new((size_t)64 << 20);
	struct url			 base, url;
	enum url_reach			 reach;
	size_t				 len;
	char				*text = repeat(row, &len);
	clock_t				 begin = clock();

	assert_int_equal(url_parse(SPAN("http://b.example/a/b"), NULL, arena, &base), PW_OK);
	assert_int_not_equal(url_parse((struct span){ text, len }, &base, arena, &url), PW_ENOMEM);
	assert_int_equal(url_classify((struct span){ text, len }, NULL, arena, &reach, &url), PW_OK);
	url_registrable_domain(url.host);
	(void)!url_domain_to_ascii((struct span){ text, len }, arena).len;
	assert_true(seconds_since(begin) < SECONDS_MAX);
	free(text);
	arena_free(arena);
}

/* Pieces that meet the states of the parser more often than random bytes do. */
static const char *const morsels[] = {
	"http:", "https:", "file:", "foo:", "feed:", "jar:", "ms-a:", "/", "//", "\\", "\\\\", "?", "#", "@", ":", ":80", ":0",
	"[", "]", "::", "1", "0x", ".", "..", "%2e", "%5c", "%", "C|", "c:", "a", "h.example", "xn--", "\xc3\xbc", "\xe2\x98\x95",
	"\xff", "\xf0\x9f", "\t", "\n", " ", "\x01", "\x7f", "\"", "<", "|", "!", "^", "'", "UNC\\", "www.", "=", "\xc2\xad",
	"\xe3\x80\x82",
};

static uint32_t
random_below(uint32_t *seed, size_t bound)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % (uint32_t)bound;
}

static void
assert_is_written_well(const struct url *url, struct arena *arena)
{
	struct url again;

	for (size_t i = 0; i < url->href.len; i++)
		assert_true((unsigned char)url->href.at[i] >= 0x20 && (unsigned char)url->href.at[i] < 0x7f);
	assert_true(url->path_at <= url->href.len);
	assert_true(url->query_at == URL_NO_PART || url->query_at <= url->href.len);
	assert_true(url->fragment_at == URL_NO_PART || url->fragment_at <= url->href.len);
	assert_int_equal(url_parse(url->href, NULL, arena, &again), PW_OK);
	assert_true(span_eq(again.href, url->href));
	assert_true(span_eq(again.host, url->host));
	assert_int_equal(again.path_at, url->path_at);
}

static void
senseless_input_gives_urls_that_parse_as_themselves(void **state)
{
	struct arena	*arena = arena_new((size_t)1 << 20);
	uint32_t	 seed = 1;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		char		text[2][256];
		size_t		len[2] = { 0 };
		struct url	base, url, reached;
		enum url_reach	reach;
		bool		has_base;

		for (int which = 0; which < 2; which++)
			for (uint32_t n = random_below(&seed, 12); n > 0; n--) {
				const char *morsel = morsels[random_below(&seed, NITEMS(morsels))];

				memcpy(text[which] + len[which], morsel, strlen(morsel));
				len[which] += strlen(morsel);
			}
		has_base = url_parse((struct span){ text[0], len[0] }, NULL, arena, &base) == PW_OK;
		if (url_parse((struct span){ text[1], len[1] }, has_base ? &base : NULL, arena, &url) == PW_OK)
			assert_is_written_well(&url, arena);
		assert_int_equal(url_classify((struct span){ text[1], len[1] }, has_base ? &base : NULL, arena, &reach,
		    &reached), PW_OK);
		if (reach == URL_REMOTE) {
			assert_true(reached.host.len > 0);
			assert_int_equal(url_parse(reached.href, NULL, arena, &url), PW_OK);
		}
		arena_reset(arena);
	}
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(repeats) + 1] = {
		cmocka_unit_test(senseless_input_gives_urls_that_parse_as_themselves),
	};

	url_prepare();
	for (size_t i = 0; i < NITEMS(repeats); i++)
		tests[i + 1] = (struct CMUnitTest){ .name = repeats[i].says,
		    .test_func = takes_little_time, .initial_state = (void *)(uintptr_t)&repeats[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What becomes of a reference whose URL is on a list: reasons, rules, holding, and what is said where a list gave up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <pixelward/base/buf.h>

#include "fixture.h"
#include "judge/indicator.h"

#define LIVE	REFERENCE_LIVE
#define CLICK	TRIGGER_CLICK

static const struct row {
	const char			*says, *list;
	struct fixture_reference	 reference;
	bool				 listed, holds;
	const char			*ground, *rule;	/* NULL: none */
} rows[] = {
	{ "a filter is told with its line", "! x\n\n/tr/op/*$image\n", { .url = "https://a.example/tr/op/1.gif", .flags = LIVE },
	  true, false, "its URL is on the list l (line 3: /tr/op/*$image)", "list.l" },
	{ "a list may hold", "#! action: hold\n/tr/op/*$image\n", { .url = "https://a.example/tr/op/1.gif", .flags = LIVE },
	  true, true, "its URL is on the list l (line 2: /tr/op/*$image)", "list.l" },
	{ "an exception leaves no trace", "/tr/op/*$image\n@@||a.example^\n", { .url = "https://a.example/tr/op/1.gif",
	  .flags = LIVE }, false, false, NULL, NULL },
	{ "a background is a picture to a filter", "/tr/op/*$image\n", { .url = "https://a.example/tr/op/1.gif",
	  .kind = REFERENCE_BACKGROUND, .flags = LIVE }, true, false, "its URL is on the list l (line 1: /tr/op/*$image)", "list.l" },
	{ "a font is none", "/tr/op/*$image\n", { .url = "https://a.example/tr/op/1.gif", .kind = REFERENCE_FONT, .flags = LIVE },
	  false, false, NULL, NULL },
	{ "a frame is a subdocument", "/tr/op/*$subdocument\n", { .url = "https://a.example/tr/op/1", .kind = REFERENCE_FRAME,
	  .flags = LIVE }, true, false, "its URL is on the list l (line 1: /tr/op/*$subdocument)", "list.l" },
	{ "filters do not speak about links", "/tr/op/*\n", { .url = "https://a.example/tr/op/1.gif", .kind = REFERENCE_LINK,
	  .trigger = CLICK, .flags = LIVE }, false, false, NULL, NULL },
	{ "nor about forms", "/tr/op/*\n", { .url = "https://a.example/tr/op/1.gif", .kind = REFERENCE_FORM, .trigger = CLICK,
	  .flags = LIVE }, false, false, NULL, NULL },
	{ "they do about pings", "/tr/op/*$ping\n", { .url = "https://a.example/tr/op/1", .kind = REFERENCE_PING, .trigger = CLICK,
	  .flags = LIVE }, true, false, "its URL is on the list l (line 1: /tr/op/*$ping)", "list.l" },
	{ "URLs are compared with links", "#! action: hold\nhttps://a.example/lure\n", { .url = "https://a.example/lure?x",
	  .kind = REFERENCE_LINK, .trigger = CLICK, .flags = LIVE }, true, true,
	  "its URL is on the list l (line 2: https://a.example/lure)", "list.l" },
	{ "From is whose page it is", "/tr/op/*$third-party\n", { .url = "https://x.news.example/tr/op/1.gif", .flags = LIVE },
	  false, false, NULL, NULL },
	{ "others are third parties", "/tr/op/*$third-party\n", { .url = "https://x.a.example/tr/op/1.gif", .flags = LIVE }, true,
	  false, "its URL is on the list l (line 1: /tr/op/*$third-party)", "list.l" },
	{ "a long filter is told by its beginning", "/tr/op/abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0123456789-"
	  "abcdefghijk*$image\n", { .url = "https://a.example/tr/op/abcdefghijklmnopqrstuvwxyz0123456789-"
	  "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijk", .flags = LIVE }, true, false, "its URL is on the list l (line 1: "
	  "/tr/op/abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0123456789)", "list.l" },
};

static const struct kept_row {
	struct row	 row;
	const char	*keeps;		/* another list, k */
} kept[] = {
	{ { "another list may keep what a filter strips", "||a.example^$image\n", { .url = "https://a.example/shop/logo.png",
	  .flags = LIVE }, false, false, "line 1 of the list l does not count: the list k keeps it", NULL },
	  "#! action: keep\n||a.example/shop/*\n" },
	{ { "it keeps its own hosts only", "||a.example/tr/*$image\n", { .url = "https://img.a.example/tr/1.png", .flags = LIVE }, true, false,
	  "its URL is on the list l (line 1: ||a.example/tr/*$image)", "list.l" }, "#! action: keep\nb.example\n" },
	{ { "by its host alone", "||a.example^$image\n", { .url = "https://img.a.example/tr/1.png", .flags = LIVE }, false, false,
	  "line 1 of the list l does not count: the list k keeps it", NULL }, "#! action: keep\nimg.a.example\n" },
	{ { "it keeps nothing else there", "||a.example^$image\n", { .url = "https://a.example/tr/1.gif", .flags = LIVE }, true,
	  false, "its URL is on the list l (line 1: ||a.example^$image)", "list.l" }, "#! action: keep\n||a.example/shop/*\n" },
	{ { "nor what a list of URLs names", "https://a.example/shop/\n", { .url = "https://a.example/shop/logo.png", .flags = LIVE },
	  true, false, "its URL is on the list l (line 1: https://a.example/shop/)", "list.l" },
	  "#! action: keep\n||a.example/shop/*\n" },
	{ { "nor what holds", "#! action: hold\n||a.example^\n", { .url = "https://a.example/shop/logo.png", .flags = LIVE }, true,
	  true, "its URL is on the list l (line 2: ||a.example^)", "list.l" }, "#! action: keep\n||a.example/shop/*\n" },
	{ { "a list for rules does nothing by itself", "#! action: none\na.example\n", { .url = "https://a.example/1.png",
	  .flags = LIVE }, false, false, NULL, NULL }, "b.example\n" },
	{ { "to be kept is no hit", "||b.example^\n", { .url = "https://a.example/shop/logo.png", .flags = LIVE }, false, false, NULL,
	  NULL }, "#! action: keep\na.example\n" },
};

static const struct fixture_address	from = { ADDRESS_FROM, "desk@news.example", "news.example" };

struct finding {
	bool		 listed, holds, no_memory;
	struct grounds	 grounds;
	struct verdict	 verdict;
};

static void
find(const char *list, const char *keeps, const struct fixture_reference *reference, struct arena *arena,
    struct finding *finding)
{
	struct opinion		 opinion = { .arena = arena, .verdict = &finding->verdict };
	struct indicators	 indicators;
	struct fixture		 fixture;
	struct list_set		 set;
	struct buf		 report;

	list_set_init(&set);
	buf_init(&report, 65536);
	assert_int_equal(list_set_read(&set, &(struct list_file){ .path = "l.txt", .name = SPAN("l"), .text = span_of(list) },
	    &report), PW_OK);
	if (keeps != NULL)
		assert_int_equal(list_set_read(&set, &(struct list_file){ .path = "k.txt", .name = SPAN("k"),
		    .text = span_of(keeps) }, &report), PW_OK);
	assert_int_equal(list_set_index(&set), PW_OK);
	fixture_begin(&fixture);
	fixture_parts(&fixture, NULL, 0);
	fixture_references(&fixture, reference, 1);
	fixture_addresses(&fixture, &from, 1);
	const struct dissection *d = fixture_finish(&fixture);

	*finding = (struct finding){ .holds = false };
	indicators_init(&indicators, &opinion, &set, d, NULL);
	finding->listed = indicators_of_reference(&indicators, dissection_references(d), &finding->grounds, &finding->holds);
	finding->no_memory = opinion.no_memory;
	free(fixture.d);
	list_set_fini(&set);
	buf_fini(&report);
}

static void
assert_text(struct span text, const char *wanted)
{
	char copy[1024];

	assert_true(text.len < sizeof(copy));
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	assert_string_equal(copy, wanted);
}

static void
assert_found(const struct row *row, const char *keeps)
{
	struct arena		*arena = arena_new(16 << 20);
	struct finding		 finding;

	find(row->list, keeps, &row->reference, arena, &finding);
	assert_int_equal(finding.listed, row->listed);
	assert_int_equal(finding.holds, row->holds);
	assert_int_equal(finding.grounds.count, row->ground != NULL);
	assert_int_equal(finding.verdict.rule_count, row->rule != NULL);
	if (row->ground != NULL)
		assert_text(finding.grounds.at[0], row->ground);
	if (row->rule != NULL)
		assert_text(finding.verdict.rules[0], row->rule);
	arena_free(arena);
}

static void
is_found(void **state)
{
	assert_found(*state, NULL);
}

static void
is_kept_or_not(void **state)
{
	const struct kept_row *row = *state;

	assert_found(&row->row, row->keeps);
}

static void
an_expression_that_gives_up_says_so_and_decides_nothing(void **state)
{
	struct arena	*arena = arena_new(16 << 20);
	struct finding	 finding;
	char		 url[4096];

	(void)state;
	memset(url, 'x', sizeof(url));
	memcpy(url, "https://a.example/", 18);
	memcpy(url + sizeof(url) - 6, "z/y/\0", 6);
	find("! x\n/([a-z]+)*\\1(x+x+)+y\\//\n", NULL, &(struct fixture_reference){ .url = url, .flags = LIVE }, arena, &finding);
	assert_false(finding.listed);
	assert_int_equal(finding.verdict.rule_count, 0);
	assert_int_equal(finding.grounds.count, 1);
	assert_text(finding.grounds.at[0], "line 2 of the list l could not be tried within its bounds");
	arena_free(arena);
}

static void
a_flood_that_lists_cannot_be_tried_on_is_stripped(void **state)
{
	const size_t	 len = 4 << 20;
	struct arena	*arena = arena_new(256 << 20);
	struct finding	 finding;
	struct buf	 list;
	char		*url = malloc(len + 1);

	(void)state;
	memset(url, 'a', len);
	memcpy(url, "https://t.example/", 18);
	url[len] = '\0';
	buf_init(&list, 65536);
	buf_add(&list, SPAN("! x\n"));
	for (int i = 0; i < 400; i++)
		buf_add_char(&list, 'a');
	buf_add(&list, SPAN("b\n"));
	buf_add_char(&list, '\0');
	find(list.at, NULL, &(struct fixture_reference){ .url = url, .flags = LIVE }, arena, &finding);
	assert_true(finding.listed);
	assert_int_equal(finding.verdict.rule_count, 1);
	assert_text(finding.verdict.rules[0], "builtin.list-limit");
	assert_text(finding.grounds.at[0], "too much URL text to try the lists on all of it");
	buf_fini(&list);
	free(url);
	arena_free(arena);
}

static void
a_lack_of_memory_is_told(void **state)
{
	struct finding finding;

	(void)state;
	for (size_t bytes = 0; bytes < 16384; bytes += 256) {
		struct arena *arena = arena_new(bytes);

		find("! x\n/tr/op/*$image\n", NULL, &(struct fixture_reference){ .url = "https://a.example/tr/op/1.gif", .flags = LIVE },
		    arena, &finding);
		assert_true(finding.no_memory || finding.listed);
		arena_free(arena);
	}
	assert_true(finding.listed && !finding.no_memory);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(rows) + NITEMS(kept) + 3] = {
		cmocka_unit_test(an_expression_that_gives_up_says_so_and_decides_nothing),
		cmocka_unit_test(a_flood_that_lists_cannot_be_tried_on_is_stripped),
		cmocka_unit_test(a_lack_of_memory_is_told),
	};
	size_t			count = 3;

	for (size_t i = 0; i < NITEMS(rows); i++)
		tests[count++] = (struct CMUnitTest){ .name = rows[i].says, .test_func = is_found,
		    .initial_state = (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < NITEMS(kept); i++)
		tests[count++] = (struct CMUnitTest){ .name = kept[i].row.says, .test_func = is_kept_or_not,
		    .initial_state = (void *)(uintptr_t)&kept[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

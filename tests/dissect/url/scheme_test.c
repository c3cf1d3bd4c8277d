/* The table of schemes. */
#include "dissect/url/scheme.h"
#include "dissect/url/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void
the_table_is_sorted_so_that_every_row_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < url_scheme_count; i++) {
		if (i > 0)
			assert_true(strcmp(url_schemes[i - 1].name, url_schemes[i].name) < 0);
		assert_ptr_equal(url_scheme_find(span_of(url_schemes[i].name)), &url_schemes[i]);
	}
}

static void
the_special_schemes_are_those_of_the_standard(void **state)
{
	static const struct {
		const char	*name;
		uint32_t	 port;
	} special[] = {
		{ "file", URL_NO_PART }, { "ftp", 21 }, { "http", 80 }, { "https", 443 }, { "ws", 80 }, { "wss", 443 },
	};
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < url_scheme_count; i++)
		if (url_schemes[i].special) {
			assert_true(count < NITEMS(special));
			assert_string_equal(url_schemes[i].name, special[count].name);
			assert_int_equal(url_schemes[i].port, special[count].port);
			count++;
		}
	assert_int_equal(count, NITEMS(special));
}

static void
case_does_not_matter(void **state)
{
	(void)state;
	assert_string_equal(url_scheme_find(SPAN("HTTPs"))->name, "https");
}

static void
a_name_that_is_longer_or_shorter_is_another(void **state)
{
	(void)state;
	assert_null(url_scheme_find(SPAN("httpss")));
	assert_null(url_scheme_find(SPAN("htt")));
	assert_null(url_scheme_find(SPAN("")));
	assert_null(url_scheme_find(SPAN("view")));
	assert_null(url_scheme_find(SPAN("view-")));
}

static void
a_family_is_found_by_its_prefix(void **state)
{
	(void)state;
	assert_string_equal(url_scheme_find(SPAN("MS-PowerPoint"))->name, "ms-");
	assert_null(url_scheme_find(SPAN("msx-a")));
	assert_null(url_scheme_find(SPAN("ms")));
}

static void
a_scheme_ends_at_its_colon(void **state)
{
	(void)state;
	assert_int_equal(url_scheme_length(SPAN("a+b-c.1:x:")), 7);
	assert_int_equal(url_scheme_length(SPAN("a")), 0);
	assert_int_equal(url_scheme_length(SPAN("a/b:")), 0);
	assert_int_equal(url_scheme_length(SPAN("1a:")), 0);
	assert_int_equal(url_scheme_length(SPAN(":")), 0);
	assert_int_equal(url_scheme_length(SPAN("")), 0);
	assert_int_equal(url_scheme_length(SPAN("h\xc3\xa9:")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sorted_so_that_every_row_is_found),
		cmocka_unit_test(the_special_schemes_are_those_of_the_standard),
		cmocka_unit_test(case_does_not_matter),
		cmocka_unit_test(a_name_that_is_longer_or_shorter_is_another),
		cmocka_unit_test(a_family_is_found_by_its_prefix),
		cmocka_unit_test(a_scheme_ends_at_its_colon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* IP addresses in every form that a URL's host may have. */
#include "dissect/url/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct ipv4_case {
	const char	*says, *domain;
	bool		 meant;
	const char	*address;	/* NULL: none, which is failure if one is meant */
} ipv4[] = {
	{ "four decimals", "192.0.2.1", true, "192.0.2.1" },
	{ "a dot behind them", "192.0.2.1.", true, "192.0.2.1" },
	{ "three parts: the last is 16 bits", "192.0.513", true, "192.0.2.1" },
	{ "two parts: the last is 24 bits", "192.513", true, "192.0.2.1" },
	{ "one part: 32 bits", "3221225985", true, "192.0.2.1" },
	{ "hexadecimal", "0xC0.0x0.0X2.0x1", true, "192.0.2.1" },
	{ "hexadecimal in one part", "0xc0000201", true, "192.0.2.1" },
	{ "octal", "0300.00.02.01", true, "192.0.2.1" },
	{ "octal in one part", "030000001001", true, "192.0.2.1" },
	{ "all three", "0300.0.0x201", true, "192.0.2.1" },
	{ "zeros in front are octal", "00000000000000000000000000000300.0.2.1", true, "192.0.2.1" },
	{ "zeros in front of hexadecimal", "0x00000000000000000000000000c0.0.2.1", true, "192.0.2.1" },
	{ "0x alone is 0", "0x", true, "0.0.0.0" },
	{ "also as a part", "1.0x.0x.1", true, "1.0.0.1" },
	{ "0", "0", true, "0.0.0.0" },
	{ "the last address", "0xffffffff", true, "255.255.255.255" },
	{ "one more", "0x100000000", true, NULL },
	{ "very many more", "0xfffffffffffffffffffffffffffffffffffffffffffffffff", true, NULL },
	{ "2^64 is not 0", "18446744073709551616", true, NULL },
	{ "256 at the end", "1.2.3.256", true, NULL },
	{ "256 before it", "1.256.3", true, NULL },
	{ "65536 in two bytes", "1.2.65536", true, NULL },
	{ "65535 in two bytes", "1.2.65535", true, "1.2.255.255" },
	{ "five parts", "1.2.3.4.5", true, NULL },
	{ "an empty part", "1..2", true, NULL },
	{ "8 in octal", "1.2.3.08", true, NULL },
	{ "8 in octal before the end", "08.2.3.4", true, NULL },
	{ "a name before a number", "a.2", true, NULL },
	{ "a name before hexadecimal", "a.0xf", true, NULL },
	{ "a number before a name", "2.a", false, NULL },
	{ "digits and letters", "1a", false, NULL },
	{ "hexadecimal with another letter", "0xg", false, NULL },
	{ "an exponent", "1e2", false, NULL },
	{ "a sign", "-1", false, NULL },
	{ "two dots behind it", "1..", false, NULL },
	{ "a dot alone", ".", false, NULL },
};

static const struct ipv6_case {
	const char	*says, *pieces, *address;
} ipv6[] = {
	{ "eight pieces", "1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]" },
	{ "zeros in front go, letters become lower case", "0001:00A:0:FF:5:6:7:8", "[1:a:0:ff:5:6:7:8]" },
	{ "nothing but zeros", "::", "[::]" },
	{ "nothing but zeros, written", "0:0:0:0:0:0:0:0", "[::]" },
	{ "zeros in front", "::1", "[::1]" },
	{ "zeros at the end", "1::", "[1::]" },
	{ "zeros inside", "1:0:0:4:5:6:7:8", "[1::4:5:6:7:8]" },
	{ "of two runs the longer", "1:0:0:4:0:0:0:8", "[1:0:0:4::8]" },
	{ "of two as long the first", "1:0:0:4:5:0:0:8", "[1::4:5:0:0:8]" },
	{ "a single zero stays", "1:0:3:4:5:6:7:8", "[1:0:3:4:5:6:7:8]" },
	{ "a single zero given as two colons is written out", "1::3:4:5:6:7:8", "[1:0:3:4:5:6:7:8]" },
	{ "two colons for nothing but the last", "1:2:3:4:5:6:7::", "[1:2:3:4:5:6:7:0]" },
	{ "two colons for nothing but the first", "::2:3:4:5:6:7:8", "[0:2:3:4:5:6:7:8]" },
	{ "an IPv4 address at the end", "::ffff:192.0.2.1", "[::ffff:c000:201]" },
	{ "behind six pieces", "1:2:3:4:5:6:192.0.2.1", "[1:2:3:4:5:6:c000:201]" },
	{ "alone behind two colons", "::1.2.3.4", "[::102:304]" },
	{ "nothing", "", NULL },
	{ "one colon", ":", NULL },
	{ "a colon in front", ":1:2:3:4:5:6:7", NULL },
	{ "a colon at the end", "1:2:3:4:5:6:7:", NULL },
	{ "three colons", ":::", NULL },
	{ "two colons twice", "1::3::5", NULL },
	{ "seven pieces", "1:2:3:4:5:6:7", NULL },
	{ "nine pieces", "1:2:3:4:5:6:7:8:9", NULL },
	{ "two colons for nothing at all", "1:2:3:4:5:6:7:8::", NULL },
	{ "five digits", "12345::", NULL },
	{ "a letter that is none", "g::", NULL },
	{ "a zone", "fe80::1%1", NULL },
	{ "a blank", "::1 ", NULL },
	{ "IPv4 behind seven pieces", "1:2:3:4:5:6:7:1.2.3.4", NULL },
	{ "IPv4 in the middle", "1.2.3.4::", NULL },
	{ "IPv4 of three parts", "::1.2.3", NULL },
	{ "IPv4 of five parts", "::1.2.3.4.5", NULL },
	{ "IPv4 with a dot behind it", "::1.2.3.4.", NULL },
	{ "IPv4 past 255", "::1.2.3.256", NULL },
	{ "IPv4 with a zero in front", "::1.2.3.04", NULL },
	{ "IPv4 with an empty part", "::1..3.4", NULL },
	{ "IPv4 that begins with a dot", "::.2.3.4", NULL },
	{ "IPv4 in hexadecimal", "::0x1.2.3.4", NULL },
};

static void
assert_address(struct span got, const char *want)
{
	assert_int_equal(got.len, want != NULL ? strlen(want) : 0);
	if (want != NULL)
		assert_memory_equal(got.at, want, got.len);
}

static void
is_read_as_ipv4(void **state)
{
	const struct ipv4_case	*row = *state;
	char			 room[URL_ADDRESS_MAX];

	assert_int_equal(url_ipv4_is_meant(span_of(row->domain)), row->meant);
	if (row->meant)
		assert_address(url_ipv4_write(span_of(row->domain), room), row->address);
}

static void
is_read_as_ipv6(void **state)
{
	const struct ipv6_case	*row = *state;
	char			 room[URL_ADDRESS_MAX];

	assert_address(url_ipv6_write(span_of(row->pieces), room), row->address);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(ipv4) + NITEMS(ipv6)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(ipv4); i++)
		tests[count++] = (struct CMUnitTest){ .name = ipv4[i].says,
		    .test_func = is_read_as_ipv4, .initial_state = (void *)(uintptr_t)&ipv4[i] };
	for (size_t i = 0; i < NITEMS(ipv6); i++)
		tests[count++] = (struct CMUnitTest){ .name = ipv6[i].says,
		    .test_func = is_read_as_ipv6, .initial_state = (void *)(uintptr_t)&ipv6[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

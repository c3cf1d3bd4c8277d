/* Which clients are internal: addresses and blocks of both families, as MTAs write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/cidr.h>

#include <string.h>

static const struct member_case {
	const char	*says, *block, *address;
	bool		 inside;
} members[] = {
	{ "an address is in its own block", "192.0.2.1", "192.0.2.1", true },
	{ "the neighbour is not", "192.0.2.1", "192.0.2.2", false },
	{ "the first address of a block is in it", "127.0.0.0/8", "127.0.0.0", true },
	{ "the last address of a block is in it", "127.0.0.0/8", "127.255.255.255", true },
	{ "the next one is not", "127.0.0.0/8", "128.0.0.0", false },
	{ "a block may end inside a byte", "192.0.2.128/25", "192.0.2.127", false },
	{ "a block of /31 holds two", "192.0.2.2/31", "192.0.2.3", true },
	{ "a block of /31 holds no third", "192.0.2.2/31", "192.0.2.4", false },
	{ "0.0.0.0/0 is all of IPv4", "0.0.0.0/0", "203.0.113.9", true },
	{ "0.0.0.0/0 is nothing of IPv6", "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0 is all of IPv6", "::/0", "2001:db8::1", true },
	{ "::/0 is nothing of IPv4", "::/0", "192.0.2.1", false },
	{ "an IPv4-mapped address is IPv4", "10.0.0.0/8", "::ffff:10.1.2.3", true },
	{ "an IPv4-mapped address may be written in hex", "10.0.0.0/8", "::FFFF:0A01:0203", true },
	{ "a block of mapped addresses is one of IPv4", "::ffff:10.0.0.0/104", "10.1.2.3", true },
	{ "MTAs write IPv6 with its name", "2001:db8::/32", "IPv6:2001:db8::25", true },
	{ "and in brackets", "2001:db8::/32", "[IPv6:2001:DB8:0::25]", true },
	{ "IPv4 in brackets too", "192.0.2.0/24", "[192.0.2.25]", true },
	{ "a link-local address may name its interface", "fe80::/10", "fe80::1%eth0", true },
	{ "::1 is one address", "::1", "::2", false },
	{ "a unix socket's client has no address", "0.0.0.0/0", "", false },
	{ "a word is no address", "0.0.0.0/0", "unknown", false },
	{ "a leading zero is no decimal number", "10.0.0.0/8", "010.0.0.1", false },
	{ "a longer word that begins like an address is none", "10.0.0.0/8",
	  "10.0.0.1.10.0.0.1.10.0.0.1.10.0.0.1.10.0.0.1.10.0.0.1", false },
};

static void
is_member(void **state)
{
	const struct member_case	*row = *state;
	char				 block[64];
	char				*items[] = { block, block };
	struct option_list		 list = { items, 1 };
	struct cidr			 cidr;

	strncpy(block, row->block, sizeof(block) - 1);
	block[sizeof(block) - 1] = '\0';
	assert_true(cidr_parse(span_of(row->block), &cidr, NULL));
	assert_int_equal(cidr_has(&cidr, span_of(row->address)), row->inside);
	assert_int_equal(cidr_list_has(&list, span_of(row->address)), row->inside);
}

static const struct wrong_case {
	const char	*says, *block, *why;
} wrongs[] = {
	{ "a name is no block", "localhost",
	  "'localhost' is no IP address or block; write one such as 192.0.2.0/24 or 2001:db8::/32" },
	{ "three numbers are no block", "10.0.0/8",
	  "'10.0.0/8' is no IP address or block; write one such as 192.0.2.0/24 or 2001:db8::/32" },
	{ "a mask is no prefix length", "10.0.0.0/255.0.0.0",
	  "what follows / is no prefix length; write a number from 0 to 32" },
	{ "an empty prefix is none", "10.0.0.0/", "what follows / is no prefix length; write a number from 0 to 32" },
	{ "IPv6 has 128 bits", "2001:db8::/129", "what follows / is no prefix length; write a number from 0 to 128" },
	{ "bits behind the prefix are a mistake", "10.1.2.3/8",
	  "'10.1.2.3/8' has bits set behind its prefix; write 10.0.0.0/8 for the network, or the address alone" },
	{ "for IPv6 too", "2001:db8::1/32",
	  "'2001:db8::1/32' has bits set behind its prefix; write 2001:db8::/32 for the network, or the address alone" },
};

static void
is_wrong(void **state)
{
	const struct wrong_case	*row = *state;
	struct cidr		 cidr;
	struct buf		 why;

	buf_init(&why, 4096);
	assert_false(cidr_parse(span_of(row->block), &cidr, &why));
	assert_string_equal(why.at, row->why);
	buf_fini(&why);
}

static void
any_block_of_a_list_will_do(void **state)
{
	char			 a[] = "127.0.0.0/8", nonsense[] = "x", b[] = "::1";
	char			*items[] = { a, nonsense, b };
	struct option_list	 list = { items, 3 }, empty = { NULL, 0 };

	(void)state;
	assert_true(cidr_list_has(&list, SPAN("127.0.0.1")));
	assert_true(cidr_list_has(&list, SPAN("IPv6:::1")));
	assert_false(cidr_list_has(&list, SPAN("192.0.2.1")));
	assert_false(cidr_list_has(&empty, SPAN("127.0.0.1")));
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(members) + NITEMS(wrongs) + 1] = {
		cmocka_unit_test(any_block_of_a_list_will_do) };
	size_t			count = 1;

	for (size_t i = 0; i < NITEMS(members); i++)
		tests[count++] = (struct CMUnitTest){ .name = members[i].says, .test_func = is_member,
		    .initial_state = (void *)(uintptr_t)&members[i] };
	for (size_t i = 0; i < NITEMS(wrongs); i++)
		tests[count++] = (struct CMUnitTest){ .name = wrongs[i].says, .test_func = is_wrong,
		    .initial_state = (void *)(uintptr_t)&wrongs[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

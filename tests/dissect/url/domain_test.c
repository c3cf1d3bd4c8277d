/* Registrable domains, and names as headers and lists have them. */
#include "dissect/url/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct domain_case {
	const char	*says, *host, *domain;
} registrable[] = {
	{ "a host below a domain", "img.news.example.com", "example.com" },
	{ "the domain itself", "example.com", "example.com" },
	{ "two labels of suffix", "a.b.example.co.uk", "example.co.uk" },
	{ "a bare suffix is itself", "co.uk", "co.uk" },
	{ "a top-level domain is itself", "com", "com" },
	{ "a single label is itself", "localhost", "localhost" },
	{ "an unlisted suffix is one label", "a.b.nosuchsuffix", "b.nosuchsuffix" },
	{ "the private part divides customers", "a.customer.github.io", "customer.github.io" },
	{ "its suffix is itself", "github.io", "github.io" },
	{ "a wildcard rule", "a.b.c.kawasaki.jp", "b.c.kawasaki.jp" },
	{ "and its exception", "a.city.kawasaki.jp", "city.kawasaki.jp" },
	{ "a suffix in A-labels", "a.b.xn--fiqs8s", "b.xn--fiqs8s" },
	{ "a domain in A-labels", "a.xn--bcher-kva.de", "xn--bcher-kva.de" },
	{ "upper case", "IMG.Example.COM", "Example.COM" },
	{ "a suffix in upper case", "A.B.CO.UK", "B.CO.UK" },
	{ "a dot at the end goes", "img.example.com.", "example.com" },
	{ "an IPv4 address is itself", "192.0.2.1", "192.0.2.1" },
	{ "an IPv6 address is itself", "[2001:db8::1]", "[2001:db8::1]" },
	{ "nor does IPv4 in it make a name", "[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]" },
	{ "nothing is nothing", "", "" },
	{ "a dot is a dot", ".", "." },
};

static void
has_registrable_domain(void **state)
{
	const struct domain_case	*row = *state;
	struct span			 host = span_of(row->host), domain = url_registrable_domain(host);

	assert_int_equal(domain.len, strlen(row->domain));
	assert_memory_equal(domain.at, row->domain, domain.len);
	assert_true(domain.at >= host.at && domain.at + domain.len <= host.at + host.len);
}

static const struct domain_case names[] = {
	{ "names: lower case", "Example.COM", "example.com" },
	{ "names: without the dot at the end", "example.com.", "example.com" },
	{ "names: in A-labels", "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
	{ "names: A-labels stay", "XN--Bcher-KVA.example", "xn--bcher-kva.example" },
	{ "names: a single label", "localhost", "localhost" },
	{ "names: an address", "192.0.2.1", "192.0.2.1" },
	{ "names: underscores", "_dmarc.example.com", "_dmarc.example.com" },
	{ "names: nothing is none", "", NULL },
	{ "names: a dot is none", ".", NULL },
	{ "names: two dots at the end are none", "example.com..", NULL },
	{ "names: a dot in front is none", ".example.com", NULL },
	{ "names: an empty label is none", "a..b", NULL },
	{ "names: an empty label by mapping is none", "a.\xc2\xad.b", NULL },
	{ "names: a space is none", "exam ple.com", NULL },
	{ "names: a percent sign is none", "example%2ecom", NULL },
	{ "names: an address literal is none", "[192.0.2.1]", NULL },
	{ "names: a mailbox is none", "a@example.com", NULL },
	{ "names: bytes that are not UTF-8 are none", "ex\xff.com", NULL },
};

static void
becomes(void **state)
{
	const struct domain_case	*row = *state;
	struct arena			*arena = arena_new((size_t)1 << 16);
	struct span			 ascii = url_domain_to_ascii(span_of(row->host), arena);

	if (row->domain == NULL)
		assert_null(ascii.at);
	else {
		assert_int_equal(ascii.len, strlen(row->domain));
		assert_memory_equal(ascii.at, row->domain, ascii.len);
	}
	arena_free(arena);
}

static void
a_very_long_host_is_looked_at_from_its_end(void **state)
{
	char host[5000];

	(void)state;
	memset(host, 'a', sizeof(host));
	memcpy(host + sizeof(host) - sizeof(".b.example.com") + 1, ".b.example.com", sizeof(".b.example.com") - 1);
	struct span domain = url_registrable_domain((struct span){ host, sizeof(host) });
	assert_true(span_eq(domain, SPAN("example.com")));

	/* No dot near its end: it is one label to us, and its own domain. */
	memset(host, 'a', sizeof(host));
	domain = url_registrable_domain((struct span){ host, sizeof(host) });
	assert_int_equal(domain.len, sizeof(host));
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(registrable) + NITEMS(names) + 1] = {
		cmocka_unit_test(a_very_long_host_is_looked_at_from_its_end),
	};
	size_t			count = 1;

	url_prepare();
	for (size_t i = 0; i < NITEMS(registrable); i++)
		tests[count++] = (struct CMUnitTest){ .name = registrable[i].says,
		    .test_func = has_registrable_domain, .initial_state = (void *)(uintptr_t)&registrable[i] };
	for (size_t i = 0; i < NITEMS(names); i++)
		tests[count++] = (struct CMUnitTest){ .name = names[i].says,
		    .test_func = becomes, .initial_state = (void *)(uintptr_t)&names[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

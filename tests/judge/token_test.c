/* In which dress a recipient is recognised in a URL, and what only looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "judge/token.h"

#define ANN	"Ann.Lee+news@Parl.example"
#define HOST	"https://t.example/"

static const struct token_case {
	const char	*says, *recipient, *url;
	const char	*found;		/* "address form" or "local form"; NULL: nothing */
} cases[] = {
	/* the address itself */
	{ "the address as given", ANN, HOST "?u=Ann.Lee+news@Parl.example", "address plain" },
	{ "the address in any case", ANN, HOST "?u=ANN.lee+NEWS@PARL.EXAMPLE", "address plain" },
	{ "the address without its tag", ANN, HOST "?u=ann.lee@parl.example", "address plain" },
	{ "the address in the path", ANN, HOST "o/ann.lee@parl.example/p.gif", "address plain" },
	{ "the address in the fragment", ANN, HOST "#ann.lee@parl.example", "address plain" },
	{ "the address as user information", ANN, "https://ann.lee@parl.example/", "address plain" },
	{ "the address as a query's key", ANN, HOST "?ann.lee@parl.example", "address plain" },
	{ "the address as bounces write it", ANN, HOST "?u=ann.lee=parl.example", "address plain" },
	{ "the address glued to something", ANN, HOST "?u=xann.lee@parl.examplex", "address plain" },
	{ "the address behind its own beginning", ANN, HOST "?u=ann.lann.lee@parl.example", "address plain" },
	{ "an escaped @", ANN, HOST "?u=ann.lee%40parl.example", "address percent-encoded" },
	{ "every letter escaped", ANN, HOST "?u=%61%6e%6E%2e%6c%65%65%40%70%61%72%6c%2E%65%78%61%6d%70%6c%65",
	  "address percent-encoded" },
	{ "escaped twice", ANN, HOST "?to=https%3A%2F%2Fx.example%2F%3Fu%3Dann.lee%2540parl.example",
	  "address percent-encoded twice" },
	{ "somebody else's address is not the recipient's", ANN, HOST "?u=bob@parl.example", NULL },
	{ "nor is the address at another host", "ann.lee@parl.example", HOST "?u=annalee@parl.example", NULL },
	{ "the domain alone names nobody", ANN, HOST "parl.example/logo.png", NULL },
	/* the local part */
	{ "a local part with a dot is nobody's word", ANN, HOST "x-ann.lee-y", "local plain" },
	{ "a local part with a digit too", "peter55@corp.example", HOST "peter55.png", "local plain" },
	{ "a local part with a digit in a longer word is not it", "peter55@corp.example", HOST "peter555.png", NULL },
	{ "a word as a whole value is the local part", "martin@corp.example", HOST "?u=martin&x=1", "local plain" },
	{ "a word as a whole folder is the local part", "martin@corp.example", HOST "o/martin/p", "local plain" },
	{ "a word as a label is the local part", "martin@corp.example", "https://martin.t.example/p", "local plain" },
	{ "a word in a file's name may be a word", "martin@corp.example", HOST "img/martin-guitars.png", NULL },
	{ "a word before a suffix may be one", "martin@corp.example", HOST "img/martin.png", NULL },
	{ "a word in a longer word is another", "martin@corp.example", HOST "?u=martinez", NULL },
	{ "a short local part is too often a word", "info@corp.example", HOST "info/?x=info", NULL },
	{ "a role names nobody", "office@corp.example", HOST "office/?x=office", NULL },
	{ "a role's address is one all the same", "office@corp.example", HOST "?x=office@corp.example", "address plain" },
	{ "a recipient without a domain is a local part", "martin", HOST "?u=martin", "local plain" },
	/* base64 */
	{ "the address in base64", ANN, HOST "?u=YW5uLmxlZUBwYXJsLmV4YW1wbGU=", "address base64" },
	{ "base64 with its padding escaped", ANN, HOST "?u=YW5uLmxlZUBwYXJsLmV4YW1wbGU%3D", "address base64" },
	{ "base64 without padding", ANN, HOST "o/YW5uLmxlZUBwYXJsLmV4YW1wbGU/p", "address base64" },
	{ "the address behind 3 bytes", ANN, HOST "?aWQ9YW5uLmxlZUBwYXJsLmV4YW1wbGUheg", "address base64" },
	{ "the address behind 6 bytes", ANN, HOST "?dWlkOjk7YW5uLmxlZUBwYXJsLmV4YW1wbGUheg", "address base64" },
	{ "the address in JSON in base64", ANN, HOST "?q=eyJlIjoiYW5uLmxlZUBwYXJsLmV4YW1wbGUifQ", "address base64" },
	{ "the address escaped in base64", ANN, HOST "?q=ZT1hbm4ubGVlJTQwcGFybC5leGFtcGxl", "address base64" },
	{ "base64 behind letters of its alphabet", ANN, HOST "abc/d-YW5uLmxlZUBwYXJsLmV4YW1wbGU", "address base64" },
	{ "base64 glued to another letter", ANN, HOST "?u=xYW5uLmxlZUBwYXJsLmV4YW1wbGU", "address base64" },
	{ "base64 with an escaped letter", ANN, HOST "?u=YW5u%4cmxlZUBwYXJsLmV4YW1wbGU", "address base64" },
	{ "the local part in base64 between hyphens", ANN, HOST "ab-YW5uLmxlZQ-cd", "local base64" },
	{ "the local part in base64 between underlines", "ann.leej@a.example", HOST "b_YW5uLmxlZWo_c", "local base64" },
	{ "the local part in base64", ANN, HOST "o/YW5uLmxlZQ/p.gif", "local base64" },
	{ "a word in base64 is no accident", "martin@corp.example", HOST "img/bWFydGlu.png", "local base64" },
	{ "somebody else in base64", ANN, HOST "?u=c29tZW9uZUBlbHNlLmV4YW1wbGU=", NULL },
	/* hexadecimal and rot13 */
	{ "the address in hexadecimal", ANN, HOST "?u=616e6e2e6c6565407061726c2e6578616d706c65", "address hexadecimal" },
	{ "the address in capital hexadecimal behind others", ANN,
	  HOST "?u=69643D616E6E2E6C6565407061726C2E6578616D706C65", "address hexadecimal" },
	{ "hexadecimal behind an odd digit", ANN, HOST "?u=f616e6e2e6c6565407061726c2e6578616d706c65",
	  "address hexadecimal" },
	{ "the address in rot13", ANN, HOST "?u=naa.yrr@cney.rknzcyr", "address rot13" },
	{ "the local part in rot13", ANN, HOST "?u=naa.yrr", "local rot13" },
	/* digests */
	{ "MD5 of the address as given", ANN, HOST "5bf6253ef06bfb9ab5f2b4395fb43537", "address MD5" },
	{ "MD5 of the address in lower case", ANN, HOST "ea8122dd084441808839711086c26886.gif", "address MD5" },
	{ "MD5 of the address without its tag", ANN, HOST "?u=d2e230b4433b4da290bf0fbf7f771502", "address MD5" },
	{ "MD5 in capitals", ANN, HOST "?u=D2E230B4433B4DA290BF0FBF7F771502", "address MD5" },
	{ "MD5 of the address in capitals", "ann.lee@parl.example", HOST "?u=3ba1a04ed7db97c530c98348fce760f7",
	  "address MD5" },
	{ "SHA-1", ANN, HOST "?u=2fcddb6eaded1bcf3e77b53c615f611bbd4f1a32", "address SHA-1" },
	{ "SHA-256", ANN, HOST "?u=2b5d1be68891817dafb9c057b85f7030a41f265f41c015c697d191c4171a79a9", "address SHA-256" },
	{ "SHA-256 cut to half", ANN, HOST "?u=2b5d1be68891817dafb9c057b85f7030", "address SHA-256" },
	{ "a digest glued to another", ANN, HOST "?u=00000d2e230b4433b4da290bf0fbf7f771502abc", "address MD5" },
	{ "a digest over several labels", ANN,
	  "https://2b5d1be68891817d.afb9c057b85f7030.a41f265f41c015c6.97d191c4171a79a9.t.example/", "address SHA-256" },
	{ "SHA-256 of the local part", ANN, HOST "?u=2a39e9ceee3c7b738dec75c21f738b736212c228d7c4f846cc1b77ff1c9c0a8f",
	  "local SHA-256" },
	{ "a digest of a short local part is no accident", "bob@corp.example",
	  HOST "?u=48181acd22b3edaebc8a447868a7df7ce629920a", "local SHA-1" },
	{ "SHA-1 in base64", ANN, HOST "?u=L83bbq3tG88+d7U8YV9hG71PGjI=", "address SHA-1 in base64" },
	{ "SHA-256 in URL-safe base64", ANN, HOST "?u=K10b5oiRgX2vucBXuF9wMKQfJl9BwBXGl9GRxBcaeak",
	  "address SHA-256 in base64" },
	{ "hexadecimal MD5 in base64", ANN, HOST "?u=ZDJlMjMwYjQ0MzNiNGRhMjkwYmYwZmJmN2Y3NzE1MDI",
	  "address MD5 in base64" },
	{ "a digest of nobody", ANN, HOST "?u=9e107d9d372bb6826bd81d3542a419d6", NULL },
	{ "half a digest is none", ANN, HOST "?u=d2e230b4433b4da2ffffffffffffffff", NULL },
	{ "a digest behind one byte at the end", ANN, HOST "?u=aad2e230b4433b4da290bf0fbf7f771502", "address MD5" },
	{ "a digest of nothing", "@parl.example", HOST "?u=d41d8cd98f00b204e9800998ecf8427e", NULL },
	/* odd input */
	{ "a % that escapes nothing", ANN, HOST "100%/%zz?u=YW5uLmxlZUBwYXJsLmV4YW1wbGU", "address base64" },
	{ "an escaped NUL beside it", "martin@corp.example", HOST "?u=%00martin%00", "local percent-encoded" },
	{ "no scheme", ANN, "//t.example/ann.lee@parl.example", "address plain" },
	{ "an empty URL", ANN, "", NULL },
	{ "an empty recipient finds nothing", "", HOST "?u=@", NULL },
	{ "a recipient that is an @", "@", HOST "?u=@", NULL },
	{ "a tag without a name before it", "+news@parl.example", HOST "?u=@parl.example", NULL },
};

static uint32_t
path_at(const char *url)
{
	const char *slashes = strstr(url, "//"), *slash = slashes != NULL ? strchr(slashes + 2, '/') : NULL;

	return slash != NULL ? (uint32_t)(slash - url) : UINT32_MAX;
}

static struct span
host_of(const char *url)
{
	const char *slashes = strstr(url, "//");

	return slashes != NULL ? (struct span){ slashes + 2, strcspn(slashes + 2, "/?#") } : SPAN_NONE;
}

static void
find(struct tokens *tokens, const char *url, const char *wanted)
{
	struct token	token;
	char		found[128];

	assert_int_equal(tokens_find(tokens, span_of(url), host_of(url), path_at(url), &token), PW_OK);
	assert_false(token.unread);
	if (!token.found) {
		assert_null(wanted);
		return;
	}
	snprintf(found, sizeof(found), "%s %s%s%s", token.local ? "local" : "address", token.form,
	    token.inside != NULL ? " in " : "", token.inside != NULL ? token.inside : "");
	assert_string_equal(found, wanted != NULL ? wanted : "nothing");
}

static void
is_recognised(void **state)
{
	const struct token_case	*row = *state;
	struct arena		*arena = arena_new(1 << 20);
	struct span		 recipient = span_of(row->recipient);
	struct message		 message = { .recipients = &recipient, .recipient_count = 1 };
	struct tokens		*tokens = tokens_new(&message, arena);

	assert_non_null(tokens);
	find(tokens, row->url, row->found);
	find(tokens, row->url, row->found);	/* what is remembered of it is the same */
	arena_free(arena);
}

static void
each_of_a_thousand_recipients_is_recognised(void **state)
{
	struct arena	*arena = arena_new(64 << 20);
	struct span	*recipients = arena_array(arena, 1000, sizeof(*recipients));
	struct message	 message = { .recipients = recipients, .recipient_count = 1000 };
	char		 url[256];

	(void)state;
	for (int i = 0; i < 1000; i++)
		recipients[i] = arena_printf(arena, "member.%d@chamber%d.parl.example", i, i % 7);
	struct tokens *tokens = tokens_new(&message, arena);
	assert_non_null(tokens);
	for (int i = 0; i < 1000; i++) {
		snprintf(url, sizeof(url), HOST "?u=member.%d@chamber%d.parl.example", i, i % 7);
		find(tokens, url, "address plain");
	}
	find(tokens, HOST "?u=member.1000@chamber6.parl.example", NULL);
	assert_true(arena_used(arena) < (size_t)16 << 20);
	arena_free(arena);
}

static void
nobody_is_looked_for_without_recipients(void **state)
{
	struct arena	*arena = arena_new(1 << 20);
	struct message	 message = { .recipient_count = 0 };
	struct tokens	*tokens = tokens_new(&message, arena);

	(void)state;
	assert_non_null(tokens);
	find(tokens, HOST "?u=ann.lee@parl.example", NULL);
	arena_free(arena);
}

/* Past the budget nothing is said to be clean. */
static void
a_flood_of_urls_is_not_read_to_its_end(void **state)
{
	struct arena	*arena = arena_new(64 << 20);
	struct span	 recipient = SPAN("ann.lee@parl.example");
	struct message	 message = { .recipients = &recipient, .recipient_count = 1 };
	struct tokens	*tokens = tokens_new(&message, arena);
	char		*url = arena_alloc(arena, 60001);
	struct token	 token = { 0 };
	int		 read = 0;

	(void)state;
	memset(url, 'a', 60000);
	for (; read < 1000 && !token.unread; read++) {
		struct span another = { url, 60000 - (size_t)read };

		assert_int_equal(tokens_find(tokens, another, SPAN_NONE, UINT32_MAX, &token), PW_OK);
		assert_false(token.found);
	}
	assert_in_range(read, 50, 100);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + 3] = {
		cmocka_unit_test(each_of_a_thousand_recipients_is_recognised),
		cmocka_unit_test(nobody_is_looked_for_without_recipients),
		cmocka_unit_test(a_flood_of_urls_is_not_read_to_its_end),
	};
	size_t			count = 3;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_recognised,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

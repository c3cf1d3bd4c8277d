/* What Authentication-Results fields say, as far as all verifiers would read them alike. */
#include "support.h"

#define R	"Authentication-Results: "
#define UNREADABLE "mx.example ?\n"
#define PASS	"mx.example dkim pass a.example\n"

static const struct claim_case {
	const char	*says, *header;
	const char	*claims;	/* "verifier method result domain", perhaps with more, a line each */
} cases[] = {
	{ "one result", R "mx.example; dkim=pass header.d=a.example\r\n", PASS },
	{ "a semicolon at the end", R "mx.example; dkim=pass header.d=a.example;\r\n", PASS },
	{ "folded", R "mx.example;\r\n\tdkim=pass\r\n header.d=a.example\r\n", PASS },
	{ "a version", R "mx.example 1; dkim=pass header.d=a.example\r\n", PASS },
	{ "a quoted authserv-id", R "\"mx.example\"; dkim=pass header.d=a.example\r\n", PASS },
	{ "a quoted value", R "mx.example; dkim=pass header.d=\"a.example\" header.b=\"ab=; cd\"\r\n", PASS },
	{ "any case", "AUTHENTICATION-RESULTS: mx.example; DKIM=Pass Header.D=A.Example\r\n", PASS },
	{ "a reason", R "mx.example; dkim=pass reason=\"all; good\" header.d=a.example\r\n", PASS },
	{ "comments between words", R "mx.example (it's (us)) 1 (v\\)1); dkim (x) = (y) pass (1024-bit; key) "
	  "header (z) . d = a.example (end)\r\n", PASS },
	{ "as opendkim writes it", R "mx.example;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=a.example "
	  "header.i=@a.example header.a=rsa-sha256 header.s=s1 header.b=\"Ab/c+d==\";\r\n\tdkim-atps=neutral\r\n", PASS },
	{ "the domain of an identity, where the signer is not told", R "mx.example; dkim=pass header.i=joe@a.example\r\n", PASS },
	{ "a domain in its own script", R "mx.example; dkim=pass header.d=b\xc3\xbc" "cher.example\r\n",
	  "mx.example dkim pass xn--bcher-kva.example\n" },
	{ "a name below another", R "mx.example; dkim=pass header.d=mail.a.co.uk\r\n",
	  "mx.example dkim pass mail.a.co.uk of a.co.uk\n" },
	{ "several results", R "mx.example; spf=softfail smtp.mailfrom=joe@a.example; dkim=fail header.d=b.example; "
	  "dkim=pass header.d=a.example; dmarc=none header.from=a.example; auth=pass smtp.auth=joe\r\n",
	  "mx.example spf softfail a.example\nmx.example dkim fail b.example\n" PASS "mx.example dmarc none a.example\n" },
	{ "a result that nobody knows is none", R "mx.example; dmarc=bestguesspass header.from=a.example; "
	  "dkim=pass header.d=a.example\r\n", "mx.example dmarc none a.example\n" PASS },
	{ "SPF of a name in HELO", R "mx.example; spf=pass smtp.helo=h.example\r\n", "mx.example spf pass h.example helo\n" },
	{ "SPF of both is of the sender", R "mx.example; spf=pass smtp.helo=h.example smtp.mailfrom=a.example\r\n",
	  "mx.example spf pass a.example\n" },
	{ "SPF of a bounce", R "mx.example; spf=none\r\n", "mx.example spf none \n" },
	{ "a policy as OpenDMARC tells it", R "mx.example; dmarc=fail (p=reject dis=none) header.from=a.example\r\n",
	  "mx.example dmarc fail a.example p=3\n" },
	{ "a policy as a property", R "mx.example; dmarc=fail header.from=a.example policy.dmarc=quarantine\r\n",
	  "mx.example dmarc fail a.example p=2\n" },
	{ "no result at all", R "mx.example; none\r\n", "" },
	{ "no result, and a comment", R "mx.example 1; none (x)\r\n", "" },
	{ "nothing but a name", R "mx.example\r\n", "" },
	{ "several fields", R "one.example; dkim=pass header.d=a.example\r\nSubject: x\r\n" R "two.example; spf=pass "
	  "smtp.mailfrom=b.example\r\n", "one.example dkim pass a.example\ntwo.example spf pass b.example\n" },
	{ "what stands below a Received field came with the mail", "Received: from x by y; now\r\n" R
	  "mx.example; dkim=pass header.d=a.example\r\n", "" },
	{ "a chain's field is none", "ARC-Authentication-Results: i=1; mx.example; dkim=pass header.d=a.example\r\n", "" },
	{ "a field of a similar name is none", "X-Authentication-Results: mx.example; dkim=pass header.d=a.example\r\n"
	  "Original-Authentication-Results: mx.example; dkim=pass header.d=a.example\r\n", "" },

	/* What some verifier could not read, and so leave standing, claims nothing. */
	{ "a comment that touches the authserv-id", R "mx.example(x); dkim=pass header.d=a.example\r\n", "" },
	{ "a comment that touches the method", R "mx.example; dkim(x)=pass header.d=a.example\r\n", UNREADABLE },
	{ "a comment that touches the result", R "mx.example; dkim=pass(x) header.d=a.example\r\n", UNREADABLE },
	{ "a comment that is not closed", R "mx.example; dkim=pass (header.d=a.example\r\n", UNREADABLE },
	{ "a comment that is closed twice", R "mx.example; dkim=pass (x)) header.d=a.example\r\n", UNREADABLE },
	{ "a method of a later version", R "mx.example; dkim/2=pass header.d=a.example\r\n", UNREADABLE },
	{ "something behind no result", R "mx.example; none; dkim=pass header.d=a.example x\r\n", UNREADABLE },
	{ "a quoted method", R "mx.example; \"dkim\"=pass header.d=a.example\r\n", UNREADABLE },
	{ "a quoted result", R "mx.example; dkim=\"pass\" header.d=a.example\r\n", UNREADABLE },
	{ "a string that is not closed", R "mx.example; dkim=pass header.d=\"a.example\r\n", UNREADABLE },
	{ "an escape in a string", R "\"mx\\.example\"; dkim=pass header.d=a.example\r\n", "" },
	{ "an escape outside of strings", R "mx.example; dkim=pa\\ss header.d=a.example\r\n", UNREADABLE },
	{ "half a string", R "\"mx\".example; dkim=pass header.d=a.example\r\n", "" },
	{ "a property of no known kind", R "mx.example; dkim=pass header.d=a.example dns.sec=yes\r\n", UNREADABLE },
	{ "a property that is given twice", R "mx.example; dkim=pass header.d=a.example header.d=b.example\r\n", UNREADABLE },
	{ "a word that is no property", R "mx.example; dkim=pass header.d=a.example well\r\n", UNREADABLE },
	{ "a result without a word", R "mx.example; dkim= header.d=a.example\r\n", UNREADABLE },
	{ "a late reason", R "mx.example; dkim=pass header.d=a.example reason=x\r\n", UNREADABLE },
	{ "something broken behind it", R "mx.example; dkim=pass header.d=a.example; spf\r\n", UNREADABLE },
	{ "a control character", R "mx.example; dkim=pass header.d=a.example; x=\x01\r\n", UNREADABLE },
	{ "a blank before the colon", "Authentication-Results : mx.example; dkim=pass header.d=a.example\r\n", "" },
};

#define GOOD	"; dkim=pass header.d=a.example"
#define FOUR(x)	x x x x

static const struct claim_case many_cases[] = {
	{ "fifteen results", R "mx.example" GOOD FOUR("; x=pass") FOUR("; x=pass") FOUR("; x=pass") "; x=pass; y=none\r\n", PASS },
	{ "more results than verifiers write", R "mx.example" GOOD FOUR("; x=pass") FOUR("; x=pass") FOUR("; x=pass")
	  "; x=pass; x=pass; x=pass\r\n", UNREADABLE },
	{ "more signs than verifiers write", R "mx.example" GOOD FOUR(FOUR(FOUR(FOUR(".")))) "\r\n", UNREADABLE },
	{ "more comments than verifiers write", R "mx.example" GOOD FOUR(FOUR(" (x)")) " (x)\r\n", UNREADABLE },
	{ "a longer field than verifiers write", R "mx.example" GOOD " (" FOUR(FOUR(FOUR(FOUR("12345678")))) ")\r\n", UNREADABLE },
	{ "more fields than there are verifiers", FOUR(FOUR(R "x.example; none\r\n")) R "mx.example" GOOD "\r\n", "" },
};

static void
is_read(void **state)
{
	const struct claim_case		*row = *state;
	struct arena			*arena = arena_new(TEST_ARENA_BYTES);
	const struct dissection		*d = dissect_or_fail(arena_printf(arena, "%sFrom: a@example.org\r\n\r\nx\r\n",
					    row->header), arena);
	struct span			 found = SPAN("");

	for (uint32_t i = 0; i < d->claims.count; i++) {
		const struct claim	*claim = &dissection_claims(d)[i];
		struct span		 domain = dissection_text(d, claim->domain);
		struct span		 organisation = dissection_text(d, claim->organisation);

		if (claim->method == CLAIM_UNREADABLE) {
			found = arena_printf(arena, "%.*s%.*s ?\n", SPAN_ARG(found),
			    SPAN_ARG(dissection_text(d, claim->verifier)));
			continue;
		}

		found = arena_printf(arena, "%.*s%.*s %s %s %.*s", SPAN_ARG(found),
		    SPAN_ARG(dissection_text(d, claim->verifier)), claim_method_name(claim->method), claim_result_name(claim->result),
		    SPAN_ARG(domain));
		if (!span_eq(domain, organisation))
			found = arena_printf(arena, "%.*s of %.*s", SPAN_ARG(found), SPAN_ARG(organisation));
		if (claim->policy != POLICY_UNTOLD)
			found = arena_printf(arena, "%.*s p=%u", SPAN_ARG(found), claim->policy);
		found = arena_printf(arena, "%.*s%s\n", SPAN_ARG(found), claim->of_helo ? " helo" : "");
	}
	assert_string_equal(found.at, row->claims);
	arena_free(arena);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(many_cases)] = { 0 };
	size_t			count = 0;

	dissect_prepare();
	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_read,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(many_cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = many_cases[i].says, .test_func = is_read,
		    .initial_state = (void *)(uintptr_t)&many_cases[i] };
	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}

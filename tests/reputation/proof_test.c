/* What deliveries of a URL's template prove. A row is a history: a letter each for message, token, recipient. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reputation/proof.h"

static const struct proof_case {
	const char	*says;
	const char	*history;	/* triples: message, token, recipient */
	const char	*now;		/* the same; recipient '-': several */
	enum proof	 proof;
} cases[] = {
	{ "one delivery proves nothing", "", "1aX", PROOF_NONE },
	{ "two tokens for two people prove nothing", "1aX", "2bY", PROOF_NONE },
	{ "the third person with a token of its own proves it", "1aX 2bY", "3cZ", PROOF_PERSONAL },
	{ "to several people, history alone must prove it", "1aX 2bY", "3c-", PROOF_NONE },
	{ "and does", "1aX 2bY 3cZ", "4d-", PROOF_PERSONAL },
	{ "three tokens for one person are editions of a newsletter", "1aX 2bX", "3cX", PROOF_NONE },
	{ "the same token for three people in three messages is static", "1aX 2aY 3aZ", "4aW", PROOF_STATIC },
	{ "for two it is neither", "1aX 2aY 3aX", "4aW", PROOF_NONE },
	{ "in one message to three people it is neither", "1aX 1aY 1aZ", "2aW", PROOF_NONE },
	{ "messages to several people do not stand against the proof", "1aX 2bY 5eP 5eQ 6fP 6fQ", "3cZ", PROOF_PERSONAL },
	{ "tokens that two messages share do", "1aX 2bY 5eP 6eQ 7fP 8fQ", "3cZ", PROOF_NONE },
	{ "one in ten does not: mail is forwarded", "1aA 2bB 3cC 4dD 5eE 6fF 7gG 8hH 9iI 0jJ 1xK 2xL", "3yM",
	  PROOF_PERSONAL },
	{ "a token that somebody else had is not personal", "1aX 2bY 3cZ 4dW", "5aV", PROOF_NONE },
	{ "the same message once more, for another person, with another token", "1aX 1bY", "1cZ", PROOF_PERSONAL },
};

static uint64_t
number(char c)
{
	return c == '-' ? 0 : (uint64_t)(unsigned char)c;
}

static void
proves(void **state)
{
	const struct proof_case	*row = *state;
	struct trace		 traces[STORE_MOST_TRACES];
	struct store_template	 template = { .traces = traces };

	for (const char *at = row->history; at[0] != '\0'; at += at[3] == ' ' ? 4 : 3)
		traces[template.trace_count++] = (struct trace){ .message = number(at[0]), .token = number(at[1]),
		    .recipient = number(at[2]) };
	assert_int_equal(proof_of(&template, number(row->now[1]), number(row->now[0]), number(row->now[2])), row->proof);
}

int
main(void)
{
	struct CMUnitTest tests[NITEMS(cases)] = { 0 };

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].says, .test_func = proves,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

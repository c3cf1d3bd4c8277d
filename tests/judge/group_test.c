/* Which addresses are in a group, and what is said of a file that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "judge/group.h"

#define S16	"0123456789abcdef"
#define S128	S16 S16 S16 S16 S16 S16 S16 S16
#define LONG	S128 S128 S128 S128	/* 512 bytes */

static const struct member_case {
	const char	*says, *text, *mailbox;
	bool		 in;
} members[] = {
	{ "an address is in its group", "ann@parl.example\n", "ann@parl.example", true },
	{ "another one is not", "ann@parl.example\n", "bob@parl.example", false },
	{ "nor the same user elsewhere", "ann@parl.example\n", "ann@press.example", false },
	{ "case does not matter in the file", "Ann@Parl.Example\n", "ann@parl.example", true },
	{ "nor in the envelope", "ann@parl.example\n", "ANN@PARL.EXAMPLE", true },
	{ "nor of letters with accents", "m\xc3\xbcller@parl.example\n", "M\xc3\x9cLLER@parl.example", true },
	{ "accents may be typed apart", "m\xc3\xbcller@parl.example\n", "mu\xcc\x88ller@parl.example", true },
	{ "a domain stands for everybody there", "@parl.example\n", "Bob@Parl.example", true },
	{ "but not for its subdomains", "@parl.example\n", "bob@mail.parl.example", false },
	{ "nor for what ends like it", "@parl.example\n", "bob@notparl.example", false },
	{ "a domain in its own script is known by its A-labels", "@b\xc3\xbc" "cher.example\n",
	  "x@xn--bcher-kva.example", true },
	{ "and the other way round", "x@xn--bcher-kva.example\n", "x@B\xc3\x9c" "cher.example", true },
	{ "a tag is the user's own", "ann@parl.example\n", "ann+news@parl.example", true },
	{ "a tag ends at the @", "ann@parl.example\n", "ann+a+b@parl.example", true },
	{ "a listed tag is that tag alone", "ann+news@parl.example\n", "ann@parl.example", false },
	{ "a listed tag is found", "ann+news@parl.example\n", "Ann+News@parl.example", true },
	{ "what begins with + has no tag", "ann@parl.example\n", "+ann@parl.example", false },
	{ "quotes say nothing", "ann.lee@parl.example\n", "\"ann.lee\"@parl.example", true },
	{ "nor do backslashes in them", "ann.lee@parl.example\n", "\"a\\nn.lee\"@parl.example", true },
	{ "a source route says nothing", "ann@parl.example\n", "@a.example,@b.example:ann@parl.example", true },
	{ "a dot at a domain's end says nothing", "ann@parl.example\n", "ann@parl.example.", true },
	{ "nor in the file", "ann@parl.example.\n", "ann@parl.example", true },
	{ "blanks around an address say nothing", " ann@parl.example \n", " ann@parl.example ", true },
	{ "the last @ counts", "@parl.example\n", "\"a@b.example\"@parl.example", true },
	{ "a user who is no UTF-8 is still at his domain", "@parl.example\n", "\xff\xfe@parl.example", true },
	{ "and so is one of endless name", "@parl.example\n", LONG "x@parl.example", true },
	{ "a long name is compared to its end", LONG "@parl.example\n", LONG "@parl.example", true },
	{ "a host without a dot is a domain", "root@localhost\n", "root@localhost", true },
	{ "a user without a domain is in no group", "ann@parl.example\n", "ann", false },
	{ "nobody is in no group", "@parl.example\n", "", false },
	{ "an @ alone is in no group", "@parl.example\n", "@", false },
	{ "a domain alone is at the domain", "@parl.example\n", "@parl.example", true },
	{ "a comment is none", "# ann@parl.example\n#! ann@parl.example\n", "ann@parl.example", false },
	{ "an address before a comment counts", "ann@parl.example # why\n", "ann@parl.example", true },
	{ "CRLF ends a line, the last needs none", "bob@parl.example\r\nann@parl.example", "ann@parl.example", true },
	{ "a byte order mark is skipped", "\xef\xbb\xbf" "ann@parl.example\n", "ann@parl.example", true },
	{ "who stands twice is there", "ann@parl.example\nANN@parl.example\n", "ann@parl.example", true },
	{ "an empty group has nobody", "", "ann@parl.example", false },
};

static void
is_member(void **state)
{
	const struct member_case	*row = *state;
	struct group_set		 set;
	struct buf			 report;

	group_set_init(&set);
	buf_init(&report, 4096);
	enum pw_err err = group_set_read(&set, "g.txt", "watch", span_of(row->text), &report);
	buf_add_char(&report, '\0');
	assert_string_equal(report.at, "");
	assert_int_equal(err, PW_OK);
	assert_int_equal(group_set_of(&set, span_of(row->mailbox)), row->in);
	group_set_fini(&set);
	buf_fini(&report);
}

static const struct mistake_case {
	const char	*says, *text, *report;
} mistakes[] = {
	{ "a user needs a domain", "ann\n",
	  "g.txt:1:1: 'ann' is no address; write user@domain, or @domain for everybody there\n" },
	{ "a domain needs its @", "parl.example\n",
	  "g.txt:1:1: 'parl.example' is no address; write user@domain, or @domain for everybody there\n" },
	{ "a star for users is not needed", "\n  *@parl.example\n",
	  "g.txt:2:3: '*@parl.example' is a pattern; write @parl.example for everybody there\n" },
	{ "a star for subdomains is no domain", "@*.parl.example\n", "g.txt:1:1: '@*.parl.example' is a pattern; write each "
	  "address, or @ and each domain, on a line of its own\n" },
	{ "nor is a dot", "@.parl.example\n", "g.txt:1:1: '@.parl.example' is a pattern; write each address, or @ and each "
	  "domain, on a line of its own\n" },
	{ "a part of a name is no address", "ann*@parl.example\n", "g.txt:1:1: 'ann*@parl.example' is a pattern; write each "
	  "address, or @ and each domain, on a line of its own\n" },
	{ "brackets do not belong there", "<ann@parl.example>\n", "g.txt:1:1: '<ann@parl.example>' is no address; write "
	  "user@domain without quotes, brackets and commas\n" },
	{ "nor does a comma", "ann@parl.example,bob@parl.example\n", "g.txt:1:4: 'ann@parl.example,bob@parl.example' is no "
	  "address; write user@domain without quotes, brackets and commas\n" },
	{ "nor a comma behind", "ann@parl.example,\n", "g.txt:1:17: 'parl.example,' is no domain name; write letters, "
	  "digits, hyphens and single dots, at most 253 bytes\n" },
	{ "nor a name before", "Ann Lee <ann@parl.example>\n",
	  "g.txt:1:5: more than one address; write one to a line, and # before a comment\n" },
	{ "two addresses stand on two lines", "ann@parl.example bob@parl.example\n",
	  "g.txt:1:18: more than one address; write one to a line, and # before a comment\n" },
	{ "a domain has no empty label", "ann@parl..example\n", "g.txt:1:10: 'parl..example' is no domain name; write "
	  "letters, digits, hyphens and single dots, at most 253 bytes\n" },
	{ "a domain is not empty", "ann@\n", "g.txt:1:5: '' is no domain name; write letters, digits, hyphens and single "
	  "dots, at most 253 bytes\n" },
	{ "a user is written in UTF-8", "m\xfcller@parl.example\n", "g.txt:1:1: 'm\xfcller@parl.example' has no user in "
	  "UTF-8 of at most 512 bytes; write user@domain\n" },
	{ "a domain is written in UTF-8", "ann@b\xfc" "cher.example\n", "g.txt:1:5: 'b\xfc" "cher.example' is no domain name "
	  "in UTF-8; write it with its xn-- labels\n" },
	{ "a user has its bound", LONG "x@parl.example\n", "g.txt:1:1: '" S16 S16 S16 S16 S16 "' has no user in UTF-8 of at "
	  "most 512 bytes; write user@domain\n" },
	{ "a line has its bound", LONG LONG "@parl.example\n",
	  "g.txt:1:1025: the line has 1037 bytes; write one address to a line\n" },
	{ "a control character is no text", "ann\001@parl.example\n",
	  "g.txt:1:4: the line holds a control character (0x01); write plain text\n" },
	{ "all mistakes are told in one run", "ann\nann@parl.example\n*@parl.example\nbob\n",
	  "g.txt:1:1: 'ann' is no address; write user@domain, or @domain for everybody there\n"
	  "g.txt:3:1: '*@parl.example' is a pattern; write @parl.example for everybody there\n"
	  "g.txt:4:1: 'bob' is no address; write user@domain, or @domain for everybody there\n" },
};

static void
is_told(void **state)
{
	const struct mistake_case	*row = *state;
	struct group_set		 set;
	struct buf			 report;

	group_set_init(&set);
	buf_init(&report, 4096);
	enum pw_err err = group_set_read(&set, "g.txt", "watch", span_of(row->text), &report);
	buf_add_char(&report, '\0');
	assert_string_equal(report.at, row->report);
	assert_int_equal(err, PW_ECONFIG);
	group_set_fini(&set);
	buf_fini(&report);
}

static void
an_address_may_be_in_several_groups(void **state)
{
	struct group_set	set;
	struct buf		report;
	char			name[16];

	(void)state;
	group_set_init(&set);
	buf_init(&report, 4096);
	assert_int_equal(group_set_of(&set, SPAN("ann@parl.example")), 0);
	for (unsigned i = 0; i < MOST_GROUPS; i++) {
		static const char *const texts[] = { "ann@parl.example\n", "@parl.example\n", "ann+x@parl.example\n", "" };

		snprintf(name, sizeof(name), "Group%u", i);
		assert_int_equal(group_set_read(&set, "g.txt", name, span_of(i < 3 ? texts[i] : i == MOST_GROUPS - 1 ?
		    texts[0] : texts[3]), &report), PW_OK);
	}
	assert_int_equal(group_set_of(&set, SPAN("ann@parl.example")), 3 | (groups)1 << 63);
	assert_int_equal(group_set_of(&set, SPAN("ann+x@parl.example")), 7 | (groups)1 << 63);
	assert_int_equal(group_set_of(&set, SPAN("bob@parl.example")), 2);
	assert_int_equal(group_set_named(&set, "group63"), (groups)1 << 63);
	assert_int_equal(group_set_named(&set, "group64"), 0);
	assert_string_equal(group_set_name(&set, 6), "Group1");
	assert_null(group_set_name(&set, 0));
	group_set_fini(&set);
	buf_fini(&report);
}

static void
a_million_members_are_enough(void **state)
{
	struct group_set	set;
	struct buf		report, text;

	(void)state;
	group_set_init(&set);
	buf_init(&report, 4096);
	buf_init(&text, 64 << 20);
	for (int i = 0; i < 1000000; i++)
		buf_printf(&text, "u%d@a\n", i);
	assert_int_equal(group_set_read(&set, "g.txt", "most", buf_span(&text), &report), PW_OK);
	assert_int_equal(group_set_of(&set, SPAN("u999999@a")), 1);
	assert_int_equal(group_set_of(&set, SPAN("u1000000@a")), 0);
	/* Who is known already needs no room. */
	assert_int_equal(group_set_read(&set, "h.txt", "more", SPAN("u1@a\nann@a\nbob@a\n"), &report), PW_ECONFIG);
	buf_add_char(&report, '\0');
	assert_string_equal(report.at,
	    "h.txt:2:1: 'ann@a' is one address too many; write at most 1000000 in all groups, or domains\n");
	group_set_fini(&set);
	buf_fini(&report);
	buf_fini(&text);
}

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(members) + NITEMS(mistakes) + 2] = {
		cmocka_unit_test(an_address_may_be_in_several_groups),
		cmocka_unit_test(a_million_members_are_enough),
	};
	size_t			count = 2;

	for (size_t i = 0; i < NITEMS(members); i++)
		tests[count++] = (struct CMUnitTest){ .name = members[i].says, .test_func = is_member,
		    .initial_state = (void *)(uintptr_t)&members[i] };
	for (size_t i = 0; i < NITEMS(mistakes); i++)
		tests[count++] = (struct CMUnitTest){ .name = mistakes[i].says, .test_func = is_told,
		    .initial_state = (void *)(uintptr_t)&mistakes[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What rule files may look like, and where each mistake is told. */
#include "judge/rules/loaded.h"

static const struct yaml_case {
	const char	*says, *text, *found;	/* found: among what is told; NULL: nothing is */
} cases[] = {
	{ "an alias is refused", "rule: *x\n", "1:7 PW103 a value that begins with * is read as an alias; quote it: '*x*'\n" },
	{ "a star on both sides is no alias, and told so", "rule: *x*\n",
	  "1:7 PW103 a value that begins with * is read as an alias; quote it: '*x*'\n" },
	{ "an anchor is refused", "rule: &x y\n", "1:7 PW103 a value that begins with & is read as an anchor; quote it\n" },
	{ "an anchor of a map is refused", "detect: &x {a: b}\n", "1:9 PW103 a value that begins with & is read as an anchor" },
	{ "a tag is refused", "rule: !!str y\n", "1:7 PW103 a value that begins with ! is read as a tag; quote it\n" },
	{ "a merge key is refused", "detect: {a: b}\n<<: c\n", "2:1 PW103 merge keys are not read; write the keys out\n" },
	{ "a key twice is told at its second place", "rule: pw.a\ntitle: x\nrule: pw.b\n",
	  "3:1 PW104 the key 'rule' stands already at line 1; keep one of them\n" },
	{ "a byte order mark at the file's beginning is none of it", "\xef\xbb\xbf" "rule: pw.a\n\tx: 1\n",
	  "2:1 PW103 a tab at the beginning of a line; indent with blanks\n" },
	{ "one elsewhere is told, for nobody sees it", "rule: pw.a\ntitle: \xef\xbb\xbf\xc3\xa4\xef\xbb\xbf\n",
	  "2:8 PW103 a byte order mark, which nobody sees; take it out\n"
	  "2:10 PW103 a byte order mark, which nobody sees; take it out\n" },
	{ "what ends lines to YAML alone is told", "rule: pw.a\ntitle: A\rB\xc2\x85" "C\xe2\x80\xa8" "D\xe2\x80\xa9" "E\r\nlevle: low\n",
	  "2:9 PW103 a carriage return within a line; end lines with a line feed\n"
	  "2:11 PW103 a line end that few programs know (U+0085); end lines with a line feed\n"
	  "2:13 PW103 a line end that few programs know (U+2028); end lines with a line feed\n"
	  "2:15 PW103 a line end that few programs know (U+2029); end lines with a line feed\n"
	  "3:1 PW201 unknown key 'levle'" },
	{ "lines that end as on Windows are lines", "rule: pw.a\r\ntitle: A\r\nlevle: low\r\n", "3:1 PW201 unknown key 'levle'" },
	{ "a tab at the beginning of a line is told", "rule: pw.a\ndetect:\n  a:\n\t  each: message\n",
	  "4:1 PW103 a tab at the beginning of a line; indent with blanks\n" },
	{ "what is not UTF-8 is told", "rule: pw.a\ntitle: b\xfc" "cher\n",
	  "2:9 PW102 this is not UTF-8; save the file as UTF-8\n" },
	{ "a control character is told", "rule: pw.a\ntitle: b\001\n", "2:9 PW102 the file holds a control character\n" },
	{ "a key without colon is told", "rule: pw.a\ntitle\nstatus: draft\n", "2:1 PW102 a key without its ':'" },
	{ "a quote that is never closed is told", "rule: 'pw.a\n", "1:7 PW102 this quote is never closed\n" },
	{ "a bracket that is never closed is told", "tags: [a.b\nrule: pw.a\n", "1:7 PW102 this bracket is never closed\n" },
	{ "a wrong indentation is told", "detect:\n  a: b\n c: d\n",
	  "3:2 PW102 this does not belong to the map above: align it" },
	{ "a bad escape is told with its cure", "title: \"a\\d\"\n", "1:10 PW102 an unknown \\ escape between double quotes; "
	  "write single quotes, where \\ is only itself\n" },
	{ "seventeen maps in one another are too deep", "a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: b}"
	  "}}}}}}}}}}}}}}}\n", "1:64 PW105 maps and lists stand too deep in one another" },
	{ "a mistake hides no other document", "rule: *x\n---\nrule: &y z\n", "\n3:7 PW103 a value that begins with &" },
	{ "nor what is behind it in its own", "rule: *x*\ntitle: \"a\\d\"\nlevle: low\n", "\n3:1 PW201 unknown key 'levle'" },
	{ "a list where a key is wanted", "[a]: b\n", "1:1 PW102 a key is a word, no map and no list\n" },
	{ "an empty file has no rules and no mistakes", "", NULL },
	{ "comments alone neither", "# nothing\n---\n# here\n", NULL },
};

static void
is_told(void **state)
{
	const struct yaml_case	*row = *state;
	struct loaded		 loaded;

	loaded_init(&loaded, row->text, NULL);
	if (row->found == NULL)
		assert_string_equal(loaded.found.at, "");
	else if (strstr(loaded.found.at, row->found) == NULL)
		fail_msg("found:\n%s", loaded.found.at);
	assert_int_equal(loaded.err, row->found == NULL ? PW_OK : PW_ECONFIG);
	loaded_fini(&loaded);
}

static void
a_file_has_its_bound(void **state)
{
	char		*text = malloc(YAML_MOST_BYTES + 2);
	struct loaded	 loaded;

	(void)state;
	memset(text, '#', YAML_MOST_BYTES + 1);
	text[YAML_MOST_BYTES + 1] = '\0';
	loaded_init(&loaded, text, NULL);
	assert_string_equal(loaded.found.at, "1:1 PW101 the file is larger than 256 KiB; split it, or make a list file of its "
	    "names\n");
	loaded_fini(&loaded);
	text[YAML_MOST_BYTES] = '\0';
	loaded_init(&loaded, text, NULL);
	assert_int_equal(loaded.err, PW_OK);
	loaded_fini(&loaded);
	free(text);
}

static void
a_document_has_its_bound(void **state)
{
	struct buf	text;
	struct loaded	loaded;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_add(&text, SPAN("tags: ["));
	for (int i = 0; i < YAML_MOST_NODES; i++)
		buf_add(&text, SPAN("a, "));
	buf_add(&text, SPAN("a]\n"));
	loaded_init(&loaded, text.at, NULL);
	assert_non_null(strstr(loaded.found.at, "PW105 the document holds too many values; split it"));
	loaded_fini(&loaded);
	buf_fini(&text);
}

int
main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(a_file_has_its_bound),
		cmocka_unit_test(a_document_has_its_bound),
	};
	struct CMUnitTest	tests[NITEMS(cases) + NITEMS(others)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(cases); i++)
		tests[count++] = (struct CMUnitTest){ .name = cases[i].says, .test_func = is_told,
		    .initial_state = (void *)(uintptr_t)&cases[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}

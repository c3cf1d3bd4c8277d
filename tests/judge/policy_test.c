/* Loading the rules directory: what is in force, what is refused, and what its generation is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/config.h>
#include <pixelward/judge/judge.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/policy.h"

struct place {
	char		 path[64];
	struct options	*options;
	struct buf	 report;
	struct policy	*policy;
};

static int
place_make(void **state)
{
	struct place	*place = calloc(1, sizeof(*place));
	char		 lists[80];

	*state = place;
	snprintf(place->path, sizeof(place->path), "/tmp/pixelward-policy-XXXXXX");
	buf_init(&place->report, 65536);
	if (mkdtemp(place->path) == NULL || (place->options = options_new()) == NULL)
		return 1;
	snprintf(lists, sizeof(lists), "%s/lists.d", place->path);
	return mkdir(lists, 0700) != 0 ||
	    config_set(place->options, "t", "RulesDir", place->path, &place->report) != PW_OK;
}

static int
place_drop(void **state)
{
	struct place	*place = *state;
	char		 command[128];

	snprintf(command, sizeof(command), "rm -r %s", place->path);
	int status = system(command);
	policy_free(place->policy);
	options_free(place->options);
	buf_fini(&place->report);
	free(place);
	return status;
}

static void
put(const struct place *place, const char *name, const char *text)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/lists.d/%s", place->path, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static enum pw_err
load(struct place *place)
{
	policy_free(place->policy);
	buf_reset(&place->report);
	enum pw_err err = policy_load(place->options, NULL, &place->report, &place->policy);
	buf_add_char(&place->report, '\0');
	return err;
}

/* The report with the directory's name taken out. */
static void
assert_report(const struct place *place, const char *wanted)
{
	char		 text[4096] = "", *out = text;
	const char	*in = place->report.at;

	while (*in != '\0' && out < text + sizeof(text) - 1) {
		if (strncmp(in, place->path, strlen(place->path)) == 0) {
			in += strlen(place->path);
			continue;
		}
		/* The source's line and the caret below it. */
		if ((in == place->report.at || in[-1] == '\n') && strncmp(in, "    ", 4) == 0) {
			in = strchr(in, '\n') + 1;
			continue;
		}
		*out++ = *in++;
	}
	*out = '\0';
	assert_string_equal(text, wanted);
}

static void
lists_are_the_txt_files_by_their_names(void **state)
{
	struct place	*place = *state;
	struct list_hit	 hits[MOST_HITS];

	put(place, "news.txt", "#! action: hold\na.example\n");
	put(place, "old.txt~", "com\n");
	put(place, ".hidden.txt", "com\n");
	put(place, "README", "com\n");
	assert_int_equal(load(place), PW_OK);
	assert_report(place, "");
	assert_int_equal(place->policy->lists.list_count, 1);
	assert_int_equal(list_set_match(&place->policy->lists, SPAN("a.example"), hits), 1);
	assert_string_equal(hits[0].list->name, "news");
}

static void
mistakes_in_all_lists_are_told_in_one_run(void **state)
{
	struct place *place = *state;

	put(place, "a.txt", "com\n");
	put(place, "b.txt", "b.example\n");
	put(place, "c.txt", "\n*.c.example\n");
	put(place, "c d.txt", "c.example\n");
	assert_int_equal(load(place), PW_ECONFIG);
	assert_null(place->policy);
	assert_report(place,
	    "/lists.d/a.txt:1:1: error PW306: 'com' would match a whole top-level domain; write a domain with a dot\n"
	    "/lists.d/c d.txt:1:1: error PW306: the list's name is no name for a rule; write letters, digits, - _ and . only\n"
	    "/lists.d/c.txt:2:1: error PW306: '*.c.example' needs no sign for subdomains, they are meant by themselves; write c.example\n");
}

static void
lists_have_their_names_without_a_suffix(void **state)
{
	static const char *const	 names[] = { "a", "b", "c", "d" };
	struct place			*place = *state;

	put(place, "a.csv", "domain,why\na.example,x\n");
	put(place, "b.hosts", "0.0.0.0 a.example\n");
	put(place, "c.list", "https://a.example/x\n");
	put(place, "d.txt", "||a.example^\n");
	put(place, "e.md", "nothing that a list would hold\n");
	assert_int_equal(load(place), PW_OK);
	assert_report(place, "");
	assert_int_equal(place->policy->lists.list_count, NITEMS(names));
	for (size_t i = 0; i < NITEMS(names); i++) {
		assert_string_equal(place->policy->lists.lists[i].name, names[i]);
		assert_int_equal(place->policy->lists.lists[i].domains + place->policy->lists.lists[i].filters, 1);
	}
	put(place, "a.txt", "b.example\n");
	assert_int_equal(load(place), PW_ECONFIG);
	assert_report(place, "/lists.d/a.txt:1:1: error PW306: another file gives the list a already; rename one of them\n");
}

static void
a_list_ages_by_its_file(void **state)
{
	struct place	*place = *state;
	char		 path[160];

	put(place, "a.txt", "#! expires: 1 day\n#! on_stale: drop\na.example\n");
	assert_int_equal(load(place), PW_OK);
	assert_report(place, "");
	assert_int_equal(place->policy->lists.entry_count, 1);
	snprintf(path, sizeof(path), "%s/lists.d/a.txt", place->path);
	struct timespec times[2] = { { .tv_sec = 86400 }, { .tv_sec = 86400 } };
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(load(place), PW_OK);
	assert_report(place, "/lists.d/a.txt:1:1: warning PW608: the list expired on 1970-01-03, and it is not in force (on_stale: "
	    "drop); fetch it anew\n");
	assert_int_equal(place->policy->lists.entry_count, 0);
}

static void
what_is_too_large_is_refused(void **state)
{
	struct place	*place = *state;
	char		 path[160];

	put(place, "a.txt", "a.example\n");
	snprintf(path, sizeof(path), "%s/lists.d/a.txt", place->path);
	assert_int_equal(truncate(path, (off_t)100 << 20), 0);
	assert_int_equal(load(place), PW_ECONFIG);
	assert_report(place, "/lists.d/a.txt:1:1: error PW306: the list is larger than 67108864 bytes; split it\n");
}

static void
what_is_no_file_is_refused(void **state)
{
	struct place	*place = *state;
	char		 path[160];

	snprintf(path, sizeof(path), "%s/lists.d/d.txt", place->path);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/lists.d/p.txt", place->path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(place), PW_ECONFIG);
	assert_report(place, "/lists.d/d.txt:1:1: error PW306: the list is no file; take it out\n"
	    "/lists.d/p.txt:1:1: error PW306: the list is no file; take it out\n");
}

static void
a_directory_that_was_named_must_be_there(void **state)
{
	struct place	*place = *state;
	char		 path[160];

	snprintf(path, sizeof(path), "%s/lists.d", place->path);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(load(place), PW_ECONFIG);
	assert_report(place, "/lists.d:1:1: error PW306: the directory of the lists cannot be read (No such file or directory); create it, "
	    "or let RulesDir name the directory above it\n");
	place->options->rules_dir_given = false;
	assert_int_equal(load(place), PW_OK);
	assert_non_null(place->policy);
	assert_report(place, "/lists.d:1:1: warning PW608: there is no such directory, so no lists are in force; create it, or let "
	    "RulesDir name the directory above it\n");
}

static void
the_generation_changes_with_names_and_contents(void **state)
{
	struct place	*place = *state;
	char		 empty[16], first[16], again[16];

	assert_int_equal(load(place), PW_OK);
	snprintf(empty, sizeof(empty), "%s", policy_generation(place->policy));
	assert_int_equal(strlen(empty), 12);
	assert_int_equal(strspn(empty, "0123456789abcdef"), 12);
	put(place, "a.txt", "a.example\n");
	put(place, "b.txt", "b.example\n");
	assert_int_equal(load(place), PW_OK);
	snprintf(first, sizeof(first), "%s", policy_generation(place->policy));
	assert_string_not_equal(first, empty);
	assert_int_equal(load(place), PW_OK);
	assert_string_equal(policy_generation(place->policy), first);
	put(place, "a.txt", "a.example\n# changed\n");
	assert_int_equal(load(place), PW_OK);
	assert_string_not_equal(policy_generation(place->policy), first);
	/* The same bytes in the same order under another name. */
	put(place, "a.txt", "a.example\n");
	char path[160], renamed[160];
	snprintf(path, sizeof(path), "%s/lists.d/b.txt", place->path);
	snprintf(renamed, sizeof(renamed), "%s/lists.d/c.txt", place->path);
	assert_int_equal(rename(path, renamed), 0);
	assert_int_equal(load(place), PW_OK);
	assert_string_not_equal(policy_generation(place->policy), first);
	assert_int_equal(rename(renamed, path), 0);
	/* The same bytes in other files. */
	put(place, "a.txt", "b.example\n");
	put(place, "b.txt", "a.example\n");
	assert_int_equal(load(place), PW_OK);
	snprintf(again, sizeof(again), "%s", policy_generation(place->policy));
	assert_string_not_equal(again, first);
}

/* Set Group NAME to a file of the place. */
static void
set_group(struct place *place, const char *name, const char *file)
{
	char value[160];

	snprintf(value, sizeof(value), "%s %s/lists.d/%s", name, place->path, file);
	assert_int_equal(config_set(place->options, "t", "Group", value, &place->report), PW_OK);
}

static void
groups_are_read_from_their_files(void **state)
{
	struct place *place = *state;

	put(place, "people", "ann@parl.example\n");
	set_group(place, "Watch", "people");
	assert_int_equal(load(place), PW_OK);
	assert_report(place, "");
	assert_int_equal(group_set_of(&place->policy->groups, SPAN("ann@parl.example")), 1);
	assert_int_equal(place->policy->watched, 1);
	set_group(place, "press", "people");
	assert_int_equal(load(place), PW_OK);
	assert_int_equal(group_set_of(&place->policy->groups, SPAN("ann@parl.example")), 1);
	assert_int_equal(place->policy->watched, 0);
}

static void
mistakes_in_groups_and_lists_are_told_in_one_run(void **state)
{
	struct place *place = *state;

	put(place, "a.txt", "com\n");
	put(place, "people", "ann@parl.example\n\n  eve\n");
	set_group(place, "watch", "people");
	assert_int_equal(load(place), PW_ECONFIG);
	assert_report(place,
	    "/lists.d/a.txt:1:1: error PW306: 'com' would match a whole top-level domain; write a domain with a dot\n"
	    "/lists.d/people:3:3: error PW306: 'eve' is no address; write user@domain, or @domain for everybody there\n");
}

static void
a_group_must_have_its_file(void **state)
{
	struct place	*place = *state;
	char		 path[160];

	set_group(place, "watch", "none");
	assert_int_equal(load(place), PW_ECONFIG);
	assert_null(place->policy);
	assert_report(place, "/lists.d/none:1:1: error PW306: the group cannot be read (No such file or directory); let Group name a file "
	    "that can be read\n");
	snprintf(path, sizeof(path), "%s/lists.d/none", place->path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(place), PW_ECONFIG);
	assert_report(place, "/lists.d/none:1:1: error PW306: the group is no file; let Group name one\n");
}

static void
the_generation_changes_with_the_groups(void **state)
{
	struct place	*place = *state;
	char		 first[16];

	assert_int_equal(load(place), PW_OK);
	snprintf(first, sizeof(first), "%s", policy_generation(place->policy));
	put(place, "people", "ann@parl.example\n");
	set_group(place, "watch", "people");
	assert_int_equal(load(place), PW_OK);
	assert_string_not_equal(policy_generation(place->policy), first);
	snprintf(first, sizeof(first), "%s", policy_generation(place->policy));
	put(place, "people", "eve@parl.example\n");
	assert_int_equal(load(place), PW_OK);
	assert_string_not_equal(policy_generation(place->policy), first);
	snprintf(first, sizeof(first), "%s", policy_generation(place->policy));
	set_group(place, "press", "people");
	assert_int_equal(load(place), PW_OK);
	assert_string_not_equal(policy_generation(place->policy), first);
}

static char root[PATH_MAX];

static void
the_shipped_lists_are_in_order(void **state)
{
	static const struct {
		const char		*host, *list;
		enum list_action	 action;
	} rows[] = {
		{ "www.nropnews.com", "apt31-ipac", LIST_HOLD },
		{ "api.netgear-update.com", "apt31-c2-2021", LIST_STRIP },
		{ "philstarnotice.com", "apt40-2021", LIST_STRIP },
		{ "katy197.chickenkiller.com", "apt40-2021", LIST_STRIP },
	};
	static const char *const	 innocent[] = { "chickenkiller.com", "wordpress.com", "uk.to", "other.mooo.com",
					    "nropnews.com.example" };
	struct place			*place = *state;
	struct list_hit			 hits[MOST_HITS];
	char				 rules[PATH_MAX + 16];

	snprintf(rules, sizeof(rules), "%s/rules", root);
	assert_int_equal(config_set(place->options, "t", "RulesDir", rules, &place->report), PW_OK);
	enum pw_err err = load(place);
	assert_report(place, "");
	assert_int_equal(err, PW_OK);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		assert_int_equal(list_set_match(&place->policy->lists, span_of(rows[i].host), hits), 1);
		assert_string_equal(hits[0].list->name, rows[i].list);
		assert_int_equal(hits[0].list->action, rows[i].action);
	}
	for (size_t i = 0; i < NITEMS(innocent); i++)
		assert_int_equal(list_set_match(&place->policy->lists, span_of(innocent[i]), hits), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lists_are_the_txt_files_by_their_names, place_make, place_drop),
		cmocka_unit_test_setup_teardown(mistakes_in_all_lists_are_told_in_one_run, place_make, place_drop),
		cmocka_unit_test_setup_teardown(lists_have_their_names_without_a_suffix, place_make, place_drop),
		cmocka_unit_test_setup_teardown(a_list_ages_by_its_file, place_make, place_drop),
		cmocka_unit_test_setup_teardown(what_is_too_large_is_refused, place_make, place_drop),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, place_make, place_drop),
		cmocka_unit_test_setup_teardown(a_directory_that_was_named_must_be_there, place_make, place_drop),
		cmocka_unit_test_setup_teardown(the_generation_changes_with_names_and_contents, place_make, place_drop),
		cmocka_unit_test_setup_teardown(groups_are_read_from_their_files, place_make, place_drop),
		cmocka_unit_test_setup_teardown(mistakes_in_groups_and_lists_are_told_in_one_run, place_make, place_drop),
		cmocka_unit_test_setup_teardown(a_group_must_have_its_file, place_make, place_drop),
		cmocka_unit_test_setup_teardown(the_generation_changes_with_the_groups, place_make, place_drop),
		cmocka_unit_test_setup_teardown(the_shipped_lists_are_in_order, place_make, place_drop),
	};

	policy_free(NULL);
	return getcwd(root, sizeof(root)) == NULL || cmocka_run_group_tests(tests, NULL, NULL);
}

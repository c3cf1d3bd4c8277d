/* The option table agrees with itself and with limits.c, and says enough for the manual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pixelward/base/config.h>

#include <string.h>

#include "base/option.h"

static void
defaults_are_those_of_the_manual(void **state)
{
	struct options *options = options_new();

	(void)state;
	assert_non_null(options);
	assert_int_equal(options->mode, MODE_SHADOW);
	assert_int_equal(options->remote_content, REMOTE_UNVOUCHED);
	assert_int_equal(options->on_limit, ON_HOLD);
	assert_int_equal(options->on_poison, ON_HOLD);
	assert_int_equal(options->on_signed_live, SIGNED_REWRITE);
	assert_string_equal(options->socket, "unix:/run/pixelward/pixelward.sock");
	assert_string_equal(options->user, "");
	assert_string_equal(options->pid_file, "");
	assert_string_equal(options->state_dir, "/var/lib/pixelward");
	assert_string_equal(options->rules_dir, "/etc/pixelward/rules");
	assert_string_equal(options->redis, "none");
	assert_string_equal(options->redis_user, "");
	assert_string_equal(options->redis_password_file, "");
	assert_int_equal(options->redis_deadline_ms, 20);
	assert_string_equal(options->authserv_id, "");
	assert_int_equal(options->internal_hosts.count, 2);
	assert_string_equal(options->internal_hosts.at[0], "127.0.0.0/8");
	assert_string_equal(options->internal_hosts.at[1], "::1");
	assert_int_equal(options->trusted_authserv_ids.count, 0);
	assert_int_equal(options->read_receipts, RECEIPTS_WATCHED);
	assert_int_equal(options->on_campaign, CAMPAIGN_WATCHED);
	assert_int_equal(options->campaign_window_ms, 14 * 86400000u);
	assert_int_equal(options->campaign_new_ms, 14 * 86400000u);
	assert_int_equal(options->campaign_score, 8);
	assert_int_equal(options->groups.count, 0);
	assert_int_equal(options->watch_groups.count, 1);
	assert_string_equal(options->watch_groups.at[0], "watch");
	assert_true(options->skip_authenticated);
	assert_false(options->syslog);
	assert_int_equal(options->umask, 007);
	assert_int_equal(options->max_connections, 200);
	assert_int_equal(options->max_memory, (uint64_t)4 << 30);
	assert_int_equal(options->milter_timeout_ms, 7210000);
	assert_memory_equal(&options->limits, &limits_default, sizeof(limits_default));
	assert_false(options->rules_dir_given);
	options_free(options);
	options_free(NULL);
}

/* A word of an enum type is printed by its own name: words[] and the enum have the same order. */
static void
words_are_in_the_order_of_their_enums(void **state)
{
	static const struct {
		const char	*keyword, *word;
		size_t		 at;
		unsigned	 value;
	} rows[] = {
		{ "Mode", "tag", offsetof(struct options, mode), MODE_TAG },
		{ "Mode", "enforce", offsetof(struct options, mode), MODE_ENFORCE },
		{ "RemoteContent", "all", offsetof(struct options, remote_content), REMOTE_ALL },
		{ "OnLimit", "tempfail", offsetof(struct options, on_limit), ON_TEMPFAIL },
		{ "OnPoison", "accept", offsetof(struct options, on_poison), ON_ACCEPT },
		{ "OnSignedLive", "tag", offsetof(struct options, on_signed_live), SIGNED_TAG },
		{ "OnSignedLive", "hold", offsetof(struct options, on_signed_live), SIGNED_HOLD },
		{ "ReadReceipts", "keep", offsetof(struct options, read_receipts), RECEIPTS_KEEP },
		{ "OnCampaign", "hold", offsetof(struct options, on_campaign), CAMPAIGN_HOLD },
		{ "ReadReceipts", "strip", offsetof(struct options, read_receipts), RECEIPTS_STRIP },
	};
	struct options	*options = options_new();
	struct buf	 report;

	(void)state;
	buf_init(&report, 4096);
	for (size_t i = 0; i < NITEMS(rows); i++) {
		unsigned value;

		assert_int_equal(config_set(options, "t", rows[i].keyword, rows[i].word, &report), PW_OK);
		memcpy(&value, (const char *)options + rows[i].at, sizeof(value));
		assert_int_equal(value, rows[i].value);
	}
	buf_fini(&report);
	options_free(options);
}

static void
every_limit_has_its_row(void **state)
{
	static const size_t slots[] = {
#define X(field, option) [LIMIT_##field] = offsetof(struct options, limits.field),
		PW_LIMITS(X)
#undef X
	};

	(void)state;
	for (size_t limit = LIMIT_NONE + 1; limit < NITEMS(slots); limit++) {
		const struct option *option = option_find(span_of(limit_name((enum limit)limit)));

		assert_non_null(option);
		assert_int_equal(option->at, slots[limit]);
		assert_null(option->fallback);
	}
}

static void
every_default_is_within_its_bounds(void **state)
{
	struct options	*options = options_new();
	struct buf	 value, report;

	(void)state;
	buf_init(&value, 4096);
	buf_init(&report, 4096);
	for (size_t i = 0; i < options_count; i++) {
		buf_reset(&value);
		option_print(&options_table[i], options, &value);
		enum pw_err err = config_set(options, "t", options_table[i].keyword, value.at, &report);
		assert_string_equal(report.at != NULL ? report.at : "", "");
		assert_int_equal(err, PW_OK);
	}
	buf_fini(&value);
	buf_fini(&report);
	options_free(options);
}

static void
every_row_says_what_it_means(void **state)
{
	(void)state;
	for (size_t i = 0; i < options_count; i++) {
		assert_true(strlen(options_table[i].meaning) > 10);
		assert_ptr_equal(option_find(span_of(options_table[i].keyword)), &options_table[i]);
	}
}

static void
the_table_has_a_line_of_five_cells_for_each_option(void **state)
{
	struct buf	out;
	size_t		lines = 0, tabs = 0;

	(void)state;
	buf_init(&out, 65536);
	config_print_table(&out);
	assert_false(buf_failed(&out));
	for (size_t i = 0; i < out.len; i++) {
		lines += out.at[i] == '\n';
		tabs += out.at[i] == '\t';
	}
	assert_int_equal(lines, options_count);
	assert_int_equal(tabs, 4 * options_count);
	assert_non_null(strstr(out.at, "\nMaxMemory\tsize\t4G\t64M to 1T\tmemory of all messages at hand"));
	assert_non_null(strstr(out.at, "\nOnLimit\tword\thold\thold, tempfail or accept\t"));
	assert_non_null(strstr(out.at, "\nMaxParseTime\ttime\t1s\t10ms to 60s\t"));
	buf_fini(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_manual),
		cmocka_unit_test(words_are_in_the_order_of_their_enums),
		cmocka_unit_test(every_limit_has_its_row),
		cmocka_unit_test(every_default_is_within_its_bounds),
		cmocka_unit_test(every_row_says_what_it_means),
		cmocka_unit_test(the_table_has_a_line_of_five_cells_for_each_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

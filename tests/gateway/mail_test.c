/* What becomes of a message's bytes between libmilter and the parser, and what stops them. */
#include "gateway/load.h"
#include "gateway/mail.h"
#include <pixelward/gateway/size.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static struct generation *generation;

/* Small limits, so that rows stay readable. */
static int
generation_make(void **state)
{
	char	 directory[] = "/tmp/pixelward-mail-test-XXXXXX", path[128];
	struct	 buf report;
	FILE	*file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/lists.d", directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/conf", directory);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "RulesDir %s\nMaxMessageSize 8K\nMaxHeaderBytes 2K\nMaxHeaderLines 10\nMaxMemory 64M\n", directory);
	fclose(file);
	buf_init(&report, 65536);
	enum pw_err err = generation_load(path, NULL, &report, &generation);
	if (err != PW_OK)
		print_error("%s", report.at);
	buf_fini(&report);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lists.d", directory);
	rmdir(path);
	rmdir(directory);
	return err == PW_OK ? 0 : -1;
}

static int
generation_release(void **state)
{
	(void)state;
	generation_drop(generation);
	return 0;
}

static const struct header_case {
	const char	*says;
	const char	*name, *value;
	bool		 keeps_space;
	const char	*bytes;
} headers[] = {
	{ "a value keeps the space that the MTA kept",		"Subject", " hello", true, "Subject: hello\r\n" },
	{ "a value without a space keeps none",			"Subject", "hello", true, "Subject:hello\r\n" },
	{ "several spaces and a tab stay",			"Subject", " \t hello ", true, "Subject: \t hello \r\n" },
	{ "an MTA that keeps no space gets one",		"Subject", "hello", false, "Subject: hello\r\n" },
	{ "a fold with LF becomes one with CRLF",		"To", " a,\n\tb", true, "To: a,\r\n\tb\r\n" },
	{ "a fold with CRLF stays",				"To", " a,\r\n b", true, "To: a,\r\n b\r\n" },
	{ "a CR in a line stays where it is",			"To", " a\rb\n c", true, "To: a\rb\r\n c\r\n" },
	{ "an empty value is an empty field",			"To", "", true, "To:\r\n" },
	{ "bytes beyond ASCII pass",				"To", " \xc3\xa4\xff", true, "To: \xc3\xa4\xff\r\n" },
};

static void
header_is_rebuilt(void **state)
{
	const struct header_case	*row = *state;
	struct mail			*mail = mail_new(generation, "<a@example.net>");
	struct span			 raw;
	char				 wanted[200];

	mail_add_header(mail, row->name, row->value, row->keeps_space);
	mail_seal(mail, &raw);
	snprintf(wanted, sizeof(wanted), "%s\r\n", row->bytes);
	assert_int_equal(raw.len, strlen(wanted));
	assert_memory_equal(raw.at, wanted, raw.len);
	mail_free(mail);
}

static void
message_is_header_blank_line_and_body(void **state)
{
	struct mail	*mail = mail_new(generation, "a@example.net");
	struct span	 raw;

	(void)state;
	mail_add_header(mail, "From", " a", true);
	mail_end_header(mail);
	mail_end_header(mail);
	mail_add_body(mail, SPAN("one\r\n"));
	mail_add_body(mail, (struct span){ "t\0wo", 4 });
	mail_seal(mail, &raw);
	assert_int_equal(raw.len, 20);
	assert_memory_equal(raw.at, "From: a\r\n\r\none\r\nt\0wo", 20);
	mail_free(mail);
}

static void
blank_line_needs_no_event(void **state)
{
	struct mail	*mail = mail_new(generation, "a@example.net");
	struct span	 raw;

	(void)state;
	mail_add_header(mail, "From", " a", true);
	mail_add_body(mail, SPAN("body"));
	mail_seal(mail, &raw);
	assert_memory_equal(raw.at, "From: a\r\n\r\nbody", raw.len);
	mail_free(mail);
}

static void
addresses_lose_their_brackets(void **state)
{
	struct mail *mail = mail_new(generation, "<a@example.net>");

	(void)state;
	mail_add_recipient(mail, "<b@example.org>");
	mail_add_recipient(mail, "c@example.org");
	mail_add_recipient(mail, "<>");
	assert_string_equal(mail->sender.at, "a@example.net");
	assert_int_equal(mail->recipient_count, 3);
	assert_string_equal(mail->recipients[0].at, "b@example.org");
	assert_string_equal(mail->recipients[1].at, "c@example.org");
	assert_int_equal(mail->recipients[2].len, 0);
	mail_free(mail);
}

static void
recipients_and_addresses_are_bounded(void **state)
{
	struct mail	*mail = mail_new(generation, "<>");
	char		 address[3 * MAIL_ADDRESS_MAX];

	(void)state;
	memset(address, 'a', sizeof(address) - 1);
	address[sizeof(address) - 1] = '\0';
	mail_add_recipient(mail, address);
	assert_int_equal(mail->recipients[0].len, MAIL_ADDRESS_MAX);
	for (int i = 0; i < MAIL_RECIPIENTS_MAX + 10; i++)
		mail_add_recipient(mail, "<b@example.org>");
	assert_int_equal(mail->recipient_count, MAIL_RECIPIENTS_MAX);
	assert_int_equal(mail->recipients_seen, MAIL_RECIPIENTS_MAX + 11);
	assert_int_equal(mail->failure, PW_OK);
	mail_free(mail);
}

static const struct limit_case {
	const char	*says;
	int		 fields, field_bytes, folds;
	int		 body_bytes;
	enum limit	 limit;
} limits[] = {
	{ "a message within its limits passes",			5, 100, 0, 4000, LIMIT_NONE },
	{ "a message of just MaxMessageSize passes",		0, 0, 0, 8190, LIMIT_NONE },
	{ "one byte more exceeds MaxMessageSize",		0, 0, 0, 8191, LIMIT_message_bytes },
	{ "a header of too many bytes exceeds MaxHeaderBytes",	3, 1000, 0, 0, LIMIT_header_bytes },
	{ "a field alone can exceed MaxHeaderBytes",		1, 2100, 0, 0, LIMIT_header_bytes },
	{ "ten lines are just MaxHeaderLines",			10, 10, 0, 0, LIMIT_NONE },
	{ "eleven lines exceed it",				11, 10, 0, 0, LIMIT_header_lines },
	{ "folded lines count",					1, 10, 10, 0, LIMIT_header_lines },
	{ "line ends count for MaxHeaderBytes",			1, 2008, 9, 0, LIMIT_NONE },
	{ "one byte more is too much",				1, 2009, 9, 0, LIMIT_header_bytes },
};

/* The same message in a file, where lines may end in LF alone. */
static enum limit
size_of_file(const struct limit_case *row, const char *line_end)
{
	struct buf	file;
	enum limit	limit;

	buf_init(&file, 1 << 20);
	for (int i = 0; i < row->fields; i++) {
		buf_printf(&file, "X:%0*d", row->field_bytes, 0);
		for (int j = 0; j < row->folds; j++)
			buf_printf(&file, "%s x", line_end);
		buf_printf(&file, "%s", line_end);
	}
	buf_printf(&file, "%s%.*d", line_end, row->body_bytes, 0);
	limit = size_limit(buf_span(&file), &generation_options(generation)->limits);
	buf_fini(&file);
	return limit;
}

static void
limit_stops_and_releases(void **state)
{
	const struct limit_case	*row = *state;
	struct mail		*mail = mail_new(generation, "<>");
	char			 text[10000];
	struct span		 raw;

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < row->folds; i++)
		memcpy(text + row->field_bytes + 3 * i, "\n x", 3);
	text[row->field_bytes + 3 * row->folds] = '\0';
	for (int i = 0; i < row->fields; i++)
		mail_add_header(mail, "X", text, true);
	memset(text, 'x', sizeof(text));
	mail_add_body(mail, (struct span){ text, (size_t)row->body_bytes });
	mail_seal(mail, &raw);
	assert_int_equal(mail->limit, row->limit);
	assert_int_equal(size_of_file(row, "\r\n"), row->limit);
	assert_int_equal(size_of_file(row, "\n"), row->limit);
	assert_int_equal(raw.len > 0, row->limit == LIMIT_NONE);
	assert_int_equal(load_bytes(), raw.len);
	mail_free(mail);
	assert_int_equal(load_bytes(), 0);
}

static void
foreign_fields_are_kept_behind_a_limit(void **state)
{
	struct mail	*mail = mail_new(generation, "<>");
	char		 text[3000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	mail_add_header(mail, "X-Long", text, true);
	mail_add_header(mail, "X-Pixelward", " fake", true);
	assert_int_equal(mail->limit, LIMIT_header_bytes);
	assert_int_equal(mail->foreign.count, 1);
	mail_free(mail);
}

static void
memory_of_all_is_bounded(void **state)
{
	struct mail	*mail = mail_new(generation, "<>");
	struct span	 raw;
	uint64_t	 others = generation_options(generation)->max_memory - 100;

	(void)state;
	assert_true(load_take_bytes(others, others));
	mail_add_body(mail, SPAN("within what is left"));
	assert_null(mail->overload);
	for (int i = 0; i < 10; i++)
		mail_add_body(mail, SPAN("and beyond"));
	assert_string_equal(mail->overload, "MaxMemory");
	assert_int_equal(load_bytes(), others);
	mail_seal(mail, &raw);
	assert_int_equal(raw.len, 0);
	mail_free(mail);
	load_give_bytes(others);
	assert_int_equal(load_bytes(), 0);
	assert_int_equal(load_messages(), 0);
}

static void
places_are_for_messages_whose_bytes_come(void **state)
{
	uint64_t	 most = generation_options(generation)->max_connections;
	struct mail	*one = mail_new(generation, "<>"), *other = mail_new(generation, "<>");

	(void)state;
	for (uint64_t i = 0; i + 1 < most; i++)
		assert_true(load_take_place(most));
	mail_add_recipient(other, "<a@b.example>");
	mail_add_header(one, "Subject", " first", true);
	mail_add_header(other, "Subject", " late", true);
	assert_null(one->overload);
	assert_string_equal(other->overload, "MaxConnections");
	assert_int_equal(load_places(), most);
	mail_free(other);
	mail_free(one);
	assert_int_equal(load_places(), most - 1);
	for (uint64_t i = 0; i + 1 < most; i++)
		load_give_place();
}

static const struct CMUnitTest others[] = {
	{ .name = "a message is its header, a blank line and its body",
	  .test_func = message_is_header_blank_line_and_body },
	{ .name = "the header ends by itself where the body begins", .test_func = blank_line_needs_no_event },
	{ .name = "envelope addresses lose their brackets", .test_func = addresses_lose_their_brackets },
	{ .name = "recipients and the length of an address are bounded",
	  .test_func = recipients_and_addresses_are_bounded },
	{ .name = "foreign fields are noticed behind a limit, too",
	  .test_func = foreign_fields_are_kept_behind_a_limit },
	{ .name = "MaxMemory bounds what all messages hold together", .test_func = memory_of_all_is_bounded },
	{ .name = "a place is taken by the first byte and given back at the end",
	  .test_func = places_are_for_messages_whose_bytes_come },
};

int
main(void)
{
	struct CMUnitTest	tests[NITEMS(others) + NITEMS(headers) + NITEMS(limits)] = { 0 };
	size_t			count = 0;

	for (size_t i = 0; i < NITEMS(headers); i++)
		tests[count++] = (struct CMUnitTest){ .name = headers[i].says, .test_func = header_is_rebuilt,
		    .initial_state = (void *)&headers[i] };
	for (size_t i = 0; i < NITEMS(limits); i++)
		tests[count++] = (struct CMUnitTest){ .name = limits[i].says, .test_func = limit_stops_and_releases,
		    .initial_state = (void *)&limits[i] };
	for (size_t i = 0; i < NITEMS(others); i++)
		tests[count++] = others[i];
	return cmocka_run_group_tests(tests, generation_make, generation_release);
}

/* The memory store's bounds, and its directory: who owns it, what comes back, what becomes of garbage. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <pixelward/base/clock.h>

#include "reputation/memory.h"

#define NOW		((int64_t)1700000000000)
#define PATIENCE_MS	60000

static char directory[64];

static int
make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/pixelward-memory-XXXXXX");
	return mkdtemp(directory) != NULL ? 0 : -1;
}

static int
remove_directory(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	return system(command);
}

static struct store *
open_here(void)
{
	struct store *store;

	assert_int_equal(store_open_memory(directory, 1000, &store), PW_OK);
	return store;
}

static void
see(struct store *store, const char *name, uint64_t number)
{
	struct lesson_domain	domain = { .name = span_of(name), .tallies = 1u << TALLY_MESSAGES,
				    .templates = (uint64_t[]){ 5 }, .template_count = 1 };
	struct lesson_template	template = { .digest = 77, .domain = domain.name, .token = number };
	struct lesson_window	window = { .key = 88, .member = { NOW, number, SPAN("member") } };
	uint64_t		recipient = 3;
	struct lesson		lesson = { .node = SPAN("n"), .number = number, .time_ms = NOW, .message = number,
				    .recipients = &recipient, .recipient_count = 1, .domains = &domain, .domain_count = 1,
				    .surges = true, .templates = &template, .template_count = 1, .windows = &window, .window_count = 1 };

	assert_int_equal(store->kind->teach(store, &lesson, 1), PW_OK);
}

static struct store_answer
ask(struct store *store, struct arena *arena, const char *name)
{
	struct span		domain = span_of(name);
	uint64_t		template = 77, window = 88;
	struct store_question	question = { .now_ms = NOW, .domains = &domain, .domain_count = 1, .templates = &template,
				    .template_count = 1, .windows = &window, .window_count = 1, .window_ms = 1000 };
	struct store_answer	answer;

	assert_int_equal(store->kind->ask(store, &question, arena, &answer), PW_OK);
	return answer;
}

static uint64_t
messages_of(struct store *store, const char *name)
{
	struct arena	*arena = arena_new(1 << 20);
	uint64_t	 messages = ask(store, arena, name).standings[0].messages;

	arena_free(arena);
	return messages;
}

static enum word
word_of(struct store *store, const char *name)
{
	struct arena	*arena = arena_new(1 << 20);
	enum word	 word = ask(store, arena, name).standings[0].word;

	arena_free(arena);
	return word;
}

static void
all_of_it_comes_back(void **state)
{
	struct store		*store = open_here();
	struct arena		*arena = arena_new(1 << 20);
	struct store_campaign	 campaign = { .id = SPAN("c-1"), .first_ms = NOW, .last_ms = NOW, .messages = 3,
				    .note = SPAN("note"), .part_of = SPAN("c-0"), .part_why = SPAN("why"), .senders = (struct span[]){ SPAN("s") }, .sender_count = 1 };
	struct store_campaign	*all;
	size_t			 count;

	(void)state;
	for (uint64_t i = 1; i <= 20; i++)
		see(store, "a.example", i);
	assert_int_equal(store->kind->say(store, SPAN("b.example"), WORD_DENY, SPAN("bad"), 0), PW_OK);
	assert_int_equal(store->kind->campaign_add(store, &campaign, (uint64_t[]){ 9 }, 1), PW_OK);
	store->kind->close(store);

	store = open_here();
	struct store_answer a = ask(store, arena, "a.example");

	assert_int_equal(a.standings[0].messages, 20);
	assert_int_equal(a.standings[0].recipients, 1);
	assert_int_equal(a.standings[0].templates, 1);
	assert_int_equal(a.templates[0].trace_count, 20);
	assert_int_equal(a.templates[0].traces[19].token, 20);
	assert_in_range(a.templates[0].tokens, 17, 23);
	assert_int_equal(a.windows[0].count, 20);
	assert_int_equal(a.began_ms, NOW);
	assert_int_equal(a.surge.day, NOW / DAY_MS);
	assert_int_equal(a.surge.counts[0], 20);
	assert_int_equal(word_of(store, "b.example"), WORD_DENY);
	assert_int_equal(store->kind->campaigns(store, SPAN("c-1"), 1, arena, &all, &count), PW_OK);
	assert_int_equal(count, 1);
	assert_int_equal(all[0].messages, 3);
	assert_true(span_eq(all[0].senders[0], SPAN("s")));
	assert_true(span_eq(all[0].part_of, SPAN("c-0")) && span_eq(all[0].part_why, SPAN("why")));
	/* How far the node was learned, too. */
	see(store, "a.example", 20);
	assert_int_equal(messages_of(store, "a.example"), 20);
	see(store, "a.example", 21);
	assert_int_equal(messages_of(store, "a.example"), 21);
	store->kind->close(store);
	arena_free(arena);
}

/* The owner's thread does it soon. */
#define WAIT_FOR(condition)	do { \
		int64_t give_up = clock_ms() + PATIENCE_MS; \
		while (!(condition) && clock_ms() < give_up) \
			nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL); \
		assert_true(condition); \
	} while (0)

static void
a_guest_reads_the_snapshot_and_leaves_what_it_taught(void **state)
{
	struct store *owner = open_here(), *guest;

	(void)state;
	see(owner, "a.example", 1);
	assert_int_equal(owner->kind->save(owner), PW_OK);
	guest = open_here();
	assert_int_equal(messages_of(guest, "a.example"), 1);
	see(guest, "a.example", 0);
	see(guest, "a.example", 0);
	assert_int_equal(guest->kind->say(guest, SPAN("b.example"), WORD_DENY, SPAN_NONE, 0), PW_OK);
	assert_int_equal(messages_of(guest, "a.example"), 3);
	assert_int_equal(messages_of(owner, "a.example"), 1);
	assert_int_equal(guest->kind->save(guest), PW_OK);
	struct store *copy;

	/* Whether the owner took it up already or not. */
	assert_int_equal(store_copy_memory(directory, 1000, &copy), PW_OK);
	assert_int_equal(messages_of(copy, "a.example"), 3);
	see(copy, "a.example", 0);
	copy->kind->close(copy);
	WAIT_FOR(messages_of(owner, "a.example") == 3);
	assert_int_equal(word_of(owner, "b.example"), WORD_DENY);
	guest->kind->close(guest);
	see(owner, "a.example", 2);
	owner->kind->close(owner);
	owner = open_here();
	assert_int_equal(messages_of(owner, "a.example"), 4);
	owner->kind->close(owner);
}

static void
the_word_that_was_said_last_counts(void **state)
{
	struct store *owner = open_here(), *guest = open_here();

	(void)state;
	assert_int_equal(owner->kind->say(owner, SPAN("b.example"), WORD_DENY, SPAN_NONE, 0), PW_OK);
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	assert_int_equal(guest->kind->say(guest, SPAN("b.example"), WORD_NONE, SPAN_NONE, 0), PW_OK);
	guest->kind->close(guest);
	WAIT_FOR(word_of(owner, "b.example") == WORD_NONE);
	owner->kind->close(owner);
}

static void
a_guest_becomes_the_owner_when_that_is_gone(void **state)
{
	struct store *owner = open_here(), *guest = open_here(), *third;

	(void)state;
	see(owner, "a.example", 1);
	see(guest, "a.example", 0);
	owner->kind->close(owner);
	WAIT_FOR(messages_of(guest, "a.example") == 2);
	third = open_here();
	see(third, "a.example", 0);
	third->kind->close(third);
	WAIT_FOR(messages_of(guest, "a.example") == 3);
	guest->kind->close(guest);
}

static char *
path_of(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void
overwrite(const char *name, long at, char with)
{
	FILE *file = fopen(path_of(name), "r+");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	assert_int_equal(fputc(with, file), with);
	fclose(file);
}

static void
see_and_close(void)
{
	struct store *store = open_here();

	see(store, "a.example", 1);
	store->kind->close(store);
}

static void
is_begun_without_garbage(void)
{
	struct store *store = open_here();

	assert_int_equal(messages_of(store, "a.example"), 0);
	assert_int_equal(access(path_of("snapshot.broken"), F_OK), 0);
	see(store, "a.example", 1);
	store->kind->close(store);
	store = open_here();
	assert_int_equal(messages_of(store, "a.example"), 1);
	store->kind->close(store);
}

static void
a_changed_byte_is_garbage_and_kept_aside(void **state)
{
	(void)state;
	see_and_close();
	overwrite("snapshot", 40, 'x');
	is_begun_without_garbage();
}

static void
a_cut_file_is_garbage(void **state)
{
	(void)state;
	see_and_close();
	assert_int_equal(truncate(path_of("snapshot"), 60), 0);
	is_begun_without_garbage();
}

static void
an_empty_file_is_garbage(void **state)
{
	(void)state;
	see_and_close();
	assert_int_equal(truncate(path_of("snapshot"), 0), 0);
	is_begun_without_garbage();
}

static void
garbage_in_the_inbox_is_kept_aside(void **state)
{
	struct store *store = open_here();

	(void)state;
	FILE *file = fopen(path_of("inbox/1.lesson"), "w");

	assert_non_null(file);
	fputs("pixelward reputation 1\nnonsense", file);
	fclose(file);
	WAIT_FOR(access(path_of("inbox/1.lesson.broken"), F_OK) == 0);
	see(store, "a.example", 1);
	assert_int_equal(messages_of(store, "a.example"), 1);
	store->kind->close(store);
}

/* Whatever the bytes say, with a checksum that is right: nothing is read past the end (sanitizers watch). */
static void
a_hostile_file_with_a_good_checksum_is_survived(void **state)
{
	(void)state;
	see_and_close();
	FILE	*file = fopen(path_of("snapshot"), "r");
	char	 good[8192], bad[8192];
	size_t	 len = fread(good, 1, sizeof(good), file);
	int	 fd = open(directory, O_RDONLY | O_DIRECTORY);

	fclose(file);
	for (size_t i = 23; i + 8 < len; i++)
		for (unsigned value = 0; value < 256; value += 51) {
			struct memory_data	data;
			uint64_t		sum = 0xcbf29ce484222325u;

			memcpy(bad, good, len);
			bad[i] = (char)value;
			for (size_t j = 0; j < len - 8; j++)
				sum = (sum ^ (unsigned char)bad[j]) * 0x100000001b3u;
			for (size_t j = 0; j < 8; j++)
				bad[len - 8 + j] = (char)(sum >> (8 * j));
			file = fopen(path_of("bad"), "w");
			fwrite(bad, 1, len, file);
			fclose(file);
			memory_data_init(&data, 100);
			enum pw_err err = memory_file_read(&data, fd, "bad");

			assert_true(err == PW_OK || err == PW_ESYNTAX);
			memory_data_fini(&data);
		}
	close(fd);
}

static void
a_flood_of_names_costs_the_oldest_but_no_word(void **state)
{
	struct store	*store;
	char		 name[64];

	(void)state;
	assert_int_equal(store_open_memory(NULL, 100, &store), PW_OK);
	assert_int_equal(store->kind->say(store, SPAN("said.example"), WORD_DENY, SPAN_NONE, 0), PW_OK);
	see(store, "old.example", 0);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "flood%d.example", i);
		see(store, name, 0);
		if (i == 50)
			see(store, "used.example", 0);
		if (i > 50 && i % 50 == 0)
			see(store, "used.example", 0);
	}
	assert_int_equal(messages_of(store, "old.example"), 0);
	assert_int_equal(messages_of(store, "flood900.example"), 0);
	assert_int_equal(messages_of(store, "flood999.example"), 1);
	assert_in_range(messages_of(store, "used.example"), 19, 20);
	assert_int_equal(word_of(store, "said.example"), WORD_DENY);
	store->kind->close(store);
}

/* So many more names than there is room for, each of a campaign or not. */
static void
mint_names(struct memory_data *data, unsigned count, const char *text, struct span campaign)
{
	for (unsigned i = 0; i < count; i++) {
		char			name[64];
		struct lesson_domain	domain = { .tallies = 1u << TALLY_MESSAGES, .campaign = campaign };

		snprintf(name, sizeof(name), "%s%u.example", text, i);
		domain.name = span_of(name);
		assert_int_equal(memory_data_teach(data, &(struct lesson){ .time_ms = NOW, .domains = &domain,
		    .domain_count = 1 }), PW_OK);
		assert_in_range(data->domains.count, 1, data->domains.most);
	}
}

static bool
has_name(const struct memory_data *data, const char *name)
{
	return table_find(&data->domains, span_of(name)) != NULL;
}

static void
who_mints_names_makes_no_campaign_forgotten_and_no_word(void **state)
{
	struct memory_data data;

	(void)state;
	memory_data_init(&data, 100);
	assert_int_equal(memory_data_say(&data, SPAN("said.example"), WORD_DENY, SPAN(""), 0, NOW), PW_OK);
	mint_names(&data, 5, "caught", SPAN("c-1"));
	mint_names(&data, 1000, "flood", SPAN_NONE);
	assert_true(has_name(&data, "caught0.example"));
	assert_true(has_name(&data, "caught4.example"));
	assert_false(has_name(&data, "flood0.example"));
	/* Not even by what looks like a campaign itself. */
	mint_names(&data, 1000, "member", SPAN("c-2"));
	mint_names(&data, 10, "late", SPAN_NONE);
	assert_true(has_name(&data, "said.example"));
	assert_true(has_name(&data, "member999.example"));
	assert_false(has_name(&data, "caught0.example"));
	memory_data_fini(&data);
}

static void
closed_campaigns_make_room_for_open_ones(void **state)
{
	struct memory_data	data;
	struct store_campaign	*all;
	struct arena		*arena = arena_new(1 << 20);
	size_t			 count;

	(void)state;
	memory_data_init(&data, 100);
	assert_int_equal(memory_data_campaign(&data, &(struct store_campaign){ .id = SPAN("open"), .first_ms = NOW }, NULL, 0),
	    PW_OK);
	for (unsigned i = 0; i < 3000; i++) {
		char id[32];

		snprintf(id, sizeof(id), "closed-%u", i);
		assert_int_equal(memory_data_campaign(&data, &(struct store_campaign){ .id = span_of(id), .first_ms = NOW,
		    .closed = true }, NULL, 0), PW_OK);
	}
	assert_int_equal(data.campaigns.count, data.campaigns.most);
	assert_int_equal(memory_data_campaigns(&data, SPAN("open"), 1, arena, &all, &count), PW_OK);
	assert_int_equal(count, 1);
	memory_data_fini(&data);
	arena_free(arena);
}

static void
memory_is_bounded_whatever_is_taught(void **state)
{
	struct memory_data	data;
	char			text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	memory_data_init(&data, 100);
	for (uint64_t i = 0; i < 20000; i++) {
		struct lesson_template	template = { .digest = i % 2000, .token = i };
		struct lesson_window	window = { .key = i % 1000, .member = { NOW, i, { text, sizeof(text) } } };
		struct lesson		lesson = { .time_ms = NOW, .message = i, .recipients = &i, .recipient_count = 1,
					    .templates = &template, .template_count = 1, .windows = &window,
					    .window_count = 1 };

		assert_int_equal(memory_data_teach(&data, &lesson), PW_OK);
		assert_true(data.templates.cost <= data.templates.most || data.templates.count == 1);
		assert_true(data.windows.cost <= data.windows.most || data.windows.count == 1);
	}
	memory_data_fini(&data);
}

#define TEST(function)	cmocka_unit_test_setup_teardown(function, make_directory, remove_directory)

/* What is part of another does not become the youngest by being read. */
static void
parts_of_campaigns_keep_their_age(void **state)
{
	struct memory_data	data;
	const struct campaign	*oldest;
	int			fd = open(directory, O_RDONLY | O_DIRECTORY);

	(void)state;
	memory_data_init(&data, 100);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(memory_data_campaign(&data, &(struct store_campaign){ .id = span_of((const char *[]){ "c-2", "c-1",
		    "c-3" }[i]), .first_ms = NOW, .part_of = i == 0 ? SPAN("c-1") : SPAN(""),
		    .part_why = i == 0 ? SPAN("a sender") : SPAN("") }, NULL, 0), PW_OK);
	assert_int_equal(memory_file_write(&data, fd, "parts"), PW_OK);
	memory_data_fini(&data);
	memory_data_init(&data, 100);
	assert_int_equal(memory_file_read(&data, fd, "parts"), PW_OK);
	oldest = (const struct campaign *)data.campaigns.oldest;
	assert_true(span_eq(oldest->entry.key, SPAN("c-2")));
	assert_true(span_eq(oldest->part_of, SPAN("c-1")) && span_eq(oldest->part_why, SPAN("a sender")));
	assert_int_equal(data.campaigns.count, 3);
	memory_data_fini(&data);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_of_it_comes_back),
		TEST(a_guest_reads_the_snapshot_and_leaves_what_it_taught),
		TEST(the_word_that_was_said_last_counts),
		TEST(a_guest_becomes_the_owner_when_that_is_gone),
		TEST(a_changed_byte_is_garbage_and_kept_aside),
		TEST(a_cut_file_is_garbage),
		TEST(an_empty_file_is_garbage),
		TEST(garbage_in_the_inbox_is_kept_aside),
		TEST(a_hostile_file_with_a_good_checksum_is_survived),
		TEST(a_flood_of_names_costs_the_oldest_but_no_word),
		TEST(who_mints_names_makes_no_campaign_forgotten_and_no_word),
		TEST(closed_campaigns_make_room_for_open_ones),
		TEST(parts_of_campaigns_keep_their_age),
		TEST(memory_is_bounded_whatever_is_taught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

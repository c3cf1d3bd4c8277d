/* Records come back in order, whatever happened to the files between two lives. */
#include "fixture.h"

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <sys/resource.h>

#include "journal/spool.h"

struct bench {
	char			 folder[64];
	struct spool		*spool;
	struct spool_settings	 settings;
};

static void
bench_open(struct bench *bench)
{
	struct buf report;

	buf_init(&report, 4096);
	if (spool_open(&bench->settings, &report, &bench->spool) != PW_OK)
		fail_msg("%s", report.at);
	buf_fini(&report);
}

static void
bench_init(struct bench *bench)
{
	folder_make(bench->folder);
	bench->settings = (struct spool_settings){ .directory = bench->folder, .most_bytes = 1 << 20, .keep_ms = 1 << 30,
	    .segment_bytes = 4096 };
	bench_open(bench);
}

static void
bench_again(struct bench *bench)
{
	spool_close(bench->spool);
	bench_open(bench);
}

static void
bench_fini(struct bench *bench)
{
	spool_close(bench->spool);
	folder_remove(bench->folder);
}

/* A record that says its number, and has so many bytes. */
static enum pw_err
append(struct bench *bench, size_t bytes, uint64_t *number)
{
	char framed[70000] = "";

	snprintf(framed + SEGMENT_RECORD_HEAD, 32, "%llu ", (unsigned long long)spool_last(bench->spool) + 1);
	return spool_append(bench->spool, (struct span){ framed, SEGMENT_RECORD_HEAD + bytes }, number);
}

static void
append_many(struct bench *bench, unsigned count, size_t bytes)
{
	uint64_t number;

	for (unsigned i = 0; i < count; i++) {
		uint64_t next = spool_last(bench->spool) + 1;

		assert_int_equal(append(bench, bytes, &number), PW_OK);
		assert_int_equal(number, next);
	}
}

/* All that can be read behind number; the last number in *last. Each must say its own number. */
static unsigned
read_all(struct bench *bench, uint64_t behind, uint64_t *last)
{
	struct spool_reader	reader;
	struct span		body;
	unsigned		count = 0;

	assert_true(spool_sync(bench->spool));
	spool_reader_init(&reader, behind);
	while (spool_read(bench->spool, &reader, &body) == PW_OK) {
		char text[32];

		assert_true(reader.number > *last || count == 0);
		*last = reader.number;
		snprintf(text, sizeof(text), "%llu ", (unsigned long long)reader.number);
		assert_true(span_starts(body, span_of(text)));
		count++;
	}
	spool_reader_fini(&reader);
	return count;
}

static char *
last_file(struct bench *bench, char path[160])
{
	char	pattern[128];
	glob_t	found;

	snprintf(pattern, sizeof(pattern), "%s/*.pwj", bench->folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	snprintf(path, 160, "%s", found.gl_pathv[found.gl_pathc - 1]);
	globfree(&found);
	return path;
}

static void
records_come_back_over_segments_and_lives(void **state)
{
	struct bench	bench;
	uint64_t	last = 0;

	(void)state;
	bench_init(&bench);
	append_many(&bench, 100, 200);
	assert_int_equal(read_all(&bench, 0, &last), 100);
	assert_int_equal(last, 100);
	bench_again(&bench);
	append_many(&bench, 100, 300);
	assert_int_equal(read_all(&bench, 0, &last), 200);
	assert_int_equal(read_all(&bench, 150, &last), 50);
	assert_int_equal(read_all(&bench, 200, &last), 0);
	bench_fini(&bench);
}

static void
what_is_not_synced_is_not_read(void **state)
{
	struct bench		bench;
	struct spool_reader	reader;
	struct span		body;

	(void)state;
	bench_init(&bench);
	append_many(&bench, 1, 20);
	spool_reader_init(&reader, 0);
	assert_int_equal(spool_read(bench.spool, &reader, &body), PW_ENOTFOUND);
	assert_true(spool_sync(bench.spool));
	assert_int_equal(spool_read(bench.spool, &reader, &body), PW_OK);
	spool_reader_fini(&reader);
	bench_fini(&bench);
}

/* Whatever of the last records a power cut left: those before it are there, and others follow. */
static void
a_file_cut_at_any_byte_gives_what_is_whole(void **state)
{
	struct bench	bench;
	char		path[160];

	(void)state;
	for (off_t cut = 0; cut <= SEGMENT_HEAD + 3 * (SEGMENT_RECORD_HEAD + 20); cut++) {
		uint64_t		last = 0;
		struct spool_losses	losses;
		unsigned		whole = cut < SEGMENT_HEAD ? 0 :
					    (unsigned)(cut - SEGMENT_HEAD) / (SEGMENT_RECORD_HEAD + 20);
		bool			torn = cut < SEGMENT_HEAD || (cut - SEGMENT_HEAD) % (SEGMENT_RECORD_HEAD + 20) != 0;

		bench_init(&bench);
		append_many(&bench, 3, 20);
		spool_close(bench.spool);
		assert_int_equal(truncate(last_file(&bench, path), cut), 0);
		bench_open(&bench);
		assert_int_equal(read_all(&bench, 0, &last), whole);
		spool_losses(bench.spool, &losses);
		assert_int_equal(losses.torn + losses.segments, torn);
		append_many(&bench, 2, 20);
		assert_int_equal(read_all(&bench, 0, &last), whole + 2);
		bench_again(&bench);
		assert_int_equal(read_all(&bench, 0, &last), whole + 2);
		bench_fini(&bench);
	}
}

/* A byte of the file is another one: at most the record that it is in is lost. */
static void
a_garbled_byte_costs_one_record(void **state)
{
	struct bench	bench;
	char		path[160];

	(void)state;
	for (off_t at = SEGMENT_HEAD; at < SEGMENT_HEAD + 3 * (SEGMENT_RECORD_HEAD + 20); at++) {
		uint64_t	last = 0;
		char		byte;

		bench_init(&bench);
		append_many(&bench, 3, 20);
		spool_close(bench.spool);
		int fd = open(last_file(&bench, path), O_RDWR);
		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 0x20;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
		bench_open(&bench);
		append_many(&bench, 2, 20);
		unsigned count = read_all(&bench, 0, &last);
		assert_int_equal(count, 4);
		bench_fini(&bench);
	}
}

static void
garbage_for_a_segment_is_set_aside(void **state)
{
	struct bench		bench;
	struct spool_losses	losses;
	uint64_t		last = 0;
	char			path[160];

	(void)state;
	bench_init(&bench);
	append_many(&bench, 60, 200);
	spool_close(bench.spool);
	int fd = open(last_file(&bench, path), O_WRONLY | O_TRUNC);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(write(fd, "\xf5PWrgarbage", 11), 11);
	close(fd);
	bench_open(&bench);
	spool_losses(bench.spool, &losses);
	assert_int_equal(losses.segments, 1);
	append_many(&bench, 5, 200);
	unsigned count = read_all(&bench, 0, &last);
	assert_true(count > 5 && count < 65 && last > 60);
	bench_fini(&bench);
}

/* The sender writes what looks like a record into a record, whose head then is garbled. */
static void
a_record_in_a_record_is_none(void **state)
{
	struct bench	bench;
	char		path[160], framed[300] = "";
	uint64_t	number, last = 0;

	(void)state;
	bench_init(&bench);
	snprintf(framed + SEGMENT_RECORD_HEAD, 100, "1 ");
	memcpy(framed + 2 * SEGMENT_RECORD_HEAD + 40, "77 ", 3);
	segment_record_frame(0, 77, framed + SEGMENT_RECORD_HEAD + 40, 2 * SEGMENT_RECORD_HEAD);
	assert_int_equal(spool_append(bench.spool, (struct span){ framed, sizeof(framed) }, &number), PW_OK);
	spool_close(bench.spool);
	int fd = open(last_file(&bench, path), O_WRONLY);
	assert_int_equal(pwrite(fd, "?", 1, SEGMENT_HEAD), 1);
	close(fd);
	bench_open(&bench);
	assert_int_equal(read_all(&bench, 0, &last), 0);
	bench_fini(&bench);
}

static void
acknowledged_records_make_room_and_others_do_not(void **state)
{
	struct bench	bench;
	uint64_t	number, last = 0;
	unsigned	fitted = 0;

	(void)state;
	bench_init(&bench);
	bench.settings.most_bytes = 65536;
	bench_again(&bench);
	while (append(&bench, 500, &number) == PW_OK)
		fitted++;
	assert_int_equal(errno, ENOSPC);
	assert_true(fitted > 100 && fitted < 130);
	assert_int_equal(read_all(&bench, 0, &last), fitted);
	spool_acknowledge(bench.spool, 50, 0);
	append_many(&bench, 40, 500);
	assert_true(spool_bytes(bench.spool) <= 65536);
	assert_int_equal(read_all(&bench, 50, &last), fitted + 40 - 50);
	bench_fini(&bench);
}

static void
acknowledged_records_go_when_they_are_old(void **state)
{
	struct bench	bench;
	uint64_t	last = 0;

	(void)state;
	bench_init(&bench);
	append_many(&bench, 100, 200);
	spool_acknowledge(bench.spool, 80, 0);
	assert_int_equal(read_all(&bench, 0, &last), 100);
	spool_acknowledge(bench.spool, 80, INT64_MAX);
	unsigned left = read_all(&bench, 0, &last);
	assert_true(left >= 20 && left < 40);
	bench_fini(&bench);
}

/* The file may not grow: as a full disk, a write of a part of the record. */
static void
a_full_disk_loses_nothing_that_was_taken(void **state)
{
	struct bench	bench;
	struct rlimit	before, small;
	uint64_t	number, last = 0;

	(void)state;
	bench_init(&bench);
	bench.settings.segment_bytes = 1 << 20;
	bench_again(&bench);
	append_many(&bench, 5, 100);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 700;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(append(&bench, 300, &number), PW_EAWAY);
	assert_int_equal(append(&bench, 300, &number), PW_EAWAY);
	setrlimit(RLIMIT_FSIZE, &before);
	append_many(&bench, 5, 300);
	assert_int_equal(read_all(&bench, 0, &last), 10);
	bench_again(&bench);
	assert_int_equal(read_all(&bench, 0, &last), 10);
	struct spool_losses losses;
	spool_losses(bench.spool, &losses);
	assert_int_equal(losses.torn + losses.garbage_bytes, 0);
	bench_fini(&bench);
}

static void
a_folder_belongs_to_one(void **state)
{
	struct bench	 bench;
	struct spool	*second;
	struct buf	 report;

	(void)state;
	bench_init(&bench);
	buf_init(&report, 4096);
	assert_int_equal(spool_open(&bench.settings, &report, &second), PW_EBUSY);
	assert_true(report.len > 0);
	buf_fini(&report);
	bench_fini(&bench);
}

static void
numbers_are_never_given_twice(void **state)
{
	struct bench	bench;
	uint64_t	number;

	(void)state;
	bench_init(&bench);
	append_many(&bench, 3, 20);
	bench_again(&bench);
	spool_skip(bench.spool, 999);
	spool_skip(bench.spool, 5);
	assert_int_equal(append(&bench, 20, &number), PW_OK);
	assert_int_equal(number, 1000);
	bench_fini(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back_over_segments_and_lives),
		cmocka_unit_test(what_is_not_synced_is_not_read),
		cmocka_unit_test(a_file_cut_at_any_byte_gives_what_is_whole),
		cmocka_unit_test(a_garbled_byte_costs_one_record),
		cmocka_unit_test(garbage_for_a_segment_is_set_aside),
		cmocka_unit_test(a_record_in_a_record_is_none),
		cmocka_unit_test(acknowledged_records_make_room_and_others_do_not),
		cmocka_unit_test(acknowledged_records_go_when_they_are_old),
		cmocka_unit_test(a_full_disk_loses_nothing_that_was_taken),
		cmocka_unit_test(a_folder_belongs_to_one),
		cmocka_unit_test(numbers_are_never_given_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

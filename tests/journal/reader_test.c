/* A reader passes over what nobody understands, and nothing else: neither for want of memory nor of a taker's good will. */
#include "fixture.h"

#include <stdatomic.h>

#include <pixelward/base/clock.h>
#include <pixelward/base/log.h>

#include "journal/reader.h"
#include "journal/record.h"

#define RECORDS	100u

struct taker {
	uint64_t		refuse;		/* this one, so many times */
	unsigned		times;
	bool			disordered;
	_Atomic uint64_t	last;
};

static enum pw_err
take(void *context, struct span node, uint64_t *after, const struct sighting *sightings, size_t count)
{
	struct taker *taker = context;

	(void)node;
	(void)after;
	for (size_t i = 0; i < count; i++)
		if (sightings[i].number == taker->refuse && taker->times > 0) {
			taker->times -= count == 1;
			return PW_ESYNTAX;
		}
	for (size_t i = 0; i < count; i++) {
		taker->disordered = taker->disordered || sightings[i].number != taker->last + 1;
		taker->last = sightings[i].number;
	}
	return PW_OK;
}

static struct spool *
spool_make(const char *folder)
{
	const struct spool_settings	 settings = { .directory = folder, .most_bytes = 1 << 20, .keep_ms = 1 << 30 };
	struct buf			 report;
	struct spool			*spool;

	buf_init(&report, 4096);
	assert_int_equal(spool_open(&settings, &report, &spool), PW_OK);
	buf_fini(&report);
	return spool;
}

static void
append(struct spool *spool, struct span body)
{
	static const char	head[SEGMENT_RECORD_HEAD];
	struct buf		framed;
	uint64_t		number;

	buf_init(&framed, 65536);
	buf_add(&framed, (struct span){ head, sizeof(head) });
	buf_add(&framed, body);
	assert_int_equal(spool_append(spool, buf_span(&framed), &number), PW_OK);
	buf_fini(&framed);
}

static void
append_sightings(struct spool *spool, unsigned count)
{
	const struct sighting	sighting = sighting_make();
	struct buf		body;

	buf_init(&body, 65536);
	record_write(&sighting, &body);
	for (unsigned i = 0; i < count; i++)
		append(spool, buf_span(&body));
	buf_fini(&body);
}

/* Reads all that is there; how many records were unreadable. */
static uint64_t
read_all(const char *folder, struct spool *spool, struct taker *taker, size_t most_bytes)
{
	struct reader reader = { .name = "test", .spool = spool, .identity = SPAN("mx1"), .taker = { take, NULL, taker },
		.most_bytes = most_bytes };

	assert_true(spool_sync(spool));
	assert_true(reader_start(&reader, folder));
	reader_stop(&reader, clock_ms() + 20000);
	reader_join(&reader);
	return reader.unreadable;
}

static void
what_does_not_fit_into_memory_is_in_the_next_batch(void **state)
{
	/* The batch itself, and few records. */
	const size_t	 room = 256 * sizeof(struct sighting) + 8192;
	char		 folder[64];
	struct taker	 taker = { 0 };

	(void)state;
	folder_make(folder);
	struct spool *spool = spool_make(folder);
	append_sightings(spool, RECORDS);
	assert_int_equal(read_all(folder, spool, &taker, room), 0);
	assert_int_equal(taker.last, RECORDS);
	assert_false(taker.disordered);
	spool_close(spool);
	folder_remove(folder);
}

static void
what_nobody_understands_is_passed_over(void **state)
{
	char		folder[64];
	struct taker	taker = { 0 };

	(void)state;
	folder_make(folder);
	struct spool *spool = spool_make(folder);
	append_sightings(spool, 3);
	append(spool, SPAN("\1garbage"));
	assert_int_equal(read_all(folder, spool, &taker, 0), 1);
	assert_int_equal(taker.last, 3);
	spool_close(spool);
	folder_remove(folder);
}

static size_t
count_of(struct span text, const char *word)
{
	size_t count = 0;

	for (size_t at = 0; (at = span_find(text, span_of(word), at)) < text.len; at++)
		count++;
	return count;
}

static void
a_refusal_that_stays_is_in_the_log_once_and_holds_up_what_is_behind(void **state)
{
	char		folder[64], path[96], said[4096];
	struct taker	taker = { .refuse = 3, .times = 3 };
	int		before = dup(STDERR_FILENO);

	(void)state;
	folder_make(folder);
	snprintf(path, sizeof(path), "%s/log", folder);
	int log = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	assert_true(before >= 0 && log >= 0);
	struct spool *spool = spool_make(folder);
	append_sightings(spool, 5);
	dup2(log, STDERR_FILENO);
	(void)read_all(folder, spool, &taker, 0);
	dup2(before, STDERR_FILENO);
	ssize_t bytes = pread(log, said, sizeof(said), 0);
	assert_true(bytes > 0);
	struct span lines = { said, (size_t)bytes };
	assert_int_equal(taker.last, 5);
	assert_false(taker.disordered);
	assert_int_equal(count_of(lines, "test cannot take record 3: "), 1);
	assert_int_equal(count_of(lines, pw_strerror(PW_ESYNTAX)), 1);
	assert_int_equal(count_of(lines, "test has taken record 3"), 1);
	close(log);
	close(before);
	spool_close(spool);
	folder_remove(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_into_memory_is_in_the_next_batch),
		cmocka_unit_test(what_nobody_understands_is_passed_over),
		cmocka_unit_test(a_refusal_that_stays_is_in_the_log_once_and_holds_up_what_is_behind),
	};

	log_open("reader_test", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

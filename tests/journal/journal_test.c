/* A message that was written is counted, and handed on until it is taken, whatever life it is taken in. */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include <pixelward/base/config.h>
#include <pixelward/base/log.h>
#include <pixelward/journal/journal.h>

#include "journal/snapshot.h"

/* Who takes records: in order, once each; or refuses. */
struct taker {
	pthread_mutex_t	mutex;
	uint64_t	last, count, refusals;
	uint64_t	refuse;		/* so many */
	_Atomic uint64_t kept;		/* what outlives it */
	char		node[64];	/* of the first records */
	bool		away, disordered;
};

static enum pw_err
take(void *context, struct span node, uint64_t *after, const struct sighting *sightings, size_t count)
{
	struct taker	*taker = context;
	enum pw_err	 err = PW_OK;

	/* For ever the same, whatever the gateway is called. */
	if (taker->node[0] == '\0')
		snprintf(taker->node, sizeof(taker->node), "%.*s", SPAN_ARG(node));
	assert_true(span_starts(node, SPAN("mx1")));
	assert_true(span_eq(node, span_of(taker->node)));
	assert_true(*after < sightings[0].number);
	pthread_mutex_lock(&taker->mutex);
	if (taker->away || taker->refuse > 0) {
		taker->refuse -= taker->refuse > 0;
		taker->refusals++;
		err = PW_EAWAY;
	} else {
		/* In a later life the last ones may come again. */
		for (size_t i = 0; i < count; i++) {
			uint64_t number = sightings[i].number;

			taker->count += number > taker->last;
			taker->disordered = taker->disordered || (taker->last > 0 && number > taker->last + 1);
			taker->last = number;
		}
	}
	pthread_mutex_unlock(&taker->mutex);
	return err;
}

static uint64_t
kept(void *context)
{
	return ((struct taker *)context)->kept;
}

struct bench {
	char		 folder[64];
	struct options	*options;
	struct taker	 taker;
	struct journal	*journal;
};

static void
bench_open(struct bench *bench)
{
	struct buf report;

	buf_init(&report, 4096);
	if (journal_open(bench->options, &(struct journal_taker){ take, kept, &bench->taker }, &report, &bench->journal) != PW_OK)
		fail_msg("%s", report.at);
	buf_fini(&report);
}

static void
set(struct bench *bench, const char *keyword, const char *value)
{
	struct buf report;

	buf_init(&report, 4096);
	if (config_set(bench->options, "test", keyword, value, &report) != PW_OK)
		fail_msg("%s", report.at);
	buf_fini(&report);
}

static void
bench_init(struct bench *bench)
{
	*bench = (struct bench){ .taker = { .mutex = PTHREAD_MUTEX_INITIALIZER, .kept = UINT64_MAX } };
	folder_make(bench->folder);
	bench->options = options_new();
	assert_non_null(bench->options);
	set(bench, "StateDir", bench->folder);
	set(bench, "NodeName", "mx1");
	bench_open(bench);
}

static void
bench_fini(struct bench *bench)
{
	journal_close(bench->journal, 10000);
	options_free(bench->options);
	folder_remove(bench->folder);
}

static void
write_many(struct bench *bench, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct sighting sighting = sighting_make();

		assert_int_equal(journal_write(bench->journal, &sighting), PW_OK);
	}
}

static uint64_t
counted(struct bench *bench, enum counter counter)
{
	struct counters	*counters;
	uint64_t	 number;

	assert_int_equal(counters_read(bench->folder, &counters), PW_OK);
	number = counters_total(counters, counter);
	counters_free(counters);
	return number;
}

static void
each_is_handed_on_once_and_in_order(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	write_many(&bench, 500);
	assert_int_equal(counted(&bench, COUNTER_messages), 500);
	journal_close(bench.journal, 10000);
	assert_int_equal(bench.taker.count, 500);
	assert_false(bench.taker.disordered);
	bench_open(&bench);
	write_many(&bench, 10);
	bench_fini(&bench);
	assert_int_equal(bench.taker.count, 510);
	assert_false(bench.taker.disordered);
}

static void
what_is_refused_comes_again(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	bench.taker.refuse = 3;
	write_many(&bench, 5);
	bench_fini(&bench);
	assert_int_equal(bench.taker.count, 5);
	assert_int_equal(bench.taker.refusals, 3);
}

static void
what_was_not_taken_is_handed_on_by_the_next_life(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench);
	bench.taker.away = true;
	write_many(&bench, 50);
	journal_close(bench.journal, 200);
	assert_int_equal(bench.taker.count, 0);
	bench.taker.away = false;
	bench_open(&bench);
	journal_close(bench.journal, 10000);
	set(&bench, "NodeName", "mx2");
	bench_open(&bench);
	write_many(&bench, 5);
	bench_fini(&bench);
	assert_int_equal(bench.taker.count, 55);
	assert_false(bench.taker.disordered);
}

/* Its last life took all, and was killed before it had saved the end; in the end it has lost everything. */
static void
what_was_taken_and_not_kept_comes_again(void **state)
{
	struct bench	bench;
	uint64_t	last;

	(void)state;
	bench_init(&bench);
	write_many(&bench, 50);
	journal_close(bench.journal, 10000);
	last = bench.taker.last;
	for (uint64_t lost = 20; lost <= 50; lost += 30) {
		bench.taker.kept = lost < 50 ? last - lost : 0;
		bench.taker.last = bench.taker.kept;
		bench.taker.count = 0;
		bench_open(&bench);
		journal_close(bench.journal, 10000);
		assert_int_equal(bench.taker.count, lost);
		assert_int_equal(bench.taker.last, last);
		assert_false(bench.taker.disordered);
	}
	bench_open(&bench);
	bench_fini(&bench);
}

/* Its folder as a version left it that knew the node by its name, and numbered no snapshots. */
static void
an_upgraded_journal_keeps_its_identity(void **state)
{
	struct bench	 bench;
	struct counters	*counters;
	struct buf	 text;
	char		 path[128];

	(void)state;
	bench_init(&bench);
	write_many(&bench, 5);
	journal_close(bench.journal, 10000);
	assert_true(span_starts(span_of(bench.taker.node), SPAN("mx1#")));
	assert_int_equal(counters_read(bench.folder, &counters), PW_OK);
	counters->writes = 0;
	buf_init(&text, 1 << 20);
	snapshot_print(counters, &text);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/journal/counters.%u", bench.folder, i);
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(text.at, 1, text.len, file), text.len);
		assert_int_equal(fclose(file), 0);
	}
	buf_fini(&text);
	counters_free(counters);
	snprintf(path, sizeof(path), "%s/journal/node", bench.folder);
	assert_int_equal(unlink(path), 0);
	bench.taker.node[0] = '\0';
	for (unsigned life = 0; life < 2; life++) {
		bench_open(&bench);
		write_many(&bench, 5);
		journal_close(bench.journal, 10000);
		assert_string_equal(bench.taker.node, "mx1");
	}
	assert_int_equal(bench.taker.count, 15);
	bench_open(&bench);
	bench_fini(&bench);
}

/* JournalSize holds few of these: the room of a record is taken again once it is kept, and not before. */
static void
what_is_not_kept_stays(void **state)
{
	struct bench	bench;
	uint64_t	written = 0;

	(void)state;
	bench_init(&bench);
	journal_close(bench.journal, 1000);
	set(&bench, "JournalSize", "1M");
	set(&bench, "OnJournalFull", "tempfail");
	bench.taker.kept = 0;
	bench_open(&bench);
	for (struct sighting one = sighting_make(); journal_write(bench.journal, &one) == PW_OK; written++)
		;
	journal_close(bench.journal, 10000);
	assert_int_equal(bench.taker.count, written);
	bench.taker.last = bench.taker.count = 0;
	bench_open(&bench);
	journal_close(bench.journal, 10000);
	assert_int_equal(bench.taker.count, written);
	bench.taker.kept = bench.taker.last;
	bench_open(&bench);
	write_many(&bench, 5);
	bench_fini(&bench);
}

/* A process that writes without end is killed: what it said that it wrote is counted and handed on, and no more. */
static void
killed_at_any_moment_nothing_is_lost(void **state)
{
	struct bench	bench;
	uint64_t	said = 0;

	(void)state;
	bench_init(&bench);
	journal_close(bench.journal, 1000);
	for (unsigned life = 0; life < 10; life++) {
		int pipes[2];

		assert_int_equal(pipe(pipes), 0);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			bench.taker.away = life % 2 == 0;
			bench_open(&bench);
			for (;;) {
				struct sighting sighting = sighting_make();

				if (journal_write(bench.journal, &sighting) != PW_OK || write(pipes[1], "w", 1) != 1)
					_exit(1);
			}
		}
		close(pipes[1]);
		char	bytes[4096];
		ssize_t n;
		for (unsigned seen = 0; seen < 200 + life * 37; seen += (unsigned)n) {
			n = read(pipes[0], bytes, 64);
			assert_true(n > 0);
			said += (uint64_t)n;
		}
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		while ((n = read(pipes[0], bytes, sizeof(bytes))) > 0)
			said += (uint64_t)n;
		close(pipes[0]);
		uint64_t number = counted(&bench, COUNTER_messages);
		/* One may have been written that it had no time to speak of. */
		assert_true(number >= said && number <= said + 1);
		said = number;
	}
	bench_open(&bench);
	assert_int_equal(counted(&bench, COUNTER_messages), said);
	assert_int_equal(counted(&bench, COUNTER_stripped), 2 * said);
	bench_fini(&bench);
}

static void
a_full_journal_follows_the_option(void **state)
{
	struct bench	bench;
	enum pw_err	err = PW_OK;
	unsigned	taken = 0;

	(void)state;
	bench_init(&bench);
	journal_close(bench.journal, 1000);
	bench.taker.away = true;
	set(&bench, "JournalSize", "1M");
	set(&bench, "OnJournalFull", "tempfail");
	bench_open(&bench);
	while (err == PW_OK && taken < 100000) {
		struct sighting sighting = sighting_make();

		err = journal_write(bench.journal, &sighting);
		taken += err == PW_OK;
	}
	assert_int_equal(err, PW_EAWAY);
	assert_int_equal(counted(&bench, COUNTER_messages), taken);
	journal_close(bench.journal, 0);
	set(&bench, "OnJournalFull", "accept");
	bench_open(&bench);
	write_many(&bench, 20);
	journal_close(bench.journal, 0);
	assert_int_equal(counted(&bench, COUNTER_messages), taken);
	assert_int_equal(counted(&bench, COUNTER_unrecorded), 20);
	/* What is handed on makes room. */
	bench.taker.away = false;
	bench_open(&bench);
	journal_close(bench.journal, 30000);
	bench_open(&bench);
	write_many(&bench, 5);
	assert_int_equal(counted(&bench, COUNTER_messages), taken + 5);
	assert_int_equal(counted(&bench, COUNTER_unrecorded), 20);
	bench_fini(&bench);
}

/* Several threads: the counters follow the journal, and no number is given twice. */
static void *
write_in_thread(void *context)
{
	write_many(context, 200);
	return NULL;
}

static void
threads_do_not_get_in_each_other_s_way(void **state)
{
	struct bench	bench;
	pthread_t	threads[4];

	(void)state;
	bench_init(&bench);
	write_many(&bench, 1);
	for (size_t i = 0; i < NITEMS(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_in_thread, &bench), 0);
	for (size_t i = 0; i < NITEMS(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(counted(&bench, COUNTER_messages), 801);
	bench_fini(&bench);
	assert_int_equal(bench.taker.count, 801);
	assert_false(bench.taker.disordered);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_handed_on_once_and_in_order),
		cmocka_unit_test(what_is_refused_comes_again),
		cmocka_unit_test(what_was_not_taken_is_handed_on_by_the_next_life),
		cmocka_unit_test(what_was_taken_and_not_kept_comes_again),
		cmocka_unit_test(an_upgraded_journal_keeps_its_identity),
		cmocka_unit_test(what_is_not_kept_stays),
		cmocka_unit_test(killed_at_any_moment_nothing_is_lost),
		cmocka_unit_test(a_full_journal_follows_the_option),
		cmocka_unit_test(threads_do_not_get_in_each_other_s_way),
	};

	log_open("journal_test", false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

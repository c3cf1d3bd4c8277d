/* Who is next. */
#include "support.h"

#include <pixelward/base/clock.h>
#include <pixelward/base/futex.h>
#include <pixelward/job.h>

#include <pthread.h>
#include <unistd.h>

#include "gateway/queue.h"

#define PATIENCE_MS	20000

static char		order[64];
static size_t		order_len;
static pthread_mutex_t	lock = PTHREAD_MUTEX_INITIALIZER;

struct caller {
	pthread_t	 thread;
	struct queue	*queue;
	const char	*address;
	char		 letter;
	bool		 offence;
	uint64_t	 timeout_ms;
	int		 slot;
};

static int
take(struct queue *queue, struct span client, uint64_t timeout_ms)
{
	return queue_take(queue, &(struct queue_call){ .client = client, .timeout_ms = timeout_ms });
}

static void *
call(void *context)
{
	struct caller *caller = context;

	caller->slot = take(caller->queue, span_of(caller->address), caller->timeout_ms);
	if (caller->slot < 0)
		return NULL;
	pthread_mutex_lock(&lock);
	order[order_len++] = caller->letter;
	pthread_mutex_unlock(&lock);
	queue_give(caller->queue, caller->slot, span_of(caller->address), caller->offence);
	return NULL;
}

static void
wait_for_waiting(struct queue *queue, unsigned count)
{
	for (unsigned i = 0; i < 20000 && queue_waiting(queue) != count; i++)
		usleep(1000);
	assert_int_equal(queue_waiting(queue), count);
}

static void
run_callers(struct queue *queue, struct caller *callers, size_t count, int held, const char *holder)
{
	unsigned before = queue_waiting(queue);

	memset(order, 0, sizeof(order));
	order_len = 0;
	for (size_t i = 0; i < count; i++) {
		callers[i].queue = queue;
		callers[i].timeout_ms = PATIENCE_MS;
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
		wait_for_waiting(queue, before + (unsigned)i + 1);
	}
	queue_give(queue, held, span_of(holder), false);
	for (size_t i = 0; i < count; i++)
		pthread_join(callers[i].thread, NULL);
}

static void
test_clients_take_turns_whatever_each_has_waiting(void **state)
{
	struct queue	*queue = queue_new(1);
	struct caller	 callers[] = {
		{ .address = "192.0.2.1", .letter = 'a' }, { .address = "192.0.2.1", .letter = 'a' },
		{ .address = "192.0.2.1", .letter = 'a' }, { .address = "192.0.2.2", .letter = 'b' },
		{ .address = "2001:db8::1", .letter = 'c' }, { .address = "2001:db8::2", .letter = 'c' },
	};

	(void)state;
	int held = take(queue, SPAN("192.0.2.1"), 0);
	assert_int_equal(held, 0);
	run_callers(queue, callers, NITEMS(callers), held, "192.0.2.1");
	/* Whoever is first: nobody is served twice while another waits that was not served since. */
	assert_int_equal(order_len, 6);
	assert_true(order[0] != order[1] && order[1] != order[2] && order[0] != order[2]);
	assert_true(order[3] != order[4]);
	assert_int_equal(order[5], 'a');
	queue_free(queue);
}

static void
test_an_offender_waits_for_all_others(void **state)
{
	struct queue	*queue = queue_new(1);
	struct caller	 callers[] = {
		{ .address = "192.0.2.66", .letter = 'x' }, { .address = "192.0.2.66", .letter = 'x' },
		{ .address = "192.0.2.1", .letter = 'a' }, { .address = "192.0.2.1", .letter = 'a' },
		{ .address = "192.0.2.2", .letter = 'b' },
	};

	(void)state;
	int held = take(queue, SPAN("192.0.2.66"), 0);
	queue_give(queue, held, SPAN("192.0.2.66"), true);
	held = take(queue, SPAN("192.0.2.66"), 0);
	assert_int_equal(held, 0);
	run_callers(queue, callers, NITEMS(callers), held, "192.0.2.66");
	assert_int_equal(order_len, 5);
	assert_true(order[0] != 'x' && order[1] != 'x' && order[2] != 'x');
	assert_string_equal(order + 3, "xx");
	queue_free(queue);
}

static void
test_an_offender_never_has_the_last_slot_while_there_are_others(void **state)
{
	struct queue *queue = queue_new(2);

	(void)state;
	int first = take(queue, SPAN("192.0.2.66"), 0);
	queue_give(queue, first, SPAN("192.0.2.66"), true);
	/* Nobody else was ever seen: the machine is its own. */
	first = take(queue, SPAN("192.0.2.66"), 0);
	int second = take(queue, SPAN("192.0.2.66"), 0);
	assert_true(first >= 0 && second >= 0 && first != second);
	queue_give(queue, first, SPAN("192.0.2.66"), true);
	queue_give(queue, second, SPAN("192.0.2.66"), true);
	/* Somebody else was seen. */
	second = take(queue, SPAN("192.0.2.1"), 0);
	queue_give(queue, second, SPAN("192.0.2.1"), false);
	first = take(queue, SPAN("192.0.2.66"), 0);
	assert_true(first >= 0);
	assert_int_equal(take(queue, SPAN("192.0.2.66"), 20), -1);
	second = take(queue, SPAN("192.0.2.1"), 0);
	assert_true(second >= 0);
	queue_free(queue);
}

static void
test_who_waited_in_vain_leaves_no_trace(void **state)
{
	struct queue *queue = queue_new(1);

	(void)state;
	int held = take(queue, SPAN("192.0.2.1"), 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(take(queue, i % 2 ? SPAN("192.0.2.1") : SPAN("192.0.2.2"), 0), -1);
	assert_int_equal(queue_waiting(queue), 0);
	queue_give(queue, held, SPAN("192.0.2.1"), false);
	assert_int_equal(take(queue, SPAN("odd client"), 0), held);
	queue_free(queue);
}

/* A slot with somebody at its desk who doubles what lies there. */
#define DESKS	2
#define ASKERS	6
#define ROUNDS	3000

static struct place {
	pthread_t		 thread;
	_Atomic uint32_t	 state;		/* enum desk_state */
	bool			 done;
	unsigned		 number;
} places[DESKS];

struct asker {
	pthread_t	 thread;
	struct queue	*queue;
	char		 address[32];
	unsigned	 number, starts, wrong;
	bool		 failed;
};

static _Atomic unsigned passes;

static void *
place_serve(void *context)
{
	struct place	*place = context;
	uint32_t	 state;

	for (;;) {
		while ((state = atomic_load(&place->state)) != DESK_ASKED)
			(void)futex_wait(&place->state, state, DESK_DISSECTOR, INT64_MAX);
		if (place->done)
			return NULL;
		place->number *= 2;
		atomic_store(&place->state, DESK_ANSWERED);
		futex_wake(&place->state, DESK_GATEWAY);
	}
}

static void
place_ask(struct place *place)
{
	atomic_store(&place->state, DESK_ASKED);
	futex_wake(&place->state, DESK_DISSECTOR);
}

static bool
asker_start(void *context, int slot, const _Atomic uint32_t *sleeper)
{
	struct asker	*asker = context;
	struct place	*place = &places[slot];

	asker->starts++;
	place->number = asker->number;
	bool passed = sleeper != NULL && futex_pass(sleeper, QUEUE_CALLED, &place->state);
	atomic_fetch_add(&passes, passed);
	place_ask(place);
	return passed;
}

static void *
asker_run(void *context)
{
	struct asker		*asker = context;
	struct queue_call	 call = { .client = span_of(asker->address), .timeout_ms = PATIENCE_MS,
				    .start = asker_start, .context = asker };

	for (unsigned i = 1; i <= ROUNDS && !asker->failed; i++) {
		asker->number = i;
		int slot = queue_take(asker->queue, &call);
		asker->failed = slot < 0 || asker->starts != i;
		if (slot < 0)
			break;
		struct place *place = &places[slot];
		while (atomic_load(&place->state) != DESK_ANSWERED && !asker->failed)
			asker->failed = !futex_wait(&place->state, DESK_ASKED, DESK_GATEWAY, clock_ms() + PATIENCE_MS);
		asker->wrong += place->number != 2 * i;
		queue_give(asker->queue, slot, call.client, false);
	}
	return NULL;
}

static void
test_who_gives_a_slot_begins_for_who_sleeps_and_nobody_is_forgotten(void **state)
{
	struct queue	*queue = queue_new(DESKS);
	struct asker	 askers[ASKERS] = { 0 };

	(void)state;
	for (size_t i = 0; i < DESKS; i++)
		assert_int_equal(pthread_create(&places[i].thread, NULL, place_serve, &places[i]), 0);
	for (size_t i = 0; i < ASKERS; i++) {
		askers[i].queue = queue;
		snprintf(askers[i].address, sizeof(askers[i].address), "192.0.2.%zu", i);
		assert_int_equal(pthread_create(&askers[i].thread, NULL, asker_run, &askers[i]), 0);
	}
	for (size_t i = 0; i < ASKERS; i++) {
		pthread_join(askers[i].thread, NULL);
		assert_false(askers[i].failed);
		assert_int_equal(askers[i].wrong, 0);
	}
	for (size_t i = 0; i < DESKS; i++) {
		places[i].done = true;
		place_ask(&places[i]);
		pthread_join(places[i].thread, NULL);
	}
	/* Six ask, two are served: most sleep when their turn comes. */
	assert_true(atomic_load(&passes) > 0);
	queue_free(queue);
}

static void
test_there_are_bounds(void **state)
{
	(void)state;
	assert_null(queue_new(0));
	assert_null(queue_new(100000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clients_take_turns_whatever_each_has_waiting),
		cmocka_unit_test(test_an_offender_waits_for_all_others),
		cmocka_unit_test(test_an_offender_never_has_the_last_slot_while_there_are_others),
		cmocka_unit_test(test_who_waited_in_vain_leaves_no_trace),
		cmocka_unit_test(test_who_gives_a_slot_begins_for_who_sleeps_and_nobody_is_forgotten),
		cmocka_unit_test(test_there_are_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

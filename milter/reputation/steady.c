#include "steady.h"

#include <pixelward/base/clock.h>

#define MOST_AHEAD_MS	DAY_MS
#define MOST_BEHIND_MS	(3652 * DAY_MS)
#define LASTING_MS	DAY_MS

struct moment
moment_now(void)
{
	/* A machine that slept was not set. */
	return (struct moment){ clock_unix_ms(), clock_boot_ms() };
}

void
steady_init(struct steady *steady, struct moment moment)
{
	pthread_mutex_init(&steady->lock, NULL);
	steady_set(steady, moment);
}

void
steady_fini(struct steady *steady)
{
	pthread_mutex_destroy(&steady->lock);
}

static bool
are_near(int64_t a_ms, int64_t b_ms)
{
	return a_ms - b_ms <= MOST_AHEAD_MS && b_ms - a_ms <= MOST_AHEAD_MS;
}

int64_t
steady_read(struct steady *steady, struct moment moment)
{
	int64_t ahead_ms = moment.unix_ms - moment.running_ms;

	pthread_mutex_lock(&steady->lock);
	if (!are_near(ahead_ms, steady->ahead_ms) && (steady->since_ms < 0 || !are_near(ahead_ms, steady->jump_ms))) {
		steady->jump_ms = ahead_ms;
		steady->since_ms = moment.running_ms;
	} else if (are_near(ahead_ms, steady->ahead_ms) || moment.running_ms - steady->since_ms >= LASTING_MS) {
		steady->ahead_ms = ahead_ms;
		steady->since_ms = -1;
	}
	ahead_ms = steady->ahead_ms;
	pthread_mutex_unlock(&steady->lock);
	return ahead_ms + moment.running_ms;
}

void
steady_set(struct steady *steady, struct moment moment)
{
	pthread_mutex_lock(&steady->lock);
	steady->ahead_ms = moment.unix_ms - moment.running_ms;
	steady->since_ms = -1;
	pthread_mutex_unlock(&steady->lock);
}

int64_t
time_believed(int64_t time_ms, bool recorded, int64_t now_ms)
{
	bool to_come = time_ms > now_ms + MOST_AHEAD_MS, ancient = recorded && time_ms < now_ms - MOST_BEHIND_MS;

	return now_ms > 0 && (to_come || ancient) ? now_ms : time_ms;
}

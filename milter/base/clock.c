#include <pixelward/base/clock.h>

static int64_t
read_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t
clock_us(void)
{
	return read_ns(CLOCK_MONOTONIC) / 1000;
}

int64_t
clock_ms(void)
{
	return clock_us() / 1000;
}

struct timespec
clock_until(int64_t ms)
{
	return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

int64_t
clock_boot_ms(void)
{
	return read_ns(CLOCK_BOOTTIME) / 1000000;
}

uint64_t
clock_thread_ns(void)
{
	return (uint64_t)read_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t
clock_process_us(void)
{
	return (uint64_t)read_ns(CLOCK_PROCESS_CPUTIME_ID) / 1000;
}

int64_t
clock_unix_ms(void)
{
	return read_ns(CLOCK_REALTIME) / 1000000;
}

/* Clocks: those that nobody sets, for how long something takes; and the one that says what time it is. */
#ifndef PIXELWARD_BASE_CLOCK_H
#define PIXELWARD_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define DAY_MS	((int64_t)24 * 3600 * 1000)	/* a day of Unix time */

/* CLOCK_MONOTONIC. */
int64_t		clock_us(void);
int64_t		clock_ms(void);
/* A moment of clock_ms() as the timed waits take it, on conditions and locks that go by CLOCK_MONOTONIC. */
struct timespec	clock_until(int64_t ms);
/* CLOCK_BOOTTIME: goes on while the machine sleeps. */
int64_t		clock_boot_ms(void);
/* Processor time of the calling thread, and of all threads of the process. */
uint64_t	clock_thread_ns(void);
uint64_t	clock_process_us(void);
/* CLOCK_REALTIME: milliseconds since 1970, UTC. */
int64_t		clock_unix_ms(void);

#endif

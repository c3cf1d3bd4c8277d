#include <pixelward/base/futex.h>

#include <pixelward/base/clock.h>

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

bool
futex_wait(const _Atomic uint32_t *word, uint32_t value, uint32_t who, int64_t until_ms)
{
	struct timespec until = { (time_t)(until_ms / 1000), (long)(until_ms % 1000) * 1000000 };

	if (clock_ms() >= until_ms)
		return false;
	(void)syscall(SYS_futex, word, FUTEX_WAIT_BITSET, value, &until, NULL, who);
	return true;
}

void
futex_wake(const _Atomic uint32_t *word, uint32_t who)
{
	(void)syscall(SYS_futex, word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, who);
}

bool
futex_pass(const _Atomic uint32_t *from, uint32_t value, const _Atomic uint32_t *to)
{
	/* The fourth argument is how many may be passed on. */
	return syscall(SYS_futex, from, FUTEX_CMP_REQUEUE, 0, (unsigned long)1, to, value) > 0;
}

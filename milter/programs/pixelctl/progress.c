#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pixelward/base/clock.h>

#define STEP_MS		100
#define WIDTH		30

void
progress_begin(struct progress *progress, const char *what, uint64_t total)
{
	*progress = (struct progress){ .shows = isatty(STDERR_FILENO) == 1, .what = what, .total = total,
	    .begun_ms = clock_ms() };
	progress->drawn_ms = progress->begun_ms - STEP_MS;
}

void
progress_step(struct progress *progress, uint64_t done, size_t count)
{
	char	bar[WIDTH + 1];
	int64_t	now;

	if (!progress->shows || (now = clock_ms()) < progress->drawn_ms + STEP_MS)
		return;
	uint64_t total = progress->total > done ? progress->total : done;
	int	 share = total > 0 ? (int)(done * 100 / total) : 100;
	memset(bar, '.', WIDTH);
	memset(bar, '#', (size_t)share * WIDTH / 100);
	bar[WIDTH] = '\0';
	/* The rest in proportion to what the first part took. */
	long long left = share > 0 ? (long long)((now - progress->begun_ms) * (100 - share) / share / 1000) : 0;
	fprintf(stderr, "\r%s [%s] %3d %% %zu messages, %lld s left\033[K", progress->what, bar, share, count, left);
	fflush(stderr);
	progress->drawn_ms = now;
	progress->drawn = true;
}

void
progress_clear(struct progress *progress)
{
	if (progress->drawn)
		fputs("\r\033[K", stderr);
	progress->drawn = false;
}

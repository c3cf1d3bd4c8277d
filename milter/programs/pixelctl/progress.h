/* How far a long run has come: a line on standard error that is drawn anew, and nothing where that is no terminal. */
#ifndef PIXELCTL_PROGRESS_H
#define PIXELCTL_PROGRESS_H

#include <pixelward/span.h>

struct progress {
	bool		 shows, drawn;
	const char	*what;		/* "judging" */
	uint64_t	 total;		/* bytes of all there is to do */
	int64_t		 begun_ms, drawn_ms;
};

void	progress_begin(struct progress *, const char *what, uint64_t total);
/* done: bytes; count: messages. */
void	progress_step(struct progress *, uint64_t done, size_t count);
/* The line goes; also before anything is printed. */
void	progress_clear(struct progress *);

#endif

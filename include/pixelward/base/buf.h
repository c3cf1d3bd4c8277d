/* A growing byte buffer with a ceiling. The first failure sticks: check buf_failed() once at the end. */
#ifndef PIXELWARD_BASE_BUF_H
#define PIXELWARD_BASE_BUF_H

#include <pixelward/span.h>

struct buf {
	char	*at;
	size_t	 len, capacity, max;
	bool	 failed;	/* no memory, or past max; what was there stays */
};

void		buf_init(struct buf *, size_t max_bytes);
void		buf_fini(struct buf *);
void		buf_add(struct buf *, struct span);
void		buf_add_char(struct buf *, char);
void		buf_printf(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. Whatever any reader takes for the end of a
 * line or a control is escaped: U+0000 to U+001F, U+007F to U+009F, U+2028 and U+2029.
 */
void		buf_add_json(struct buf *, struct span);
/*
 * One line for a terminal: control characters, whatever ends a line, marks that turn the direction of writing, and
 * bytes that are no UTF-8 are written as \n, \x1b, \u202e.
 */
void		buf_add_plain(struct buf *, struct span);
/* Borrowed from the buffer until the next call on it. */
struct span	buf_span(const struct buf *);
bool		buf_failed(const struct buf *);
/* Empty it, keep the memory and the ceiling. */
void		buf_reset(struct buf *);

#endif

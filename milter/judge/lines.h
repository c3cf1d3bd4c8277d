/*
 * The lines of a file that an operator writes: UTF-8, one word to a line, # begins a comment, blank lines and a byte
 * order mark say nothing. What the words mean is for who reads them.
 */
#ifndef JUDGE_LINES_H
#define JUDGE_LINES_H

#include <pixelward/base/buf.h>
#include <pixelward/error.h>
#include <pixelward/span.h>

#include "domain.h"

struct lines {
	const char	*file, *noun;	/* for mistakes; noun: what stands on a line */
	struct buf	*report;
	struct span	 rest;		/* not read yet */
	size_t		 line, mistakes, warnings;
	size_t		 most_bytes;	/* of a line */
	enum pw_err	 err;		/* the first mistake makes it PW_ECONFIG */
};

struct line_word {
	struct span	text;
	size_t		at;		/* its place in the line, from 0 */
	bool		directive;	/* the line begins with "#!"; text is what follows, up to the line's end */
};

void		lines_init(struct lines *, const char *file, const char *noun, struct span text, struct buf *report);
/* The next line, whatever it holds, without its end. False: there is none. */
bool		lines_line(struct lines *, struct span *line);
/* The word of that line. False: nothing to read in it; what is wrong with it was told. */
bool		lines_word(struct lines *, struct span line, struct line_word *);
/* The next word. Lines with mistakes are told and skipped. False: there is none. */
bool		lines_next(struct lines *, struct line_word *);
/* A mistake at a byte of the line that was read last, from 0; past a hundred of them they are only counted. */
void		lines_mistake(struct lines *, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same for what does no harm: the file is in force without that line. */
void		lines_warning(struct lines *, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));
/*
 * A domain name: A-labels in lower case, without a dot at its end; lives in lower. at is NULL: a mistake was told.
 * at: the name's place in the line.
 */
struct span	lines_domain(struct lines *, size_t at, struct span name, char lower[DOMAIN_BYTES + 1]);
/* After the last word: counts the mistakes that were not told. */
enum pw_err	lines_end(struct lines *);

/* Enough of a word to recognise it, for "%.*s". */
#define SHOWN(s)	(int)((s).len < 80 ? (s).len : 80), (s).at

#endif

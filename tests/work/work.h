/* Hostile constructs, and what deciding about one costs: counted, not timed. */
#ifndef TESTS_WORK_WORK_H
#define TESTS_WORK_WORK_H

#include <pixelward/span.h>

/* A mail made of as much of one thing as there is room for. */
struct construct {
	const char	*name;		/* a sentence */
	const char	*head;		/* a header and what stands before the first unit; NULL: HTML_HEAD */
	const char	*unit;		/* repeated; each "%u" in it becomes the repetition's number, each NUL a NUL */
	const char	*tail;		/* NULL: nothing */
	const char	*half;		/* NULL, or a second unit: the first fills one half, this the other */
	const char	*between;	/* what stands between the halves */
};

struct constructs {
	const struct construct	*at;
	size_t			 count;
};

#define FROM_TO		"From: a@example.org\r\nTo: b@example.net\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
#define HTML_HEAD	FROM_TO "Content-Type: text/html; charset=utf-8\r\n\r\n"
#define XML_HEAD	FROM_TO "Content-Type: image/svg+xml; charset=utf-8\r\n\r\n"
#define SHEET_HEAD	HTML_HEAD "<style>"

/* Stands for a NUL in a unit. */
#define NUL	'\001'

/* Each program has one table. */
extern const struct constructs	constructs;

#endif

#include "literal.h"

#include <pixelward/base/utf8.h>

#include <string.h>

/*
 * One pass, that gives up where it is not sure: what it takes for a literal must be one. Only what stands outside of all
 * groups counts, and the longest run of it in each alternative.
 */
struct scan {
	struct span	 text;
	size_t		 at, depth;
	bool		 any_case, lost;
	char		*run;		/* room for the whole expression */
	size_t		 run_len;
	char		*best;
	size_t		 best_len;
};

/* Escapes that stand for a kind of character or a place, and have nothing behind their letter. */
static const char single_escapes[] = "dDwWsShHvVRXbBAzZntrfea";

static void
run_end(struct scan *scan)
{
	if (scan->depth == 0 && scan->run_len > scan->best_len) {
		memcpy(scan->best, scan->run, scan->run_len);
		scan->best_len = scan->run_len;
	}
	scan->run_len = 0;
}

/* In Unicode, k and s have a third form each, and other letters are more than a byte. */
static bool
has_other_forms(const struct scan *scan, char c)
{
	return scan->any_case && ((unsigned char)c >= 0x80 || strchr("kKsS", c) != NULL);
}

static void
take_literal(struct scan *scan, char c)
{
	if (scan->depth > 0)
		return;
	if (c == '\0' || has_other_forms(scan, c))
		run_end(scan);
	else
		scan->run[scan->run_len++] = ascii_lower(c);
}

/* What stands before a quantifier may be missing. */
static void
drop_last(struct scan *scan)
{
	while (scan->run_len > 0 && utf8_goes_on(scan->run[scan->run_len - 1]))
		scan->run_len--;
	scan->run_len -= scan->run_len > 0;
	run_end(scan);
}

static void
take_escape(struct scan *scan)
{
	char c = scan->at < scan->text.len ? scan->text.at[scan->at++] : '\0';

	if (!ascii_alpha(c) && !ascii_digit(c) && c != '\0')
		take_literal(scan, c);
	else if (c != '\0' && strchr(single_escapes, c) != NULL)
		run_end(scan);
	else
		scan->lost = true;
}

/* Behind the [. Classes of POSIX and quotes are not understood. */
static void
skip_class(struct scan *scan)
{
	struct span	text = scan->text;
	size_t		first;

	run_end(scan);
	scan->at += scan->at < text.len && text.at[scan->at] == '^';
	for (first = scan->at; scan->at < text.len && (scan->at == first || text.at[scan->at] != ']'); scan->at++) {
		if (text.at[scan->at] == '[')
			scan->lost = true;
		if (text.at[scan->at] != '\\')
			continue;
		scan->at++;
		scan->lost = scan->lost || scan->at >= text.len || text.at[scan->at] == 'Q' || text.at[scan->at] == 'E';
	}
	scan->lost = scan->lost || scan->at >= text.len;
	scan->at++;
}

static void
open_group(struct scan *scan)
{
	run_end(scan);
	scan->depth++;
	if (scan->at < scan->text.len && scan->text.at[scan->at] == '*')
		scan->lost = true;
	if (scan->at >= scan->text.len || scan->text.at[scan->at] != '?')
		return;
	scan->at++;
	scan->lost = scan->lost || scan->at >= scan->text.len || scan->text.at[scan->at] != ':';
}

static void
skip_count(struct scan *scan)
{
	drop_last(scan);
	scan->at = span_find_char(scan->text, '}', scan->at);
	scan->lost = scan->lost || scan->at >= scan->text.len;
	scan->at++;
}

/* True: an alternative ended here. */
static bool
step(struct scan *scan)
{
	char c = scan->text.at[scan->at++];

	switch (c) {
	case '\\':
		take_escape(scan);
		break;
	case '[':
		skip_class(scan);
		break;
	case '(':
		open_group(scan);
		break;
	case ')':
		run_end(scan);
		scan->lost = scan->lost || scan->depth == 0;
		scan->depth -= scan->depth > 0;
		break;
	case '{':
		skip_count(scan);
		break;
	case '?':
	case '*':
		drop_last(scan);
		break;
	case '+':
	case '.':
	case '^':
	case '$':
		run_end(scan);
		break;
	case '|':
		run_end(scan);
		return scan->depth == 0;
	default:
		take_literal(scan, c);
	}
	return false;
}

size_t
literals_of(struct arena *arena, struct span expression, struct span literals[MOST_LITERALS])
{
	struct scan	scan = { .text = expression };
	size_t		count = 0;
	bool		ended = true;

	scan.run = arena_alloc(arena, expression.len + 1);
	scan.best = arena_alloc(arena, expression.len + 1);
	if (scan.run == NULL || scan.best == NULL)
		return SIZE_MAX;
	if (span_starts(expression, SPAN("(?i)"))) {
		scan.any_case = true;
		scan.at = 4;
	}
	while (ended) {
		for (ended = false; !ended && !scan.lost && scan.at < expression.len;)
			ended = step(&scan);
		run_end(&scan);
		if (scan.lost || scan.best_len == 0 || count == MOST_LITERALS)
			return 0;
		literals[count] = arena_copy(arena, (struct span){ scan.best, scan.best_len });
		if (literals[count++].at == NULL)
			return SIZE_MAX;
		scan.best_len = 0;
	}
	return scan.depth == 0 ? count : 0;
}

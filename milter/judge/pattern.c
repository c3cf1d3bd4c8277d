#include "pattern.h"

#include <string.h>

#define NOWHERE		SIZE_MAX
#define MOST_LABELS	128

bool
pattern_is_separator(char c)
{
	return (unsigned char)c < 0x80 && !ascii_alpha(c) && !ascii_digit(c) && c != '%' && c != '-' && c != '.' && c != '_';
}

struct pattern
pattern_of(struct span written)
{
	struct pattern pattern = { .text = written };

	if (span_starts(pattern.text, SPAN("||"))) {
		pattern.anchors |= ANCHOR_HOST;
		pattern.text = span_from(pattern.text, 2);
	} else if (span_starts(pattern.text, SPAN("|"))) {
		pattern.anchors |= ANCHOR_START;
		pattern.text = span_from(pattern.text, 1);
	}
	if (pattern.text.len > 0 && pattern.text.at[pattern.text.len - 1] == '|') {
		pattern.anchors |= ANCHOR_END;
		pattern.text.len--;
	}
	/* A star beside an anchor undoes it. */
	while (pattern.text.len > 0 && pattern.text.at[0] == '*') {
		pattern.text = span_from(pattern.text, 1);
		pattern.anchors &= ~(unsigned)(ANCHOR_START | ANCHOR_HOST);
	}
	while (pattern.text.len > 0 && pattern.text.at[pattern.text.len - 1] == '*') {
		pattern.text.len--;
		pattern.anchors &= ~(unsigned)ANCHOR_END;
	}
	return pattern;
}

static void
spend(uint64_t *work, uint64_t cost)
{
	*work = *work > cost ? *work - cost : 0;
}

/* Behind the piece, if it stands at that place. */
static size_t
piece_end(struct span text, size_t at, struct span piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		if (at == text.len && piece.at[i] == '^')
			continue;
		if (at == text.len || (piece.at[i] == '^' ? !pattern_is_separator(text.at[at]) : text.at[at] != piece.at[i]))
			return NOWHERE;
		at++;
	}
	return at;
}

/* Behind the first place of the piece at or behind from; with to_end, only where it ends with the text. */
static size_t
piece_find(struct span text, size_t from, struct span piece, bool to_end, uint64_t *work)
{
	for (size_t at = from; at <= text.len && *work > 0; at++) {
		if (piece.len > 0 && piece.at[0] != '^') {
			const char *next = at < text.len ? memchr(text.at + at, piece.at[0], text.len - at) : NULL;

			if (next == NULL)
				return NOWHERE;
			spend(work, ((size_t)(next - text.at) - at) / 16);
			at = (size_t)(next - text.at);
		}
		size_t end = piece_end(text, at, piece);
		if (end != NOWHERE && (!to_end || end == text.len))
			return end;
		spend(work, 1 + piece.len / 4);
	}
	return NOWHERE;
}

/* All pieces, one behind the other; the first stands at the given place, or anywhere behind it. */
static bool
rest_matches(const struct pattern *pattern, struct span text, size_t at, bool anchored, uint64_t *work)
{
	struct span rest = pattern->text;

	if ((pattern->anchors & ANCHOR_LITERAL) != 0)
		return span_starts(span_from(text, at), rest);
	for (;;) {
		size_t		star = span_find_char(rest, '*', 0);
		struct span	piece = span_cut(rest, 0, star);
		bool		last = star == rest.len, to_end = last && (pattern->anchors & ANCHOR_END) != 0;

		if (anchored) {
			at = piece_end(text, at, piece);
			if (at != NOWHERE && to_end && at != text.len)
				return false;
		} else
			at = piece_find(text, at, piece, to_end, work);
		if (at == NOWHERE || last)
			return at != NOWHERE && *work > 0;
		rest = span_from(rest, star + 1);
		anchored = false;
	}
}

bool
pattern_matches(const struct pattern *pattern, const struct pattern_subject *subject, uint64_t *work)
{
	size_t labels = 0;

	spend(work, 4);
	if ((pattern->anchors & ANCHOR_HOST) == 0)
		return rest_matches(pattern, subject->text, 0, (pattern->anchors & ANCHOR_START) != 0, work);
	for (size_t at = subject->host_at; at < subject->host_end && labels < MOST_LABELS; at++) {
		if (at > subject->host_at && subject->text.at[at - 1] != '.')
			continue;
		labels++;
		spend(work, 1);
		if (rest_matches(pattern, subject->text, at, true, work))
			return true;
	}
	return false;
}

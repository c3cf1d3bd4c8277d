#include "boundary.h"

#include <string.h>

/* Where the next line that begins with "--boundary" begins, at or behind from; end if there is none. */
static size_t
find_delimiter(struct span message, size_t from, struct span delimiter, bool *odd)
{
	for (size_t at = from; (at = span_find(message, delimiter, at)) < message.len; at++) {
		if (at == from || message.at[at - 1] == '\n')
			return at;
		*odd = *odd || message.at[at - 1] == ' ' || message.at[at - 1] == '\t' || message.at[at - 1] == '\r' ||
		    message.at[at - 1] == '\0' || message.at[at - 1] == '\f' || message.at[at - 1] == '\v';
	}
	return message.len;
}

/* What follows the delimiter on its line: blanks only, "--", or something else, which makes it no delimiter. */
enum delimiter_kind { DELIMITER_NONE, DELIMITER_OPEN, DELIMITER_CLOSE };

static enum delimiter_kind
delimiter_kind(struct span rest, bool *odd)
{
	if (span_starts(rest, SPAN("--"))) {
		size_t end = span_find_char(rest, '\n', 2);

		*odd = *odd || span_trim(span_cut(rest, 2, end)).len > 0;
		return DELIMITER_CLOSE;
	}
	for (size_t i = 0; i < rest.len && rest.at[i] != '\n' && rest.at[i] != '\r'; i++)
		if (rest.at[i] != ' ' && rest.at[i] != '\t')
			return DELIMITER_NONE;
	return DELIMITER_OPEN;
}

/* The boundary of a delimiter line as its own multipart would declare it. */
static struct span
longer_boundary(struct span line)
{
	line = span_trim(span_from(line, 2));
	return span_ends_nocase(line, SPAN("--")) ? span_cut(line, 0, line.len - 2) : line;
}

/* Each look-up reads what is before; with more than this many multiparts inside nobody counts on it. */
#define MOST_LOOKUPS	100

/* Does a field before name it as a boundary? */
static bool
is_declared(struct span before, struct span boundary)
{
	for (size_t at = 0; (at = span_find(before, boundary, at)) < before.len; at++)
		if (at > 0 && (before.at[at - 1] == '"' || before.at[at - 1] == '='))
			return true;
	return false;
}

static size_t
before_line_end(struct span message, size_t begin, size_t at)
{
	if (at > begin && message.at[at - 1] == '\n')
		at--;
	if (at > begin && message.at[at - 1] == '\r')
		at--;
	return at;
}

enum pw_err
boundary_split(struct span message, struct extent body, struct span boundary, uint64_t most, struct arena *arena,
    struct bodies *bodies)
{
	struct span	text = span_cut(message, 0, body.end), delimiter = arena_printf(arena, "--%.*s", SPAN_ARG(boundary));
	size_t		at = body.begin, part = 0;
	bool		inside = false;
	struct span	inner = SPAN_NONE;	/* the last longer boundary that some part declared */
	unsigned	lookups = 0;

	*bodies = (struct bodies){ .epilogue = { body.end, body.end } };
	if (delimiter.at == NULL)
		return PW_ENOMEM;
	while ((at = find_delimiter(text, at, delimiter, &bodies->odd)) < text.len) {
		enum delimiter_kind	kind = delimiter_kind(span_from(text, at + delimiter.len), &bodies->odd);
		size_t			line_end = span_find_char(text, '\n', at), begin = at;

		line_end = line_end < text.len ? line_end + 1 : text.len;
		at = line_end;
		if (kind == DELIMITER_NONE) {
			struct span longer = longer_boundary(span_cut(text, begin, line_end));

			/* A multipart inside that lengthens the boundary is none the worse for it, as many mailers do. */
			if (!bodies->odd && !span_eq(longer, inner)) {
				bodies->odd = ++lookups > MOST_LOOKUPS ||
				    !is_declared(span_cut(text, body.begin, begin), longer);
				inner = longer;
			}
			continue;
		}
		if (!inside)
			bodies->preamble = (struct extent){ body.begin, (uint32_t)before_line_end(text, body.begin, begin) };
		else {
			if (bodies->count >= most)
				return PW_ELIMIT;
			struct extent *larger = arena_grow(arena, bodies->at, bodies->count, &bodies->capacity,
			    sizeof(*larger));
			if (larger == NULL)
				return PW_ENOMEM;
			bodies->at = larger;
			larger[bodies->count++] = (struct extent){ (uint32_t)part,
			    (uint32_t)before_line_end(text, part, begin) };
		}
		inside = true;
		part = line_end;
		if (kind == DELIMITER_CLOSE) {
			bodies->closed = true;
			bodies->epilogue = (struct extent){ (uint32_t)line_end, body.end };
			return PW_OK;
		}
	}
	if (!inside)
		return PW_OK;
	/* Never closed: the last body reaches to the end. */
	struct extent *larger = arena_grow(arena, bodies->at, bodies->count, &bodies->capacity, sizeof(*larger));
	if (larger == NULL)
		return PW_ENOMEM;
	bodies->at = larger;
	larger[bodies->count++] = (struct extent){ (uint32_t)part, body.end };
	return PW_OK;
}

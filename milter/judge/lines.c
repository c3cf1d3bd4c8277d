#include "lines.h"

#include <stdarg.h>
#include <stdio.h>

#define MOST_LINE_BYTES		1024
#define MOST_MISTAKES		100	/* of one file: who gives it something else learns it sooner */

void
lines_init(struct lines *lines, const char *file, const char *noun, struct span text, struct buf *report)
{
	if (span_starts(text, SPAN("\xef\xbb\xbf")))	/* a byte order mark */
		text = span_from(text, 3);
	*lines = (struct lines){ .file = file, .noun = noun, .report = report, .rest = text,
	    .most_bytes = MOST_LINE_BYTES };
}

static void	tell(struct lines *, size_t at, const char *grade, const char *format, va_list)
		    __attribute__((format(printf, 4, 0)));

static void
tell(struct lines *lines, size_t at, const char *grade, const char *format, va_list arguments)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, arguments);
	buf_printf(lines->report, "%s:%zu:%zu: %s%s\n", lines->file, lines->line, at + 1, grade, text);
}

void
lines_mistake(struct lines *lines, size_t at, const char *format, ...)
{
	va_list arguments;

	if (lines->err == PW_OK)
		lines->err = PW_ECONFIG;
	if (++lines->mistakes > MOST_MISTAKES)
		return;
	va_start(arguments, format);
	tell(lines, at, "", format, arguments);
	va_end(arguments);
}

void
lines_warning(struct lines *lines, size_t at, const char *format, ...)
{
	va_list arguments;

	if (++lines->warnings > MOST_MISTAKES)
		return;
	va_start(arguments, format);
	tell(lines, at, "warning: ", format, arguments);
	va_end(arguments);
}

bool
lines_word(struct lines *lines, struct span line, struct line_word *word)
{
	size_t at = 0, end, next;

	if (line.len > lines->most_bytes) {
		lines_mistake(lines, lines->most_bytes, "the line has %zu bytes; write one %s to a line", line.len,
		    lines->noun);
		return false;
	}
	for (size_t i = 0; i < line.len; i++)
		if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') || line.at[i] == 0x7f) {
			lines_mistake(lines, i, "the line holds a control character (0x%02x); write plain text",
			    (unsigned char)line.at[i]);
			return false;
		}
	while (at < line.len && ascii_space(line.at[at]))
		at++;
	if (at == line.len)
		return false;
	*word = (struct line_word){ .at = at };
	if (line.at[at] == '#') {
		word->directive = at + 1 < line.len && line.at[at + 1] == '!';
		word->text = span_from(line, at + 2);
		return word->directive;
	}
	for (end = at; end < line.len && !ascii_space(line.at[end]);)
		end++;
	for (next = end; next < line.len && ascii_space(line.at[next]);)
		next++;
	word->text = span_cut(line, at, end);
	if (next == line.len || line.at[next] == '#')
		return true;
	lines_mistake(lines, next, "more than one %s; write one to a line, and # before a comment", lines->noun);
	return false;
}

bool
lines_line(struct lines *lines, struct span *line)
{
	size_t end;

	if (lines->rest.len == 0)
		return false;
	end = span_find_char(lines->rest, '\n', 0);
	*line = span_cut(lines->rest, 0, end);
	if (line->len > 0 && line->at[line->len - 1] == '\r')
		line->len--;
	lines->rest = span_from(lines->rest, end + 1);
	lines->line++;
	return true;
}

bool
lines_next(struct lines *lines, struct line_word *word)
{
	struct span line;

	while (lines_line(lines, &line))
		if (lines_word(lines, line, word))
			return true;
	return false;
}

struct span
lines_domain(struct lines *lines, size_t at, struct span name, char lower[DOMAIN_BYTES + 1])
{
	struct span	ascii = domain_to_ascii(name, lower);
	size_t		bad;

	if (ascii.len == 0 && name.len > 0) {
		lines_mistake(lines, at, "'%.*s' is no domain name in UTF-8; write it with its xn-- labels", SHOWN(name));
		return SPAN_NONE;
	}
	if (ascii.len > 1 && ascii.at[ascii.len - 1] == '.')
		ascii.len--;
	if (!domain_is_name(ascii, &bad)) {
		/* Inside of A-labels there is no column to point at. */
		lines_mistake(lines, at + (ascii.at == name.at ? bad : 0), "'%.*s' is no domain name; write letters, "
		    "digits, hyphens and single dots, at most %d bytes", SHOWN(name), DOMAIN_BYTES);
		return SPAN_NONE;
	}
	for (size_t i = 0; i < ascii.len; i++)
		lower[i] = ascii_lower(ascii.at[i]);
	return (struct span){ lower, ascii.len };
}

enum pw_err
lines_end(struct lines *lines)
{
	if (lines->mistakes > MOST_MISTAKES)
		buf_printf(lines->report, "%s:%zu:1: %zu more mistakes; give this file one %s to a line\n", lines->file,
		    lines->line, lines->mistakes - MOST_MISTAKES, lines->noun);
	if (lines->warnings > MOST_MISTAKES)
		buf_printf(lines->report, "%s:%zu:1: warning: %zu more warnings\n", lines->file, lines->line,
		    lines->warnings - MOST_MISTAKES);
	return lines->err;
}

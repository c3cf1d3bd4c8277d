#include "finding.h"

#include <pixelward/base/utf8.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_OF_RULES	201	/* before it: of YAML */
#define FIRST_WARNING	601

bool
finding_is_warning(enum finding_code code)
{
	return code >= FIRST_WARNING;
}

void
finding_add(struct findings *findings, const struct place *place, enum finding_code code, const char *format, ...)
{
	char		 text[1024];
	va_list		 arguments;
	size_t		*count = finding_is_warning(code) ? &findings->warnings : &findings->errors;
	struct finding	*larger;

	if (++*count > MOST_FINDINGS)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	larger = arena_grow(findings->arena, findings->at, findings->count, &findings->capacity, sizeof(*larger));
	struct span what = arena_copy(findings->arena, span_of(text));
	if (larger == NULL || what.at == NULL) {
		findings->no_memory = true;
		return;
	}
	findings->at = larger;
	findings->at[findings->count++] = (struct finding){ *place, code, what };
}

static int
compare_findings(const void *a, const void *b)
{
	const struct place	*left = &((const struct finding *)a)->place, *right = &((const struct finding *)b)->place;
	int			 by = strcmp(left->source->path, right->source->path);

	if (by == 0)
		by = (left->line > right->line) - (left->line < right->line);
	return by != 0 ? by : (left->column > right->column) - (left->column < right->column);
}

void
findings_doubt(struct findings *findings, const struct place *place)
{
	struct place *larger = arena_grow(findings->arena, findings->doubts, findings->doubt_count,
	    &findings->doubt_capacity, sizeof(*larger));

	findings->no_memory = findings->no_memory || larger == NULL;
	if (larger == NULL)
		return;
	findings->doubts = larger;
	larger[findings->doubt_count++] = *place;
}

static bool
is_doubted(const struct findings *findings, const struct finding *finding)
{
	if (finding->code < FIRST_OF_RULES)
		return false;
	for (size_t i = 0; i < findings->doubt_count; i++) {
		const struct place *doubt = &findings->doubts[i];

		if (doubt->source == finding->place.source && doubt->line == finding->place.line &&
		    doubt->column <= finding->place.column)
			return true;
	}
	return false;
}

void
findings_sort(struct findings *findings)
{
	size_t kept = 0;

	for (size_t i = 0; i < findings->count; i++) {
		if (is_doubted(findings, &findings->at[i]))
			*(finding_is_warning(findings->at[i].code) ? &findings->warnings : &findings->errors) -= 1;
		else
			findings->at[kept++] = findings->at[i];
	}
	findings->count = kept;
	if (findings->count > 1)
		qsort(findings->at, findings->count, sizeof(*findings->at), compare_findings);
}

static struct span
source_line(const struct source *source, size_t line)
{
	size_t at = 0;

	line -= source->lines_before < line ? source->lines_before : line - 1;
	while (--line > 0 && at < source->text.len)
		at = span_find_char(source->text, '\n', at) + 1;
	if (at >= source->text.len)
		return SPAN_NONE;
	return span_cut(source->text, at, span_find_char(source->text, '\n', at));
}

#define MOST_SHOWN	160	/* bytes of a source line */

/* A terminal obeys control characters; the file may hold any. */
static void
print_source(const struct place *place, struct buf *out)
{
	struct span	line = span_cut(source_line(place->source, place->line), 0, MOST_SHOWN);
	size_t		column = 1;

	if (span_trim(line).len == 0)
		return;
	buf_add(out, SPAN("    "));
	for (size_t i = 0; i < line.len; i++)
		buf_add_char(out, (unsigned char)line.at[i] < ' ' || line.at[i] == 0x7f ? ' ' : line.at[i]);
	buf_add(out, SPAN("\n    "));
	/* Continuation bytes of UTF-8 take no column. */
	for (size_t i = 0; i < line.len && column < place->column; i++)
		if (i + 1 == line.len || !utf8_goes_on(line.at[i + 1])) {
			buf_add_char(out, ' ');
			column++;
		}
	buf_add(out, SPAN("^\n"));
}

void
findings_print_text(const struct findings *findings, struct buf *out)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding	*finding = &findings->at[i];
		const struct place	*place = &finding->place;

		buf_printf(out, "%s:%zu:%zu: %s PW%d: %.*s\n", place->source->path, place->line, place->column,
		    finding_is_warning(finding->code) ? "warning" : "error", (int)finding->code, SPAN_ARG(finding->what));
		print_source(place, out);
	}
	if (findings->count < findings->errors + findings->warnings)
		buf_printf(out, "%zu more mistakes and warnings are not shown\n",
		    findings->errors + findings->warnings - findings->count);
}

void
findings_print_json(const struct findings *findings, struct buf *out)
{
	buf_add(out, SPAN("{\"findings\":["));
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding	*finding = &findings->at[i];
		const struct place	*place = &finding->place;

		buf_add(out, i > 0 ? SPAN(",{\"file\":") : SPAN("{\"file\":"));
		buf_add_json(out, span_of(place->source->path));
		buf_printf(out, ",\"line\":%zu,\"column\":%zu,\"severity\":\"%s\",\"code\":\"PW%d\",\"message\":",
		    place->line, place->column, finding_is_warning(finding->code) ? "warning" : "error",
		    (int)finding->code);
		buf_add_json(out, finding->what);
		buf_add_char(out, '}');
	}
	buf_printf(out, "],\"errors\":%zu,\"warnings\":%zu}\n", findings->errors, findings->warnings);
}

struct span
nearest_words(struct arena *arena, const char *near)
{
	return near != NULL ? arena_printf(arena, " (did you mean '%s'?)", near) : SPAN("");
}

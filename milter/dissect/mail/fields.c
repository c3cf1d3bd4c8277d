#include "fields.h"

#include <string.h>

void
field_reader_init(struct field_reader *reader, struct span text)
{
	*reader = (struct field_reader){ .text = text };
}

size_t
line_next(struct span text, size_t from)
{
	size_t end = span_find_char(text, '\n', from);

	return end < text.len ? end + 1 : text.len;
}

struct span
line_trim(struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* RFC 5322 ftext is any printable but the colon; clients take nearly anything. */
static bool
is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.at[i] <= ' ' || name.at[i] == 0x7f)
			return false;
	return name.len > 0;
}

/* Blanks around it, and bytes that some clients take for blanks: NUL, no-break space and the like. */
static struct span
trim_name(struct span name)
{
	while (name.len > 0 && ((unsigned char)name.at[0] <= ' ' || (unsigned char)name.at[0] >= 0x7f))
		name = span_from(name, 1);
	while (name.len > 0 && ((unsigned char)name.at[name.len - 1] <= ' ' || (unsigned char)name.at[name.len - 1] >= 0x7f))
		name.len--;
	return name;
}

static bool
has_bare_cr(struct span value)
{
	for (size_t at = 0; (at = span_find_char(value, '\r', at)) < value.len; at++)
		if (at + 1 >= value.len || value.at[at + 1] != '\n')
			return true;
	return false;
}

bool
field_next(struct field_reader *reader, struct field *field)
{
	struct span	text = reader->text;
	size_t		begin = reader->at, end;

	if (reader->at_body || begin >= text.len) {
		reader->at_body = true;
		return false;
	}
	end = line_next(text, begin);
	struct span line = line_trim(span_cut(text, begin, end));
	if (line.len == 0) {
		reader->at = end;
		reader->at_body = true;
		return false;
	}
	size_t colon = span_find_char(line, ':', 0);
	*field = (struct field){ .begin = begin };
	if (colon < line.len) {
		struct span name = span_cut(line, 0, colon);

		field->name = trim_name(name);
		field->odd = field->name.len != name.len;
	}
	if (!is_name(field->name)) {
		reader->at_body = reader->no_blank_line = true;
		return false;
	}
	while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t')) {
		size_t next = line_next(text, end);

		/* Some clients end the header at a line of blanks. */
		field->odd = field->odd || span_trim(span_cut(text, end, next)).len == 0;
		end = next;
	}
	field->end = end;
	field->value = line_trim(span_cut(text, begin + colon + 1, end));
	field->odd = field->odd || memchr(field->value.at, '\0', field->value.len) != NULL || has_bare_cr(field->value);
	reader->at = end;
	return true;
}

struct span
field_unfold(struct span value, struct arena *arena)
{
	value = span_trim(value);
	if (memchr(value.at, '\n', value.len) == NULL && memchr(value.at, '\r', value.len) == NULL)
		return value;
	struct span	copy = arena_copy(arena, value);
	char		*to = (char *)(uintptr_t)copy.at;

	if (copy.at == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] != '\n' && value.at[i] != '\r')
			*to++ = value.at[i];
	copy.len = (size_t)(to - copy.at);
	return copy;
}

/* Skip blanks and comments in parentheses. */
static size_t
skip_comments(struct span s, size_t at)
{
	size_t depth = 0;

	for (; at < s.len; at++) {
		if (s.at[at] == '(')
			depth++;
		else if (depth > 0 && s.at[at] == ')')
			depth--;
		else if (depth > 0 && s.at[at] == '\\')
			at++;
		else if (depth == 0 && !ascii_space(s.at[at]))
			break;
	}
	return at < s.len ? at : s.len;
}

/* A quoted string or a run up to ';' or '(': its text, and the offset behind it. */
static struct span
take_value(struct span s, size_t *at, struct arena *arena)
{
	size_t begin = *at = skip_comments(s, *at);

	if (begin < s.len && s.at[begin] == '"') {
		char	*text = arena_alloc(arena, s.len - begin + 1);
		size_t	 len = 0, i;

		for (i = begin + 1; i < s.len && s.at[i] != '"'; i++) {
			if (s.at[i] == '\\' && i + 1 < s.len)
				i++;
			if (text != NULL)
				text[len++] = s.at[i];
		}
		*at = i < s.len ? i + 1 : s.len;
		return (struct span){ text, len };
	}
	size_t end = begin;
	while (end < s.len && s.at[end] != ';' && s.at[end] != '(')
		end++;
	*at = end;
	return span_trim(span_cut(s, begin, end));
}

static struct span
percent_decode(struct span s, struct arena *arena)
{
	char	*text = arena_alloc(arena, s.len + 1);
	size_t	 len = 0;

	if (text == NULL)
		return SPAN_NONE;
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] == '%' && i + 2 < s.len && ascii_hex(s.at[i + 1]) >= 0 && ascii_hex(s.at[i + 2]) >= 0) {
			text[len++] = (char)(ascii_hex(s.at[i + 1]) * 16 + ascii_hex(s.at[i + 2]));
			i += 2;
		} else
			text[len++] = s.at[i];
	}
	return (struct span){ text, len };
}

struct span
parameter_get(const struct parameters *parameters, struct span name, size_t nth)
{
	for (size_t i = 0; i < parameters->count; i++)
		if (span_eq(parameters->at[i].name, name) && nth-- == 0)
			return parameters->at[i].value;
	return SPAN_NONE;
}

static bool
is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] <= ' ' || (unsigned char)s.at[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?=", s.at[i]) != NULL)
			return false;
	return s.len > 0;
}

/* type "/" subtype, then each time ";", a token, "=", and a token or a quoted string without escapes. Real mail strays
 * from it in harmless ways: blanks around, a semicolon at the end, unquoted boundaries with '=' and the like in them. */
static bool
is_plain(struct span value)
{
	size_t		at = span_find_char(value, ';', 0);
	struct span	head = span_trim(span_cut(value, 0, at));
	size_t		slash = span_find_char(head, '/', 0);

	if (!is_token(span_cut(head, 0, slash)) || (slash < head.len && !is_token(span_from(head, slash + 1))))
		return false;
	while (at < value.len) {
		size_t	begin = at + 1, equals, end;
		bool	quoted = false;

		while (begin < value.len && ascii_space(value.at[begin]))
			begin++;
		if (begin >= value.len)
			break;
		if (value.at[begin] == ';') {
			at = begin;
			continue;
		}
		equals = span_find_char(value, '=', begin);
		if (equals >= value.len || !is_token(span_cut(value, begin, equals)))
			return false;
		end = equals + 1;
		if (end < value.len && value.at[end] == '"') {
			quoted = true;
			end = span_find_char(value, '"', end + 1);
			if (end++ >= value.len)
				return false;
		} else
			while (end < value.len && value.at[end] != ';')
				end++;
		struct span text = span_cut(value, equals + 1, end);
		for (size_t i = quoted ? 1 : 0; i + (quoted ? 1 : 0) < span_trim(text).len; i++)
			if (text.at[i] == '\\' || text.at[i] == '"' || (unsigned char)text.at[i] < ' ' ||
			    (!quoted && (text.at[i] == ' ' || text.at[i] == '(')))
				return false;
		if (span_trim(text).len == 0)
			return false;
		while (end < value.len && ascii_space(value.at[end]))
			end++;
		if (end < value.len && value.at[end] != ';')
			return false;
		at = end;
	}
	return true;
}

static enum pw_err
add_parameter(struct parameters *parameters, struct span name, struct span value, struct arena *arena)
{
	size_t star = span_find_char(name, '*', 0);

	if (star < name.len) {
		/* RFC 2231: name*0*=charset'lang'text, name*1=..., name*=charset'lang'text. Not all clients know it. */
		if (span_starts(name, SPAN("boundary")) || span_starts(name, SPAN("charset")))
			parameters->odd = true;
		struct span	section = span_from(name, star + 1);
		bool		extended = span_ends_nocase(name, SPAN("*"));
		bool		first = section.len == 0 || section.at[0] == '0';

		name = span_cut(name, 0, star);
		if (extended) {
			size_t quote = span_find_char(value, '\'', 0), second = span_find_char(value, '\'', quote + 1);

			if (first && second < value.len)
				value = span_from(value, second + 1);
			value = percent_decode(value, arena);
		}
		for (size_t i = 0; !first && i < parameters->count; i++)
			if (span_eq(parameters->at[i].name, name)) {
				parameters->at[i].value = arena_printf(arena, "%.*s%.*s",
				    SPAN_ARG(parameters->at[i].value), SPAN_ARG(value));
				return parameters->at[i].value.at != NULL ? PW_OK : PW_ENOMEM;
			}
	}
	for (size_t i = 0; i < parameters->count; i++)
		if (span_eq(parameters->at[i].name, name) && !span_eq(parameters->at[i].value, value))
			parameters->repeated = true;
	struct parameter *larger = arena_grow(arena, parameters->at, parameters->count, &parameters->capacity,
	    sizeof(*larger));
	if (larger == NULL)
		return PW_ENOMEM;
	parameters->at = larger;
	larger[parameters->count++] = (struct parameter){ name, value };
	return PW_OK;
}

enum pw_err
parameters_parse(struct span value, struct arena *arena, struct parameters *parameters)
{
	size_t at = skip_comments(value, 0), end = at;

	*parameters = (struct parameters){ .odd = value.len > 0 && !is_plain(value) };
	while (end < value.len && value.at[end] != ';' && value.at[end] != '(' && !ascii_space(value.at[end]))
		end++;
	parameters->head = arena_lower(arena, span_cut(value, at, end));
	at = span_find_char(value, ';', end);
	while (at < value.len && parameters->count < MOST_PARAMETERS) {
		at = skip_comments(value, at + 1);
		end = at;
		while (end < value.len && value.at[end] != '=' && value.at[end] != ';')
			end++;
		struct span name = arena_lower(arena, span_trim(span_cut(value, at, end)));
		if (end < value.len && value.at[end] == '=') {
			end++;
			struct span text = take_value(value, &end, arena);
			enum pw_err err = name.len > 0 ? add_parameter(parameters, name, text, arena) : PW_OK;
			if (err != PW_OK)
				return err;
			end = span_find_char(value, ';', end);
		}
		at = end;
	}
	return PW_OK;
}

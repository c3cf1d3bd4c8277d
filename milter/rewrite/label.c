#include "label.h"

/* Before the blank line that ends the part's header. */
static struct extent
header_end(struct span message, const struct part *part)
{
	uint32_t at = part->header.end;

	if (at > part->header.begin && message.at[at - 1] == '\n')
		at--;
	if (at > part->header.begin && message.at[at - 1] == '\r')
		at--;
	/* A header without a blank line has nothing to stand before. */
	if (at > part->header.begin && message.at[at - 1] != '\n')
		at = part->header.end;
	return (struct extent){ at, at };
}

static enum pw_err
replace_field(struct span message, const struct part *part, struct extent field, struct span text, struct arena *arena,
    struct splices *splices)
{
	if (text.at == NULL)
		return PW_ENOMEM;
	if (field.begin == field.end)
		field = header_end(message, part);
	return splices_add(splices, arena, (struct splice){ field, text });
}

/* Where the value of the charset parameter stands in the field; false if it has none. */
static bool
find_charset(struct span field, struct extent *value)
{
	for (size_t at = 0; (at = span_find_nocase(field, SPAN("charset"), at)) < field.len; at++) {
		size_t	begin = at + 7, end;
		bool	separate = at > 0 && (field.at[at - 1] == ';' || ascii_space(field.at[at - 1]));

		while (begin < field.len && (ascii_space(field.at[begin]) || field.at[begin] == '*'))
			begin++;
		if (!separate || begin >= field.len || field.at[begin] != '=')
			continue;
		for (begin++; begin < field.len && (field.at[begin] == ' ' || field.at[begin] == '\t');)
			begin++;
		if (begin < field.len && field.at[begin] == '"') {
			end = span_find_char(field, '"', begin + 1);
			end = end < field.len ? end + 1 : end;
		} else
			for (end = begin; end < field.len && field.at[end] != ';' && !ascii_space(field.at[end]);)
				end++;
		*value = (struct extent){ (uint32_t)begin, (uint32_t)end };
		return true;
	}
	return false;
}

static struct span
without_line_end(struct span field)
{
	while (field.len > 0 && (field.at[field.len - 1] == '\n' || field.at[field.len - 1] == '\r'))
		field.len--;
	return field;
}

enum pw_err
label_charset(struct span message, const struct part *part, struct span type, struct span charset, struct span line_end,
    struct arena *arena, struct splices *splices)
{
	struct span	field = without_line_end(span_cut(message, part->type_field.begin, part->type_field.end)), text;
	struct extent	value;

	if (field.len == 0)
		text = arena_printf(arena, "Content-Type: %.*s; charset=%.*s%.*s", SPAN_ARG(type), SPAN_ARG(charset), SPAN_ARG(line_end));
	else if (find_charset(field, &value))
		text = arena_printf(arena, "%.*s%.*s%.*s%.*s", SPAN_ARG(span_cut(field, 0, value.begin)), SPAN_ARG(charset),
		    SPAN_ARG(span_from(field, value.end)), SPAN_ARG(line_end));
	else
		text = arena_printf(arena, "%.*s; charset=%.*s%.*s", SPAN_ARG(field), SPAN_ARG(charset), SPAN_ARG(line_end));
	return replace_field(message, part, part->type_field, text, arena, splices);
}

enum pw_err
label_encoding(struct span message, const struct part *part, struct span encoding, struct span line_end,
    struct arena *arena, struct splices *splices)
{
	return replace_field(message, part, part->encoding_field,
	    arena_printf(arena, "Content-Transfer-Encoding: %.*s%.*s", SPAN_ARG(encoding), SPAN_ARG(line_end)), arena, splices);
}

static struct span
field_name(struct span field)
{
	return span_trim(span_cut(field, 0, span_find_char(field, ':', 0)));
}

enum pw_err
label_mime(struct span message, const struct part *part, struct span line_end, struct arena *arena, struct splices *splices)
{
	struct span header = span_cut(message, part->header.begin, part->header.end);

	for (size_t line = 0; line < header.len; line = span_find_char(header, '\n', line) + 1)
		if (span_eq_nocase(field_name(span_from(header, line)), SPAN("MIME-Version")))
			return PW_OK;
	return replace_field(message, part, (struct extent){ 0, 0 },
	    arena_printf(arena, "MIME-Version: 1.0%.*s", SPAN_ARG(line_end)), arena, splices);
}

/* Which field of its name begins at at, from 1: as libmilter counts. */
static uint32_t
field_index(struct span header, size_t at, struct span name)
{
	uint32_t index = 1;

	for (size_t line = 0; line < at;) {
		size_t end = span_find_char(header, '\n', line) + 1;

		if (header.at[line] != ' ' && header.at[line] != '\t' &&
		    span_eq_nocase(field_name(span_cut(header, line, end)), name))
			index++;
		line = end;
	}
	return index;
}

enum pw_err
label_header_edits(struct span message, size_t body_at, const struct splices *splices, struct arena *arena,
    struct rewritten *out)
{
	size_t capacity = 0;

	for (size_t i = 0; i < splices->count && splices->at[i].old.begin < body_at; i++) {
		const struct splice	*splice = &splices->at[i];
		struct span		 old = span_cut(message, splice->old.begin, splice->old.end);
		struct span		 fresh = without_line_end(splice->fresh);
		struct span		 name = field_name(old.len > 0 ? old : fresh);
		struct header_edit	*larger = arena_grow(arena, out->header_edits, out->header_edit_count, &capacity,
		    sizeof(*larger));

		if (larger == NULL)
			return PW_ENOMEM;
		out->header_edits = larger;
		larger[out->header_edit_count++] = (struct header_edit){
			.name = name, .index = field_index(message, splice->old.begin, name),
			.value = fresh.len > 0 ? span_from(fresh, span_find_char(fresh, ':', 0) + 1) : SPAN_NONE,
		};
	}
	return PW_OK;
}

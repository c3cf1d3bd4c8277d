#include "inlined.h"

#include <string.h>

#include "fields.h"
#include "transfer.h"

/* yEnc (1.3): each byte plus 42; '=' escapes the critical ones, which get 64 more. */
static enum pw_err
decode_yenc(struct span text, struct arena *arena, struct span *bytes)
{
	char	*out = arena_alloc(arena, text.len + 1);
	size_t	 len = 0;

	if (out == NULL)
		return PW_ENOMEM;
	for (size_t at = 0, end; at < text.len; at = end) {
		end = line_next(text, at);
		struct span line = line_trim(span_cut(text, at, end));

		if (span_starts(line, SPAN("=y")))
			continue;
		for (size_t i = 0; i < line.len; i++) {
			int c = (unsigned char)line.at[i];

			if (c == '=' && i + 1 < line.len)
				c = (unsigned char)line.at[++i] - 64;
			out[len++] = (char)(c - 42);
		}
	}
	*bytes = (struct span){ out, len };
	return PW_OK;
}

static enum pw_err
decode_uu(struct span text, struct arena *arena, struct span *bytes)
{
	struct decoded	decoded;
	enum pw_err	err = transfer_decode(text, ENCODING_UU, arena, &decoded);

	*bytes = decoded.bytes;
	return err;
}

static enum pw_err
decode_base64(struct span text, struct arena *arena, struct span *bytes)
{
	struct decoded	decoded;
	enum pw_err	err = transfer_decode(span_from(text, line_next(text, 0)), ENCODING_BASE64, arena, &decoded);

	*bytes = decoded.bytes;
	return err;
}

/* A line of uuencode says in its first character how many bytes it holds. People who write "begin" do not. */
static bool
is_uu_data(struct span line)
{
	line = line_trim(line);
	if (line.len < 2 || line.at[0] <= ' ' || line.at[0] > '`')
		return false;
	size_t wanted = ((size_t)(line.at[0] - ' ') + 2) / 3 * 4 + 1;
	return line.len + 3 >= wanted && line.len <= wanted + 2;
}

/* Lines of junk that some decoders skip before the data. */
#define MOST_JUNK	3

static bool
uu_data_follows(struct span text, size_t at)
{
	for (int i = 0; i < MOST_JUNK && at < text.len; i++) {
		size_t next = line_next(text, at);

		if (is_uu_data(span_cut(text, at, next)))
			return true;
		at = next;
	}
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
begins_with_blank(struct span text)
{
	return text.len > 0 && is_blank(text.at[0]);
}

static const struct form {
	struct span	  opening, closing;
	bool		  counted;	/* a line soon behind the first must be uuencode's */
	enum pw_err	(*decode)(struct span, struct arena *, struct span *bytes);
	unsigned	  words;	/* on the first line, before the file's name */
} forms[] = {
	{ { "begin", 5 },		{ "end", 3 },		true,	decode_uu,	2 },
	{ { "begin-base64", 12 },	{ "====", 4 },		false,	decode_base64,	2 },
	{ { "=ybegin", 7 },		{ "=yend ", 6 },	false,	decode_yenc,	0 },
};

static struct span
name_in(struct span line, const struct form *form)
{
	size_t at = form->words > 0 ? 0 : span_find(line, SPAN(" name="), 0);

	if (form->words == 0)
		return span_trim(span_from(line, at + 6));
	for (unsigned i = 0; i < form->words && at < line.len; i++) {
		while (at < line.len && !is_blank(line.at[at]))
			at++;
		while (at < line.len && is_blank(line.at[at]))
			at++;
	}
	return span_trim(span_from(line, at));
}

static enum pw_err
read_file(struct span text, size_t begin, const struct form *form, struct arena *arena, struct inlined *found)
{
	size_t first_end = line_next(text, begin), end = first_end;

	while (end < text.len && !span_starts(span_from(text, end), form->closing))
		end = line_next(text, end);
	*found = (struct inlined){
		.begin = begin, .end = line_next(text, end),
		.name = name_in(line_trim(span_cut(text, begin, first_end)), form),
	};
	return form->decode(span_cut(text, begin, end), arena, &found->bytes);
}

enum pw_err
inlined_next(struct span text, size_t from, struct arena *arena, struct inlined *found)
{
	for (size_t at = from; at < text.len; at = span_find_char(text, '\n', at) + 1) {
		/* Only lines that begin with these letters are looked at closer. */
		if (text.at[at] != 'b' && text.at[at] != '=')
			continue;
		for (size_t i = 0; i < NITEMS(forms); i++) {
			if (span_starts(span_from(text, at), forms[i].opening) &&
			    begins_with_blank(span_from(text, at + forms[i].opening.len)) &&
			    (!forms[i].counted || uu_data_follows(text, line_next(text, at))))
				return read_file(text, at, &forms[i], arena, found);
		}
	}
	*found = (struct inlined){ .begin = text.len, .end = text.len };
	return PW_OK;
}

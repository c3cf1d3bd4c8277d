#include "milter_maps.h"

#include "opened.h"

#define MOST_BYTES	((size_t)64 << 20)

typedef void entry_function(void *context, const struct milter_map_entry *);

static bool
is_gap(char c)
{
	return ascii_space(c) || c == ',';
}

/* Up to the next gap that stands in no braces. */
static bool
word_next(struct span *text, struct span *word)
{
	size_t		end = 0, begin = 0;
	unsigned	depth = 0;

	while (begin < text->len && is_gap(text->at[begin]))
		begin++;
	for (end = begin; end < text->len && (depth > 0 || !is_gap(text->at[end])); end++) {
		depth += text->at[end] == '{';
		depth -= depth > 0 && text->at[end] == '}';
	}
	*word = span_cut(*text, begin, end);
	*text = span_from(*text, end);
	return word->len > 0;
}

bool
milter_map_next(struct span *list, struct span *map)
{
	return word_next(list, map);
}

static struct span
braces_off(struct span text)
{
	return text.len > 1 && text.at[0] == '{' && text.at[text.len - 1] == '}' ?
	    span_trim(span_cut(text, 1, text.len - 1)) : text;
}

/* --- kinds of tables --- */

static bool
static_read(struct span name, struct arena *arena, entry_function *entry, void *context)
{
	(void)arena;
	entry(context, &(struct milter_map_entry){ .client = SPAN(""), .milters = braces_off(name) });
	return true;
}

/* { CLIENT=MILTERS, { CLIENT = MILTERS } } */
static bool
inline_read(struct span name, struct arena *arena, entry_function *entry, void *context)
{
	struct span rest = braces_off(name), word;

	(void)arena;
	while (word_next(&rest, &word)) {
		word = braces_off(word);
		size_t sign = span_find_char(word, '=', 0);

		if (sign < word.len)
			entry(context, &(struct milter_map_entry){ .client = span_trim(span_cut(word, 0, sign)),
			    .milters = span_trim(span_from(word, sign + 1)) });
	}
	return true;
}

/* Where the pattern of a line ends: one between slashes, or another sign, has blanks of its own. */
static size_t
pattern_end(struct span line, bool delimited)
{
	size_t at = line.len > 0 && line.at[0] == '!' ? 1 : 0;

	if (delimited && at < line.len) {
		char delimiter = line.at[at++];

		while (at < line.len && line.at[at] != delimiter)
			at += line.at[at] == '\\' ? 2 : 1;
	}
	while (at < line.len && !ascii_space(line.at[at]))
		at++;
	return at < line.len ? at : line.len;
}

static void
line_read(struct span line, bool delimited, entry_function *entry, void *context)
{
	/* Around lines, not for clients. */
	if (span_starts_nocase(line, SPAN("if ")) || span_starts_nocase(line, SPAN("if!")) ||
	    span_starts_nocase(line, SPAN("if/")) || span_is(line, "endif"))
		return;
	size_t		end = pattern_end(line, delimited);
	struct span	milters = span_trim(span_from(line, end));

	if (milters.len > 0)
		entry(context, &(struct milter_map_entry){ .client = span_cut(line, 0, end), .milters = milters });
}

/* Lines "CLIENT MILTERS"; one that begins with a blank goes on with the one before. */
static bool
lines_read(struct span name, struct arena *arena, bool delimited, entry_function *entry, void *context)
{
	struct span	path = arena_copy(arena, name), text, line = SPAN("");
	struct buf	content;
	bool		fine;

	buf_init(&content, MOST_BYTES);
	fine = path.at != NULL && opened_read(path.at, &content);
	text = fine ? arena_copy(arena, buf_span(&content)) : SPAN_NONE;
	buf_fini(&content);
	while (text.len > 0) {
		size_t		end = span_find_char(text, '\n', 0);
		struct span	piece = span_cut(text, 0, end), trimmed = span_trim(piece);

		text = span_from(text, end + 1);
		if (trimmed.len == 0 || trimmed.at[0] == '#')
			continue;
		if (ascii_space(piece.at[0])) {
			line = arena_printf(arena, "%.*s %.*s", SPAN_ARG(line), SPAN_ARG(trimmed));
			continue;
		}
		line_read(line, delimited, entry, context);
		line = trimmed;
	}
	line_read(line, delimited, entry, context);
	return fine;
}

static bool
table_read(struct span name, struct arena *arena, entry_function *entry, void *context)
{
	return lines_read(name, arena, false, entry, context);
}

static bool
patterns_read(struct span name, struct arena *arena, entry_function *entry, void *context)
{
	return lines_read(name, arena, true, entry, context);
}

/* An indexed one is read where it is made of: the file without its ending. */
static const struct kind {
	struct span	type;
	bool		(*read)(struct span name, struct arena *, entry_function *, void *context);
} kinds[] = {
	{ { "static", 6 },	static_read },
	{ { "inline", 6 },	inline_read },
	{ { "cidr", 4 },	table_read },
	{ { "texthash", 8 },	table_read },
	{ { "hash", 4 },	table_read },
	{ { "btree", 5 },	table_read },
	{ { "lmdb", 4 },	table_read },
	{ { "cdb", 3 },		table_read },
	{ { "dbm", 3 },		table_read },
	{ { "sdbm", 4 },	table_read },
	{ { "regexp", 6 },	patterns_read },
	{ { "pcre", 4 },	patterns_read },
};

bool
milter_map_read(struct span map, struct arena *arena, entry_function *entry, void *context)
{
	if (span_starts(map, SPAN("proxy:")))
		map = span_from(map, 6);
	size_t colon = span_find_char(map, ':', 0);
	for (size_t i = 0; i < NITEMS(kinds); i++)
		if (span_eq(span_cut(map, 0, colon), kinds[i].type))
			return kinds[i].read(span_from(map, colon + 1), arena, entry, context);
	return false;
}

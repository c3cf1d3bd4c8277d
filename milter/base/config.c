/* Reads configuration files: lines, comments, quotes and includes. What the keywords mean is option.h's. */
#include "option.h"

#include <pixelward/base/arena.h>
#include <pixelward/base/config.h>

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FILE_BYTES		((size_t)1 << 20)
#define MOST_LINE_BYTES		4096
#define MOST_DEPTH		8	/* of includes */
#define MOST_FILES		256
#define MEMORY_BYTES		((size_t)256 << 20)	/* words of all lines of all files, and some */

/* What a file said of an option in this run. */
struct said {
	struct place	first;	/* line 0: nothing */
	bool		wrong;
};

struct reader {
	struct options	*options;
	struct buf	*report;
	struct arena	*arena;		/* names, lines, words: gone after the run */
	struct said	*said;		/* a row for each of the table's */
	struct stat	 open[MOST_DEPTH];
	size_t		 depth, files;
	bool		 mistaken, no_memory;
};

/* One line of a file, and where we are in it. */
struct line {
	struct reader	*reader;
	struct span	 text;
	struct place	 place;		/* column is not kept up */
	size_t		 at;
};

#define mistake(reader, place, ...) \
	((reader)->mistaken = true, complain((reader)->report, place, __VA_ARGS__))

static struct place
line_place(const struct line *line, size_t at)
{
	struct place place = line->place;

	place.column = at + 1;
	return place;
}

static bool	file_read(struct reader *, const char *name, const struct place *included);

/* Written by hand these come from a web page or a word processor, and look like what they are not. */
static const struct {
	struct span	 bytes;
	const char	*what;
} lookalikes[] = {
	{ { "\xc2\xa0", 2 }, "a no-break space (U+00A0); write a blank" },
	{ { "\xe2\x80\x8b", 3 }, "a zero width space (U+200B); take it out" },
	{ { "\xe2\x80\x9c", 3 }, "a typographic quote (U+201C); write \"" },
	{ { "\xe2\x80\x9d", 3 }, "a typographic quote (U+201D); write \"" },
	{ { "\xe2\x80\x99", 3 }, "a typographic quote (U+2019); write \"" },
};

/* Bytes that no line may hold: false and a complaint for the first. */
static bool
line_is_clean(const struct line *line)
{
	struct span text = line->text;

	if (text.len > MOST_LINE_BYTES) {
		mistake(line->reader, line_place(line, MOST_LINE_BYTES), "the line has %zu bytes; write at most %d, "
		    "and lists on several lines of the same keyword", text.len, MOST_LINE_BYTES);
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f) {
			mistake(line->reader, line_place(line, i), "the line holds a control character (0x%02x); "
			    "write plain text", c);
			return false;
		}
	}
	size_t end = 0;
	while (end < text.len && !(text.at[end] == '#' && (end == 0 || ascii_space(text.at[end - 1]))))
		end++;
	for (size_t i = 0; i < NITEMS(lookalikes); i++) {
		size_t hit = span_find(span_cut(text, 0, end), lookalikes[i].bytes, 0);

		if (hit < end) {
			mistake(line->reader, line_place(line, hit), "the line holds %s", lookalikes[i].what);
			return false;
		}
	}
	return true;
}

static void
skip_blanks(struct line *line)
{
	while (line->at < line->text.len && ascii_space(line->text.at[line->at]))
		line->at++;
}

/* At the end, or at a comment: # begins one at the line's start and behind a blank. */
static bool
at_end(const struct line *line)
{
	return line->at >= line->text.len || (line->text.at[line->at] == '#' &&
	    (line->at == 0 || ascii_space(line->text.at[line->at - 1])));
}

/* From the quote on; false: it is never closed. */
static bool
quoted_word(struct line *line, struct span *word)
{
	char	*text = arena_alloc(line->reader->arena, line->text.len + 1);
	size_t	 len = 0, from = line->at++;

	if (text == NULL) {
		line->reader->no_memory = true;
		return false;
	}
	for (; line->at < line->text.len; line->at++) {
		char c = line->text.at[line->at];

		if (c == '"') {
			line->at++;
			*word = (struct span){ text, len };
			return true;
		}
		if (c == '\\' && line->at + 1 < line->text.len &&
		    (line->text.at[line->at + 1] == '"' || line->text.at[line->at + 1] == '\\'))
			c = line->text.at[++line->at];
		text[len++] = c;
	}
	mistake(line->reader, line_place(line, from), "the quote is never closed; write \" at the value's end");
	return false;
}

static bool
bare_word(struct line *line, bool in_list, struct span *word)
{
	size_t from = line->at;

	while (line->at < line->text.len && !ascii_space(line->text.at[line->at]) &&
	    !(in_list && line->text.at[line->at] == ',')) {
		if (line->text.at[line->at] == '"') {
			mistake(line->reader, line_place(line, line->at), "a quote inside a value; put the whole "
			    "value into quotes, with \\\" for a quote in it");
			return false;
		}
		line->at++;
	}
	*word = span_cut(line->text, from, line->at);
	return true;
}

/* The rest of the line as words: one, two of files, any number of a list. False: a mistake was reported. */
static bool
line_words(struct line *line, enum option_type type, struct word **words, size_t *count)
{
	bool	list = type == OPTION_LIST;
	size_t	capacity = 0, most = type == OPTION_FILES ? 2 : 1;

	*words = NULL;
	*count = 0;
	for (;;) {
		struct word word = { .column = line->at + 1 };
		struct word *grown = arena_grow(line->reader->arena, *words, *count, &capacity, sizeof(**words));

		if (grown == NULL) {
			line->reader->no_memory = true;
			return false;
		}
		*words = grown;
		if (!at_end(line) && !(line->text.at[line->at] == '"' ? quoted_word(line, &word.text) :
		    bare_word(line, list, &word.text)))
			return false;
		(*words)[(*count)++] = word;
		size_t end = line->at;
		skip_blanks(line);
		if (at_end(line))
			return true;
		if (list && line->text.at[line->at] == ',') {
			line->at++;
			skip_blanks(line);
			continue;
		}
		if (!list && *count < most && line->at > end)
			continue;
		if (list)
			mistake(line->reader, line_place(line, end), "a comma is missing; write one between values");
		else
			mistake(line->reader, line_place(line, line->at), "a %s value; put a value with blanks into "
			    "quotes, and # before a comment", *count == 1 ? "second" : "third");
		return false;
	}
}

/* Names in a pattern are relative to the file that includes. */
static const char *
beside(struct reader *reader, const char *file, struct span name)
{
	const char	*slash = strrchr(file, '/');
	struct span	 path = SPAN_NONE;

	if (name.len > 0 && name.at[0] == '/')
		path = arena_copy(reader->arena, name);
	else
		path = arena_printf(reader->arena, "%.*s%.*s", slash != NULL ? (int)(slash - file) + 1 : 0, file,
		    SPAN_ARG(name));
	if (path.at == NULL)
		reader->no_memory = true;
	return path.at;
}

static void
include(struct line *line, const struct word *pattern)
{
	struct reader	*reader = line->reader;
	struct place	 place = line->place;
	const char	*path = beside(reader, place.file, pattern->text);
	glob_t		 found = { 0 };

	place.column = pattern->column;
	if (path == NULL)
		return;
	if (pattern->text.len == 0) {
		mistake(reader, place, "Include names no file; write a file or a pattern such as conf.d/*.conf");
		return;
	}
	switch (glob(path, 0, NULL, &found)) {
	case 0:
		for (size_t i = 0; i < found.gl_pathc && !reader->no_memory; i++) {
			struct span name = arena_copy(reader->arena, span_of(found.gl_pathv[i]));

			if (name.at == NULL)
				reader->no_memory = true;
			else if (!file_read(reader, name.at, &place))
				break;
		}
		break;
	case GLOB_NOMATCH:
		/* An empty conf.d is fine; a file named in full was meant to be there. */
		if (strpbrk(path, "*?[") == NULL)
			mistake(reader, place, "'%s' does not exist; write the name of a file that does", path);
		break;
	case GLOB_NOSPACE:
		reader->no_memory = true;
		break;
	default:
		mistake(reader, place, "'%s' cannot be searched; allow reading the directory", path);
		break;
	}
	globfree(&found);
}

static void
option_line(struct line *line, const struct option *option)
{
	struct reader	*reader = line->reader;
	struct said	*said = &reader->said[option - options_table];
	bool		 repeats = option->type == OPTION_LIST || option->type == OPTION_FILES;
	bool		 again = said->first.line > 0;
	struct word	*words;
	size_t		 count;

	if (again && !repeats) {
		mistake(reader, line_place(line, 0), "%s stands already at %s:%zu; keep one of them", option->keyword,
		    said->first.file, said->first.line);
		return;
	}
	if (!again)
		said->first = line_place(line, line->at);
	if (!line_words(line, option->type, &words, &count)) {
		said->wrong = true;
		return;
	}
	switch (option_set(option, reader->options, words, count, again, line->place, reader->report)) {
	case PW_OK:
		break;
	case PW_ENOMEM:
		reader->no_memory = true;
		break;
	default:
		said->wrong = true;
		reader->mistaken = true;
		break;
	}
}

static void
missing_value(struct line *line, const struct option *option)
{
	struct buf allowed;

	buf_init(&allowed, 512);
	if (option == NULL)
		buf_add(&allowed, SPAN("a file or a pattern such as conf.d/*.conf"));
	else if (option->type == OPTION_TEXT || option->type == OPTION_LIST || option->type == OPTION_FILES)
		buf_add(&allowed, span_of(option->meaning));
	else
		option_print_bounds(option, &allowed);
	mistake(line->reader, line_place(line, line->at), "%s has no value; write one behind it: %.*s",
	    option != NULL ? option->keyword : "Include", SPAN_ARG(buf_span(&allowed)));
	buf_fini(&allowed);
}

static void
unknown_keyword(struct line *line, size_t from, struct span keyword)
{
	const char *near = option_suggest(keyword);

	if (near == NULL && span_eq_nocase(keyword, SPAN("Includes")))
		near = "Include";
	if (near != NULL)
		mistake(line->reader, line_place(line, from), "unknown keyword '%.*s'; did you mean %s?",
		    SPAN_ARG(span_cut(keyword, 0, 60)), near);
	else
		mistake(line->reader, line_place(line, from), "unknown keyword '%.*s'; take it out (pixelward -t "
		    "--defaults prints the keywords there are)", SPAN_ARG(span_cut(keyword, 0, 60)));
}

static void
line_read(struct line *line)
{
	if (!line_is_clean(line))
		return;
	skip_blanks(line);
	if (at_end(line))
		return;
	size_t from = line->at;
	while (line->at < line->text.len && !ascii_space(line->text.at[line->at]) &&
	    line->text.at[line->at] != '=' && line->text.at[line->at] != ':' && line->text.at[line->at] != '"')
		line->at++;
	struct span		 keyword = span_cut(line->text, from, line->at);
	const struct option	*option = option_find(keyword);
	bool			 is_include = span_eq_nocase(keyword, SPAN("Include"));
	bool			 colon = line->at < line->text.len && line->text.at[line->at] == ':';

	skip_blanks(line);
	if (option == NULL && !is_include) {
		unknown_keyword(line, from, keyword);
		return;
	}
	if (colon || (line->at < line->text.len && line->text.at[line->at] == '=')) {
		mistake(line->reader, line_place(line, line->at), "no %c stands between keyword and value; write a "
		    "blank", line->text.at[line->at]);
		return;
	}
	if (at_end(line)) {
		missing_value(line, option);
		return;
	}
	if (!is_include) {
		option_line(line, option);
		return;
	}
	struct word	*words;
	size_t		 count;

	if (line_words(line, OPTION_TEXT, &words, &count))
		include(line, words);
}

static void
lines_read(struct reader *reader, const char *name, struct span text)
{
	struct line line = { .reader = reader, .place = { .file = name } };

	if (span_starts(text, SPAN("\xef\xbb\xbf")))	/* a byte order mark */
		text = span_from(text, 3);
	while (text.len > 0 && !reader->no_memory) {
		size_t end = span_find_char(text, '\n', 0);

		line.text = span_cut(text, 0, end);
		if (line.text.len > 0 && line.text.at[line.text.len - 1] == '\r')
			line.text.len--;
		line.place.line++;
		line.at = 0;
		line_read(&line);
		text = span_from(text, end + 1);
	}
}

/* All of a file, and one byte past the ceiling of a file that is too large. False: errno says why. */
static bool
file_bytes(int fd, struct buf *bytes)
{
	char	piece[4096];
	ssize_t	got = 1;

	while (got != 0 && bytes->len <= MOST_FILE_BYTES) {
		got = read(fd, piece, sizeof(piece));
		if (got > 0)
			buf_add(bytes, (struct span){ piece, (size_t)got });
		else if (got < 0 && errno != EINTR)
			return false;
	}
	return true;
}

/* Mistakes with a file as a whole stand where it was included, or at its first line. */
static struct place
place_of_file(const char *name, const struct place *included)
{
	return included != NULL ? *included : (struct place){ .file = name, .line = 1, .column = 1 };
}

/* The same file among those that are being read? */
static bool
is_open(const struct reader *reader, const struct stat *status)
{
	for (size_t i = 0; i < reader->depth; i++)
		if (reader->open[i].st_dev == status->st_dev && reader->open[i].st_ino == status->st_ino)
			return true;
	return false;
}

/* False: reading on makes no sense (too many files, too deep). */
static bool
file_read(struct reader *reader, const char *name, const struct place *included)
{
	struct place	place = place_of_file(name, included);
	struct stat	status;
	int		fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool		go_on = true;
	struct buf	bytes;

	buf_init(&bytes, MOST_FILE_BYTES + 8192);
	if (fd < 0 || fstat(fd, &status) != 0) {
		mistake(reader, place, "'%s' cannot be read (%s); write the name of a readable file", name,
		    strerror(errno));
		goto out;
	}
	if (S_ISDIR(status.st_mode)) {
		mistake(reader, place, "'%s' is a directory; write the name of a file%s", name,
		    included != NULL ? ", or a pattern such as DIRECTORY/*.conf" : "");
		goto out;
	}
	if (is_open(reader, &status)) {
		mistake(reader, place, "'%s' includes itself; take one Include of the circle out", name);
		goto out;
	}
	if (reader->depth == MOST_DEPTH || reader->files == MOST_FILES) {
		mistake(reader, place, "'%s' is one file too many; include at most %d files, %d deep", name, MOST_FILES,
		    MOST_DEPTH);
		go_on = false;
		goto out;
	}
	if (!file_bytes(fd, &bytes))
		mistake(reader, place, "'%s' cannot be read (%s); write the name of a readable file", name,
		    strerror(errno));
	else if (buf_failed(&bytes))
		reader->no_memory = true;
	else if (bytes.len > MOST_FILE_BYTES)
		mistake(reader, place, "'%s' is larger than %zu bytes; write a configuration file's name", name,
		    MOST_FILE_BYTES);
	else {
		reader->open[reader->depth++] = status;
		reader->files++;
		lines_read(reader, name, buf_span(&bytes));
		reader->depth--;
	}
out:
	buf_fini(&bytes);
	if (fd >= 0)
		close(fd);
	return go_on;
}

/* Values that make no sense together: the left must not be more than the right. */
static const struct {
	const char	*less, *more, *why;
} relations[] = {
	{ "MaxMessageSize", "MaxMemory", "one such message would not find room" },
	{ "MaxHeaderBytes", "MaxMessageSize", "a header is a part of a message" },
	{ "MaxHtmlBytes", "MaxParseMemory", "no HTML of that size could be parsed" },
	{ "MaxNesting", "MaxParts", "every level is a part" },
};

static uint64_t
number_of(const struct option *option, const struct options *options)
{
	uint64_t number;

	memcpy(&number, (const char *)options + option->at, sizeof(number));
	return number;
}

static void
relations_check(struct reader *reader)
{
	for (size_t i = 0; i < NITEMS(relations); i++) {
		const struct option	*less = option_find(span_of(relations[i].less));
		const struct option	*more = option_find(span_of(relations[i].more));
		const struct said	*of_less = &reader->said[less - options_table];
		const struct said	*of_more = &reader->said[more - options_table];

		/* A mistaken value is still the default here: complaining of it would mislead. */
		if (of_less->wrong || of_more->wrong ||
		    number_of(less, reader->options) <= number_of(more, reader->options))
			continue;
		mistake(reader, of_less->first.line > 0 ? of_less->first : of_more->first,
		    "%s is more than %s (%s); lower the one or raise the other", less->keyword, more->keyword,
		    relations[i].why);
	}
}

static bool
is_group(const struct options *options, const char *name)
{
	for (size_t i = 0; i < options->groups.count; i++)
		if (span_is(span_of(name), options->groups.at[i].name))
			return true;
	return false;
}

/* Who forgets a group's name watches nobody, and would not know. */
static void
watched_check(struct reader *reader)
{
	const struct option		*watch = option_find(SPAN("WatchGroups")), *group = option_find(SPAN("Group"));
	const struct said		*of_watch = &reader->said[watch - options_table];
	const struct said		*of_group = &reader->said[group - options_table];
	const struct option_list	*names = &reader->options->watch_groups;
	struct place			 place = of_watch->first.line > 0 ? of_watch->first : of_group->first;

	for (size_t i = 0; i < names->count && !of_watch->wrong && !of_group->wrong; i++) {
		if (is_group(reader->options, names->at[i]))
			continue;
		if (!span_is(span_of(names->at[i]), watch->fallback))
			mistake(reader, place, "no Group defines '%s', which WatchGroups names; write Group %s FILE, or "
			    "take the name out", names->at[i], names->at[i]);
		else if (reader->options->groups.count > 0)
			complain(reader->report, place, "warning: no Group defines '%s', which WatchGroups names unless "
			    "it is told else; write the names of the groups to watch, or \"\" to watch none",
			    names->at[i]);
	}
}

enum pw_err
config_read(const char *file, struct options *options, struct buf *report)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return PW_ENOMEM;
	*reader = (struct reader){ .options = options, .report = report, .arena = arena_new(MEMORY_BYTES),
	    .said = calloc(options_count, sizeof(*reader->said)) };
	if (reader->arena == NULL || reader->said == NULL)
		reader->no_memory = true;
	else {
		file_read(reader, file, NULL);
		relations_check(reader);
		watched_check(reader);
	}
	enum pw_err err = reader->no_memory ? PW_ENOMEM : reader->mistaken ? PW_ECONFIG : PW_OK;
	arena_free(reader->arena);
	free(reader->said);
	free(reader);
	return err;
}

enum pw_err
config_set(struct options *options, const char *where, const char *keyword, const char *value, struct buf *report)
{
	const struct option	*option = option_find(span_of(keyword));
	struct arena		*arena = arena_new(MEMORY_BYTES);
	struct reader		 reader = { .options = options, .report = report, .arena = arena };
	struct line		 line = { .reader = &reader, .text = span_of(value), .place = { .file = where } };
	enum pw_err		 err = PW_ECONFIG;
	struct word		*words;
	size_t			 count;

	if (arena == NULL)
		return PW_ENOMEM;
	skip_blanks(&line);
	if (option == NULL)
		unknown_keyword(&line, 0, span_of(keyword));
	else if (line_is_clean(&line)) {
		if (line.at == line.text.len)
			missing_value(&line, option);
		else if (line_words(&line, option->type, &words, &count))
			err = option_set(option, options, words, count, false, line.place, report);
	}
	if (reader.no_memory)
		err = PW_ENOMEM;
	arena_free(arena);
	return err;
}

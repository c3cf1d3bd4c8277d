#include "mend.h"

#include <pixelward/base/utf8.h>

#include <string.h>
#include <yaml.h>

#define NO_BREAK	"\xc2\xa0"
#define MOST_MARGINS	32
#define MOST_LISTED	(MOST_MARGINS * 2 + 1)
#define STANDS_FOR	'_'	/* what cannot stand where it stands */

static char *
bytes_of(struct mend *mend)
{
	return (char *)(uintptr_t)mend->text.at;
}

#define MOST_MARGIN	64

/* --- lines and columns --- */

/* Where the line begins; the text's length past the last. */
static size_t
line_begin(const struct mend *mend, size_t line)
{
	size_t at = 0;

	while (line-- > 0 && at < mend->text.len)
		at = span_find_char(mend->text, '\n', at) + 1;
	return at < mend->text.len ? at : mend->text.len;
}

/* Without the blanks at its end. */
static struct span
trimmed(struct span line)
{
	while (line.len > 0 && ascii_space(line.at[line.len - 1]))
		line.len--;
	return line;
}

static struct span
line_of(const struct mend *mend, size_t line)
{
	size_t begin = line_begin(mend, line);

	return trimmed(span_cut(mend->text, begin, span_find_char(mend->text, '\n', begin)));
}

static size_t
offset_of(const struct mend *mend, struct spot spot)
{
	size_t at = line_begin(mend, spot.line);

	while (spot.column > 0 && at < mend->text.len && mend->text.at[at] != '\n') {
		at++;
		while (at < mend->text.len && utf8_goes_on(mend->text.at[at]))
			at++;
		spot.column--;
	}
	return at;
}

static size_t
column_of(struct span line, size_t byte)
{
	size_t column = 0;

	for (size_t i = 0; i < byte && i < line.len; i++)
		column += !utf8_goes_on(line.at[i]);
	return column;
}

size_t
line_margin(struct span line)
{
	size_t margin = 0;

	while (margin < line.len && line.at[margin] == ' ')
		margin++;
	return margin;
}

static bool
is_blank(struct span line)
{
	size_t margin = line_margin(line);

	return margin == line.len || line.at[margin] == '#';
}

/* The last line before this one that says something. False: there is none. */
static bool
line_before(const struct mend *mend, size_t line, size_t *before)
{
	while (line-- > 0)
		if (!is_blank(line_of(mend, line))) {
			*before = line;
			return true;
		}
	return false;
}

void
mend_init(struct mend *mend, const struct source *source, struct span text, size_t lines_before, struct arena *arena)
{
	*mend = (struct mend){ .text = text, .arena = arena, .source = source, .lines_before = lines_before };
	for (size_t i = 0; i < text.len; i++)
		mend->line_count += text.at[i] == '\n';
	mend->line_count++;
}

struct place
mend_place(const struct mend *mend, struct spot spot)
{
	long column = (long)spot.column;

	if (mend->bends != NULL && spot.line < mend->line_count && spot.column >= mend->bends[spot.line].from)
		column -= mend->bends[spot.line].by;
	return (struct place){ mend->source, mend->lines_before + spot.line + 1, column > 0 ? (size_t)column + 1 : 1 };
}

/* --- changes --- */

/* The text is the source's own until something is changed. */
static bool
make_own(struct mend *mend)
{
	if (mend->mended++ == 0)
		mend->text = arena_copy(mend->arena, mend->text);
	if (mend->bends == NULL)
		mend->bends = arena_array(mend->arena, mend->line_count, sizeof(*mend->bends));
	mend->no_memory = mend->no_memory || mend->text.at == NULL || mend->bends == NULL;
	return !mend->no_memory;
}

static bool
put(struct mend *mend, size_t at, char c)
{
	if (at >= mend->text.len || mend->text.at[at] == '\n' || !make_own(mend))
		return false;
	bytes_of(mend)[at] = c;
	return true;
}

static bool
blank_out(struct mend *mend, size_t from, size_t to)
{
	if (from >= to || !make_own(mend))
		return false;
	memset(bytes_of(mend) + from, ' ', to - from);
	return true;
}

/* [from, to) of the text becomes fresh; on one line, whose columns behind it move. */
static bool
exchange(struct mend *mend, size_t line, size_t from, size_t to, struct span fresh)
{
	struct span	before, after;
	size_t		begin = line_begin(mend, line);

	if (line >= mend->line_count || !make_own(mend))
		return false;
	struct bend	*bend = &mend->bends[line];
	size_t		 column = column_of(span_from(mend->text, begin), from - begin);
	bend->from = bend->by == 0 || column < bend->from ? column : bend->from;
	bend->by += (long)column_of(fresh, fresh.len) - (long)column_of(span_cut(mend->text, from, to), to - from);
	before = span_cut(mend->text, 0, from);
	after = span_from(mend->text, to);
	mend->text = arena_printf(mend->arena, "%.*s%.*s%.*s", SPAN_ARG(before), SPAN_ARG(fresh), SPAN_ARG(after));
	mend->no_memory = mend->text.at == NULL;
	return !mend->no_memory;
}

static bool
set_margin(struct mend *mend, size_t line, size_t margin)
{
	static const char	blanks[] = "                                                                ";
	struct span		text = line_of(mend, line);
	size_t			begin = line_begin(mend, line), before = 0;

	while (before < text.len && (text.at[before] == ' ' || text.at[before] == '\t'))
		before++;
	if (margin == before && memchr(text.at, '\t', before) == NULL)
		return false;
	return margin < sizeof(blanks) && exchange(mend, line, begin, begin + before, (struct span){ blanks, margin });
}

/* What was put in the place of a value says nothing about it. */
static void
doubt(const struct mend *mend, struct findings *findings, struct spot spot)
{
	struct place place = mend_place(mend, spot);

	findings_doubt(findings, &place);
}

/* --- tabs --- */

/* Lines above the one that is looked at, each with less margin than the one below it. */
struct margins {
	struct level {
		size_t	margin;
		bool	dash;		/* a list's entry: what it holds may stand two further right */
	}	levels[MOST_MARGINS];
	size_t	count;
	bool	colon;			/* what stands right above ends with one */
};

static void
margins_note(struct margins *margins, struct span line)
{
	size_t margin = line_margin(line);

	if (is_blank(line))
		return;
	while (margins->count > 0 && margins->levels[margins->count - 1].margin >= margin)
		margins->count--;
	if (margins->count < MOST_MARGINS)
		margins->levels[margins->count++] = (struct level){ margin, line.at[margin] == '-' };
	margins->colon = line.at[line.len - 1] == ':';
}

/* Those that a line below may have, the nearest first; the number. */
static size_t
margins_list(const struct margins *margins, size_t list[MOST_LISTED])
{
	size_t count = 0;

	for (size_t i = margins->count; i > 0; i--) {
		const struct level *level = &margins->levels[i - 1];

		if (i == margins->count && margins->colon)
			list[count++] = level->margin + (level->dash ? 4 : 2);
		if (level->dash)
			list[count++] = level->margin + 2;
		list[count++] = level->margin;
	}
	return count;
}

static size_t
margins_before(const struct mend *mend, size_t line, size_t list[MOST_LISTED])
{
	struct margins margins = { .count = 0 };

	for (size_t at = 0, end; at < mend->text.len && line > 0; at = end + 1, line--) {
		end = span_find_char(mend->text, '\n', at);
		margins_note(&margins, trimmed(span_cut(mend->text, at, end)));
	}
	return margins_list(&margins, list);
}

/* What so many tabs most likely stand for: a margin that the line may have. */
static size_t
margin_for_tabs(const struct margins *margins, size_t blanks, size_t tabs)
{
	size_t list[MOST_LISTED], count = margins_list(margins, list);

	for (size_t i = 0; i < count; i++)
		for (size_t width = 1; width <= 8; width++)
			if (blanks + tabs * width == list[i])
				return list[i];
	return blanks + tabs * 2;
}

/* The line's margin in blanks alone, told if it has a tab; before: bytes that it replaces. */
static size_t
untabbed(struct mend *mend, struct findings *findings, size_t line, struct span text, const struct margins *margins,
    size_t *before)
{
	size_t tabs = 0, first = SIZE_MAX, margin;

	for (*before = 0; *before < text.len && (text.at[*before] == ' ' || text.at[*before] == '\t'); ++*before)
		if (text.at[*before] == '\t') {
			first = first == SIZE_MAX ? *before : first;
			tabs++;
		}
	if (tabs == 0)
		return *before;
	struct place place = mend_place(mend, (struct spot){ line, first });
	finding_add(findings, &place, FINDING_REFUSED, "a tab at the beginning of a line; indent with blanks");
	margin = margin_for_tabs(margins, *before - tabs, tabs);
	return margin < MOST_MARGIN ? margin : MOST_MARGIN;
}

/* All of them in one go: a file may be indented by nothing else. */
void
mend_tabs(struct mend *mend, struct findings *findings)
{
	struct span	text = mend->text;
	struct margins	margins = { .count = 0 };
	struct buf	fresh;

	if (text.len == 0 || memchr(text.at, '\t', text.len) == NULL || !make_own(mend))
		return;
	buf_init(&fresh, (text.len + 1) * MOST_MARGIN);
	for (size_t line = 0, at = 0, end; at < text.len; line++, at = end) {
		end = span_find_char(text, '\n', at);
		end += end < text.len;
		struct span	whole = span_cut(text, at, end);
		size_t		before, margin = untabbed(mend, findings, line, trimmed(whole), &margins, &before), begin = fresh.len;

		mend->bends[line] = (struct bend){ 0, (long)margin - (long)before };
		for (size_t i = 0; i < margin; i++)
			buf_add_char(&fresh, ' ');
		buf_add(&fresh, span_from(whole, before));
		margins_note(&margins, trimmed(span_from(buf_span(&fresh), begin)));
	}
	mend->text = buf_failed(&fresh) ? SPAN_NONE : arena_copy(mend->arena, buf_span(&fresh));
	mend->no_memory = mend->text.at == NULL;
	buf_fini(&fresh);
}

/* --- signs that nobody sees --- */

/* To libyaml, all but the first end a line; to editors they do not. What stands for them has as many bytes. */
static const struct sign {
	struct span	bytes;
	const char	*what, *stands_for;	/* NULL: it may stay */
} signs[] = {
	{ { "\xef\xbb\xbf", 3 }, "a byte order mark, which nobody sees; take it out", NULL },
	{ { "\r", 1 }, "a carriage return within a line; end lines with a line feed", " " },
	{ { "\xc2\x85", 2 }, "a line end that few programs know (U+0085); end lines with a line feed", "\xc2\xa0" },
	{ { "\xe2\x80\xa8", 3 }, "a line end that few programs know (U+2028); end lines with a line feed", "\xe2\x80\xaf" },
	{ { "\xe2\x80\xa9", 3 }, "a line end that few programs know (U+2029); end lines with a line feed", "\xe2\x80\xaf" },
};

static const struct sign *
sign_at(struct span text, size_t at)
{
	struct span rest = span_from(text, at);

	for (size_t i = 0; i < NITEMS(signs); i++)
		if (span_starts(rest, signs[i].bytes) && !span_starts(rest, SPAN("\r\n")))
			return &signs[i];
	return NULL;
}

void
mend_signs(struct mend *mend, struct findings *findings)
{
	struct spot spot = { 0, 0 };

	for (size_t at = 0; at < mend->text.len; at++) {
		const struct sign *sign = sign_at(mend->text, at);

		if (sign != NULL) {
			struct place place = mend_place(mend, spot);

			finding_add(findings, &place, FINDING_REFUSED, "%s", sign->what);
		}
		if (sign != NULL && sign->stands_for != NULL) {
			if ((mend->mended == 0 || mend->bends == NULL) && !make_own(mend))
				return;
			memcpy(bytes_of(mend) + at, sign->stands_for, sign->bytes.len);
		}
		spot.line += mend->text.at[at] == '\n';
		spot.column = mend->text.at[at] == '\n' ? 0 :
		    spot.column + !utf8_goes_on(mend->text.at[at]);
	}
}

void
mend_blanks(struct mend *mend, struct findings *findings)
{
	struct span	text = mend->text;
	struct spot	spot = { 0, 0 };
	bool		margin = true, told = false;
	struct buf	fresh;

	if (span_find(text, SPAN(NO_BREAK), 0) >= text.len)
		return;
	buf_init(&fresh, text.len + 1);
	for (size_t at = 0; at < text.len; at++) {
		struct place	place = mend_place(mend, spot);
		bool		no_break = margin && span_starts(span_from(text, at), SPAN(NO_BREAK));

		if (no_break && !told)
			finding_add(findings, &place, FINDING_REFUSED, "a no-break space at the beginning of a line; indent with blanks");
		told = text.at[at] != '\n' && (told || no_break);
		margin = text.at[at] == '\n' || (margin && (text.at[at] == ' ' || text.at[at] == '\t' || no_break));
		spot.line += text.at[at] == '\n';
		spot.column = text.at[at] == '\n' ? 0 : spot.column + !utf8_goes_on(text.at[at]);
		buf_add_char(&fresh, no_break ? ' ' : text.at[at]);
		at += no_break;
	}
	if (!span_eq(buf_span(&fresh), text) && make_own(mend)) {
		mend->text = arena_copy(mend->arena, buf_span(&fresh));
		mend->no_memory = mend->text.at == NULL;
	}
	buf_fini(&fresh);
}

/* --- cures --- */

bool
cure_character(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	(void)context, (void)told;
	doubt(mend, findings, problem);
	return put(mend, offset_of(mend, problem), STANDS_FOR);
}

/* No UTF-8: the first byte of what is none, and those behind it that would go on with it. */
bool
cure_bytes(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	size_t from = offset_of(mend, problem), to = from + 1;

	(void)context, (void)told;
	while (to < mend->text.len && utf8_goes_on(mend->text.at[to]))
		to++;
	doubt(mend, findings, problem);
	return from < mend->text.len && exchange(mend, problem.line, from, to, SPAN("_"));
}

/* In a text that began lines above, it is no escape: the quote there is open. */
bool
cure_escape(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	if (context.line < problem.line)
		return cure_quote(mend, findings, problem, context, told);
	return cure_character(mend, findings, problem, context, told);
}

/* An anchor or a tag: what it stands in front of is the value. */
bool
cure_word(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	size_t at = offset_of(mend, context), end = at;

	(void)findings, (void)problem, (void)told;
	while (end < mend->text.len && !ascii_space(mend->text.at[end]) && strchr(",]}\n", mend->text.at[end]) == NULL)
		end++;
	return blank_out(mend, at, end);
}

/* Close it where the line ends, before brackets that close there. */
static bool
close_quote(struct mend *mend, struct spot open)
{
	struct span	line = line_of(mend, open.line);
	size_t		begin = line_begin(mend, open.line), at = offset_of(mend, open), end = line.len;

	while (end > 0 && strchr("]}", line.at[end - 1]) != NULL && begin + end - 1 > at)
		end--;
	return at < mend->text.len && exchange(mend, open.line, begin + end, begin + end, span_cut(mend->text, at, at + 1));
}

/* A quote that ended lines below: what stands behind it there was meant to stand within the next pair. */
static bool
find_open_quote(const struct mend *mend, struct spot problem, struct spot *open)
{
	yaml_parser_t	parser;
	bool		found = false, done = false;

	if (yaml_parser_initialize(&parser) == 0)
		return false;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)mend->text.at, mend->text.len);
	while (!done) {
		yaml_token_t token;

		if (yaml_parser_scan(&parser, &token) == 0)
			break;
		done = token.type == YAML_STREAM_END_TOKEN || token.start_mark.line > problem.line;
		if (token.type == YAML_SCALAR_TOKEN && (token.data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		    token.data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE)) {
			found = token.start_mark.line < token.end_mark.line && token.end_mark.line == problem.line;
			*open = (struct spot){ token.start_mark.line, token.start_mark.column };
			done = done || found;
		}
		yaml_token_delete(&token);
	}
	yaml_parser_delete(&parser);
	return found;
}

static const char open_quote[] = "this quote is never closed";

bool
cure_quote(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	(void)findings, (void)problem;
	*told = mend_place(mend, context);
	mend->what = open_quote;
	return close_quote(mend, context);
}

static bool
is_open_quote(struct mend *mend, struct spot problem, struct place *told)
{
	struct spot open;

	if (!find_open_quote(mend, problem, &open))
		return false;
	*told = mend_place(mend, open);
	mend->what = open_quote;
	return close_quote(mend, open);
}

/* "-name: x" is a key of that name; the lines behind it find no list that they could belong to. */
static bool
is_bare_dash(struct mend *mend, struct spot problem, struct place *told)
{
	size_t before;

	if (!line_before(mend, problem.line, &before))
		return false;
	struct span	line = line_of(mend, before);
	size_t		margin = line_margin(line);
	if (line.at[margin] != '-' || margin + 1 == line.len || !ascii_alpha(line.at[margin + 1]))
		return false;
	*told = mend_place(mend, (struct spot){ before, margin });
	mend->what = "a '-' without a blank behind it; write '- key: value'";
	size_t at = line_begin(mend, before) + margin + 1;
	return exchange(mend, before, at, at, SPAN(" "));
}

/* The nearest of the margins that lines before have. */
static bool
realign(struct mend *mend, size_t line)
{
	size_t	margins[MOST_LISTED], count = margins_before(mend, line, margins);
	size_t	margin = line_margin(line_of(mend, line)), best = SIZE_MAX, distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t far = margins[i] > margin ? margins[i] - margin : margin - margins[i];

		if (far > 0 && far < distance) {
			best = margins[i];
			distance = far;
		}
	}
	return best != SIZE_MAX && set_margin(mend, line, best);
}

/* A second ": " in a line, or a line that stands too deep. */
bool
cure_colon(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	struct span	line = line_of(mend, problem.line);
	size_t		at = offset_of(mend, problem) - line_begin(mend, problem.line), before;
	size_t		first = span_find(line, SPAN(": "), 0);

	(void)context;
	if (is_open_quote(mend, problem, told) || is_bare_dash(mend, problem, told))
		return true;
	first = first < line.len ? first : at;
	if (at <= first && line_before(mend, problem.line, &before) &&
	    line_margin(line) > line_margin(line_of(mend, before))) {
		*told = mend_place(mend, (struct spot){ problem.line, line_margin(line) });
		mend->what = "this stands too deep; align it with the keys that it belongs to";
		return realign(mend, problem.line);
	}
	mend->what = "a second ': ' in one line; quote the value";
	doubt(mend, findings, (struct spot){ problem.line, column_of(line, first + 1) });
	return put(mend, offset_of(mend, problem), STANDS_FOR);
}

/* A line at a margin that nothing has, or something behind a value that has ended. */
bool
cure_margin(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	struct span	line = line_of(mend, problem.line);
	size_t		begin = line_begin(mend, problem.line), at = offset_of(mend, problem);

	(void)context;
	if (is_open_quote(mend, problem, told) || is_bare_dash(mend, problem, told))
		return true;
	if (at > begin + line_margin(line)) {
		mend->what = "this stands behind a value that has ended; quote the whole value";
		doubt(mend, findings, (struct spot){ problem.line, column_of(line, span_find(line, SPAN(": "), 0) + 1) });
		return blank_out(mend, at, begin + line.len);
	}
	return realign(mend, problem.line) || cure_line(mend, findings, problem, context, told);
}

/* The lines that stand deeper than the one with the bracket are within it. */
static size_t
last_line_within(const struct mend *mend, size_t line)
{
	size_t margin = line_margin(line_of(mend, line)), last = line;

	for (size_t next = line + 1; next < mend->line_count; next++) {
		struct span text = line_of(mend, next);

		if (text.len > 0 && line_margin(text) <= margin)
			break;
		last = text.len > 0 ? next : last;
	}
	return last;
}

static bool
is_closed(const struct mend *mend, size_t at, size_t end)
{
	size_t	depth = 0;
	char	quote = '\0';

	for (; at < end; at++) {
		char c = mend->text.at[at];

		if (quote != '\0')
			quote = c == quote ? '\0' : quote;
		else if (c == '\'' || c == '"')
			quote = c;
		else if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && --depth == 0)
			return true;
	}
	return false;
}

/* Never closed: told at the bracket. Else a comma is missing, told at the word that it should stand before. */
bool
cure_bracket(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	size_t	open = offset_of(mend, context), last = last_line_within(mend, context.line);
	size_t	end = line_begin(mend, last) + line_of(mend, last).len, at = offset_of(mend, problem);
	size_t	begin = line_begin(mend, problem.line);

	(void)findings;
	if (open >= mend->text.len)
		return false;
	if (!is_closed(mend, open, end)) {
		*told = mend_place(mend, context);
		mend->what = "this bracket is never closed";
		return exchange(mend, last, end, end, mend->text.at[open] == '[' ? SPAN("]") : SPAN("}"));
	}
	if (is_open_quote(mend, problem, told))
		return true;
	/* libyaml stops at the colon; the word before it is the key. */
	while (at < mend->text.len && mend->text.at[at] == ':' && at > begin && !ascii_space(mend->text.at[at - 1]))
		for (at--; at > begin && !ascii_space(mend->text.at[at - 1]) && strchr(",[{", mend->text.at[at - 1]) == NULL;)
			at--;
	*told = mend_place(mend, (struct spot){ problem.line, column_of(line_of(mend, problem.line), at - begin) });
	return at > begin && ascii_space(mend->text.at[at - 1]) && put(mend, at - 1, ',');
}

/* "title A": a key without its colon. */
bool
cure_key(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	struct span	line = line_of(mend, context.line);
	size_t		begin = line_begin(mend, context.line), at = offset_of(mend, context) - begin;

	if (is_open_quote(mend, problem, told))
		return true;
	*told = mend_place(mend, context);
	while (at < line.len && !ascii_space(line.at[at]))
		at++;
	if (at == line.len)
		doubt(mend, findings, context);
	return exchange(mend, context.line, begin + at, begin + at, at == line.len ? SPAN(": _") : SPAN(":"));
}

bool
cure_line(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	size_t begin = line_begin(mend, problem.line), end = begin + line_of(mend, problem.line).len;

	(void)findings, (void)context, (void)told;
	return blank_out(mend, begin + line_margin(line_of(mend, problem.line)), end);
}

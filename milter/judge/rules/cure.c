#include "cure.h"

#include <pixelward/base/utf8.h>

#include <string.h>
#include <yaml.h>

#include "margin.h"

#define STANDS_FOR	'_'	/* what cannot stand where it stands */

/* What was put in the place of a value says nothing about it. */
static void
doubt(const struct mend *mend, struct findings *findings, struct spot spot)
{
	struct place place = mend_place(mend, spot);

	findings_doubt(findings, &place);
}

bool
cure_character(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	(void)context, (void)told;
	doubt(mend, findings, problem);
	return mend_put(mend, mend_offset(mend, problem), STANDS_FOR);
}

/* No UTF-8: the first byte of what is none, and those behind it that would go on with it. */
bool
cure_bytes(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	size_t from = mend_offset(mend, problem), to = from + 1;

	(void)context, (void)told;
	while (to < mend->text.len && utf8_goes_on(mend->text.at[to]))
		to++;
	doubt(mend, findings, problem);
	return from < mend->text.len && mend_exchange(mend, problem.line, from, to, SPAN("_"));
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
	size_t at = mend_offset(mend, context), end = at;

	(void)findings, (void)problem, (void)told;
	while (end < mend->text.len && !ascii_space(mend->text.at[end]) && strchr(",]}\n", mend->text.at[end]) == NULL)
		end++;
	return mend_blank_out(mend, at, end);
}

/* Close it where the line ends, before brackets that close there. */
static bool
close_quote(struct mend *mend, struct spot open)
{
	struct span	line = mend_line(mend, open.line);
	size_t		begin = mend_line_begin(mend, open.line), at = mend_offset(mend, open), end = line.len;

	while (end > 0 && strchr("]}", line.at[end - 1]) != NULL && begin + end - 1 > at)
		end--;
	return at < mend->text.len && mend_exchange(mend, open.line, begin + end, begin + end, span_cut(mend->text, at, at + 1));
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

/* The last line before this one that says something. False: there is none. */
static bool
line_before(const struct mend *mend, size_t line, size_t *before)
{
	while (line-- > 0)
		if (!line_is_blank(mend_line(mend, line))) {
			*before = line;
			return true;
		}
	return false;
}

/* "-name: x" is a key of that name; the lines behind it find no list that they could belong to. */
static bool
is_bare_dash(struct mend *mend, struct spot problem, struct place *told)
{
	size_t before;

	if (!line_before(mend, problem.line, &before))
		return false;
	struct span	line = mend_line(mend, before);
	size_t		margin = line_margin(line);
	if (line.at[margin] != '-' || margin + 1 == line.len || !ascii_alpha(line.at[margin + 1]))
		return false;
	*told = mend_place(mend, (struct spot){ before, margin });
	mend->what = "a '-' without a blank behind it; write '- key: value'";
	size_t at = mend_line_begin(mend, before) + margin + 1;
	return mend_exchange(mend, before, at, at, SPAN(" "));
}

static size_t
margins_before(const struct mend *mend, size_t line, size_t list[MOST_LISTED])
{
	struct margins margins = { .count = 0 };

	for (size_t at = 0, end; at < mend->text.len && line > 0; at = end + 1, line--) {
		end = span_find_char(mend->text, '\n', at);
		margins_note(&margins, span_trim_end(span_cut(mend->text, at, end)));
	}
	return margins_list(&margins, list);
}

/* The nearest of the margins that lines before have. */
static bool
realign(struct mend *mend, size_t line)
{
	static const char	blanks[] = "                                                                ";
	size_t			margins[MOST_LISTED], count = margins_before(mend, line, margins), begin = mend_line_begin(mend, line);
	size_t			margin = line_margin(mend_line(mend, line)), best = SIZE_MAX, distance = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		size_t far = margins[i] > margin ? margins[i] - margin : margin - margins[i];

		if (far > 0 && far < distance) {
			best = margins[i];
			distance = far;
		}
	}
	return best < sizeof(blanks) && mend_exchange(mend, line, begin, begin + margin, (struct span){ blanks, best });
}

/* A second ": " in a line, or a line that stands too deep. */
bool
cure_colon(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	struct span	line = mend_line(mend, problem.line);
	size_t		at = mend_offset(mend, problem) - mend_line_begin(mend, problem.line), before;
	size_t		first = span_find(line, SPAN(": "), 0);

	(void)context;
	if (is_open_quote(mend, problem, told) || is_bare_dash(mend, problem, told))
		return true;
	first = first < line.len ? first : at;
	if (at <= first && line_before(mend, problem.line, &before) &&
	    line_margin(line) > line_margin(mend_line(mend, before))) {
		*told = mend_place(mend, (struct spot){ problem.line, line_margin(line) });
		mend->what = "this stands too deep; align it with the keys that it belongs to";
		return realign(mend, problem.line);
	}
	mend->what = "a second ': ' in one line; quote the value";
	doubt(mend, findings, (struct spot){ problem.line, utf8_count(span_cut(line, 0, first + 1)) });
	return mend_put(mend, mend_offset(mend, problem), STANDS_FOR);
}

/* A line at a margin that nothing has, or something behind a value that has ended. */
bool
cure_margin(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	struct span	line = mend_line(mend, problem.line);
	size_t		begin = mend_line_begin(mend, problem.line), at = mend_offset(mend, problem);

	(void)context;
	if (is_open_quote(mend, problem, told) || is_bare_dash(mend, problem, told))
		return true;
	if (at > begin + line_margin(line)) {
		mend->what = "this stands behind a value that has ended; quote the whole value";
		doubt(mend, findings, (struct spot){ problem.line, utf8_count(span_cut(line, 0, span_find(line, SPAN(": "), 0) + 1)) });
		return mend_blank_out(mend, at, begin + line.len);
	}
	return realign(mend, problem.line) || cure_line(mend, findings, problem, context, told);
}

/* The lines that stand deeper than the one with the bracket are within it. */
static size_t
last_line_within(const struct mend *mend, size_t line)
{
	size_t margin = line_margin(mend_line(mend, line)), last = line;

	for (size_t next = line + 1; next < mend->line_count; next++) {
		struct span text = mend_line(mend, next);

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
	size_t	open = mend_offset(mend, context), last = last_line_within(mend, context.line);
	size_t	end = mend_line_begin(mend, last) + mend_line(mend, last).len, at = mend_offset(mend, problem);
	size_t	begin = mend_line_begin(mend, problem.line);

	(void)findings;
	if (open >= mend->text.len)
		return false;
	if (!is_closed(mend, open, end)) {
		*told = mend_place(mend, context);
		mend->what = "this bracket is never closed";
		return mend_exchange(mend, last, end, end, mend->text.at[open] == '[' ? SPAN("]") : SPAN("}"));
	}
	if (is_open_quote(mend, problem, told))
		return true;
	/* libyaml stops at the colon; the word before it is the key. */
	while (at < mend->text.len && mend->text.at[at] == ':' && at > begin && !ascii_space(mend->text.at[at - 1]))
		for (at--; at > begin && !ascii_space(mend->text.at[at - 1]) && strchr(",[{", mend->text.at[at - 1]) == NULL;)
			at--;
	*told = mend_place(mend, (struct spot){ problem.line, utf8_count(span_cut(mend_line(mend, problem.line), 0, at - begin)) });
	return at > begin && ascii_space(mend->text.at[at - 1]) && mend_put(mend, at - 1, ',');
}

/* "title A": a key without its colon. */
bool
cure_key(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	struct span	line = mend_line(mend, context.line);
	size_t		begin = mend_line_begin(mend, context.line), at = mend_offset(mend, context) - begin;

	if (is_open_quote(mend, problem, told))
		return true;
	*told = mend_place(mend, context);
	while (at < line.len && !ascii_space(line.at[at]))
		at++;
	if (at == line.len)
		doubt(mend, findings, context);
	return mend_exchange(mend, context.line, begin + at, begin + at, at == line.len ? SPAN(": _") : SPAN(":"));
}

bool
cure_line(struct mend *mend, struct findings *findings, struct spot problem, struct spot context, struct place *told)
{
	size_t begin = mend_line_begin(mend, problem.line), end = begin + mend_line(mend, problem.line).len;

	(void)findings, (void)context, (void)told;
	return mend_blank_out(mend, begin + line_margin(mend_line(mend, problem.line)), end);
}
